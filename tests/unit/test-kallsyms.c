/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's own tables of symbols, good ones and damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake-guest.h"
#include "freed.h"
#include "linux/kallsyms.h"

#define SIZE		0x80000
#define NOTE		0x2000
#define NUM_SYMS	0x4000
#define BASE		0x4008
#define TOKEN_INDEX	0x5000
#define TOKEN_TABLE	0x6000
#define ADDRESSES	0x8000
#define NAMES		0x10000

#define TOKEN_SCHED	0x80	/* "sched" */
#define TOKEN_LONG	0x81	/* 200 bytes */

static struct fake_guest g;
static struct vmcoreinfo info;

/* What was told of how far it is. */
static struct {
	unsigned int calls;
	uint64_t done;
	bool over;
} told;

static void take_work(void *arg, enum work_kind kind, uint64_t done, uint64_t total)
{
	(void)arg;
	assert_int_equal(kind, WORK_SYMBOLS);
	/* The next table. */
	if (done == 0)
		memset(&told, 0, sizeof(told));
	assert_false(told.over);
	told.calls++;
	if (done == UINT64_MAX) {
		told.over = true;
		return;
	}
	assert_true(done >= told.done && done <= total);
	told.done = done;
}

static const struct work work = { .show = take_work };

static void vmcoreinfo(const char *addresses)
{
	char text[512];

	snprintf(text, sizeof(text), "SYMBOL(kallsyms_names)=%x\nSYMBOL(kallsyms_num_syms)=%x\n"
		 "SYMBOL(kallsyms_token_table)=%x\nSYMBOL(kallsyms_token_index)=%x\n%s", NAMES,
		 NUM_SYMS, TOKEN_TABLE, TOKEN_INDEX, addresses);
	fake_guest_vmcoreinfo(&g, NOTE, text);
	vmcoreinfo_free(&info);
	assert_null(vmcoreinfo_read(&g.kmem, &info));
}

/* Each character is a token of itself, but for two. */
static void put_tokens(void)
{
	uint64_t at = TOKEN_TABLE;
	char text[201];
	size_t i;

	for (i = 0; i < 256; i++) {
		snprintf(text, sizeof(text), "%c", (int)(i < 0x20 || i >= 0x7f ? '?' : i));
		if (i == TOKEN_SCHED)
			snprintf(text, sizeof(text), "sched");
		if (i == TOKEN_LONG) {
			memset(text, 'l', sizeof(text) - 1);
			text[sizeof(text) - 1] = '\0';
		}
		fake_guest_put16(&g, TOKEN_INDEX + 2 * i, (uint16_t)(at - TOKEN_TABLE));
		fake_guest_puts(&g, at, text);
		at += strlen(text) + 1;
	}
}

/* Names with their types before them. */
static uint64_t put_names(const char *const *names, size_t n)
{
	uint64_t at = NAMES;
	size_t i, len;

	for (i = 0; i < n; i++) {
		len = strlen(names[i]);
		g.memory[at++] = (unsigned char)len;
		fake_guest_put(&g, at, names[i], len);
		at += len;
	}
	fake_guest_put32(&g, NUM_SYMS, (uint32_t)n);
	return at;
}

