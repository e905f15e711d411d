/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, lengths and address expressions. */
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

#include "elf-build.h"
#include "sym/expr.h"
#include "sym/name-hash.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* An error that must be: ERROR_USAGE with this message; hint NULL: any. */
static void assert_usage(struct error *err, const char *message, const char *hint)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_string_equal(err->message, message);
	if (hint)
		assert_string_equal(err->hint, hint);
	error_free(err);
}

/* number_parse */

static void numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned int bits;
		int is_signed;
		uint64_t value;
	} rows[] = {
		{ "0", 64, 0, 0 }, { "00", 64, 0, 0 }, { "7", 64, 0, 7 }, { "010", 64, 0, 8 },
		{ "0x10", 64, 0, 16 }, { "0XfF", 64, 0, 255 }, { "0b101", 64, 0, 5 }, { "0B0", 64, 0, 0 },
		{ "18446744073709551615", 64, 0, UINT64_MAX },
		{ "0xffffffffffffffff", 64, 0, UINT64_MAX },
		{ "0x0000000000000000000001", 64, 0, 1 },
		{ "01777777777777777777777", 64, 0, UINT64_MAX },
		{ "255", 8, 0, 255 }, { "0xffff", 16, 0, 65535 }, { "4294967295", 32, 0, UINT32_MAX },
		{ "-1", 8, 1, 0xff }, { "-128", 8, 1, 0x80 }, { "255", 8, 1, 255 },
		{ "-1", 16, 1, 0xffff }, { "-0x8000", 16, 1, 0x8000 }, { "-1", 32, 1, UINT32_MAX },
		{ "-1", 64, 1, UINT64_MAX }, { "-9223372036854775808", 64, 1, 1ULL << 63 },
		{ "-0", 8, 1, 0 },
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		value = ~rows[i].value;
		assert_null(number_parse(rows[i].text, "value", rows[i].bits, rows[i].is_signed, &value));
		assert_true(value == rows[i].value);
	}
}

static void texts_that_are_no_numbers(void **state)
{
	static const char *const rows[] = {
		"x", "12x", "0x", "0b", "0b2", "0xg", "08", "-", "--1", "+1", "1 ", " 1", "1.0",
		"1e3", "0x-1", "1_000", "1,000", "1K",
	};
	char want[64];
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(want, sizeof(want), "value '%s' is no number", rows[i]);
		assert_usage(number_parse(rows[i], "value", 64, 1, &value), want,
			     "numbers are decimal, 0x hexadecimal, 0 octal or 0b binary");
	}
	assert_usage(number_parse("", "value", 64, 1, &value),
		     "value is empty: a number is needed", NULL);
	assert_usage(number_parse("\033[1m\n", "value", 64, 1, &value),
		     "value '\\x1b[1m\\n' is no number", NULL);
}

static void numbers_that_do_not_fit(void **state)
{
	static const struct {
		const char *text;
		unsigned int bits;
		int is_signed;
		const char *hint;
	} rows[] = {
		{ "256", 8, 0, "8 bits hold 0 to 255 (0xff)" },
		{ "0x10000", 16, 0, "16 bits hold 0 to 65535 (0xffff)" },
		{ "4294967296", 32, 0, "32 bits hold 0 to 4294967295 (0xffffffff)" },
		{ "18446744073709551616", 64, 0, "64 bits hold 0 to 18446744073709551615 (0xffffffffffffffff)" },
		{ "0x10000000000000000", 64, 0, NULL },
		{ "99999999999999999999999999999999999999999", 64, 0, NULL },
		/* once round 2^64 */
		{ "0x1000000000000000000000001", 64, 0, NULL },
		{ "256", 8, 1, "8 bits hold -128 to 255" },
		{ "-129", 8, 1, "8 bits hold -128 to 255" },
		{ "-9223372036854775809", 64, 1, NULL },
		{ "-18446744073709551616", 64, 1, NULL },
	};
	uint64_t value;
	char want[96];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(want, sizeof(want), "byte '%s' does not fit", rows[i].text);
		assert_usage(number_parse(rows[i].text, "byte", rows[i].bits, rows[i].is_signed, &value),
			     want, rows[i].hint);
	}
	assert_usage(number_parse("-1", "key", 64, 0, &value), "key '-1' must not be negative", NULL);
}

/* length_parse */

