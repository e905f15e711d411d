/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/threads.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/kvm/procfs.h"
#include "target/kvm/uapi.h"

/* The N of QEMU's thread name "CPU N/KVM" (accel/kvm/kvm-accel-ops.c), else -1. */
static int named_vcpu(const char *comm)
{
	char again[PROCFS_COMM_MAX];
	long id;

	if (strncmp(comm, "CPU ", 4) || comm[4] < '0' || comm[4] > '9')
		return -1;
	id = strtol(comm + 4, NULL, 10);
	if (id > INT_MAX)
		return -1;
	snprintf(again, sizeof(again), "CPU %ld/KVM", id);
	/* The kernel keeps 15 bytes: an id of more than 7 digits is cut. */
	return !strncmp(comm, again, 15) && strlen(comm) <= 15 ? (int)id : -1;
}

/*
 * What /proc/PID/task/TID/syscall tells. A thread that the kernel has made for
 * itself in the process (vhost, io_uring, KVM's huge-page recovery) shows
 * the call that its creator was in, but neither stack pointer nor program counter.
 */
static void look_syscall(int dir, struct thread_info *t)
{
	struct procfs_syscall sc;

	t->run_fd = -1;
	if (procfs_syscall(dir, &sc))
		return;
	t->known = sc.kind != PROCFS_RUNNING;
	t->worker = t->known && !sc.sp && !sc.pc;
	if (sc.kind != PROCFS_IN_SYSCALL || t->worker || sc.nr != SYS_ioctl)
		return;
	/* The kernel takes both arguments as 32-bit numbers. */
	if ((uint32_t)sc.args[1] == KVMU_RUN && (uint32_t)sc.args[0] <= INT_MAX)
		t->run_fd = (int)(uint32_t)sc.args[0];
}

/* 0 or -errno if the thread cannot be looked at. */
static int look_thread(int dir, pid_t tid, struct thread_info *t)
{
	struct procfs_stat st;
	int task, ret;

	memset(t, 0, sizeof(*t));
	task = procfs_open_task(dir, tid);
	if (task < 0)
		return task;
	ret = procfs_stat(task, &st);
	if (!ret && (st.state == 'Z' || st.state == 'X'))
		ret = -ESRCH;
	if (!ret) {
		t->tid = tid;
		t->named_id = named_vcpu(st.comm);
		t->stopped = st.state == 'T' || st.state == 't';
		t->ran_guest = st.guest_time != 0;
		look_syscall(task, t);
	}
	close(task);
	return ret;
}

int threads_look(int dir, struct thread_info **threads, size_t *count)
{
	int *tids, ret;
	size_t i, nr_tids;

	*threads = NULL;
	*count = 0;
	ret = procfs_numbers(dir, "task", &tids, &nr_tids);
	if (ret || !nr_tids)
		return ret;
	*threads = calloc(nr_tids, sizeof(**threads));
	if (!*threads)
		ret = -ENOMEM;
	for (i = 0; !ret && i < nr_tids; i++) {
		if (!look_thread(dir, tids[i], &(*threads)[*count]))
			(*count)++;
	}
	free(tids);
	return ret;
}

static const struct thread_info *find_tid(const struct thread_info *threads,
					  size_t count, pid_t tid)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (threads[i].tid == tid)
			return &threads[i];
	}
	return NULL;
}

static void assign(struct vcpu_info *v, const struct thread_info *t, bool sure)
{
	v->tid = t->tid;
	v->tid_sure = sure;
	if (!t->known)
		v->state = VCPU_UNKNOWN;
	else if (t->run_fd == v->fd && !t->stopped)
		v->state = VCPU_IN_RUN;
	else
		v->state = VCPU_OUTSIDE;
}

/* The thread in KVM_RUN on the vCPU's fd, now or seen so earlier. */
static bool assign_by_call(const struct thread_info *threads, size_t count,
			   struct vcpu_info *v)
{
	const struct thread_info *earlier = NULL;
	size_t i;

	if (v->tid && v->tid_sure)
		earlier = find_tid(threads, count, v->tid);
	v->tid = 0;
	v->tid_sure = false;
	v->state = VCPU_UNKNOWN;
	for (i = 0; i < count; i++) {
		if (threads[i].run_fd == v->fd) {
			assign(v, &threads[i], true);
			return true;
		}
	}
	if (!earlier || earlier->run_fd >= 0)
		return false;
	assign(v, earlier, true);
	return true;
}

static bool is_assigned(const struct vcpu_info *vcpus, size_t nr_vcpus, pid_t tid)
{
	size_t i;

	for (i = 0; i < nr_vcpus; i++) {
		if (vcpus[i].tid == tid)
			return true;
	}
	return false;
}

/* The only thread with the vCPU's name that may be its own; NULL if none or several. */
static const struct thread_info *by_name(const struct thread_info *threads,
					 size_t count, int id)
{
	const struct thread_info *found = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (threads[i].named_id != id || threads[i].run_fd >= 0 || threads[i].worker)
			continue;
		if (found)
			return NULL;
		found = &threads[i];
	}
	return found;
}

