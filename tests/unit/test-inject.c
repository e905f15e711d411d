/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Injection into threads of real processes: whatever the thread does, it must
 * not notice, and neither when the injecting process is killed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/kvm/inject.h"
#include "vectors.h"
#include "victim.h"

#define MS 1000000ULL

static void must(struct error *err)
{
	if (err)
		fail_msg("%s%s%s", err->message, err->hint ? "; " : "", err->hint ? err->hint : "");
}

static const struct inject_options options = { .max_stop_ns = 10 * MS, .wait_ns = 2 * MS };

/* A stop with three calls: getpid, one that fails, and one that maps memory. */
static void inject_round(struct inject *inj, pid_t pid)
{
	uint64_t args[6] = { 0 }, ns;
	int64_t result;

	must(inject_stop(inj));
	must(inject_call(inj, SYS_getpid, args, NULL, &result));
	assert_int_equal(result, pid);
	args[0] = (uint64_t)-1;
	must(inject_call(inj, SYS_close, args, NULL, &result));
	assert_int_equal(result, -EBADF);
	must(inject_resume(inj, &ns));
	assert_true(ns > 0);
}

/* Wait for more rounds of the victim; poke wakes it up where it sleeps. */
static void expect_rounds(void (*poke)(void))
{
	uint64_t before = shared->rounds;
	int i;

	if (poke)
		poke();
	for (i = 0; i < 5000 && shared->rounds == before; i++)
		usleep(1000);
	assert_true(shared->rounds > before);
	assert_int_equal(shared->wrong, 0);
}

static void poke_pipe(void)
{
	assert_int_equal(write(pipe_fds[1], "x", 1), 1);
}

static void poke_futex(void)
{
	shared->wake = 1;
	syscall(SYS_futex, &shared->wake, FUTEX_WAKE, 1, NULL, NULL, 0);
}
static void with_victim(void (*body)(void), void (*poke)(void), enum inject_where where)
{
	pid_t pid = start_victim(body);
	struct inject *inj;
	uint64_t sum = 0;
	int i, expected = 0;

	must(inject_open(pid, pid, -1, &options, &inj));
	for (i = 0; i < 100; i++) {
		assert_int_equal(sigqueue(pid, QUEUED, (union sigval){ .sival_int = 1 << i % 20 }), 0);
		sum += 1U << i % 20;
		if (where != INJECT_IN_USER)
			wait_asleep(pid);
		inject_round(inj, pid);
		/* interrupted and begun anew, its call may be just about to be made */
		expected += inject_where(inj) == where;
		if (i % 10 == 0) {
			kill(pid, SIGUSR1);
			expect_rounds(poke);
		}
	}
	assert_int_equal(inject_calls(inj), 200);
	if (where != INJECT_IN_USER)
		assert_true(expected >= 50);
	inject_close(inj);
	expect_rounds(poke);
	assert_true(shared->signals > 0);
	assert_int_equal(shared->queued, 100);
	assert_int_equal(shared->values, sum);
	end_victim(pid);
}

static void test_spin(void **state)
{
	(void)state;
	with_victim(victim_spin, NULL, INJECT_IN_USER);
}

static void test_vectors(void **state)
{
	(void)state;
	if (!vectors_exist())
		skip();
	with_victim(victim_vectors, NULL, INJECT_IN_USER);
}

static void test_read(void **state)
{
	(void)state;
	with_victim(victim_read, poke_pipe, INJECT_IN_SYSCALL);
}

static void test_ppoll(void **state)
{
	pid_t pid = start_victim(victim_ppoll);
	struct inject *inj;
	int i;

	(void)state;
	must(inject_open(pid, pid, -1, &options, &inj));
	for (i = 0; i < 100; i++) {
		inject_round(inj, pid);
		if (i % 10 == 0)
			expect_rounds(poke_pipe);
	}
	inject_close(inj);
	expect_rounds(poke_pipe);
	end_victim(pid);
}

static void test_futex(void **state)
{
	(void)state;
	with_victim(victim_futex, poke_futex, INJECT_IN_SYSCALL);
}

/* The rest of the time to sleep is the kernel's secret: refused, and undisturbed. */
static void test_nanosleep_is_refused(void **state)
{
	pid_t pid = start_victim(victim_nanosleep);
	struct inject *inj;
	struct error *err;

	(void)state;
	must(inject_open(pid, pid, -1, &options, &inj));
	wait_in_call(pid, SYS_nanosleep);
	err = inject_stop(inj);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_non_null(strstr(err->message, "cannot be interrupted"));
	error_free(err);
	inject_close(inj);
	usleep(20000);
	assert_int_equal(shared->wrong, 0);
	end_victim(pid);
}

/* A stop without a call leaves even a nanosleep alone; memory can be read meanwhile. */
static void test_stop_only(void **state)
{
	pid_t pid = start_victim(victim_spin);
	struct inject *inj;
	uint64_t before, ns, word = 0;
	int i;

	(void)state;
	must(inject_open(pid, pid, -1, &options, &inj));
	must(inject_stop(inj));
	before = shared->rounds;
	for (i = 0; i < 20; i++)
		usleep(1000);
	assert_int_equal(shared->rounds, before);
	must(inject_peek(inj, (uint64_t)(uintptr_t)&shared->rounds, &word, sizeof(word)));
	assert_int_equal(word, before);
	assert_true(inject_time_is_up(inj));
	must(inject_resume(inj, &ns));
	assert_true(ns >= 20 * MS);
	expect_rounds(NULL);
	inject_close(inj);
	end_victim(pid);
}

