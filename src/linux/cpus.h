/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CPUs as a guest's kernel knows them: their lowcores, and what they run. */
#ifndef S390MEMCTL_LINUX_CPUS_H
#define S390MEMCTL_LINUX_CPUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/kernel.h"

#define KERNEL_CPUS_MAX	512	/* the most that CONFIG_NR_CPUS allows */

struct kernel_cpu {
	unsigned int cpu;	/* Linux' number of it */
	uint64_t lowcore;	/* absolute address of its lowcore: the CPU's prefix */
	uint64_t current_task;	/* address of its task_struct, 0: not known */
	uint64_t percpu_offset;	/* added to a per-CPU symbol's address; 0: not known */
	uint64_t last_update_clock;	/* TOD clock at its last accounting of time, 0: not known */
};

/*
 * The CPUs that have been brought up, in order of their numbers, from the
 * kernel's array lowcore_ptr (arch/s390/kernel/smp.c); what they run only where
 * the kernel's types are known. cpus has room for KERNEL_CPUS_MAX. Errors:
 * ERROR_NO when the symbol is missing; ERROR_ACCESS.
 */
struct error *kernel_cpus(struct kernel *k, struct kernel_cpu *cpus, size_t *nr);
/* The task_struct that runs on the target's own CPU: from its lowcore, by prefixing. */
struct error *kernel_current(struct kernel *k, uint64_t *task);

#endif
