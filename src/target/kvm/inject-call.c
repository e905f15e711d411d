/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call: steps 3 to 5 of what inject.c argues. */
#include "target/kvm/inject.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "target/kvm/inject-step.h"
#include "target/kvm/stop-at.h"

#define TAKE_BACK_NS (1000 * NS_PER_MS)	/* how long a thread may take to stand once more */

/*
 * Steps 2 to 4: frame, registers, signal mask. Access registers follow behind the mask; until
 * then the call is one that does nothing: if we are killed, KVM_S390_MEM_OP would be made without
 * them, which changes those of the guest where the kernel has the access-register bug.
 */
static struct error *prepare_call(struct inject *inj, long nr, const uint64_t args[6],
				  const uint32_t *acrs)
{
	uint64_t all = ~0ULL;
	struct error *err;
	bool first = !inj->frame_written, twice = acrs || inj->frame.thread_pointer;

	if (first) {
		err = inject_poke(inj, inj->frame.addr, inj->frame.bytes, inj->frame.len);
		if (err)
			return error_prefix(err, "signal frame on the stack of thread %d",
					    (int)inj->tid);
		inj->frame_written = true;
		stop_at("frame");
		err = inject_arch_set_call(inj->tid, inj->saved, &inj->gadget, &inj->frame,
					   twice ? SYS_getpid : nr, args, false, NULL);
		if (err)
			return err;
		inj->phase = PHASE_CALLED;
		stop_at("registers");
		if (ptrace(PTRACE_SETSIGMASK, inj->tid, sizeof(all), &all) < 0)
			return error_os(ERROR_TARGET, errno, "signal mask of thread %d",
					(int)inj->tid);
		stop_at("mask");
	}
	if (first && !twice)
		return NULL;
	return inject_arch_set_call(inj->tid, inj->saved, &inj->gadget, &inj->frame, nr, args,
				    true, acrs);
}

/* The thread stands and has not made the call of late: undo it. */
static struct error *restore(struct inject *inj, struct error *late)
{
	struct error *err;

	inj->phase = PHASE_CALLED;
	err = inject_arch_restore(inj->tid, inj->saved, inj->call_begun);
	if (err) {
		error_free(late);
		return err;
	}
	inj->phase = PHASE_STOPPED;
	error_free(late);
	return error_hint(error_new(ERROR_TARGET, "thread %d of process %d did not run for %llu ms",
				    (int)inj->tid, (int)inj->pid, CALL_WAIT_NS / NS_PER_MS),
			  "is the VMM frozen (cgroup.freeze, systemctl freeze), or the host "
			  "overloaded? Nothing of it has been changed");
}

/*
 * A thread that did not come to the entry of its call within the time: have it stand once more, and
 * undo the call. late: says so. NULL if it has come to the entry after all.
 */
static struct error *take_back(struct inject *inj, struct error *late)
{
	struct error *err;
	int status;

	if (ptrace(PTRACE_INTERRUPT, inj->tid, 0, 0) < 0)
		return late;
	for (;;) {
		err = inject_wait_stop(inj, TAKE_BACK_NS, &status);
		if (err) {
			error_free(err);
			return late;
		}
		if (inject_is_event_stop(status))
			return restore(inj, late);
		if (inject_is_syscall_stop(status)) {
			/* The event stop follows; those do not hold us up. */
			inj->phase = PHASE_CALLED;
			error_free(late);
			return NULL;
		}
		if (inject_pass_on(inj, status, PTRACE_SYSCALL) < 0)
			return late;
	}
}

struct error *inject_call(struct inject *inj, long nr, const uint64_t args[6],
			  const uint32_t *acrs, int64_t *result)
{
	uint64_t began = clock_ns(), took;
	struct error *err;

	if (acrs && inj->gadget.uses_thread_pointer)
		return error_new(ERROR_REFUSED,
				 "access registers cannot be loaded for a call in this VMM");
	err = prepare_call(inj, nr, args, acrs);
	if (!err)
		err = inject_run_to_syscall_stop(inj, "going", "entry");
	if (err && inj->phase == PHASE_LOST)
		err = take_back(inj, err);
	if (!err) {
		inj->call_begun = true;
		err = inject_run_to_syscall_stop(inj, "call", "exit");
	}
	if (!err)
		err = inject_arch_result(inj->tid, result);
	if (err)
		return err;
	inj->calls++;
	took = clock_ns() - began;
	if (took > inj->longest_call)
		inj->longest_call = took;
	log_verbose(inj->opt.log, 2, "thread %d: system call %ld returned %lld after %llu us",
		    (int)inj->tid, nr, (long long)*result, (unsigned long long)(took / 1000));
	return NULL;
}

