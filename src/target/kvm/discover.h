/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Find VMMs, their VMs and vCPUs, from /proc alone. Nothing is opened in, sent
 * to or stopped in a VMM.
 */
#ifndef S390MEMCTL_TARGET_KVM_DISCOVER_H
#define S390MEMCTL_TARGET_KVM_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "target/kvm/permit.h"

enum vcpu_state {
	VCPU_UNKNOWN,		/* running: in the guest or not, /proc does not tell */
	VCPU_IN_RUN,		/* blocked in KVM_RUN on this vCPU's fd */
	VCPU_OUTSIDE,		/* blocked elsewhere, or stopped by a signal or a tracer */
};

/* A vCPU, by its file descriptor in the VMM. */
struct vcpu_info {
	int id;			/* from anon_inode:kvm-vcpu:ID */
	int fd;			/* number in the VMM */
	int vm_fd;		/* fd of its VM, -1 if several VMs make it ambiguous */
	pid_t tid;		/* its thread, 0 if unknown */
	/*
	 * Seen in KVM_RUN on this fd. Else the thread's name says so, or it is
	 * the only one left that has run a guest.
	 */
	bool tid_sure;
	enum vcpu_state state;
	struct permit permit;	/* to attach to its thread; of the process if tid is 0 */
};

/* A process that holds at least one VM. */
struct vmm_info {
	pid_t pid;
	unsigned long long start_time;	/* field 22 of /proc/PID/stat, against PID reuse */
	uid_t uid;		/* effective */
	char user[64];		/* name of uid, or the number; printable */
	char *guest;		/* -name guest=..., raw and whole, NULL if none; never print it */
	char name[128];		/* guest, printable (escaped, shortened to fit); "" if none */
	char exe[256];		/* base name of /proc/PID/exe, printable; "" if unreadable */
	char arch[16];		/* "s390x", "x86_64": the guests' architecture as far as it can be told; "?" */
	bool fds_readable;	/* /proc/PID/fd could be read; else vms and vcpus are unknown */
	int vms;		/* number of anon_inode:kvm-vm */
	int *vm_fds;		/* their fds, ascending; NULL if none */
	struct vcpu_info *vcpus;	/* ascending by vm_fd (if known), id, fd */
	size_t nr_vcpus;
	struct permit permit;	/* to attach to any of its threads, as far as can be told without trying */
};

struct vmm_list {
	struct vmm_info *vmms;	/* ascending by pid */
	size_t count;
	size_t unseen;		/* processes that may not be looked into and do not look like a VMM */
};

/*
 * List all VMMs. proc: "/proc" (tests give a tree of their own). Processes and
 * threads that vanish meanwhile are left out. A process whose fds may not be
 * read is listed when its command line or its threads' names make it a VMM.
 * Left out are this process and others of its program: their fds are borrowed.
 */
struct error *vmm_list_get(const char *proc, struct vmm_list *list);
/* Free what vmm_list_get() has put into list; the list is empty then. */
void vmm_list_free(struct vmm_list *list);

/*
 * Look at one process; ERROR_TARGET with a reason if it does not exist or
 * holds no VM, or if its fds cannot be read (then the reason is the permission).
 */
struct error *vmm_get(const char *proc, pid_t pid, struct vmm_info *vmm);
/* Free what vmm_get() has put into vmm. */
void vmm_free(struct vmm_info *vmm);

/*
 * The VMM that -p PID or -g NAME means (pid 0: none given; name NULL: none
 * given; neither: the only one there is). Exactly one must match; otherwise an
 * error whose message tells what matches: "guest name 'a' matches 2 VMMs: PID
 * 12 (a), PID 40 (a)".
 */
struct error *vmm_select(const char *proc, pid_t pid, const char *name,
			 struct vmm_info *vmm);

/*
 * The vCPU with an id among those of vmm; *vcpu points into vmm. Several VMs
 * may each have one with that id: then vcpu_fd must choose. vcpu_fd >= 0
 * chooses alone, whatever id is. Else an error that lists the vCPUs there are.
 */
struct error *vmm_select_vcpu(const struct vmm_info *vmm, int id, int vcpu_fd,
			      const struct vcpu_info **vcpu);

/*
 * Look again which thread runs the vCPU fd and what it does now. tid 0 if it
 * cannot be told. A thread that was seen in KVM_RUN on the fd before is kept as
 * long as it lives and is not seen in KVM_RUN on another one. ERROR_TARGET if
 * the process is gone.
 */
struct error *vcpu_refresh(const char *proc, pid_t pid, struct vcpu_info *vcpu);

/*
 * The threads that may be the vCPU's, most probable first: the one seen in
 * KVM_RUN on its fd (now or, by vcpu->tid_sure, before), those with the name
 * "CPU <id>/KVM", those that have run a guest, those that are running, then all
 * others but the main thread (it too if it is the only one). Left out are
 * threads seen in KVM_RUN on another fd and the kernel's own workers. *tids is
 * allocated; *count may be 0. ERROR_TARGET if the process is gone.
 */
struct error *vcpu_candidates(const char *proc, pid_t pid,
			      const struct vcpu_info *vcpu, pid_t **tids,
			      size_t *count);

#endif
