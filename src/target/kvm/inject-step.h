/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files inject*.c share: how far a stop has gone, and the steps of a traced thread. */
#ifndef S390MEMCTL_TARGET_KVM_INJECT_STEP_H
#define S390MEMCTL_TARGET_KVM_INJECT_STEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "target/kvm/inject-arch.h"
#include "target/kvm/inject.h"
#include "target/kvm/tracing.h"

#define NS_PER_MS 1000000ULL
#define CALL_WAIT_NS (5000 * NS_PER_MS)	/* how long a call may take before we give up on it */

/* How far a stop has gone. */
enum phase {
	PHASE_RUNNING,		/* not traced */
	PHASE_STOPPED,		/* at its event stop, nothing changed */
	PHASE_CALLED,		/* at the exit stop of a call, comes back by the frame */
	PHASE_LOST,		/* traced, running: only our end lets go of it */
};

struct inject {
	pid_t pid, tid;
	int vcpu_fd;
	struct inject_options opt;
	struct inject_gadget gadget;
	struct inject_saved *saved;
	struct inject_frame frame;
	enum phase phase;
	enum inject_where where;
	bool frame_written;	/* in this stop */
	bool call_begun;	/* in this stop */
	uint64_t stop_began;	/* ns, CLOCK_MONOTONIC */
	uint64_t longest_call;	/* ns, in this stop */
	uint64_t calls;
	struct inject_stops stops;
	struct tracing tracing;
};

/* Is it the stop that PTRACE_INTERRUPT asked for (or a group stop)? status: as from waitpid(2) */
bool inject_is_event_stop(int status);

/* Is it a stop at a system call's entry or exit? */
bool inject_is_syscall_stop(int status);

/*
 * Wait until the thread stops or ends. wait: ns; *status: as from waitpid(2). Errors: ERROR_TARGET;
 * when it has ended, it is not traced any more.
 */
struct error *inject_wait_stop(struct inject *inj, uint64_t wait, int *status);

/* The thread has ended, or is about to: see it off. The error that says so. */
struct error *inject_gone(struct inject *inj);

/*
 * Go on from a stop as if we were not there: a signal-delivery stop hands the signal on.
 *
 * request: PTRACE_CONT, PTRACE_SYSCALL or PTRACE_DETACH. Result: as of ptrace(2).
 */
int inject_pass_on(const struct inject *inj, int status, int request);

/*
 * Run to the next system-call stop; group stops on the way do not hold us up. Errors: ERROR_TARGET;
 * PHASE_LOST where the thread did not come there in time.
 *
 * going, there: names of these two steps for stop_at()
 */
struct error *inject_run_to_syscall_stop(struct inject *inj, const char *going, const char *there);

/*
 * A suspended seccomp filter is in force again when we detach, and it may not
 * allow rt_sigreturn: see the thread through it first. Errors: as above.
 */
struct error *inject_run_through_sigreturn(struct inject *inj);

/*
 * We still trace a thread that did not stop in time (PHASE_LOST), and it would stand at its
 * next stop for as long as we live. Let go of it if it has come there by now;
 * else only our end does that, so ask for it by SIGTERM. A thread that ends stops no more.
 */
void inject_let_go(struct inject *inj);

#endif