/* One vCPU without a thread, one thread that has run a guest and has no vCPU: a pair. */
static void assign_last(const struct thread_info *threads, size_t count,
			struct vcpu_info *vcpus, size_t nr_vcpus)
{
	const struct thread_info *thread = NULL;
	struct vcpu_info *vcpu = NULL;
	size_t i;

	for (i = 0; i < nr_vcpus; i++) {
		if (vcpus[i].tid)
			continue;
		if (vcpu)
			return;
		vcpu = &vcpus[i];
	}
	for (i = 0; vcpu && i < count; i++) {
		if (!threads[i].ran_guest || threads[i].run_fd >= 0 || threads[i].worker ||
		    is_assigned(vcpus, nr_vcpus, threads[i].tid))
			continue;
		if (thread)
			return;
		thread = &threads[i];
	}
	if (thread && (thread->named_id < 0 || thread->named_id == vcpu->id))
		assign(vcpu, thread, false);
}

void threads_assign(const struct thread_info *threads, size_t count,
		    struct vcpu_info *vcpus, size_t nr_vcpus, bool unique)
{
	const struct thread_info *t;
	size_t i;

	for (i = 0; i < nr_vcpus; i++)
		assign_by_call(threads, count, &vcpus[i]);
	for (i = 0; unique && i < nr_vcpus; i++) {
		if (vcpus[i].tid)
			continue;
		t = by_name(threads, count, vcpus[i].id);
		if (t && !is_assigned(vcpus, nr_vcpus, t->tid))
			assign(&vcpus[i], t, false);
	}
	assign_last(threads, count, vcpus, nr_vcpus);
}

/* Look at the threads of a process by its PID; ERROR_TARGET if it is gone. */
static struct error *look_pid(const char *proc, pid_t pid,
			      struct thread_info **threads, size_t *count)
{
	int dir, ret;

	dir = procfs_open(proc, pid);
	ret = dir < 0 ? dir : threads_look(dir, threads, count);
	if (dir >= 0)
		close(dir);
	if (ret == -ENOMEM)
		return error_nomem();
	if (procfs_is_gone(ret) || (!ret && !*count)) {
		if (!ret)
			free(*threads);
		return error_new(ERROR_TARGET, "process %d has ended", (int)pid);
	}
	if (ret)
		return error_os(ERROR_TARGET, -ret, "cannot list the threads of process %d",
				(int)pid);
	return NULL;
}

struct error *vcpu_refresh(const char *proc, pid_t pid, struct vcpu_info *vcpu)
{
	struct thread_info *threads;
	const struct thread_info *t;
	pid_t guess = vcpu->tid;
	struct error *err;
	size_t count;

	err = look_pid(proc, pid, &threads, &count);
	if (err)
		return err;
	if (!assign_by_call(threads, count, vcpu)) {
		/* vm_fd is known exactly where ids are unique. */
		t = vcpu->vm_fd >= 0 ? by_name(threads, count, vcpu->id) : NULL;
		if (!t)
			t = find_tid(threads, count, guess);
		if (t && t->run_fd < 0)
			assign(vcpu, t, false);
	}
	free(threads);
	return NULL;
}

/*
 * How probable it is that the thread is the vCPU's: 0 is sure, -1 is certainly
 * not. alone: no other user thread is there.
 */
static int rank(const struct thread_info *t, const struct vcpu_info *vcpu, pid_t pid,
		bool alone)
{
	if (t->worker)
		return -1;
	if (t->run_fd >= 0)
		return t->run_fd == vcpu->fd ? 0 : -1;
	if (vcpu->tid_sure && t->tid == vcpu->tid)
		return 1;
	if (t->named_id == vcpu->id)
		return 2;
	if (t->ran_guest && t->named_id < 0)
		return 3;
	if (t->tid == pid && !alone)
		return -1;
	/* A thread that is running is a vCPU's more often than one that waits. */
	if (t->named_id < 0)
		return t->known ? 5 : 4;
	return 6;
}

#define NR_RANKS 7

struct error *vcpu_candidates(const char *proc, pid_t pid,
			      const struct vcpu_info *vcpu, pid_t **tids,
			      size_t *count)
{
	struct thread_info *threads;
	struct error *err;
	size_t i, nr_threads, nr_user = 0;
	int r;

	*tids = NULL;
	*count = 0;
	err = look_pid(proc, pid, &threads, &nr_threads);
	if (err)
		return err;
	*tids = calloc(nr_threads, sizeof(**tids));
	if (!*tids) {
		free(threads);
		return error_nomem();
	}
	for (i = 0; i < nr_threads; i++)
		nr_user += !threads[i].worker;
	for (r = 0; r < NR_RANKS; r++) {
		for (i = 0; i < nr_threads; i++) {
			if (rank(&threads[i], vcpu, pid, nr_user == 1) == r)
				(*tids)[(*count)++] = threads[i].tid;
		}
	}
	free(threads);
	return NULL;
}
