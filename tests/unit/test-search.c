/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What search, diff and map are made of: patterns, ranges as words, comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/compare.h"
#include "cli/pattern.h"
#include "cli/range-arg.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void assert_error(struct error *err, const char *message)
{
	assert_non_null(err);
	assert_string_equal(err->message, message);
	assert_int_equal(err->kind, ERROR_USAGE);
	error_free(err);
}

/* patterns */

static void patterns_become_values_and_masks(void **state)
{
	static const struct {
		enum mem_type type;
		const char *text, *mask;
		size_t len;
		unsigned char value[8], bits[8];
	} rows[] = {
		{ MEM_HEX, "0x12aB", NULL, 2, { 0x12, 0xab }, { 0xff, 0xff } },
		{ MEM_HEX, "1??2??", NULL, 3, { 0x10, 0x02, 0 }, { 0xf0, 0x0f, 0 } },
		{ MEM_HEX, "ff80", "3f00", 2, { 0x3f, 0 }, { 0x3f, 0 } },
		{ MEM_U8, "200", NULL, 1, { 200 }, { 0xff } },
		{ MEM_U16, "-2", NULL, 2, { 0xff, 0xfe }, { 0xff, 0xff } },
		{ MEM_U32, "0x12345678", "ff0000ff", 4, { 0x12, 0, 0, 0x78 }, { 0xff, 0, 0, 0xff } },
		{ MEM_U64, "1", NULL, 8, { 0, 0, 0, 0, 0, 0, 0, 1 },
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		{ MEM_STR, "a?", NULL, 2, { 'a', '?' }, { 0xff, 0xff } },
		{ MEM_EBCDIC, "A1", NULL, 2, { 0xc1, 0xf1 }, { 0xff, 0xff } },
	};
	struct pattern p;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(pattern_parse(rows[i].type, NULL, rows[i].text, rows[i].mask, &p));
		assert_int_equal(p.len, rows[i].len);
		assert_memory_equal(p.value, rows[i].value, p.len);
		assert_memory_equal(p.mask, rows[i].bits, p.len);
		pattern_free(&p);
	}
}

static void bad_patterns_are_refused(void **state)
{
	char *digits = malloc(2 * PATTERN_MAX + 3);
	struct pattern p;

	(void)state;
	assert_error(pattern_parse(MEM_HEX, NULL, "", NULL, &p), "pattern '': it is empty");
	assert_error(pattern_parse(MEM_STR, NULL, "", NULL, &p), "pattern '': it is empty");
	assert_error(pattern_parse(MEM_HEX, NULL, "123", NULL, &p),
		     "pattern '123': an odd number of hex digits");
	assert_error(pattern_parse(MEM_HEX, NULL, "1\n", NULL, &p),
		     "pattern '1\\n': not all of it are hex digits or ?");
	/* In two parts, for there are trigraphs. */
	assert_error(pattern_parse(MEM_HEX, NULL, "????", NULL, &p),
		     "pattern '???" "?': everything would match");
	pattern_free(&p);
	assert_error(pattern_parse(MEM_HEX, NULL, "12", "00", &p), "pattern '12': everything would match");
	pattern_free(&p);
	assert_error(pattern_parse(MEM_HEX, NULL, "1234", "ff", &p),
		     "mask and pattern are not equally long: 1 and 2 bytes");
	pattern_free(&p);
	assert_error(pattern_parse(MEM_U8, NULL, "256", NULL, &p), "value '256' does not fit");
	assert_non_null(digits);
	memset(digits, '1', 2 * PATTERN_MAX + 2);
	digits[2 * PATTERN_MAX + 2] = '\0';
	assert_error(pattern_parse(MEM_HEX, NULL, digits, NULL, &p), "the pattern has 4097 bytes, more than 4096");
	digits[2 * PATTERN_MAX] = '\0';
	assert_null(pattern_parse(MEM_HEX, NULL, digits, NULL, &p));
	pattern_free(&p);
	free(digits);
}

/* The same as pattern_find(), plainly. */
static size_t find_plainly(const struct pattern *p, const unsigned char *buf, size_t len, size_t from,
			   size_t end, uint64_t first, uint64_t align)
{
	size_t at, i;

	for (at = from; at < end && at + p->len <= len; at++) {
		if (at < first || (at - first) % align)
			continue;
		for (i = 0; i < p->len && !((buf[at + i] ^ p->value[i]) & p->mask[i]); i++)
			;
		if (i == p->len)
			return at;
	}
	return PATTERN_NONE;
}

/* A pattern of few different bits, so that it is found now and then. */
static void make_pattern(struct pattern *p)
{
	char text[2 * 12 + 1];
	size_t len = 1 + (size_t)(random() % 12), i;
	struct error *err;

	do {
		for (i = 0; i < 2 * len; i++)
			text[i] = random() % 4 ? "01"[i % 2 ? random() % 2 : 0] : '?';
		text[2 * len] = '\0';
		err = pattern_parse(MEM_HEX, NULL, text, NULL, p);
		if (err)
			pattern_free(p);
		error_free(err);
	} while (err);
}

