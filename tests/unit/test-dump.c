/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF dumps, built byte by byte. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "base/endian.h"
#include "dump-build.h"
#include "freed.h"
#include "target/dump/dump.h"

#ifndef NT_S390_PV_CPU_DATA
#define NT_S390_PV_CPU_DATA 0x30e
#endif

/* One byte that must be there. */
static int byte_at(struct target *t, enum space space, uint64_t addr)
{
	unsigned char byte;
	size_t done;
	struct error *err = read_at(t, space, addr, &byte, 1, &done);

	if (err)
		fail_msg("%s", err->message);
	return byte;
}

static void assert_addressing(struct target *t, uint64_t addr)
{
	unsigned char byte;
	size_t done;
	struct error *err = read_at(t, SPACE_ABSOLUTE, addr, &byte, 1, &done);

	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_ACCESS);
	assert_int_equal(err->access.code, PGM_ADDRESSING);
	error_free(err);
}

static void registers_and_storage_of_a_good_dump(void **state)
{
	struct s390_regs expected = make_regs(1), regs;
	struct buf b = BUF_INIT;
	struct target *t;

	(void)state;
	make_usual(&b);
	t = open_good(&b, 1);
	expected.prefix = 0x4000;
	assert_null(t->ops->regs(t, true, &regs));
	assert_true(same_regs(&regs, &expected));
	assert_int_equal(t->vcpu, 1);
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0), 1);
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0x7fff), 8);
	assert_addressing(t, 0x8000);
	assert_addressing(t, 0xffff);
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0x10000), 9);
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0x11fff), 10);
	assert_addressing(t, 0x12000);
	assert_addressing(t, UINT64_MAX);
	/* DAT is off: real addresses, prefixed. */
	assert_int_equal(byte_at(t, SPACE_AUTO, 0), 5);
	assert_int_equal(t->last_space, SPACE_REAL);
	assert_int_equal(byte_at(t, SPACE_AUTO, 0x4000), 1);
	assert_string_equal(find_fact(t, "kernel"), "6.1.0-test");
	assert_string_equal(find_fact(t, "cpus"), "2");
	assert_string_equal(find_fact(t, "memory_bytes"), "40960");
	assert_string_equal(find_fact(t, "memory"),
			    "0000000000000000-0000000000007fff, 0000000000010000-0000000000011fff");
	close_target(t);
	buf_free(&b);
}

/* Of registers, as they are in the dump and as we have them; nine CPUs, so that lists grow. */
static void nothing_is_left(void **state)
{
	struct s390_regs regs = make_regs(1);
	struct buf notes = BUF_INIT, b = BUF_INIT, mark = BUF_INIT;
	struct target *t;
	unsigned int i;

	(void)state;
	for (i = 1; i <= 9; i++)
		add_cpu_notes(&notes, &regs, i);
	make_with(&b, &notes, usual, 2);
	for (i = 0; i < 4; i++)
		add64(&mark, regs.gprs[i]);
	freed_begin(mark.data, mark.len);
	t = open_good(&b, 3);
	close_target(t);
	assert_int_equal(freed_end(), 0);
	freed_begin(regs.gprs, mark.len);
	t = open_good(&b, 3);
	close_target(t);
	assert_int_equal(freed_end(), 0);
	buf_free(&mark);
	buf_free(&notes);
	buf_free(&b);
}

static void reads_go_on_to_the_hole(void **state)
{
	unsigned char data[3 * PAGE];
	struct buf b = BUF_INIT;
	struct target *t;
	struct error *err;
	size_t done;

	(void)state;
	make_usual(&b);
	t = open_good(&b, 0);
	err = read_at(t, SPACE_ABSOLUTE, 0x6ff0, data, sizeof(data), &done);
	assert_non_null(err);
	assert_int_equal(done, 0x1010);
	assert_int_equal(data[0xf], 7);
	assert_int_equal(data[0x10], 8);
	assert_int_equal(err->access.addr, 0x8000);
	error_free(err);
	close_target(t);
	buf_free(&b);
}

