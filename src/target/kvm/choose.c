/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which thread of the VMM is the vCPU's? The one that is in KVM_RUN on its fd.
 * Threads known to be blocked elsewhere are not stopped to find out.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "target/kvm/live.h"
#include "target/kvm/procfs.h"
#include "target/kvm/threads.h"

#define MSEC			1000000ULL
#define THREAD_WAIT_NS		(500 * MSEC)	/* for the vCPU's thread to be seen in KVM_RUN */
#define PAUSED_WAIT_NS		(50 * MSEC)	/* the same when all threads are blocked elsewhere */
#define RUN_WAIT_NS		(200 * MSEC)	/* for a known thread to come to KVM_RUN */
#define IDLE_WAIT_NS		(2 * MSEC)	/* the same when it is known not to be there */
#define CANDIDATES_MAX		256		/* threads tried in one round */

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
	uint64_t ns;

	*taken = false;
	err = inject_open(l->pid, tid, l->vcpu.fd, &opt, &inj);
	if (err)
		return err;
	l->calls_seen = 0;
	l->stops_seen = (struct inject_stops){ 0 };
	err = inject_stop(inj);
	if (!err && (any_state || inject_where(inj) == INJECT_IN_KVM_RUN)) {
		l->inj = inj;
		l->tid = tid;
		l->is_stand_in = false;
		*taken = true;
		return NULL;
	}
	if (!err) {
		log_verbose(l->t.log, 2, "thread %d is not in KVM_RUN on fd %d", tid, l->vcpu.fd);
		error_free(inject_resume(inj, &ns));
	}
	live_count_stops(l, inj);
	inject_close(inj);
	return err;
}

/* Look at all threads in /proc; none if that fails. */
static struct thread_info *look(const struct live *l, size_t *count)
{
	struct thread_info *threads = NULL;
	int dir = procfs_open(l->proc, l->pid), ret = dir;

	*count = 0;
	if (dir >= 0) {
		ret = threads_look(dir, &threads, count);
		close(dir);
	}
	return ret < 0 ? NULL : threads;
}

/* Is the thread blocked, and not in KVM_RUN? */
static bool is_elsewhere(const struct thread_info *t)
{
	return t->worker || (t->known && !t->stopped && t->run_fd < 0);
}

bool live_is_paused(const struct live *l)
{
	struct thread_info *threads;
	size_t count, i;

	threads = look(l, &count);
	for (i = 0; i < count && is_elsewhere(&threads[i]); i++)
		;
	free(threads);
	return count && i == count;
}

/*
 * Try once all candidates that may be in KVM_RUN. *tried: how many there were.
 * *last: the error of the last one that could not be tried.
 */
static struct error *try_candidates(struct live *l, bool *taken, size_t *tried,
				    struct error **last)
{
	struct thread_info *threads;
	size_t count = 0, nr_threads, i, j;
	struct error *err;
	pid_t *tids = NULL;

	*tried = 0;
	err = vcpu_candidates(l->proc, l->pid, &l->vcpu, &tids, &count);
	if (err)
		return err;
	threads = look(l, &nr_threads);
	for (i = 0; i < count && *tried < CANDIDATES_MAX && !*taken; i++) {
		for (j = 0; j < nr_threads && threads[j].tid != tids[i]; j++)
			;
		if (j < nr_threads && is_elsewhere(&threads[j]))
			continue;
		++*tried;
		err = live_check_interrupted(l);
		if (err)
			break;
		error_free(*last);
		*last = try_thread(l, tids[i], false, 0, taken);
		if (*last && (*last)->kind == ERROR_REFUSED)
			break;
	}
	free(threads);
	free(tids);
	return err;
}

/*
 * None was seen in KVM_RUN for long enough: use the thread that /proc takes for
 * the vCPU's. If that is not known either, the guest may be paused: then any
 * thread can stand in for it.
 */
static struct error *take_idle_thread(struct live *l, bool *taken)
{
	struct error *err = vcpu_refresh(l->proc, l->pid, &l->vcpu);
	pid_t *tids = NULL;
	size_t count = 0;

	if (err)
		return err;
	if (l->vcpu.tid)
		return try_thread(l, l->vcpu.tid, true, IDLE_WAIT_NS, taken);
	if (!live_is_paused(l))
		return NULL;
	err = vcpu_candidates(l->proc, l->pid, &l->vcpu, &tids, &count);
	if (!err && count)
		err = try_thread(l, tids[0], true, IDLE_WAIT_NS, taken);
	free(tids);
	l->is_stand_in = *taken;
	return err;
}

/* Try until one is taken or the time is over, less time when no thread can be it. */
static struct error *wait_for_candidate(struct live *l, bool *taken, struct error **last)
{
	uint64_t start = clock_ns(), wait = PAUSED_WAIT_NS;
	struct error *err = NULL;
	size_t tried;

	for (;;) {
		err = try_candidates(l, taken, &tried, last);
		if (tried)
			wait = THREAD_WAIT_NS;
		if (err || *taken || (*last && (*last)->kind == ERROR_REFUSED) ||
		    clock_ns() - start > wait)
			return err;
		live_sleep_ns(5 * MSEC);
	}
}

/* Without a word about what was found. */
static struct error *choose(struct live *l)
{
	struct error *err, *last = NULL;
	bool taken = false;

	err = vcpu_refresh(l->proc, l->pid, &l->vcpu);
	if (err)
		return err;
	if (l->vcpu.tid && l->vcpu.tid_sure) {
		err = try_thread(l, l->vcpu.tid, false, RUN_WAIT_NS, &taken);
		return err || taken ? err : try_thread(l, l->vcpu.tid, true, IDLE_WAIT_NS, &taken);
	}
	err = wait_for_candidate(l, &taken, &last);
	if (!err && taken)
		/* It was tried without waiting; in later stops it may take a while. */
		inject_set_wait(l->inj, RUN_WAIT_NS);
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

struct error *live_choose_thread(struct live *l)
{
	struct error *err = choose(l);

	if (err)
		return err;
	if (l->is_stand_in)
		log_verbose(l->t.log, 1, "vCPU %d is paused: thread %d stands in for it",
			    l->vcpu.id, l->tid);
	else
		log_verbose(l->t.log, 1, "thread %d runs vCPU %d (%s)", l->tid, l->vcpu.id,
			    inject_where(l->inj) == INJECT_IN_KVM_RUN ? "stopped in KVM_RUN" :
			    "outside KVM_RUN now");
	return NULL;
}
