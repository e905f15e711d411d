/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that write, on a guest that is an array: what is stored, what is recorded. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "capture.h"
#include "cli/script.h"
#include "cli/session.h"
#include "fake-guest.h"

#define SIZE		0x40000U

struct fixture {
	struct fake_guest guest;
	struct session s;
	struct capture capture;
	struct caught caught;	/* what goes to stderr; nobody looks */
	char folder[64];
	char audit[96];
	volatile int interrupted;
};

static struct fake_guest *guest_of(struct target *t)
{
	return (struct fake_guest *)((char *)t - offsetof(struct fake_guest, target));
}

/* How much of a range is storage; the error if that is not all of it. */
static struct error *storage_of(struct target *t, const struct access *a, uint64_t len, bool store,
				uint64_t *done)
{
	const struct fake_guest *g = guest_of(t);
	const struct error_access access = {
		PGM_ADDRESSING, a->addr < g->size ? g->size : a->addr, a->space, 0, -1, store,
	};

	t->last_space = SPACE_PRIMARY;
	*done = a->addr >= g->size ? 0 : g->size - a->addr < len ? g->size - a->addr : len;
	return *done == len ? NULL : pgm_access_error(&access);
}

static struct error *fake_read(struct target *t, const struct access *a, void *buf, size_t len,
			       size_t *done)
{
	uint64_t n;
	struct error *err = storage_of(t, a, len, false, &n);

	memcpy(buf, guest_of(t)->memory + (n ? a->addr : 0), n);
	*done = n;
	return err;
}

static struct error *fake_write(struct target *t, const struct access *a, const void *buf,
				size_t len, size_t *done)
{
	uint64_t n;
	struct error *err = storage_of(t, a, len, true, &n);

	*done = 0;
	if (err)
		return err;
	memcpy(guest_of(t)->memory + a->addr, buf, len);
	*done = len;
	return NULL;
}

static struct error *fake_check(struct target *t, const struct access *a, bool store, uint64_t len,
				uint64_t *done)
{
	return storage_of(t, a, len, store, done);
}

static struct error *fake_cas(struct target *t, const struct access *a, void *old, const void *new_,
			      size_t size, bool *success)
{
	uint64_t done;
	struct error *err = storage_of(t, a, size, true, &done);
	unsigned char *at = guest_of(t)->memory + a->addr;

	if (err)
		return err;
	*success = !memcmp(at, old, size);
	memcpy(*success ? at : old, *success ? new_ : at, size);
	return NULL;
}

