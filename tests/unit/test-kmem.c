/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory of a guest's kernel; VMCOREINFO; where the kernel is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/psw.h"
#include "base/endian.h"
#include "fake-guest.h"
#include "linux/banner.h"
#include "linux/place.h"
#include "linux/vmcoreinfo.h"
#include "target/vmcoreinfo.h"

#define SIZE		0x40000
#define NOTE		0x2000
#define OS_INFO		0x3000
#define VIRTUAL		0x40000000UL
#define ABSOLUTE	0x20000

static int setup(void **state)
{
	static struct fake_guest g;

	fake_guest_init(&g, SIZE);
	*state = &g;
	return 0;
}

static int teardown(void **state)
{
	fake_guest_free(*state);
	return 0;
}

static void expect_kind(struct error *err, enum error_kind kind)
{
	assert_non_null(err);
	assert_int_equal(err->kind, kind);
	error_free(err);
}

static void test_numbers(void **state)
{
	struct fake_guest *g = *state;
	uint64_t v64 = 0;
	uint32_t v32 = 0;
	uint16_t v16 = 0;
	uint8_t v8 = 0;

	fake_guest_put64(g, 0x1000, 0x0123456789abcdefUL);
	assert_null(kmem_u8(&g->kmem, 0x1001, &v8));
	assert_int_equal(v8, 0x23);
	assert_null(kmem_u16(&g->kmem, 0x1001, &v16));
	assert_int_equal(v16, 0x2345);
	assert_null(kmem_u32(&g->kmem, 0x1002, &v32));
	assert_int_equal(v32, 0x456789ab);
	assert_null(kmem_u64(&g->kmem, 0x1000, &v64));
	assert_int_equal(v64, 0x0123456789abcdefUL);
	expect_kind(kmem_u8(&g->kmem, SIZE, &v8), ERROR_ACCESS);
	expect_kind(kmem_u64(&g->kmem, SIZE - 4, &v64), ERROR_ACCESS);
	expect_kind(kmem_u64(&g->kmem, UINT64_MAX - 3, &v64), ERROR_ACCESS);
}

static void test_some(void **state)
{
	struct fake_guest *g = *state;
	unsigned char buf[64];

	assert_int_equal(kmem_read_some(&g->kmem, SIZE - 10, buf, sizeof(buf)), 10);
	assert_int_equal(kmem_read_some(&g->kmem, 0x1000, buf, sizeof(buf)), sizeof(buf));
	assert_int_equal(kmem_read_some(&g->kmem, SIZE, buf, sizeof(buf)), 0);
	assert_int_equal(kmem_read_some(&g->kmem, 0x1000, buf, 0), 0);
}

static void test_strings(void **state)
{
	struct fake_guest *g = *state;
	char buf[200];

	fake_guest_puts(g, 0x1ffb, "across the end of a page");
	assert_null(kmem_string(&g->kmem, 0x1ffb, buf, sizeof(buf)));
	assert_string_equal(buf, "across the end of a page");
	assert_null(kmem_string(&g->kmem, 0x1ffb, buf, 7));
	assert_string_equal(buf, "across");
	/* It ends before the end of storage, or does not. */
	fake_guest_puts(g, SIZE - 4, "end");
	assert_null(kmem_string(&g->kmem, SIZE - 4, buf, sizeof(buf)));
	assert_string_equal(buf, "end");
	g->memory[SIZE - 1] = 's';
	expect_kind(kmem_string(&g->kmem, SIZE - 4, buf, sizeof(buf)), ERROR_ACCESS);
	memset(g->memory + 0x1000, 'x', 300);
	assert_null(kmem_string(&g->kmem, 0x1000, buf, sizeof(buf)));
	assert_int_equal(strlen(buf), sizeof(buf) - 1);
}

static void test_spaces(void **state)
{
	struct fake_guest *g = *state;
	uint64_t absolute = 0;
	unsigned char byte = 0;

	g->memory[ABSOLUTE + 0x1234] = 0x5a;
	fake_guest_map(g, VIRTUAL, ABSOLUTE, 0x4000);
	assert_true(kmem_translate(&g->kmem, VIRTUAL + 0x1234, &absolute));
	assert_int_equal(absolute, ABSOLUTE + 0x1234);
	assert_false(kmem_translate(&g->kmem, VIRTUAL + 0x4000, &absolute));
	assert_false(kmem_translate(&g->kmem, UINT64_MAX, &absolute));
	assert_null(kmem_u8(&g->kmem, VIRTUAL + 0x1234, &byte));
	assert_int_equal(byte, 0x5a);
	assert_null(kmem_read_absolute(&g->kmem, ABSOLUTE + 0x1234, &byte, 1));
	assert_int_equal(byte, 0x5a);
	/* Real storage: the first 8 KiB and those of the prefix are exchanged. */
	g->regs.prefix = ABSOLUTE;
	fake_guest_refresh(g);
	assert_null(kmem_read_real(&g->kmem, 0x1234, &byte, 1));
	assert_int_equal(byte, 0x5a);
}

