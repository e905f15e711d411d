/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the live target that need no vCPU: planning of calls, bisection, scratch recognition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "target/kvm/plan.h"
#include "target/kvm/ram.h"
#include "target/kvm/scratch.h"

/* plan_chunk() */

static void chunks_end_at_their_multiples(void **state)
{
	(void)state;
	assert_int_equal(plan_chunk(0, 1, 65536), 1);
	assert_int_equal(plan_chunk(0, 65536, 65536), 65536);
	assert_int_equal(plan_chunk(0, 65537, 65536), 65536);
	assert_int_equal(plan_chunk(0xffff, 65537, 65536), 1);
	assert_int_equal(plan_chunk(0x1fff0, 0x20, 65536), 0x10);
	assert_int_equal(plan_chunk(0x123456, UINT64_MAX, 4096), 0xbaa);
	assert_int_equal(plan_chunk(UINT64_MAX, 5, 65536), 1);
	assert_int_equal(plan_chunk(UINT64_MAX - 0xffff, 1ULL << 40, 65536), 65536);
}

/* Every byte of a range is in exactly one chunk. */
static void chunks_cover_a_range(void **state)
{
	static const uint32_t limits[] = { 2048, 4096, 32768, 65536 };
	uint64_t addr, left, calls;
	uint32_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		calls = 0;
		for (addr = 0x7ffff123, left = 1000001; left; addr += n, left -= n) {
			n = plan_chunk(addr, left, limits[i]);
			assert_in_range(n, 1, left < limits[i] ? left : limits[i]);
			calls++;
		}
		assert_int_equal(addr, 0x7ffff123ULL + 1000001);
		assert_in_range(calls, 1000001 / limits[i], 1000001 / limits[i] + 2);
	}
}

/* plan_bisect() */

struct fake {
	uint64_t good;		/* prefixes of up to this many bytes are accessible */
	uint16_t code;
	unsigned int calls;
	unsigned int fail_at;	/* this call fails; 0: none */
};

static struct error *fake_probe(void *arg, uint64_t len, uint16_t *code)
{
	struct fake *f = arg;

	f->calls++;
	if (f->calls == f->fail_at)
		return error_new(ERROR_TARGET, "gone");
	*code = len > f->good ? f->code : 0;
	return NULL;
}

static void bisection_finds_every_byte(void **state)
{
	static const uint64_t addrs[] = { 0, 1, 4095, 0x7ffffff8, UINT64_MAX - 20000 };
	static const uint64_t lens[] = { 1, 2, 511, 4096, 4097, 12289, 65536 };
	struct fake f;
	uint64_t good, at;
	uint16_t code;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++)
		for (j = 0; j < sizeof(lens) / sizeof(lens[0]); j++)
			for (at = 0; at < lens[j]; at += 1 + at / 7) {
				f = (struct fake){ .good = at, .code = 0x11 };
				code = 0x11;
				assert_null(plan_bisect(addrs[i], lens[j], fake_probe, &f, &good,
							&code));
				assert_int_equal(good, at);
				assert_int_equal(code, 0x11);
				assert_true(f.calls <= 18);
			}
}

static void page_failures_take_few_calls(void **state)
{
	struct fake f = { .good = 9 * 4096, .code = 0x10 };
	uint16_t code = 0x10;
	uint64_t good;

	(void)state;
	assert_null(plan_bisect(0x10000, 65536, fake_probe, &f, &good, &code));
	assert_int_equal(good, 9 * 4096);
	assert_int_equal(f.calls, 5);
	f = (struct fake){ .good = 0, .code = 0x10 };
	assert_null(plan_bisect(0x10fff, 1, fake_probe, &f, &good, &code));
	assert_int_equal(good, 0);
	assert_int_equal(f.calls, 0);
}

/* The code that is told belongs to the first failing byte, not to the whole range. */
static struct error *two_holes(void *arg, uint64_t len, uint16_t *code)
{
	(void)arg;
	*code = len > 3 * 4096 ? 0x3b : len > 2 * 4096 ? 0x04 : 0;
	return NULL;
}

static void the_code_is_that_of_the_first_byte(void **state)
{
	uint16_t code = 0x3b;
	uint64_t good;

	(void)state;
	assert_null(plan_bisect(0, 65536, two_holes, NULL, &good, &code));
	assert_int_equal(good, 2 * 4096);
	assert_int_equal(code, 0x04);
}

