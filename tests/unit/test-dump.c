/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF dumps, good ones and damaged ones, built byte by byte. */
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
#include "target/range.h"

#ifndef NT_S390_PV_CPU_DATA
#define NT_S390_PV_CPU_DATA 0x30e
#endif

static const struct dump_options options;

static struct error *read_at(struct target *t, enum space space, uint64_t addr, void *buf,
			     size_t len, size_t *done)
{
	struct access a = ACCESS_INIT(addr);

	a.space = space;
	return t->ops->read(t, &a, buf, len, done);
}

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

static const char *find_fact(struct target *t, const char *key)
{
	static struct target_fact f;
	size_t i;

	for (i = 0; t->ops->fact(t, i, &f); i++)
		if (!strcmp(f.key, key))
			return f.value;
	return NULL;
}

/* The usual dump: two CPUs, 8 pages at 0 (numbers 1-8), 2 at 64 KiB (9, 10). */
static const struct load usual[] = {
	{ 0x10000, 2 * PAGE, 8 * PAGE, 2 * PAGE },
	{ 0, 8 * PAGE, 0, 8 * PAGE },
};

static void make_usual_notes(struct buf *notes)
{
	struct s390_regs regs = make_regs(0), second = make_regs(1);
	const char *text = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n";

	add_cpu_notes(notes, &regs, 1);
	second.prefix = 0x4000;
	add_cpu_notes(notes, &second, 2);
	add_note(notes, "VMCOREINFO", 0, text, strlen(text));
}

static void make_with(struct buf *b, const struct buf *notes, const struct load *loads, size_t count)
{
	struct buf data = BUF_INIT;

	add_pages(&data, 1, 10);
	make_elf_dump(b, notes, loads, count, &data);
	buf_free(&data);
}

