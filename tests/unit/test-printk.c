/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's log in both formats, right and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "freed.h"
#include "linux-memory.h"
#include "linux/printk.h"

/* Of Linux 6.1, with a smaller buffer: 16 descriptors, 512 bytes of text. */
#define PRB		0x1000
#define PRB_STRUCT	0x1100
#define DESCS		0x2000
#define INFOS		0x3000
#define TEXT		0x4000
#define COUNT_BITS	4
#define SIZE_BITS	9
#define TEXT_SIZE	(1U << SIZE_BITS)
#define FINALIZED	2U
#define TAIL_ID		0x100U
#define ROUNDS		3000

static const char ring_info[] =
	"SYMBOL(prb)=1000\n"
	"OFFSET(printk_ringbuffer.desc_ring)=0\n"
	"OFFSET(printk_ringbuffer.text_data_ring)=48\n"
	"OFFSET(prb_desc_ring.count_bits)=0\n"
	"OFFSET(prb_desc_ring.descs)=8\n"
	"OFFSET(prb_desc_ring.infos)=16\n"
	"OFFSET(prb_desc_ring.head_id)=24\n"
	"OFFSET(prb_desc_ring.tail_id)=32\n"
	"SIZE(prb_desc)=24\n"
	"OFFSET(prb_desc.state_var)=0\n"
	"OFFSET(prb_desc.text_blk_lpos)=8\n"
	"OFFSET(prb_data_blk_lpos.begin)=0\n"
	"OFFSET(prb_data_blk_lpos.next)=8\n"
	"SIZE(printk_info)=88\n"
	"OFFSET(printk_info.seq)=0\n"
	"OFFSET(printk_info.ts_nsec)=8\n"
	"OFFSET(printk_info.text_len)=16\n"
	"OFFSET(printk_info.caller_id)=20\n"
	"OFFSET(prb_data_ring.size_bits)=0\n"
	"OFFSET(prb_data_ring.data)=8\n";

static struct buf shown;
static size_t nr_shown, bytes_shown, limit;

static bool show(void *arg, const struct log_record *r)
{
	assert_ptr_equal(arg, &shown);
	assert_true(r->len <= LOG_TEXT_MAX && r->level < LOG_LEVELS);
	log_record_format(r, &shown);
	bytes_shown += r->len;
	return ++nr_shown != limit;
}

static struct error *read_log(struct linux_memory *m, size_t last, unsigned int levels)
{
	buf_reset(&shown);
	nr_shown = 0;
	bytes_shown = 0;
	return kernel_log(&m->k, last, levels, show, &shown);
}

static void check(struct linux_memory *m, size_t last, unsigned int levels, const char *text)
{
	assert_null(read_log(m, last, levels));
	assert_string_equal(buf_str(&shown), text);
}

/* All that can be read is shown, and so many records are said to be damaged. */
static void check_damaged(struct linux_memory *m, unsigned int damaged, const char *text)
{
	struct error *err = read_log(m, 0, 0);
	char message[80];

	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	snprintf(message, sizeof(message), "%u records of the guest's log are damaged", damaged);
	assert_string_equal(err->message, message);
	assert_string_equal(buf_str(&shown), text);
	error_free(err);
}

static uint64_t desc_of(unsigned int i)
{
	return DESCS + 24 * ((TAIL_ID + i) % (1U << COUNT_BITS));
}

static uint64_t info_of(unsigned int i)
{
	return INFOS + 88 * ((TAIL_ID + i) % (1U << COUNT_BITS));
}

static void put_state(struct linux_memory *m, unsigned int i, uint64_t state)
{
	fake_guest_put64(&m->guest, desc_of(i), state << 62 | (TAIL_ID + i));
}

/* Descriptor and info of the i-th record, its data block from begin to next. */
static void put_record(struct linux_memory *m, unsigned int i, uint64_t begin, uint64_t next,
		       size_t len)
{
	put_state(m, i, FINALIZED);
	fake_guest_put64(&m->guest, desc_of(i) + 8, begin);
	fake_guest_put64(&m->guest, desc_of(i) + 16, next);
	fake_guest_put64(&m->guest, info_of(i), 7 + i);
	fake_guest_put64(&m->guest, info_of(i) + 8, 1234567890U + i * 1000000000ULL);
	fake_guest_put16(&m->guest, info_of(i) + 16, (uint16_t)len);
	m->guest.memory[info_of(i) + 18] = 1;	/* facility */
	/* flags and level */
	m->guest.memory[info_of(i) + 19] = (unsigned char)(0xf8 | i % 8);
	fake_guest_put32(&m->guest, info_of(i) + 20, 1);
}

