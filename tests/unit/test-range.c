/* SPDX-License-Identifier: GPL-3.0-or-later */
/* range_walk() on a target whose memory is a list of areas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "target/range.h"

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* An area of the guest: what an access to it meets. */
struct area {
	uint64_t start, last;	/* first and last byte */
	uint16_t fetch, store;	/* 0 or program-interruption code */
};

struct memory {
	struct target t;	/* first */
	const struct area *areas;	/* ascending; what lies in none is accessible */
	size_t count;
	bool real;		/* DAT is off */
	uint64_t prefix;
	unsigned int calls;
	unsigned int stray_from, stray_to;	/* calls that meet another space */
	unsigned int injected;	/* exceptions delivered to the guest */
	uint64_t fail_at;	/* calls from this one on fail with ERROR_TARGET */
};

static struct memory *memory_of(struct target *t)
{
	return (struct memory *)t;
}

/* The byte that lies at an address. */
static unsigned char byte_at(uint64_t addr)
{
	return (unsigned char)(addr ^ addr >> 8 ^ addr >> 16 ^ addr >> 32);
}

/* Bytes from addr on, at most len, that are accessible; *code: the exception of the next one. */
static uint64_t accessible(const struct memory *m, uint64_t addr, uint64_t len, bool store,
			   uint16_t *code)
{
	size_t i;

	*code = 0;
	for (i = 0; i < m->count; i++) {
		const struct area *a = &m->areas[i];
		uint16_t c = store ? a->store : a->fetch;

		if (!c || a->last < addr || (a->start > addr && a->start - addr >= len))
			continue;
		*code = c;
		return a->start > addr ? a->start - addr : 0;
	}
	return len;
}

static struct error *begin(struct memory *m)
{
	bool stray = m->calls >= m->stray_from && m->calls < m->stray_to;

	m->t.last_space = stray ? SPACE_HOME : m->real ? SPACE_REAL : SPACE_PRIMARY;
	m->calls++;
	if (m->fail_at && m->calls >= m->fail_at)
		return error_new(ERROR_TARGET, "gone");
	if (stray)
		return error_from_access(&(struct error_access){ .code = PGM_ASCE_TYPE }, "stray");
	return NULL;
}

static struct error *exception(struct memory *m, const struct access *a, uint64_t addr,
			       uint16_t code, bool store)
{
	struct error_access access = { .code = code, .addr = addr, .key = -1, .store = store };

	if (a->inject)
		m->injected++;
	return pgm_access_error(&access);
}

static struct error *memory_read(struct target *t, const struct access *a, void *buf, size_t len,
				 size_t *done)
{
	struct memory *m = memory_of(t);
	unsigned char *p = buf;
	struct error *err;
	uint16_t code;
	size_t i;

	*done = 0;
	err = begin(m);
	if (err)
		return err;
	*done = accessible(m, a->addr, len, false, &code);
	for (i = 0; i < *done; i++)
		p[i] = byte_at(a->addr + i);
	return code ? exception(m, a, a->addr + *done, code, false) : NULL;
}

static struct error *memory_check(struct target *t, const struct access *a, bool store,
				  uint64_t len, uint64_t *done)
{
	struct memory *m = memory_of(t);
	struct error *err;
	uint16_t code;

	*done = 0;
	err = begin(m);
	if (err)
		return err;
	*done = accessible(m, a->addr, len, store, &code);
	return code ? exception(m, a, a->addr + *done, code, store) : NULL;
}

static struct error *memory_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	assert_false(stop);
	memset(regs, 0, sizeof(*regs));
	regs->prefix = (uint32_t)memory_of(t)->prefix;
	return NULL;
}

static struct error *memory_probe(struct target *t, const struct access *a, bool store,
				  const uint64_t *addrs, size_t count, uint16_t *codes)
{
	struct memory *m = memory_of(t);
	struct error *err = begin(m);
	size_t i;

	(void)a;
	if (err && err->kind != ERROR_ACCESS)
		return err;
	for (i = 0; i < count; i++) {
		accessible(m, addrs[i], 1, store, &codes[i]);
		if (err)
			codes[i] = err->access.code;
	}
	error_free(err);
	return NULL;
}

static const struct target_ops probing_ops = {
	.name = "memory", .live = true,
	.read = memory_read, .check = memory_check, .probe = memory_probe, .regs = memory_regs,
};

