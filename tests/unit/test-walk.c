/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accesses by our own translation, on storage of a few pages. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "arch/psw.h"
#include "base/endian.h"
#include "target/walk.h"

#define PAGE	4096ULL
#define PAGES	16
#define SEGMENT_TABLE	(4 * PAGE)
#define PAGE_TABLE	(5 * PAGE)
#define INVALID_STE	0x20
#define INVALID_PTE	0x400
#define PROTECTED	0x200

/* Absolute storage; page n is full of n where nothing else was put. */
struct fake {
	unsigned char bytes[PAGES * PAGE];
	uint64_t fail_at;	/* from this absolute address on the host fails */
	unsigned int bulk_reads, block_reads;
	struct walk walk;
	struct s390_regs regs;
};

static int check_range(const struct fake *f, uint64_t addr)
{
	if (addr >= sizeof(f->bytes))
		return STORAGE_OUTSIDE;
	return f->fail_at && addr >= f->fail_at ? -EIO : 0;
}

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct fake *f = arg;
	int rc = check_range(f, addr);

	assert_true(addr / PAGE == (addr + len - 1) / PAGE);
	f->block_reads++;
	if (!rc)
		memcpy(buf, f->bytes + addr, len);
	return rc;
}

static int read_bulk(void *arg, uint64_t addr, void *buf, size_t len, size_t *done)
{
	struct fake *f = arg;
	int rc;

	f->bulk_reads++;
	for (*done = 0; *done < len; ++*done) {
		rc = check_range(f, addr + *done);
		if (rc)
			return rc;
		((unsigned char *)buf)[*done] = f->bytes[addr + *done];
	}
	return 0;
}

static int write_bulk(void *arg, uint64_t addr, const void *buf, size_t len, size_t *done)
{
	struct fake *f = arg;
	int rc;

	for (*done = 0; *done < len; ++*done) {
		rc = check_range(f, addr + *done);
		if (rc)
			return rc;
		f->bytes[addr + *done] = ((const unsigned char *)buf)[*done];
	}
	return 0;
}

static struct error *failure(void *arg, int errnum)
{
	(void)arg;
	return error_os(ERROR_TARGET, errnum, "told by the storage");
}

static struct fake fake;

/* Virtual page n is absolute page map[n]; -1: invalid. Beyond: invalid. */
static void map_pages(struct fake *f, const int *map, size_t count)
{
	size_t i;

	for (i = 0; i < 512; i++)
		put_be64(f->bytes + SEGMENT_TABLE + 8 * i, INVALID_STE);
	put_be64(f->bytes + SEGMENT_TABLE, PAGE_TABLE);
	for (i = 0; i < 256; i++)
		put_be64(f->bytes + PAGE_TABLE + 8 * i,
			 i >= count || map[i] < 0 ? INVALID_PTE : (uint64_t)map[i] * PAGE);
}

static struct fake *make(const struct walk_storage *storage, const int *map, size_t count)
{
	struct fake *f = &fake;
	size_t i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < PAGES; i++)
		memset(f->bytes + i * PAGE, (int)i, PAGE);
	map_pages(f, map, count);
	f->regs.psw_mask = PSW_MASK_DAT | PSW_MASK_EA | PSW_MASK_BA;
	f->regs.crs[1] = SEGMENT_TABLE;
	assert_null(walk_init(&f->walk, storage, FACILITY_ALL));
	walk_set_regs(&f->walk, &f->regs);
	return f;
}

static const struct walk_storage whole = {
	.storage = { .arg = &fake, .read_absolute = read_absolute },
	.read_bulk = read_bulk,
	.write_bulk = write_bulk,
};

static const int scattered[] = { 8, 9, 10, 2, -1, 11 };

static void reads_are_put_together(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0x10);
	unsigned char buf[4 * PAGE];
	size_t done;

	(void)state;
	assert_null(walk_read(&f->walk, &a, buf, 4 * PAGE - 0x10, &done));
	assert_int_equal(done, 4 * PAGE - 0x10);
	assert_int_equal(buf[0], 8);
	assert_int_equal(buf[PAGE - 0x11], 8);
	assert_int_equal(buf[PAGE - 0x10], 9);
	assert_int_equal(buf[3 * PAGE - 0x11], 10);
	assert_int_equal(buf[3 * PAGE - 0x10], 2);
	assert_int_equal(f->walk.last_space, SPACE_PRIMARY);
	/* Pages 8-10 in one go. */
	assert_int_equal(f->bulk_reads, 2);
	walk_deinit(&f->walk);
}

