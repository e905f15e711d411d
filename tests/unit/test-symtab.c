/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/edit-distance.h"
#include "elf-build.h"
#include "sym/symtab.h"
#include "temp-dir.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* All bytes of a file; to be freed. */
static unsigned char *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data;
	long size;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	assert_true(size > 0);
	rewind(f);
	data = malloc((size_t)size);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, (size_t)size, f), size);
	fclose(f);
	*len = (size_t)size;
	return data;
}

static void write_all(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

/* A file in memory, for tests that write it a thousand times; its descriptor. */
static int memory_file(char *path, size_t size)
{
	int fd = memfd_create("test-symtab", MFD_CLOEXEC);

	assert_true(fd >= 0);
	snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

/* Load a file that must be refused; message and kind of the error. */
static void assert_refused(const char *path, const char *message)
{
	struct symtab *tab = NULL;
	struct error *err = symtab_load(path, &tab);

	assert_non_null(err);
	assert_null(tab);
	assert_int_equal(err->kind, ERROR_USAGE);
	if (message)
		assert_string_equal(err->message, message);
	assert_true(strncmp(err->message, path, strlen(path)) == 0);
	assert_null(strchr(err->message, '\n'));
	error_free(err);
}

static void assert_symbol(const struct symtab *tab, const char *name, uint64_t value, uint64_t size)
{
	uint64_t v = ~value, s = ~size;

	assert_true(symtab_find(tab, name, &v, &s));
	assert_true(v == value);
	assert_true(s == size);
}

static void assert_nearest(const struct symtab *tab, uint64_t addr, const char *name, uint64_t offset)
{
	uint64_t off = ~offset;
	const char *found = symtab_nearest(tab, addr, &off);

	if (!name) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found, name);
	assert_true(off == offset);
}

static const struct elf_symbol symbols[] = {
	{ "", 0x1000, 0, STB_LOCAL, STT_SECTION, 1 },
	{ "main.c", 0, 0, STB_LOCAL, STT_FILE, SHN_ABS },
	{ "both", 0x1010, 4, STB_LOCAL, STT_FUNC, 1 },
	{ "both", 0x1020, 8, STB_WEAK, STT_FUNC, 1 },
	{ "both", 0x1030, 12, STB_GLOBAL, STT_FUNC, 1 },
	{ "weak", 0x1040, 16, STB_LOCAL, STT_FUNC, 1 },
	{ "weak", 0x1044, 20, STB_WEAK, STT_FUNC, 1 },
	{ "_stext", 0x1000, 0, STB_GLOBAL, STT_NOTYPE, 1 },
	{ "startup", 0x1000, 0x10, STB_GLOBAL, STT_FUNC, 1 },
	{ "$d", 0x1004, 0, STB_LOCAL, STT_NOTYPE, 1 },
	{ "$x.12", 0x1008, 0, STB_LOCAL, STT_NOTYPE, 1 },
	{ ".Ltmp1", 0x100c, 0, STB_LOCAL, STT_NOTYPE, 1 },
	{ "$dollar", 0x1050, 0, STB_GLOBAL, STT_NOTYPE, 1 },
	{ "undefined", 0, 0, STB_GLOBAL, STT_NOTYPE, SHN_UNDEF },
	{ "common", 8, 8, STB_GLOBAL, STT_OBJECT, SHN_COMMON },
	{ "tls", 0x10, 8, STB_GLOBAL, STT_TLS, 2 },
	{ "absolute", 0x1058, 0, STB_GLOBAL, STT_NOTYPE, SHN_ABS },
	{ "jiffies", 0x2008, 8, STB_GLOBAL, STT_OBJECT, 2 },
	{ "jiffies_64", 0x2008, 8, STB_LOCAL, STT_OBJECT, 2 },
	{ "data_end", 0x2100, 0, STB_GLOBAL, STT_NOTYPE, 2 },
};

static const unsigned char build_id[] = {
	0x00, 0x1f, 0xab, 0xff, 0x55, 0x66, 0x77, 0x88
};

static const struct elf_spec spec = {
	.class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_S390,
	.symbols_type = SHT_SYMTAB, .symbols = symbols, .nr_symbols = ARRAY_SIZE(symbols),
	.text = 0x1000, .text_size = 0x100, .data_addr = 0x2000, .data_size = 0x100,
	.build_id = build_id, .build_id_len = sizeof(build_id),
};

static void check_symbols(const struct symtab *tab)
{
	uint64_t value, size;
	size_t i;
	static const char *const none[] = {
		"", "main.c", "$d", "$x.12", ".Ltmp1", "undefined", "common", "tls", "bot", "both2", "zzz", "A"
	};

	/* 20, less section, file, two mapping symbols, local label, undefined, common, TLS */
	assert_int_equal(symtab_count(tab), 12);
	assert_string_equal(symtab_build_id(tab), "001fabff55667788");
	assert_symbol(tab, "both", 0x1030, 12);
	assert_symbol(tab, "weak", 0x1044, 20);
	assert_symbol(tab, "_stext", 0x1000, 0);
	assert_symbol(tab, "$dollar", 0x1050, 0);
	assert_symbol(tab, "absolute", 0x1058, 0);
	assert_symbol(tab, "jiffies", 0x2008, 8);
	assert_symbol(tab, "jiffies_64", 0x2008, 8);
	for (i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(symtab_find(tab, none[i], &value, &size));

	assert_nearest(tab, 0, NULL, 0);
	assert_nearest(tab, 0xfff, NULL, 0);
	/* A function before a mark at the same address, a global before a local symbol. */
	assert_nearest(tab, 0x1000, "startup", 0);
	assert_nearest(tab, 0x100f, "startup", 0xf);
	assert_nearest(tab, 0x1010, "both", 0);
	assert_nearest(tab, 0x1035, "both", 5);
	/* Not the absolute one. */
	assert_nearest(tab, 0x1059, "$dollar", 9);
	/* The section ends at 0x10ff. */
	assert_nearest(tab, 0x10ff, "$dollar", 0xaf);
	assert_nearest(tab, 0x1100, NULL, 0);
	assert_nearest(tab, 0x2007, NULL, 0);
	assert_nearest(tab, 0x2009, "jiffies", 1);
	assert_nearest(tab, 0x2100, "data_end", 0);
	assert_nearest(tab, 0x2101, NULL, 0);
	assert_nearest(tab, UINT64_MAX, NULL, 0);
}

static void all_classes_and_byte_orders(void **state)
{
	static const struct {
		int class, data, machine;
	} kinds[] = {
		{ ELFCLASS32, ELFDATA2MSB, EM_S390 },
		{ ELFCLASS64, ELFDATA2MSB, EM_S390 },
		{ ELFCLASS64, ELFDATA2LSB, EM_X86_64 },
		{ ELFCLASS32, ELFDATA2LSB, EM_386 },
	};
	struct elf_spec s = spec;
	struct symtab *tab;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		s.class = kinds[i].class;
		s.data = kinds[i].data;
		s.machine = kinds[i].machine;
		elf_build(temp_path("file"), &s);
		assert_null(symtab_load(temp_path("file"), &tab));
		assert_string_equal(symtab_path(tab), temp_path("file"));
		check_symbols(tab);
		symtab_free(tab);
	}
}

static bool same_symbol(const struct symtab_symbol *a, const struct symtab_symbol *b)
{
	return !strcmp(a->name, b->name) && !strcmp(a->section, b->section) &&
	       a->value == b->value && a->size == b->size && a->last == b->last &&
	       a->absolute == b->absolute && a->type == b->type;
}

/* The first lookups go through the file, later ones through orders of its symbols: no difference. */
static void orders_tell_the_same(void **state)
{
	struct symtab *fresh, *used;
	struct symtab_symbol a, b;
	uint64_t addr;
	size_t i;
	int round;
	bool found;

	(void)state;
	elf_build(temp_path("file"), &spec);
	assert_null(symtab_load(temp_path("file"), &used));
	for (round = 0; round < 50; round++) {
		for (i = 0; i < ARRAY_SIZE(symbols); i++) {
			assert_null(symtab_load(temp_path("file"), &fresh));
			found = symtab_find_symbol(fresh, symbols[i].name, &a);
			assert_int_equal(symtab_find_symbol(used, symbols[i].name, &b), found);
			assert_true(!found || same_symbol(&a, &b));
			symtab_free(fresh);
		}
		for (addr = 0xff0 + (uint64_t)round; addr < 0x2110; addr += 50) {
			assert_null(symtab_load(temp_path("file"), &fresh));
			found = symtab_nearest_symbol(fresh, addr, &a);
			assert_int_equal(symtab_nearest_symbol(used, addr, &b), found);
			assert_true(!found || same_symbol(&a, &b));
			symtab_free(fresh);
		}
	}
	symtab_free(used);
}

static void sections_and_types(void **state)
{
	static const struct {
		const char *name, *section;
		char type;
	} rows[] = {
		{ "both", ".text", 'T' }, { "weak", ".text", 'W' }, { "absolute", "", 'A' },
		{ "jiffies", ".data", 'B' }, { "jiffies_64", ".data", 'b' }, { "_stext", ".text", 'T' },
	};
	struct symtab_symbol sym;
	struct symtab *tab;
	size_t i;

	(void)state;
	elf_build(temp_path("file"), &spec);
	assert_null(symtab_load(temp_path("file"), &tab));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(symtab_find_symbol(tab, rows[i].name, &sym));
		assert_string_equal(sym.section, rows[i].section);
		assert_int_equal(sym.type, rows[i].type);
	}
	symtab_free(tab);
}