static void lengths(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "1", 1 }, { "4096", 4096 }, { "0x1000", 4096 }, { "1K", 1024 }, { "2k", 2048 },
		{ "4M", 4 << 20 }, { "4m", 4 << 20 }, { "1G", 1 << 30 }, { "1g", 1 << 30 },
		{ "3T", 3ULL << 40 }, { "0x10K", 0x4000 }, { "010K", 8192 },
		{ "18446744073709551615", UINT64_MAX }, { "16777215T", 16777215ULL << 40 },
		{ "18014398509481983K", UINT64_MAX - 1023 },
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		value = 0;
		assert_null(length_parse(rows[i].text, "length", &value));
		assert_true(value == rows[i].value);
	}
}

static void lengths_that_are_none(void **state)
{
	uint64_t value;

	(void)state;
	assert_usage(length_parse("0", "length", &value), "length '0' must not be 0", NULL);
	assert_usage(length_parse("0x0K", "length", &value), "length '0x0K' must not be 0", NULL);
	assert_usage(length_parse("-1", "length", &value), "length '-1' must not be negative", NULL);
	assert_usage(length_parse("", "length", &value), "length is empty: a number is needed", NULL);
	assert_usage(length_parse("K", "length", &value), "length 'K' is no number",
		     "lengths are numbers of bytes; K, M, G, T behind them are powers of 1024");
	assert_usage(length_parse("1KK", "length", &value), "length '1KK' is no number", NULL);
	assert_usage(length_parse("1KB", "length", &value), "length '1KB' is no number", NULL);
	assert_usage(length_parse("1P", "length", &value), "length '1P' is no number", NULL);
	assert_usage(length_parse("18446744073709551616", "length", &value),
		     "length '18446744073709551616' does not fit", NULL);
	assert_usage(length_parse("16777216T", "length", &value),
		     "length '16777216T' does not fit", NULL);
	assert_usage(length_parse("18014398509481984K", "length", &value),
		     "length '18014398509481984K' does not fit", NULL);
}

/* expr_parse */

static int regs_calls;

static struct error *get_regs(void *arg, struct s390_regs *regs)
{
	int i;

	regs_calls++;
	if (arg)
		return error_new(ERROR_TARGET, "%s", (const char *)arg);
	memset(regs, 0, sizeof(*regs));
	for (i = 0; i < 16; i++) {
		regs->gprs[i] = 0x1000u * (unsigned int)i + 1;
		regs->acrs[i] = 0xa0000000u + (unsigned int)i;
		regs->crs[i] = 0xc000000000000000ULL + (unsigned int)i;
	}
	regs->psw_mask = 0x0705000180000000;
	regs->psw_addr = 0x8a1b2c;
	regs->prefix = 0x7fffe000;
	return NULL;
}

static const struct elf_symbol symbols[] = {
	{ "jiffies", 0x2008, 8, STB_GLOBAL, STT_OBJECT, 1 },
	{ "_stext", 0x1000, 0, STB_GLOBAL, STT_NOTYPE, 1 },
	{ "_etext", 0x1800, 0, STB_GLOBAL, STT_NOTYPE, 1 },
	{ "x.isra.0", 0x1100, 0, STB_LOCAL, STT_FUNC, 1 },
	{ "$r16", 0x1200, 0, STB_GLOBAL, STT_NOTYPE, 1 },
	{ "top", UINT64_MAX, 0, STB_GLOBAL, STT_NOTYPE, 1 },
};

static struct symbols *all_symbols;
static char path[] = "/tmp/test-sym-XXXXXX";

static int load_symbols(void **state)
{
	const struct elf_spec spec = {
		.class = ELFCLASS64, .data = ELFDATA2MSB, .machine = EM_S390,
		.symbols_type = SHT_SYMTAB, .symbols = symbols, .nr_symbols = ARRAY_SIZE(symbols),
		.text = 0x1000, .text_size = 0x2000,
	};
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	elf_build(path, &spec);
	all_symbols = symbols_new();
	assert_null(symbols_add_file(all_symbols, path, NULL, NULL));
	return 0;
}

static int drop_symbols(void **state)
{
	(void)state;
	symbols_free(all_symbols);
	return unlink(path);
}

static struct error *get_symbols(void *arg, const struct symbols **symbols)
{
	(void)arg;
	*symbols = all_symbols;
	return NULL;
}

static bool read_symbolic;

static struct error *read_memory(void *arg, uint64_t addr, bool is_symbolic, uint64_t *value)
{
	(void)arg;
	if (addr == 0xdead)
		return error_new(ERROR_ACCESS, "nothing there");
	read_symbolic = is_symbolic;
	*value = addr * 2 + 1;
	return NULL;
}

