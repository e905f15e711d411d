/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "out/ebcdic.h"
#include "sym/expr.h"

static struct error *value_error(const char *text, const char *what)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, text, strlen(text));
	err = error_new(ERROR_USAGE, "value '%s': %s", buf_str(&shown), what);
	buf_free(&shown);
	return err;
}

static unsigned int digit_value(char c)
{
	return (unsigned int)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

static struct error *add_hex(struct buf *b, const char *text)
{
	const char *p = text;
	size_t len, i;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	len = strlen(p);
	for (i = 0; i < len; i++) {
		if (!isxdigit((unsigned char)p[i]))
			return error_hint(value_error(text, "not all of it are hex digits"),
					  "-t u8, u16, u32, u64, str and ebcdic take other values");
	}
	if (len == 0)
		return value_error(text, "no hex digits");
	if (len % 2)
		return error_hint(value_error(text, "an odd number of hex digits"),
				  "write two digits for each byte");
	for (i = 0; i < len; i += 2)
		buf_addc(b, (char)(digit_value(p[i]) << 4 | digit_value(p[i + 1])));
	return NULL;
}

static struct error *add_number(struct buf *b, enum mem_type type, const char *text)
{
	size_t size = mem_type_size(type);
	unsigned char bytes[8];
	uint64_t value;
	struct error *err;

	err = number_parse(text, "value", (unsigned int)size * 8, 1, &value);
	if (err)
		return err;
	put_be64(bytes, value);
	buf_add(b, bytes + 8 - size, size);
	return NULL;
}

static struct error *add_ebcdic(struct buf *b, const char *code_page, const char *text)
{
	unsigned char *bytes;
	struct ebcdic e;
	struct error *err;
	size_t len;

	err = ebcdic_load(&e, code_page ? code_page : EBCDIC_CODE_PAGE);
	if (!err)
		err = ebcdic_from_utf8(&e, text, &bytes, &len);
	if (err)
		return err;
	buf_add(b, bytes, len);
	free(bytes);
	return NULL;
}

struct error *values_add(struct buf *b, enum mem_type type, const char *code_page,
			 const char *text)
{
	struct error *err = NULL;

	switch (type) {
	case MEM_U8:
	case MEM_U16:
	case MEM_U32:
	case MEM_U64:
		err = add_number(b, type, text);
		break;
	case MEM_STR:
		buf_adds(b, text);
		break;
	case MEM_EBCDIC:
		err = add_ebcdic(b, code_page, text);
		break;
	default:
		err = add_hex(b, text);
		break;
	}
	if (!err && buf_failed(b))
		err = error_nomem();
	return err;
}

struct error *values_type(const char *text, enum mem_type def, unsigned int allowed,
			  enum mem_type *type)
{
	static const char *const names[] = {
		"hex", "u8", "u16", "u32", "u64", "str", "ebcdic", "raw"
	};
	struct buf list = BUF_INIT, shown = BUF_INIT;
	struct error *err;
	int found;
	size_t i;

	*type = def;
	if (!text)
		return NULL;
	found = mem_type_parse(text);
	if (found >= 0 && (allowed & 1U << found)) {
		*type = (enum mem_type)found;
		return NULL;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (allowed & 1U << mem_type_parse(names[i]))
			buf_addf(&list, "%s%s", list.len ? ", " : "", names[i]);
	}
	buf_add_escaped(&shown, text, strlen(text));
	err = error_hint(error_new(ERROR_USAGE, "unknown type '%s'", buf_str(&shown)),
			 "-t takes one of %s", buf_str(&list));
	buf_free(&list);
	buf_free(&shown);
	return err;
}
