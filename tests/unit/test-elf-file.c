/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF files that change while they are open (copies of this program), and sparse ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <elf.h>

#include "base/buf.h"
#include "base/endian.h"
#include "elf-build.h"
#include "sym/cfi.h"
#include "sym/elf-file.h"
#include "sym/lines.h"
#include "sym/symtab.h"
#include "sym/type.h"
#include "temp-dir.h"

/* A type that the tests look up. */
struct looked_up {
	int first;
	struct looked_up *next;
} looked_up;

static const char *copy_program(void)
{
	FILE *from = fopen("/proc/self/exe", "rb"), *to = fopen(temp_path("copy"), "wb");
	char data[65536];
	size_t n;

	assert_true(from && to);
	while ((n = fread(data, 1, sizeof(data), from)))
		assert_int_equal(fwrite(data, 1, n, to), n);
	fclose(from);
	assert_int_equal(fclose(to), 0);
	return temp_path("copy");
}

/* To one page: the ELF header is there, debugging information and section headers are not. */
static void shorten(const char *path)
{
	assert_int_equal(truncate(path, sysconf(_SC_PAGESIZE)), 0);
}

static uint64_t address_of(const char *path, const char *name)
{
	uint64_t addr = 0, size;
	struct symtab *tab;

	assert_null(symtab_load(path, &tab));
	assert_true(symtab_find(tab, name, &addr, &size));
	symtab_free(tab);
	return addr;
}

static void check_shorter(struct error *err)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_non_null(strstr(err->message, "/copy: has become shorter since it was opened"));
	error_free(err);
}

static void types_of_a_shorter_file(void **state)
{
	const char *path = copy_program();
	struct type_members members;
	struct type_info info;
	struct types *t = NULL;
	struct type type;
	struct error *err = types_open_elf(path, NULL, &t);

	(void)state;
	/* No debugging information: it was built so. */
	if (err && err->kind == ERROR_NO) {
		error_free(err);
		skip();
	}
	assert_null(err);
	looked_up.first = 1;
	assert_null(types_lookup(t, TYPE_NAMES_STRUCT, "looked_up", &type));
	assert_null(type_describe(&type, &info));
	assert_int_equal(info.size, sizeof(looked_up));
	shorten(path);
	check_shorter(type_get_members(&type, &members));
	check_shorter(type_describe(&type, &info));
	check_shorter(types_lookup(t, TYPE_NAMES_STRUCT, "types", &type));
	types_close(t);
}

/* What has no DWARF cannot show it. */
static void need_dwarf(struct error *err)
{
	if (err && err->kind == ERROR_NO) {
		error_free(err);
		skip();
	}
	assert_null(err);
}

static void lines_of_a_shorter_file(void **state)
{
	const char *path = copy_program();
	uint64_t addr = address_of(path, "lines_of_a_shorter_file");
	struct buf text = BUF_INIT;
	struct lines *l = NULL;

	(void)state;
	need_dwarf(lines_open(path, &l));
	/* libdw has them now; that the file is whole is asked each time. */
	assert_true(lines_find(l, addr, &text));
	buf_reset(&text);
	shorten(path);
	assert_false(lines_find(l, addr, &text));
	assert_string_equal(buf_str(&text), "");
	buf_free(&text);
	lines_close(l);
}

static bool read_nothing(void *arg, uint64_t addr, uint64_t *value)
{
	(void)arg;
	(void)addr;
	(void)value;
	return false;
}

static void frames_of_a_shorter_file(void **state)
{
	const char *path = copy_program();
	struct cfi_regs regs = { .pc = address_of(path, "main"), .known = UINT16_MAX }, caller;
	struct cfi *cfi = NULL;

	(void)state;
	need_dwarf(cfi_open(path, 0, &cfi));
	/* Only frames of s390x are known. */
	if (!cfi_step(cfi, &regs, read_nothing, NULL, &caller)) {
		cfi_close(cfi);
		skip();
	}
	shorten(path);
	assert_false(cfi_step(cfi, &regs, read_nothing, NULL, &caller));
	cfi_close(cfi);
}

/*
 * A file of 1 GiB that takes a few pages of the disk, a number of one of whose section
 * headers says that all of it is needed: it is refused.
 */
static void check_sparse(size_t section, size_t member, uint32_t number, const char *reason)
{
	static const struct elf_symbol symbol = { "start", 0x1000, 0, STB_GLOBAL, STT_FUNC, 1 };
	static const unsigned char build_id[8] = { 1 };
	static const struct elf_spec spec = {
		.class = ELFCLASS64, .data = ELFDATA2MSB, .machine = EM_S390,
		.symbols_type = SHT_SYMTAB, .symbols = &symbol, .nr_symbols = 1,
		.text = 0x1000, .text_size = 0x100, .build_id = build_id,
		.build_id_len = sizeof(build_id),
	};
	unsigned char header[sizeof(Elf64_Ehdr)], raw[4];
	const char *path = temp_path("sparse");
	struct symtab *tab = NULL;
	struct error *err;
	FILE *file;
	long at;

	elf_build(path, &spec);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fread(header, sizeof(header), 1, file), 1);
	at = (long)(get_be64(header + offsetof(Elf64_Ehdr, e_shoff)) + 64 * section + member);
	/* The lower half of 8 bytes. */
	at += member == offsetof(Elf64_Shdr, sh_size) ? 4 : 0;
	put_be32(raw, number);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fwrite(raw, sizeof(raw), 1, file), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(truncate(path, 1 << 30), 0);
	err = symtab_load(path, &tab);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_non_null(strstr(err->message, reason));
	error_free(err);
}

static void sparse_files(void **state)
{
	size_t size = offsetof(Elf64_Shdr, sh_size), info = offsetof(Elf64_Shdr, sh_info);

	(void)state;
	check_sparse(3, size, 1000 << 20, "/sparse: has a table of 1048576000 bytes, which is too large");
	check_sparse(4, size, (256 << 20) + 1, "/sparse: has a table of 268435457 bytes");
	check_sparse(5, size, 1000 << 20, "/sparse: has too many notes");
	check_sparse(0, size, 10000000, "/sparse: has too many headers");
	check_sparse(0, info, 10000000, "/sparse: has too many headers");
}

static void files_that_are_none(void **state)
{
	struct elf_file *f;
	struct error *err;

	(void)state;
	err = elf_file_open(temp_path("nosuch"), &f);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_null(f);
	error_free(err);
	assert_int_equal(mkfifo(temp_path("fifo"), 0600), 0);
	err = elf_file_open(temp_path("fifo"), &f);
	assert_non_null(strstr(err->message, "/fifo: is not a regular file"));
	error_free(err);
	fclose(fopen(temp_path("empty"), "w"));
	err = elf_file_open(temp_path("empty"), &f);
	assert_non_null(strstr(err->message, "/empty: is not an ELF file"));
	error_free(err);
	elf_file_close(NULL);
	assert_null(elf_file_check(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_of_a_shorter_file),
		cmocka_unit_test(lines_of_a_shorter_file),
		cmocka_unit_test(frames_of_a_shorter_file),
		cmocka_unit_test(sparse_files),
		cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests_name("elf-file", tests, temp_dir_make, temp_dir_remove);
}