static void expressions(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "0", 0 }, { "0x1000", 0x1000 }, { "4096", 4096 }, { "010", 8 },
		{ "0xffffffffffffffff", UINT64_MAX }, { "0x1000+0x10", 0x1010 },
		{ "0x1000-1", 0xfff }, { "0x1000 + 8 - 16", 0xff8 }, { "\t1 +2 ", 3 },
		{ "jiffies", 0x2008 }, { "jiffies+8", 0x2010 }, { "jiffies-0x8", 0x2000 },
		{ "jiffies-_stext", 0x1008 }, { "_etext-_stext+jiffies", 0x2808 },
		{ "8+jiffies", 0x2010 }, { "x.isra.0+4", 0x1104 }, { "$r16", 0x1200 },
		{ "top", UINT64_MAX }, { "top-top", 0 },
		{ "%r0", 1 }, { "%r9", 0x9001 }, { "%r15", 0xf001 }, { "$r15", 0xf001 },
		{ "%r15+160", 0xf0a1 }, { "%r15-%r14", 0x1000 }, { "jiffies+%r1", 0x3009 },
		{ "%psw", 0x8a1b2c }, { "%pswa", 0x8a1b2c }, { "$psw+2", 0x8a1b2e },
		{ "%pswm", 0x0705000180000000 }, { "%prefix", 0x7fffe000 },
		{ "%a0", 0xa0000000 }, { "%a15", 0xa000000f }, { "%c1", 0xc000000000000001 },
		{ "%c13", 0xc00000000000000d }, { "$c15", 0xc00000000000000f },
		/* past the ends on the way only */
		{ "1-2+3", 2 }, { "0xffffffffffffffff+1-1", UINT64_MAX },
		{ "top+top-top", UINT64_MAX }, { "0-1+1", 0 }, { "-1+2", 1 }, { "1--2", 3 },
		/* precedence and order of C */
		{ "2+3*4", 14 }, { "2*3+4", 10 }, { "(2+3)*4", 20 }, { "1<<2+3", 32 }, { "1<<2<<3", 32 },
		{ "256>>2>>1", 32 }, { "1|6&3", 3 }, { "(1|6)&3", 3 }, { "4|1&2", 4 }, { "0xff&0x3c>>2", 0xf },
		{ "10-3-2", 5 }, { "10-(3-2)", 9 }, { "-2*-3", 6 }, { "- ( 2 ) + 3", 1 },
		{ "0x12345&-0x1000", 0x12000 }, { "jiffies&-4096", 0x2000 }, { "-1&0xff", 0xff },
		{ "1<<63", 1ULL << 63 }, { "(1<<64)-1", UINT64_MAX }, { "(1<<64)>>64", 1 }, { "5>>200", 0 },
		{ "-1>>1&1", 1 }, { "((((7))))", 7 }, { " ( 1 + 2 ) * 3 ", 9 },
		/* memory: at ADDR stands ADDR * 2 + 1 */
		{ "*0x1000", 0x2001 }, { "**0x1000", 0x4003 }, { "2**0x10", 0x42 }, { "*0x10+1", 0x22 },
		{ "*(0x10+1)", 0x23 }, { "*jiffies", 0x4011 }, { "-*0x10+*0x20", 0x20 }, { "*%r0", 3 },
		{ "$last", 0x77 }, { "$last+1", 0x78 }, { "*$last", 0xef },
	};
	static const uint64_t last = 0x77;
	const struct expr_context ctx = {
		.symbols = get_symbols, .regs = get_regs, .read = read_memory, .last = &last,
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		value = ~rows[i].value;
		assert_null(expr_parse(rows[i].text, &ctx, &value));
		assert_true(value == rows[i].value);
	}
}

/* Sums with a symbol are addresses of the kernel; numbers, registers and distances are not. */
static void addresses_of_symbols_are_known(void **state)
{
	static const struct {
		const char *text;
		bool symbolic;
	} rows[] = {
		{ "jiffies", true }, { "8+jiffies-16", true }, { "_etext-_stext+jiffies", true },
		{ "jiffies+%r1", true }, { "0x1000", false }, { "%r15+160", false },
		{ "_etext-_stext", false }, { "top-top+8", false }, { "-jiffies+2*jiffies", false },
		{ "jiffies&-4096", true }, { "jiffies|1", true }, { "jiffies<<1", false },
		{ "*jiffies", true }, { "*(jiffies+8)+16", true }, { "*0x1000", false },
		{ "*%r15", false }, { "(jiffies)", true },
	};
	bool symbolic;
	const struct expr_context ctx = { .symbols = get_symbols, .regs = get_regs, .read = read_memory, .symbolic = &symbolic };
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		symbolic = !rows[i].symbolic;
		assert_null(expr_parse(rows[i].text, &ctx, &value));
		assert_int_equal(symbolic, rows[i].symbolic);
	}
}

