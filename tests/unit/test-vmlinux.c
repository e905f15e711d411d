/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a guest's kernel and of its modules, in folders that others have filled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <elf.h>

#include "elf-build.h"
#include "fake-guest.h"
#include "linux/kernel.h"
#include "linux/module-file.h"
#include "temp-dir.h"

#define SIZE	0x40000
#define NOTE	0x2000
#define STEXT	0x10000

static const unsigned char build_id[] = { 0x64, 0x19, 0x18, 0x09, 0xe7, 0x27, 0x2d, 0xa7 };
static unsigned char code[64] = { 0x07, 0x07 };
static const struct elf_symbol kernel_symbols[] = {
	{ "_stext", STEXT, 0, STB_GLOBAL, STT_FUNC, 1 },
	{ "linux_banner", STEXT + 32, 32, STB_GLOBAL, STT_OBJECT, 1 },
};
static const struct elf_spec vmlinux = {
	.class = ELFCLASS64, .data = ELFDATA2MSB, .machine = EM_S390, .symbols_type = SHT_SYMTAB,
	.symbols = kernel_symbols, .nr_symbols = 2, .text = STEXT, .text_size = sizeof(code),
	.text_bytes = code, .build_id = build_id, .build_id_len = sizeof(build_id),
};

static struct fake_guest g;
static struct symbols *symbols;
static char *text;	/* what was logged */
static size_t text_len;
static struct log log_to = { .verbose = 1 };

static int setup(void **state)
{
	(void)state;
	fake_guest_init(&g, SIZE);
	fake_guest_vmcoreinfo(&g, NOTE, "OSRELEASE=6.1.0\nBUILD-ID=64191809e7272da7\nSYMBOL(_stext)=10000\n"
			      "KERNELOFFSET=0\n");
	symbols = symbols_new();
	log_to.stream = open_memstream(&text, &text_len);
	return symbols && log_to.stream ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	symbols_free(symbols);
	fake_guest_free(&g);
	fclose(log_to.stream);
	free(text);
	return 0;
}

static int remove_all(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", temp_dir);
	return system(command);
}

static struct kernel *open_kernel(const char *debug_dir)
{
	const struct kernel_options opt = { .symbols = symbols, .debug_dir = debug_dir, .log = &log_to };
	struct kernel *k = NULL;

	assert_null(kernel_open(&g.target, &opt, &k));
	return k;
}

/* A line that begins so was logged, and nothing that a terminal would obey. */
static void check_logged(const char *line)
{
	assert_int_equal(fflush(log_to.stream), 0);
	if (!strstr(text, line))
		fail_msg("'%s' is not in: %s", line, text);
	assert_null(strchr(text, '\033'));
}

/* Names with control characters: the folder's is given, or unpacked with what is in it. */
static void test_names(void **state)
{
	static const unsigned char other_id[] = { 1, 2, 3, 4 };
	struct module module = { .name = "ext4", .build_id = "0011" };
	struct modules modules = { .list = &module, .n = 1 };
	struct elf_spec other = vmlinux;
	char dir[128], file[256], line[256];
	struct kernel *k;

	(void)state;
	strcpy(dir, temp_path("d\033]0;x"));
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(file, sizeof(file), "%s/vmlinux", dir);
	other.build_id = other_id;
	other.build_id_len = sizeof(other_id);
	elf_build(file, &other);
	k = open_kernel(dir);
	assert_int_equal(k->source, KERNEL_SYMBOLS_NONE);
	snprintf(line, sizeof(line), "%s/d\\x1b]0;x/vmlinux has another build id", temp_dir);
	check_logged(line);
	kernel_close(k);

	elf_build(file, &vmlinux);
	k = open_kernel(dir);
	assert_int_equal(k->source, KERNEL_SYMBOLS_FILE);
	assert_string_equal(k->vmlinux, file);
	snprintf(line, sizeof(line), "the guest does not have the code of %s/d\\x1b]0;x/vmlinux",
		 temp_dir);
	check_logged(line);
	snprintf(line, sizeof(line), "symbols of the guest's kernel: %s/d\\x1b]0;x/vmlinux", temp_dir);
	check_logged(line);
	kernel_close(k);

	fake_guest_put(&g, STEXT, code, sizeof(code));
	k = open_kernel(dir);
	snprintf(line, sizeof(line), "the code at _stext is that of %s/d\\x1b]0;x/vmlinux", temp_dir);
	check_logged(line);

	snprintf(file, sizeof(file), "mkdir -p %s/lib/modules/6.1.0", temp_dir);
	assert_int_equal(system(file), 0);
	elf_build(temp_path("lib/modules/6.1.0/ext4.ko\033[2J"), &other);
	k->opt.debug_dir = temp_dir;
	assert_null(module_files_find(k, &modules));
	assert_string_equal(module.file, "");
	check_logged("lib/modules/6.1.0/ext4.ko\\x1b[2J has another build id");
	kernel_close(k);
}

