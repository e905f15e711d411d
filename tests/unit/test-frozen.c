/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Injection into a process that is frozen by its cgroup: it stands still behind a stop of
 * ours, too, so a call in it does not begin. It must not be made later, either.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/kvm/inject.h"

#define MS 1000000ULL
#define MASK 0123	/* a umask, which shows whether umask(2) was called */

/* What a victim and the test share. */
struct shared {
	volatile uint64_t rounds;	/* the victim goes on */
	volatile uint64_t wrong;	/* something of it has changed */
};

static struct shared *shared;
static int pipe_fds[2];
static char folder[128], mounted[64];	/* of the cgroup, of the file system if it is ours */

static const struct inject_options options = { .max_stop_ns = 10 * MS, .wait_ns = 2 * MS };

static void must(struct error *err)
{
	if (err)
		fail_msg("%s%s%s", err->message, err->hint ? "; " : "", err->hint ? err->hint : "");
}

/* A word to a file of the cgroup; false: not possible. */
static bool put(const char *name, const char *word)
{
	char path[192];
	bool good;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, word, strlen(word)) == (ssize_t)strlen(word);
	if (fd >= 0)
		close(fd);
	return good;
}

/* Where a cgroup file system is, or can be mounted by us; false: nowhere. */
static bool find_cgroups(char *path, size_t size)
{
	FILE *file = setmntent("/proc/self/mounts", "r");
	struct mntent *entry;
	bool found = false;

	while (file && !found && (entry = getmntent(file))) {
		found = !strcmp(entry->mnt_type, "cgroup2");
		if (found)
			snprintf(path, size, "%s", entry->mnt_dir);
	}
	if (file)
		endmntent(file);
	if (found)
		return true;
	snprintf(mounted, sizeof(mounted), "/tmp/s390memctl-cgroup.XXXXXX");
	if (!mkdtemp(mounted))
		return false;
	snprintf(path, size, "%s", mounted);
	if (!mount("none", path, "cgroup2", 0, NULL))
		return true;
	rmdir(mounted);
	mounted[0] = '\0';
	return false;
}

/* A cgroup for the victim; cmocka skips what needs it where there is none. */
static int make_cgroup(void **state)
{
	char path[64];

	(void)state;
	if (!find_cgroups(path, sizeof(path)))
		return 0;
	snprintf(folder, sizeof(folder), "%s/s390memctl-test.%d", path, (int)getpid());
	if (mkdir(folder, 0755) || !put("cgroup.freeze", "0"))
		folder[0] = '\0';
	return 0;
}

static int remove_cgroup(void **state)
{
	(void)state;
	if (folder[0])
		rmdir(folder);
	if (mounted[0]) {
		umount(mounted);
		rmdir(mounted);
	}
	return 0;
}

static void check_state(void)
{
	mode_t mask = umask(MASK);

	if (mask != MASK || errno != 1234)
		shared->wrong++;
	shared->rounds++;
}

static void victim_read(void)
{
	char c;

	for (;;) {
		if (syscall(SYS_read, pipe_fds[0], &c, 1) != 1 || c != 'x')
			shared->wrong++;
		errno = 1234;
		check_state();
	}
}

static void victim_spin(void)
{
	uint64_t a, b;
	int i;

	for (;;) {
		errno = 1234;
		for (i = 0, a = b = shared->rounds; i < 1000; i++) {
			a = a * 6364136223846793005ULL + 1442695040888963407ULL;
			b = b * 6364136223846793005ULL + 1442695040888963407ULL;
		}
		if (a != b)
			shared->wrong++;
		check_state();
	}
}

static pid_t start_victim(void (*body)(void))
{
	char number[16];
	pid_t pid;

	shared->rounds = shared->wrong = 0;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		umask(MASK);
		body();
	}
	snprintf(number, sizeof(number), "%d", (int)pid);
	assert_true(put("cgroup.procs", number));
	return pid;
}

/* The victim goes on: poked where it reads. */
static void expect_rounds(bool poke)
{
	uint64_t before = shared->rounds;
	int i;

	if (poke)
		assert_int_equal(write(pipe_fds[1], "x", 1), 1);
	for (i = 0; i < 20000 && shared->rounds == before; i++)
		usleep(1000);
	assert_true(shared->rounds > before);
	assert_int_equal(shared->wrong, 0);
}

/* Frozen as soon as it runs on; where it runs, wait until it stands. */
static void freeze(bool runs)
{
	char path[192], text[128];
	bool frozen = false;
	FILE *file;
	int i;

	assert_true(put("cgroup.freeze", "1"));
	snprintf(path, sizeof(path), "%s/cgroup.events", folder);
	for (i = 0; runs && i < 20000 && !frozen; i++) {
		file = fopen(path, "r");
		assert_non_null(file);
		while (fgets(text, sizeof(text), file))
			frozen |= !strcmp(text, "frozen 1\n");
		fclose(file);
		usleep(1000);
	}
	assert_int_equal(frozen, runs);
}

/* begun: it is frozen behind a first call of the stop. */
static void with_victim(void (*body)(void), bool begun)
{
	bool reads = body == victim_read;
	uint64_t args[6] = { 0 }, ns;
	struct inject *inj;
	struct error *err;
	int64_t result;
	pid_t pid;

	if (!folder[0])
		skip();
	pid = start_victim(body);
	expect_rounds(reads);
	must(inject_open(pid, pid, -1, &options, &inj));
	if (!begun)
		freeze(true);
	must(inject_stop(inj));
	if (begun) {
		must(inject_call(inj, SYS_getpid, args, NULL, &result));
		assert_int_equal(result, pid);
		freeze(false);
	}
	err = inject_call(inj, SYS_umask, args, NULL, &result);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_false(err->fatal);
	assert_non_null(strstr(err->message, "did not run for 5000 ms"));
	assert_non_null(strstr(err->hint, "frozen"));
	error_free(err);
	must(inject_resume(inj, &ns));
	assert_int_equal(inject_calls(inj), begun);

	assert_true(put("cgroup.freeze", "0"));
	expect_rounds(reads);
	must(inject_stop(inj));
	must(inject_call(inj, SYS_getpid, args, NULL, &result));
	assert_int_equal(result, pid);
	must(inject_resume(inj, &ns));
	expect_rounds(reads);
	inject_close(inj);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_frozen_in_a_system_call(void **state)
{
	(void)state;
	with_victim(victim_read, false);
}

static void test_frozen_in_user_mode(void **state)
{
	(void)state;
	with_victim(victim_spin, false);
}

static void test_frozen_behind_a_call(void **state)
{
	(void)state;
	with_victim(victim_read, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frozen_in_a_system_call),
		cmocka_unit_test(test_frozen_in_user_mode),
		cmocka_unit_test(test_frozen_behind_a_call),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED || pipe(pipe_fds))
		return 1;
	return cmocka_run_group_tests_name("frozen", tests, make_cgroup, remove_cgroup);
}
