/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kdump-compressed, flattened and stand-alone dumps built byte by byte; formats that are only recognised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "base/endian.h"
#include "dump-build.h"
#include "target/dump/dump.h"

/* The byte at an absolute address; -1 for an addressing exception, -2 if the page is damaged. */
static int byte_at(struct target *t, uint64_t addr)
{
	struct access a = ACCESS_INIT(addr);
	unsigned char byte;
	struct error *err;
	size_t done;
	int code;

	a.space = SPACE_ABSOLUTE;
	err = t->ops->read(t, &a, &byte, 1, &done);
	if (!err)
		return byte;
	if (err->kind == ERROR_ACCESS)
		assert_int_equal(err->access.code, PGM_ADDRESSING);
	code = err->kind == ERROR_ACCESS ? -1 : -2;
	error_free(err);
	return code;
}

/* Within a page of a file all is alike: is this length near none of the edges? */
static bool is_boring(size_t len)
{
	return len > PAGE && len % PAGE > 20 && len % PAGE < PAGE - 20 && len % 101;
}

/* Stand-alone dumps. */

#define STANDALONE_PAGES 8

/* Pages 0-7, each full of its number; CPUs with lowcores at 0x2000 and 0x4000. */
static void make_standalone(struct buf *b)
{
	const uint32_t prefixes[] = { 0x2000, 0x4000 };
	size_t i, j, save;

	add64(b, 0xa8190173618f23fdULL);
	add32(b, 5);			/* version */
	add32(b, PAGE);
	add32(b, 4);
	add32(b, PAGE);
	add64(b, STANDALONE_PAGES * PAGE);
	add64(b, 0);
	add64(b, STANDALONE_PAGES * PAGE);
	add_padding(b, PAGE);
	set32(b, 0x48, 2);		/* 64 bits */
	set16(b, 0x5d, 2);		/* CPUs */
	add_pages(b, 0, STANDALONE_PAGES);
	for (i = 0; i < 2; i++) {
		const struct s390_regs regs = make_regs((unsigned int)i);

		set32(b, 0x800 + 4 * i, prefixes[i]);
		save = PAGE + prefixes[i] + 0x1200;
		set64(b, save + 0x100, regs.psw_mask);
		set64(b, save + 0x108, regs.psw_addr);
		set32(b, save + 0x118, prefixes[i]);
		set32(b, save + 0x11c, regs.fpc);
		for (j = 0; j < 16; j++) {
			set64(b, save + 0x80 + 8 * j, regs.gprs[j]);
			set32(b, save + 0x140 + 4 * j, regs.acrs[j]);
			set64(b, save + 0x180 + 8 * j, regs.crs[j]);
		}
	}
	buf_adds(b, "DUMP_END");
	add64(b, 0);
}

static void standalone_dump(void **state)
{
	struct s390_regs expected = make_regs(1), regs;
	struct buf b = BUF_INIT;
	struct error *err;
	struct target *t;

	(void)state;
	make_standalone(&b);
	t = open_good(&b, 1);
	expected.prefix = 0x4000;
	assert_null(t->ops->regs(t, true, &regs));
	assert_true(same_regs(&regs, &expected));
	assert_int_equal(byte_at(t, 0x1fff), 1);
	assert_int_equal(byte_at(t, 0x7fff), 7);
	assert_int_equal(byte_at(t, 0x8000), -1);
	assert_string_equal(find_fact(t, "registers"), "lowcores");
	close_target(t);

	/* Before version 5 nothing tells where the lowcores are. */
	set32(&b, 8, 4);
	t = open_good(&b, 0);
	assert_int_equal(byte_at(t, 0x1fff), 1);
	err = t->ops->regs(t, true, &regs);
	assert_non_null(err);
	error_free(err);
	close_target(t);
	buf_free(&b);
}

