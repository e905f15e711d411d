/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many symbols are taken of the modules in a guest that wants to be too much. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/endian.h"
#include "fake-guest.h"
#include "freed.h"
#include "linux/kernel.h"
#include "module-types.h"

#define SIZE		0x600000
#define LIST_HEAD	0x1000
#define TABLE		0x2000	/* struct mod_kallsyms, which all modules have */
#define STRINGS		0x3000
#define MODULES		0x4000	/* the structures */
#define SYMBOLS		0x10000

struct test {
	struct fake_guest guest;
	struct kernel k;
	struct log log;
	char *told;
	size_t told_len;
};

static int setup(void **state)
{
	static const struct symtab_entry entry = { .name = "modules", .value = LIST_HEAD, .type = 'D' };
	struct test *t = calloc(1, sizeof(*t));
	struct symtab *tab;
	struct buf btf;

	assert_non_null(t);
	fake_guest_init(&t->guest, SIZE);
	t->log.stream = open_memstream(&t->told, &t->told_len);
	assert_non_null(t->log.stream);
	t->k.opt.log = &t->log;
	t->k.symbols = symbols_new();
	assert_non_null(t->k.symbols);
	module_types(&btf);
	assert_null(types_open_btf(btf.data, btf.len, NULL, &t->k.types));
	buf_free(&btf);
	assert_null(symtab_from_list("test", &entry, 1, &tab));
	assert_null(symbols_add(t->k.symbols, tab, 0, "", true));
	assert_null(kmem_init(&t->k.mem, &t->guest.target, NULL));
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	kmem_deinit(&t->k.mem);
	types_close(t->k.types);
	symbols_free(t->k.symbols);
	fclose(t->log.stream);
	free(t->told);
	fake_guest_free(&t->guest);
	free(t);
	return 0;
}

/* Modules m0, m1... that all have one table: symbols with one name, in this section. */
static void put_modules(struct test *t, unsigned int modules, uint32_t symbols, size_t name_len,
			uint16_t section)
{
	Elf64_Sym sym = { .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC) };
	uint64_t at, from = LIST_HEAD;
	char name[1024];
	uint32_t i;

	put_be16(&sym.st_shndx, section);
	put_be64(&sym.st_value, 0x400000);
	for (i = 0; i < symbols; i++)
		fake_guest_put(&t->guest, SYMBOLS + i * sizeof(sym), &sym, sizeof(sym));
	memset(name, 'n', name_len);
	name[name_len] = '\0';
	fake_guest_puts(&t->guest, STRINGS, name);
	fake_guest_put64(&t->guest, TABLE, SYMBOLS);
	fake_guest_put32(&t->guest, TABLE + 8, symbols);
	fake_guest_put64(&t->guest, TABLE + 16, STRINGS);
	for (i = 0; i < modules; i++) {
		at = MODULES + i * MODULE_SIZE;
		snprintf(name, sizeof(name), "m%u", i);
		fake_guest_puts(&t->guest, at + MODULE_NAME, name);
		fake_guest_put64(&t->guest, at + MODULE_KALLSYMS, TABLE);
		fake_guest_put64(&t->guest, from, at + MODULE_LIST);
		from = at + MODULE_LIST;
	}
	fake_guest_put64(&t->guest, from, LIST_HEAD);
}

/* The first ones have symbols, and if these are not all, a warning names the next one. */
static void check_modules(struct test *t, unsigned int modules, unsigned int with_symbols)
{
	struct modules m;
	char next[32];
	size_t i;

	assert_null(modules_read(&t->k, &m));
	assert_int_equal(m.n, modules);
	assert_null(modules_add_symbols(&t->k, &m));
	for (i = 0; i < m.n; i++)
		assert_int_equal(m.list[i].source, i < with_symbols ? MODULE_SYMBOLS_KALLSYMS :
								      MODULE_SYMBOLS_NONE);
	assert_int_equal(symbols_count(t->k.symbols), 1 + with_symbols);
	fflush(t->log.stream);
	snprintf(next, sizeof(next), "from module m%u on\n", with_symbols);
	if (modules == with_symbols)
		assert_string_equal(t->told, "");
	else
		assert_non_null(strstr(t->told, next));
	modules_free(&m);
}

static void few(void **state)
{
	struct symbol_info info;
	struct test *t = *state;

	put_modules(t, 3, 100, 20, 1);
	freed_begin("nnnnnnnnnnnnnnnnnnnn", 20);
	check_modules(t, 3, 3);
	assert_int_equal(freed_end(), 0);
	assert_true(symbols_find(t->k.symbols, "m2!nnnnnnnnnnnnnnnnnnnn", &info));
	assert_int_equal(info.value, 0x400000);
}

/* 50,000 names of 400 bytes with their ends, which lie in the same place: 20 MB a module. */
static void too_long(void **state)
{
	put_modules(*state, 5, 50000, 399, 1);
	check_modules(*state, 5, 3);
}

/* Also of symbols that nobody wants, being undefined. */
static void too_many(void **state)
{
	put_modules(*state, 12, MODULE_SYMBOLS_MAX, 1, SHN_UNDEF);
	check_modules(*state, 12, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(few, setup, teardown),
		cmocka_unit_test_setup_teardown(too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