static void nothing_is_written(void **state)
{
	struct access a = ACCESS_INIT(0);
	struct buf b = BUF_INIT;
	struct target *t;
	struct error *err;
	bool success;
	char old[8];
	size_t done;

	(void)state;
	make_usual(&b);
	t = open_good(&b, 0);
	err = t->ops->write(t, &a, "x", 1, &done);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_REFUSED);
	assert_int_equal(done, 0);
	error_free(err);
	a.space = SPACE_ABSOLUTE;
	err = t->ops->cas(t, &a, old, "12345678", 8, &success);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_REFUSED);
	assert_false(success);
	error_free(err);
	close_target(t);
	buf_free(&b);
}

/* prstatus.pid tells the CPU; QEMU 7.2 on x86 writes it little-endian. */
static void cpus_have_the_numbers_of_their_pids(void **state)
{
	static const struct {
		uint32_t pids[2];
		int numbers[2];
	} cases[] = {
		{ { 1, 2 }, { 0, 1 } },
		{ { 0x01000000, 0x03000000 }, { 0, 2 } },
		{ { 3, 8 }, { 2, 7 } },
		{ { 0, 0 }, { 0, 1 } },
		{ { 5, 5 }, { 0, 1 } },
		{ { 0x12345678, 0x12345679 }, { 0, 1 } },
	};
	struct s390_regs regs[2] = { make_regs(0), make_regs(1) }, got;
	struct target *t;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf notes = BUF_INIT, b = BUF_INIT;

		add_cpu_notes(&notes, &regs[0], cases[i].pids[0]);
		add_cpu_notes(&notes, &regs[1], cases[i].pids[1]);
		make_with(&b, &notes, usual, 2);
		for (j = 0; j < 2; j++) {
			t = open_good(&b, cases[i].numbers[j]);
			assert_null(t->ops->regs(t, false, &got));
			assert_true(same_regs(&got, &regs[j]));
			close_target(t);
		}
		buf_free(&notes);
		buf_free(&b);
	}
}

static void a_cpu_that_is_not_there(void **state)
{
	struct buf b = BUF_INIT;
	struct target *t;
	struct error *err;

	(void)state;
	make_usual(&b);
	err = open_built(&b, 2, &t);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_non_null(strstr(err->hint, "from 0 to 1"));
	error_free(err);
	buf_free(&b);
}

static void without_registers_only_absolute_storage(void **state)
{
	struct s390_regs regs = make_regs(0);
	struct buf notes = BUF_INIT, b = BUF_INIT;
	struct target *t;
	struct error *err;
	size_t done;
	char byte;

	(void)state;
	make_with(&b, &notes, usual, 2);
	t = open_good(&b, 0);
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0), 1);
	err = read_at(t, SPACE_AUTO, 0, &byte, 1, &done);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	error_free(err);
	err = t->ops->regs(t, true, &regs);
	assert_non_null(err);
	error_free(err);
	close_target(t);
	buf_free(&b);

	/* General registers alone do not translate. */
	add_prstatus(&notes, &regs, 1);
	make_with(&b, &notes, usual, 2);
	t = open_good(&b, 0);
	assert_null(t->ops->regs(t, true, &regs));
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0), 1);
	err = read_at(t, SPACE_REAL, 0, &byte, 1, &done);
	assert_non_null(err);
	assert_non_null(strstr(err->message, "control registers"));
	error_free(err);
	close_target(t);
	buf_free(&notes);
	buf_free(&b);
}

static void zeros_follow_what_is_in_the_file(void **state)
{
	static const struct load loads[] = {
		{ 0, 4 * PAGE, 0, PAGE + 16 },
		{ 0x100000, 0x40000000000ULL, 0, 0 },		/* 4 TiB of zeros */
		{ 0x80000000000ULL, PAGE, UINT64_MAX, 0 },	/* QEMU: filtered out */
	};
	struct buf notes = BUF_INIT, b = BUF_INIT;
	unsigned char data[4 * PAGE];
	struct target *t;
	size_t done;

	(void)state;
	make_with(&b, &notes, loads, 3);
	t = open_good(&b, 0);
	assert_null(read_at(t, SPACE_ABSOLUTE, 0, data, sizeof(data), &done));
	assert_int_equal(data[PAGE - 1], 1);
	assert_int_equal(data[PAGE + 15], 2);
	assert_int_equal(data[PAGE + 16], 0);
	assert_int_equal(data[4 * PAGE - 1], 0);
	assert_addressing(t, 4 * PAGE);
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 0x400000fffffULL), 0);
	assert_addressing(t, 0x80000000000ULL);
	close_target(t);
	buf_free(&notes);
	buf_free(&b);
}