static void damaged_standalone_dumps(void **state)
{
	static const struct {
		size_t offset;
		int size;
		uint64_t value;
		enum error_kind kind;
		const char *words;
	} cases[] = {
		{ 0x18, 8, UINT64_MAX, ERROR_TARGET, "4 KiB blocks" },
		{ 0x18, 8, 0xfffffffffffff000ULL, ERROR_TARGET, "end of the file" },
		{ 0x18, 8, 9 * PAGE, ERROR_TARGET, "end of the file" },
		{ 0x18, 8, 7 * PAGE, ERROR_TARGET, "no end marker" },
		{ 0x18, 8, 0, ERROR_TARGET, "no end marker" },
		{ 0x48, 4, 1, ERROR_TARGET, "31-bit" },
		{ 0x5d, 2, 513, ERROR_TARGET, "513 CPUs" },
		{ 0x5d, 2, 512, ERROR_REFUSED, "" },
		{ 0x804, 4, 0x7000, ERROR_TARGET, "lowcore of CPU 1" },
		{ 0x804, 4, 0xffffffff, ERROR_TARGET, "lowcore of CPU 1" },
		{ 0x5c, 1, 1, ERROR_REFUSED, "zgetdump '" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		make_standalone(&b);
		set_number(&b, cases[i].offset, cases[i].size, cases[i].value);
		if (cases[i].words[0])
			assert_refused(&b, cases[i].kind, cases[i].words);
		else
			close_target(open_good(&b, 0));	/* 512 CPUs, most at 0 */
		buf_free(&b);
	}
}

/* Nothing opens that is cut short; the last 8 bytes are a time that is not used. */
static void standalone_truncated(void **state)
{
	struct buf b = BUF_INIT;
	char path[64];
	size_t len;
	int fd;

	(void)state;
	make_standalone(&b);
	fd = make_file(&b, path);
	for (len = b.len - 8; len-- > 0; ) {
		if (is_boring(len))
			continue;
		assert_cut_refused(fd, path, len);
	}
	close(fd);
	buf_free(&b);
}

static void formats_for_zgetdump(void **state)
{
	static const struct {
		uint64_t magic;
		const char *name;
	} cases[] = {
		{ 0xa8190173618f23feULL, "extended s390 stand-alone" },
		{ 0xa8190173618f23edULL, "LKCD" },
	};
	static const unsigned char vmdump[] = { 0xe5, 0xd4, 0xc4, 0xe4, 0xd4, 0xd7, 0x40, 0x40 };
	struct buf b = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&b);
		add64(&b, cases[i].magic);
		add_padding(&b, PAGE);
		assert_refused(&b, ERROR_REFUSED, cases[i].name);
		assert_refused(&b, ERROR_REFUSED, "zgetdump '/proc/self/fd/");
	}
	buf_reset(&b);
	add16(&b, 0xe2d9);
	add_padding(&b, PAGE);
	memcpy(b.data + 53, vmdump, sizeof(vmdump));
	assert_refused(&b, ERROR_REFUSED, "VMDUMP");
	buf_free(&b);
}

/* Flattened ELF dumps: what the pieces make up. */

static void make_elf(struct buf *b)
{
	const struct load load = { 0, 4 * PAGE, 0, 4 * PAGE };
	struct buf notes = BUF_INIT, data = BUF_INIT;
	struct s390_regs regs = make_regs(0);

	add_pages(&data, 1, 4);
	add_cpu_notes(&notes, &regs, 1);
	make_elf_dump(b, &notes, &load, 1, &data);
	buf_free(&notes);
	buf_free(&data);
}

static void flat_header(struct buf *b)
{
	buf_adds(b, "makedumpfile");
	add_padding(b, 16);
	add64(b, 1);
	add64(b, 1);
	add_padding(b, PAGE);
}

static void flat_piece(struct buf *b, const struct buf *plain, uint64_t offset, uint64_t len)
{
	add64(b, offset);
	add64(b, len);
	buf_add(b, plain->data + offset, len);
}

static void flat_end(struct buf *b)
{
	add64(b, UINT64_MAX);
	add64(b, UINT64_MAX);
}

/* In pieces of size bytes, the last ones first. */
static void flatten(struct buf *b, const struct buf *plain, uint64_t size)
{
	uint64_t offset = plain->len, n;

	flat_header(b);
	while (offset) {
		n = offset % size ? offset % size : size;
		offset -= n;
		flat_piece(b, plain, offset, n);
	}
	flat_end(b);
}

static void flattened_dump(void **state)
{
	struct buf plain = BUF_INIT, b = BUF_INIT, twice = BUF_INIT;
	struct target *t;

	(void)state;
	make_elf(&plain);
	flatten(&b, &plain, 1000);
	t = open_good(&b, 0);
	assert_int_equal(byte_at(t, 0), 1);
	assert_int_equal(byte_at(t, 4 * PAGE - 1), 4);
	assert_int_equal(byte_at(t, 4 * PAGE), -1);
	assert_string_equal(find_fact(t, "format"), "ELF, was flattened");
	close_target(t);

	flatten(&twice, &b, 5000);
	assert_refused(&twice, ERROR_TARGET, "flattened twice");
	buf_free(&plain);
	buf_free(&b);
	buf_free(&twice);
}

