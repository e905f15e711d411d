/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "capture.h"
#include "out/hexdump.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static struct ebcdic code_page;	/* loaded by main */

static void fill_count(unsigned char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = (unsigned char)i;
}

/* text */

static void hex_lines(void **state)
{
	struct capture c;
	unsigned char p[256];
	struct hexdump *h;

	(void)state;
	fill_count(p, sizeof(p));
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	hexdump_data(h, 0x1000, p, 16);
	hexdump_data(h, 0x1010, p + 0x41, 3);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	hexdump_data(h, 0xfffffffffffffffd, p + 0x7e, 3);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	hexdump_end(h);
	capture_end(&c,
		"0000000000001000  00010203 04050607 08090a0b 0c0d0e0f  |................|\n"
		"0000000000001010  414243                               |ABC|\n"
		"fffffffffffffffd  7e7f80                               |~..|\n");
}

static void hex_lines_with_ebcdic(void **state)
{
	static const unsigned char p[] = {
		0xc8, 0xc5, 0xd3, 0xd3, 0xd6, 0x40, 0x41, 0x42, 0x43, 0x00, 0xff, 0x7f, 0x81, 0x82, 0x83, 0x5c,
		0xf1, 0xf2, 0x4b, 0x15, 0x31,
	};
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_HEX, &code_page);
	hexdump_data(h, 0x3ff8012ab00, p, sizeof(p));
	hexdump_end(h);
	capture_end(&c,
		"000003ff8012ab00  c8c5d3d3 d6404142 4300ff7f 8182835c  |.....@ABC......\\|  |HELLO .....\"abc*|\n"
		"000003ff8012ab10  f1f24b15 31                          |..K.1|             |12...|\n");
}

static void hex_starts_anywhere(void **state)
{
	struct capture c;
	unsigned char p[64];
	struct hexdump *h;

	(void)state;
	fill_count(p, sizeof(p));
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	/* Pieces of odd sizes make the same lines as one. */
	hexdump_data(h, 0x1003, p, 1);
	hexdump_data(h, 0x1004, p + 1, 0);
	hexdump_data(h, 0x1004, p + 1, 20);
	hexdump_data(h, 0x1018, p + 21, 14);
	hexdump_end(h);
	capture_end(&c,
		"0000000000001003  00010203 04050607 08090a0b 0c0d0e0f  |................|\n"
		"0000000000001013  10111213 14151617 18191a1b 1c1d1e1f  |................|\n"
		"0000000000001023  202122                               | !\"|\n");
}

static void hex_repeats(void **state)
{
	static const char zeros[4096];
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	/* Two equal lines: both are shown, nothing lies between them. */
	hexdump_data(h, 0x0, zeros, 32);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	/* Many, then another, then many and a part. */
	hexdump_data(h, 0x1000, zeros, 48);
	hexdump_data(h, 0x1030, "0123456789abcdef", 16);
	hexdump_data(h, 0x1040, zeros, 4096);
	hexdump_data(h, 0x2040, zeros, 4);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	/* One single repeated line before another one. */
	hexdump_data(h, 0x0, zeros, 32);
	hexdump_data(h, 0x20, "0123456789abcdef", 16);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	hexdump_data(h, 0x8000, zeros, 4096);
	hexdump_data(h, 0x9000, zeros, 4096);
	hexdump_end(h);
	capture_end(&c,
		"0000000000000000  00000000 00000000 00000000 00000000  |................|\n"
		"0000000000000010  00000000 00000000 00000000 00000000  |................|\n"
		"0000000000001000  00000000 00000000 00000000 00000000  |................|\n"
		"*\n"
		"0000000000001030  30313233 34353637 38396162 63646566  |0123456789abcdef|\n"
		"0000000000001040  00000000 00000000 00000000 00000000  |................|\n"
		"*\n"
		"0000000000002040  00000000                             |....|\n"
		"0000000000000000  00000000 00000000 00000000 00000000  |................|\n"
		"*\n"
		"0000000000000020  30313233 34353637 38396162 63646566  |0123456789abcdef|\n"
		"0000000000008000  00000000 00000000 00000000 00000000  |................|\n"
		"*\n"
		"0000000000009ff0  00000000 00000000 00000000 00000000  |................|\n");
}