static void dynamic_symbols_are_second_best(void **state)
{
	struct elf_spec s = spec;
	struct symtab *tab;

	(void)state;
	s.symbols_type = SHT_DYNSYM;
	s.build_id = NULL;
	elf_build(temp_path("file"), &s);
	assert_null(symtab_load(temp_path("file"), &tab));
	assert_symbol(tab, "both", 0x1030, 12);
	assert_string_equal(symtab_build_id(tab), "");
	symtab_free(tab);
}

/* A handful of symbols with very high addresses. */
static void high_addresses(void **state)
{
	static const struct elf_symbol high[] = {
		{ "top", UINT64_MAX, 1, STB_GLOBAL, STT_OBJECT, 1 },
		{ "low", 0xfffffffffffff000, 1, STB_GLOBAL, STT_OBJECT, 1 },
	};
	struct elf_spec s = spec;
	struct symtab *tab;

	(void)state;
	s.class = ELFCLASS64;
	s.symbols = high;
	s.nr_symbols = ARRAY_SIZE(high);
	s.text = 0xfffffffffffff000;
	s.text_size = 0x1000;
	elf_build(temp_path("file"), &s);
	assert_null(symtab_load(temp_path("file"), &tab));
	assert_nearest(tab, UINT64_MAX, "top", 0);
	assert_nearest(tab, UINT64_MAX - 1, "low", 0xffe);
	symtab_free(tab);
	/* A section that pretends to go on past 2^64. */
	s.text_size = 0x2000;
	elf_build(temp_path("file"), &s);
	assert_null(symtab_load(temp_path("file"), &tab));
	assert_nearest(tab, UINT64_MAX - 1, "low", 0xffe);
	symtab_free(tab);
}