static void make_usual(struct buf *b)
{
	struct buf notes = BUF_INIT;

	make_usual_notes(&notes);
	make_with(b, &notes, usual, 2);
	buf_free(&notes);
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

/* Nothing that is cut short may open, crash or hang. */
static void truncated_at_every_byte(void **state)
{
	struct buf b = BUF_INIT;
	char path[64];
	size_t len, data;
	int fd;

	(void)state;
	make_usual(&b);
	data = b.len - 10 * PAGE;
	fd = make_file(&b, path);
	for (len = b.len; len-- > 0; ) {
		/* Within a page of data all is alike. */
		if (len > data + 10 && (len - data + 5) % PAGE > 10 && len % 101)
			continue;
		assert_cut_refused(fd, path, len);
	}
	close(fd);
	buf_free(&b);
}

/* Read here and there, whatever comes of it. */
static void try_all(struct target *t)
{
	static const uint64_t addrs[] = { 0, 0x1ff8, 0x8000, 0x10000, 0x7fffffffffffULL, UINT64_MAX - 7 };
	struct target_fact f;
	unsigned char data[64];
	size_t done, i;

	for (i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		error_free(read_at(t, SPACE_ABSOLUTE, addrs[i], data, sizeof(data), &done));
		error_free(read_at(t, SPACE_AUTO, addrs[i], data, sizeof(data), &done));
		error_free(read_at(t, SPACE_HOME, addrs[i], data, sizeof(data), &done));
	}
	for (i = 0; t->ops->fact(t, i, &f); i++)
		;
	close_target(t);
}

/* Every byte before the data, changed in several ways: opened or refused, and no more. */
static void every_byte_damaged(void **state)
{
	static const unsigned char masks[] = { 0xff, 0x80 };
	struct buf b = BUF_INIT;
	struct target *t;
	struct error *err;
	char path[64], changed;
	size_t i, j, end;
	int fd;

	(void)state;
	make_usual(&b);
	end = b.len - 10 * PAGE;
	fd = make_file(&b, path);
	for (i = 0; i < end; i++) {
		/* The values of registers are all the same to it. */
		if (i > PHDR(3) && !b.data[i] && i % 7)
			continue;
		for (j = 0; j < sizeof(masks); j++) {
			changed = (char)(b.data[i] ^ masks[j]);
			assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
			err = dump_open(path, 0, &options, &t);
			if (!err)
				try_all(t);
			error_free(err);
		}
		assert_int_equal(pwrite(fd, b.data + i, 1, (off_t)i), 1);
	}
	close(fd);
	buf_free(&b);
}

#define PHDR_TYPE	0
#define PHDR_OFFSET	8
#define PHDR_PADDR	24
#define PHDR_FILESZ	32
#define PHDR_MEMSZ	40

static void headers_that_lie(void **state)
{
	static const struct {
		size_t offset;
		int size;		/* bytes of value */
		uint64_t value;
		const char *words;
	} cases[] = {
		{ PHDR(1) + PHDR_OFFSET, 8, 0x7fffffffffffffffULL, "passes the end of the file" },
		{ PHDR(1) + PHDR_OFFSET, 8, UINT64_MAX, "passes the end of the file" },
		{ PHDR(1) + PHDR_FILESZ, 8, UINT64_MAX, "more bytes in the file than in storage" },
		{ PHDR(1) + PHDR_MEMSZ, 8, UINT64_MAX, "passes 2^64" },
		{ PHDR(1) + PHDR_MEMSZ, 8, PAGE, "more bytes in the file" },
		{ PHDR(1) + PHDR_MEMSZ, 8, 0, "none in storage" },
		{ PHDR(1) + PHDR_PADDR, 8, 0xfffffffffffff000ULL, "passes 2^64" },
		{ PHDR(1) + PHDR_PADDR, 8, 0x10001, "whole 4 KiB blocks" },
		{ PHDR(1) + PHDR_PADDR, 8, 0x7000, "overlap" },
		{ PHDR(1) + PHDR_PADDR, 8, 0, "overlap" },
		{ PHDR(2) + PHDR_PADDR, 8, 0xf000, "overlap" },
		{ PHDR(0) + PHDR_FILESZ, 8, 0x100000000ULL, "notes overlap or pass its end" },
		{ PHDR(0) + PHDR_FILESZ, 8, 0x800000, "notes overlap or pass its end" },
		{ PHDR(0) + PHDR_OFFSET, 8, 0x800000, "truncated" },
		{ 32, 8, 0x800000, "truncated" },			/* e_phoff */
		{ 56, 2, 0xfffe, "truncated" },				/* e_phnum */
		{ 56, 2, PN_XNUM, "" },
		{ 16, 2, ET_EXEC, "program or library" },
		{ 18, 2, EM_X86_64, "not one of an s390 system" },
		{ EI_CLASS, 1, ELFCLASS32, "31-bit" },
		{ EI_DATA, 1, ELFDATA2LSB, "not one of an s390 system" },
		{ PHDR(1) + PHDR_TYPE, 4, PT_NOTE, "notes are damaged" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		make_usual(&b);
		set_number(&b, cases[i].offset, cases[i].size, cases[i].value);
		assert_refused(&b, ERROR_TARGET, cases[i].words);
		buf_free(&b);
	}
}

static void no_segments_no_bytes_no_format(void **state)
{
	struct buf b = BUF_INIT, notes = BUF_INIT;

	(void)state;
	assert_refused(&b, ERROR_TARGET, "is empty");
	buf_adds(&b, "no dump at all");
	assert_refused(&b, ERROR_TARGET, "no dump format");
	buf_reset(&b);
	make_usual_notes(&notes);
	make_with(&b, &notes, NULL, 0);
	assert_refused(&b, ERROR_TARGET, "holds no storage");
	buf_reset(&b);
	make_with(&b, &notes, (const struct load[]){ { 0, 0, 0, 0 } }, 1);
	assert_refused(&b, ERROR_TARGET, "holds no storage");
	buf_free(&notes);
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

static void garbage_notes(void **state)
{
	static const unsigned char desc[320];
	struct buf b = BUF_INIT, notes = BUF_INIT;
	struct s390_regs regs = make_regs(0), got;
	struct target *t;
	size_t first;

	(void)state;
	/* Unknown ones, and padding, do not matter. */
	add_note(&notes, "CORE", 0x12345, desc, 10);
	add_note(&notes, "GNU", NT_PRSTATUS, desc, 3);
	add_note(&notes, "LINUX", NT_S390_PREFIX, desc, 4);	/* of no CPU */
	add_cpu_notes(&notes, &regs, 1);
	add32(&notes, 0);
	make_with(&b, &notes, usual, 2);
	t = open_good(&b, 0);
	assert_null(t->ops->regs(t, false, &got));
	assert_true(same_regs(&got, &regs));
	close_target(t);

	/* Lengths that pass the end. */
	buf_reset(&notes);
	add_cpu_notes(&notes, &regs, 1);
	first = notes.len;
	add_note(&notes, "LINUX", NT_S390_PREFIX, desc, 4);
	set32(&notes, first + 4, 0xfffffff0);
	buf_reset(&b);
	make_with(&b, &notes, usual, 2);
	assert_refused(&b, ERROR_TARGET, "notes are damaged");
	set32(&notes, first + 4, 4);
	set32(&notes, first, 0xfffffffd);
	buf_reset(&b);
	make_with(&b, &notes, usual, 2);
	assert_refused(&b, ERROR_TARGET, "notes are damaged");

	/* Descriptions that are too short for what they are. */
	buf_reset(&notes);
	add_note(&notes, "CORE", NT_PRSTATUS, desc, 319);
	buf_reset(&b);
	make_with(&b, &notes, usual, 2);
	assert_refused(&b, ERROR_TARGET, "PRSTATUS note");
	buf_reset(&notes);
	add_prstatus(&notes, &regs, 1);
	add_note(&notes, "LINUX", NT_S390_CTRS, desc, 127);
	buf_reset(&b);
	make_with(&b, &notes, usual, 2);
	assert_refused(&b, ERROR_TARGET, "too few");
	buf_free(&notes);
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

static void files_that_are_none(void **state)
{
	static const char *const paths[] = { "/", "/dev/null", "/nonexistent/dump" };
	struct target *t;
	struct error *err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		err = dump_open(paths[i], 0, &options, &t);
		assert_non_null(err);
		assert_int_equal(err->kind, ERROR_TARGET);
		assert_non_null(strstr(err->message, paths[i]));
		error_free(err);
	}
}

static void assert_tells_shrinking(struct error *err)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_non_null(strstr(err->message, "shorter"));
	error_free(err);
}

/* A file that shrinks after it was opened is an error, no signal. */
static void a_file_that_shrinks(void **state)
{
	struct buf b = BUF_INIT;
	struct target *t;
	struct error *err;
	char path[64], byte;
	size_t done;
	int fd;

	(void)state;
	make_usual(&b);
	fd = make_file(&b, path);
	assert_null(dump_open(path, 0, &options, &t));
	assert_int_equal(ftruncate(fd, 4096), 0);
	err = read_at(t, SPACE_ABSOLUTE, 0x7000, &byte, 1, &done);
	assert_tells_shrinking(err);
	close_target(t);
	close(fd);
	buf_free(&b);
}

/* What a walk over a range has seen of pages that are full of their numbers. */
struct seen {
	int cut;		/* the file that is to lose all but its first page, or -1 */
	uint64_t bytes, runs;
	bool wrong;
};

static struct error *see_run(void *arg, const struct range_run *run)
{
	const unsigned char *data = run->data;
	struct seen *seen = arg;
	uint64_t i;

	if (seen->cut >= 0 && ftruncate(seen->cut, (off_t)PAGE))
		seen->wrong = true;
	for (i = 0; i < run->len; i += PAGE)
		seen->wrong |= data[i] != (run->addr + i) / PAGE + 1;
	seen->bytes += run->len;
	seen->runs++;
	return NULL;
}

/* Long runs of a dump are not copied; a file that shrinks meanwhile is an error none the less. */
static void long_runs(void **state)
{
	static const struct load loads[] = { { 0, 64 * PAGE, 0, 64 * PAGE } };
	struct access a = ACCESS_INIT(PAGE);
	struct buf b = BUF_INIT, data = BUF_INIT, notes = BUF_INIT;
	struct seen seen = { .cut = -1 };
	struct error *err;
	struct target *t;
	char path[64];
	int fd;

	(void)state;
	make_usual_notes(&notes);
	add_pages(&data, 1, 64);
	make_elf_dump(&b, &notes, loads, 1, &data);
	fd = make_file(&b, path);
	assert_null(dump_open(path, 0, &options, &t));
	a.space = SPACE_ABSOLUTE;
	assert_null(range_walk(t, &a, 63 * PAGE, RANGE_READ, see_run, &seen, NULL, NULL));
	assert_false(seen.wrong);
	assert_int_equal(seen.bytes, 63 * PAGE);
	seen.cut = fd;
	err = range_walk(t, &a, 63 * PAGE, RANGE_READ, see_run, &seen, NULL, NULL);
	assert_tells_shrinking(err);
	close_target(t);
	close(fd);
	buf_free(&notes);
	buf_free(&data);
	buf_free(&b);
}

/* A sparse file has room for any number of program headers, told by section header 0. */
static void too_many_headers(void **state)
{
	static const uint32_t counts[] = { 1000001, UINT32_MAX };
	struct buf b, none = BUF_INIT;
	char path[64], words[64];
	struct error *err;
	struct target *t;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		b = none;
		make_elf_dump(&b, &none, NULL, 0, &none);
		add_padding(&b, PAGE);
		memset(b.data + ELF_HEADER, 0, sizeof(Elf64_Shdr));
		set64(&b, offsetof(Elf64_Ehdr, e_phoff), PAGE);
		set64(&b, offsetof(Elf64_Ehdr, e_shoff), ELF_HEADER);
		set16(&b, offsetof(Elf64_Ehdr, e_phnum), PN_XNUM);
		set16(&b, offsetof(Elf64_Ehdr, e_shentsize), sizeof(Elf64_Shdr));
		set16(&b, offsetof(Elf64_Ehdr, e_shnum), 1);
		set32(&b, ELF_HEADER + offsetof(Elf64_Shdr, sh_info), counts[i]);
		fd = make_file(&b, path);
		buf_free(&b);
		assert_int_equal(ftruncate(fd, (off_t)(PAGE + (uint64_t)counts[i] * PHDR_SIZE)), 0);
		err = dump_open(path, 0, &options, &t);
		assert_non_null(err);
		snprintf(words, sizeof(words), ": %u program headers are more than any dump has", counts[i]);
		if (err->kind != ERROR_TARGET || !strstr(err->message, words))
			fail_msg("kind %d: %s", err->kind, err->message);
		error_free(err);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_runs),
		cmocka_unit_test(registers_and_storage_of_a_good_dump),
		cmocka_unit_test(nothing_is_left),
		cmocka_unit_test(reads_go_on_to_the_hole),
		cmocka_unit_test(nothing_is_written),
		cmocka_unit_test(cpus_have_the_numbers_of_their_pids),
		cmocka_unit_test(a_cpu_that_is_not_there),
		cmocka_unit_test(without_registers_only_absolute_storage),
		cmocka_unit_test(zeros_follow_what_is_in_the_file),
		cmocka_unit_test(translation_by_tables_in_the_dump),
		cmocka_unit_test(truncated_at_every_byte),
		cmocka_unit_test(every_byte_damaged),
		cmocka_unit_test(headers_that_lie),
		cmocka_unit_test(no_segments_no_bytes_no_format),
		cmocka_unit_test(copies_within_a_segment_are_left_out),
		cmocka_unit_test(garbage_notes),
		cmocka_unit_test(encrypted_dumps_are_for_zgetdump),
		cmocka_unit_test(vmcoreinfo_from_storage),
		cmocka_unit_test(many_segments),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(a_file_that_shrinks),
		cmocka_unit_test(too_many_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