/* A stopped process (SIGSTOP) stays stopped, and its thread can be used. */
static void test_group_stop(void **state)
{
	pid_t pid = start_victim(victim_spin);
	struct inject *inj;
	uint64_t before;
	int status;

	(void)state;
	kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	must(inject_open(pid, pid, -1, &options, &inj));
	inject_round(inj, pid);
	inject_close(inj);
	usleep(20000);
	before = shared->rounds;
	usleep(20000);
	assert_int_equal(shared->rounds, before);
	kill(pid, SIGCONT);
	expect_rounds(NULL);
	end_victim(pid);
}

static void test_thread_ends(void **state)
{
	pid_t pid = start_victim(victim_spin);
	struct inject *inj;
	struct error *err;
	uint64_t args[6] = { 0 }, ns;
	int64_t result;

	(void)state;
	must(inject_open(pid, pid, -1, &options, &inj));
	must(inject_stop(inj));
	kill(pid, SIGKILL);
	err = inject_call(inj, SYS_getpid, args, NULL, &result);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	error_free(err);
	error_free(inject_resume(inj, &ns));
	inject_close(inj);
	waitpid(pid, NULL, 0);
	err = inject_open(pid, pid, -1, &options, &inj);
	assert_non_null(err);
	error_free(err);
}

/*
 * execve(2) waits until its process has no other thread; one that we have
 * stopped is ours to wait for, whatever it was that failed then. Nothing is written
 * into the memory of the new program.
 */
static void test_exec(void **state)
{
	uint64_t args[6] = { 0 }, ns;
	pid_t pid = start_victim(victim_exec);
	struct inject *inj;
	struct error *err;
	int64_t result;
	int i, status = -1;

	(void)state;
	while (!shared->tid)
		usleep(1000);
	must(inject_open(pid, shared->tid, -1, &options, &inj));
	must(inject_stop(inj));
	poke_pipe();
	wait_state(pid, shared->tid, ") Z");
	err = inject_poke(inj, (uint64_t)(uintptr_t)&args, args, sizeof(args));
	assert_non_null(err);
	assert_int_equal(err->errnum, ESRCH);
	error_free(err);
	err = inject_call(inj, SYS_getpid, args, NULL, &result);
	assert_non_null(err);
	error_free(err);
	err = inject_resume(inj, &ns);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	error_free(err);
	for (i = 0; i < 5000 && waitpid(pid, &status, WNOHANG) == 0; i++)
		usleep(1000);
	assert_int_equal(status, 0);
	inject_close(inj);
}

/* Until its child ends nothing but SIGKILL gets this thread out of the kernel. */
static void victim_vfork(void)
{
	if (vfork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

static volatile sig_atomic_t terms;

static void on_term(int sig)
{
	(void)sig;
	terms = terms + 1;
}

static void expect_fatal(struct error *err)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_true(err->fatal);
	error_free(err);
}

/* A thread that cannot be stopped must not be held up later: we ask ourselves to end. */
static void test_not_to_be_stopped(void **state)
{
	struct sigaction sa = { .sa_handler = on_term }, old;
	pid_t pid = start_victim(victim_vfork), child;
	struct inject *inj;
	int status;

	(void)state;
	must(inject_open(pid, pid, -1, &options, &inj));
	sigaction(SIGTERM, &sa, &old);
	expect_fatal(inject_stop(inj));
	assert_int_equal(terms, 1);
	/* Not tried again, as that would only take time. */
	expect_fatal(inject_stop(inj));
	inject_close(inj);
	assert_int_equal(terms, 1);
	sigaction(SIGTERM, &old, NULL);
	end_victim(pid);

	/* Also where SIGTERM is ignored, as a script with "trap '' TERM" leaves it to us. */
	pid = start_victim(victim_vfork);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		signal(SIGTERM, SIG_IGN);
		if (!inject_open(pid, pid, -1, &options, &inj))
			error_free(inject_stop(inj));
		_exit(3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	end_victim(pid);
}

/* Inject for ever; killed by the test. */
static void injector(pid_t victim)
{
	uint64_t args[6] = { 0 }, ns;
	struct inject *inj;
	int64_t result;

	if (inject_open(victim, victim, -1, &options, &inj))
		_exit(3);
	for (;;) {
		if (inject_stop(inj))
			continue;
		if (inject_call(inj, SYS_getpid, args, NULL, &result) || result != victim)
			_exit(4);
		args[0] = (uint64_t)-1;
		if (inject_call(inj, SYS_close, args, NULL, &result) || result != -EBADF)
			_exit(5);
		args[0] = 0;
		if (inject_resume(inj, &ns))
			_exit(6);
	}
}

static void kill_injectors(void (*body)(void), void (*poke)(void), int count)
{
	pid_t victim = start_victim(body), pid;
	int i, status;

	srand(1);
	for (i = 0; i < count; i++) {
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			injector(victim);
		usleep(2000 + (useconds_t)(rand() % 6000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		expect_rounds(poke);
		assert_int_equal(waitpid(victim, &status, WNOHANG), 0);
	}
	end_victim(victim);
}

static void test_killed_while_it_spins(void **state)
{
	(void)state;
	kill_injectors(victim_spin, NULL, 150);
}

static void test_killed_while_it_reads(void **state)
{
	(void)state;
	kill_injectors(victim_read, poke_pipe, 150);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spin),
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_ppoll),
		cmocka_unit_test(test_futex),
		cmocka_unit_test(test_nanosleep_is_refused),
		cmocka_unit_test(test_stop_only),
		cmocka_unit_test(test_group_stop),
		cmocka_unit_test(test_thread_ends),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_not_to_be_stopped),
		cmocka_unit_test(test_killed_while_it_spins),
		cmocka_unit_test(test_killed_while_it_reads),
	};

	(void)argv;
	if (argc > 1)
		return 0;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED || pipe(pipe_fds))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