static void errors_of_the_probe_are_handed_on(void **state)
{
	struct error *err;
	uint16_t code;
	uint64_t good;
	unsigned int i;

	(void)state;
	for (i = 1; i <= 6; i++) {
		struct fake f = { .good = 5000, .code = 0x11, .fail_at = i };

		code = 0x11;
		err = plan_bisect(0, 65536, fake_probe, &f, &good, &code);
		assert_non_null(err);
		assert_int_equal(f.calls, i);
		error_free(err);
	}
}

/* scratch_find() */

static void mappings_of_ours_are_recognised(void **state)
{
	char maps[] =
		"55d0c0000000-55d0c0103000 r-xp 00000000 fe:01 1234   /usr/bin/qemu-system-s390x\n"
		"7f0000000000-7f0000103000 rw-s 00000000 00:01 77     /dev/zero (deleted)\n"
		"7f0000200000-7f0000303000 rw-p 00000000 00:01 78     /dev/zero (deleted)\n"
		"7f0000400000-7f0000502000 rw-s 00000000 00:01 79     /dev/zero (deleted)\n"
		"7f0000600000-7f0000703000 rw-s 00001000 00:01 80     /dev/zero (deleted)\n"
		"7f0000800000-7f0000903000 rwxs 00000000 00:01 81     /dev/zero (deleted)\n"
		"7f0000a00000-7f0000b03000 rw-s 00000000 00:01 82     /tmp/a\\012/dev/zero (deleted)\n"
		"this is no line of maps\n"
		"7f0000c00000-7f0000d03000 r--s 00000000 00:01 83     /dev/zero (deleted)\n"
		"7f0000e00000-7f0000f03000 rw-s 00000000 00:01 84     /dev/zero (deleted)\n";
	uint64_t addrs[4] = { 0 };

	(void)state;
	assert_int_equal(SCRATCH_SIZE, 0x103000);
	assert_int_equal(scratch_find(maps, addrs, 4), 2);
	assert_int_equal(addrs[0], 0x7f0000000000);
	assert_int_equal(addrs[1], 0x7f0000e00000);
}

static void recognition_is_bounded(void **state)
{
	char maps[] =
		"7f0000000000-7f0000103000 rw-s 00000000 00:01 77     /dev/zero (deleted)\n"
		"7f0000200000-7f0000303000 rw-s 00000000 00:01 77     /dev/zero (deleted)";
	char again[sizeof(maps)];
	char empty[] = "";
	uint64_t addr;

	(void)state;
	memcpy(again, maps, sizeof(maps));
	assert_int_equal(scratch_find(maps, &addr, 1), 1);
	assert_int_equal(addr, 0x7f0000000000);
	assert_int_equal(scratch_find(again, &addr, 0), 0);
	assert_int_equal(scratch_find(empty, &addr, 1), 0);
}

/* scratch_judge() */

static void only_the_dead_are_inherited(void **state)
{
	const struct scratch_header self = {
		.magic = SCRATCH_MAGIC, .version = SCRATCH_VERSION,
		.pid = 100, .start_time = 5000, .pid_ns = 1, .time_ns = 2,
	};
	struct scratch_header h = self;

	(void)state;
	h.pid = 99;
	h.start_time = 4000;
	assert_int_equal(scratch_judge(&h, &self, 4000), SCRATCH_ALIVE);
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_DEAD);
	assert_int_equal(scratch_judge(&h, &self, 4711), SCRATCH_DEAD);	/* PID reused */
	assert_int_equal(scratch_judge(&h, &self, SCRATCH_HIDDEN), SCRATCH_ALIVE);
	h.pid_ns = 9;
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_ALIVE);
	h = self;
	h.time_ns = 9;
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_ALIVE);
	h = self;
	h.magic++;
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_FOREIGN);
	h = self;
	h.version++;
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_FOREIGN);
	h = self;
	h.pid = -1;
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_FOREIGN);
	memset(&h, 0, sizeof(h));
	assert_int_equal(scratch_judge(&h, &self, 0), SCRATCH_DEAD);
}

/* ram_find() */