static const struct target_ops memory_ops = {
	.name = "memory", .live = true,
	.read = memory_read, .check = memory_check, .regs = memory_regs,
};

#define MEMORY(list) { .t = { .ops = &memory_ops }, .areas = (list), \
		       .count = sizeof(list) / sizeof((list)[0]) }

/* What a walk has reported. */
struct report {
	struct range_run runs[64];	/* pieces of data joined */
	size_t count;
	uint64_t next;		/* address that the next run must have */
	bool data_wrong;
	uint64_t longest_piece;
	size_t stop_after;	/* runs after which stop() says true; 0: never */
	bool fail;		/* the callback fails */
};

static struct error *collect(void *arg, const struct range_run *run)
{
	struct report *r = arg;
	struct range_run *last = r->count ? &r->runs[r->count - 1] : NULL;
	uint64_t i;

	assert_int_equal(run->addr, r->next);
	assert_true(run->len > 0);
	r->next = run->addr + run->len;
	for (i = 0; run->data && i < run->len; i++)
		if (((const unsigned char *)run->data)[i] != byte_at(run->addr + i))
			r->data_wrong = true;
	if (run->data && run->len > r->longest_piece)
		r->longest_piece = run->len;
	if (r->fail)
		return error_new(ERROR_TARGET, "disk full");
	if (last && last->code == run->code) {
		/* Only data come in pieces. */
		assert_non_null(run->data);
		last->len += run->len;
		return NULL;
	}
	assert_true(r->count < sizeof(r->runs) / sizeof(r->runs[0]));
	r->runs[r->count++] = *run;
	return NULL;
}

static bool stop_now(void *arg)
{
	struct report *r = arg;

	return r->stop_after && r->count >= r->stop_after;
}

static struct error *walk(struct memory *m, uint64_t addr, uint64_t len, enum range_mode mode,
			  struct report *r)
{
	struct access a = ACCESS_INIT(addr);

	r->next = addr;
	return range_walk(&m->t, &a, len, mode, collect, r, stop_now, r);
}

static void assert_runs(const struct report *r, const struct range_run *expected, size_t count)
{
	size_t i;

	assert_int_equal(r->count, count);
	for (i = 0; i < count; i++) {
		assert_int_equal(r->runs[i].addr, expected[i].addr);
		assert_int_equal(r->runs[i].len, expected[i].len);
		assert_int_equal(r->runs[i].code, expected[i].code);
	}
	assert_false(r->data_wrong);
}

#define ASSERT_RUNS(r, ...) do { \
	const struct range_run expected_[] = { __VA_ARGS__ }; \
	assert_runs(r, expected_, sizeof(expected_) / sizeof(expected_[0])); \
} while (0)

static void data_without_holes_come_in_pieces(void **state)
{
	struct memory m = { .t = { .ops = &memory_ops } };
	struct report r = { 0 };

	(void)state;
	assert_null(walk(&m, 0x123457, 5 * MIB + 3, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 0x123457, .len = 5 * MIB + 3 });
	assert_int_equal(r.longest_piece, MIB);
	assert_int_equal(m.calls, 6);
}

static void one_byte_and_the_last_byte_of_all(void **state)
{
	struct memory m = { .t = { .ops = &memory_ops } };
	struct report r = { 0 }, r2 = { 0 };

	(void)state;
	assert_null(walk(&m, 7, 1, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 7, .len = 1 });
	assert_null(walk(&m, UINT64_MAX - 9, 10, RANGE_READ, &r2));
	ASSERT_RUNS(&r2, { .addr = UINT64_MAX - 9, .len = 10 });
}

static void empty_and_wrapping_ranges_are_refused(void **state)
{
	struct memory m = { .t = { .ops = &memory_ops } };
	struct report r = { 0 };
	struct error *err;

	(void)state;
	err = walk(&m, 7, 0, RANGE_READ, &r);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	error_free(err);
	err = walk(&m, 2, UINT64_MAX, RANGE_CHECK_FETCH, &r);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	error_free(err);
	assert_int_equal(m.calls, 0);
}