static void hex_holes(void **state)
{
	static const char zeros[64];
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_HEX, NULL);
	hexdump_hole(h, 0x0, 0x1ff8, 0x05);
	hexdump_data(h, 0x1ff8, "ABCDEFGH", 8);
	hexdump_hole(h, 0x2000, 0x1000, 0x11);
	hexdump_data(h, 0x3000, zeros, 64);
	hexdump_hole(h, 0x3040, 0, 0x11);
	hexdump_hole(h, 0x3040, 0x10, 0x77);
	hexdump_data(h, 0x3050, zeros, 16);
	/* A gap that nobody told of starts a new line, too. */
	hexdump_data(h, 0x3061, zeros, 16);
	hexdump_hole(h, 0xfffffffffffff000, 0x1000, 0x3b);
	hexdump_end(h);
	capture_end(&c,
		"0000000000000000-0000000000001ff7: addressing exception (0005)\n"
		"0000000000001ff8  41424344 45464748                    |ABCDEFGH|\n"
		"0000000000002000-0000000000002fff: page-translation exception (0011)\n"
		"0000000000003000  00000000 00000000 00000000 00000000  |................|\n"
		"*\n"
		"0000000000003030  00000000 00000000 00000000 00000000  |................|\n"
		"0000000000003040-000000000000304f: program interruption (0077)\n"
		"0000000000003050  00000000 00000000 00000000 00000000  |................|\n"
		"0000000000003061  00000000 00000000 00000000 00000000  |................|\n"
		"fffffffffffff000-ffffffffffffffff: region-third-translation exception (003b)\n");
}

static void value_lines(void **state)
{
	struct capture c;
	unsigned char p[64];
	enum mem_type type;
	struct hexdump *h;

	(void)state;
	fill_count(p, sizeof(p));
	capture_begin(&c, false);
	for (type = MEM_U8; type <= MEM_U64; type++) {
		h = hexdump_new(c.o, type, NULL);
		hexdump_data(h, 0x1002, p, 7);
		hexdump_data(h, 0x1009, p + 7, 17);
		hexdump_end(h);
	}
	/* Less than a value is left before the hole. */
	h = hexdump_new(c.o, MEM_U32, NULL);
	hexdump_data(h, 0x1ffa, p, 6);
	hexdump_hole(h, 0x2000, 0x100000, 0x10);
	hexdump_end(h);
	capture_end(&c,
		"0000000000001002: 0x00 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08 0x09 0x0a 0x0b 0x0c 0x0d 0x0e 0x0f\n"
		"0000000000001012: 0x10 0x11 0x12 0x13 0x14 0x15 0x16 0x17\n"
		"0000000000001002: 0x0001 0x0203 0x0405 0x0607 0x0809 0x0a0b 0x0c0d 0x0e0f\n"
		"0000000000001012: 0x1011 0x1213 0x1415 0x1617\n"
		"0000000000001002: 0x00010203 0x04050607 0x08090a0b 0x0c0d0e0f\n"
		"0000000000001012: 0x10111213 0x14151617\n"
		"0000000000001002: 0x0001020304050607 0x08090a0b0c0d0e0f\n"
		"0000000000001012: 0x1011121314151617\n"
		"0000000000001ffa: 0x00010203 0x0405\n"
		"0000000000002000-0000000000101fff: segment-translation exception (0010)\n");
}

static void string_lines(void **state)
{
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_data(h, 0x1000, "Linux version 6.1\n\0behind", 25);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_data(h, 0x1000, "no end", 6);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_data(h, 0x1000, "\0x", 2);
	hexdump_end(h);
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_data(h, 0x1000, "say \"a\\b\"\033[0m\xc2\x9b \xc3\xbc \xff", 20);
	hexdump_hole(h, 0x1014, 12, 0x11);
	hexdump_data(h, 0x1020, "more\0", 5);
	hexdump_end(h);
	capture_end(&c,
		"0000000000001000: \"Linux version 6.1\\n\"\n"
		"0000000000001000: \"no end\"...\n"
		"0000000000001000: \"\"\n"
		"0000000000001000: \"say \\\"a\\\\b\\\"\\x1b[0m\\xc2\\x9b \xc3\xbc \\xff\"...\n"
		"0000000000001014-000000000000101f: page-translation exception (0011)\n"
		"0000000000001020: \"more\"\n");
}