static void patterns_are_found_where_they_are(void **state)
{
	static const uint64_t aligns[] = { 1, 2, 3, 4, 5, 8, 12, 16, 64, 1000, UINT64_MAX };
	size_t len, from, end, expected, found, hits = 0;
	unsigned char *buf;
	uint64_t align, first;
	struct pattern p;
	int round, i;

	(void)state;
	srandom(1);
	for (round = 0; round < 20000; round++) {
		/* Allocated as long as it is, so that valgrind and sanitizers see what is read. */
		len = (size_t)(random() % 700) + 1;
		buf = malloc(len);
		assert_non_null(buf);
		for (i = 0; i < (int)len; i++)
			buf[i] = random() % 8 ? 0 : (unsigned char)(random() % 3);
		make_pattern(&p);
		align = aligns[random() % (long)ARRAY_SIZE(aligns)];
		first = (uint64_t)(random() % 64) % align;
		from = (size_t)(random() % 100);
		end = random() % 2 ? len : (size_t)(random() % 800);
		expected = find_plainly(&p, buf, len, from, end, first, align);
		found = pattern_find(&p, buf, len, from, end, first, align);
		hits += found != PATTERN_NONE;
		assert_int_equal(found, expected);
		pattern_free(&p);
		free(buf);
	}
	assert_in_range(hits, 2000, 18000);
}

/* ranges */

static const char *text_of(const char *s)
{
	return s ? s : "(none)";
}

static void ranges_are_taken_apart(void **state)
{
	static const struct {
		const char *word;
		bool or_addr;
		const char *addr, *last, *len;
	} rows[] = {
		{ "0x1000-0x1fff", false, "0x1000", "0x1fff", NULL },
		{ "0x1000:0x1fff", false, "0x1000", "0x1fff", NULL },
		{ "0x1000.4K", false, "0x1000", NULL, "4K" },
		{ "0x1000+4K", false, "0x1000", NULL, "4K" },
		{ "start+8-end+16", false, "start+8", "end+16", NULL },
		{ "start+8:end-16", false, "start+8", "end-16", NULL },
		{ "start-8:end", false, "start-8", "end", NULL },
		{ "start+8+16", false, "start+8", NULL, "16" },
		{ "start-8.16", false, "start-8", NULL, "16" },
		{ "f.isra.0+8", false, "f.isra.0", NULL, "8" },
		{ "home:start+8", false, "home:start", NULL, "8" },
		{ "home:start:end", false, "home:start", "end", NULL },
		{ "ar5:1-2", false, "ar5:1", "2", NULL },
		{ "alet=0x10003:1.2", false, "alet=0x10003:1", NULL, "2" },
		{ "ar:5:1:2", false, "ar:5:1", "2", NULL },
		{ "0x1000", true, "0x1000", NULL, NULL },
		{ "pri:start", true, "pri:start", NULL, NULL },
		{ "pri:start+8", true, "pri:start", NULL, "8" },
		{ "%r15-%r14", true, "%r15", "%r14", NULL },
		{ "(end-start)-end", false, "(end-start)", "end", NULL },
		{ "*(%r15-8)-*(%r15+8)", false, "*(%r15-8)", "*(%r15+8)", NULL },
		{ "start&-4096-end|4095", false, "start&-4096", "end|4095", NULL },
		{ "(start+8)+16", false, "(start+8)", NULL, "16" },
		{ "*(start+8)", true, "*(start+8)", NULL, NULL },
	};
	struct range_arg r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(range_arg_word(rows[i].word, rows[i].or_addr, &r));
		assert_string_equal(text_of(r.addr), rows[i].addr);
		assert_string_equal(text_of(r.last), text_of(rows[i].last));
		assert_string_equal(text_of(r.len), text_of(rows[i].len));
		range_arg_free(&r);
	}
}

static void bad_ranges_are_refused(void **state)
{
	static const struct {
		const char *word, *message;
	} rows[] = {
		{ "0x1000", "range '0x1000' has no end" },
		{ "start+end", "range 'start+end' has no end" },
		{ "start.0", "range 'start.0' has no end" },
		{ "", "range '' has no end" },
		{ "pri:", "range 'pri:' has no end" },
		{ "1-", "range '1-' has nothing behind its separator" },
		{ "1:", "range '1:' has nothing behind its separator" },
		{ "-1", "range '-1' has nothing before its separator" },
		{ "home:-1", "range 'home:-1' has nothing before its separator" },
		{ ".4K", "range '.4K' has nothing before its separator" },
		{ "\x1b+1x", "range '\\x1b+1x' has no end" },
	};
	struct range_arg r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_error(range_arg_word(rows[i].word, false, &r), rows[i].message);
		range_arg_free(&r);
	}
}