/* A record with its text at a position of the ring; the position behind it. */
static uint64_t put_text(struct linux_memory *m, unsigned int i, uint64_t begin, const char *text)
{
	uint64_t len = (8 + strlen(text) + 7) & ~7ULL, next = begin + len, at = begin % TEXT_SIZE;

	if (at + len > TEXT_SIZE) {
		/* It would cross the end: its data are at the beginning. */
		next = (begin / TEXT_SIZE + 1) * TEXT_SIZE + len;
		at = 0;
	}
	fake_guest_put64(&m->guest, TEXT + at, TAIL_ID + i);
	memcpy(m->guest.memory + TEXT + at + 8, text, strlen(text));
	put_record(m, i, begin, next, strlen(text));
	return next;
}

static struct linux_memory *make_ring(unsigned int records)
{
	struct linux_memory *m = linux_memory_new(ring_info);

	fake_guest_put64(&m->guest, PRB, PRB_STRUCT);
	fake_guest_put32(&m->guest, PRB_STRUCT, COUNT_BITS);
	fake_guest_put64(&m->guest, PRB_STRUCT + 8, DESCS);
	fake_guest_put64(&m->guest, PRB_STRUCT + 16, INFOS);
	fake_guest_put64(&m->guest, PRB_STRUCT + 24, TAIL_ID + records - 1);
	fake_guest_put64(&m->guest, PRB_STRUCT + 32, TAIL_ID);
	fake_guest_put32(&m->guest, PRB_STRUCT + 48, SIZE_BITS);
	fake_guest_put64(&m->guest, PRB_STRUCT + 56, TEXT);
	return m;
}

static struct linux_memory *make_three(void)
{
	struct linux_memory *m = make_ring(3);
	uint64_t next = put_text(m, 0, 0, "one");

	next = put_text(m, 1, next, "two\nlines\033");
	put_text(m, 2, next, "three");
	return m;
}

#define ONE	"[    1.234567] one\n"
#define TWO	"[    2.234567] two\n               lines\\x1b\n"
#define THREE	"[    3.234567] three\n"

static void ring(void **state)
{
	struct linux_memory *m = make_three();

	(void)state;
	check(m, 0, 0, ONE TWO THREE);
	check(m, 2, 0, TWO THREE);
	check(m, 100, 0, ONE TWO THREE);
	check(m, 0, 1U << 1, TWO);
	check(m, 1, 1U << 0 | 1U << 1, TWO);
	limit = 2;
	check(m, 0, 0, ONE TWO);
	limit = 0;
	linux_memory_free(m);
}

static void nothing_is_left(void **state)
{
	struct linux_memory *m = make_three();

	(void)state;
	freed_begin("three", 5);
	check(m, 0, 0, ONE TWO THREE);
	assert_int_equal(freed_end(), 0);
	linux_memory_free(m);
}

/* What is reserved, free, without data, or was written over is none; an empty line is one. */
static void ring_no_records(void **state)
{
	struct linux_memory *m = make_three();

	(void)state;
	put_state(m, 0, 0);
	check(m, 0, 0, TWO THREE);
	put_state(m, 0, 3);
	check(m, 0, 0, TWO THREE);
	put_state(m, 0, 1);
	check(m, 0, 0, ONE TWO THREE);
	put_record(m, 1, 1, 1, 5);
	check(m, 0, 0, ONE THREE);
	put_record(m, 1, 3, 3, 5);
	check(m, 0, 0, ONE "[    2.234567] \n" THREE);
	fake_guest_put64(&m->guest, TEXT, 99);
	check(m, 0, 0, "[    2.234567] \n" THREE);
	linux_memory_free(m);
}

static void ring_wraps(void **state)
{
	struct linux_memory *m = make_ring(2);
	uint64_t next = put_text(m, 0, (uint64_t)0 - 16, "crosses the end");

	(void)state;
	assert_int_equal(next, 24);
	put_text(m, 1, TEXT_SIZE - 16, "12345678");
	check(m, 0, 0, "[    1.234567] crosses the end\n[    2.234567] 12345678\n");
	linux_memory_free(m);
}

/* A text that claims to be longer than its block is cut; so are more records than the ring has. */
static void ring_cut(void **state)
{
	struct linux_memory *m = make_three();

	(void)state;
	fake_guest_put16(&m->guest, info_of(2) + 16, 65535);
	fake_guest_put64(&m->guest, PRB_STRUCT + 32, TAIL_ID - 1000);
	check(m, 3, 0, ONE TWO "[    3.234567] three\\x00\\x00\\x00\n");
	linux_memory_free(m);
}

