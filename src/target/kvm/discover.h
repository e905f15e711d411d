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
#include "base/log.h"

enum vcpu_state {
	VCPU_UNKNOWN,		/* running: in the guest or not, /proc does not tell */
	VCPU_IN_RUN,		/* blocked in KVM_RUN on this vCPU's fd */
	VCPU_OUTSIDE,		/* blocked in another system call */
};

/* A vCPU, by its file descriptor in the VMM. */
struct vcpu_info {
	int id;			/* from anon_inode:kvm-vcpu:ID */
	int fd;			/* number in the VMM */
	int vm_fd;		/* fd of its VM, -1 if several VMs make it ambiguous */
	pid_t tid;		/* its thread, 0 if unknown */
	bool tid_sure;		/* seen in KVM_RUN on this fd; else only the thread's name says so */
	enum vcpu_state state;
};

/* A process that holds at least one VM. */
struct vmm_info {
	pid_t pid;
	unsigned long long start_time;	/* field 22 of /proc/PID/stat, against PID reuse */
	uid_t uid;		/* effective */
	char user[64];		/* name of uid, or the number; printable */
	char name[128];		/* -name guest=..., printable (escaped); "" if none */
	char exe[256];		/* base name of /proc/PID/exe, printable; "" if unreadable */
	char arch[16];		/* "s390x", "x86_64": the guests' architecture as far as it can be told; "?" */
	bool fds_readable;	/* /proc/PID/fd could be read; else vms and vcpus are unknown */
	int vms;		/* number of anon_inode:kvm-vm */
	int *vm_fds;		/* their fds, ascending */
	struct vcpu_info *vcpus;	/* ascending by vm_fd (if known), id, fd */
	size_t nr_vcpus;
	bool may_attach;	/* as far as can be told without trying */
	char why_not[256];	/* if not: the layer and what to do, printable; else "" */
};

struct vmm_list {
	struct vmm_info *vmms;	/* ascending by pid */
	size_t count;
};

/*
 * List all VMMs. proc: "/proc" (tests give a tree of their own). Processes and
 * threads that vanish meanwhile are left out. A process whose fds may not be
 * read is listed when its command line or its threads' names make it a VMM.
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
 * The vCPU with an id (several VMs may each have one: then vcpu_fd >= 0 must
 * choose) among those of vmm; *vcpu points into vmm. Else an error that lists
 * the vCPUs there are.
 */
struct error *vmm_select_vcpu(const struct vmm_info *vmm, int id, int vcpu_fd,
			      const struct vcpu_info **vcpu);

/*
 * Look again which thread runs the vCPU fd and what it does now. tid 0 if it
 * cannot be told.
 */
struct error *vcpu_refresh(const char *proc, pid_t pid, struct vcpu_info *vcpu);

/*
 * The threads that may be the vCPU's, most probable first: the one seen in
 * KVM_RUN on its fd, those with the name "CPU <id>/KVM", then all others
 * but the main thread. *tids is allocated.
 */
struct error *vcpu_candidates(const char *proc, pid_t pid,
			      const struct vcpu_info *vcpu, pid_t **tids,
			      size_t *count);

#endif
