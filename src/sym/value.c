/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/value.h"

#include <string.h>

#define BYTES_MAX 32U	/* an integer of 16 bytes, bits that lie across two of them */

unsigned int value_bytes(const struct type_info *info, unsigned int bit_offset,
			 unsigned int bit_size)
{
	if (!bit_size)
		return info->size > 16 ? 16 : (unsigned int)info->size;
	return (bit_offset + bit_size + 7) / 8;
}

uint64_t value_extract(const void *bytes, const struct type_info *info, unsigned int bit_offset,
		       unsigned int bit_size)
{
	const unsigned char *p = bytes;
	unsigned int i, len = value_bytes(info, bit_offset, bit_size), width;
	unsigned __int128 all = 0;
	uint64_t number;

	for (i = 0; i < len; i++)
		all = all << 8 | p[i];
	if (bit_size)
		all >>= (len * 8 - bit_offset - bit_size) & 127;
	number = (uint64_t)all;
	width = bit_size ? bit_size : len * 8;
	if (width >= 64)
		return number;
	if (!width)
		return 0;
	number &= (1ULL << width) - 1;
	if (info->is_signed && (number >> (width - 1) & 1))
		number |= ~0ULL << width;
	return number;
}

/* What is stored and has a number is fetched. */
static struct error *fetch(const struct value_context *ctx, const struct value *v,
			   const struct type_info *info, uint64_t *number)
{
	unsigned char bytes[BYTES_MAX] = { 0 };
	unsigned int len = value_bytes(info, v->bit_offset, v->bit_size);
	struct error *err;

	if (!len || len > sizeof(bytes))
		return error_new(ERROR_USAGE, "the value has no size");
	err = ctx->read(ctx->arg, v->addr, bytes, len);
	if (!err)
		*number = value_extract(bytes, info, v->bit_offset, v->bit_size);
	return err;
}

static struct error *no_number(const struct value *v)
{
	struct buf b = BUF_INIT;
	struct error *err;

	type_declare(&v->type, "", &b);
	err = error_new(ERROR_USAGE, "a value of type %s is no number", buf_str(&b));
	buf_free(&b);
	return err;
}

struct error *value_number(const struct value_context *ctx, const struct value *v,
			   uint64_t *number)
{
	struct type_info info;
	struct type type;
	struct error *err;

	*number = v->stored ? v->addr : v->number;
	/* A symbol without a type is its address. */
	if (!v->stored || !v->typed)
		return NULL;
	err = type_resolve(&v->type, &type, &info);
	if (err)
		return err;
	switch (info.kind) {
	case TYPE_ARRAY:
	case TYPE_FUNCTION:
		return NULL;
	case TYPE_INT:
	case TYPE_CHAR:
	case TYPE_BOOL:
	case TYPE_ENUM:
	case TYPE_POINTER:
		return fetch(ctx, v, &info, number);
	default:
		return no_number(v);
	}
}
