/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which thread of a VMM runs which vCPU, as far as /proc tells. */
#ifndef S390MEMCTL_TARGET_KVM_THREADS_H
#define S390MEMCTL_TARGET_KVM_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "target/kvm/discover.h"

/* What /proc says about a thread at one instant. */
struct thread_info {
	pid_t tid;
	int named_id;		/* N if its name is "CPU N/KVM", else -1 */
	int run_fd;		/* fd of its KVM_RUN call, also when stopped there; else -1 */
	bool known;		/* syscall could be read and the thread is not running */
	bool stopped;		/* by a signal or a tracer */
	bool ran_guest;		/* has spent time in a guest */
	bool worker;		/* the kernel's own, without a user mode */
};

/*
 * Look at all threads of a process, ascending by TID; those that end meanwhile
 * are left out. dir: from procfs_open(). *threads is allocated. 0 or -errno.
 */
int threads_look(int dir, struct thread_info **threads, size_t *count);

/*
 * Find the threads of vCPUs: set tid, tid_sure and state of each. What they
 * hold from an earlier look is used, see vcpu_refresh(). unique: a vCPU id is
 * unique in this process, so that threads' names tell.
 */
void threads_assign(const struct thread_info *threads, size_t count,
		    struct vcpu_info *vcpus, size_t nr_vcpus, bool unique);

#endif
