/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System calls in a thread of another process.
 *
 * Why this cannot harm the VMM, whenever we are killed. When a tracer dies, the
 * kernel detaches its tracee, which runs on from the registers it has then.
 * So every set of registers that the thread ever has must lead it back to its own
 * state, without us:
 *
 *  1. PTRACE_SEIZE, PTRACE_INTERRUPT. The thread stands at a PTRACE_EVENT_STOP on
 *     its way back to user mode (KVM_RUN has returned -EINTR, which every VMM
 *     takes as "enter again"). Nothing is changed: killed here, it goes on.
 *     (PTRACE_O_EXITKILL is never set.)
 *  2. A signal frame with the thread's own registers, floating-point and vector
 *     state and signal mask is written below its stack pointer (and red zone), just
 *     where the kernel itself would put one. That memory is in nobody's use:
 *     killed here, the thread goes on.
 *  3. One PTRACE_SETREGSET sets all general registers: the instruction address is
 *     at a system-call instruction of the VMM's own code that returns to its caller,
 *     the return address leads to rt_sigreturn, the stack pointer is at the frame.
 *     The kernel changes all of them or none as far as the thread can see, since
 *     it does not run meanwhile. Killed here, the thread makes the call, returns
 *     into rt_sigreturn and gets its registers and its mask from the frame. It is
 *     not in a system call any more for the kernel's restart logic (x86-64:
 *     orig_rax is -1; s390x: r2 is an argument, not -ERESTART*); what had to be
 *     begun anew has been rewound in the frame's registers.
 *  4. Only now the signal mask is set to "all blocked", so that no handler comes
 *     in between; the frame has the thread's own mask, and rt_sigreturn sets
 *     it. (Before step 3 a mask set by us would outlive us.) A handler that
 *     did come between 3 and 4 would run below the frame and come back to it.
 *     s390x: only behind this point access registers 0 and 1, the thread
 *     pointer, may be anything but the thread's own.
 *  5. PTRACE_SYSCALL to the call's entry and to its exit, where the result is
 *     read. The kernel clears the tracing flags when a tracer dies (single-step is
 *     not used: its trap would outlive us). For the next call of the same stop,
 *     step 3 is done again: the frame is still there, nothing has read it.
 *  6. PTRACE_DETACH at the exit stop. The thread goes through rt_sigreturn by
 *     itself; whether we are alive plays no part in its restoration.
 *
 * A thread that does not come to the call's entry (a VMM that is frozen by its cgroup stands still
 * on its way to user mode) must not make the call minutes later, when nobody waits for it
 * any more: it is interrupted again, gets the mask and then the registers that it had, and
 * is let go of as at 1.
 *
 * With a suspended seccomp filter (PTRACE_O_SUSPEND_SECCOMP, asked for by the user)
 * the argument has a gap: killed between 3 and the end of rt_sigreturn, the thread
 * meets the filter again. The manual says so; nobody gets it without asking.
 *
 * A call itself must be harmless if it is the last thing we do: ioctl on the
 * vCPU, mmap of scratch memory, munmap of it. No text is changed, no executable
 * memory mapped; only memory below the stack pointer and our own scratch is written.
 * The alternate signal stack is left alone (the frame's ss_flags are invalid on
 * purpose, see kernel/signal.c restore_altstack()).
 */
#include "target/kvm/inject.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "target/kvm/gadget.h"
#include "target/kvm/inject-step.h"
#include "target/kvm/permit.h"
#include "target/kvm/stop-at.h"
#include "target/kvm/tracing.h"
#include "target/kvm/vmmcheck.h"
#include "target/process-vm.h"

#ifndef PTRACE_GET_RSEQ_CONFIGURATION
#define PTRACE_GET_RSEQ_CONFIGURATION 0x420f
#endif

static void sleep_ns(uint64_t ns)
{
	struct timespec ts = { (time_t)(ns / 1000000000ULL), (long)(ns % 1000000000ULL) };

	nanosleep(&ts, NULL);
}

struct error *inject_open(pid_t pid, pid_t tid, int vcpu_fd, const struct inject_options *opt,
			  struct inject **result)
{
	struct inject *inj;
	struct error *err;

