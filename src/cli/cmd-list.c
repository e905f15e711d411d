/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/follow.h"
#include "cli/list-changes.h"
#include "cli/options.h"

#define PROC "/proc"

enum column { PID, GUEST, VCPU, FD, TID, STATE, USER, ARCH, ATTACH, NR_COLUMNS };

static const char *const column_names[NR_COLUMNS] = {
	"PID", "GUEST", "VCPU", "FD", "TID", "STATE", "USER", "ARCH", "ATTACH",
};

static const bool column_is_number[NR_COLUMNS] = {
	[PID] = true, [VCPU] = true, [FD] = true, [TID] = true,
};

/* A line of the table: one vCPU, or a VMM of which no vCPU is known. */
struct row {
	char pid[16], vcpu[16], fd[16], tid[16];
	char attach[sizeof("no: ") + sizeof(((struct permit *)NULL)->why)];
	const char *cell[NR_COLUMNS];
};

static const char *state_name(enum vcpu_state state)
{
	switch (state) {
	case VCPU_IN_RUN:
		return "KVM_RUN";
	case VCPU_OUTSIDE:
		return "outside";
	case VCPU_UNKNOWN:
		break;
	}
	return "unknown";
}

/* vcpu: NULL if none is known. */
static void fill_row(struct row *r, const struct vmm_info *vmm, const struct vcpu_info *vcpu)
{
	const char *none = vmm->fds_readable ? "-" : "?";
	const struct permit *permit = vcpu ? &vcpu->permit : &vmm->permit;

	snprintf(r->pid, sizeof(r->pid), "%d", (int)vmm->pid);
	strcpy(r->vcpu, none);
	strcpy(r->fd, none);
	strcpy(r->tid, none);
	if (vcpu) {
		snprintf(r->vcpu, sizeof(r->vcpu), "%d", vcpu->id);
		snprintf(r->fd, sizeof(r->fd), "%d", vcpu->fd);
		snprintf(r->tid, sizeof(r->tid), vcpu->tid ? "%d" : "?", (int)vcpu->tid);
	}
	snprintf(r->attach, sizeof(r->attach), permit->layer == PERMIT_OK ? "yes" : "no: %s",
		 permit->why);
	r->cell[PID] = r->pid;
	r->cell[GUEST] = vmm->name[0] ? vmm->name : "-";
	r->cell[VCPU] = r->vcpu;
	r->cell[FD] = r->fd;
	r->cell[TID] = r->tid;
	r->cell[STATE] = vcpu ? state_name(vcpu->state) : none;
	r->cell[USER] = vmm->user;
	r->cell[ARCH] = vmm->arch;
	r->cell[ATTACH] = r->attach;
}

/* Columns that a text takes; the texts are printable UTF-8. */
static int text_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void widen(int *width, const char *const *cell)
{
	int i, w;

	for (i = 0; i < NR_COLUMNS; i++) {
		w = text_width(cell[i]);
		if (w > width[i])
			width[i] = w;
	}
}

static void print_row(struct out *o, const int *width, const char *const *cell)
{
	int i, pad;

	for (i = 0; i < NR_COLUMNS - 1; i++) {
		pad = width[i] - text_width(cell[i]);
		if (column_is_number[i])
			out_text(o, "%*s%s  ", pad, "", cell[i]);
		else
			out_text(o, "%s%*s  ", cell[i], pad, "");
	}
	out_text(o, "%s\n", cell[ATTACH]);
}

static size_t count_rows(const struct vmm_list *list)
{
	size_t i, count = 0;

	for (i = 0; i < list->count; i++)
		count += list->vmms[i].nr_vcpus ? list->vmms[i].nr_vcpus : 1;
	return count;
}

static struct error *print_table(struct out *o, const struct vmm_list *list)
{
	int width[NR_COLUMNS] = { 0 };
	size_t i, j, n = 0, count = count_rows(list);
	struct row *rows = calloc(count, sizeof(*rows));

	if (!rows)
		return error_nomem();
	for (i = 0; i < list->count; i++) {
		const struct vmm_info *vmm = &list->vmms[i];

		if (!vmm->nr_vcpus)
			fill_row(&rows[n++], vmm, NULL);
		for (j = 0; j < vmm->nr_vcpus; j++)
			fill_row(&rows[n++], vmm, &vmm->vcpus[j]);
	}
	widen(width, column_names);
	for (i = 0; i < count; i++)
		widen(width, rows[i].cell);
	print_row(o, width, column_names);
	for (i = 0; i < count; i++)
		print_row(o, width, rows[i].cell);
	free(rows);
	return NULL;
}