static int setup(void **state)
{
	static const char *const names[] = { "T_stext", "t\x80_init", "Dinit_task", "A__crc" };
	static const uint32_t offsets[] = { 0, 0x104, 0xf0000000, 8 };
	size_t i;

	(void)state;
	fake_guest_init(&g, SIZE);
	put_tokens();
	put_names(names, 4);
	fake_guest_put64(&g, BASE, 0x3fffe954000);
	for (i = 0; i < 4; i++)
		fake_guest_put32(&g, ADDRESSES + 4 * i, offsets[i]);
	vmcoreinfo("SYMBOL(kallsyms_offsets)=8000\nSYMBOL(kallsyms_relative_base)=4008\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vmcoreinfo_free(&info);
	fake_guest_free(&g);
	return 0;
}

static void expect(const struct symtab *tab, const char *name, uint64_t value, char type)
{
	struct symtab_symbol sym;

	assert_true(symtab_find_symbol(tab, name, &sym));
	assert_int_equal(sym.value, value);
	assert_int_equal(sym.type, type);
}

static void test_relative(void **state)
{
	struct symtab_symbol sym;
	struct symtab *tab;

	(void)state;
	assert_null(kallsyms_load(&g.kmem, &info, &work, &tab));
	assert_int_equal(symtab_count(tab), 4);
	expect(tab, "_stext", 0x3fffe954000, 'T');
	expect(tab, "sched_init", 0x3fffe954104, 't');
	expect(tab, "init_task", 0x3fffe954000 + 0xf0000000, 'D');
	assert_true(symtab_nearest_symbol(tab, 0x3fffe954110, &sym));
	assert_string_equal(sym.name, "sched_init");
	symtab_free(tab);
}

static void test_nothing_is_left(void **state)
{
	struct symtab *tab;

	(void)state;
	freed_begin("init_task", strlen("init_task"));
	assert_null(kallsyms_load(&g.kmem, &info, &work, &tab));
	assert_int_equal(freed_end(), 0);
	symtab_free(tab);
	freed_begin("kallsyms_names", strlen("kallsyms_names"));
	vmcoreinfo_free(&info);
	assert_int_equal(freed_end(), 0);
}

static void test_absolute(void **state)
{
	struct symtab *tab;

	(void)state;
	fake_guest_put64(&g, ADDRESSES + 8, 0x123456789a);
	vmcoreinfo("SYMBOL(kallsyms_addresses)=8000\n");
	assert_null(kallsyms_load(&g.kmem, &info, &work, &tab));
	expect(tab, "sched_init", 0x123456789a, 't');
	symtab_free(tab);
}

static void test_place_relative(void **state)
{
	struct symtab *tab;

	(void)state;
	fake_guest_put32(&g, ADDRESSES, (uint32_t)-0x7000);
	fake_guest_put32(&g, ADDRESSES + 4, 0x100);
	vmcoreinfo("SYMBOL(kallsyms_offsets)=8000\n");
	assert_null(kallsyms_load(&g.kmem, &info, &work, &tab));
	expect(tab, "_stext", ADDRESSES - 0x7000, 'T');
	expect(tab, "sched_init", ADDRESSES + 4 + 0x100, 't');
	symtab_free(tab);
}

static void test_work(void **state)
{
	const char *names[3000];
	struct symtab *tab;
	size_t i;

	(void)state;
	for (i = 0; i < 3000; i++)
		names[i] = "Ta";
	put_names(names, 3000);
	assert_null(kallsyms_load(&g.kmem, &info, &work, &tab));
	symtab_free(tab);
	assert_int_equal(told.calls, 4);
	assert_int_equal(told.done, 2048);
	assert_true(told.over);
}

/* A length in two bytes: 200 characters. */
static void test_long_name(void **state)
{
	char name[201];
	struct symtab *tab;

	(void)state;
	memset(name, 'n', 200);
	name[200] = '\0';
	g.memory[NAMES] = 0x80 | (201 & 0x7f);
	g.memory[NAMES + 1] = 201 >> 7;
	g.memory[NAMES + 2] = 'T';
	fake_guest_puts(&g, NAMES + 3, name);
	fake_guest_put32(&g, NUM_SYMS, 1);
	assert_null(kallsyms_load(&g.kmem, &info, &work, &tab));
	expect(tab, name, 0x3fffe954000, 'T');
	symtab_free(tab);
}

static void expect_damaged(const char *text)
{
	struct symtab *tab = NULL;
	struct error *err = kallsyms_load(&g.kmem, &info, &work, &tab);

	assert_non_null(err);
	assert_null(tab);
	if (text)
		assert_non_null(strstr(err->message, text));
	assert_true(err->kind == ERROR_NO || err->kind == ERROR_ACCESS);
	error_free(err);
}

static void test_missing(void **state)
{
	(void)state;
	vmcoreinfo("");
	expect_damaged("addresses of kallsyms");
	fake_guest_vmcoreinfo(&g, NOTE, "OSRELEASE=5.4.0\n");
	vmcoreinfo_free(&info);
	assert_null(vmcoreinfo_read(&g.kmem, &info));
	expect_damaged("does not lead");
	vmcoreinfo_free(&info);
	expect_damaged("no VMCOREINFO");
}

static void test_counts(void **state)
{
	static const uint32_t counts[] = { 0, KALLSYMS_MAX + 1, UINT32_MAX };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		fake_guest_put32(&g, NUM_SYMS, counts[i]);
		expect_damaged("symbols");
	}
	/* More than there are names: zeros are names without characters. */
	fake_guest_put32(&g, NUM_SYMS, 5);
	expect_damaged("a name is empty");
	fake_guest_put32(&g, NUM_SYMS, KALLSYMS_MAX);
	expect_damaged("a name is empty");
}