	err = vmmcheck(pid, tid, opt->suspend_seccomp, opt->log);
	if (err)
		return err;
	inj = tracing_alloc(sizeof(*inj));
	if (!inj)
		return error_nomem();
	inj->saved = inject_arch_saved_new();
	err = inj->saved ? tracing_open(&inj->tracing) : error_nomem();
	if (err) {
		free(inj->saved);
		free(inj);
		return err;
	}
	inj->pid = pid;
	inj->tid = tid;
	inj->vcpu_fd = vcpu_fd;
	inj->opt = *opt;
	err = gadget_find(pid, &inj->gadget);
	if (err) {
		inject_close(inj);
		return err;
	}
	log_verbose(opt->log, 1,
		    "calls are made by the code at %#llx of process %d, which returns to "
		    "rt_sigreturn at %#llx%s",
		    (unsigned long long)inj->gadget.call, (int)pid,
		    (unsigned long long)inj->gadget.sigreturn,
		    inj->gadget.uses_thread_pointer ? " (and stores errno)" : "");
	*result = inj;
	return NULL;
}

/* Attach and bring the thread to its event stop. */
static struct error *seize(struct inject *inj, uint64_t wait)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD;
	uint64_t unused;
	struct error *err;
	int status;

	if (inj->opt.suspend_seccomp)
		options |= PTRACE_O_SUSPEND_SECCOMP;
	tracing_prepare(&inj->tracing, inj->pid, inj->tid);
	/* What writes the frame is in the caches then. */
	error_free(inject_peek(inj, inj->gadget.call, &unused, sizeof(unused)));
	stop_at("attach");
	if (ptrace(PTRACE_SEIZE, inj->tid, 0, options) < 0)
		return permit_explain("/proc", inj->pid, inj->tid, errno, "PTRACE_SEIZE");
	inj->phase = PHASE_LOST;
	inj->stop_began = clock_ns();
	stop_at("seized");
	if (ptrace(PTRACE_INTERRUPT, inj->tid, 0, 0) < 0)
		return inject_gone(inj);
	stop_at("interrupted");
	for (;;) {
		err = inject_wait_stop(inj, wait, &status);
		if (err)
			return err;
		if (inject_is_event_stop(status))
			break;
		log_verbose(inj->opt.log, 2, "thread %d: stop status %#x passed on",
			    (int)inj->tid, (unsigned int)status);
		if (inject_pass_on(inj, status, PTRACE_CONT) < 0)
			return inject_gone(inj);
	}
	inj->phase = PHASE_STOPPED;
	stop_at("stopped");
	return NULL;
}

/*
 * In user mode the thread may stand inside a restartable sequence, which the kernel
 * would forget about. rseq(2); linux/rseq.h: rseq_cs is at offset 8.
 */
static bool in_restartable_sequence(const struct inject *inj)
{
	struct {
		uint64_t pointer;
		uint32_t size, signature, flags, pad;
	} conf = { 0 };
	uint64_t rseq_cs = 0;
	struct error *err;

	if (ptrace(PTRACE_GET_RSEQ_CONFIGURATION, inj->tid, sizeof(conf), &conf) < 0 ||
	    !conf.pointer)
		return false;
	err = inject_peek(inj, conf.pointer + 8, &rseq_cs, sizeof(rseq_cs));
	if (err) {
		error_free(err);
		return true;
	}
	return rseq_cs != 0;
}

/* Can a frame bring this state back? */
static bool state_is_usable(const struct inject *inj)
{
	if (inj->where == INJECT_IN_USER)
		return !in_restartable_sequence(inj);
	return inject_arch_is_restartable(inj->saved);
}

/* Another tracer may be another s390memctl, which is through in a moment. */
static bool worth_retrying(const struct error *err)
{
	return err->errnum == EPERM || err->errnum == EBUSY;
}

/* See inject_let_go(). */
static struct error *check_not_lost(const struct inject *inj)
{
	struct error *err;

	if (inj->phase != PHASE_LOST)
		return NULL;
	err = error_new(ERROR_TARGET, "thread %d of process %d still has not stopped", (int)inj->tid,
			(int)inj->pid);
	err->fatal = true;
	return err;
}

struct error *inject_stop(struct inject *inj)
{
	uint64_t deadline = clock_ns() + inj->opt.wait_ns, pause = 50000, unused;
	struct error *err = check_not_lost(inj);

