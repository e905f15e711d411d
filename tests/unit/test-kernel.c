/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Linux a guest is, and where its vmlinux may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake-guest.h"
#include "freed.h"
#include "linux/banner.h"
#include "linux/btf.h"
#include "linux/kernel.h"
#include "linux/vmlinux.h"

#define SIZE	0x40000
#define NOTE	0x2000
#define BUILD_ID "64191809e7272da77af306133aa6c566be0be242"

static struct fake_guest g;
static struct symbols *symbols;

static int setup(void **state)
{
	(void)state;
	fake_guest_init(&g, SIZE);
	symbols = symbols_new();
	return symbols ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	symbols_free(symbols);
	fake_guest_free(&g);
	return 0;
}

static struct kernel *open_kernel(const char *vmcoreinfo)
{
	const struct kernel_options opt = { .symbols = symbols, .debug_dir = "/nonexistent" };
	struct kernel *k = NULL;

	if (vmcoreinfo)
		fake_guest_vmcoreinfo(&g, NOTE, vmcoreinfo);
	assert_null(kernel_open(&g.target, &opt, &k));
	return k;
}

static void test_nothing(void **state)
{
	struct kernel *k = open_kernel(NULL);
	struct types *types;
	struct error *err;
	uint64_t addr;

	(void)state;
	assert_string_equal(k->release, "");
	assert_string_equal(k->build_id, "");
	assert_false(k->has_offset);
	assert_int_equal(k->source, KERNEL_SYMBOLS_NONE);
	err = kernel_symbol(k, "init_task", &addr);
	assert_int_equal(err->kind, ERROR_NO);
	assert_non_null(err->hint);
	error_free(err);
	err = kernel_types(k, &types);
	assert_int_equal(err->kind, ERROR_NO);
	error_free(err);
	err = kernel_load_modules(k);
	assert_int_equal(err->kind, ERROR_NO);
	error_free(err);
	kernel_close(k);
}

static void test_vmcoreinfo(void **state)
{
	struct kernel *k = open_kernel("OSRELEASE=6.1.0-50-s390x\nBUILD-ID=64191809E7272DA77af306133aa6c566be0be242\n"
				       "SYMBOL(_stext)=100000\nSYMBOL(prb)=e63e08\nKERNELOFFSET=0\n");
	uint64_t addr = 0;

	(void)state;
	assert_string_equal(k->release, "6.1.0-50-s390x");
	assert_string_equal(k->build_id, BUILD_ID);
	assert_true(k->has_offset && k->has_phys);
	assert_int_equal(k->offset, 0);
	assert_string_equal(k->offset_source, "VMCOREINFO");
	assert_null(kernel_symbol(k, "prb", &addr));
	assert_int_equal(addr, 0xe63e08);
	kernel_close(k);
}

/* Of what was looked through for a banner and for types. */
static void test_nothing_is_left(void **state)
{
	static const char mark[] = "a password";
	const struct kernel_place place = { .has_stext = true, .stext = 0x3000 };
	struct kernel k = { .mem = g.kmem, .place = place, .symbols = symbols };
	char release[65] = "", build_id[65] = "";
	const volatile int interrupted = 1;
	struct types *types;
	struct error *err;

	(void)state;
	fake_guest_puts(&g, 0x4000, mark);
	freed_begin(mark, strlen(mark));
	assert_null(banner_find(&g.kmem, &place, release, sizeof(release), build_id, sizeof(build_id)));
	err = btf_load(&k, &types);
	assert_non_null(err);
	error_free(err);
	k.opt.interrupted = &interrupted;
	err = btf_load(&k, &types);
	assert_non_null(err);
	error_free(err);
	assert_int_equal(freed_end(), 0);
}

/* Texts of a guest that would like to be something else. */
static void test_hostile_texts(void **state)
{
	struct kernel *k = open_kernel("OSRELEASE=6.1\033[2J\nBUILD-ID=../../../etc/passwd\n");

	(void)state;
	assert_null(strchr(k->release, '\033'));
	assert_string_equal(k->build_id, "");
	kernel_close(k);
	k = open_kernel("OSRELEASE=0123456789012345678901234567890123456789012345678901234567890123456789\n"
			"BUILD-ID=abc\n");
	assert_true(strlen(k->release) < sizeof(k->release));
	assert_string_equal(k->build_id, "");
	kernel_close(k);
}

static void test_refresh(void **state)
{
	struct kernel *k = open_kernel("OSRELEASE=6.1.0\n");
	bool same = false;

	(void)state;
	assert_null(kernel_refresh(k, &same));
	assert_true(same);
	fake_guest_vmcoreinfo(&g, NOTE, "OSRELEASE=6.1.1\n");
	assert_null(kernel_refresh(k, &same));
	assert_false(same);
	fake_guest_vmcoreinfo(&g, NOTE, "OSRELEASE=6.1.0\n");
	assert_null(kernel_refresh(k, &same));
	assert_true(same);
	/* It boots: its VMCOREINFO is not there yet. */
	fake_guest_put64(&g, 0xe0c, 0);
	assert_null(kernel_refresh(k, &same));
	assert_false(same);
	kernel_close(k);
}

static void test_releases(void **state)
{
	static const char *const good[] = { "6.1.0-50-s390x", "5.14.0-503.el9.s390x+debug", "6.4_x~rc1" };
	static const char *const bad[] = {
		"", ".", "..", "../x", "6.1/../../etc", "/etc", "6.1 x", "6.1\n", "6..1", ".hidden", "6.1%s",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(vmlinux_is_release(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(vmlinux_is_release(bad[i]));
}

static bool is_candidate(const char *release, const char *id, const char *dir, const char *expected)
{
	char path[256];
	size_t i;

	for (i = 0; vmlinux_candidate(release, id, dir, i, path, sizeof(path)); i++) {
		if (!strcmp(path, expected))
			return true;
	}
	return false;
}

static void test_candidates(void **state)
{
	static const char *const places[] = {
		"/usr/lib/debug/.build-id/64/191809e7272da77af306133aa6c566be0be242.debug",
		"/usr/lib/debug/boot/vmlinux-6.1", "/usr/lib/debug/lib/modules/6.1/vmlinux",
		"/boot/vmlinux-6.1", "/lib/modules/6.1/build/vmlinux", "/d/vmlinux", "/d/vmlinux-6.1",
		"/d/boot/vmlinux-6.1", "/d/lib/modules/6.1/vmlinux", "/d/usr/lib/debug/boot/vmlinux-6.1",
		"/d/.build-id/64/191809e7272da77af306133aa6c566be0be242.debug",
	};
	char path[256], small[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_true(is_candidate("6.1", BUILD_ID, "/d", places[i]));
	assert_false(is_candidate("6.1", BUILD_ID, NULL, "/d/vmlinux"));
	assert_true(vmlinux_candidate("6.1", BUILD_ID, "/d", 0, path, sizeof(path)));
	assert_string_equal(path, places[10]);
	/* A release that leads elsewhere is in no path; paths that are too long are none. */
	for (i = 0; vmlinux_candidate("../../x", BUILD_ID, "/d", i, path, sizeof(path)); i++)
		assert_null(strstr(path, ".."));
	for (i = 0; vmlinux_candidate("6.1", BUILD_ID, "/a/long/folder", i, small, sizeof(small)); i++)
		assert_true(strlen(small) < sizeof(small));
	for (i = 0; vmlinux_candidate("", "", NULL, i, path, sizeof(path)); i++)
		assert_string_equal(path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vmcoreinfo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refresh, setup, teardown),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