static void expressions_that_are_none(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "address '' is empty" },
		{ " ", "address ' ' has an operand missing at its end" },
		{ "+", "address '+' has an operand missing before '+'" },
		{ "-1", "address '-1' is below 0" },
		{ "1+", "address '1+' has an operand missing at its end" },
		{ "1++2", "address '1++2' has an operand missing before '+2'" },
		{ "1 2", "address '1 2' has an operator missing before '2'" },
		{ "1(2)", "address '1(2)' has an operator missing before '(2)'" },
		{ "1<2", "address '1<2' has an operator missing before '<2'" },
		{ "(1+2", "address '(1+2' has a ')' missing at its end" },
		{ "(1 2)", "address '(1 2)' has an operator missing before '2)'" },
		{ "1+2)", "address '1+2)' has a '(' missing before ')'" },
		{ "()", "address '()' has an operand missing before ')'" },
		{ "*", "address '*' has an operand missing at its end" },
		{ "2*", "address '2*' has an operand missing at its end" },
		{ "1<<65", "address '1<<65' has a step that is out of range" },
		{ "1<<-1", "address '1<<-1' has a step that is out of range" },
		{ "1>>-1", "address '1>>-1' has a step that is out of range" },
		{ "top*top*top", "address 'top*top*top' has a step that is out of range" },
		{ "1<<64<<64", "address '1<<64<<64' has a step that is out of range" },
		{ "2*top", "address '2*top' is beyond 2^64" },
		{ "*-1", "address '*-1' reads memory at an address below 0 or beyond 2^64" },
		{ "*(top+1)", "address '*(top+1)' reads memory at an address below 0 or beyond 2^64" },
		{ "*0x1000", "address '*0x1000' reads memory, which cannot be done here" },
		{ "$last", "$last is not known: nothing has been shown yet" },
		{ "0-1", "address '0-1' is below 0" },
		{ "_stext-jiffies", "address '_stext-jiffies' is below 0" },
		{ "0xffffffffffffffff+1", "address '0xffffffffffffffff+1' is beyond 2^64" },
		{ "top+jiffies", "address 'top+jiffies' is beyond 2^64" },
		{ "0x10000000000000000", "address '0x10000000000000000' does not fit" },
		{ "12ab", "address '12ab' is no number" },
		{ "0x", "address '0x' is no number" },
		{ "%", "no register '%'" },
		{ "%r16", "no register '%r16'" },
		{ "%r01", "no register '%r01'" },
		{ "%r150", "no register '%r150'" },
		{ "%r", "no register '%r'" },
		{ "%R1", "no register '%R1'" },
		{ "%d1", "no register '%d1'" },
		{ "%psw1", "no register '%psw1'" },
		{ "%\033[1m", "no register '%\\x1b[1m'" },
	};
	const struct expr_context ctx = { .symbols = get_symbols, .regs = get_regs };
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_usage(expr_parse(rows[i].text, &ctx, &value), rows[i].message, NULL);
}

/* Depth and number of accesses are bounded, whatever the text is. */
static void expressions_that_are_long(void **state)
{
	const struct expr_context ctx = { .read = read_memory };
	static const char openers[] = { '(', '-', '*' };
	struct error *err;
	char text[6000];
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(openers); i++) {
		memset(text, openers[i], sizeof(text) - 2);
		strcpy(text + sizeof(text) - 2, "1");
		err = expr_parse(text, &ctx, &value);
		assert_non_null(err);
		assert_int_equal(err->kind, ERROR_USAGE);
		assert_non_null(strstr(err->message, "has too many parentheses or operators within"));
		error_free(err);
	}
	/* Long, but not deep. */
	for (i = 0; i + 3 < sizeof(text); i += 2)
		memcpy(text + i, "1+", 2);
	strcpy(text + i, "1");
	assert_null(expr_parse(text, &ctx, &value));
	assert_int_equal(value, i / 2 + 1);
	for (i = 0; i + 4 < sizeof(text); i += 3)
		memcpy(text + i, "*1+", 3);
	strcpy(text + i, "1");
	err = expr_parse(text, &ctx, &value);
	assert_non_null(err);
	assert_non_null(strstr(err->message, "reads memory too often"));
	error_free(err);
}