static void ranges_are_evaluated(void **state)
{
	struct session s = { .vcpu_fd = -1 };
	struct access a = ACCESS_INIT(0);
	struct range_arg r;
	uint64_t len = 7;

	(void)state;
	assert_null(range_arg_word("abs:0x10-0x1f", false, &r));
	assert_null(range_arg_eval(&s, &r, &a, &len));
	range_arg_free(&r);
	assert_int_equal(a.space, SPACE_ABSOLUTE);
	assert_int_equal(a.addr, 0x10);
	assert_int_equal(len, 0x10);
	assert_null(range_arg_pair("0xfffffffffffff000", "4K", &r));
	assert_null(range_arg_eval(&s, &r, &a, &len));
	range_arg_free(&r);
	assert_int_equal(len, 4096);
	assert_null(range_arg_word("5", true, &r));
	len = 7;
	assert_null(range_arg_eval(&s, &r, &a, &len));
	range_arg_free(&r);
	assert_int_equal(len, 7);
	assert_null(range_arg_word("0:0xffffffffffffffff", false, &r));
	assert_error(range_arg_eval(&s, &r, &a, &len), "a range has at most 2^64-1 bytes");
	range_arg_free(&r);
	assert_null(range_arg_word("1.0xffffffffffffffff", false, &r));
	assert_null(range_arg_eval(&s, &r, &a, &len));
	range_arg_free(&r);
	assert_null(range_arg_word("2.0xffffffffffffffff", false, &r));
	assert_error(range_arg_eval(&s, &r, &a, &len),
		     "the range of 18446744073709551615 bytes from 0x2 passes 2^64");
	range_arg_free(&r);
}

/* comparison */

struct runs {
	size_t count;
	struct compare_run list[16];
};

static struct error *take_run(void *arg, const struct compare_run *run)
{
	struct runs *r = arg;

	assert_true(r->count < ARRAY_SIZE(r->list));
	r->list[r->count++] = *run;
	return NULL;
}

static void assert_run(const struct compare_run *run, uint64_t offset, uint64_t len, uint16_t code,
		       uint16_t code2)
{
	assert_int_equal(run->offset, offset);
	assert_int_equal(run->len, len);
	assert_int_equal(run->code[0], code);
	assert_int_equal(run->code[1], code2);
}

static void set_hole(struct piece *p, size_t from, size_t len, uint16_t code)
{
	size_t i;

	if (!p->holes)
		memset(p->codes, 0, 4096 * sizeof(*p->codes));
	p->holes = true;
	for (i = from; i < from + len; i++)
		p->codes[i] = code;
}

static void differences_are_runs(void **state)
{
	struct runs runs = { .count = 0 };
	struct compare c = { .fn = take_run, .arg = &runs };
	struct piece a, b;

	(void)state;
	assert_null(piece_init(&a, 4096));
	assert_null(piece_init(&b, 4096));
	memset(a.data, 1, 4096);
	memset(b.data, 1, 4096);
	b.data[0] = 2;
	memset(b.data + 300, 3, 5);
	b.data[4095] = 4;
	assert_null(compare_pieces(&c, 0, &a, &b, 4096));
	/* The run goes on in the next piece. */
	b.data[300] = 1;
	assert_null(compare_pieces(&c, 4096, &a, &b, 4096));
	assert_null(compare_end(&c));
	assert_int_equal(runs.count, 5);
	assert_run(&runs.list[0], 0, 1, 0, 0);
	assert_run(&runs.list[1], 300, 5, 0, 0);
	assert_run(&runs.list[2], 4095, 2, 0, 0);
	assert_run(&runs.list[3], 4397, 4, 0, 0);
	assert_run(&runs.list[4], 8191, 1, 0, 0);
	assert_memory_equal(runs.list[2].bytes[0].head, "\1\1", 2);
	assert_memory_equal(runs.list[2].bytes[1].head, "\4\2", 2);
	piece_free(&a);
	piece_free(&b);
}

static void holes_are_runs_of_their_own(void **state)
{
	struct runs runs = { .count = 0 };
	struct compare c = { .fn = take_run, .arg = &runs };
	struct piece a, b;

	(void)state;
	assert_null(piece_init(&a, 4096));
	assert_null(piece_init(&b, 4096));
	memset(a.data, 1, 4096);
	memset(b.data, 1, 4096);
	b.data[99] = 2;
	set_hole(&a, 100, 100, 0x11);
	set_hole(&b, 150, 100, 0x11);
	set_hole(&b, 250, 10, 0x10);
	b.data[260] = 2;
	assert_null(compare_pieces(&c, 0, &a, &b, 4096));
	assert_null(compare_end(&c));
	assert_int_equal(runs.count, 6);
	assert_run(&runs.list[0], 99, 1, 0, 0);
	assert_run(&runs.list[1], 100, 50, 0x11, 0);
	assert_run(&runs.list[2], 150, 50, 0x11, 0x11);
	assert_run(&runs.list[3], 200, 50, 0, 0x11);
	assert_run(&runs.list[4], 250, 10, 0, 0x10);
	assert_run(&runs.list[5], 260, 1, 0, 0);
	piece_free(&a);
	piece_free(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_become_values_and_masks),
		cmocka_unit_test(bad_patterns_are_refused),
		cmocka_unit_test(patterns_are_found_where_they_are),
		cmocka_unit_test(ranges_are_taken_apart),
		cmocka_unit_test(bad_ranges_are_refused),
		cmocka_unit_test(ranges_are_evaluated),
		cmocka_unit_test(differences_are_runs),
		cmocka_unit_test(holes_are_runs_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