static void document_permit(struct out *o, const struct permit *p)
{
	out_bool(o, "may_attach", p->layer == PERMIT_OK);
	if (p->layer == PERMIT_OK)
		return;
	out_str(o, "layer", permit_layer_name(p->layer));
	out_str(o, "why_not", p->why);
	out_str(o, "hint", p->hint);
	if (p->layer == PERMIT_TRACER) {
		out_num(o, "tracer", p->tracer);
		out_str(o, "tracer_name", p->tracer_name);
	}
}

/* A number, or null where it is not known. */
static void document_number(struct out *o, const char *key, int value, bool known)
{
	if (known)
		out_num(o, key, value);
	else
		out_null(o, key);
}

/* key: NULL in an array. */
static void document_vcpu(struct out *o, const char *key, const struct vcpu_info *vcpu)
{
	out_object(o, key);
	out_num(o, "id", vcpu->id);
	out_num(o, "fd", vcpu->fd);
	document_number(o, "vm_fd", vcpu->vm_fd, vcpu->vm_fd >= 0);
	document_number(o, "tid", (int)vcpu->tid, vcpu->tid != 0);
	out_bool(o, "tid_sure", vcpu->tid_sure);
	out_str(o, "state", state_name(vcpu->state));
	document_permit(o, &vcpu->permit);
	out_close(o);
}

static void document_identity(struct out *o, const struct vmm_info *vmm)
{
	out_num(o, "pid", vmm->pid);
	out_num(o, "start_time", (long long)vmm->start_time);
	if (vmm->guest)
		out_str(o, "guest", vmm->guest);
	else
		out_null(o, "guest");
}

static void document_vmm(struct out *o, const struct vmm_info *vmm)
{
	size_t i;
	int j;

	out_object(o, NULL);
	document_identity(o, vmm);
	out_str(o, "program", vmm->exe);
	out_num(o, "uid", vmm->uid);
	out_str(o, "user", vmm->user);
	out_str(o, "arch", vmm->arch);
	document_permit(o, &vmm->permit);
	out_bool(o, "fds_readable", vmm->fds_readable);
	out_array(o, "vm_fds");
	for (j = 0; j < vmm->vms; j++)
		out_num(o, NULL, vmm->vm_fds[j]);
	out_close(o);
	out_array(o, "vcpus");
	for (i = 0; i < vmm->nr_vcpus; i++)
		document_vcpu(o, NULL, &vmm->vcpus[i]);
	out_close(o);
	out_close(o);
}

static void document_list(struct out *o, const struct vmm_list *list)
{
	size_t i;

	out_array(o, "vmms");
	for (i = 0; i < list->count; i++)
		document_vmm(o, &list->vmms[i]);
	out_close(o);
	out_num(o, "unseen", (long long)list->unseen);
}

/* What to do so that attaching is permitted: each advice once. */
static void tell_hints(const struct session *s, const struct vmm_list *list)
{
	const char *last = "";
	size_t i, j;

	for (i = 0; i < list->count; i++) {
		const struct vmm_info *vmm = &list->vmms[i];
		const struct permit *p = &vmm->permit;

		for (j = 0; p->layer == PERMIT_OK && j < vmm->nr_vcpus; j++)
			p = &vmm->vcpus[j].permit;
		if (p->layer == PERMIT_OK || !strcmp(p->hint, last))
			continue;
		log_note(&s->log, "to attach: %s", p->hint);
		last = p->hint;
	}
}

static void show_list(const struct session *s, const struct vmm_list *list, struct error **err)
{
	if (out_is_json(s->out)) {
		document_list(s->out, list);
	} else if (list->count) {
		*err = print_table(s->out, list);
		tell_hints(s, list);
	} else {
		log_note(&s->log, "no KVM VM is running%s", list->unseen && geteuid() ?
			 ", as far as can be seen: run as root to look into all processes" : "");
	}
}

struct follower {
	struct session *s;
	uint64_t interval;	/* ns */
	uint64_t count;		/* looks behind the first one; 0: until interrupted */
	uint64_t looks, changes;
};