static void ring_damaged(void **state)
{
	static const uint64_t positions[][2] = {
		{ 0, 3 * TEXT_SIZE }, { 16, 8 }, { 4, 24 }, { 0, 4 },
		{ UINT64_MAX - 7, 8 * TEXT_SIZE }, { 0, 0 },
	};
	struct linux_memory *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
		m = make_three();
		put_record(m, 0, positions[i][0], positions[i][1], 3);
		check_damaged(m, 1, TWO THREE);
		linux_memory_free(m);
	}
	m = make_three();
	fake_guest_put64(&m->guest, desc_of(1), (uint64_t)FINALIZED << 62 | 5);
	check_damaged(m, 1, ONE THREE);
	/* Nothing of it can be read. */
	fake_guest_put64(&m->guest, PRB_STRUCT + 8, LINUX_MEMORY);
	check_damaged(m, 3, "");
	linux_memory_free(m);
}

static void expect_error(struct linux_memory *m, enum error_kind kind)
{
	struct error *err = read_log(m, 0, 0);

	assert_non_null(err);
	assert_int_equal(err->kind, kind);
	error_free(err);
}

static void no_log(void **state)
{
	struct linux_memory *m = make_three();

	(void)state;
	fake_guest_put32(&m->guest, PRB_STRUCT, 40);
	expect_error(m, ERROR_NO);
	fake_guest_put32(&m->guest, PRB_STRUCT, COUNT_BITS);
	fake_guest_put32(&m->guest, PRB_STRUCT + 48, 64);
	expect_error(m, ERROR_NO);
	fake_guest_put64(&m->guest, PRB, 0xfffffffffffffff0ULL);
	expect_error(m, ERROR_ACCESS);
	fake_guest_put64(&m->guest, PRB, PRB_STRUCT);
	fake_guest_put32(&m->guest, PRB_STRUCT + 48, SIZE_BITS);
	m->interrupted = 1;
	expect_error(m, ERROR_PARTIAL);
	linux_memory_free(m);
	m = linux_memory_new("OSRELEASE=6.1\n");
	expect_error(m, ERROR_NO);
	linux_memory_free(m);
	m = linux_memory_new("SYMBOL(prb)=1000\nSIZE(prb_desc)=99999999999\n");
	expect_error(m, ERROR_NO);
	linux_memory_free(m);
}

/* Whatever stands there: no more records and bytes than the rings have. */
static void ring_hostile(void **state)
{
	struct linux_memory *m = make_ring(1U << COUNT_BITS);
	unsigned char *good;
	unsigned int round;

	(void)state;
	put_text(m, 0, 0, "text");
	good = linux_memory_copy(m);
	for (round = 0; round < ROUNDS; round++) {
		memcpy(m->guest.memory, good, LINUX_MEMORY);
		linux_memory_damage(m, DESCS, DESCS + 16 * 24, 1 + linux_memory_random(m) % 60);
		linux_memory_damage(m, INFOS, INFOS + 16 * 88, 1 + linux_memory_random(m) % 60);
		linux_memory_damage(m, TEXT, TEXT + TEXT_SIZE, 1 + linux_memory_random(m) % 60);
		if (round % 3 == 0)
			linux_memory_damage(m, PRB_STRUCT, PRB_STRUCT + 88, 1 + round % 4);
		error_free(read_log(m, round % 5, 0));
		if (round % 3)
			assert_true(nr_shown <= 1U << COUNT_BITS && bytes_shown <= TEXT_SIZE);
	}
	free(good);
	linux_memory_free(m);
}

/* struct printk_log of Linux 5.4, with the thread or CPU that wrote a record. */
static const char old_info[] =
	"SYMBOL(log_buf)=1000\nSYMBOL(log_buf_len)=1008\n"
	"SYMBOL(log_first_idx)=100c\nSYMBOL(log_next_idx)=1010\nSYMBOL(log_first_seq)=1018\n"
	"SIZE(printk_log)=20\nOFFSET(printk_log.ts_nsec)=0\nOFFSET(printk_log.len)=8\n"
	"OFFSET(printk_log.text_len)=10\nOFFSET(printk_log.dict_len)=12\n";

#define OLD_SIZE	256U

static uint32_t put_old(struct linux_memory *m, uint32_t at, uint64_t ns, unsigned int level,
			const char *text, const char *dict)
{
	uint32_t len = (20 + (uint32_t)(strlen(text) + strlen(dict)) + 3) & ~3U;

	fake_guest_put64(&m->guest, TEXT + at, ns);
	fake_guest_put16(&m->guest, TEXT + at + 8, (uint16_t)len);
	fake_guest_put16(&m->guest, TEXT + at + 10, (uint16_t)strlen(text));
	fake_guest_put16(&m->guest, TEXT + at + 12, (uint16_t)strlen(dict));
	m->guest.memory[TEXT + at + 14] = 3;
	m->guest.memory[TEXT + at + 15] = (unsigned char)(0x30 | level);
	fake_guest_put32(&m->guest, TEXT + at + 16, 0x80000001);
	memcpy(m->guest.memory + TEXT + at + 20, text, strlen(text));
	memcpy(m->guest.memory + TEXT + at + 20 + strlen(text), dict, strlen(dict));
	return at + len;
}