static void a_read_stops_at_the_exception(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0x2ff0);
	unsigned char buf[3 * PAGE];
	struct error *err;
	size_t done;

	(void)state;
	err = walk_read(&f->walk, &a, buf, sizeof(buf), &done);
	assert_non_null(err);
	assert_int_equal(done, 0x1010);
	assert_int_equal(buf[0xf], 10);
	assert_int_equal(buf[0x100f], 2);
	assert_int_equal(err->kind, ERROR_ACCESS);
	assert_int_equal(err->access.code, PGM_PAGE_TRANSLATION);
	assert_int_equal(err->access.addr, 0x4000);
	assert_int_equal(err->access.space, SPACE_PRIMARY);
	assert_false(err->access.store);
	error_free(err);
	walk_deinit(&f->walk);
}

static void writes_are_all_or_nothing(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0x2ffe);
	struct error *err;
	size_t done;

	(void)state;
	assert_null(walk_write(&f->walk, &a, "abcd", 4, &done));
	assert_int_equal(done, 4);
	assert_memory_equal(f->bytes + 0xaffe, "ab", 2);
	assert_memory_equal(f->bytes + 0x2000, "cd", 2);
	a.addr = 0x3ffe;
	err = walk_write(&f->walk, &a, "abcd", 4, &done);
	assert_non_null(err);
	assert_int_equal(done, 0);
	assert_int_equal(err->access.addr, 0x4000);
	assert_true(err->access.store);
	assert_int_equal(f->bytes[0x2ffe], 2);
	error_free(err);
	walk_deinit(&f->walk);
}

/* A store into a page table counts for the next access. */
static void tables_may_be_written(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0), table = ACCESS_INIT(PAGE_TABLE);
	unsigned char byte, entry[8];
	size_t done;

	(void)state;
	assert_null(walk_read(&f->walk, &a, &byte, 1, &done));
	assert_int_equal(byte, 8);
	table.space = SPACE_ABSOLUTE;
	put_be64(entry, 12 * PAGE);
	assert_null(walk_write(&f->walk, &table, entry, 8, &done));
	assert_null(walk_read(&f->walk, &a, &byte, 1, &done));
	assert_int_equal(byte, 12);
	/* Changed behind its back, it has to be told. */
	put_be64(f->bytes + PAGE_TABLE, 13 * PAGE);
	walk_flush(&f->walk);
	assert_null(walk_read(&f->walk, &a, &byte, 1, &done));
	assert_int_equal(byte, 13);
	walk_deinit(&f->walk);
}

static void checks_and_probes(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0);
	const uint64_t addrs[] = { 0x1000, 0x4000, 0x100000 };
	uint16_t codes[3];
	struct error *err;
	uint64_t done;

	(void)state;
	put_be64(f->bytes + PAGE_TABLE + 8, 9 * PAGE | PROTECTED);
	assert_null(walk_check(&f->walk, &a, false, 4 * PAGE, &done));
	assert_int_equal(done, 4 * PAGE);
	err = walk_check(&f->walk, &a, true, 4 * PAGE, &done);
	assert_non_null(err);
	assert_int_equal(done, PAGE);
	assert_int_equal(err->access.code, PGM_PROTECTION);
	error_free(err);
	assert_null(walk_probe(&f->walk, &a, true, addrs, 3, codes));
	assert_int_equal(codes[0], PGM_PROTECTION);
	assert_int_equal(codes[1], PGM_PAGE_TRANSLATION);
	assert_int_equal(codes[2], PGM_SEGMENT_TRANSLATION);
	assert_int_equal(f->bulk_reads, 0);
	walk_deinit(&f->walk);
}

/* A page table whose 256 frames follow each other from an absolute address on. */
static void map_run(struct fake *f, uint64_t absolute)
{
	size_t i;

	for (i = 0; i < 256; i++)
		put_be64(f->bytes + PAGE_TABLE + 8 * i, absolute + i * PAGE);
	walk_flush(&f->walk);
}