static struct error *fake_close(struct target *t)
{
	(void)t;
	return NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	fake_guest_init(&f->guest, SIZE);
	f->guest.ops.live = true;
	f->guest.ops.read = fake_read;
	f->guest.ops.write = fake_write;
	f->guest.ops.check = fake_check;
	f->guest.ops.cas = fake_cas;
	f->guest.ops.close = fake_close;
	strcpy(f->folder, "/tmp/s390memctl-test.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->audit, sizeof(f->audit), "%s/audit", f->folder);
	session_init(&f->s, &f->interrupted);
	f->s.write = true;
	f->s.audit_path = f->audit;
	f->s.target = &f->guest.target;
	capture_begin(&f->capture, false);
	f->s.out = f->capture.o;
	catch_stderr(&f->caught);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dup2(f->caught.saved, STDERR_FILENO);
	close(f->caught.saved);
	close(f->caught.end);
	assert_true(session_close(&f->s) >= 0);	/* f->s.out with it */
	fclose(f->capture.stream);
	free(f->capture.text);
	unlink(f->audit);
	rmdir(f->folder);
	fake_guest_free(&f->guest);
	free(f);
	return 0;
}

/* How many lines of the audit file have this text. */
static unsigned int recorded(const struct fixture *f, const char *text)
{
	FILE *file = fopen(f->audit, "r");
	unsigned int n = 0;
	char line[4096];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

/* The text so far has this in it. */
static void assert_said(struct fixture *f, const char *text)
{
	fflush(f->capture.stream);
	if (!strstr(f->capture.text, text))
		fail_msg("'%s' is not in:\n%s", text, f->capture.text);
}

static void assert_bytes(const struct fixture *f, uint64_t addr, const void *bytes, size_t n)
{
	assert_memory_equal(f->guest.memory + addr, bytes, n);
}

static void write_stores_and_records(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(script_run_line(&f->s, "write 0x1000 c1c2c3c4"), 0);
	assert_bytes(f, 0xfff, "\0\xc1\xc2\xc3\xc4", 6);
	assert_said(f, "4 bytes written, 0000000000001000-0000000000001003\n");
	assert_int_equal(script_run_line(&f->s, "write -t u16 0x1002 0xabcd"), 0);
	assert_bytes(f, 0x1000, "\xc1\xc2\xab\xcd", 4);
	assert_int_equal(recorded(f, "\"event\":\"before\""), 2);
	assert_int_equal(recorded(f, "\"result\":\"done\""), 2);
	assert_int_equal(recorded(f, "\"old\":\"c3c4\",\"new\":\"abcd\""), 1);
}

static void nothing_is_written_unless_all_can_be(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(script_run_line(&f->s, "write 0x3fffe 11223344"), ERROR_ACCESS);
	assert_int_equal(script_run_line(&f->s, "fill 0x50000 8 1"), ERROR_ACCESS);
	assert_bytes(f, 0x3fffe, "\0", 2);
	assert_int_equal(recorded(f, "event"), 0);
	f->s.write = false;
	assert_int_equal(script_run_line(&f->s, "write 0 11"), ERROR_REFUSED);
	f->s.write = true;
	assert_int_equal(script_run_line(&f->s, "write 0 1"), ERROR_USAGE);
	f->interrupted = SIGINT;
	assert_int_equal(script_run_line(&f->s, "write 0 11"), 128 + SIGINT);
	f->interrupted = 0;
	assert_bytes(f, 0, "\0", 1);
}

static void fill_goes_piece_by_piece(void **state)
{
	struct fixture *f = *state;
	size_t i;

	assert_int_equal(script_run_line(&f->s, "fill 0x2001 0x11000 0xe5"), 0);
	assert_bytes(f, 0x2000, "\0\xe5", 2);
	for (i = 0x2001; i < 0x13001; i++)
		assert_int_equal(f->guest.memory[i], 0xe5);
	assert_bytes(f, 0x13000, "\xe5\0", 2);
	assert_said(f, "69632 bytes written, 0000000000002001-0000000000013000\n");
	/* A piece has 64 KiB. */
	assert_int_equal(recorded(f, "\"event\":\"before\""), 2);
	assert_int_equal(recorded(f, "\"result\":\"done\""), 2);
}

static void load_takes_a_file(void **state)
{
	struct fixture *f = *state;
	char line[256], path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/file", f->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("text of a file", file);
	fclose(file);
	snprintf(line, sizeof(line), "load %s 0x3000", path);
	assert_int_equal(script_run_line(&f->s, line), 0);
	assert_bytes(f, 0x3000, "text of a file", 15);
	snprintf(line, sizeof(line), "load %s 0x4000 4", path);
	assert_int_equal(script_run_line(&f->s, line), 0);
	assert_bytes(f, 0x4000, "text", 5);
	assert_int_equal(script_run_line(&f->s, "load /nonexistent 0"), ERROR_USAGE);
	unlink(path);
}

static void cas_exchanges_what_is_expected_only(void **state)
{
	struct fixture *f = *state;

	fake_guest_put64(&f->guest, 0x5000, 0x1122334455667788);
	assert_int_equal(script_run_line(&f->s, "cas 0x5000 0x1122334455667788 0xaa"), 0);
	assert_bytes(f, 0x5000, "\0\0\0\0\0\0\0\xaa", 8);
	assert_said(f, "exchanged, absolute 0000000000005000\n");
	assert_int_equal(script_run_line(&f->s, "cas -t u32 0x5004 0xab 1"), ERROR_NO);
	assert_bytes(f, 0x5000, "\0\0\0\0\0\0\0\xaa", 8);
	assert_said(f, "found 000000aa\n");
	assert_int_equal(recorded(f, "\"result\":\"done\""), 1);
	assert_int_equal(recorded(f, "\"result\":\"differs\""), 1);
	assert_int_equal(script_run_line(&f->s, "cas 0x50000 0 1"), ERROR_ACCESS);
	assert_int_equal(script_run_line(&f->s, "cas 0x5004 0 1"), ERROR_USAGE);
	assert_int_equal(script_run_line(&f->s, "cas -t hex 0x5000 0000 000000"), ERROR_USAGE);
	assert_int_equal(script_run_line(&f->s, "cas -t hex 0x5000 000000 010101"), ERROR_USAGE);
	assert_int_equal(script_run_line(&f->s, "cas --key 16 0x5000 0 1"), ERROR_USAGE);
	assert_int_equal(script_run_line(&f->s, "cas home:0x5000 0 1"), ERROR_USAGE);
}

/* What cannot be recorded is not written. */
static void no_record_no_write(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(symlink("elsewhere", f->audit), 0);
	assert_int_equal(script_run_line(&f->s, "write 0 11"), ERROR_REFUSED);
	unlink(f->audit);
	assert_int_equal(mkfifo(f->audit, 0600), 0);
	assert_int_equal(script_run_line(&f->s, "write 0 11"), ERROR_REFUSED);
	unlink(f->audit);
	f->s.audit_path = "/dev/full";
	assert_int_equal(script_run_line(&f->s, "write 0 11"), ERROR_REFUSED);
	f->s.audit_path = "/nonexistent/audit";
	assert_int_equal(script_run_line(&f->s, "write 0 11"), ERROR_REFUSED);
	assert_bytes(f, 0, "\0", 1);
}

static void records_have_the_key(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(script_run_line(&f->s, "write --key 9 0 12"), 0);
	assert_int_equal(recorded(f, "\"space\":\"pri\",\"key\":9,"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(write_stores_and_records, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_written_unless_all_can_be, setup, teardown),
		cmocka_unit_test_setup_teardown(fill_goes_piece_by_piece, setup, teardown),
		cmocka_unit_test_setup_teardown(load_takes_a_file, setup, teardown),
		cmocka_unit_test_setup_teardown(cas_exchanges_what_is_expected_only, setup, teardown),
		cmocka_unit_test_setup_teardown(no_record_no_write, setup, teardown),
		cmocka_unit_test_setup_teardown(records_have_the_key, setup, teardown),
	};

	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
