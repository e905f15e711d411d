/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several symbol tables at the places where they run. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "elf-build.h"
#include "sym/symbols.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define KASLR 0x3ffe0000000

static const struct symtab_entry kernel_entries[] = {
	{ "_stext", 0x100000, 0, 'T' },
	{ "startup", 0x100000, 0x10, 'T' },
	{ "cleanup", 0x100200, 0x20, 't' },
	{ "jiffies", 0x200000, 8, 'D' },
	{ "", 0x200010, 8, 'D' },
	{ "version", 0x12345, 0, 'A' },
	{ "cleanup", 0x100100, 0, 'T' },
	{ "weak", 0x100080, 0, 'W' },
	{ "weak", 0x100090, 0, 't' },
};

static const struct symtab_entry module_entries[] = {
	{ "cleanup", 0x40, 0x10, 't' },
	{ "cl\033eaner", 0x60, 4, 't' },
	{ "init", 0, 0x40, 'T' },
};

static struct symtab *make(const char *source, const struct symtab_entry *entries, size_t n)
{
	struct symtab *tab;

	assert_null(symtab_from_list(source, entries, n, &tab));
	return tab;
}

static struct symbols *two_tables(void)
{
	struct symbols *s = symbols_new();

	assert_non_null(s);
	assert_null(symbols_add(s, make("kernel", kernel_entries, ARRAY_SIZE(kernel_entries)),
				KASLR, "", true));
	assert_null(symbols_add(s, make("module", module_entries, ARRAY_SIZE(module_entries)),
				0x3ff80000000, "mod", true));
	return s;
}

static void assert_found(const struct symbols *s, const char *name, uint64_t value, uint64_t size,
			 const char *module)
{
	struct symbol_info info;

	assert_true(symbols_find(s, name, &info));
	assert_true(info.value == value);
	assert_true(info.size == size);
	assert_true(info.offset == 0);
	assert_true(info.kernel);
	assert_string_equal(info.module, module);
}

static void assert_text(const struct symbols *s, uint64_t addr, const char *text)
{
	struct buf b = BUF_INIT;

	assert_int_equal(symbols_format(s, addr, &b), *text != 0);
	assert_string_equal(buf_str(&b), text);
	buf_free(&b);
}

static void lists(void **state)
{
	struct symtab *tab = make("the list", kernel_entries, ARRAY_SIZE(kernel_entries));
	struct symtab_symbol sym;
	uint64_t offset;

	(void)state;
	assert_string_equal(symtab_path(tab), "the list");
	assert_string_equal(symtab_build_id(tab), "");
	assert_int_equal(symtab_count(tab), ARRAY_SIZE(kernel_entries) - 1);
	/* Global before local, weak before local. */
	assert_true(symtab_find_symbol(tab, "cleanup", &sym));
	assert_true(sym.value == 0x100100);
	assert_true(symtab_find_symbol(tab, "weak", &sym));
	assert_true(sym.value == 0x100080);
	assert_true(symtab_find_symbol(tab, "version", &sym));
	assert_true(sym.absolute);
	/* Up to the next symbol where there is no size, else to its end. */
	assert_string_equal(symtab_nearest(tab, 0x1001ff, &offset), "cleanup");
	assert_true(offset == 0xff);
	assert_string_equal(symtab_nearest(tab, 0x10021f, &offset), "cleanup");
	assert_true(offset == 0x1f);
	assert_null(symtab_nearest(tab, 0x100220, &offset));
	assert_null(symtab_nearest(tab, 0x200008, &offset));
	assert_null(symtab_nearest(tab, 0xfffff, &offset));
	symtab_free(tab);
	tab = make("empty", NULL, 0);
	assert_int_equal(symtab_count(tab), 0);
	assert_false(symtab_find_symbol(tab, "x", &sym));
	assert_null(symtab_nearest(tab, 0, &offset));
	assert_null(symtab_complete(tab, "", 0));
	assert_null(symtab_similar(tab, "startup"));
	symtab_free(tab);
}

static void names(void **state)
{
	struct symbols *s = two_tables();

	(void)state;
	assert_found(s, "startup", KASLR + 0x100000, 0x10, "");
	assert_found(s, "init", 0x3ff80000000, 0x40, "mod");
	/* The table added first, unless the module is told. */
	assert_found(s, "cleanup", KASLR + 0x100100, 0, "");
	assert_found(s, "mod!cleanup", 0x3ff80000040, 0x10, "mod");
	/* A number moves with nobody. */
	assert_found(s, "version", 0x12345, 0, "");
	assert_false(symbols_find(s, "mod!startup", NULL));
	assert_false(symbols_find(s, "!startup", NULL));
	assert_false(symbols_find(s, "mod!", NULL));
	assert_false(symbols_find(s, "mo!init", NULL));
	assert_true(symbols_find(s, "init", NULL));
	assert_false(symbols_find(NULL, "init", NULL));
	symbols_set_bias(s, 0, 0);
	assert_found(s, "startup", 0x100000, 0x10, "");
	symbols_free(s);
	symbols_free(NULL);
}

static void addresses(void **state)
{
	struct symbols *s = two_tables();
	struct symbol_info info;

	(void)state;
	assert_text(s, KASLR + 0x100000, "startup");
	assert_text(s, KASLR + 0x10000f, "startup+0xf");
	assert_text(s, 0x3ff80000041, "cleanup+0x1 [mod]");
	assert_text(s, 0x3ff80000060, "cl\\x1beaner [mod]");
	assert_text(s, 0x3ff80000064, "");
	assert_text(s, 0x12345, "");
	assert_text(s, 0, "");
	assert_text(s, UINT64_MAX, "");
	assert_text(NULL, 0x100000, "");
	assert_true(symbols_nearest(s, 0x3ff80000041, &info));
	assert_true(info.value == 0x3ff80000040 && info.offset == 1 && info.bias == 0x3ff80000000);
	assert_string_equal(symtab_path(info.tab), "module");
	symbols_free(s);
}