static void test_names(void **state)
{
	static const char *const rows[] = { "T", "", "T\x81\x81\x81" };
	static const char *const texts[] = { "empty", "empty", "too long" };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		put_names(&rows[i], 1);
		expect_damaged(texts[i]);
	}
	/* Names that go on to the end of storage, and beyond it. */
	memset(g.memory + NAMES, 0xff, SIZE - NAMES);
	expect_damaged(NULL);
	vmcoreinfo_free(&info);
	fake_guest_vmcoreinfo(&g, NOTE, "SYMBOL(kallsyms_names)=7fff0\nSYMBOL(kallsyms_num_syms)=4000\n"
			      "SYMBOL(kallsyms_token_table)=6000\nSYMBOL(kallsyms_token_index)=5000\n"
			      "SYMBOL(kallsyms_offsets)=8000\n");
	assert_null(vmcoreinfo_read(&g.kmem, &info));
	expect_damaged("end early");
	memset(g.memory + SIZE - 16, 1, 16);
	fake_guest_put32(&g, NUM_SYMS, 100);
	expect_damaged(NULL);
}

static void test_tokens(void **state)
{
	(void)state;
	/* A token that is not in the table, one that does not end, an index that cannot be read. */
	fake_guest_put16(&g, TOKEN_INDEX + 2 * 0xff, 0xffff);
	memset(g.memory + TOKEN_TABLE + 0x2000, 'x', SIZE - TOKEN_TABLE - 0x2000);
	expect_damaged("does not end");
	vmcoreinfo_free(&info);
	fake_guest_vmcoreinfo(&g, NOTE, "SYMBOL(kallsyms_names)=10000\nSYMBOL(kallsyms_num_syms)=4000\n"
			      "SYMBOL(kallsyms_token_table)=7ff00\nSYMBOL(kallsyms_token_index)=5000\n"
			      "SYMBOL(kallsyms_offsets)=8000\n");
	fake_guest_put32(&g, NUM_SYMS, 1);
	assert_null(vmcoreinfo_read(&g.kmem, &info));
	expect_damaged("a token");
	vmcoreinfo_free(&info);
	fake_guest_vmcoreinfo(&g, NOTE, "SYMBOL(kallsyms_names)=10000\nSYMBOL(kallsyms_num_syms)=4000\n"
			      "SYMBOL(kallsyms_token_table)=6000\nSYMBOL(kallsyms_token_index)=ffffffffffffffff\n"
			      "SYMBOL(kallsyms_offsets)=8000\n");
	assert_null(vmcoreinfo_read(&g.kmem, &info));
	expect_damaged(NULL);
}

static void test_addresses(void **state)
{
	(void)state;
	vmcoreinfo("SYMBOL(kallsyms_offsets)=7fffe\nSYMBOL(kallsyms_relative_base)=4008\n");
	expect_damaged(NULL);
	vmcoreinfo("SYMBOL(kallsyms_offsets)=8000\nSYMBOL(kallsyms_relative_base)=fffffffffffffff8\n");
	expect_damaged(NULL);
	vmcoreinfo("SYMBOL(kallsyms_addresses)=fffffffffffffff0\n");
	expect_damaged(NULL);
}

static void test_interrupted(void **state)
{
	volatile int flag = 2;
	struct symtab *tab;
	struct error *err;

	(void)state;
	g.kmem.interrupted = &flag;
	err = kallsyms_load(&g.kmem, &info, &work, &tab);
	g.kmem.interrupted = NULL;
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
}

/* Whatever one byte of the tables is: it is loaded, or refused. */
static void test_any_byte(void **state)
{
	static const uint64_t places[] = { NUM_SYMS, TOKEN_INDEX, TOKEN_TABLE, NAMES };
	size_t i, j, loaded = 0, refused = 0;
	unsigned char saved;
	struct symtab *tab;
	struct error *err;

	(void)state;
	for (i = 0; i < 4 * 40; i++) {
		for (j = 0; j < 256; j += 15) {
			uint64_t at = places[i / 40] + i % 40;

			saved = g.memory[at];
			g.memory[at] = (unsigned char)j;
			err = kallsyms_load(&g.kmem, &info, &work, &tab);
			g.memory[at] = saved;
			loaded += !err;
			refused += err != NULL;
			if (err)
				assert_true(err->kind == ERROR_NO || err->kind == ERROR_ACCESS);
			error_free(err);
			symtab_free(tab);
		}
	}
	assert_true(loaded > 100 && refused > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_relative, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absolute, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_relative, setup, teardown),
		cmocka_unit_test_setup_teardown(test_work, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tokens, setup, teardown),
		cmocka_unit_test_setup_teardown(test_addresses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_byte, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
