/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the vCPU's thread stands and runs, and in which address space it stands. */
#include <errno.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "arch/psw.h"
#include "base/clock.h"
#include "target/kvm/live.h"

#define MSEC			1000000ULL
#define CONTEXT_WAIT_NS		(1000 * MSEC)	/* for the vCPU to come back to its address space */
#define TRACER_WAIT_NS		(3000 * MSEC)	/* for another s390memctl to let go of the thread */

void live_sleep_ns(uint64_t ns)
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

	return (poll(&pfd, 1, 0) == 1 && pfd.revents & POLLIN) || inject_is_ending(l->pid);
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

/*
 * Is the VMM's fd theirs still the file that we have borrowed as ours? kcmp(2). That is asked of
 * the thread that we work in: in a long session its TID may have become another process's.
 */
static bool is_same_file(const struct live *l, int ours, int theirs)
{
	pid_t self = getpid();
	long ret = syscall(SYS_kcmp, self, l->tid ? l->tid : l->pid, KCMP_FILE, ours, theirs);

	if (ret < 0 && errno == ESRCH && l->tid)
		ret = syscall(SYS_kcmp, self, l->pid, KCMP_FILE, ours, theirs);
	/* Kernels without kcmp and filters that forbid it cannot tell. */
	return ret == 0 || (ret < 0 && (errno == ENOSYS || errno == EPERM));
}

/* Does the VMM still have this vCPU? */
static struct error *check_vcpu(const struct live *l)
{
	struct error *err;

	if (is_same_file(l, l->vcpu_fd, l->vcpu.fd))
		return NULL;
	err = error_new(ERROR_TARGET, "fd %d of PID %d is no longer vCPU %d: the VM has been closed",
			l->vcpu.fd, l->pid, l->vcpu.id);
	err->fatal = true;
	return err;
}

struct error *live_check_vm(struct live *l)
{
	struct error *err;

	if (l->engine == ENGINE_DIRECT || l->vm_checked)
		return NULL;
	l->vm_checked = is_same_file(l, l->vm_fd, l->vcpu.vm_fd);
	if (l->vm_checked)
		return NULL;
	err = error_new(ERROR_TARGET, "fd %d of PID %d is no longer the VM of vCPU %d",
			l->vcpu.vm_fd, l->pid, l->vcpu.id);
	err->fatal = true;
	return err;
}

struct error *live_check_vmm(const struct live *l)
{
	return live_gone_error(l, check_vcpu(l));
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

/* After a stop the vCPU gets as long as it stood, so that long transfers take no more than half of it. */
static void leave_time_to_run(const struct live *l)
{
	uint64_t pause, elapsed;

	if (!l->resumed_at_ns)
		return;
	pause = l->last_stop_ns < l->max_stop_ns ? l->last_stop_ns : l->max_stop_ns;
	elapsed = clock_ns() - l->resumed_at_ns;
	if (elapsed < pause)
		live_sleep_ns(pause - elapsed);
}

/* A thread has one tracer at a time, and another s390memctl is through in a moment. */
static bool is_traced_elsewhere(const struct error *err)
{
	return err && (err->errnum == EPERM || err->errnum == EBUSY);
}

/* A thread that has just gone on is not blocked again at once. */
static bool is_still_paused(const struct live *l)
{
	int tries;

	for (tries = 0; tries < 10; tries++) {
		if (live_is_paused(l))
			return true;
		live_sleep_ns(MSEC / 5);
	}
	return false;
}

static struct error *stop_thread(struct live *l)
{
	struct error *err;

	if (l->inj && l->is_stand_in && !is_still_paused(l)) {
		inject_close(l->inj);
		l->inj = NULL;
	}
	if (!l->inj)
		return live_choose_thread(l);
	err = inject_stop(l->inj);
	if (!err || err->fatal || live_is_gone(l) || is_traced_elsewhere(err))
		return err;
	/* The thread may have ended (CPU unplug) and another one run the vCPU now. */
	log_verbose(l->t.log, 1, "thread %d: %s; looking for the vCPU's thread again", l->tid,
		    err->message);
	error_free(err);
	inject_close(l->inj);
	l->inj = NULL;
	l->tid = 0;
	return live_choose_thread(l);
}

struct error *live_stop(struct live *l)
{
	uint64_t deadline = clock_ns() + TRACER_WAIT_NS;
	struct error *err;

	if (l->engine == ENGINE_DIRECT) {
		take_snapshot(l);
		return NULL;
	}
	leave_time_to_run(l);
	err = stop_thread(l);
	while (is_traced_elsewhere(err) && clock_ns() < deadline &&
	       !(l->interrupted && *l->interrupted)) {
		error_free(err);
		live_sleep_ns(MSEC);
		err = stop_thread(l);
	}
	if (err)
		return live_gone_error(l, err);
	l->stopped = true;
	l->calls_in_stop = 0;
	l->vm_checked = false;
	err = check_vcpu(l);
	if (err)
		return live_finish(l, err);
	take_snapshot(l);
	return NULL;
}

void live_count_stops(struct live *l, const struct inject *inj)
{
	struct inject_stops now = inject_stops(inj);
	struct target_stats *stats = &l->t.stats;

	stats->calls += inject_calls(inj) - l->calls_seen;
	stats->stops += now.count - l->stops_seen.count;
	stats->stopped_ns += now.sum_ns - l->stops_seen.sum_ns;
	if (now.longest_ns > stats->longest_ns)
		stats->longest_ns = now.longest_ns;
	l->calls_seen = inject_calls(inj);
	l->stops_seen = now;
}

struct error *live_resume(struct live *l)
{
	struct error *err;
	uint64_t ns = 0;

	if (!l->stopped)
		return NULL;
	l->stopped = false;
	err = inject_resume(l->inj, &ns);
	l->resumed_at_ns = clock_ns();
	l->last_stop_ns = ns;
	live_count_stops(l, l->inj);
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

static struct error *resume_unless_interrupted(struct live *l)
{
	struct error *err = live_resume(l);

	return err ? err : live_check_interrupted(l);
}

struct error *live_stop_in(struct live *l, uint8_t ar, struct live_context *context)
{
	uint64_t deadline = clock_ns() + CONTEXT_WAIT_NS, wait = MSEC / 8;
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
		err = resume_unless_interrupted(l);
		if (err)
			return err;
		if (clock_ns() > deadline)
			return error_new(ERROR_PARTIAL,
					 "the vCPU has left the address space of this operation (%s) and did not come back",
					 space_name(context->space));
		live_sleep_ns(wait);
		wait = wait < 8 * MSEC ? wait * 2 : wait;
	}
}

struct error *live_yield(struct live *l, uint8_t ar, struct live_context *context)
{
	struct error *err;

	if (l->engine == ENGINE_DIRECT || !l->calls_in_stop || !inject_time_is_up(l->inj))
		return NULL;
	err = resume_unless_interrupted(l);
	if (err)
		return err;
	return context ? live_stop_in(l, ar, context) : live_stop(l);
}