/* UTF-8 that the pieces cut at every place comes out whole. */
static void strings_in_pieces(void **state)
{
	static const char text[] = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x90\xa7z\xe2\x82";
	size_t len = sizeof(text) - 1, i, j;
	struct capture c;
	struct hexdump *h;

	(void)state;
	for (i = 0; i <= len; i++) {
		for (j = i; j <= len; j++) {
			capture_begin(&c, false);
			h = hexdump_new(c.o, MEM_STR, NULL);
			hexdump_data(h, 0, text, i);
			hexdump_data(h, i, text + i, j - i);
			hexdump_data(h, j, text + j, len - j);
			hexdump_end(h);
			capture_end(&c, "0000000000000000: \"a\xc3\xbc\xe2\x82\xac\xf0\x9f\x90\xa7z\\xe2\\x82\"...\n");
		}
	}
}

static void long_strings(void **state)
{
	enum { LEN = 100000 };
	char *data = malloc(LEN), *want = malloc(LEN + 64);
	struct capture c;
	struct hexdump *h;

	(void)state;
	assert_non_null(data);
	assert_non_null(want);
	memset(data, 'x', LEN);
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_data(h, 0x10, data, LEN);
	hexdump_end(h);
	snprintf(want, LEN + 64, "0000000000000010: \"%.*s\"...\n", LEN, data);
	capture_end(&c, want);
	free(data);
	free(want);
}

static void ebcdic_lines(void **state)
{
	static const unsigned char p[] = {
		0xc9, 0xd7, 0xd3, 0x00, 0x7f, 0x61, 0xe0, 0x40, 0xf9
	};
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_EBCDIC, &code_page);
	hexdump_data(h, 0x2000, p, 4);
	hexdump_data(h, 0x2004, p + 4, sizeof(p) - 4);
	hexdump_end(h);
	capture_end(&c, "0000000000002000: \"IPL.\\\"/\\\\ 9\"\n");
}

static void raw_bytes(void **state)
{
	struct caught notes;
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	catch_stderr(&notes);
	h = hexdump_new(c.o, MEM_RAW, NULL);
	hexdump_data(h, 0x0, "a\0b", 3);
	hexdump_hole(h, 0x3, 5, 0x11);
	hexdump_data(h, 0x8, "\ncd", 3);
	hexdump_end(h);
	release_stderr(&notes, "s390memctl: 0000000000000003-0000000000000007: "
			       "page-translation exception (0011)\n");
	assert_null(out_free(c.o));
	fclose(c.stream);
	assert_int_equal(c.len, 6);
	assert_memory_equal(c.text, "a\0b\ncd", 6);
	free(c.text);
}