static void damaged_flattened_dumps(void **state)
{
	static const struct {
		size_t offset;
		uint64_t value;
		const char *words;
	} cases[] = {
		{ 16, 2, "not known" },
		{ 24, 2, "not known" },
		{ PAGE, 1ULL << 62, "damaged or truncated" },		/* offset of the first piece */
		{ PAGE, 1ULL << 63, "damaged or truncated" },
		{ PAGE + 8, 0, "damaged or truncated" },		/* its length */
		{ PAGE + 8, UINT64_MAX, "damaged or truncated" },
		{ PAGE + 8, 1ULL << 40, "damaged or truncated" },
	};
	struct buf plain = BUF_INIT, b = BUF_INIT;
	char path[64];
	size_t i, len;
	int fd;

	(void)state;
	make_elf(&plain);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&b);
		flatten(&b, &plain, 1000);
		set64(&b, cases[i].offset, cases[i].value);
		assert_refused(&b, ERROR_TARGET, cases[i].words);
	}
	buf_reset(&b);
	flatten(&b, &plain, 3000);
	fd = make_file(&b, path);
	for (len = b.len; len-- > 0; ) {
		/* Behind the header come pieces of 3,016 bytes. */
		if (len > PAGE + 500 && (len - PAGE) % 3016 > 20 && len % 101)
			continue;
		assert_cut_refused(fd, path, len);
	}
	close(fd);
	buf_free(&plain);
	buf_free(&b);
}

static void no_room_for_a_plain_copy(void **state)
{
	struct buf plain = BUF_INIT, b = BUF_INIT;

	(void)state;
	make_elf(&plain);
	flatten(&b, &plain, 1000);
	setenv("TMPDIR", "/nonexistent", 1);
	assert_refused(&b, ERROR_TARGET, "set TMPDIR");
	unsetenv("TMPDIR");
	buf_free(&plain);
	buf_free(&b);
}

#ifdef HAVE_LIBKDUMPFILE
/* kdump-compressed dumps; the pages are not compressed in these. */

#define KDUMP_PAGES	32	/* of storage */
#define NOTES_AT	(PAGE + 0x200)
#define DESCS_AT	(4 * PAGE)

/* Pages 0-9 and 16-17 are in the dump, page n full of 0x40 + n. */
static bool is_dumped(unsigned int page)
{
	return page < 10 || page == 16 || page == 17;
}

static void make_kdump(struct buf *b)
{
	struct s390_regs regs = make_regs(0), second = make_regs(1);
	struct buf notes = BUF_INIT;
	unsigned int i, count = 0;

	buf_adds(b, "KDUMP   ");
	add32(b, 6);
	add_padding(b, 272);
	buf_adds(b, "S390X");
	add_padding(b, PAGE);
	set32(b, 428, PAGE);
	set32(b, 432, 1);		/* blocks of the sub-header */
	set32(b, 436, 2);		/* of the bitmaps */
	set32(b, 440, KDUMP_PAGES);

	add_cpu_notes(&notes, &regs, 1);
	add_cpu_notes(&notes, &second, 2);
	add64(b, 0);
	add32(b, 31);			/* dump level */
	add_padding(b, PAGE / 8);
	buf_add(b, notes.data, notes.len);
	add_padding(b, PAGE);
	set64(b, PAGE + 48, NOTES_AT);
	set64(b, PAGE + 56, notes.len);
	set64(b, PAGE + 96, KDUMP_PAGES);
	buf_free(&notes);

	/* All is memory; what is dumped. */
	for (i = 0; i < KDUMP_PAGES / 8; i++)
		buf_addc(b, (char)0xff);
	add_padding(b, PAGE);
	for (i = 0; i < KDUMP_PAGES; i++) {
		if (i % 8 == 0)
			buf_addc(b, 0);
		if (is_dumped(i))
			b->data[b->len - 1] |= (char)(1 << i % 8);
	}
	add_padding(b, PAGE);
	for (i = 0; i < KDUMP_PAGES; i++) {
		if (!is_dumped(i))
			continue;
		add64(b, DESCS_AT + PAGE * (1 + count++));
		add32(b, PAGE);
		add32(b, 0);		/* not compressed */
		add64(b, 0);
	}
	add_padding(b, PAGE);
	for (i = 0; i < KDUMP_PAGES; i++)
		if (is_dumped(i))
			add_pages(b, 0x40 + i, 1);
}

