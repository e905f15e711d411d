/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/pgm.h"
#include "arch/psw.h"
#include "arch/space.h"
#include "arch/wait-code.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* space */

static void space_names_go_round(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < SPACE_COUNT; i++) {
		assert_int_equal(space_parse(space_short_name(i)), i);
		assert_true(strlen(space_name(i)) > 0);
	}
	assert_string_equal(space_name(SPACE_PRIMARY), "primary space");
	assert_string_equal(space_name(SPACE_AR), "access-register mode");
	assert_string_equal(space_name(SPACE_REAL), "real storage");
	assert_string_equal(space_short_name(SPACE_ABSOLUTE), "abs");
	assert_string_equal(space_short_name(SPACE_SIDA), "sida");
	assert_int_equal(space_parse("primary"), SPACE_PRIMARY);
	assert_int_equal(space_parse("secondary"), SPACE_SECONDARY);
	assert_int_equal(space_parse("absolute"), SPACE_ABSOLUTE);
}

static void space_rejects_what_is_none(void **state)
{
	(void)state;
	assert_int_equal(space_parse(""), -1);
	assert_int_equal(space_parse("PRI"), -1);
	assert_int_equal(space_parse("prim"), -1);
	assert_int_equal(space_parse("home "), -1);
	assert_string_equal(space_name((enum space)99), "unknown space");
	assert_string_equal(space_short_name((enum space)-1), "unknown");
}

/* psw */