static void types_by_name(void **state)
{
	static const struct {
		const char *name;
		int type;
		size_t size;
	} rows[] = {
		{ "hex", MEM_HEX, 1 }, { "u8", MEM_U8, 1 }, { "u16", MEM_U16, 2 },
		{ "u32", MEM_U32, 4 }, { "u64", MEM_U64, 8 }, { "str", MEM_STR, 1 },
		{ "ebcdic", MEM_EBCDIC, 1 }, { "raw", MEM_RAW, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(mem_type_parse(rows[i].name), rows[i].type);
		assert_int_equal(mem_type_size((enum mem_type)rows[i].type), rows[i].size);
	}
	assert_int_equal(mem_type_parse(""), -1);
	assert_int_equal(mem_type_parse("u128"), -1);
	assert_int_equal(mem_type_parse("HEX"), -1);
}

/* JSON */

static void json_runs(void **state)
{
	struct capture c;
	unsigned char p[32];
	struct hexdump *h;

	(void)state;
	fill_count(p, sizeof(p));
	capture_begin(&c, true);
	out_begin(c.o, "read");
	h = hexdump_new(c.o, MEM_HEX, &code_page);
	/* Pieces become one run. */
	hexdump_data(h, 0xffe, p, 1);
	hexdump_data(h, 0xfff, p + 1, 1);
	hexdump_hole(h, 0x1000, 0x1000, 0x11);
	hexdump_data(h, 0x2000, p + 16, 2);
	hexdump_data(h, 0x3000, p + 18, 2);
	hexdump_hole(h, 0x8000000000000000, 0x8000000000000000, 0x38);
	hexdump_end(h);
	out_end(c.o, 3);
	capture_end(&c,
		"{\"api_level\":1,\"command\":\"read\",\"runs\":["
		"{\"address\":\"0xffe\",\"length\":\"0x2\",\"data\":\"0001\"},"
		"{\"address\":\"0x1000\",\"length\":\"0x1000\",\"code\":\"0x11\",\"name\":\"page-translation exception\"},"
		"{\"address\":\"0x2000\",\"length\":\"0x2\",\"data\":\"1011\"},"
		"{\"address\":\"0x3000\",\"length\":\"0x2\",\"data\":\"1213\"},"
		"{\"address\":\"0x8000000000000000\",\"length\":\"0x8000000000000000\",\"code\":\"0x38\",\"name\":\"ASCE-type exception\"}"
		"],\"exit_code\":3}\n");
}

static void json_values(void **state)
{
	static const unsigned char p[] = {
		0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8, 0x01
	};
	enum mem_type type;
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, true);
	for (type = MEM_U8; type <= MEM_U64; type++) {
		out_begin(c.o, "read");
		h = hexdump_new(c.o, type, NULL);
		hexdump_data(h, 0x10, p, 3);
		hexdump_data(h, 0x13, p + 3, sizeof(p) - 3);
		hexdump_end(h);
		out_end(c.o, 0);
	}
	capture_end(&c,
		"{\"api_level\":1,\"command\":\"read\",\"runs\":[{\"address\":\"0x10\",\"length\":\"0x9\","
		"\"values\":[255,254,253,252,251,250,249,248,1]}],\"exit_code\":0}\n"
		"{\"api_level\":1,\"command\":\"read\",\"runs\":[{\"address\":\"0x10\",\"length\":\"0x9\","
		"\"values\":[65534,65020,64506,63992],\"rest\":\"01\"}],\"exit_code\":0}\n"
		"{\"api_level\":1,\"command\":\"read\",\"runs\":[{\"address\":\"0x10\",\"length\":\"0x9\","
		"\"values\":[4294901244,4227529208],\"rest\":\"01\"}],\"exit_code\":0}\n"
		"{\"api_level\":1,\"command\":\"read\",\"runs\":[{\"address\":\"0x10\",\"length\":\"0x9\","
		"\"values\":[\"0xfffefdfcfbfaf9f8\"],\"rest\":\"01\"}],\"exit_code\":0}\n");
}

static void json_strings_and_raw(void **state)
{
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, true);
	out_begin(c.o, "read");
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_data(h, 0x10, "\"q\" \n\xff", 6);
	hexdump_data(h, 0x16, "\xc3\xbc\0zz", 5);
	hexdump_data(h, 0x1b, "zz", 2);
	hexdump_data(h, 0x100, "open", 4);
	hexdump_end(h);
	out_end(c.o, 0);
	out_begin(c.o, "read");
	h = hexdump_new(c.o, MEM_EBCDIC, &code_page);
	hexdump_data(h, 0x10, "\xc1\x00\xc2", 3);
	hexdump_end(h);
	out_end(c.o, 0);
	out_begin(c.o, "read");
	h = hexdump_new(c.o, MEM_RAW, NULL);
	hexdump_data(h, 0x10, "\xc1\x00\xc2", 3);
	hexdump_end(h);
	out_end(c.o, 0);
	capture_end(&c,
		"{\"api_level\":1,\"command\":\"read\",\"runs\":["
		"{\"address\":\"0x10\",\"length\":\"0xd\",\"text\":\"\\\"q\\\" \\n\\\\xff\\u00FC\",\"terminated\":true},"
		"{\"address\":\"0x100\",\"length\":\"0x4\",\"text\":\"open\",\"terminated\":false}],\"exit_code\":0}\n"
		"{\"api_level\":1,\"command\":\"read\",\"runs\":["
		"{\"address\":\"0x10\",\"length\":\"0x3\",\"text\":\"A.B\"}],\"exit_code\":0}\n"
		"{\"api_level\":1,\"command\":\"read\",\"runs\":["
		"{\"address\":\"0x10\",\"length\":\"0x3\",\"data\":\"c100c2\"}],\"exit_code\":0}\n");
}