static void kdump_compressed_dump(void **state)
{
	struct s390_regs expected = make_regs(1), regs;
	struct buf b = BUF_INIT, flat = BUF_INIT;
	struct target *t;
	unsigned int i;

	(void)state;
	make_kdump(&b);
	t = open_good(&b, 1);
	assert_null(t->ops->regs(t, true, &regs));
	assert_true(same_regs(&regs, &expected));
	for (i = 0; i < KDUMP_PAGES + 2; i++) {
		assert_int_equal(byte_at(t, i * PAGE), is_dumped(i) ? (int)(0x40 + i) : -1);
		assert_int_equal(byte_at(t, (i + 1) * PAGE - 1), is_dumped(i) ? (int)(0x40 + i) : -1);
	}
	assert_int_equal(byte_at(t, UINT64_MAX), -1);
	assert_string_equal(find_fact(t, "memory"),
			    "0000000000000000-0000000000009fff, 0000000000010000-0000000000011fff");
	assert_string_equal(find_fact(t, "memory_bytes"), "49152");
	assert_non_null(strstr(find_fact(t, "format"), "dump level 31"));
	close_target(t);

	flatten(&flat, &b, 7000);
	t = open_good(&flat, 0);
	assert_int_equal(byte_at(t, 17 * PAGE), 0x40 + 17);
	close_target(t);
	buf_free(&b);
	buf_free(&flat);
}

/* The library would take memory for them even where they are said to be at offset 0. */
static void kdump_blobs_at_offset_0(void **state)
{
	static const size_t sizes[] = { 40, 56, 72 };	/* in the sub-header */
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf b = BUF_INIT;

		make_kdump(&b);
		set64(&b, PAGE + sizes[i] - 8, 0);
		set64(&b, PAGE + sizes[i], 0x1200000000);
		assert_refused(&b, ERROR_TARGET, "cannot be");
		buf_free(&b);
	}
}

static void damaged_kdump_dumps(void **state)
{
	static const struct {
		size_t offset;
		int size;
		uint64_t value;
		const char *words;
	} cases[] = {
		{ 428, 4, 0x100000, "not of an s390x system" },		/* block size, of x86 */
		{ 272, 4, 0x78383600, "not of an s390x system" },	/* machine */
		{ 432, 4, UINT32_MAX, "truncated" },
		{ 436, 4, UINT32_MAX, "truncated" },
		{ 8, 4, 0, "version 0" },
		{ 8, 4, 0x80000006, "not known" },
		{ 440, 4, 0x01000020, "more than its bitmaps have bits" },
		{ 436, 4, 0, "more than its bitmaps have bits" },
		{ PAGE + 96, 8, UINT64_MAX, "more than its bitmaps have bits" },
		{ PAGE + 48, 8, 1ULL << 40, "bytes of notes" },
		{ PAGE + 56, 8, 1ULL << 60, "bytes of notes" },
		{ PAGE + 56, 8, 0x1000, "notes are damaged" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		make_kdump(&b);
		set_number(&b, cases[i].offset, cases[i].size, cases[i].value);
		assert_refused(&b, ERROR_TARGET, cases[i].words);
		buf_free(&b);
	}
}

/* Read every page of what may have been opened. */
static void try_all(struct target *t)
{
	unsigned int i;

	for (i = 0; i <= KDUMP_PAGES; i++)
		byte_at(t, i * PAGE);
	close_target(t);
}

static void kdump_truncated_at_every_byte(void **state)
{
	struct buf b = BUF_INIT;
	char path[64];
	size_t len;
	int fd;

	(void)state;
	make_kdump(&b);
	fd = make_file(&b, path);
	for (len = b.len; len-- > 0; ) {
		if (len > DESCS_AT + 300 && is_boring(len))
			continue;
		assert_cut_refused(fd, path, len);
	}
	close(fd);
	buf_free(&b);
}

/* Of what is all alike a part will do. */
static bool is_alike(const struct buf *b, size_t i)
{
	return !b->data[i] && i % 37 && (i < 424 || i > 464) && (i < PAGE || i > PAGE + 104);
}

static void kdump_with_every_byte_damaged(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	make_kdump(&b);
	damage_every_byte(&b, DESCS_AT + 12 * 24, is_alike, try_all);
	buf_free(&b);
}
#else
static void without_libkdumpfile(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_adds(&b, "KDUMP   ");
	add_padding(&b, PAGE);
	assert_refused(&b, ERROR_TARGET, "built without libkdumpfile");
	buf_free(&b);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standalone_dump),
		cmocka_unit_test(damaged_standalone_dumps),
		cmocka_unit_test(standalone_truncated),
		cmocka_unit_test(formats_for_zgetdump),
		cmocka_unit_test(flattened_dump),
		cmocka_unit_test(damaged_flattened_dumps),
		cmocka_unit_test(no_room_for_a_plain_copy),
#ifdef HAVE_LIBKDUMPFILE
		cmocka_unit_test(kdump_compressed_dump),
		cmocka_unit_test(damaged_kdump_dumps),
		cmocka_unit_test(kdump_blobs_at_offset_0),
		cmocka_unit_test(kdump_truncated_at_every_byte),
		cmocka_unit_test(kdump_with_every_byte_damaged),
#else
		cmocka_unit_test(without_libkdumpfile),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