static void assert_run(const struct fake *f, uint64_t addr, uint64_t absolute, uint64_t pages)
{
	const struct translation_context context = {
		.regs = &f->regs, .storage = &f->walk.storage.storage, .facilities = FACILITY_ALL,
		.tlb = (struct tlb *)&f->walk.tlb,
	};
	const struct reference reference = { .key = -1 };
	struct address_space as;
	struct translation t;

	address_space_open(&as, &context, &reference);
	assert_true(translate_run(&as, addr, 1024 * PAGE, &t));
	assert_int_equal(t.absolute, absolute);
	assert_int_equal(t.length, pages * PAGE - addr % PAGE);
}

static void tables_that_are_one_run(void **state)
{
	struct fake *f = make(&whole, scattered, 6);

	(void)state;
	f->regs.prefix = 6 * PAGE;
	map_run(f, 0x40000000);
	assert_run(f, 0, 0x40000000, 256);
	assert_run(f, 3 * PAGE + 8, 0x40003008, 253);
	/* But for the prefix area, and what is at 0. */
	map_run(f, 0);
	assert_run(f, 0, 6 * PAGE, 2);
	assert_run(f, 2 * PAGE, 2 * PAGE, 4);
	assert_run(f, 6 * PAGE, 0, 2);
	assert_run(f, 8 * PAGE, 8 * PAGE, 248);
	walk_deinit(&f->walk);
}

/* Its first entries can be had, the table as a whole cannot: it crosses the end of storage. */
static int read_no_table(void *arg, uint64_t addr, void *buf, size_t len)
{
	return len == 256 * 8 ? STORAGE_OUTSIDE : read_absolute(arg, addr, buf, len);
}

static void a_table_that_is_not_whole(void **state)
{
	const struct walk_storage broken = {
		.storage = { .arg = &fake, .read_absolute = read_no_table },
	};
	struct fake *f = make(&broken, scattered, 6);
	struct access a = ACCESS_INIT(0);
	struct error *err;
	uint64_t done;

	(void)state;
	err = walk_check(&f->walk, &a, false, 6 * PAGE, &done);
	assert_non_null(err);
	assert_int_equal(done, 4 * PAGE);
	assert_int_equal(err->access.code, PGM_PAGE_TRANSLATION);
	error_free(err);
	a.addr = 5 * PAGE;
	assert_null(walk_check(&f->walk, &a, false, PAGE, &done));
	/* Of what was not read nothing is known. */
	walk_flush(&f->walk);
	assert_int_equal(tlb_alike_behind(&f->walk.tlb, SEGMENT_TABLE, INVALID_STE), 0);
	walk_deinit(&f->walk);
}

static void the_space_is_chosen_by_the_access(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0);
	static const struct {
		enum space space;
		int byte;
	} cases[] = {
		{ SPACE_AUTO, 8 }, { SPACE_PRIMARY, 8 }, { SPACE_HOME, 6 }, { SPACE_REAL, 6 },
		{ SPACE_ABSOLUTE, 0 }, { SPACE_ASCE, 8 }, { SPACE_ALET, 8 }, { SPACE_AR, 8 },
	};
	unsigned char byte;
	size_t done, i;

	(void)state;
	f->regs.prefix = 6 * PAGE;
	f->regs.crs[13] = 0x20;		/* real space */
	walk_set_regs(&f->walk, &f->regs);
	a.asce = SEGMENT_TABLE;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a.space = cases[i].space;
		assert_null(walk_read(&f->walk, &a, &byte, 1, &done));
		assert_int_equal(byte, cases[i].byte);
		assert_int_equal(f->walk.last_space,
				 a.space == SPACE_AUTO ? SPACE_PRIMARY : a.space);
	}
	walk_deinit(&f->walk);
}

/* Without bulk reads, block by block; and what is not in the configuration. */
static void storage_that_has_blocks_only(void **state)
{
	const struct walk_storage blocks = { .storage = whole.storage };
	struct fake *f = make(&blocks, scattered, 6);
	struct access a = ACCESS_INIT(14 * PAGE + 8);
	unsigned char buf[3 * PAGE];
	struct error *err;
	size_t done;

	(void)state;
	a.space = SPACE_ABSOLUTE;
	err = walk_read(&f->walk, &a, buf, sizeof(buf), &done);
	assert_non_null(err);
	assert_int_equal(done, 2 * PAGE - 8);
	assert_int_equal(err->access.code, PGM_ADDRESSING);
	assert_int_equal(err->access.addr, PAGES * PAGE);
	assert_int_equal(f->block_reads, 3);
	error_free(err);
	err = walk_write(&f->walk, &a, "x", 1, &done);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_REFUSED);
	error_free(err);
	walk_deinit(&f->walk);
}