/* A segment table and a page table in the dump; the primary space is not that of the PSW. */
static void translation_by_tables_in_the_dump(void **state)
{
	const struct load load = { 0, 8 * PAGE, 0, 8 * PAGE };
	struct buf notes = BUF_INIT, b = BUF_INIT, data = BUF_INIT;
	struct s390_regs regs = make_regs(0);
	struct access a = ACCESS_INIT(0);
	uint16_t codes[2];
	uint64_t addrs[2] = { 0x1000, 0x3000 };
	struct target *t;
	uint64_t len;
	struct error *err;
	int i;

	(void)state;
	add_pages(&data, 1, 8);
	/* Page 4: segment table; page 5: page table. */
	for (i = 0; i < 512; i++)
		set64(&data, 4 * PAGE + 8 * (size_t)i, 0x20);
	set64(&data, 4 * PAGE, 5 * PAGE);
	for (i = 0; i < 256; i++)
		set64(&data, 5 * PAGE + 8 * (size_t)i, 0x400);
	set64(&data, 5 * PAGE + 8, 7 * PAGE);			/* 0x1000 -> page 7 */
	set64(&data, 5 * PAGE + 16, 6 * PAGE | 0x200);		/* 0x2000 -> page 6, protected */
	regs.crs[0] = 0;
	regs.crs[1] = 4 * PAGE;
	add_cpu_notes(&notes, &regs, 1);
	make_elf_dump(&b, &notes, &load, 1, &data);
	t = open_good(&b, 0);
	assert_int_equal(byte_at(t, SPACE_PRIMARY, 0x1000), 8);
	assert_int_equal(byte_at(t, SPACE_PRIMARY, 0x2fff), 7);
	a.space = SPACE_PRIMARY;
	a.addr = 0x1000;
	err = t->ops->check(t, &a, true, 0x2000, &len);
	assert_non_null(err);
	assert_int_equal(len, 0x1000);
	assert_int_equal(err->access.code, PGM_PROTECTION);
	assert_int_equal(err->access.addr, 0x2000);
	error_free(err);
	assert_null(t->ops->probe(t, &a, false, addrs, 2, codes));
	assert_int_equal(codes[0], 0);
	assert_int_equal(codes[1], PGM_PAGE_TRANSLATION);
	close_target(t);
	buf_free(&notes);
	buf_free(&data);
	buf_free(&b);
}

/* /proc/vmcore of Linux 6.10 and later has the kernel image twice. */
static void copies_within_a_segment_are_left_out(void **state)
{
	const struct load same[] = {
		{ 0, 8 * PAGE, 0, 8 * PAGE },
		{ 2 * PAGE, 2 * PAGE, 8 * PAGE, 2 * PAGE },
		{ 4 * PAGE, PAGE, 4 * PAGE, PAGE },		/* the same bytes of the file */
	};
	struct buf b = BUF_INIT, notes = BUF_INIT, data = BUF_INIT;
	struct target *t;

	(void)state;
	add_pages(&data, 1, 8);
	add_pages(&data, 3, 2);
	make_elf_dump(&b, &notes, same, 3, &data);
	t = open_good(&b, 0);
	assert_string_equal(find_fact(t, "memory_bytes"), "32768");
	assert_int_equal(byte_at(t, SPACE_ABSOLUTE, 3 * PAGE), 4);
	close_target(t);

	/* One byte differs. */
	b.data[b.len - 1] = 9;
	assert_refused(&b, ERROR_TARGET, "overlap");
	buf_free(&data);
	buf_free(&b);
}