static void test_interrupted(void **state)
{
	struct fake_guest *g = *state;
	volatile int flag = 0;
	uint64_t value;

	kmem_deinit(&g->kmem);
	assert_null(kmem_init(&g->kmem, &g->target, &flag));
	assert_null(kmem_u64(&g->kmem, 0x1000, &value));
	flag = 2;
	expect_kind(kmem_u64(&g->kmem, 0x1000, &value), ERROR_PARTIAL);
	assert_int_equal(kmem_read_some(&g->kmem, 0x1000, &value, sizeof(value)), 0);
	g->kmem.interrupted = NULL;
}

static void test_vmcoreinfo(void **state)
{
	struct fake_guest *g = *state;
	struct vmcoreinfo info;
	uint64_t value = 0;
	char text[8];

	fake_guest_vmcoreinfo(g, NOTE, "OSRELEASE=6.1.0-9\nSYMBOL(a)=1fe\nOFFSET(s.m)=24\n"
			      "SIZE(s)=x\nSYMBOL(a)=2\nKERNELOFFSET=\nLAST=ff");
	assert_null(vmcoreinfo_read(&g->kmem, &info));
	assert_true(vmcoreinfo_get(&info, "OSRELEASE", text, sizeof(text)));
	assert_string_equal(text, "6.1.0-9");
	assert_true(vmcoreinfo_get(&info, "OSRELEASE", text, 4));
	assert_string_equal(text, "6.1");
	assert_true(vmcoreinfo_symbol(&info, "a", &value));
	assert_int_equal(value, 0x1fe);
	assert_true(vmcoreinfo_offset(&info, "s.m", &value));
	assert_int_equal(value, 24);
	assert_false(vmcoreinfo_size(&info, "s", &value));
	assert_false(vmcoreinfo_symbol(&info, "b", &value));
	assert_false(vmcoreinfo_number(&info, "KERNELOFFSET", 16, &value));
	assert_true(vmcoreinfo_number(&info, "LAST", 16, &value));
	assert_int_equal(value, 0xff);
	assert_false(vmcoreinfo_get(&info, "RELEASE", text, sizeof(text)));
	vmcoreinfo_free(&info);
}

/* None at all, and each way in which it can be wrong. */
static void test_vmcoreinfo_hostile(void **state)
{
	static const struct {
		uint64_t pointer;	/* 0: as it is right */
		uint32_t namesz, descsz;
		const char *name;
	} rows[] = {
		{ NOTE | 1, 11, 5, "VMCOREINFO" },		/* early in the boot */
		{ UINT64_MAX - 1, 11, 5, "VMCOREINFO" },
		{ SIZE, 11, 5, "VMCOREINFO" },
		{ SIZE - 16, 11, 5, "VMCOREINFO" },
		{ 0, 10, 5, "VMCOREINFO" },
		{ 0, 11, 0, "VMCOREINFO" },
		{ 0, 11, UINT32_MAX, "VMCOREINFO" },
		{ 0, 11, VMCOREINFO_MAX + 1, "VMCOREINFO" },
		{ 0, 11, 5, "VMCOREINF" },
	};
	struct fake_guest *g = *state;
	struct vmcoreinfo info;
	size_t i;

	assert_null(vmcoreinfo_read(&g->kmem, &info));
	assert_null(info.text);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_guest_vmcoreinfo(g, NOTE, "A=1\n");
		fake_guest_put32(g, NOTE, rows[i].namesz);
		fake_guest_put32(g, NOTE + 4, rows[i].descsz);
		fake_guest_puts(g, NOTE + 12, rows[i].name);
		if (rows[i].pointer)
			fake_guest_put64(g, 0xe0c, rows[i].pointer);
		assert_null(vmcoreinfo_read(&g->kmem, &info));
		assert_null(info.text);
	}
	/* A text that reaches beyond storage; one with a zero byte in it. */
	fake_guest_vmcoreinfo(g, SIZE - 64, "A=1\n");
	fake_guest_put32(g, SIZE - 60, 0x1000);
	assert_null(vmcoreinfo_read(&g->kmem, &info));
	assert_null(info.text);
	fake_guest_vmcoreinfo(g, NOTE, "A=1\nB=2\n");
	g->memory[NOTE + 24 + 4] = '\0';
	assert_null(vmcoreinfo_read(&g->kmem, &info));
	assert_int_equal(info.len, 4);
	vmcoreinfo_free(&info);
}

