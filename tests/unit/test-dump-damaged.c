/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF dumps that are damaged, lie, or shrink while they are read. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "dump-build.h"
#include "target/dump/dump.h"
#include "target/range.h"

static const struct dump_options options;

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

/* The values of registers are all the same to it. */
static bool is_of_register(const struct buf *b, size_t i)
{
	return i > PHDR(3) && !b->data[i] && i % 7;
}

static void every_byte_before_the_data_damaged(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	make_usual(&b);
	damage_every_byte(&b, b.len - 10 * PAGE, is_of_register, try_all);
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
		cmocka_unit_test(truncated_at_every_byte),
		cmocka_unit_test(every_byte_before_the_data_damaged),
		cmocka_unit_test(headers_that_lie),
		cmocka_unit_test(no_segments_no_bytes_no_format),
		cmocka_unit_test(garbage_notes),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(a_file_that_shrinks),
		cmocka_unit_test(long_runs),
		cmocka_unit_test(too_many_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
