/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which thread is the vCPU's, and when it stands and runs. */
#include <errno.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "arch/psw.h"
#include "target/kvm/live.h"
#include "target/kvm/procfs.h"
#include "target/kvm/threads.h"

#define MSEC			1000000ULL
#define THREAD_WAIT_NS		(500 * MSEC)	/* for the vCPU's thread to be seen in KVM_RUN */
#define RUN_WAIT_NS		(200 * MSEC)	/* for a known thread to come to KVM_RUN */
#define IDLE_WAIT_NS		(2 * MSEC)	/* the same when it is known not to be there */
#define CONTEXT_WAIT_NS		(1000 * MSEC)	/* for the vCPU to come back to its address space */
#define TRACER_WAIT_NS		(3000 * MSEC)	/* for another s390memctl to let go of the thread */
#define CANDIDATES_MAX		256		/* threads tried in one round */

uint64_t live_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

static void sleep_ns(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / 1000000000ULL),
		.tv_nsec = (long)(ns % 1000000000ULL),
	};

	nanosleep(&ts, NULL);
}

struct error *live_check_interrupted(const struct live *l)
{
	if (l->interrupted && *l->interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	return NULL;
}

bool live_is_gone(const struct live *l)
{
	struct pollfd pfd = { .fd = l->pidfd, .events = POLLIN };
	char byte;
	struct iovec local = { &byte, 1 }, remote = { NULL, 1 };

	if (poll(&pfd, 1, 0) == 1 && pfd.revents & POLLIN)
		return true;
	/* While it ends its address space goes first: ESRCH then, else EFAULT. */
	return process_vm_readv(l->pid, &local, 1, &remote, 1, 0) < 0 && errno == ESRCH;
}

struct error *live_gone_error(const struct live *l, struct error *err)
{
	if (!err || !live_is_gone(l))
		return err;
	log_verbose(l->t.log, 1, "%s", err->message);
	error_free(err);
	err = error_new(ERROR_TARGET, "the VMM, PID %d, has ended", l->pid);
	err->fatal = true;
	return err;
}

/* Is the VMM's fd theirs still the file that we have borrowed as ours? kcmp(2). */
static bool is_same_file(const struct live *l, int ours, int theirs)
{
	long ret = syscall(SYS_kcmp, getpid(), l->pid, KCMP_FILE, ours, theirs);

	/* Kernels without kcmp and filters that forbid it cannot tell. */
	return ret == 0 || (ret < 0 && (errno == ENOSYS || errno == EPERM));
}

/* Take over what the kernel left in kvm_run when the vCPU stopped. */
static void take_snapshot(struct live *l)
{
	uint64_t mask;

	l->ar_mode = false;
	if (!LIVE_HOST_IS_S390 || !l->run)
		return;
	__sync_synchronize();
	memcpy(&mask, l->run + KVMU_RUN_PSW_MASK, sizeof(mask));
	l->ar_mode = psw_space(mask) == SPACE_AR;
	memcpy(l->acrs, l->run + KVMU_RUN_ACRS, sizeof(l->acrs));
}

/*
 * Try a thread: open the injection and stop it. It is taken when it was in
 * KVM_RUN, or whatever it was doing if any_state; this and each later stop
 * waits up to wait_ns for it to be in KVM_RUN. *taken: it stands now and l->inj
 * is it.
 */
static struct error *try_thread(struct live *l, pid_t tid, bool any_state, uint64_t wait_ns,
				bool *taken)
{
	struct inject_options opt = {
		.log = l->t.log,
		.max_stop_ns = l->max_stop_ns,
		.wait_ns = wait_ns,
		.suspend_seccomp = l->suspend_seccomp,
		.interrupted = l->interrupted,
	};
	struct inject *inj = NULL;
	struct error *err;

	*taken = false;
	err = inject_open(l->pid, tid, l->vcpu.fd, &opt, &inj);
	if (err)
		return err;
	err = inject_stop(inj);
	if (!err && (any_state || inject_where(inj) == INJECT_IN_KVM_RUN)) {
		log_verbose(l->t.log, 1, "thread %d runs vCPU %d%s", tid, l->vcpu.id,
			    inject_where(inj) == INJECT_IN_KVM_RUN ? " (stopped in KVM_RUN)" :
			    " (it is outside KVM_RUN now)");
		l->inj = inj;
		l->tid = tid;
		l->calls_seen = 0;
		*taken = true;
		return NULL;
	}
	if (!err)
		log_verbose(l->t.log, 2, "thread %d is not in KVM_RUN on fd %d", tid, l->vcpu.fd);
	inject_close(inj);
	return err;
}

/* Try all candidates once. *last: the error of the last one that could not be tried. */
static struct error *try_candidates(struct live *l, bool *taken, struct error **last)
{
	pid_t *tids = NULL;
	size_t count = 0, i;
	struct error *err;