/* Run a command of the shell in the folder of the tests. */
static bool run(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && { %s; } >/dev/null 2>&1", temp_dir, command);
	return !system(line);
}

static const char modules_dir[] = "lib/modules/6.1.0";

/* Which file of the folder is found for a module with the kernel's build id. */
static void find_module(struct kernel *k, const char *expected)
{
	struct module module = { .name = "snd_hda", .build_id = "64191809e7272da7" };
	struct modules modules = { .list = &module, .n = 1 };
	const char *name;

	k->opt.debug_dir = temp_dir;
	assert_null(module_files_find(k, &modules));
	name = strrchr(module.file, '/');
	assert_string_equal(name ? name + 1 : "", expected);
}

/* Files of modules may be compressed. */
static void test_compressed_modules(void **state)
{
	static const struct {
		const char *command, *name;
	} kinds[] = {
		{ "gzip", "snd-hda.ko.gz" }, { "xz", "snd-hda.ko.xz" },
	};
	struct kernel *k = open_kernel("/nonexistent");
	unsigned int tried = 0;
	char command[256], file[128];
	size_t i;

	(void)state;
	assert_true(run("mkdir -p lib/modules/6.1.0"));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		elf_build(temp_path("module"), &vmlinux);
		snprintf(file, sizeof(file), "%s/%s", modules_dir, kinds[i].name);
		snprintf(command, sizeof(command), "%s -c module >%s", kinds[i].command, file);
		if (run(command)) {
			find_module(k, kinds[i].name);
			tried++;
		}
		/* Cut off, it is none. */
		assert_int_equal(truncate(temp_path(file), 100), 0);
		find_module(k, "");
		unlink(temp_path(file));
	}
	/* Nobody compresses modules so, and libdw may never end. */
	snprintf(file, sizeof(file), "%s/snd-hda.ko.bz2", modules_dir);
	if (run("bzip2 -c module >module.bz2 && mv module.bz2 lib/modules/6.1.0/snd-hda.ko.bz2")) {
		assert_int_equal(truncate(temp_path(file), 100), 0);
		find_module(k, "");
		unlink(temp_path(file));
	}
	kernel_close(k);
	if (!tried)
		skip();
}

/* Some KiB that would be 512 MiB: neither as a kernel nor as a module do they get our memory. */
static void test_much_in_little(void **state)
{
	struct rusage before, after;
	struct kernel *k;

	(void)state;
	if (!run("mkdir -p lib/modules/6.1.0 && head -c 512M /dev/zero | gzip -1 >vmlinux && "
		 "cp vmlinux lib/modules/6.1.0/snd-hda.ko.gz"))
		skip();
	getrusage(RUSAGE_SELF, &before);
	k = open_kernel(temp_dir);
	assert_int_equal(k->source, KERNEL_SYMBOLS_NONE);
	check_logged("/vmlinux: is not an ELF file");
	find_module(k, "");
	kernel_close(k);
	getrusage(RUSAGE_SELF, &after);
	/* KiB */
	assert_true(after.ru_maxrss - before.ru_maxrss < 100L << 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_compressed_modules, setup, teardown),
		cmocka_unit_test_setup_teardown(test_much_in_little, setup, teardown),
	};

	return cmocka_run_group_tests_name("vmlinux", tests, temp_dir_make, remove_all);
}
