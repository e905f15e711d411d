/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "target/kvm/procfs.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

#define TICK_NS	100000000L	/* between two signals of the timer */
#define NAP_MIN_NS	200000ULL
#define NAP_MAX_NS	1000000ULL

static void end_of_wait(int signo)
{
	(void)signo;
}

/* dl_iterate_phdr(): the code of the program itself, which comes first, and of libc. */
static int populate_code(struct dl_phdr_info *info, size_t size, void *arg)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start, end;
	int i;

	(void)size;
	(void)arg;
	if (*info->dlpi_name && !strstr(info->dlpi_name, "/libc.so"))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		start = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
		end = (info->dlpi_addr + p->p_vaddr + p->p_memsz + page - 1) & ~(page - 1);
		/* Linux 5.14; without it, page by page when they are needed */
		madvise((void *)start, end - start, MADV_POPULATE_READ);
	}
	return 0;
}

void *tracing_alloc(size_t size)
{
	void *p = malloc(size);

	if (p)
		explicit_bzero(p, size);	/* which is not made calloc(3) of */
	return p;
}

struct error *tracing_open(struct tracing *t)
{
	struct sigaction action = { .sa_handler = end_of_wait };	/* no SA_RESTART */
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };

	dl_iterate_phdr(populate_code, NULL);
	sigfillset(&action.sa_mask);
	if (sigaction(SIGRTMIN, &action, NULL) < 0 ||
	    timer_create(CLOCK_MONOTONIC, &event, &t->timer) < 0)
		return error_os(ERROR_TARGET, errno, "timer_create");
	t->computed = 0;
	return NULL;
}

void tracing_close(struct tracing *t)
{
	timer_delete(t->timer);
}

void tracing_begin(struct tracing *t)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	const struct itimerspec often = { .it_interval = tick, .it_value = tick };
	sigset_t others;

	sigfillset(&others);
	sigdelset(&others, SIGRTMIN);
	sigprocmask(SIG_SETMASK, &others, &t->own_mask);
	timer_settime(t->timer, 0, &often, NULL);
}

void tracing_end(const struct tracing *t)
{
	const struct itimerspec never = { .it_value = { .tv_sec = 0 } };

	timer_settime(t->timer, 0, &never, NULL);
	sigprocmask(SIG_SETMASK, &t->own_mask, NULL);
}

/* Go to the CPU of a thread; see tracing_prepare(). */
static void join_cpu(pid_t pid, pid_t tid)
{
	struct procfs_stat st;
	cpu_set_t own, there;
	char path[64];
	int dir, ret;

	snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)pid, (int)tid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	ret = procfs_stat(dir, &st);
	close(dir);
	if (ret < 0 || st.realtime || st.cpu < 0 || st.cpu >= CPU_SETSIZE ||
	    sched_getaffinity(0, sizeof(own), &own) < 0)
		return;
	CPU_ZERO(&there);
	CPU_SET(st.cpu, &there);
	if (st.cpu != sched_getcpu() && !sched_setaffinity(0, sizeof(there), &there))
		sched_setaffinity(0, sizeof(own), &own);
}

void tracing_prepare(struct tracing *t, pid_t pid, pid_t tid)
{
	uint64_t computed, ns;
	struct timespec ts = { 0 };

	join_cpu(pid, tid);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	computed = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	ns = computed - t->computed;
	ns = ns < NAP_MIN_NS ? NAP_MIN_NS : ns > NAP_MAX_NS ? NAP_MAX_NS : ns;
	t->computed = computed;
	ts = (struct timespec){ .tv_nsec = (long)ns };
	nanosleep(&ts, NULL);
}

/* waitpid() blocks: to yield instead would let everything else run that wants to. */
enum tracing_event tracing_wait(pid_t tid, uint64_t wait, int *status)
{
	uint64_t start = clock_ns();
	pid_t got;

	do {
		got = waitpid(tid, status, __WALL);
		if (got == tid)
			return WIFSTOPPED(*status) ? TRACING_STOPPED : TRACING_ENDED;
		if (errno != EINTR)
			return TRACING_ENDED;
	} while (clock_ns() - start < wait);
	return TRACING_LATE;
}
