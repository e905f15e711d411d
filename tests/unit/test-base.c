/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/harden.h"
#include "base/log.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* buf */

static void buf_starts_empty(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_false(buf_failed(&b));
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_str(&b), "");
	buf_free(&b);
	buf_free(&b);
}

static void buf_appends_of_all_kinds(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_adds(&b, "one");
	buf_addc(&b, ' ');
	buf_addf(&b, "%d-%s", 2, "two");
	buf_add(&b, " \0end", 5);
	assert_int_equal(b.len, 14);
	assert_memory_equal(b.data, "one 2-two \0end", 15);
	buf_reset(&b);
	assert_int_equal(b.len, 0);
	assert_string_equal(buf_str(&b), "");
	buf_free(&b);
}

static void buf_grows_past_any_size(void **state)
{
	struct buf b = BUF_INIT;
	unsigned int i;

	(void)state;
	for (i = 0; i < 10000; i++)
		buf_addf(&b, "%08x", i);
	assert_int_equal(b.len, 80000);
	for (i = 0; i < 10000; i += 777) {
		char want[9];

		snprintf(want, sizeof(want), "%08x", i);
		assert_memory_equal(b.data + (size_t)i * 8, want, 8);
	}
	assert_int_equal(b.data[b.len], 0);
	buf_free(&b);
}

static void buf_failure_is_sticky(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_adds(&b, "kept");
	buf_add(&b, "x", SIZE_MAX / 2);
	assert_true(buf_failed(&b));
	buf_adds(&b, "lost");
	assert_string_equal(buf_str(&b), "kept");
	buf_reset(&b);
	assert_false(buf_failed(&b));
	buf_adds(&b, "again");
	assert_string_equal(buf_str(&b), "again");
	buf_free(&b);
}

#define TEXT(s) s, sizeof(s) - 1