	err = vcpu_candidates(l->proc, l->pid, &l->vcpu, &tids, &count);
	if (err)
		return err;
	if (count > CANDIDATES_MAX)
		count = CANDIDATES_MAX;
	for (i = 0; i < count && !*taken; i++) {
		err = live_check_interrupted(l);
		if (err)
			break;
		error_free(*last);
		*last = try_thread(l, tids[i], false, 0, taken);
		if (*last && (*last)->kind == ERROR_REFUSED)
			break;
	}
	free(tids);
	return err;
}

/*
 * If every thread is blocked and none of them in KVM_RUN, nobody holds the
 * vCPU's mutex, and any thread can make the ioctl without waiting: a guest
 * that its VMM has paused. *tid: one to use, 0 if it is not so.
 */
static struct error *paused_thread(struct live *l, pid_t *tid)
{
	struct thread_info *threads = NULL;
	size_t count = 0, i;
	pid_t *tids = NULL;
	struct error *err;
	int dir, ret;

	*tid = 0;
	dir = procfs_open(l->proc, l->pid);
	if (dir < 0)
		return NULL;
	ret = threads_look(dir, &threads, &count);
	close(dir);
	if (ret < 0)
		return NULL;
	for (i = 0; i < count; i++)
		if (!threads[i].worker && (!threads[i].known || threads[i].run_fd >= 0))
			break;
	free(threads);
	if (i < count)
		return NULL;
	err = vcpu_candidates(l->proc, l->pid, &l->vcpu, &tids, &count);
	if (!err && count)
		*tid = tids[0];
	free(tids);
	return err;
}

/* None was seen in KVM_RUN for long enough: use the thread that /proc takes for it. */
static struct error *take_idle_thread(struct live *l, bool *taken)
{
	struct error *err = vcpu_refresh(l->proc, l->pid, &l->vcpu);
	pid_t tid = l->vcpu.tid;

	if (!err && !tid)
		err = paused_thread(l, &tid);
	if (err || !tid)
		return err;
	return try_thread(l, tid, true, IDLE_WAIT_NS, taken);
}

/*
 * Threads tried without waiting were in KVM_RUN at that instant: the same one,
 * opened to wait for it in each stop.
 */
static struct error *settle(struct live *l)
{
	bool taken = false;

	inject_close(l->inj);
	l->inj = NULL;
	return try_thread(l, l->tid, true, RUN_WAIT_NS, &taken);
}

/* Find the vCPU's thread; it stands afterwards. */
static struct error *choose_thread(struct live *l)
{
	uint64_t deadline = live_now_ns() + THREAD_WAIT_NS;
	struct error *err, *last = NULL;
	bool taken = false;

	err = vcpu_refresh(l->proc, l->pid, &l->vcpu);
	if (err)
		return err;
	if (l->vcpu.tid && l->vcpu.tid_sure) {
		err = try_thread(l, l->vcpu.tid, false, RUN_WAIT_NS, &taken);
		return err || taken ? err : try_thread(l, l->vcpu.tid, true, IDLE_WAIT_NS, &taken);
	}
	while (!err && !taken) {
		err = try_candidates(l, &taken, &last);
		if (err || taken || (last && last->kind == ERROR_REFUSED) ||
		    live_now_ns() > deadline)
			break;
		sleep_ns(5 * MSEC);
	}
	if (!err && taken)
		err = settle(l);
	else if (!err && !(last && last->kind == ERROR_REFUSED))
		err = take_idle_thread(l, &taken);
	if (err || taken) {
		error_free(last);
		return err;
	}
	if (last)
		return last;
	return error_hint(error_new(ERROR_REFUSED,
				    "which thread of PID %d runs vCPU %d cannot be told: none was seen in KVM_RUN on fd %d",
				    l->pid, l->vcpu.id, l->vcpu.fd),
			  "a paused guest has to be resumed, or its QEMU started with -name debug-threads=on");
}

/* After a stop the vCPU gets as long as it stood, so that long transfers take no more than half of it. */
static void leave_time_to_run(const struct live *l)
{
	uint64_t pause, elapsed;

	if (!l->resumed_at_ns)
		return;
	pause = l->last_stop_ns < l->max_stop_ns ? l->last_stop_ns : l->max_stop_ns;
	elapsed = live_now_ns() - l->resumed_at_ns;
	if (elapsed < pause)
		sleep_ns(pause - elapsed);
}

/* A thread has one tracer at a time, and another s390memctl is through in a moment. */
static bool is_traced_elsewhere(const struct error *err)
{
	return err && (err->errnum == EPERM || err->errnum == EBUSY);
}

static struct error *stop_thread(struct live *l)
{
	struct error *err;