/* formats of numbers */

static void values_have_formats(void **state)
{
	static const unsigned char p[] = { 0xff, 0x41, 0x80, 0x00, 0x00, 0x00, 0x00, 0x27 };
	static const unsigned char half[] = { 0xbf, 0xe0, 0, 0, 0, 0, 0, 0 };
	static const struct {
		size_t size;
		char letter;
		const char *text;
	} rows[] = {
		{ 1, 'x', "0xff" }, { 1, 'd', "  -1" }, { 1, 'u', "255" }, { 1, 'o', "0377" },
		{ 1, 't', "11111111" }, { 1, 'c', "  -1 '\\377'" }, { 1, 'f', "0xff" },
		{ 2, 'd', "  -191" }, { 2, 'u', "65345" }, { 2, 'o', "0177501" },
		{ 2, 'c', "  -191 'A'   " }, { 2, 't', "1111111101000001" },
		{ 4, 'x', "0xff418000" }, { 4, 'd', "  -12484608" }, { 4, 'u', "4282482688" },
		{ 8, 'x', "0xff41800000000027" }, { 8, 'd', "   -53620983063379929" },
		{ 8, 'u', "18393123090646171687" }, { 8, 'o', "01775014000000000000047" },
		{ 8, 'c', "   -53620983063379929 '\\047'" }, { 8, 'a', "0xff41800000000027" },
	};
	struct buf b = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		buf_reset(&b);
		value_add(&b, p, rows[i].size, (enum value_format)value_format_parse(rows[i].letter),
			  NULL, NULL);
		assert_string_equal(buf_str(&b), rows[i].text);
	}
	buf_reset(&b);
	value_add(&b, half, 8, VALUE_FLOAT, NULL, NULL);
	assert_string_equal(buf_str(&b), "                    -0.5");
	buf_reset(&b);
	value_add(&b, half, 4, VALUE_FLOAT, NULL, NULL);
	assert_string_equal(buf_str(&b), "          -1.75");
	assert_int_equal(value_format_parse('q'), -1);
	assert_int_equal(value_format_parse('\0'), -1);
	buf_free(&b);
}

static void strings_are_counted(void **state)
{
	const struct hexdump_look look = { .strings = 2 };
	struct capture c;
	struct hexdump *h;

	(void)state;
	capture_begin(&c, false);
	h = hexdump_new(c.o, MEM_STR, NULL);
	hexdump_look(h, &look);
	hexdump_data(h, 0x1000, "on", 2);
	assert_false(hexdump_is_complete(h));
	hexdump_data(h, 0x1002, "e\0two\0three", 11);
	assert_true(hexdump_is_complete(h));
	assert_int_equal(hexdump_next(h), 0x1008);
	hexdump_hole(h, 0x100d, 0x1000, 0x11);
	hexdump_end(h);
	capture_end(&c, "0000000000001000: \"one\"\n0000000000001004: \"two\"\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_formats),
		cmocka_unit_test(strings_are_counted),
		cmocka_unit_test(hex_lines),
		cmocka_unit_test(hex_lines_with_ebcdic),
		cmocka_unit_test(hex_starts_anywhere),
		cmocka_unit_test(hex_repeats),
		cmocka_unit_test(hex_holes),
		cmocka_unit_test(value_lines),
		cmocka_unit_test(string_lines),
		cmocka_unit_test(strings_in_pieces),
		cmocka_unit_test(long_strings),
		cmocka_unit_test(ebcdic_lines),
		cmocka_unit_test(raw_bytes),
		cmocka_unit_test(types_by_name),
		cmocka_unit_test(json_runs),
		cmocka_unit_test(json_values),
		cmocka_unit_test(json_strings_and_raw),
	};

	if (ebcdic_load(&code_page, EBCDIC_CODE_PAGE))
		return 1;
	return cmocka_run_group_tests_name("hexdump", tests, NULL, NULL);
}
