/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vectors.h"

#define ALT_STACK_SIZE 65536

struct shared *shared;
int pipe_fds[2];

/* Integer and floating-point work whose result is known: all its state is in registers. */
static uint64_t work(uint64_t seed)
{
	double a = 1.0 + (double)(seed & 7), b = 0.5;
	uint64_t x = seed | 1, y = ~seed, z = seed * 3;
	int i;

	for (i = 0; i < 300; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		y += x * 0x9e3779b97f4a7c15ULL;
		z = (z << 5 | z >> 59) ^ y;
		a = a * 1.0000001 + b;
		b = b * 0.999999 + 1e-9 * (double)(x & 15);
	}
	return x ^ y ^ z ^ (uint64_t)(a * 1e6) ^ (uint64_t)(b * 1e9);
}

static void on_queued(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	shared->queued++;
	shared->values += (uint64_t)info->si_value.sival_int;
}

static void on_signal(int sig)
{
	(void)sig;
	shared->signals++;
}

/* Mask, alternate stack and errno must stay as they were set up. */
static void check_state(void)
{
	sigset_t mask;
	stack_t ss;

	if (errno != 1234)
		shared->wrong |= 2;
	sigprocmask(SIG_SETMASK, NULL, &mask);
	if (!sigismember(&mask, SIGUSR2) || sigismember(&mask, SIGUSR1))
		shared->wrong |= 4;
	if (sigaltstack(NULL, &ss) || ss.ss_size != ALT_STACK_SIZE)
		shared->wrong |= 8;
}

void victim_spin(void)
{
	uint64_t seed = 1;

	for (;; seed++) {
		errno = 1234;
		if (work(seed) != work(seed))
			shared->wrong |= 1;
		check_state();
		shared->rounds++;
	}
}

void victim_vectors(void)
{
	for (;;) {
		errno = 1234;
		if (!vectors_stay(shared->rounds))
			shared->wrong |= 128;
		check_state();
		shared->rounds++;
	}
}

void victim_read(void)
{
	char c;

	for (;;) {
		if (syscall(SYS_read, pipe_fds[0], &c, 1) != 1 || c != 'x')
			shared->wrong |= 16;
		errno = 1234;
		check_state();
		shared->rounds++;
	}
}

void victim_ppoll(void)
{
	struct pollfd pfd = { .fd = pipe_fds[0], .events = POLLIN };
	sigset_t mask;
	char c;

	sigfillset(&mask);
	sigdelset(&mask, SIGTERM);
	for (;;) {
		if (ppoll(&pfd, 1, NULL, &mask) != 1 || read(pipe_fds[0], &c, 1) != 1)
			shared->wrong |= 32;
		errno = 1234;
		check_state();
		shared->rounds++;
	}
}

void victim_futex(void)
{
	for (;;) {
		while (!shared->wake)
			if (syscall(SYS_futex, &shared->wake, FUTEX_WAIT, 0, NULL, NULL, 0) &&
			    errno != EAGAIN)
				shared->wrong |= 64;
		shared->wake = 0;
		errno = 1234;
		check_state();
		shared->rounds++;
	}
}

void victim_nanosleep(void)
{
	struct timespec ts = { 1000, 0 };

	syscall(SYS_nanosleep, &ts, NULL);
	shared->wrong |= 128;
}

static void *second_thread(void *arg)
{
	(void)arg;
	errno = 1234;
	shared->tid = (pid_t)syscall(SYS_gettid);
	victim_spin();
	return NULL;
}

/* Replaces its program when it is told to; the new one ends at once (main). */
void victim_exec(void)
{
	pthread_t thread;
	char c;

	if (pthread_create(&thread, NULL, second_thread, NULL))
		_exit(1);
	while (read(pipe_fds[0], &c, 1) != 1)
		;
	execl("/proc/self/exe", "test-inject", "end", NULL);
	_exit(2);
}

pid_t start_victim(void (*body)(void))
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction queued = { .sa_sigaction = on_queued, .sa_flags = SA_RESTART | SA_SIGINFO };
	stack_t ss = { .ss_size = ALT_STACK_SIZE };
	sigset_t mask;
	pid_t pid;

	memset((void *)shared, 0, sizeof(*shared));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
		ss.ss_sp = malloc(ALT_STACK_SIZE);
		sigaltstack(&ss, NULL);
		sigaction(SIGUSR1, &sa, NULL);
		sigaction(QUEUED, &queued, NULL);
		sigemptyset(&mask);
		sigaddset(&mask, SIGUSR2);
		sigprocmask(SIG_SETMASK, &mask, NULL);
		errno = 1234;
		shared->ready = 1;
		body();
		_exit(0);
	}
	while (!shared->ready)
		usleep(1000);
	usleep(20000);
	return pid;
}

void end_victim(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void wait_state(pid_t pid, pid_t tid, const char *expected)
{
	char path[64], text[256], *state;
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	for (i = 0; i < 5000; i++) {
		file = fopen(path, "r");
		assert_non_null(file);
		state = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
		fclose(file);
		if (state && !strncmp(state, expected, strlen(expected)))
			return;
		usleep(1000);
	}
	fail_msg("thread %d does not come to the state %s", tid, expected);
}

void wait_asleep(pid_t pid)
{
	wait_state(pid, pid, ") S");
}

void wait_in_call(pid_t pid, long nr)
{
	char path[64], text[256];
	FILE *file;
	bool there = false;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	for (i = 0; i < 5000 && !there; i++) {
		file = fopen(path, "r");
		assert_non_null(file);
		there = fgets(text, sizeof(text), file) && text[0] >= '0' && text[0] <= '9' &&
			strtol(text, NULL, 10) == nr;
		fclose(file);
		if (!there)
			usleep(1000);
	}
	assert_true(there);
}