/* __schedule and __sched_text_start; what is asked for by its name is another matter. */
static void functions_go_before_labels(void **state)
{
	static const struct elf_symbol symbols[] = {
		{ "label", 0x1010, 0, STB_GLOBAL, STT_NOTYPE, 1 },
		{ "function", 0x1010, 16, STB_LOCAL, STT_FUNC, 1 },
		{ "twin", 0x1020, 16, STB_LOCAL, STT_FUNC, 1 },
		{ "global_twin", 0x1020, 16, STB_GLOBAL, STT_FUNC, 1 },
	};
	struct elf_spec s = spec;
	struct symtab *tab;
	int i;

	(void)state;
	s.symbols = symbols;
	s.nr_symbols = 4;
	elf_build(temp_path("file"), &s);
	assert_null(symtab_load(temp_path("file"), &tab));
	/* By looking through the table, and later by an order. */
	for (i = 0; i < 200; i++) {
		assert_nearest(tab, 0x1014, "function", 4);
		assert_nearest(tab, 0x1020, "global_twin", 0);
	}
	assert_symbol(tab, "label", 0x1010, 0);
	symtab_free(tab);
}

static void names_are_completed_once_each(void **state)
{
	static const char *const all[] = {
		"$dollar", "_stext", "absolute", "both", "data_end", "jiffies", "jiffies_64",
		"startup", "weak"
	};
	struct symtab *tab;
	size_t i;

	(void)state;
	elf_build(temp_path("file"), &spec);
	assert_null(symtab_load(temp_path("file"), &tab));
	for (i = 0; i < ARRAY_SIZE(all); i++)
		assert_string_equal(symtab_complete(tab, "", i), all[i]);
	assert_null(symtab_complete(tab, "", i));
	assert_null(symtab_complete(tab, "", SIZE_MAX));
	assert_string_equal(symtab_complete(tab, "jif", 0), "jiffies");
	assert_string_equal(symtab_complete(tab, "jif", 1), "jiffies_64");
	assert_null(symtab_complete(tab, "jif", 2));
	assert_string_equal(symtab_complete(tab, "jiffies_", 0), "jiffies_64");
	assert_null(symtab_complete(tab, "c", 0));
	assert_null(symtab_complete(tab, "zzz", 0));
	symtab_free(tab);
}

