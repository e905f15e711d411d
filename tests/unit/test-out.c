/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jansson.h>

#include "arch/space.h"
#include "capture.h"
#include "out/ebcdic.h"
#include "out/out.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void json_document_of_all_kinds(void **state)
{
	struct capture c;

	(void)state;
	capture_begin(&c, true);
	assert_true(out_is_json(c.o));
	out_text(c.o, "no text in JSON %d\n", 1);
	out_raw(c.o, "nor bytes", 9);
	out_str(c.o, "lost", "no document is open");
	out_array(c.o, "lost");
	out_close(c.o);
	out_begin(c.o, "te\"st");
	out_str(c.o, "s", "a\tb\033\177\177\\ \xc3\xbc\xc2\x9b\xff");
	out_hex(c.o, "h", 0xffffffffffffffff);
	out_hex(c.o, "z", 0);
	out_num(c.o, "n", -5);
	out_bool(c.o, "t", true);
	out_bool(c.o, "f", false);
	out_null(c.o, "nothing");
	out_bytes(c.o, "b", "\0\177\377", 3);
	out_bytes(c.o, "none", NULL, 0);
	out_object(c.o, "o");
	out_array(c.o, "a");
	out_num(c.o, NULL, 1);
	out_object(c.o, NULL);
	out_str(c.o, "in", "side");
	out_close(c.o);
	out_array(c.o, NULL);
	out_close(c.o);
	out_str(c.o, NULL, "");
	out_close(c.o);
	out_close(c.o);
	out_close(c.o);		/* the document stays open until out_end() */
	out_num(c.o, "last", 1);
	out_end(c.o, 0);
	out_end(c.o, 0);
	capture_end(&c,
		"{\"api_level\":1,\"command\":\"te\\\"st\","
		"\"s\":\"a\\tb\\u001B\\u007F\\u007F\\\\ \\u00FC\\u009B\\\\xff\",\"h\":\"0xffffffffffffffff\",\"z\":\"0x0\","
		"\"n\":-5,\"t\":true,\"f\":false,\"nothing\":null,\"b\":\"007fff\",\"none\":\"\","
		"\"o\":{\"a\":[1,{\"in\":\"side\"},[],\"\"]},\"last\":1,\"exit_code\":0}\n");
}

static void json_closes_what_is_open(void **state)
{
	struct capture c;

	(void)state;
	capture_begin(&c, true);
	out_begin(c.o, "x");
	out_array(c.o, "runs");
	out_object(c.o, NULL);
	out_num(c.o, "half", 1);
	out_end(c.o, 130);
	capture_end(&c, "{\"api_level\":1,\"command\":\"x\",\"runs\":[{\"half\":1}],\"exit_code\":130}\n");
}

static void json_is_freed_unfinished(void **state)
{
	struct capture c;

	(void)state;
	capture_begin(&c, true);
	out_begin(c.o, "x");
	out_array(c.o, "runs");
	out_num(c.o, NULL, 1);
	capture_end(&c, "");
}

