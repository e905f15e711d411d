/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/inject-step.h"

#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/kvm/stop-at.h"

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

#define REAP_NS	(1000 * NS_PER_MS)	/* how long a thread that ends may take to be gone */
#define LET_GO_NS (100 * NS_PER_MS)	/* the same, where only our end is left otherwise */

/*
 * A thread that ends while we trace it is ours to wait for. Until then its process can
 * neither be waited for by its parent nor execute another program: execve(2) waits
 * for all threads, and who attaches to one meanwhile, as we would to the next, waits for
 * execve (cred_guard_mutex). Not waited for without end: a core dump comes first.
 */
static bool reap(const struct inject *inj)
{
	enum tracing_event event;
	int status;

	do
		event = tracing_wait(inj->tid, REAP_NS, &status);
	while (event == TRACING_STOPPED);
	return event == TRACING_ENDED;
}

struct error *inject_gone(struct inject *inj)
{
	inj->phase = reap(inj) ? PHASE_RUNNING : PHASE_LOST;
	return error_hint(error_new(ERROR_TARGET, "thread %d of process %d has ended",
				    (int)inj->tid, (int)inj->pid),
			  "the VMM or this vCPU is gone; see `s390memctl list`");
}

struct error *inject_wait_stop(struct inject *inj, uint64_t wait, int *status)
{
	switch (tracing_wait(inj->tid, wait, status)) {
	case TRACING_STOPPED:
		return NULL;
	case TRACING_ENDED:
		return inject_gone(inj);
	case TRACING_LATE:
		break;
	}
	return error_hint(error_new(ERROR_TARGET, "thread %d of process %d did not stop within "
				    "%llu ms", (int)inj->tid, (int)inj->pid,
				    (unsigned long long)(wait / NS_PER_MS)),
			  "it hangs in the kernel (state D?), or the host is overloaded; nothing "
			  "of it has been changed");
}

bool inject_is_event_stop(int status)
{
	return status >> 16 == PTRACE_EVENT_STOP;
}

bool inject_is_syscall_stop(int status)
{
	return status >> 16 == 0 && WSTOPSIG(status) == (SIGTRAP | 0x80);
}

int inject_pass_on(const struct inject *inj, int status, int request)
{
	int sig = WSTOPSIG(status);

	if (status >> 16 || inject_is_syscall_stop(status))
		sig = 0;
	return (int)ptrace(request, inj->tid, 0, sig);
}

struct error *inject_run_to_syscall_stop(struct inject *inj, const char *going, const char *there)
{
	struct error *err;
	int status, sig = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, inj->tid, 0, sig) < 0)
			return inject_gone(inj);
		stop_at(going);
		err = inject_wait_stop(inj, CALL_WAIT_NS, &status);
		if (err) {
			if (inj->phase != PHASE_RUNNING) {
				inj->phase = PHASE_LOST;
				err->fatal = true;
				err = error_hint(err, "a system call made in it takes too long; "
						 "when it returns, the thread goes on where it "
						 "was, by itself. A write may still be made");
			}
			return err;
		}
		if (inject_is_syscall_stop(status)) {
			stop_at(there);
			return NULL;
		}
		sig = status >> 16 ? 0 : WSTOPSIG(status);
	}
}

struct error *inject_run_through_sigreturn(struct inject *inj)
{
	struct error *err = inject_run_to_syscall_stop(inj, "leaving", "sigreturn");

	return err ? err : inject_run_to_syscall_stop(inj, "restoring", "restored");
}

/* Our end, whatever who started us has done with SIGTERM. */
static void end_ourselves(void)
{
	struct sigaction now;
	sigset_t term;

	if (!sigaction(SIGTERM, NULL, &now) && now.sa_handler == SIG_IGN)
		signal(SIGTERM, SIG_DFL);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_UNBLOCK, &term, NULL);
	kill(getpid(), SIGTERM);
}

void inject_let_go(struct inject *inj)
{
	struct error *err;
	int status;

	tracing_begin(&inj->tracing);
	err = inject_wait_stop(inj, LET_GO_NS, &status);
	if (!err && inject_is_syscall_stop(status) && inj->opt.suspend_seccomp) {
		inj->phase = PHASE_CALLED;
		err = inject_run_through_sigreturn(inj);
		status = 0;
	}
	if (!err && inject_pass_on(inj, status, PTRACE_DETACH) < 0)
		err = inject_gone(inj);
	else if (!err)
		inj->phase = PHASE_RUNNING;
	tracing_end(&inj->tracing);
	error_free(err);
	if (inj->phase != PHASE_LOST || inject_is_ending(inj->pid))
		return;
	log_warn(inj->opt.log, "ending, so that thread %d of process %d is not held up when it "
		 "goes on", (int)inj->tid, (int)inj->pid);
	end_ourselves();
}
