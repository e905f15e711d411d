/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Documents of the formatter, read back: what was put in comes out. The input is
 * a sequence of members: kind[1], length[1], bytes.
 */
#include <jansson.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "out/out.h"

#define MEMBERS	64

/* Whether a text is UTF-8: only then it comes back as it is. */
static bool is_utf8(const char *text)
{
	size_t left = strlen(text), n;
	uint32_t code;

	for (; left; text += n, left -= n) {
		n = utf8_sequence(text, left, &code);
		if (!n)
			return false;
	}
	return true;
}

/* The members, in order: an array each. */
static size_t write_members(struct out *o, struct fuzz_input in)
{
	const uint8_t *bytes;
	unsigned int kind;
	size_t n, len;
	char *text;

	for (n = 0; in.left && n < MEMBERS; n++) {
		kind = (unsigned int)fuzz_number(&in, 1) % 3;
		len = (size_t)fuzz_number(&in, 1);
		bytes = fuzz_bytes(&in, &len);
		text = fuzz_string(bytes, len);
		if (kind == 0)
			out_str(o, NULL, text);
		else if (kind == 1)
			out_bytes(o, NULL, bytes, len);
		else
			out_num(o, NULL, (long long)len - 100);
		free(text);
	}
	return n;
}

static void check_hex(const char *text, const uint8_t *bytes, size_t len)
{
	char digits[3];
	size_t i;

	FUZZ_CHECK(strlen(text) == 2 * len);
	for (i = 0; i < len; i++) {
		snprintf(digits, sizeof(digits), "%02x", bytes[i]);
		FUZZ_CHECK(!strncmp(text + 2 * i, digits, 2));
	}
}

static void check_members(const json_t *list, struct fuzz_input in, size_t count)
{
	const uint8_t *bytes;
	const json_t *member;
	unsigned int kind;
	size_t i, len;
	char *text;

	FUZZ_CHECK(json_array_size(list) == count);
	for (i = 0; i < count; i++) {
		kind = (unsigned int)fuzz_number(&in, 1) % 3;
		len = (size_t)fuzz_number(&in, 1);
		bytes = fuzz_bytes(&in, &len);
		text = fuzz_string(bytes, len);
		member = json_array_get(list, i);
		if (kind == 0 && is_utf8(text))
			FUZZ_CHECK(!strcmp(json_string_value(member), text));
		else if (kind == 0)
			FUZZ_CHECK(strstr(json_string_value(member), "\\x"));
		else if (kind == 1)
			check_hex(json_string_value(member), bytes, len);
		else
			FUZZ_CHECK(json_integer_value(member) == (json_int_t)len - 100);
		free(text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fuzz_input in = { .data = data, .left = size };
	char *text = fuzz_string(data, size), *printed = NULL;
	size_t len = 0, count;
	json_t *document;
	FILE *stream = open_memstream(&printed, &len);
	struct out *o;

	FUZZ_CHECK(stream);
	o = out_new(stream, true);
	FUZZ_CHECK(o);
	out_begin(o, text);
	out_array(o, "members");
	count = write_members(o, in);
	out_close(o);
	out_end(o, 0);
	FUZZ_CHECK(!out_free(o));
	FUZZ_CHECK(!fclose(stream));
	document = json_loads(printed, JSON_REJECT_DUPLICATES, NULL);
	FUZZ_CHECK(json_is_object(document));
	check_members(json_object_get(document, "members"), in, count);
	json_decref(document);
	free(printed);
	free(text);
	return 0;
}