static void buf_escapes_what_a_terminal_would_obey(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} rows[] = {
		{ TEXT(""), "" },
		{ TEXT("plain text ~!"), "plain text ~!" },
		{ TEXT("a\nb\tc"), "a\\nb\\tc" },
		{ TEXT("C:\\dir"), "C:\\\\dir" },
		{ TEXT("\033[31mred\033[0m"), "\\x1b[31mred\\x1b[0m" },
		{ TEXT("\0\001\r\b\177"), "\\x00\\x01\\x0d\\x08\\x7f" },
		/* valid UTF-8 of two, three and four bytes stays */
		{ TEXT("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f" },
		{ TEXT("\xe2\x82\xac \xf0\x9f\x90\xa7"), "\xe2\x82\xac \xf0\x9f\x90\xa7" },
		/* C1 controls, as bytes and as UTF-8 */
		{ TEXT("\x9b" "31m"), "\\x9b31m" },
		{ TEXT("\xc2\x9b" "31m"), "\\xc2\\x9b31m" },
		{ TEXT("\xc2\x80\xc2\xa0"), "\\xc2\\x80\xc2\xa0" },
		/* bidirectional overrides and isolates, marks, line separators, BOM */
		{ TEXT("\xe2\x80\xae" "abc"), "\\xe2\\x80\\xaeabc" },
		{ TEXT("\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9"),
		  "\\xe2\\x80\\xaa\\xe2\\x81\\xa6\\xe2\\x81\\xa9" },
		{ TEXT("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"),
		  "\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xd8\\x9c" },
		{ TEXT("\xe2\x80\xa8\xe2\x80\xa9"), "\\xe2\\x80\\xa8\\xe2\\x80\\xa9" },
		{ TEXT("\xef\xbb\xbf"), "\\xef\\xbb\\xbf" },
		/* what cannot be seen: first and last of each range, and those beside it */
		{ TEXT("\xc2\xac\xc2\xad\xc2\xae"), "\xc2\xac\\xc2\\xad\xc2\xae" },
		{ TEXT("\xe1\xa0\x8d\xe1\xa0\x8e"), "\xe1\xa0\x8d\\xe1\\xa0\\x8e" },
		{ TEXT("\xe2\x80\x8a\xe2\x80\x8b\xe2\x80\x8d"),
		  "\xe2\x80\x8a\\xe2\\x80\\x8b\\xe2\\x80\\x8d" },
		{ TEXT("\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xaf\xe2\x81\xb0"),
		  "\xe2\x81\x9f\\xe2\\x81\\xa0\\xe2\\x81\\xaf\xe2\x81\xb0" },
		{ TEXT("\xef\xbf\xb9\xef\xbf\xbb\xef\xbf\xbc"),
		  "\\xef\\xbf\\xb9\\xef\\xbf\\xbb\xef\xbf\xbc" },
		{ TEXT("\xf3\xa0\x80\x80\xf3\xa0\x81\xbf\xf3\xa0\x82\x80"),
		  "\\xf3\\xa0\\x80\\x80\\xf3\\xa0\\x81\\xbf\xf3\xa0\x82\x80" },
		/* invalid UTF-8: stray and missing continuation bytes */
		{ TEXT("\x80\xbf"), "\\x80\\xbf" },
		{ TEXT("\xc3"), "\\xc3" },
		{ TEXT("\xe2\x82"), "\\xe2\\x82" },
		{ TEXT("\xf0\x9f\x90"), "\\xf0\\x9f\\x90" },
		{ TEXT("\xe2\x82z"), "\\xe2\\x82z" },
		{ TEXT("\xc3\xc3\xbc"), "\\xc3\xc3\xbc" },
		/* overlong forms, surrogates, beyond U+10FFFF */
		{ TEXT("\xc0\x80\xc1\xbf"), "\\xc0\\x80\\xc1\\xbf" },
		{ TEXT("\xe0\x80\xaf"), "\\xe0\\x80\\xaf" },
		{ TEXT("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf" },
		{ TEXT("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf" },
		{ TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
		{ TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
		{ TEXT("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf" },
		{ TEXT("\xf5\xfe\xff"), "\\xf5\\xfe\\xff" },
	};
	struct buf b = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		buf_add_escaped(&b, rows[i].in, rows[i].len);
		assert_string_equal(buf_str(&b), rows[i].out);
		buf_reset(&b);
	}
	buf_free(&b);
}

/* Every single byte and every pair: no byte below 0x20 and no DEL comes through. */
static void buf_escape_lets_no_control_through(void **state)
{
	struct buf b = BUF_INIT;
	unsigned int i;
	size_t j;
	char in[2];

	(void)state;
	for (i = 0; i < 0x10000; i++) {
		in[0] = (char)(i >> 8);
		in[1] = (char)i;
		buf_add_escaped(&b, in, 2);
		for (j = 0; j < b.len; j++) {
			unsigned char c = (unsigned char)b.data[j];

			assert_true(c >= 0x20 && c != 0x7f);
		}
		buf_reset(&b);
	}
	buf_free(&b);
}

/* endian */

static void endian_is_big_at_any_alignment(void **state)
{
	unsigned char p[24];
	size_t off;

	(void)state;
	for (off = 0; off < 8; off++) {
		memset(p, 0xee, sizeof(p));
		put_be64(p + off, 0x0123456789abcdefULL);
		assert_memory_equal(p + off, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
		assert_int_equal(p[off + 8], 0xee);
		assert_true(get_be64(p + off) == 0x0123456789abcdefULL);
		assert_int_equal(get_be32(p + off), 0x01234567);
		assert_int_equal(get_be16(p + off + 1), 0x2345);
		put_be32(p + off, 0xfedcba98);
		assert_memory_equal(p + off, "\xfe\xdc\xba\x98\x89\xab\xcd\xef", 8);
		put_be16(p + off, 0x1122);
		assert_memory_equal(p + off, "\x11\x22\xba\x98", 4);
	}
}

/* error */

static void error_carries_kind_and_text(void **state)
{
	struct error *err;

	(void)state;
	err = error_new(ERROR_REFUSED, "no %s", "way");
	assert_int_equal(err->kind, ERROR_REFUSED);
	assert_string_equal(err->message, "no way");
	assert_null(err->hint);
	assert_int_equal(err->errnum, 0);
	err = error_prefix(err, "part %d", 1);
	assert_string_equal(err->message, "part 1: no way");
	err = error_hint(err, "try %s", "this");
	err = error_hint(err, "try %s", "that");
	assert_string_equal(err->hint, "try that");
	error_free(err);
}

static void error_os_tells_errno(void **state)
{
	struct error *err;

	(void)state;
	err = error_os(ERROR_TARGET, ENOENT, "%s", "/x");
	assert_int_equal(err->errnum, ENOENT);
	assert_string_equal(err->message, "/x: No such file or directory");
	error_free(err);
}

static void error_access_keeps_payload(void **state)
{
	const struct error_access access = { 0x11, 0x1234, 2, 5, 9, true };
	struct error *err;

	(void)state;
	err = error_from_access(&access, "text");
	assert_int_equal(err->kind, ERROR_ACCESS);
	assert_int_equal(err->access.code, access.code);
	assert_int_equal(err->access.addr, access.addr);
	assert_int_equal(err->access.space, access.space);
	assert_int_equal(err->access.ar, access.ar);
	assert_int_equal(err->access.key, access.key);
	assert_true(err->access.store);
	error_free(err);
}

static void error_nomem_survives_everything(void **state)
{
	struct error *err = error_nomem();

	(void)state;
	assert_ptr_equal(error_hint(err, "x"), err);
	assert_ptr_equal(error_prefix(err, "x"), err);
	assert_string_equal(err->message, "out of memory");
	assert_null(err->hint);
	error_free(err);
	error_free(err);
	error_free(NULL);
	assert_null(error_hint(NULL, "x"));
	assert_null(error_prefix(NULL, "x"));
}

/* log */

static void log_levels(void **state)
{
	char *text = NULL;
	size_t len = 0;
	struct log log = { .verbose = 1 };

	(void)state;
	log.stream = open_memstream(&text, &len);
	assert_non_null(log.stream);
	log_warn(&log, "w%d", 1);
	log_note(&log, "n");
	log_verbose(&log, 1, "v1");
	log_verbose(&log, 2, "v2");
	log.quiet = 1;
	log_warn(&log, "w2");
	log_note(&log, "silent");
	log_warn(NULL, "nobody");
	log_note(NULL, "nobody");
	log_verbose(NULL, 0, "nobody");
	fclose(log.stream);
	assert_string_equal(text, "s390memctl: warning: w1\ns390memctl: n\n"
				  "s390memctl: v1\ns390memctl: warning: w2\n");
	free(text);
}

/* While a vCPU stands nothing is written; then all of it, in its order. */
static void log_waits_while_it_is_held(void **state)
{
	char *text = NULL;
	size_t len = 0;
	struct log_held held = { .on = false };
	struct log log = { .verbose = 1, .held = &held };

	(void)state;
	log.stream = open_memstream(&text, &len);
	assert_non_null(log.stream);
	log_note(&log, "before");
	log_hold(&log);
	log_verbose(&log, 1, "held %d", 1);
	log_warn(&log, "held 2");
	fflush(log.stream);
	assert_string_equal(text, "s390memctl: before\n");
	log_release(&log);
	log_note(&log, "after");
	log_release(&log);
	log_hold(NULL);
	log_release(NULL);
	fclose(log.stream);
	assert_string_equal(text, "s390memctl: before\ns390memctl: held 1\n"
				  "s390memctl: warning: held 2\ns390memctl: after\n");
	free(text);
	buf_free(&held.text);
}

/* In a child: 0 if nothing can be started or mounted any more, 77 if there are no filters here. */
static int try_forbidden(void)
{
	harden_process(UINT64_MAX);
	if (!harden_forbid_programs())
		return 77;
	if (execl("/bin/true", "true", (char *)NULL) != -1 || errno != EPERM)
		return 1;
	if (mount("none", "/nonexistent", "tmpfs", 0, NULL) != -1 || errno != EPERM)
		return 2;
	return getpid() > 0 ? 0 : 3;
}

static void *thread(void *arg)
{
	return arg;
}

/* In a child: 0 if there are neither new namespaces nor mounts, but threads and processes are. */
static int try_namespaces(void)
{
	static const long flags[] = {
		CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
		CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNS,
	};
	/* fsopen, fsconfig, fsmount, fspick, open_tree, open_tree_attr, move_mount, mount_setattr */
	static const long mounts[] = { 430, 431, 432, 433, 428, 467, 429, 442 };
	pthread_t id;
	void *got;
	size_t i;
	pid_t pid;
	int status;

	harden_process(UINT64_MAX);
	if (!harden_forbid_programs())
		return 77;
	for (i = 0; i < ARRAY_SIZE(flags); i++) {
#ifdef __s390x__
		pid = (pid_t)syscall(SYS_clone, 0, flags[i] | SIGCHLD, 0, 0, 0);
#else
		pid = (pid_t)syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
#endif
		if (!pid)
			_exit(0);
		if (pid != -1 || errno != EPERM)
			return 10 + (int)i;
	}
	for (i = 0; i < ARRAY_SIZE(mounts); i++)
		if (syscall(mounts[i], -1, NULL, -1, NULL, -1) != -1 || errno != EPERM)
			return 20 + (int)i;
	if (syscall(435, NULL, 0) != -1 || errno != ENOSYS)	/* clone3 */
		return 30;
	if (pthread_create(&id, NULL, thread, &status) || pthread_join(id, &got) || got != &status)
		return 31;
	pid = fork();
	if (!pid)
		_exit(5);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 5 ? 0 : 32;
}

static void assert_child(int (*try)(void))
{
	const char *preload = getenv("LD_PRELOAD");
	int status;
	pid_t pid;

	/* valgrind 3.19 does not come back from an execve(2) that a filter refuses. */
	if (preload && strstr(preload, "vgpreload"))
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(try());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void no_programs_are_started(void **state)
{
	(void)state;
	assert_child(try_forbidden);
}

static void no_namespaces_are_made(void **state)
{
	(void)state;
	assert_child(try_namespaces);
}

/* In a child, as root: 0 if a file can be given to another user with -q, and only then. */
static int try_to_give_away(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	harden_process(HARDEN_KEEP | HARDEN_KEEP_QMP);
	if (fd < 0 || fchown(fd, 65534, (gid_t)-1))
		return 1;
	harden_process(HARDEN_KEEP);
	return fchown(fd, 0, (gid_t)-1) < 0 && errno == EPERM ? 0 : 2;
}

static void qemu_can_be_given_a_file(void **state)
{
	int status, fd;
	pid_t pid;

	(void)state;
	fd = memfd_create("test", MFD_CLOEXEC);
	assert_true(fd >= 0);
	if (geteuid() || fchown(fd, 65534, (gid_t)-1))
		skip();
	close(fd);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(try_to_give_away());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_starts_empty),
		cmocka_unit_test(buf_appends_of_all_kinds),
		cmocka_unit_test(buf_grows_past_any_size),
		cmocka_unit_test(buf_failure_is_sticky),
		cmocka_unit_test(buf_escapes_what_a_terminal_would_obey),
		cmocka_unit_test(buf_escape_lets_no_control_through),
		cmocka_unit_test(endian_is_big_at_any_alignment),
		cmocka_unit_test(error_carries_kind_and_text),
		cmocka_unit_test(error_os_tells_errno),
		cmocka_unit_test(error_access_keeps_payload),
		cmocka_unit_test(error_nomem_survives_everything),
		cmocka_unit_test(log_levels),
		cmocka_unit_test(log_waits_while_it_is_held),
		cmocka_unit_test(no_programs_are_started),
		cmocka_unit_test(no_namespaces_are_made),
		cmocka_unit_test(qemu_can_be_given_a_file),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
