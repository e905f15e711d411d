/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes the time short in which a traced thread stands: a wait that blocks, the right CPU. */
#ifndef S390MEMCTL_TARGET_KVM_TRACING_H
#define S390MEMCTL_TARGET_KVM_TRACING_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/error.h"

/* A timer whose signal ends waits, so that they can look at the clock. */
struct tracing {
	timer_t timer;
	sigset_t own_mask;	/* ours, while the thread stands */
	uint64_t computed;	/* CPU time of this process when it last slept, ns */
};

/*
 * Have the timer, a handler for its signal (SIGRTMIN) that does nothing, and the code that we
 * run while the thread stands in our page tables: most of it runs for the first time then.
 * To be given back with tracing_close(). Errors: ERROR_TARGET.
 */
struct error *tracing_open(struct tracing *t);
void tracing_close(struct tracing *t);

/*
 * Zeroed memory whose pages are there already, for what is needed while a thread stands. NULL
 * if there is none; freed with free(3).
 */
void *tracing_alloc(size_t size);

/*
 * From here to tracing_end() the timer runs and all signals but its own are blocked: nothing
 * may stop us while the thread stands, as a Ctrl-Z at this moment would make it stand until
 * we are continued.
 */
void tracing_begin(struct tracing *t);
void tracing_end(const struct tracing *t);

/*
 * Get ready to stop a thread: go to the CPU that it runs on, and come there with the
 * scheduler's favour.
 *
 * What passes between us and a thread that stands is then a switch from one to the other,
 * where another CPU would have to be woken each time. We stay there by ourselves: being
 * bound to it for longer could keep us from running at all. Where a real-time thread
 * may have that CPU for itself, or the cpuset forbids it, it is left. Who has slept as long
 * as he computed, 1 ms at most, runs at once where the CPU is shared with others; else it
 * would be taken away in the middle.
 *
 * pid, tid: process and thread
 */
void tracing_prepare(struct tracing *t, pid_t pid, pid_t tid);

enum tracing_event { TRACING_STOPPED, TRACING_ENDED, TRACING_LATE };

/*
 * Wait between tracing_begin() and tracing_end() until a traced thread stops or ends.
 *
 * tid: of the thread; wait: nanoseconds, to a tenth of a second; *status: as from waitpid(2)
 */
enum tracing_event tracing_wait(pid_t tid, uint64_t wait, int *status);

#endif