static void similar_names(void **state)
{
	struct symtab *tab;

	(void)state;
	elf_build(temp_path("file"), &spec);
	assert_null(symtab_load(temp_path("file"), &tab));
	assert_string_equal(symtab_similar(tab, "jiffeis"), "jiffies");
	assert_string_equal(symtab_similar(tab, "jiffies64"), "jiffies_64");
	assert_string_equal(symtab_similar(tab, "Jiffies"), "jiffies");
	assert_string_equal(symtab_similar(tab, "stext"), "_stext");
	assert_string_equal(symtab_similar(tab, "bth"), "both");
	assert_null(symtab_similar(tab, "bt"));
	assert_null(symtab_similar(tab, ""));
	assert_null(symtab_similar(tab, "memcpy"));
	symtab_free(tab);
}

static void distances(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int max, distance;
	} rows[] = {
		{ "", "", 2, 0 }, { "a", "a", 0, 0 }, { "a", "b", 1, 1 }, { "a", "b", 0, 1 },
		{ "", "ab", 2, 2 }, { "ab", "", 1, 2 }, { "ab", "ba", 3, 1 }, { "abcd", "badc", 3, 2 },
		{ "kitten", "sitting", 3, 3 }, { "kitten", "sitting", 2, 3 }, { "abcdef", "uvwxyz", 3, 4 },
		{ "xabcdef", "abcdef", 1, 1 }, { "abcdef", "abcxef", 1, 1 }, { "ba", "ab", 1, 1 },
		{ "jiffeis", "jiffies", 1, 1 },
	};
	char longer[EDIT_DISTANCE_NAME_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(edit_distance(rows[i].a, strlen(rows[i].a), rows[i].b,
					       strlen(rows[i].b), rows[i].max), rows[i].distance);
		assert_int_equal(edit_distance(rows[i].b, strlen(rows[i].b), rows[i].a,
					       strlen(rows[i].a), rows[i].max), rows[i].distance);
	}
	memset(longer, 'x', sizeof(longer));
	assert_int_equal(edit_distance(longer, sizeof(longer) - 1, longer, sizeof(longer) - 1, 2), 0);
	assert_int_equal(edit_distance(longer, sizeof(longer), longer, sizeof(longer), 2), 3);
}

/* This program itself: symbols that the compiler and linker made. */
static void own_symbols(void **state)
{
	struct symtab *tab;
	uint64_t value, size, offset;

	(void)state;
	assert_null(symtab_load("/proc/self/exe", &tab));
	assert_true(symtab_count(tab) > 30);
	assert_true(symtab_find(tab, "symtab_load", &value, &size));
	assert_true(size > 0);
	assert_string_equal(symtab_nearest(tab, value + size - 1, &offset), "symtab_load");
	assert_true(offset == size - 1);
	/* Distances in the file are distances in memory, wherever it was loaded. */
	assert_true(symtab_find(tab, "symtab_free", &offset, &size));
	assert_true(value - offset == (uintptr_t)symtab_load - (uintptr_t)symtab_free);
	symtab_free(tab);
}

/* Each prefix of a file either loads or is refused with an error; nothing else happens. */
static void truncated_files(void **state)
{
	size_t len, n, loaded = 0;
	struct symtab *tab;
	unsigned char *data;
	struct error *err;
	char path[32];
	int fd;

	(void)state;
	fd = memory_file(path, sizeof(path));
	elf_build(path, &spec);
	data = read_all(path, &len);
	for (n = 0; n < len; n++) {
		write_all(path, data, n);
		err = symtab_load(path, &tab);
		if (err) {
			assert_int_equal(err->kind, ERROR_USAGE);
			error_free(err);
		} else {
			loaded++;
			symtab_free(tab);
		}
	}
	/* The section headers stand at the end: without all of them there is nothing. */
	assert_int_equal(loaded, 0);
	free(data);
	write_all(path, "\177ELF", 4);
	assert_refused(path, NULL);
	close(fd);
}

static void truncation_is_named(void **state)
{
	unsigned char *data;
	char path[128], want[256];
	size_t len;

	(void)state;
	elf_build(temp_path("file"), &spec);
	strcpy(path, temp_path("file"));
	data = read_all(path, &len);
	write_all(path, data, len - 1);
	snprintf(want, sizeof(want), "%s: is truncated or damaged: a part lies behind its end", path);
	assert_refused(path, want);
	free(data);
}