	if (err)
		return err;
	for (;; pause = pause < NS_PER_MS ? pause * 2 : pause) {
		bool last = clock_ns() >= deadline ||
			    (inj->opt.interrupted && *inj->opt.interrupted);

		log_hold(inj->opt.log);
		tracing_begin(&inj->tracing);
		err = seize(inj, inj->opt.wait_ns + 1000 * NS_PER_MS);
		if (!err)
			err = inject_arch_save(inj->tid, inj->saved);
		if (!err) {
			inj->where = inject_arch_where(inj->saved, inj->vcpu_fd);
			if (inj->where == INJECT_IN_KVM_RUN || (last && state_is_usable(inj)))
				break;
		}
		error_free(inject_resume(inj, &unused));
		if (inj->phase == PHASE_LOST && err)
			err->fatal = true;
		if (err && (last || !worth_retrying(err)))
			return err;
		error_free(err);
		if (last)
			return error_hint(
				error_new(ERROR_TARGET,
					  "thread %d is in a system call that cannot be "
					  "interrupted without a trace", (int)inj->tid),
				"it is not in KVM_RUN now; is the VM paused? Try again");
		sleep_ns(pause);
	}
	inj->frame_written = false;
	inj->call_begun = false;
	inj->longest_call = 0;
	err = inject_arch_frame(inj->saved, &inj->gadget, &inj->frame);
	if (err)
		error_free(inject_resume(inj, &unused));
	return err;
}

enum inject_where inject_where(const struct inject *inj)
{
	return inj->where;
}

uint64_t inject_stack_area(const struct inject *inj)
{
	return inj->frame.area;
}

bool inject_time_is_up(const struct inject *inj)
{
	return clock_ns() - inj->stop_began + inj->longest_call > inj->opt.max_stop_ns;
}

struct error *inject_resume(struct inject *inj, uint64_t *stopped_ns)
{
	struct error *err = NULL;
	int failed = 0;

	*stopped_ns = 0;
	if (inj->phase == PHASE_CALLED && inj->opt.suspend_seccomp)
		err = inject_run_through_sigreturn(inj);
	if (inj->phase == PHASE_STOPPED || inj->phase == PHASE_CALLED) {
		stop_at("detach");
		failed = ptrace(PTRACE_DETACH, inj->tid, 0, 0) < 0 ? errno : 0;
		*stopped_ns = clock_ns() - inj->stop_began;
		inj->stops.count++;
		inj->stops.sum_ns += *stopped_ns;
		if (*stopped_ns > inj->stops.longest_ns)
			inj->stops.longest_ns = *stopped_ns;
		inj->phase = PHASE_RUNNING;
		stop_at("detached");
	}
	if (failed) {
		error_free(err);
		err = inject_gone(inj);
	}
	tracing_end(&inj->tracing);
	log_release(inj->opt.log);
	if (inj->phase == PHASE_LOST)
		inject_let_go(inj);
	return err;
}

/*
 * By the thread, not by the process: when that executes another program, the thread is
 * gone, while the PID stands for memory that is none of ours.
 */
struct error *inject_peek(const struct inject *inj, uint64_t addr, void *buf, size_t len)
{
	ssize_t got = process_vm_read(inj->tid, addr, buf, len);

	if (got == (ssize_t)len)
		return NULL;
	return error_os(ERROR_TARGET, got < 0 ? errno : EFAULT, "reading %zu bytes at %#llx of "
			"process %d", len, (unsigned long long)addr, (int)inj->pid);
}

struct error *inject_poke(const struct inject *inj, uint64_t addr, const void *buf, size_t len)
{
	/* A stack may end in a guard page, with memory of another thread below. */
	ssize_t put = len <= INJECT_FRAME_MAX ? process_vm_write_down(inj->tid, addr, buf, len) :
						process_vm_write(inj->tid, addr, buf, len);

	if (put == (ssize_t)len)
		return NULL;
	return error_os(ERROR_TARGET, put < 0 ? errno : EFAULT, "writing %zu bytes at %#llx of "
			"process %d", len, (unsigned long long)addr, (int)inj->pid);
}

void inject_set_wait(struct inject *inj, uint64_t wait_ns)
{
	inj->opt.wait_ns = wait_ns;
}

struct inject_stops inject_stops(const struct inject *inj)
{
	return inj->stops;
}

uint64_t inject_calls(const struct inject *inj)
{
	return inj->calls;
}

bool inject_is_ending(pid_t pid)
{
	char byte;

	/* EFAULT as long as it has its address space. */
	return process_vm_read(pid, 0, &byte, 1) < 0 && errno == ESRCH;
}

void inject_close(struct inject *inj)
{
	uint64_t unused;

	if (!inj)
		return;
	if (inj->phase == PHASE_STOPPED || inj->phase == PHASE_CALLED)
		error_free(inject_resume(inj, &unused));
	tracing_close(&inj->tracing);
	free(inj->saved);
	free(inj);
}