static void put_os_info(struct fake_guest *g, const uint64_t values[13])
{
	uint64_t sum = 0;
	size_t i;

	fake_guest_put64(g, 0xe18, OS_INFO);
	fake_guest_put64(g, OS_INFO, 0x4f53494e464f535aUL);
	fake_guest_put16(g, OS_INFO + 12, 1);
	fake_guest_put16(g, OS_INFO + 14, 1);
	for (i = 0; i < 13; i++)
		fake_guest_put64(g, OS_INFO + 32 + 20 * i, values[i]);
	for (i = 12; i < 4096; i += 4)
		sum += get_be32(g->memory + OS_INFO + i);
	while (sum >> 32)
		sum = (sum & 0xffffffff) + (sum >> 32);
	fake_guest_put32(g, OS_INFO + 8, (uint32_t)sum);
}

static void read_place(struct fake_guest *g, struct kernel_place *place)
{
	struct vmcoreinfo info;

	assert_null(vmcoreinfo_read(&g->kmem, &info));
	assert_null(kernel_place_read(&g->kmem, &info, place));
	vmcoreinfo_free(&info);
}

static void test_place_old(void **state)
{
	struct fake_guest *g = *state;
	struct kernel_place place;

	fake_guest_vmcoreinfo(g, NOTE, "SYMBOL(_stext)=500100000\nKERNELOFFSET=500000000\n");
	read_place(g, &place);
	assert_true(place.has_stext && place.has_offset && place.has_phys);
	assert_int_equal(place.stext, 0x500100000);
	assert_int_equal(place.offset, 0x500000000);
	assert_int_equal(place.phys, 0);
	assert_string_equal(place.source, "VMCOREINFO");
}

static void test_place_new(void **state)
{
	static const uint64_t values[13] = { [11] = 0x3ffffffff00 };
	struct fake_guest *g = *state;
	struct kernel_place place;

	fake_guest_vmcoreinfo(g, NOTE, "SYMBOL(_stext)=3fffe954000\nIDENTITYBASE=0\n"
			      "KERNELOFFSET=3fffe854000\nKERNELOFFPHYS=754000\n");
	put_os_info(g, values);
	read_place(g, &place);
	assert_int_equal(place.stext, 0x3fffe954000);
	assert_int_equal(place.offset, 0x3fffe854000);
	assert_int_equal(place.offset + place.phys, 0x754000);
	assert_true(place.has_end);
	assert_int_equal(place.end, 0x3ffffffff00);
}

static void test_place_os_info(void **state)
{
	static const uint64_t values[13] = {
		[5] = 0x3fffe854000, [6] = 0x754000, [10] = 0x3fffe954000, [11] = 0x40000000000,
	};
	struct fake_guest *g = *state;
	struct kernel_place place;

	put_os_info(g, values);
	read_place(g, &place);
	assert_true(place.has_offset && place.has_phys && place.has_stext && place.has_end);
	assert_int_equal(place.offset, 0x3fffe854000);
	assert_int_equal(place.offset + place.phys, 0x754000);
	assert_int_equal(place.stext, 0x3fffe954000);
	assert_string_equal(place.source, "os_info");
	/* A wrong checksum, a wrong magic number, an address that is none. */
	fake_guest_put64(g, OS_INFO + 32 + 20 * 5, 0x123000);
	read_place(g, &place);
	assert_false(place.has_offset);
	put_os_info(g, values);
	g->memory[OS_INFO] = 'X';
	read_place(g, &place);
	assert_false(place.has_offset);
	put_os_info(g, values);
	fake_guest_put64(g, 0xe18, OS_INFO + 8);
	read_place(g, &place);
	assert_false(place.has_offset);
	fake_guest_put64(g, 0xe18, 0xfffffffffffff000UL);
	read_place(g, &place);
	assert_false(place.has_offset);
}