static void failures_of_the_host_are_no_exceptions(void **state)
{
	struct walk_storage telling = whole;
	unsigned char buf[2 * PAGE];
	struct access a = ACCESS_INIT(0x800);
	struct error *err;
	struct fake *f;
	uint64_t len;
	size_t done;

	(void)state;
	f = make(&whole, scattered, 6);
	f->fail_at = 9 * PAGE;
	err = walk_read(&f->walk, &a, buf, sizeof(buf), &done);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_int_equal(err->errnum, EIO);
	assert_int_equal(done, 0x800);
	error_free(err);
	walk_deinit(&f->walk);

	/* A table that cannot be read. */
	telling.failure = failure;
	f = make(&telling, scattered, 6);
	f->fail_at = PAGE_TABLE;
	err = walk_check(&f->walk, &a, false, 1, &len);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_non_null(strstr(err->message, "told by the storage"));
	error_free(err);
	walk_deinit(&f->walk);
}

static void accesses_that_cannot_be(void **state)
{
	static const struct {
		struct access a;
		enum error_kind kind;
	} cases[] = {
		{ { .ar = 16, .key = -1 }, ERROR_USAGE },
		{ { .key = 16 }, ERROR_USAGE },
		{ { .key = 9 }, ERROR_REFUSED },		/* keys are not known */
		{ { .key = -1, .inject = true }, ERROR_REFUSED },
		{ { .key = -1, .space = SPACE_SIDA }, ERROR_USAGE },
	};
	struct fake *f = make(&whole, scattered, 6);
	struct error *err;
	uint64_t len;
	size_t done, i;
	char byte;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = walk_read(&f->walk, &cases[i].a, &byte, 1, &done);
		assert_non_null(err);
		assert_int_equal(err->kind, cases[i].kind);
		error_free(err);
		err = walk_write(&f->walk, &cases[i].a, &byte, 1, &done);
		assert_non_null(err);
		assert_int_equal(err->kind, cases[i].kind);
		error_free(err);
		err = walk_check(&f->walk, &cases[i].a, false, 1, &len);
		assert_non_null(err);
		assert_int_equal(err->kind, cases[i].kind);
		error_free(err);
	}
	walk_deinit(&f->walk);
}

/* 24-bit addressing: the range wraps from the last byte to address 0. */
static void ranges_wrap_in_the_addressing_mode(void **state)
{
	struct fake *f = make(&whole, scattered, 6);
	struct access a = ACCESS_INIT(0xfffffe);
	unsigned char buf[4];
	struct error *err;
	uint64_t len;
	size_t done;

	(void)state;
	f->regs.psw_mask = PSW_MASK_DAT;
	walk_set_regs(&f->walk, &f->regs);
	/* The table says nothing of the last MiB, but page 0 is there. */
	err = walk_check(&f->walk, &a, false, 4, &len);
	assert_non_null(err);
	assert_int_equal(len, 0);
	assert_int_equal(err->access.addr, 0xfffffe);
	error_free(err);
	put_be64(f->bytes + SEGMENT_TABLE + 8 * 15, 7 * PAGE);
	put_be64(f->bytes + 7 * PAGE + 8 * 255, 3 * PAGE);
	walk_flush(&f->walk);
	assert_null(walk_read(&f->walk, &a, buf, 4, &done));
	assert_memory_equal(buf, "\3\3\10\10", 4);
	walk_deinit(&f->walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_are_put_together),
		cmocka_unit_test(a_read_stops_at_the_exception),
		cmocka_unit_test(writes_are_all_or_nothing),
		cmocka_unit_test(tables_may_be_written),
		cmocka_unit_test(checks_and_probes),
		cmocka_unit_test(tables_that_are_one_run),
		cmocka_unit_test(a_table_that_is_not_whole),
		cmocka_unit_test(the_space_is_chosen_by_the_access),
		cmocka_unit_test(storage_that_has_blocks_only),
		cmocka_unit_test(failures_of_the_host_are_no_exceptions),
		cmocka_unit_test(accesses_that_cannot_be),
		cmocka_unit_test(ranges_wrap_in_the_addressing_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