/* Where tables overlap, the symbol that begins nearest below the address is told. */
static void tables_that_overlap(void **state)
{
	static const struct symtab_entry wide[] = { { "wide", 0x1000, 0x1000, 'T' } };
	static const struct symtab_entry inner[] = { { "inner", 0x1100, 0x100, 'T' } };
	struct symbols *s = symbols_new();

	(void)state;
	assert_null(symbols_add(s, make("a", wide, 1), 0, "", true));
	assert_null(symbols_add(s, make("b", inner, 1), 0, "", false));
	assert_text(s, 0x1180, "inner+0x80");
	assert_text(s, 0x1200, "wide+0x200");
	symbols_free(s);
}

static void tables(void **state)
{
	struct symbols *s = two_tables();
	const char *module;
	uint64_t bias;

	(void)state;
	assert_string_equal(symtab_path(symbols_table(s, 1, &bias, &module)), "module");
	assert_true(bias == 0x3ff80000000);
	assert_string_equal(module, "mod");
	assert_non_null(symbols_table(s, 0, NULL, NULL));
	assert_null(symbols_table(s, 2, NULL, NULL));
	assert_null(symbols_table(NULL, 0, NULL, NULL));
	symbols_free(s);
}

static void completion(void **state)
{
	static const char *const all[] = { "cleanup", "cl\033eaner", "cleanup" };
	struct symbols *s = two_tables();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(all); i++)
		assert_string_equal(symbols_complete(s, "cl", i), all[i]);
	assert_null(symbols_complete(s, "cl", i));
	assert_string_equal(symbols_complete(s, "ini", 0), "init");
	assert_null(symbols_complete(s, "x", 0));
	assert_null(symbols_complete(NULL, "", 0));
	assert_string_equal(symbols_similar(s, "starutp"), "startup");
	assert_string_equal(symbols_similar(s, "inut"), "init");
	assert_null(symbols_similar(s, "memcpy"));
	assert_null(symbols_similar(NULL, "init"));
	symbols_free(s);
}

/* FILE and FILE@ADDR. */
static void files(void **state)
{
	static const struct elf_symbol symbols[] = {
		{ "start", 0x1010, 4, STB_GLOBAL, STT_FUNC, 1 },
		{ "number", 7, 0, STB_GLOBAL, STT_NOTYPE, SHN_ABS },
	};
	const struct elf_spec spec = {
		.class = ELFCLASS64, .data = ELFDATA2MSB, .machine = EM_S390,
		.symbols_type = SHT_SYMTAB, .symbols = symbols, .nr_symbols = ARRAY_SIZE(symbols),
		.text = 0x1000, .text_size = 0x100, .data_addr = 0x2000, .data_size = 0x100,
	};
	char dir[] = "/tmp/test-symbols-XXXXXX", path[64], file[96], want[128];
	struct symbols *s = symbols_new();
	struct symbol_info info;
	struct error *err;
	bool placed;
	size_t idx;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a@0x5", dir);
	elf_build(path, &spec);
	/* The file of that very name. */
	assert_null(symbols_add_file(s, path, &idx, &placed));
	assert_int_equal(idx, 0);
	assert_false(placed);
	assert_true(symbols_find(s, "start", &info));
	assert_true(info.value == 0x1010 && info.kernel);
	/* Its lowest address at 0x50000000: it has no program header, so that is 0. */
	snprintf(file, sizeof(file), "%s@0x50000000", path);
	assert_null(symbols_add_file(s, file, &idx, &placed));
	assert_int_equal(idx, 1);
	assert_true(placed);
	assert_true(symbols_nearest(s, 0x50001012, &info));
	assert_true(info.value == 0x50001010 && info.offset == 2 && info.bias == 0x50000000);

	snprintf(file, sizeof(file), "%s@here", path);
	err = symbols_add_file(s, file, NULL, NULL);
	assert_non_null(err);
	snprintf(want, sizeof(want), "%s@here: load address 'here' is no number", path);
	assert_string_equal(err->message, want);
	error_free(err);
	snprintf(file, sizeof(file), "%s/none@1", dir);
	err = symbols_add_file(s, file, NULL, NULL);
	assert_non_null(err);
	snprintf(want, sizeof(want), "%s/none: No such file or directory", dir);
	assert_string_equal(err->message, want);
	error_free(err);
	assert_null(symbols_table(s, 2, NULL, NULL));
	symbols_free(s);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

/* This program itself is one for user mode, loaded where the kernel wanted. */
static void programs(void **state)
{
	struct symbols *s = symbols_new();
	extern const char __executable_start;
	struct symbol_info info;
	char file[64];

	(void)state;
	snprintf(file, sizeof(file), "/proc/self/exe@0x%llx",
		 (unsigned long long)(uintptr_t)&__executable_start);
	assert_null(symbols_add_file(s, file, NULL, NULL));
	assert_true(symbols_find(s, "symbols_new", &info));
	assert_true(info.value == (uintptr_t)symbols_new);
	assert_false(info.kernel);
	symbols_free(s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(names),
		cmocka_unit_test(addresses),
		cmocka_unit_test(tables_that_overlap),
		cmocka_unit_test(tables),
		cmocka_unit_test(completion),
		cmocka_unit_test(files),
		cmocka_unit_test(programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