static struct linux_memory *make_old(uint32_t first, uint32_t next)
{
	struct linux_memory *m = linux_memory_new(old_info);

	fake_guest_put64(&m->guest, 0x1000, TEXT);
	fake_guest_put32(&m->guest, 0x1008, OLD_SIZE);
	fake_guest_put32(&m->guest, 0x100c, first);
	fake_guest_put32(&m->guest, 0x1010, next);
	fake_guest_put64(&m->guest, 0x1018, 41);
	return m;
}

static bool check_old_fields(void *arg, const struct log_record *r)
{
	struct buf b = BUF_INIT;

	assert_null(arg);
	assert_int_equal(r->sequence, 43);
	assert_int_equal(r->facility, 3);
	assert_int_equal(r->level, 4);
	log_record_caller(r, &b);
	log_record_text(r, &b);
	assert_string_equal(buf_str(&b), "C1third\n\\xff");
	buf_free(&b);
	return true;
}

/* Three records, the last one behind the wrap; dictionaries are left out. */
static struct linux_memory *make_old_three(void)
{
	struct linux_memory *m = make_old(150, 0);
	uint32_t at = put_old(m, 150, 1000000000, 6, "first", "SUBSYSTEM=pci");

	at = put_old(m, at, 2000001000, 3, "second", "");
	fake_guest_put16(&m->guest, TEXT + at + 8, 0);
	at = put_old(m, 0, 3000000000, 4, "third\n\xff", "DEVICE=+x");
	fake_guest_put32(&m->guest, 0x1010, at);
	return m;
}

#define OLD_FIRST	"[    1.000000] first\n"
#define OLD_SECOND	"[    2.000001] second\n"
#define OLD_THIRD	"[    3.000000] third\n               \\xff\n"

static void old(void **state)
{
	struct linux_memory *m = make_old_three();

	(void)state;
	check(m, 0, 0, OLD_FIRST OLD_SECOND OLD_THIRD);
	check(m, 2, 0, OLD_SECOND OLD_THIRD);
	check(m, 0, 1U << 3, OLD_SECOND);
	assert_null(kernel_log(&m->k, 1, 0, check_old_fields, NULL));
	linux_memory_free(m);
}

static void old_damaged(void **state)
{
	struct linux_memory *m = make_old_three();

	(void)state;
	/* No wrap is the second one, and no record is as small as this. */
	fake_guest_put16(&m->guest, TEXT + 8, 0);
	check_damaged(m, 1, OLD_FIRST OLD_SECOND);
	fake_guest_put16(&m->guest, TEXT + 8, 12);
	check_damaged(m, 1, OLD_FIRST OLD_SECOND);
	/* Nor does one go past the end. */
	fake_guest_put16(&m->guest, TEXT + 150 + 8, 200);
	check_damaged(m, 1, "");
	fake_guest_put32(&m->guest, 0x1008, 1U << 30);
	expect_error(m, ERROR_NO);
	linux_memory_free(m);
}

static void old_hostile(void **state)
{
	struct linux_memory *m = make_old_three();
	unsigned char *good = linux_memory_copy(m);
	unsigned int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		memcpy(m->guest.memory, good, LINUX_MEMORY);
		linux_memory_damage(m, TEXT, TEXT + OLD_SIZE, 1 + linux_memory_random(m) % 40);
		if (round % 3 == 0)
			linux_memory_damage(m, 0x1000, 0x1018, 1);
		error_free(read_log(m, round % 4, 0));
		if (round % 3)
			assert_true(nr_shown <= OLD_SIZE / 20 && bytes_shown <= OLD_SIZE);
	}
	free(good);
	linux_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring),
		cmocka_unit_test(nothing_is_left),
		cmocka_unit_test(ring_no_records),
		cmocka_unit_test(ring_wraps),
		cmocka_unit_test(ring_cut),
		cmocka_unit_test(ring_damaged),
		cmocka_unit_test(no_log),
		cmocka_unit_test(ring_hostile),
		cmocka_unit_test(old),
		cmocka_unit_test(old_damaged),
		cmocka_unit_test(old_hostile),
	};
	int failed = cmocka_run_group_tests_name("printk", tests, NULL, NULL);

	buf_free(&shown);
	return failed;
}