/*
 * Every byte of a file replaced by others: it loads or is refused, and what was
 * loaded can be looked through without harm.
 */
static void damaged_files(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	size_t len, i, j, k;
	struct symtab *tab;
	unsigned char *data, old;
	struct error *err;
	uint64_t offset;
	char path[32];
	int fd;

	(void)state;
	fd = memory_file(path, sizeof(path));
	elf_build(path, &spec);
	data = read_all(path, &len);
	for (i = 0; i < len; i++) {
		old = data[i];
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			data[i] = values[j];
			write_all(path, data, len);
			err = symtab_load(path, &tab);
			if (err) {
				error_free(err);
				continue;
			}
			for (k = 0; symtab_complete(tab, "", k); k++)
				assert_true(strlen(symtab_complete(tab, "", k)) < 4096);
			assert_true(k <= symtab_count(tab));
			symtab_nearest(tab, 0x1010, &offset);
			symtab_similar(tab, "jiffeis");
			symtab_free(tab);
		}
		data[i] = old;
	}
	close(fd);
	free(data);
}

static void names_that_are_none(void **state)
{
	static char longer[4000];
	struct elf_symbol odd[] = {
		{ longer, 1, 0, STB_GLOBAL, STT_OBJECT, 1 },
		{ "esc\033[1m", 2, 0, STB_GLOBAL, STT_OBJECT, 1 },
	};
	struct elf_spec s = spec;
	struct symtab *tab;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	s.symbols = odd;
	s.nr_symbols = ARRAY_SIZE(odd);
	elf_build(temp_path("file"), &s);
	assert_null(symtab_load(temp_path("file"), &tab));
	assert_symbol(tab, longer, 1, 0);
	assert_symbol(tab, "esc\033[1m", 2, 0);
	symtab_free(tab);
}

static void files_that_are_none(void **state)
{
	struct elf_spec s = spec;
	char path[128], want[256];

	(void)state;
	strcpy(path, temp_path("missing"));
	snprintf(want, sizeof(want), "%s: No such file or directory", path);
	assert_refused(path, want);

	snprintf(want, sizeof(want), "%s: is not a regular file", temp_dir);
	assert_refused(temp_dir, want);

	strcpy(path, temp_path("fifo"));
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(want, sizeof(want), "%s: is not a regular file", path);
	assert_refused(path, want);

	strcpy(path, temp_path("file"));
	snprintf(want, sizeof(want), "%s: is not an ELF file", path);
	write_all(path, "", 0);
	assert_refused(path, want);
	write_all(path, "#!/bin/sh\nexit 0\n", 17);
	assert_refused(path, want);
	write_all(path, "!<arch>\n", 8);
	assert_refused(path, want);

	snprintf(want, sizeof(want), "%s: has no symbols", path);
	s.symbols_type = 0;
	elf_build(path, &s);
	assert_refused(path, want);
	s.symbols_type = SHT_SYMTAB;
	s.nr_symbols = 0;
	elf_build(path, &s);
	assert_refused(path, want);
}

/* A path with control characters comes back harmless. */
static void odd_paths(void **state)
{
	char path[128], want[256];
	struct symtab *tab = NULL;
	struct error *err;

	(void)state;
	strcpy(path, temp_path("n\n\033[1m"));
	write_all(path, "x", 1);
	snprintf(want, sizeof(want), "%s/n\\n\\x1b[1m: is not an ELF file", temp_dir);
	err = symtab_load(path, &tab);
	assert_non_null(err);
	assert_string_equal(err->message, want);
	error_free(err);
	symtab_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_classes_and_byte_orders),
		cmocka_unit_test(orders_tell_the_same),
		cmocka_unit_test(sections_and_types),
		cmocka_unit_test(dynamic_symbols_are_second_best),
		cmocka_unit_test(high_addresses),
		cmocka_unit_test(functions_go_before_labels),
		cmocka_unit_test(names_are_completed_once_each),
		cmocka_unit_test(similar_names),
		cmocka_unit_test(distances),
		cmocka_unit_test(own_symbols),
		cmocka_unit_test(truncated_files),
		cmocka_unit_test(truncation_is_named),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(odd_paths),
	};

	return cmocka_run_group_tests_name("symtab", tests, temp_dir_make, temp_dir_remove);
}
