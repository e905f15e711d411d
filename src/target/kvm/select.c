/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "target/kvm/discover.h"

#define MAX_NAMED 16	/* how many candidates a message names */

/* The name given means this guest: as it is, or as `list` shows it. */
static bool name_matches(const struct vmm_info *vmm, const char *name)
{
	return vmm->guest && (!strcmp(vmm->guest, name) || !strcmp(vmm->name, name));
}

/* Append "PID 12 (a), PID 40"; name NULL: all. */
static void add_vmms(struct buf *text, const struct vmm_list *list, const char *name)
{
	size_t i, n = 0, left = 0;

	for (i = 0; i < list->count; i++) {
		const struct vmm_info *vmm = &list->vmms[i];

		if (name && !name_matches(vmm, name))
			continue;
		if (n == MAX_NAMED) {
			left++;
			continue;
		}
		buf_addf(text, "%sPID %d", n++ ? ", " : "", (int)vmm->pid);
		if (vmm->name[0])
			buf_addf(text, " (%s)", vmm->name);
	}
	if (left)
		buf_addf(text, " and %zu more", left);
}

/* Nothing matches. name NULL: no VMM at all. */
static struct error *none_error(const struct vmm_list *list, const char *name)
{
	struct buf text = BUF_INIT;
	struct error *err;

	if (name) {
		buf_adds(&text, "no VMM has the guest name '");
		buf_add_escaped(&text, name, strlen(name));
		buf_adds(&text, "'");
		if (list->count) {
			buf_adds(&text, "; there are: ");
			add_vmms(&text, list, NULL);
		}
	} else {
		buf_adds(&text, "no VMM is running");
	}
	err = error_new(ERROR_TARGET, "%s", buf_str(&text));
	buf_free(&text);
	if (list->unseen && geteuid())
		err = error_hint(err, "%zu process%s could not be looked into: run as root to see all",
				 list->unseen, list->unseen == 1 ? "" : "es");
	return err;
}

/* More than one matches. */
static struct error *many_error(const struct vmm_list *list, const char *name, size_t matches)
{
	struct buf text = BUF_INIT;
	struct error *err;

	if (name) {
		buf_adds(&text, "guest name '");
		buf_add_escaped(&text, name, strlen(name));
		buf_addf(&text, "' matches %zu VMMs: ", matches);
	} else {
		buf_addf(&text, "%zu VMMs are running: ", matches);
	}
	add_vmms(&text, list, name);
	err = error_new(ERROR_TARGET, "%s", buf_str(&text));
	buf_free(&text);
	return error_hint(err, name ? "choose one with -p PID" :
			  "choose one with -p PID or -g NAME");
}

/* The one of the list that matches goes to *vmm, out of the list. */
static struct error *take_match(struct vmm_list *list, const char *name, struct vmm_info *vmm)
{
	struct vmm_info *match = NULL;
	size_t i, matches = 0;

	for (i = 0; i < list->count; i++) {
		if (name && !name_matches(&list->vmms[i], name))
			continue;
		match = &list->vmms[i];
		matches++;
	}
	if (!matches)
		return none_error(list, name);
	if (matches > 1)
		return many_error(list, name, matches);
	*vmm = *match;
	memset(match, 0, sizeof(*match));
	return NULL;
}

struct error *vmm_select(const char *proc, pid_t pid, const char *name,
			 struct vmm_info *vmm)
{
	struct vmm_list list;
	struct error *err;
	pid_t found;

	memset(vmm, 0, sizeof(*vmm));
	if (!pid) {
		err = vmm_list_get(proc, &list);
		if (err)
			return err;
		err = take_match(&list, name, vmm);
		vmm_list_free(&list);
		if (err || vmm->fds_readable)
			return err;
		/* Its fds may not be read: look once more for the reason. */
		found = vmm->pid;
		vmm_free(vmm);
		return vmm_get(proc, found, vmm);
	}
	err = vmm_get(proc, pid, vmm);
	if (err || !name || name_matches(vmm, name))
		return err;
	err = error_new(ERROR_TARGET, "the guest of PID %d is '%s', not the one that -g asks for",
			(int)pid, vmm->name);
	vmm_free(vmm);
	return error_hint(err, "give -p or -g, not both");
}

/* Append "vCPU 0 (fd 14), vCPU 1 (fd 15)"; id -1: all. */
static void add_vcpus(struct buf *text, const struct vmm_info *vmm, int id)
{
	size_t i, n = 0, left = 0;

	for (i = 0; i < vmm->nr_vcpus; i++) {
		const struct vcpu_info *v = &vmm->vcpus[i];

		if (id >= 0 && v->id != id)
			continue;
		if (n == MAX_NAMED)
			left++;
		else
			buf_addf(text, "%svCPU %d (fd %d)", n++ ? ", " : "", v->id, v->fd);
	}
	if (left)
		buf_addf(text, " and %zu more", left);
}

struct error *vmm_select_vcpu(const struct vmm_info *vmm, int id, int vcpu_fd,
			      const struct vcpu_info **vcpu)
{
	struct buf text = BUF_INIT;
	struct error *err;
	size_t i, matches = 0;

	*vcpu = NULL;
	for (i = 0; i < vmm->nr_vcpus; i++) {
		const struct vcpu_info *v = &vmm->vcpus[i];

		if (vcpu_fd >= 0 ? v->fd == vcpu_fd : v->id == id) {
			*vcpu = v;
			matches++;
		}
	}
	if (matches == 1)
		return NULL;
	*vcpu = NULL;
	if (!vmm->nr_vcpus)
		return error_hint(error_new(ERROR_TARGET, "the VM of PID %d has no vCPU",
					    (int)vmm->pid),
				  "it may be starting: try again");
	if (matches) {
		buf_addf(&text, "PID %d has %zu vCPUs with the id %d: ", (int)vmm->pid, matches, id);
		add_vcpus(&text, vmm, id);
	} else {
		if (vcpu_fd >= 0)
			buf_addf(&text, "fd %d of PID %d is no vCPU", vcpu_fd, (int)vmm->pid);
		else
			buf_addf(&text, "PID %d has no vCPU %d", (int)vmm->pid, id);
		buf_adds(&text, "; there are: ");
		add_vcpus(&text, vmm, -1);
	}
	err = error_new(ERROR_TARGET, "%s", buf_str(&text));
	buf_free(&text);
	return matches ? error_hint(err, "choose one with --vcpu-fd FD") :
	       error_hint(err, "choose one with -c ID");
}
