/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/lowcore.h"
#include "base/endian.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void fields_do_not_overlap(void **state)
{
	const struct lowcore_field *table, *row;
	size_t count, i, j;

	(void)state;
	table = lowcore_table(&count);
	assert_true(count > 50);
	for (i = 0; i < count; i++) {
		row = &table[i];
		assert_true(row->length > 0 && row->offset + row->length <= LOWCORE_SIZE);
		assert_true(!i || row[-1].offset + row[-1].length <= row->offset);
		assert_ptr_equal(lowcore_find(row->key), row);
		for (j = 0; j < i; j++)
			assert_string_not_equal(table[j].name, row->name);
		if (row->kind == LOWCORE_PSW)
			assert_int_equal(row->length, 16);
		else if (row->kind != LOWCORE_REGISTERS && row->kind != LOWCORE_BYTES)
			assert_true(row->length <= 8);
	}
	assert_null(lowcore_find("nosuch"));
}

/* Where the Principles of Operation have them; and struct lowcore of Linux. */
static void places(void **state)
{
	static const struct {
		const char *key;
		uint16_t offset;
	} known[] = {
		{ "external_code", 0x86 }, { "svc_code", 0x8a }, { "program_code", 0x8e },
		{ "per_address", 0x98 }, { "exception_access_id", 0xa0 }, { "teid", 0xa8 },
		{ "subsystem_identification", 0xb8 }, { "machine_check_code", 0xe8 },
		{ "external_damage_code", 0xf4 }, { "failing_storage_address", 0xf8 },
		{ "breaking_event_address", 0x110 }, { "restart_old_psw", 0x120 },
		{ "external_old_psw", 0x130 }, { "svc_old_psw", 0x140 },
		{ "program_old_psw", 0x150 }, { "machine_check_old_psw", 0x160 },
		{ "io_old_psw", 0x170 }, { "restart_new_psw", 0x1a0 },
		{ "io_new_psw", 0x1f0 }, { "saved_gprs", 0x1280 }, { "saved_psw", 0x1300 },
		{ "saved_crs", 0x1380 }, { "transaction_diagnostic", 0x1800 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		assert_int_equal(lowcore_find(known[i].key)->offset, known[i].offset);
}

/* A lowcore with just the words given, and what a field of it comes to. */
struct poke {
	uint16_t offset;
	uint8_t length;
	uint64_t value;
};

static const struct {
	const char *key, *text;
	struct poke pokes[3];
} described[] = {
	{ "external_code", "none", { { 0 } } },
	{ "external_code", "clock comparator", { { 0x86, 2, 0x1004 } } },
	{ "external_code", "CPU timer", { { 0x86, 2, 0x1005 } } },
	{ "external_code", "emergency signal", { { 0x86, 2, 0x1201 } } },
	{ "external_code", "external call", { { 0x86, 2, 0x1202 } } },
	{ "external_code", "service signal", { { 0x86, 2, 0x2401 } } },
	{ "external_code", "a code that is not assigned", { { 0x86, 2, 0x9999 } } },
	{ "program_ilc", "6 bytes", { { 0x8d, 1, 6 } } },
	{ "program_ilc", "", { { 0 } } },
	{ "program_code", "none", { { 0 } } },
	{ "program_code", "page-translation exception", { { 0x8e, 2, 0x11 } } },
	{ "program_code", "page-translation exception, with a PER event", { { 0x8e, 2, 0x91 } } },
	{ "program_code", "page-translation exception, a transaction was aborted",
	  { { 0x8e, 2, 0x211 } } },
	{ "program_code", "PER event", { { 0x8e, 2, 0x80 } } },
	{ "program_code", "transaction aborted", { { 0x8e, 2, 0x200 } } },
	{ "program_code", "transaction aborted, with a PER event", { { 0x8e, 2, 0x280 } } },
	{ "program_code", "a code that is not assigned", { { 0x8e, 2, 0x7e } } },
	{ "data_exception_code", "compare and trap", { { 0x90, 4, 0xff } } },
	{ "data_exception_code", "IEEE division by zero", { { 0x90, 4, 0x40 } } },
	{ "per_code", "successful branching, storage alteration", { { 0x96, 2, 0xa000 } } },
	/* No exception that leaves an address. */
	{ "teid", "", { { 0xa8, 8, 0x1234 } } },
	{ "teid", "", { { 0x8e, 2, 0x01 }, { 0xa8, 8, 0x1234 } } },
	{ "teid", "page-translation exception: fetch, page 000003ff80001000, primary space",
	  { { 0x8e, 2, 0x11 }, { 0xa8, 8, 0x000003ff80001800 } } },
	{ "teid", "page-translation exception: store, page 0000000000000000, home space",
	  { { 0x8e, 2, 0x91 }, { 0xa8, 8, 0x403 } } },
	{ "teid", "segment-translation exception: fetch or store not told, page 0000000000007000, secondary space",
	  { { 0x8e, 2, 0x10 }, { 0xa8, 8, 0x7002 } } },
	{ "teid", "region-first-translation exception: fetch, page 0000000000001000, access-register mode, access register 5",
	  { { 0x8e, 2, 0x39 }, { 0xa0, 1, 5 }, { 0xa8, 8, 0x1801 } } },
	{ "teid", "key-controlled or low-address protection, address not told",
	  { { 0x8e, 2, 4 }, { 0xa8, 8, 0xabcd000 } } },
	{ "teid", "DAT protection: store, page 0000000000abc000, primary space",
	  { { 0x8e, 2, 4 }, { 0xa8, 8, 0xabc404 } } },
	{ "teid", "key-controlled protection: store, page 0000000000001000, primary space",
	  { { 0x8e, 2, 4 }, { 0xa8, 8, 0x1408 } } },
	{ "teid", "access-list-controlled protection: store, page 0000000000001000, access-register mode, access register 2",
	  { { 0x8e, 2, 4 }, { 0xa0, 1, 2 }, { 0xa8, 8, 0x140d } } },
	{ "teid", "low-address protection: store, page 0000000000000000, home space",
	  { { 0x8e, 2, 4 }, { 0xa8, 8, 0x483 } } },
	{ "teid", "instruction-execution protection: fetch, page 0000000000001000, home space",
	  { { 0x8e, 2, 4 }, { 0xa8, 8, 0x1887 } } },
	{ "machine_check_code", "", { { 0 } } },
	{ "machine_check_code", "system damage, storage error uncorrected; valid: storage",
	  { { 0xe8, 8, 0x8000800100000000 } } },
	{ "machine_check_code", "channel report pending; valid: CPU timer, clock comparator",
	  { { 0xe8, 8, 0x0040000000030000 } } },
	{ "machine_check_code", "no cause told; valid: general registers",
	  { { 0xe8, 8, 0x0000000800000000 } } },
	{ "external_damage_code", "STP sync check", { { 0xf4, 4, 0x80 } } },
	{ "subsystem_identification", "subchannel 0.0.0012", { { 0xb8, 4, 0x00010012 } } },
	{ "subsystem_identification", "subchannel 0.3.0001", { { 0xb8, 4, 0x00070001 } } },
	{ "io_identification", "interruption subclass 3", { { 0xc0, 4, 0x18000000 } } },
	{ "io_identification", "interruption subclass 7, adapter", { { 0xc0, 4, 0xb8000000 } } },
	{ "program_old_psw", "", { { 0 } } },
	{ "program_old_psw",
	  "DAT on, home space, key 0, supervisor state, cc 2, 64-bit, interrupts I/O external machine-check",
	  { { 0x150, 8, 0x0704e00180000000 }, { 0x158, 8, 0x1000 } } },
	{ "saved_gprs", "", { { 0x1280, 8, 1 } } },
};

static void poke(unsigned char *lowcore, const struct poke *p)
{
	switch (p->length) {
	case 1:
		lowcore[p->offset] = (unsigned char)p->value;
		break;
	case 2:
		put_be16(lowcore + p->offset, (uint16_t)p->value);
		break;
	case 4:
		put_be32(lowcore + p->offset, (uint32_t)p->value);
		break;
	case 8:
		put_be64(lowcore + p->offset, p->value);
		break;
	}
}

static void fields_in_words(void **state)
{
	unsigned char lowcore[LOWCORE_SIZE];
	struct buf out = BUF_INIT;
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(described); i++) {
		memset(lowcore, 0, sizeof(lowcore));
		for (j = 0; j < ARRAY_SIZE(described[i].pokes); j++)
			poke(lowcore, &described[i].pokes[j]);
		buf_reset(&out);
		lowcore_describe(lowcore_find(described[i].key), lowcore, &out);
		assert_string_equal(buf_str(&out), described[i].text);
	}
	buf_free(&out);
}

/* Whatever stands there, each field can be told, in printable characters. */
static void any_bytes_can_be_told(void **state)
{
	unsigned char lowcore[LOWCORE_SIZE];
	const struct lowcore_field *table;
	struct buf out = BUF_INIT;
	uint32_t seed = 1;
	size_t count, i, j;
	const char *p;

	(void)state;
	table = lowcore_table(&count);
	for (i = 0; i < 200; i++) {
		for (j = 0; j < sizeof(lowcore); j++) {
			seed = seed * 1664525 + 1013904223;
			lowcore[j] = i ? (unsigned char)(seed >> 24) : 0xff;
		}
		for (j = 0; j < count; j++) {
			buf_reset(&out);
			lowcore_describe(&table[j], lowcore, &out);
			assert_false(buf_failed(&out));
			for (p = buf_str(&out); *p; p++)
				assert_true(*p >= ' ' && *p <= '~');
		}
	}
	buf_free(&out);
}

static void numbers_by_length(void **state)
{
	unsigned char lowcore[LOWCORE_SIZE] = { 0 };

	(void)state;
	lowcore[0xa0] = 0x0f;
	put_be16(lowcore + 0x8e, 0x1234);
	put_be32(lowcore + 0xf4, 0x12345678);
	put_be64(lowcore + 0xa8, 0x123456789abcdef0);
	assert_int_equal(lowcore_number(lowcore_find("exception_access_id"), lowcore), 0xf);
	assert_int_equal(lowcore_number(lowcore_find("program_code"), lowcore), 0x1234);
	assert_int_equal(lowcore_number(lowcore_find("external_damage_code"), lowcore), 0x12345678);
	assert_int_equal(lowcore_number(lowcore_find("teid"), lowcore), 0x123456789abcdef0);
	assert_int_equal(lowcore_number(lowcore_find("saved_gprs"), lowcore), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_do_not_overlap),
		cmocka_unit_test(places),
		cmocka_unit_test(fields_in_words),
		cmocka_unit_test(any_bytes_can_be_told),
		cmocka_unit_test(numbers_by_length),
	};

	return cmocka_run_group_tests_name("lowcore", tests, NULL, NULL);
}