/* One that has come or gone: a line, or a document of its own. */
static struct error *show_change(void *arg, bool appeared, const struct vmm_info *vmm,
				 const struct vcpu_info *vcpu)
{
	struct follower *f = arg;
	struct out *o = f->s->out;
	const char *event = appeared ? "appeared" : "gone";
	char stamp[FOLLOW_STAMP_MAX];

	f->changes++;
	follow_stamp(o, stamp);
	out_text(o, "%s  %-8s  PID %d (%s)", stamp, event, (int)vmm->pid,
		 vmm->name[0] ? vmm->name : "-");
	if (vcpu)
		out_text(o, ", vCPU %d, fd %d", vcpu->id, vcpu->fd);
	out_text(o, "\n");
	out_str(o, "event", event);
	out_str(o, "time", stamp);
	document_identity(o, vmm);
	if (vcpu)
		document_vcpu(o, "vcpu", vcpu);
	else
		out_null(o, "vcpu");
	return follow_next(f->s, "list");
}

/* list: what there was at first; it is replaced by what there is at last. */
static struct error *follow(struct follower *f, struct vmm_list *list)
{
	struct error *err = follow_next(f->s, "list");
	struct vmm_list now;

	while (!err && (!f->count || f->looks < f->count)) {
		err = follow_wait(f->s, f->interval);
		if (err || session_interrupted(f->s))
			break;
		err = vmm_list_get(PROC, &now);
		if (err)
			break;
		f->looks++;
		err = list_changes(list, &now, show_change, f);
		vmm_list_free(list);
		*list = now;
	}
	out_str(f->s->out, "event", "end");
	out_num(f->s->out, "looks", (long long)f->looks);
	out_num(f->s->out, "changes", (long long)f->changes);
	return err;
}

static struct error *parse_options(const struct command_args *args, struct follower *f)
{
	const char *interval = command_opt(args, "interval"), *count = command_opt(args, "count");
	struct error *err = NULL;

	f->interval = FOLLOW_INTERVAL_NS;
	if ((interval || count) && !command_opt(args, "follow"))
		return error_new(ERROR_USAGE, "--interval and --count are for --follow");
	if (interval)
		err = options_time(interval, 10, &f->interval);
	if (!err && count)
		err = length_parse(count, "number of looks", &f->count);
	return err;
}

static struct error *run_list(struct session *s, const struct command_args *args)
{
	struct follower f = { .s = s };
	struct error *err = parse_options(args, &f);
	struct vmm_list list;

	if (!err)
		err = vmm_list_get(PROC, &list);
	if (err)
		return err;
	if (command_opt(args, "follow"))
		out_str(s->out, "event", "begin");
	show_list(s, &list, &err);
	if (!err && command_opt(args, "follow"))
		err = follow(&f, &list);
	vmm_list_free(&list);
	return err;
}

static const struct command_option options[] = {
	{ "follow", 0, NULL, "go on, and tell what comes and goes" },
	{ "interval", 0, "TIME", "with --follow: time between looks (1s)" },
	{ "count", 0, "N", "with --follow: end after N looks behind the first one" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_list = {
	.name = "list",
	.args = "",
	.min_args = 0,
	.max_args = 0,
	.options = options,
	.summary = "list the KVM guests of this host and their vCPUs",
	.help =
"List the VMs that run here, one line a vCPU, from /proc alone: no VMM is\n"
"opened, asked or stopped. STATE is KVM_RUN (its thread is blocked in that\n"
"call: the guest's CPU is idle), outside (the thread is blocked elsewhere, or\n"
"stopped) or unknown (it is running, in the guest or not). FD is the number\n"
"of the vCPU's file descriptor in the VMM: --vcpu-fd chooses by it where one\n"
"process has several VMs. ATTACH tells whether the kernel would permit to\n"
"work on the guest, and if not, what forbids it; the kernel has the last word.\n"
"What is not known is shown as ?, what is not there as -.\n"
"\n"
"With --follow it goes on until it is interrupted, and tells of each VM and vCPU\n"
"that has come or gone since the look before; in JSON each is a line of its own.\n",
	.example =
"$ s390memctl list\n"
" PID  GUEST  VCPU  FD   TID  STATE    USER          ARCH   ATTACH\n"
"4711  web       0  21  4719  KVM_RUN  libvirt-qemu  s390x  yes\n"
"4711  web       1  24  4720  unknown  libvirt-qemu  s390x  yes\n",
	.see_also = "info regs",
	.run = run_list,
};