static void json_out_of_memory_is_a_document(void **state)
{
	struct capture c;
	json_t *doc;

	(void)state;
	capture_begin(&c, true);
	out_begin(c.o, "x");
	out_array(c.o, "runs");
	out_nomem(c.o);
	out_object(c.o, NULL);
	out_num(c.o, "a", 1);
	out_close(c.o);
	out_close(c.o);
	out_end(c.o, 0);
	out_begin(c.o, "y");
	out_end(c.o, 0);
	fflush(c.stream);
	doc = json_loads(c.text, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(doc);
	assert_string_equal(json_string_value(json_object_get(json_object_get(doc, "error"), "message")),
			    "out of memory");
	json_decref(doc);
	capture_end(&c, "{\"api_level\":1,\"error\":{\"kind\":\"target\",\"message\":\"out of memory\"},\"exit_code\":4}\n"
			"{\"api_level\":1,\"command\":\"y\",\"exit_code\":0}\n");
}

static void json_errors(void **state)
{
	const struct error_access access = { 0x2a, 0x401000, SPACE_AR, 5, 9, true };
	struct error *err;
	struct capture c;

	(void)state;
	capture_begin(&c, true);
	out_begin(c.o, "write");
	out_array(c.o, "runs");
	err = error_hint(error_os(ERROR_TARGET, ENOSPC, "/x\xff"), "make %s", "room");
	out_error(c.o, err);
	error_free(err);
	out_end(c.o, 4);
	out_begin(c.o, "read");
	err = error_from_access(&access, "text");
	out_error(c.o, err);
	error_free(err);
	out_end(c.o, 2);
	out_begin(c.o, "read");
	err = error_from_access(&(struct error_access){ 0x11, 0, SPACE_HOME, 0, -1, false }, "t");
	out_error(c.o, err);
	error_free(err);
	out_end(c.o, 2);
	capture_end(&c,
		"{\"api_level\":1,\"command\":\"write\",\"runs\":[],\"error\":{\"kind\":\"target\","
		"\"message\":\"/x\\\\xff: No space left on device\",\"hint\":\"make room\",\"errno\":28},\"exit_code\":4}\n"
		"{\"api_level\":1,\"command\":\"read\",\"error\":{\"kind\":\"access\",\"message\":\"text\","
		"\"code\":\"0x2a\",\"name\":\"ALE-sequence exception\",\"address\":\"0x401000\",\"space\":\"ar\","
		"\"ar\":5,\"key\":9,\"store\":true},\"exit_code\":2}\n"
		"{\"api_level\":1,\"command\":\"read\",\"error\":{\"kind\":\"access\",\"message\":\"t\","
		"\"code\":\"0x11\",\"name\":\"page-translation exception\",\"address\":\"0x0\",\"space\":\"home\","
		"\"store\":false},\"exit_code\":2}\n");
}

static void json_names_every_kind(void **state)
{
	static const struct {
		enum error_kind kind;
		const char *name;
	} rows[] = {
		{ ERROR_NO, "no" }, { ERROR_ACCESS, "access" }, { ERROR_PARTIAL, "partial" },
		{ ERROR_TARGET, "target" }, { ERROR_REFUSED, "refused" }, { ERROR_USAGE, "usage" },
	};
	json_t *doc, *error;
	struct capture c;
	struct error *err;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		capture_begin(&c, true);
		out_begin(c.o, "x");
		err = error_new(rows[i].kind, "m");
		out_error(c.o, err);
		error_free(err);
		out_end(c.o, 1);
		assert_null(out_free(c.o));
		fclose(c.stream);
		doc = json_loads(c.text, 0, NULL);
		assert_non_null(doc);
		error = json_object_get(doc, "error");
		assert_string_equal(json_string_value(json_object_get(error, "kind")), rows[i].name);
		json_decref(doc);
		free(c.text);
	}
}

/* Text errors go to stderr, behind what was printed before. */
static void text_errors(void **state)
{
	struct caught messages;
	struct error *err;
	struct capture c;

	(void)state;
	capture_begin(&c, false);
	out_begin(c.o, "read");
	out_text(c.o, "data %d\n", 1);
	out_num(c.o, "no", 1);
	err = error_hint(error_new(ERROR_USAGE, "bad"), "do good");
	catch_stderr(&messages);
	out_error(c.o, err);
	release_stderr(&messages, "s390memctl: bad\ns390memctl: do good\n");
	assert_string_equal(c.text, "data 1\n");
	error_free(err);
	out_end(c.o, 64);
	capture_end(&c, "data 1\n");
}

/* An error that no document is open for is told as text, too. */
static void errors_outside_of_documents(void **state)
{
	struct caught messages;
	struct error *err;
	struct capture c;

	(void)state;
	capture_begin(&c, true);
	err = error_new(ERROR_USAGE, "bad");
	catch_stderr(&messages);
	out_error(c.o, err);
	release_stderr(&messages, "s390memctl: bad\n");
	error_free(err);
	capture_end(&c, "");
}

/* A full disk is told once, by the next look. */
static void full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct error *err;
	struct out *o;

	(void)state;
	assert_non_null(full);
	o = out_new(full, false);
	assert_null(out_flush(o));
	out_text(o, "x\n");
	err = out_flush(o);
	assert_non_null(err);
	assert_int_equal(err->errnum, ENOSPC);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_string_equal(err->message, "cannot write the output: No space left on device");
	assert_non_null(err->hint);
	error_free(err);
	err = out_free(o);
	error_free(err);

	setvbuf(full, NULL, _IONBF, 0);
	o = out_new(full, true);
	out_begin(o, "x");
	out_end(o, 0);
	err = out_free(o);
	assert_non_null(err);
	assert_int_equal(err->errnum, ENOSPC);
	error_free(err);
	fclose(full);
}