	if (!l->inj)
		return choose_thread(l);
	err = inject_stop(l->inj);
	if (!err || live_is_gone(l) || is_traced_elsewhere(err))
		return err;
	/* The thread may have ended (CPU unplug) and another one run the vCPU now. */
	log_verbose(l->t.log, 1, "thread %d: %s; looking for the vCPU's thread again", l->tid,
		    err->message);
	error_free(err);
	inject_close(l->inj);
	l->inj = NULL;
	l->tid = 0;
	return choose_thread(l);
}

struct error *live_stop(struct live *l)
{
	uint64_t deadline = live_now_ns() + TRACER_WAIT_NS;
	struct error *err;

	if (l->engine == ENGINE_DIRECT) {
		take_snapshot(l);
		return NULL;
	}
	leave_time_to_run(l);
	err = stop_thread(l);
	while (is_traced_elsewhere(err) && live_now_ns() < deadline &&
	       !(l->interrupted && *l->interrupted)) {
		error_free(err);
		sleep_ns(MSEC);
		err = stop_thread(l);
	}
	if (err)
		return live_gone_error(l, err);
	l->stopped = true;
	l->calls_in_stop = 0;
	if (!is_same_file(l, l->vcpu_fd, l->vcpu.fd)) {
		err = error_new(ERROR_TARGET, "fd %d of PID %d is no longer vCPU %d: the VM has been closed",
				l->vcpu.fd, l->pid, l->vcpu.id);
		err->fatal = true;
		return live_finish(l, err);
	}
	take_snapshot(l);
	return NULL;
}

struct error *live_resume(struct live *l)
{
	struct error *err;
	uint64_t ns = 0, calls;

	if (!l->stopped)
		return NULL;
	l->stopped = false;
	err = inject_resume(l->inj, &ns);
	l->resumed_at_ns = live_now_ns();
	l->last_stop_ns = ns;
	calls = inject_calls(l->inj);
	l->t.stats.calls += calls - l->calls_seen;
	l->calls_seen = calls;
	l->t.stats.stops++;
	l->t.stats.stopped_ns += ns;
	if (ns > l->t.stats.longest_ns)
		l->t.stats.longest_ns = ns;
	return live_gone_error(l, err);
}

struct error *live_finish(struct live *l, struct error *err)
{
	struct error *err2 = live_resume(l);

	if (!err)
		return err2;
	if (err2)
		err->fatal = err->fatal || err2->fatal;
	error_free(err2);
	return err;
}

/* A control register of the stopped vCPU. */
static uint64_t control_register(const struct live *l, unsigned int n)
{
	uint64_t value;

	memcpy(&value, l->run + KVMU_RUN_CRS + 8 * n, sizeof(value));
	return value;
}

struct live_context live_context(const struct live *l, uint8_t ar)
{
	struct live_context c = { .space = SPACE_REAL, .mask = UINT64_MAX };
	uint64_t mask;

	if (!LIVE_HOST_IS_S390 || !l->run)
		return c;
	memcpy(&mask, l->run + KVMU_RUN_PSW_MASK, sizeof(mask));
	c.space = psw_space(mask);
	c.mask = psw_address_mask(mask);
	switch (c.space) {
	case SPACE_PRIMARY:
		c.asce = control_register(l, 1);
		break;
	case SPACE_SECONDARY:
		c.asce = control_register(l, 7);
		break;
	case SPACE_HOME:
		c.asce = control_register(l, 13);
		break;
	case SPACE_AR:
		c.alet = ar ? l->acrs[ar] : 0;
		c.asce = control_register(l, c.alet == 1 ? 7 : 1);
		break;
	default:
		break;
	}
	return c;
}

bool live_same_context(const struct live_context *a, const struct live_context *b)
{
	return a->space == b->space && a->mask == b->mask && a->asce == b->asce &&
	       a->alet == b->alet;
}

struct error *live_stop_in(struct live *l, uint8_t ar, struct live_context *context)
{
	uint64_t deadline = live_now_ns() + CONTEXT_WAIT_NS, wait = MSEC / 8;
	struct live_context now;
	struct error *err;

	for (;;) {
		err = live_stop(l);
		if (err)
			return err;
		now = live_context(l, ar);
		if (context->space == SPACE_AUTO)
			*context = now;
		if (live_same_context(context, &now))
			return NULL;
		err = live_resume(l);
		if (!err)
			err = live_check_interrupted(l);
		if (err)
			return err;
		if (live_now_ns() > deadline)
			return error_new(ERROR_PARTIAL,
					 "the vCPU has left the address space of this operation (%s) and did not come back",
					 space_name(context->space));
		sleep_ns(wait);
		wait = wait < 8 * MSEC ? wait * 2 : wait;
	}
}

struct error *live_yield(struct live *l, uint8_t ar, struct live_context *context)
{
	struct error *err;

	if (l->engine == ENGINE_DIRECT || !l->calls_in_stop || !inject_time_is_up(l->inj))
		return NULL;
	err = live_resume(l);
	if (!err)
		err = live_check_interrupted(l);
	if (err)
		return err;
	return context ? live_stop_in(l, ar, context) : live_stop(l);
}