static void page_holes_are_merged_by_code(void **state)
{
	const struct area areas[] = {
		{ 0x3000, 0x5fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
		{ 0x6000, 0x6fff, PGM_TRANSLATION_SPEC, PGM_TRANSLATION_SPEC },
		{ 0x7000, 0x7fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	assert_null(walk(&m, 0x2ff0, 0x6000, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 0x2ff0, .len = 0x10 },
		    { .addr = 0x3000, .len = 0x3000, .code = PGM_PAGE_TRANSLATION },
		    { .addr = 0x6000, .len = 0x1000, .code = PGM_TRANSLATION_SPEC },
		    { .addr = 0x7000, .len = 0x1000, .code = PGM_PAGE_TRANSLATION },
		    { .addr = 0x8000, .len = 0xff0 });
}

static void walk_begins_and_ends_inside_holes(void **state)
{
	const struct area areas[] = {
		{ 0x1000, 0x1fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
		{ 0x100000, 0x1fffff, PGM_SEGMENT_TRANSLATION, PGM_SEGMENT_TRANSLATION },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	assert_null(walk(&m, 0x1800, 0x180000, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 0x1800, .len = 0x800, .code = PGM_PAGE_TRANSLATION },
		    { .addr = 0x2000, .len = 0xfe000 },
		    { .addr = 0x100000, .len = 0x81800, .code = PGM_SEGMENT_TRANSLATION });
}

static void large_holes_take_few_calls(void **state)
{
	const struct area areas[] = {
		{ 2 * GIB, 4096 * GIB - 1, PGM_REGION_THIRD, PGM_REGION_THIRD },
		{ 4096 * GIB, 8192 * GIB - 1, PGM_REGION_SECOND, PGM_REGION_SECOND },
		{ 8192 * GIB, UINT64_MAX, PGM_ASCE_TYPE, PGM_ASCE_TYPE },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	assert_null(walk(&m, 2 * GIB - 4096, UINT64_MAX - 2 * GIB + 4097, RANGE_CHECK_FETCH, &r));
	ASSERT_RUNS(&r, { .addr = 2 * GIB - 4096, .len = 4096 },
		    { .addr = 2 * GIB, .len = 4094 * GIB, .code = PGM_REGION_THIRD },
		    { .addr = 4096 * GIB, .len = 4096 * GIB, .code = PGM_REGION_SECOND },
		    { .addr = 8192 * GIB, .len = 0 - 8192 * GIB, .code = PGM_ASCE_TYPE });
	/* One for each 2 GiB entry. */
	assert_true(m.calls < 2060);
}

/* Many probes in one call: all kinds of holes again. */
static void probing_targets_are_asked_rarely(void **state)
{
	const struct area areas[] = {
		{ 0x1000, 0x1fff, PGM_PAGE_TRANSLATION, 0 },
		{ 0x80000, 0xfffff, PGM_PAGE_TRANSLATION, 0 },
		{ 0x100000, 0x2fffff, PGM_SEGMENT_TRANSLATION, 0 },
		{ 0x302000, 0x302fff, PGM_SEGMENT_TRANSLATION, 0 },
		{ 0x400000, 4 * GIB - 1, PGM_SEGMENT_TRANSLATION, 0 },
		{ 4 * GIB, 4096 * GIB - 1, PGM_REGION_THIRD, 0 },
		{ 4096 * GIB + 0x2000, UINT64_MAX, PGM_ASCE_TYPE, 0 },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	m.t.ops = &probing_ops;
	assert_null(walk(&m, 0x800, UINT64_MAX - 0x7ff, RANGE_CHECK_FETCH, &r));
	ASSERT_RUNS(&r, { .addr = 0x800, .len = 0x800 },
		    { .addr = 0x1000, .len = 0x1000, .code = PGM_PAGE_TRANSLATION },
		    { .addr = 0x2000, .len = 0x7e000 },
		    { .addr = 0x80000, .len = 0x80000, .code = PGM_PAGE_TRANSLATION },
		    { .addr = 0x100000, .len = 0x200000, .code = PGM_SEGMENT_TRANSLATION },
		    { .addr = 0x300000, .len = 0x2000 },
		    { .addr = 0x302000, .len = 0x1000, .code = PGM_SEGMENT_TRANSLATION },
		    { .addr = 0x303000, .len = 0xfd000 },
		    { .addr = 0x400000, .len = 4 * GIB - 0x400000, .code = PGM_SEGMENT_TRANSLATION },
		    { .addr = 4 * GIB, .len = 4092 * GIB, .code = PGM_REGION_THIRD },
		    { .addr = 4096 * GIB, .len = 0x2000 },
		    { .addr = 4096 * GIB + 0x2000, .len = 0 - 4096 * GIB - 0x2000,
		      .code = PGM_ASCE_TYPE });
	/* 4096 segments and 2046 regions among them, up to 64 a call. */
	assert_true(m.calls < 150);
}

/* The exception claims 1 MiB, but the guest has just mapped the end of it. */
static void a_skip_is_not_trusted_blindly(void **state)
{
	const struct area areas[] = {
		{ 0x100000, 0x102fff, PGM_SEGMENT_TRANSLATION, PGM_SEGMENT_TRANSLATION },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	assert_null(walk(&m, 0x100000, 0x100000, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 0x100000, .len = 0x3000, .code = PGM_SEGMENT_TRANSLATION },
		    { .addr = 0x103000, .len = 0xfd000 });
}

static void checks_merge_what_is_accessible(void **state)
{
	const struct area areas[] = {
		{ 0x0, 0x1ff, 0, PGM_PROTECTION },
		{ 0x1000, 0x11ff, 0, PGM_PROTECTION },
		{ 300 * MIB, 300 * MIB + 4095, 0, PGM_PROTECTION },
	};
	struct memory m = MEMORY(areas);
	struct report fetch = { 0 }, store = { 0 };

	(void)state;
	assert_null(walk(&m, 0, 400 * MIB, RANGE_CHECK_FETCH, &fetch));
	ASSERT_RUNS(&fetch, { .addr = 0, .len = 400 * MIB });
	assert_null(walk(&m, 0, 400 * MIB, RANGE_CHECK_STORE, &store));
	ASSERT_RUNS(&store, { .addr = 0, .len = 512, .code = PGM_PROTECTION },
		    { .addr = 512, .len = 4096 - 512 },
		    { .addr = 4096, .len = 512, .code = PGM_PROTECTION },
		    { .addr = 4608, .len = 300 * MIB - 4608 },
		    { .addr = 300 * MIB, .len = 4096, .code = PGM_PROTECTION },
		    { .addr = 300 * MIB + 4096, .len = 100 * MIB - 4096 });
}

static void real_holes_go_by_the_mib_but_for_prefix_areas(void **state)
{
	/*
	 * Memory ends at 16 MiB; the prefix points behind it: real 0-8191 are a
	 * hole, and real prefix to prefix+8191 are absolute 0-8191.
	 */
	const struct area areas[] = {
		{ 0, 0x1fff, PGM_ADDRESSING, PGM_ADDRESSING },
		{ 16 * MIB, 0x1233ffff, PGM_ADDRESSING, PGM_ADDRESSING },
		{ 0x12342000, UINT64_MAX, PGM_ADDRESSING, PGM_ADDRESSING },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	m.real = true;
	m.prefix = 0x12340000;
	assert_null(walk(&m, 0, 512 * MIB, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 0, .len = 0x2000, .code = PGM_ADDRESSING },
		    { .addr = 0x2000, .len = 16 * MIB - 0x2000 },
		    { .addr = 16 * MIB, .len = 0x12340000 - 16 * MIB, .code = PGM_ADDRESSING },
		    { .addr = 0x12340000, .len = 0x2000 },
		    { .addr = 0x12342000, .len = 512 * MIB - 0x12342000, .code = PGM_ADDRESSING });
	assert_true(m.calls < 600);
}

/* With DAT on, the next page may lie anywhere. */
static void translated_addressing_exceptions_go_by_the_page(void **state)
{
	const struct area areas[] = {
		{ 0x4000, 0x4fff, PGM_ADDRESSING, PGM_ADDRESSING },
		{ 0x6000, 0x6fff, PGM_ADDRESSING, PGM_ADDRESSING },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	assert_null(walk(&m, 0x4000, 0x4000, RANGE_CHECK_FETCH, &r));
	ASSERT_RUNS(&r, { .addr = 0x4000, .len = 0x1000, .code = PGM_ADDRESSING },
		    { .addr = 0x5000, .len = 0x1000 },
		    { .addr = 0x6000, .len = 0x1000, .code = PGM_ADDRESSING },
		    { .addr = 0x7000, .len = 0x1000 });
}

static void accesses_in_another_space_are_made_again(void **state)
{
	const struct area areas[] = {
		{ 0x200000, 0x200fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
	};
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	m.stray_from = 1;
	m.stray_to = 4;
	assert_null(walk(&m, 0x100000, 0x200000, RANGE_READ, &r));
	ASSERT_RUNS(&r, { .addr = 0x100000, .len = 0x100000 },
		    { .addr = 0x200000, .len = 0x1000, .code = PGM_PAGE_TRANSLATION },
		    { .addr = 0x201000, .len = 0xff000 });
}

static void a_vcpu_that_stays_in_another_space_ends_the_walk(void **state)
{
	struct memory m = { .t = { .ops = &memory_ops }, .stray_from = 1, .stray_to = 100000 };
	struct report r = { 0 };
	struct error *err;

	(void)state;
	err = walk(&m, 0, 2 * MIB, RANGE_READ, &r);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	assert_non_null(strstr(err->message, "home space"));
	error_free(err);
	ASSERT_RUNS(&r, { .addr = 0, .len = MIB });
}

static void one_exception_is_delivered_at_most(void **state)
{
	const struct area areas[] = {
		{ 0x1000, 0x1fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
		{ 0x3000, 0x5fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
	};
	struct access a = ACCESS_INIT(0);
	struct memory m = MEMORY(areas);
	struct report r = { 0 };

	(void)state;
	a.inject = true;
	assert_null(range_walk(&m.t, &a, 0x8000, RANGE_READ, collect, &r, NULL, NULL));
	assert_int_equal(r.count, 5);
	assert_int_equal(m.injected, 1);
}

static void a_signal_ends_the_walk(void **state)
{
	const struct area areas[] = {
		{ 0x1000, 0x1fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
	};
	struct memory m = MEMORY(areas);
	struct report r = { .stop_after = 1 };
	struct error *err;

	(void)state;
	err = walk(&m, 0, 0x10000, RANGE_READ, &r);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
	/* The hole that was being measured is reported. */
	ASSERT_RUNS(&r, { .addr = 0, .len = 0x1000 },
		    { .addr = 0x1000, .len = 0x1000, .code = PGM_PAGE_TRANSLATION });
}

static void errors_of_the_target_and_of_the_callback_end_the_walk(void **state)
{
	const struct area areas[] = {
		{ 0x1000, 0x1fff, PGM_PAGE_TRANSLATION, PGM_PAGE_TRANSLATION },
	};
	struct memory m = MEMORY(areas), m2 = MEMORY(areas);
	struct report r = { 0 }, r2 = { .fail = true };
	struct error *err;

	(void)state;
	m.fail_at = 2;
	err = walk(&m, 0, 0x10000, RANGE_READ, &r);
	assert_non_null(err);
	assert_string_equal(err->message, "gone");
	error_free(err);
	err = walk(&m2, 0, 0x10000, RANGE_READ, &r2);
	assert_non_null(err);
	assert_string_equal(err->message, "disk full");
	error_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_without_holes_come_in_pieces),
		cmocka_unit_test(one_byte_and_the_last_byte_of_all),
		cmocka_unit_test(empty_and_wrapping_ranges_are_refused),
		cmocka_unit_test(page_holes_are_merged_by_code),
		cmocka_unit_test(walk_begins_and_ends_inside_holes),
		cmocka_unit_test(large_holes_take_few_calls),
		cmocka_unit_test(probing_targets_are_asked_rarely),
		cmocka_unit_test(a_skip_is_not_trusted_blindly),
		cmocka_unit_test(checks_merge_what_is_accessible),
		cmocka_unit_test(real_holes_go_by_the_mib_but_for_prefix_areas),
		cmocka_unit_test(translated_addressing_exceptions_go_by_the_page),
		cmocka_unit_test(accesses_in_another_space_are_made_again),
		cmocka_unit_test(a_vcpu_that_stays_in_another_space_ends_the_walk),
		cmocka_unit_test(one_exception_is_delivered_at_most),
		cmocka_unit_test(a_signal_ends_the_walk),
		cmocka_unit_test(errors_of_the_target_and_of_the_callback_end_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