/* What a QEMU with 2 GiB has: guards around its RAM, libraries, a stack, devices. */
static void guest_ram_is_among_the_candidates(void **state)
{
	char maps[] =
		"2aa00000000-2aa00800000 r-xp 00000000 08:01 11 /usr/bin/qemu-system-s390x\n"
		"2aa00900000-2aa00a21000 rw-p 00000000 00:00 0 [heap]\n"
		"3fe00000000-3fe80000000 rw-p 00000000 00:00 0 \n"
		"3fe80000000-3fe80001000 ---p 00000000 00:00 0 \n"
		"3fe80200000-3fe80300000 rwxp 00000000 00:00 0 \n"
		"3fe80400000-3fe80500000 r--p 00000000 00:00 0 \n"
		"3fe80600000-3fe80700000 rw-s 00000000 00:05 7 /dev/vfio/12\n"
		"3fe80800000-3fe80900000 rw-s 00000000 00:01 9 /memfd:ram (deleted)\n"
		"3fe80a00000-3fe80a01000 rw-s 00000000 00:0e 8 anon_inode:kvm-vcpu:0\n"
		"3fe81000000-3fe81021000 rw-p 00000000 00:00 0 \n";
	struct ram_candidate c[8];

	(void)state;
	assert_int_equal(ram_find(maps, c, 8), 2);
	assert_int_equal(c[0].start, 0x3fe00000000);
	assert_int_equal(c[0].size, 0x80000000);
	assert_int_equal(c[0].max, 0x80000000);
	assert_true(c[0].exact);
	assert_int_equal(c[1].start, 0x3fe80800000);
	assert_int_equal(c[1].size, RAM_MIB);
	assert_true(c[1].exact);
}

/* A VMM that has protected single pages of it, or advised the kernel about a part of it. */
static void guest_ram_in_pieces_is_put_together(void **state)
{
	char pages[] =
		"3fe00000000-3fe00190000 rw-p 00000000 00:00 0 \n"
		"3fe00190000-3fe00191000 ---p 00000000 00:00 0 \n"
		"3fe00191000-3fe00192000 r--p 00000000 00:00 0 \n"
		"3fe00192000-3fe00200000 rw-p 00000000 00:00 0 \n"
		"3fe00200000-3fe00201000 ---p 00000000 00:00 0 \n";
	char parts[] =
		"3fe00000000-3fe00400000 rw-s 00100000 00:01 9 /memfd:ram (deleted)\n"
		"3fe00400000-3fe00c00000 rw-s 00500000 00:01 9 /memfd:ram (deleted)\n"
		"3fe00c00000-3fe00d00000 rw-s 00000000 00:01 9 /memfd:ram (deleted)\n";
	struct ram_candidate c[8];

	(void)state;
	assert_int_equal(ram_find(pages, c, 8), 1);
	assert_int_equal(c[0].start, 0x3fe00000000);
	assert_int_equal(c[0].size, 0x200000);
	assert_int_equal(c[0].max, 0x200000);
	assert_int_equal(ram_find(parts, c, 8), 2);
	assert_int_equal(c[0].size, 0x400000);
	assert_int_equal(c[0].max, 0xc00000);
	assert_int_equal(c[1].start, 0x3fe00c00000);
	assert_int_equal(c[1].size, RAM_MIB);
}

/* Mappings that do not begin at a whole MiB were merged: every MiB within them may be it. */
static void merged_mappings_are_looked_into(void **state)
{
	char maps[] = "3fe00081000-3fe00381000 rw-p 00000000 00:00 0 \n";
	char large[] = "3fe00081000-3ff00081000 rw-p 00000000 00:00 0 \n";
	struct ram_candidate c[4];

	(void)state;
	assert_int_equal(ram_find(maps, c, 4), 2);
	assert_int_equal(c[0].start, 0x3fe00100000);
	assert_int_equal(c[0].max, 0x200000);
	assert_false(c[0].exact);
	assert_int_equal(c[1].start, 0x3fe00200000);
	assert_int_equal(c[1].max, 0x100000);
	assert_int_equal(ram_find(large, c, 4), 1);
	assert_int_equal(c[0].start, 0x3fe00100000);
}

static void candidates_are_bounded(void **state)
{
	char text[] = "3fe00081000-3fe01081000 rw-p 00000000 00:00 0 \nnonsense\n";
	char again[sizeof(text)], empty[] = "";
	struct ram_candidate c[3];

	(void)state;
	memcpy(again, text, sizeof(text));
	assert_int_equal(ram_find(text, c, 3), 3);
	assert_int_equal(ram_find(again, c, 0), 0);
	assert_int_equal(ram_find(empty, c, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_end_at_their_multiples),
		cmocka_unit_test(chunks_cover_a_range),
		cmocka_unit_test(bisection_finds_every_byte),
		cmocka_unit_test(page_failures_take_few_calls),
		cmocka_unit_test(the_code_is_that_of_the_first_byte),
		cmocka_unit_test(errors_of_the_probe_are_handed_on),
		cmocka_unit_test(mappings_of_ours_are_recognised),
		cmocka_unit_test(recognition_is_bounded),
		cmocka_unit_test(only_the_dead_are_inherited),
		cmocka_unit_test(guest_ram_is_among_the_candidates),
		cmocka_unit_test(guest_ram_in_pieces_is_put_together),
		cmocka_unit_test(merged_mappings_are_looked_into),
		cmocka_unit_test(candidates_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