/* Before VMCOREINFO: the absolute address, plus one, and an interruption handler. */
static void test_place_early(void **state)
{
	struct fake_guest *g = *state;
	struct kernel_place place;

	fake_guest_map(g, VIRTUAL, ABSOLUTE, 0x4000);
	fake_guest_put64(g, 0xe0c, ABSOLUTE | 1);
	fake_guest_put64(g, 0x1d8, VIRTUAL + 0x2000);
	read_place(g, &place);
	assert_true(place.has_offset && place.has_phys);
	assert_int_equal(place.offset, VIRTUAL);
	assert_int_equal(place.offset + place.phys, ABSOLUTE);
	assert_string_equal(place.source, "lowcore");
	/* A handler that is not mapped, or not in the image. */
	fake_guest_put64(g, 0x1d8, VIRTUAL + 0x5000);
	read_place(g, &place);
	assert_false(place.has_offset);
	fake_guest_put64(g, 0x1d8, VIRTUAL + 0x2000);
	fake_guest_put64(g, 0xe0c, (ABSOLUTE + 0x10000) | 1);
	read_place(g, &place);
	assert_false(place.has_offset);
	/* The handler is still the loader's: by where the CPU is, if it is in the kernel. */
	fake_guest_put64(g, 0xe0c, ABSOLUTE | 1);
	fake_guest_put64(g, 0x1d8, 0x101c8);
	g->kmem.walk.regs.psw_addr = VIRTUAL + 0x1000;
	g->kmem.walk.regs.psw_mask = PSW_MASK_DAT;
	read_place(g, &place);
	assert_true(place.has_offset);
	assert_int_equal(place.offset, VIRTUAL);
	assert_int_equal(place.offset + place.phys, ABSOLUTE);
	g->kmem.walk.regs.psw_mask = 0;
	read_place(g, &place);
	assert_false(place.has_offset);
}

static bool handler(void *arg, const char *name, uint64_t *addr)
{
	(void)arg;
	*addr = !strcmp(name, "system_call") ? 0x2000 : 0x3000;
	return !strcmp(name, "system_call") || !strcmp(name, "io_int_handler");
}

static void test_place_psws(void **state)
{
	struct fake_guest *g = *state;
	uint64_t offset = 0;

	assert_false(kernel_place_by_psws(&g->kmem, handler, NULL, &offset));
	fake_guest_put64(g, 0x1c8, 0x702000);
	assert_false(kernel_place_by_psws(&g->kmem, handler, NULL, &offset));
	fake_guest_put64(g, 0x1f8, 0x703004);
	assert_false(kernel_place_by_psws(&g->kmem, handler, NULL, &offset));
	fake_guest_put64(g, 0x1f8, 0x703000);
	assert_true(kernel_place_by_psws(&g->kmem, handler, NULL, &offset));
	assert_int_equal(offset, 0x700000);
}

static void test_banner(void **state)
{
	static const unsigned char note[] = {
		0, 0, 0, 4, 0, 0, 0, 20, 0, 0, 0, 3, 'G', 'N', 'U', 0,
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 255,
	};
	const struct kernel_place place = { .has_stext = true, .stext = 0x5000 };
	struct fake_guest *g = *state;
	char release[16] = "", id[65] = "";

	assert_null(banner_find(&g->kmem, &place, release, sizeof(release), id, sizeof(id)));
	assert_string_equal(release, "");
	assert_string_equal(id, "");
	/* A format and one that is too long are none; the last bytes of storage count. */
	fake_guest_puts(g, 0x5000, "Linux version %s (%s)");
	fake_guest_puts(g, 0x5100, "Linux version 5.19.0-0123456789-too-long (x)");
	fake_guest_puts(g, 0x5200, "Linux version 5.4.0 (root@host)");
	fake_guest_put(g, SIZE - sizeof(note), note, sizeof(note));
	assert_null(banner_find(&g->kmem, &place, release, sizeof(release), id, sizeof(id)));
	assert_string_equal(release, "5.4.0");
	assert_string_equal(id, "0102030405060708090a0b0c0d0e0f10111213ff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_some, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spaces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vmcoreinfo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vmcoreinfo_hostile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_old, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_new, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_os_info, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_early, setup, teardown),
		cmocka_unit_test_setup_teardown(test_place_psws, setup, teardown),
		cmocka_unit_test_setup_teardown(test_banner, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
