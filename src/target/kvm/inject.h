/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Make system calls in a thread of another process so that the thread comes
 * back to exactly its own state by itself, whatever happens to us.
 *
 * The argument why this is safe stands at the top of inject.c.
 */
#ifndef S390MEMCTL_TARGET_KVM_INJECT_H
#define S390MEMCTL_TARGET_KVM_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/log.h"

struct inject;

struct inject_options {
	const struct log *log;
	uint64_t max_stop_ns;	/* a stop asks inject_time_is_up() of this */
	uint64_t wait_ns;	/* how long to try to get the thread into a usable state */
	bool suspend_seccomp;	/* PTRACE_O_SUSPEND_SECCOMP */
	const volatile int *interrupted;	/* nonzero: a signal has asked us to end; may be NULL */
};

/* What the thread was doing when it was stopped. */
enum inject_where {
	INJECT_IN_KVM_RUN,	/* in ioctl(vcpu fd, KVM_RUN), which has returned -EINTR */
	INJECT_IN_SYSCALL,	/* in another system call */
	INJECT_IN_USER,		/* in user mode */
};

/*
 * Prepare: find the instructions to run in the process's own executable
 * mappings. Nothing is stopped. Errors: ERROR_REFUSED where none are found
 * (static or unusual VMM) or where the thread's seccomp filter, shadow stack or
 * instruction set forbids it; ERROR_TARGET otherwise.
 *
 * pid, tid: process and the vCPU's thread; vcpu_fd: number of the vCPU's fd there.
 */
struct error *inject_open(pid_t pid, pid_t tid, int vcpu_fd,
			  const struct inject_options *opt, struct inject **inj);

/*
 * Stop the thread (PTRACE_SEIZE, PTRACE_INTERRUPT) and save its state.
 * Nothing of it is changed yet. Errors: ERROR_TARGET (permission, another
 * tracer, gone, not to be stopped in wait_ns, in a state that cannot be used);
 * the thread runs on then. See inject_resume() for one that does not come to stand.
 */
struct error *inject_stop(struct inject *inj);

/* Where the stopped thread was. */
enum inject_where inject_where(const struct inject *inj);

/*
 * Make one system call in the stopped thread. *result: its value (-errno if
 * it failed). With acrs (s390x only, else NULL) the access registers 0-15 are
 * loaded into the thread for the call. Errors: ERROR_TARGET, the thread will
 * come back by itself; a call that it did not begin within 5 s has been undone.
 */
struct error *inject_call(struct inject *inj, long nr, const uint64_t args[6],
			  const uint32_t *acrs, int64_t *result);

/*
 * A piece of the stopped thread's stack, below everything in use, for small
 * data; valid until inject_resume(). Address in the VMM.
 */
uint64_t inject_stack_area(const struct inject *inj);
#define INJECT_STACK_AREA 2304	/* its size in bytes: a mem_op and 2 KiB of data */

/* Has this stop lasted max_stop_ns, or would it with another call as long as the longest so far? */
bool inject_time_is_up(const struct inject *inj);

/*
 * Let the thread go on where it was (PTRACE_DETACH). *stopped_ns: how long it
 * stood. Also right after a failed inject_call(). Errors: ERROR_TARGET when
 * the thread is gone.
 *
 * A thread that has not come to the stop it was asked for, or not out of a call, would
 * stand there for as long as we trace it: unless it comes within 100 ms, the process
 * sends itself a SIGTERM. Only its end lets go of the thread then, and each further
 * inject_stop() is an error.
 */
struct error *inject_resume(struct inject *inj, uint64_t *stopped_ns);

/* Read (write) the VMM's memory, as long as the thread lives; all len bytes or an error. */
struct error *inject_peek(const struct inject *inj, uint64_t addr, void *buf,
			  size_t len);
struct error *inject_poke(const struct inject *inj, uint64_t addr,
			  const void *buf, size_t len);

/* How long inject_stop() tries from now on to find the thread in KVM_RUN. */
void inject_set_wait(struct inject *inj, uint64_t wait_ns);

/* Number of system calls made since inject_open(). */
uint64_t inject_calls(const struct inject *inj);

/*
 * Every stop since inject_open(), those that were given up included: how many,
 * how long in all, and the longest. Nanoseconds.
 */
struct inject_stops {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t longest_ns;
};

struct inject_stops inject_stops(const struct inject *inj);

/*
 * Free; resumes the thread first if it is stopped. NULL is allowed.
 */
void inject_close(struct inject *inj);

/*
 * Has the process, which we may read the memory of, given its address space back? A
 * process that was killed does so first of all (do_exit(), kernel/exit.c), long
 * before it can be waited for.
 */
bool inject_is_ending(pid_t pid);

#endif
