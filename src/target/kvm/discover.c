/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/discover.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/printable.h"
#include "target/kvm/cmdline.h"
#include "target/kvm/permit.h"
#include "target/kvm/procfs.h"
#include "target/kvm/threads.h"

/* What a look at one process finds. */
enum look {
	LOOK_VMM,
	LOOK_NO_VMM,
	LOOK_UNSEEN,		/* its fds may not be read and it does not look like a VMM */
	LOOK_GONE,
};

/* The number behind a prefix that must fill the rest of the link's target. */
static bool link_number(const char *target, const char *prefix, int *number)
{
	size_t len = strlen(prefix);
	char *end;
	long value;

	if (strncmp(target, prefix, len) || target[len] < '0' || target[len] > '9')
		return false;
	errno = 0;
	value = strtol(target + len, &end, 10);
	if (*end || errno || value > INT_MAX || (target[len] == '0' && end != target + len + 1))
		return false;
	*number = (int)value;
	return true;
}

static int add_vm(struct vmm_info *vmm, int fd)
{
	int *more = reallocarray(vmm->vm_fds, (size_t)vmm->vms + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	vmm->vm_fds = more;
	vmm->vm_fds[vmm->vms++] = fd;
	return 0;
}

static int add_vcpu(struct vmm_info *vmm, int fd, int id)
{
	struct vcpu_info *more = reallocarray(vmm->vcpus, vmm->nr_vcpus + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	vmm->vcpus = more;
	vmm->vcpus[vmm->nr_vcpus++] = (struct vcpu_info){
		.id = id, .fd = fd, .vm_fd = -1, .state = VCPU_UNKNOWN,
	};
	return 0;
}

static int compare_vcpus(const void *a, const void *b)
{
	const struct vcpu_info *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

/* Find the fds of VMs and vCPUs; -EACCES if they may not be read. */
static int look_fds(int dir, struct vmm_info *vmm)
{
	char path[32], target[64];
	int *fds, ret, id;
	size_t i, count;

	ret = procfs_numbers(dir, "fd", &fds, &count);
	if (ret)
		return ret;
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "fd/%d", fds[i]);
		ret = procfs_readlink(dir, path, target, sizeof(target));
		if (procfs_is_denied(ret))
			break;
		if (ret < 0) {
			ret = 0;	/* closed meanwhile, or a long path */
			continue;
		}
		ret = 0;
		if (!strcmp(target, "anon_inode:kvm-vm"))
			ret = add_vm(vmm, fds[i]);
		else if (link_number(target, "anon_inode:kvm-vcpu:", &id))
			ret = add_vcpu(vmm, fds[i], id);
		if (ret)
			break;
	}
	free(fds);
	if (ret) {
		vmm->vms = 0;
		vmm->nr_vcpus = 0;
		return ret;
	}
	vmm->fds_readable = true;
	for (i = 0; vmm->vms == 1 && i < vmm->nr_vcpus; i++)
		vmm->vcpus[i].vm_fd = vmm->vm_fds[0];
	if (vmm->nr_vcpus)
		qsort(vmm->vcpus, vmm->nr_vcpus, sizeof(*vmm->vcpus), compare_vcpus);
	return 0;
}

/* Guest name, program and architecture. comm: of the process, raw. */
static int fill_names(int dir, struct vmm_info *vmm, const char *comm, char *program,
		      size_t size)
{
	struct buf text = BUF_INIT, guest = BUF_INIT;
	struct utsname uts;
	const char *base;
	int ret;

	if (procfs_exe(dir, program, size) == 0)
		printable(vmm->exe, sizeof(vmm->exe), program);
	ret = procfs_read(dir, "cmdline", PROCFS_CMDLINE_MAX, &text);
	if (!ret && cmdline_guest_name(buf_str(&text), text.len, &guest)) {
		printable(vmm->name, sizeof(vmm->name), guest.data);
		vmm->guest = guest.data;	/* malloc()ed, NUL-terminated */
		guest = (struct buf)BUF_INIT;
	}
	/* The program's name: of its file, else as it was called, else of its main thread. */
	if (!program[0] && !ret && text.len) {
		base = strrchr(buf_str(&text), '/');
		snprintf(program, size, "%s", base ? base + 1 : buf_str(&text));
	}
	if (!program[0])
		snprintf(program, size, "%s", comm);
	if (uname(&uts))
		strcpy(uts.machine, "?");
	snprintf(vmm->arch, sizeof(vmm->arch), "%.15s", cmdline_guest_arch(program, uts.machine));
	buf_free(&text);
	buf_free(&guest);
	return ret == -ENOMEM ? ret : 0;
}

/* Whether what anybody may read of a process makes it a VMM. */
static bool looks_like_vmm(const char *program, const char *comm,
			   const struct thread_info *threads, size_t count)
{
	struct utsname uts;
	size_t i;

	if (uname(&uts))
		return false;
	if (cmdline_is_vmm(program, uts.machine) || cmdline_is_vmm(comm, uts.machine))
		return true;
	for (i = 0; i < count; i++) {
		if (threads[i].named_id >= 0)
			return true;
	}
	return false;
}

/* Would attaching be permitted: to the process, and to each vCPU's thread. */
static void fill_permits(const char *proc, struct vmm_info *vmm)
{
	struct vcpu_info *v;
	size_t i;

	permit_predict(proc, vmm->pid, 0, &vmm->permit);
	for (i = 0; i < vmm->nr_vcpus; i++) {
		v = &vmm->vcpus[i];
		v->permit = vmm->permit;
		if (v->tid)
			permit_predict(proc, vmm->pid, v->tid, &v->permit);
		if (v->permit.layer != PERMIT_GONE)
			continue;
		/* The thread has ended since it was looked at. */
		v->tid = 0;
		v->tid_sure = false;
		v->state = VCPU_UNKNOWN;
		v->permit = vmm->permit;
	}
}

/* Look at a process below its directory; *look says what it is. 0 or -errno. */
static int look_vmm(const char *proc, int dir, pid_t pid, struct vmm_info *vmm,
		    enum look *look)
{
	struct thread_info *threads = NULL;
	struct procfs_stat st;
	struct procfs_status status;
	char program[256];
	size_t count;
	int ret;

	vmm->pid = pid;
	ret = look_fds(dir, vmm);
	*look = LOOK_NO_VMM;
	if (!ret && !vmm->vms)
		return 0;
	if (ret && !procfs_is_denied(ret))
		return ret;
	ret = procfs_stat(dir, &st);
	if (!ret)
		ret = procfs_status(dir, &status);
	if (!ret)
		ret = fill_names(dir, vmm, st.comm, program, sizeof(program));
	if (!ret)
		ret = threads_look(dir, &threads, &count);
	if (ret)
		return ret;
	*look = LOOK_VMM;
	if (!vmm->fds_readable && !looks_like_vmm(program, st.comm, threads, count))
		*look = LOOK_UNSEEN;
	threads_assign(threads, count, vmm->vcpus, vmm->nr_vcpus, vmm->vms == 1);
	free(threads);
	vmm->start_time = st.start_time;
	vmm->uid = status.euid;
	printable_user(vmm->user, sizeof(vmm->user), vmm->uid);
	if (*look == LOOK_VMM)
		fill_permits(proc, vmm);
	return vmm->permit.layer == PERMIT_GONE ? -ESRCH : 0;
}

void vmm_free(struct vmm_info *vmm)
{
	free(vmm->guest);
	free(vmm->vm_fds);
	free(vmm->vcpus);
	memset(vmm, 0, sizeof(*vmm));
}

/* Look at a process; vmm is to be freed if *look is LOOK_VMM or LOOK_UNSEEN. */
static struct error *look_pid(const char *proc, pid_t pid, struct vmm_info *vmm,
			      enum look *look)
{
	int dir, ret;

	memset(vmm, 0, sizeof(*vmm));
	dir = procfs_open(proc, pid);
	ret = dir < 0 ? dir : look_vmm(proc, dir, pid, vmm, look);
	if (dir >= 0)
		close(dir);
	if (ret)
		*look = procfs_is_denied(ret) ? LOOK_UNSEEN : LOOK_GONE;
	if (ret || *look == LOOK_NO_VMM)
		vmm_free(vmm);
	return ret == -ENOMEM ? error_nomem() : NULL;
}

/* Another process of this program: its fds of VMs are borrowed ones. */
static bool is_same_program(const char *proc, pid_t self, pid_t pid)
{
	char own[PATH_MAX] = "", other[PATH_MAX] = "";
	int dir;

	if (pid == self)
		return true;
	dir = procfs_open(proc, self);
	if (dir < 0)
		return false;
	if (procfs_readlink(dir, "exe", own, sizeof(own)) < 0)
		own[0] = '\0';
	close(dir);
	dir = procfs_open(proc, pid);
	if (dir < 0)
		return false;
	if (procfs_readlink(dir, "exe", other, sizeof(other)) < 0)
		other[0] = '\0';
	close(dir);
	return own[0] && !strcmp(own, other);
}

static struct error *add_vmm(struct vmm_list *list, const struct vmm_info *vmm)
{
	struct vmm_info *more = reallocarray(list->vmms, list->count + 1, sizeof(*more));

	if (!more)
		return error_nomem();
	list->vmms = more;
	list->vmms[list->count++] = *vmm;
	return NULL;
}

static struct error *list_pid(const char *proc, pid_t self, pid_t pid, struct vmm_list *list)
{
	struct error *err;
	struct vmm_info vmm;
	enum look look;

	err = look_pid(proc, pid, &vmm, &look);
	if (err)
		return err;
	if (look == LOOK_UNSEEN)
		list->unseen++;
	if (look == LOOK_VMM && !(self && is_same_program(proc, self, pid))) {
		err = add_vmm(list, &vmm);
		if (!err)
			return NULL;
	}
	vmm_free(&vmm);
	return err;
}

struct error *vmm_list_get(const char *proc, struct vmm_list *list)
{
	struct error *err = NULL;
	size_t i, count;
	pid_t self = procfs_self(proc);
	int *pids, ret;

	memset(list, 0, sizeof(*list));
	ret = procfs_pids(proc, &pids, &count);
	if (ret)
		return error_os(ERROR_TARGET, -ret, "cannot list the processes in %s", proc);
	for (i = 0; !err && i < count; i++)
		err = list_pid(proc, self, pids[i], list);
	free(pids);
	if (err)
		vmm_list_free(list);
	return err;
}

void vmm_list_free(struct vmm_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		vmm_free(&list->vmms[i]);
	free(list->vmms);
	memset(list, 0, sizeof(*list));
}

/* A process that holds no VM, with what it is instead. */
static struct error *no_vmm_error(const char *proc, pid_t pid)
{
	struct procfs_status status;
	struct procfs_stat st;
	struct error *err;
	char comm[256];
	int dir, ret;

	dir = procfs_open(proc, pid);
	ret = dir < 0 ? dir : procfs_stat(dir, &st);
	if (!ret)
		ret = procfs_status(dir, &status);
	if (dir >= 0)
		close(dir);
	if (ret)
		return error_new(ERROR_TARGET, "there is no process %d", (int)pid);
	printable(comm, sizeof(comm), st.comm);
	err = error_new(ERROR_TARGET, "process %d (%s) holds no KVM VM", (int)pid, comm);
	if (status.tgid && status.tgid != pid)
		return error_hint(err, "%d is a thread of process %d: use that PID", (int)pid,
				  (int)status.tgid);
	return error_hint(err, "'s390memctl list' shows the processes that do");
}

struct error *vmm_get(const char *proc, pid_t pid, struct vmm_info *vmm)
{
	struct error *err;
	enum look look;

	err = look_pid(proc, pid, vmm, &look);
	if (err)
		return err;
	if (look == LOOK_GONE || look == LOOK_NO_VMM)
		return no_vmm_error(proc, pid);
	if (vmm->fds_readable)
		return NULL;
	vmm_free(vmm);
	return permit_explain(proc, pid, 0, EACCES, "reading its file descriptors");
}