static void encrypted_dumps_are_for_zgetdump(void **state)
{
	struct buf b = BUF_INIT, notes = BUF_INIT;
	struct s390_regs regs = make_regs(0);

	(void)state;
	add_cpu_notes(&notes, &regs, 1);
	add_note(&notes, "LINUX", NT_S390_PV_CPU_DATA, "secret", 6);
	make_with(&b, &notes, usual, 2);
	assert_refused(&b, ERROR_REFUSED, "zgetdump -k KEYFILE '/proc/self/fd/");
	buf_free(&notes);
	buf_free(&b);
}

/* A release that would do something to the terminal; VMCOREINFO found through the lowcore. */
static void vmcoreinfo_from_storage(void **state)
{
	const char *text = "X=1\nOSRELEASE=6.12\x1b[31m\nY=2\n";
	const struct load load = { 0, 8 * PAGE, 0, 8 * PAGE };
	struct buf b = BUF_INIT, notes = BUF_INIT, data = BUF_INIT, note = BUF_INIT;
	struct target *t;

	(void)state;
	add_pages(&data, 0, 8);
	set64(&data, 0xe0c, 0x3ffe);	/* crosses a page */
	add_note(&note, "VMCOREINFO", 0, text, strlen(text));
	memcpy(data.data + 0x3ffe, note.data, note.len);
	make_elf_dump(&b, &notes, &load, 1, &data);
	t = open_good(&b, 0);
	assert_string_equal(find_fact(t, "kernel"), "6.12\\x1b[31m");
	close_target(t);

	/* A length that lies, and an address that is nowhere. */
	set32(&data, 0x3ffe + 4, 0xffffffff);
	buf_reset(&b);
	make_elf_dump(&b, &notes, &load, 1, &data);
	t = open_good(&b, 0);
	assert_string_equal(find_fact(t, "kernel"), "unknown");
	close_target(t);
	set64(&data, 0xe0c, 0xfffffffffffffffeULL);
	buf_reset(&b);
	make_elf_dump(&b, &notes, &load, 1, &data);
	close_target(open_good(&b, 0));
	buf_free(&data);
	buf_free(&note);
	buf_free(&b);
}

/* 60,000 segments in a small file: neither slow nor large. */
static void many_segments(void **state)
{
	struct buf b = BUF_INIT, notes = BUF_INIT;
	const size_t count = 60000;
	struct load *loads = calloc(count, sizeof(*loads));
	struct rusage before, after;
	struct target *t;
	size_t i;

	(void)state;
	assert_non_null(loads);
	for (i = 0; i < count; i++)
		loads[i] = (struct load){ (count - i) * 2 * PAGE, PAGE, i % 10 * PAGE, PAGE };
	make_with(&b, &notes, loads, count);
	getrusage(RUSAGE_SELF, &before);
	t = open_good(&b, 0);
	for (i = 0; i < count; i++)
		assert_int_equal(byte_at(t, SPACE_ABSOLUTE, (count - i) * 2 * PAGE), i % 10 + 1);
	assert_non_null(strstr(find_fact(t, "memory"), "(60000 in all)"));
	getrusage(RUSAGE_SELF, &after);
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 64 * 1024);
	close_target(t);

	/* All at the same place. */
	for (i = 0; i < count; i++)
		loads[i] = (struct load){ 0, 10 * PAGE, 0, 10 * PAGE };
	buf_reset(&b);
	make_with(&b, &notes, loads, count);
	assert_refused(&b, ERROR_TARGET, "overlap");
	free(loads);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_and_storage_of_a_good_dump),
		cmocka_unit_test(nothing_is_left),
		cmocka_unit_test(reads_go_on_to_the_hole),
		cmocka_unit_test(nothing_is_written),
		cmocka_unit_test(cpus_have_the_numbers_of_their_pids),
		cmocka_unit_test(a_cpu_that_is_not_there),
		cmocka_unit_test(without_registers_only_absolute_storage),
		cmocka_unit_test(zeros_follow_what_is_in_the_file),
		cmocka_unit_test(translation_by_tables_in_the_dump),
		cmocka_unit_test(copies_within_a_segment_are_left_out),
		cmocka_unit_test(encrypted_dumps_are_for_zgetdump),
		cmocka_unit_test(vmcoreinfo_from_storage),
		cmocka_unit_test(many_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