/* ebcdic */

static struct ebcdic code_page;

/* Codes that differ between the code pages in use, from IBM's table of code page 1047. */
static void ebcdic_code_page(void **state)
{
	static const struct {
		unsigned char ebcdic;
		uint32_t unicode;
	} rows[] = {
		{ 0x15, 0x85 }, { 0x25, 0x0a }, { 0x40, ' ' }, { 0x4f, '|' }, { 0x5a, '!' },
		{ 0x5f, '^' }, { 0xad, '[' }, { 0xbd, ']' }, { 0xc1, 'A' }, { 0xe0, '\\' },
		{ 0xf9, '9' }, { 0xff, 0x9f }, { 0x7c, '@' }, { 0x9f, 0xa4 },
	};
	char ascii;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(code_page.code_point[rows[i].ebcdic], rows[i].unicode);
		ebcdic_to_ascii(&code_page, &rows[i].ebcdic, 1, &ascii);
		if (rows[i].unicode >= 0x20 && rows[i].unicode < 0x7f)
			assert_int_equal(ascii, rows[i].unicode);
		else
			assert_int_equal(ascii, '.');
	}
}

static void ebcdic_without_converter(void **state)
{
	struct error *err = ebcdic_load(&code_page, "IBM-99999");

	(void)state;
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_string_equal(err->message, "the C library cannot convert EBCDIC (IBM-99999)");
	error_free(err);
	assert_null(ebcdic_load(&code_page, EBCDIC_CODE_PAGE));
}

static void ebcdic_there_and_back(void **state)
{
	unsigned char *out;
	size_t len;
	char back[32];

	(void)state;
	assert_null(ebcdic_from_utf8(&code_page, "Hello, [z/OS] {1}\n", &out, &len));
	assert_int_equal(len, 18);
	assert_memory_equal(out, "\xc8\x85\x93\x93\x96\x6b\x40\xad\xa9\x61\xd6\xe2\xbd\x40\xc0\xf1\xd0\x25", 18);
	ebcdic_to_ascii(&code_page, out, len, back);
	assert_memory_equal(back, "Hello, [z/OS] {1}.", 18);
	free(out);
	assert_null(ebcdic_from_utf8(&code_page, "", &out, &len));
	assert_int_equal(len, 0);
	free(out);
}

static void ebcdic_rejects_what_it_has_not(void **state)
{
	static const struct {
		const char *in, *message;
	} rows[] = {
		{ "5 \xe2\x82\xac", "'\xe2\x82\xac' is no character of EBCDIC (IBM-1047)" },
		{ "a\xff" "b", "'\\xff' is no character of EBCDIC (IBM-1047)" },
		{ "\xe2\x80\xae", "'\\xe2\\x80\\xae' is no character of EBCDIC (IBM-1047)" },
		{ "\xc3", "'\\xc3' is no character of EBCDIC (IBM-1047)" },
	};
	unsigned char *out;
	struct error *err;
	size_t len, i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		err = ebcdic_from_utf8(&code_page, rows[i].in, &out, &len);
		assert_non_null(err);
		assert_int_equal(err->kind, ERROR_USAGE);
		assert_string_equal(err->message, rows[i].message);
		assert_null(out);
		error_free(err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_document_of_all_kinds),
		cmocka_unit_test(json_closes_what_is_open),
		cmocka_unit_test(json_is_freed_unfinished),
		cmocka_unit_test(json_out_of_memory_is_a_document),
		cmocka_unit_test(json_errors),
		cmocka_unit_test(json_names_every_kind),
		cmocka_unit_test(text_errors),
		cmocka_unit_test(errors_outside_of_documents),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(ebcdic_without_converter),
		cmocka_unit_test(ebcdic_code_page),
		cmocka_unit_test(ebcdic_there_and_back),
		cmocka_unit_test(ebcdic_rejects_what_it_has_not),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