static void what_memory_says(void **state)
{
	static const struct {
		const char *text;
		bool symbolic;
	} rows[] = { { "*jiffies", true }, { "*0x1000", false } };
	struct expr_context ctx = { .symbols = get_symbols, .read = read_memory };
	struct error *err;
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		read_symbolic = !rows[i].symbolic;
		assert_null(expr_parse(rows[i].text, &ctx, &value));
		assert_int_equal(read_symbolic, rows[i].symbolic);
	}
	/* Its error is the expression's. */
	err = expr_parse("1+*0xdead", &ctx, &value);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_ACCESS);
	error_free(err);
}

static void unknown_symbols(void **state)
{
	const struct expr_context with = { .symbols = get_symbols }, without = { .symbols = NULL };
	char want[128];
	uint64_t value;

	(void)state;
	snprintf(want, sizeof(want), "unknown symbol 'jiffeis' in %s", path);
	assert_usage(expr_parse("jiffeis+8", &with, &value), want, "did you mean 'jiffies'?");
	snprintf(want, sizeof(want), "unknown symbol 'deadbeef' in %s", path);
	assert_usage(expr_parse("deadbeef", &with, &value), want,
		     "did you mean 0xdeadbeef? Hexadecimal numbers begin with 0x");
	snprintf(want, sizeof(want), "unknown symbol 'nothing_like_it' in %s", path);
	assert_usage(expr_parse("nothing_like_it", &with, &value), want, NULL);
	assert_usage(expr_parse("jiffies", &without, &value),
		     "unknown symbol 'jiffies': no symbols are loaded",
		     "load them with -s FILE, the guest's vmlinux");
	assert_usage(expr_parse("a\n\xff", &without, &value),
		     "unknown symbol 'a\\n\\xff': no symbols are loaded", NULL);
	/* $ without a register of that name is a symbol. */
	assert_usage(expr_parse("$r17", &without, &value),
		     "unknown symbol '$r17': no symbols are loaded", NULL);
}

static void registers_are_fetched_when_named(void **state)
{
	static char reason[] = "the VMM has ended";
	struct expr_context ctx = { .regs = get_regs };
	struct error *err;
	uint64_t value;

	(void)state;
	regs_calls = 0;
	assert_null(expr_parse("0x1000+1", &ctx, &value));
	assert_int_equal(regs_calls, 0);
	assert_null(expr_parse("%r1+%r2-%a0+%a0", &ctx, &value));
	assert_int_equal(regs_calls, 1);
	/* A name that is none does not disturb the guest. */
	assert_usage(expr_parse("%r99", &ctx, &value), "no register '%r99'", NULL);
	assert_int_equal(regs_calls, 1);

	ctx.arg = reason;
	err = expr_parse("%r1", &ctx, &value);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_string_equal(err->message, reason);
	error_free(err);

	ctx.regs = NULL;
	assert_usage(expr_parse("%r1", &ctx, &value),
		     "register '%r1' cannot be used here: there is no vCPU", NULL);
}

/* Who makes a file does not know which names go to one place. */
static void hashes_are_of_the_process(void **state)
{
	(void)state;
	assert_int_equal(name_hash_of("a", 0), name_hash_of("a", 0));
	assert_int_not_equal(name_hash_of("a", 0), name_hash_of("a", 1));
	/* FNV-1a as it is everywhere. */
	assert_int_not_equal(name_hash_of("a", 0), 0xe40c292c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(texts_that_are_no_numbers),
		cmocka_unit_test(numbers_that_do_not_fit),
		cmocka_unit_test(lengths),
		cmocka_unit_test(lengths_that_are_none),
		cmocka_unit_test(expressions),
		cmocka_unit_test(addresses_of_symbols_are_known),
		cmocka_unit_test(expressions_that_are_none),
		cmocka_unit_test(expressions_that_are_long),
		cmocka_unit_test(what_memory_says),
		cmocka_unit_test(unknown_symbols),
		cmocka_unit_test(registers_are_fetched_when_named),
		cmocka_unit_test(hashes_are_of_the_process),
	};

	return cmocka_run_group_tests_name("sym", tests, load_symbols, drop_symbols);
}