static const struct {
	uint64_t mask, addr;
	enum space space;
	unsigned int amode, key, cc;
	const char *text;
} psws[] = {
	/* A Linux kernel function, interrupts open, home space. */
	{ 0x0704e00180000000, 0x00000000008a1b2c, SPACE_HOME, 64, 0, 2,
	  "DAT on, home space, key 0, supervisor state, cc 2, 64-bit, interrupts I/O external machine-check" },
	/* The same in its critical section. */
	{ 0x0404c00180000000, 0x00000000008a1b2c, SPACE_HOME, 64, 0, 0,
	  "DAT on, home space, key 0, supervisor state, cc 0, 64-bit, interrupts machine-check" },
	/* A Linux user program. */
	{ 0x0705000180000000, 0x000003ff8012abcc, SPACE_PRIMARY, 64, 0, 0,
	  "DAT on, primary space, key 0, problem state, cc 0, 64-bit, interrupts I/O external machine-check" },
	{ 0x0705300180000000, 0x000003ff8012abcc, SPACE_PRIMARY, 64, 0, 3,
	  "DAT on, primary space, key 0, problem state, cc 3, 64-bit, interrupts I/O external machine-check" },
	/* A 31-bit user program (compat). */
	{ 0x0705200080000000, 0x000000007d5c1234, SPACE_PRIMARY, 31, 0, 2,
	  "DAT on, primary space, key 0, problem state, cc 2, 31-bit, interrupts I/O external machine-check" },
	/* The idle loop: enabled wait. */
	{ 0x0706c00180000000, 0x00000000008a1b2c, SPACE_HOME, 64, 0, 0,
	  "DAT on, home space, key 0, supervisor state, cc 0, 64-bit, interrupts I/O external machine-check, wait (enabled)" },
	/* Disabled waits of Linux (panic) and of a stand-alone program. */
	{ 0x0002000180000000, 0x0000000000116b32, SPACE_REAL, 64, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts none, disabled wait, code 0x116b32" },
	{ 0x0402000180000000, 0x0000000000000ffe, SPACE_PRIMARY, 64, 0, 0,
	  "DAT on, primary space, key 0, supervisor state, cc 0, 64-bit, interrupts none, disabled wait, code 0xffe" },
	/* The loader's start, 31-bit, DAT off. */
	{ 0x0000000080000000, 0x0000000000010000, SPACE_REAL, 31, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 31-bit, interrupts none" },
	/* 24-bit mode. */
	{ 0x0000000000000000, 0x0000000000fffffe, SPACE_REAL, 24, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 24-bit, interrupts none" },
	/* Access-register mode with the key of an MVS user. */
	{ 0x0785500180000000, 0x0000000000200000, SPACE_AR, 64, 8, 1,
	  "DAT on, access-register mode, key 8, problem state, cc 1, 64-bit, interrupts I/O external machine-check" },
	/* Secondary space, PER on, all of the program mask. */
	{ 0x44f4af0180000000, 0x0000000000200000, SPACE_SECONDARY, 64, 15, 2,
	  "DAT on, secondary space, key 15, supervisor state, cc 2, 64-bit, interrupts machine-check, "
	  "program mask fixed-point-overflow decimal-overflow HFP-exponent-underflow HFP-significance, PER" },
	{ 0x0705008180000000, 0x0000000000200000, SPACE_PRIMARY, 64, 0, 0,
	  "DAT on, primary space, key 0, problem state, cc 0, 64-bit, interrupts I/O external machine-check, runtime instrumentation" },
	/* Only the external mask: still an enabled wait. */
	{ 0x0102000180000000, 0x0000000000001000, SPACE_REAL, 64, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts external, wait (enabled)" },
	/* AS bits mean nothing while DAT is off. */
	{ 0x0000c00180000000, 0x0000000000001000, SPACE_REAL, 64, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts none" },
	/* What a program that loads garbage gets: early specification. */
	{ 0x8000000180000000, 0x0000000000001000, SPACE_REAL, 64, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts none, invalid: bit 0" },
	{ 0x3808007f80000001, 0x0000000000001000, SPACE_REAL, 64, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts none, "
	  "invalid: bit 2 and bit 3 and bit 4 and bit 12 and bits 25-30 and bits 33-63" },
	{ 0x0000000100000000, 0x0000000000001000, SPACE_REAL, 24, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 24-bit, interrupts none, invalid: EA without BA" },
	{ 0x0000000080000000, 0x0000000080001000, SPACE_REAL, 31, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 31-bit, interrupts none, invalid: address beyond the addressing mode" },
	{ 0x0000000000000000, 0x0000000001000001, SPACE_REAL, 24, 0, 0,
	  "DAT off, real storage, key 0, supervisor state, cc 0, 24-bit, interrupts none, "
	  "invalid: address beyond the addressing mode and odd address" },
};

static void psw_fields_and_words(void **state)
{
	struct buf out = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(psws); i++) {
		assert_int_equal(psw_space(psws[i].mask), psws[i].space);
		assert_int_equal(psw_amode(psws[i].mask), psws[i].amode);
		assert_int_equal(psw_key(psws[i].mask), psws[i].key);
		assert_int_equal(psw_cc(psws[i].mask), psws[i].cc);
		psw_describe(psws[i].mask, psws[i].addr, &out);
		assert_string_equal(buf_str(&out), psws[i].text);
		buf_reset(&out);
	}
	buf_free(&out);
}

static void psw_key_takes_all_values(void **state)
{
	uint64_t key;

	(void)state;
	for (key = 0; key < 16; key++) {
		assert_int_equal(psw_key(key << 52), key);
		assert_int_equal(psw_key(~(0xfULL << 52) | key << 52), key);
	}
}

static void psw_address_masks(void **state)
{
	(void)state;
	assert_true(psw_address_mask(0x0000000000000000) == 0xffffff);
	assert_true(psw_address_mask(0x0000000080000000) == 0x7fffffff);
	assert_true(psw_address_mask(0x0000000180000000) == UINT64_MAX);
	assert_true(psw_address_mask(0x0000000100000000) == 0xffffff);
}

/* pgm */

/* Written down from the Principles of Operation, apart from the table under test. */
static const struct {
	uint16_t code;
	const char *name;
} codes[] = {
	{ 0x01, "operation exception" }, { 0x02, "privileged-operation exception" },
	{ 0x03, "execute exception" }, { 0x04, "protection exception" },
	{ 0x05, "addressing exception" }, { 0x06, "specification exception" },
	{ 0x07, "data exception" }, { 0x08, "fixed-point-overflow exception" },
	{ 0x09, "fixed-point-divide exception" }, { 0x0a, "decimal-overflow exception" },
	{ 0x0b, "decimal-divide exception" }, { 0x0c, "HFP-exponent-overflow exception" },
	{ 0x0d, "HFP-exponent-underflow exception" }, { 0x0e, "HFP-significance exception" },
	{ 0x0f, "HFP-divide exception" }, { 0x10, "segment-translation exception" },
	{ 0x11, "page-translation exception" }, { 0x12, "translation-specification exception" },
	{ 0x13, "special-operation exception" }, { 0x15, "operand exception" },
	{ 0x16, "trace-table exception" }, { 0x18, "transaction-constraint exception" },
	{ 0x1b, "vector-processing exception" }, { 0x1c, "space-switch event" },
	{ 0x1d, "HFP-square-root exception" }, { 0x1f, "PC-translation-specification exception" },
	{ 0x20, "AFX-translation exception" }, { 0x21, "ASX-translation exception" },
	{ 0x22, "LX-translation exception" }, { 0x23, "EX-translation exception" },
	{ 0x24, "primary-authority exception" }, { 0x25, "secondary-authority exception" },
	{ 0x26, "LFX-translation exception" }, { 0x27, "LSX-translation exception" },
	{ 0x28, "ALET-specification exception" }, { 0x29, "ALEN-translation exception" },
	{ 0x2a, "ALE-sequence exception" }, { 0x2b, "ASTE-validity exception" },
	{ 0x2c, "ASTE-sequence exception" }, { 0x2d, "extended-authority exception" },
	{ 0x2e, "LSTE-sequence exception" }, { 0x2f, "ASTE-instance exception" },
	{ 0x30, "stack-full exception" }, { 0x31, "stack-empty exception" },
	{ 0x32, "stack-specification exception" }, { 0x33, "stack-type exception" },
	{ 0x34, "stack-operation exception" }, { 0x38, "ASCE-type exception" },
	{ 0x39, "region-first-translation exception" },
	{ 0x3a, "region-second-translation exception" },
	{ 0x3b, "region-third-translation exception" },
	{ 0x3d, "secure-storage-access exception" },
	{ 0x3e, "non-secure-storage-access exception" },
	{ 0x3f, "secure-storage-violation exception" }, { 0x40, "monitor event" },
	{ 0x80, "PER event" }, { 0x119, "crypto-operation exception" },
	{ 0x200, "transaction aborted" },
};

static void pgm_table_is_complete(void **state)
{
	const struct pgm *table, *row;
	size_t count, i;

	(void)state;
	table = pgm_table(&count);
	assert_int_equal(count, ARRAY_SIZE(codes));
	for (i = 0; i < count; i++) {
		assert_int_equal(table[i].code, codes[i].code);
		assert_string_equal(table[i].name, codes[i].name);
		assert_true(strlen(table[i].meaning) > 10);
		assert_null(strchr(table[i].meaning, '\n'));
		if (i)
			assert_true(table[i - 1].code < table[i].code);
		row = pgm_find(codes[i].code);
		assert_ptr_equal(row, &table[i]);
		assert_string_equal(pgm_name(codes[i].code), codes[i].name);
	}
}

static void pgm_unknown_codes(void **state)
{
	static const uint16_t unknown[] = {
		0x00, 0x14, 0x17, 0x19, 0x1a, 0x1e, 0x35, 0x3c, 0x41, 0x94, 0x100, 0x118, 0x400, 0xffff
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		assert_null(pgm_find(unknown[i]));
		assert_string_equal(pgm_name(unknown[i]), "program interruption");
	}
}

static void pgm_per_and_abort_are_looked_through(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		assert_string_equal(pgm_name(codes[i].code | 0x80), codes[i].name);
		if (codes[i].code < 0x80)
			assert_string_equal(pgm_name(codes[i].code | 0x280), codes[i].name);
	}
	assert_int_equal(pgm_find(0x280)->code, 0x200);
	assert_int_equal(pgm_find(0x211)->code, 0x11);
}

static void pgm_range_ends(void **state)
{
	static const struct {
		uint16_t code;
		uint64_t addr, end;
	} rows[] = {
		{ 0x11, 0x1000, 0x2000 },
		{ 0x11, 0x1fff, 0x2000 },
		{ 0x91, 0x1fff, 0x2000 },
		{ 0x11, 0xfffffffffffff000, 0 },
		{ 0x11, 0xffffffffffffefff, 0xfffffffffffff000 },
		{ 0x04, 0x0, 0x1000 },
		{ 0x05, 0x12345, 0x13000 },
		{ 0x12, 0x12345, 0x13000 },
		{ 0x10, 0x0, 0x100000 },
		{ 0x10, 0x1234567, 0x1300000 },
		{ 0x10, 0xfffffffffff00000, 0 },
		{ 0x3b, 0x0, 0x80000000 },
		{ 0x3b, 0x80000001, 0x100000000 },
		{ 0x3b, 0xffffffff80000000, 0 },
		{ 0x3a, 0x80000000, 0x40000000000 },
		{ 0x3a, 0x40000000000, 0x80000000000 },
		{ 0x39, 0x80000000, 0x20000000000000 },
		{ 0x39, 0x20000000000000, 0x40000000000000 },
		{ 0x39, 0xffffffffffffffff, 0 },
		{ 0x38, 0x80000000, 0 },
		{ 0x28, 0, 0 }, { 0x29, 0, 0 }, { 0x2a, 0, 0 },
		{ 0x2b, 0, 0 }, { 0x2c, 0, 0 }, { 0x2d, 0x5000, 0 },
		{ 0x2e, 0x5000, 0x6000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_true(pgm_range_end(rows[i].code, rows[i].addr) == rows[i].end);
}

static void pgm_range_end_is_above_or_zero(void **state)
{
	uint64_t addr, end;
	unsigned int code, bit;

	(void)state;
	for (code = 0; code < 0x240; code++) {
		for (bit = 0; bit < 64; bit++) {
			addr = (1ULL << bit) - (code & 1);
			end = pgm_range_end(code, addr);
			assert_true(end == 0 || end > addr);
		}
	}
}

static void pgm_errors_read_well(void **state)
{
	static const struct {
		struct error_access access;
		const char *message;
	} rows[] = {
		{ { 0x11, 0x401000, SPACE_PRIMARY, 0, -1, false },
		  "page-translation exception (0011) on fetch from 0000000000401000, primary space" },
		{ { 0x04, 0x1ff, SPACE_HOME, 3, -1, true },
		  "protection exception (0004) on store to 00000000000001ff, home space" },
		{ { 0x2a, UINT64_MAX, SPACE_AR, 5, -1, false },
		  "ALE-sequence exception (002a) on fetch from ffffffffffffffff, access-register mode, access register 5" },
		{ { 0x04, 0x2000, SPACE_AR, 15, 9, true },
		  "protection exception (0004) on store to 0000000000002000, access-register mode, access register 15, key 9" },
		{ { 0x05, 0x80000000, SPACE_ABSOLUTE, 0, 0, false },
		  "addressing exception (0005) on fetch from 0000000080000000, absolute storage, key 0" },
		{ { 0x10, 0x0, SPACE_AUTO, 0, -1, false },
		  "segment-translation exception (0010) on fetch from 0000000000000000" },
		{ { 0x77, 0x0, SPACE_REAL, 0, -1, false },
		  "program interruption (0077) on fetch from 0000000000000000, real storage" },
	};
	struct error *err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		err = pgm_access_error(&rows[i].access);
		assert_int_equal(err->kind, ERROR_ACCESS);
		assert_string_equal(err->message, rows[i].message);
		assert_int_equal(err->access.code, rows[i].access.code);
		assert_true(err->access.addr == rows[i].access.addr);
		assert_int_equal(err->access.space, rows[i].access.space);
		assert_int_equal(err->access.ar, rows[i].access.ar);
		assert_int_equal(err->access.key, rows[i].access.key);
		assert_int_equal(err->access.store, rows[i].access.store);
		if (rows[i].access.code == 0x77)
			assert_null(err->hint);
		else
			assert_string_equal(err->hint, pgm_find(rows[i].access.code)->meaning);
		error_free(err);
	}
}

static void disabled_waits(void **state)
{
	const uint64_t ea_ba = PSW_MASK_EA | PSW_MASK_BA;

	(void)state;
	assert_true(psw_is_disabled_wait(PSW_MASK_WAIT | ea_ba));
	assert_true(psw_is_disabled_wait(PSW_MASK_WAIT | PSW_MASK_DAT | PSW_MASK_PSTATE));
	assert_false(psw_is_disabled_wait(ea_ba));
	assert_false(psw_is_disabled_wait(PSW_MASK_WAIT | PSW_MASK_IO));
	assert_false(psw_is_disabled_wait(PSW_MASK_WAIT | PSW_MASK_EXT));
	assert_false(psw_is_disabled_wait(PSW_MASK_WAIT | PSW_MASK_MCHECK));
	assert_false(psw_is_disabled_wait(PSW_MASK_IO | PSW_MASK_EXT | PSW_MASK_MCHECK));
}

static void wait_codes(void **state)
{
	(void)state;
	assert_string_equal(wait_code_meaning(0xfff), "the system has shut down");
	assert_string_equal(wait_code_meaning(0x4608), "stand-alone dump: error of a protected guest");
	assert_non_null(wait_code_meaning(0));
	assert_null(wait_code_meaning(1));
	/* All of the address counts. */
	assert_null(wait_code_meaning(0x100000fffULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(space_names_go_round),
		cmocka_unit_test(space_rejects_what_is_none),
		cmocka_unit_test(psw_fields_and_words),
		cmocka_unit_test(psw_key_takes_all_values),
		cmocka_unit_test(psw_address_masks),
		cmocka_unit_test(pgm_table_is_complete),
		cmocka_unit_test(pgm_unknown_codes),
		cmocka_unit_test(pgm_per_and_abort_are_looked_through),
		cmocka_unit_test(pgm_range_ends),
		cmocka_unit_test(pgm_range_end_is_above_or_zero),
		cmocka_unit_test(pgm_errors_read_well),
		cmocka_unit_test(disabled_waits),
		cmocka_unit_test(wait_codes),
	};

	return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
