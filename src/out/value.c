/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "out/value.h"

#include <inttypes.h>
#include <string.h>

#include "base/endian.h"

static const char letters[VALUE_FORMATS + 1] = {
	[VALUE_HEX] = 'x', [VALUE_SIGNED] = 'd', [VALUE_UNSIGNED] = 'u', [VALUE_OCTAL] = 'o',
	[VALUE_BINARY] = 't', [VALUE_CHAR] = 'c', [VALUE_ADDRESS] = 'a', [VALUE_FLOAT] = 'f',
};

int value_format_parse(char letter)
{
	const char *found = letter ? strchr(letters, letter) : NULL;

	return found ? (int)(found - letters) : -1;
}

uint64_t value_get(const void *p, size_t size)
{
	switch (size) {
	case 1:
		return *(const unsigned char *)p;
	case 2:
		return get_be16(p);
	case 4:
		return get_be32(p);
	default:
		return get_be64(p);
	}
}

int64_t value_get_signed(const void *p, size_t size)
{
	switch (size) {
	case 1:
		return *(const signed char *)p;
	case 2:
		return (int16_t)get_be16(p);
	case 4:
		return (int32_t)get_be32(p);
	default:
		return (int64_t)get_be64(p);
	}
}

/* Decimal digits of the largest unsigned number of 1, 2, 4, 8 bytes. */
static int digits(size_t size)
{
	return size == 1 ? 3 : size == 2 ? 5 : size == 4 ? 10 : 20;
}

static void add_binary(struct buf *b, uint64_t value, size_t size)
{
	int bit;

	for (bit = (int)size * 8 - 1; bit >= 0; bit--)
		buf_addc(b, value >> bit & 1 ? '1' : '0');
}

static void add_char(struct buf *b, const void *p, size_t size)
{
	unsigned char c = ((const unsigned char *)p)[size - 1];

	buf_addf(b, "%*" PRId64 " '", digits(size) + 1, value_get_signed(p, size));
	if (c < 0x20 || c >= 0x7f || c == '\'' || c == '\\')
		buf_addf(b, "\\%03o'", c);
	else
		buf_addf(b, "%c'   ", c);
}

static void add_float(struct buf *b, const void *p, size_t size)
{
	uint32_t word = (uint32_t)value_get(p, 4);
	uint64_t value = size == 8 ? value_get(p, 8) : 0;
	double d;
	float f;

	if (size == 4) {
		memcpy(&f, &word, sizeof(f));
		buf_addf(b, "%15.9g", (double)f);
	} else {
		memcpy(&d, &value, sizeof(d));
		buf_addf(b, "%24.17g", d);
	}
}

static void add_address(struct buf *b, const void *p, size_t size, value_symbol *symbol, void *arg)
{
	size_t before;

	value_add(b, p, size, VALUE_HEX, NULL, NULL);
	before = b->len;
	if (!symbol)
		return;
	buf_adds(b, " <");
	if (symbol(arg, value_get(p, size), b)) {
		buf_addc(b, '>');
	} else if (!buf_failed(b)) {
		b->len = before;
		b->data[before] = '\0';
	}
}

void value_add(struct buf *b, const void *p, size_t size, enum value_format format,
	       value_symbol *symbol, void *arg)
{
	uint64_t value = value_get(p, size);

	switch (format) {
	case VALUE_SIGNED:
		buf_addf(b, "%*" PRId64, digits(size) + 1, value_get_signed(p, size));
		break;
	case VALUE_UNSIGNED:
		buf_addf(b, "%*" PRIu64, digits(size), value);
		break;
	case VALUE_OCTAL:
		buf_addf(b, "0%0*" PRIo64, ((int)size * 8 + 2) / 3, value);
		break;
	case VALUE_BINARY:
		add_binary(b, value, size);
		break;
	case VALUE_CHAR:
		add_char(b, p, size);
		break;
	case VALUE_ADDRESS:
		add_address(b, p, size, symbol, arg);
		break;
	case VALUE_FLOAT:
		if (size >= 4) {
			add_float(b, p, size);
			break;
		}
		/* fall through */
	default:
		buf_addf(b, "0x%0*" PRIx64, (int)size * 2, value);
	}
}
