/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes and threads of a guest's Linux: struct task_struct of include/linux/sched.h. */
#ifndef S390MEMCTL_LINUX_TASKS_H
#define S390MEMCTL_LINUX_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/cpus.h"
#include "linux/kernel.h"

#define TASK_COMM_MAX	16	/* TASK_COMM_LEN */
#define TASKS_MAX	(1U << 22)	/* PID_MAX_LIMIT: no system has more */

struct tasks;

struct task_info {
	uint64_t addr;		/* of its task_struct */
	int32_t pid;		/* of this thread: gettid(2) */
	int32_t tgid;		/* of its process: getpid(2) */
	int32_t ppid;		/* process of the real parent; -1: could not be read */
	char comm[TASK_COMM_MAX + 1];	/* as it stands there, not escaped */
	char state;		/* as in ps(1): R S D T t X Z P I */
	const char *state_name;	/* as in /proc/PID/status: "sleeping" */
	int32_t cpu;		/* where it runs or ran last; -1: not known */
	bool is_kernel;		/* a kernel thread: PF_KTHREAD */
	bool is_current;	/* a CPU runs it now: its lowcore says so */
	uint64_t flags;		/* PF_* */
	uint64_t stack;		/* address of its kernel stack's lowest byte */
	uint64_t ksp;		/* thread.ksp: kernel stack pointer while it does not run */
	uint64_t mm;		/* address of its mm_struct, 0: none of its own */
};

/*
 * Get ready: offsets by the kernel's types, the CPUs and what they run. Errors:
 * ERROR_NO with what is missing, those of kernel_types().
 */
struct error *tasks_open(struct kernel *k, struct tasks **t);
/* Free; NULL is allowed. */
void tasks_close(struct tasks *t);
/* The CPUs as of tasks_open(); valid until tasks_close(). */
const struct kernel_cpu *tasks_cpus(const struct tasks *t, size_t *nr);
/* What there is to know of the task_struct at an address. Errors: those of kmem_read(). */
struct error *tasks_info(struct tasks *t, uint64_t addr, struct task_info *info);

/* Gets every task; false: no more are wanted. */
typedef bool tasks_callback(void *arg, const struct task_info *info);

/*
 * Hand all processes to a callback, each once: the idle tasks of the CPUs, then
 * the list of init_task; threads: with all their threads. Errors: ERROR_NO when
 * no list is found; ERROR_PARTIAL when a list was damaged, a task could not be
 * read (*, after all others) or when interrupted.
 */
struct error *tasks_each(struct tasks *t, bool threads, tasks_callback *callback, void *arg);

#endif
