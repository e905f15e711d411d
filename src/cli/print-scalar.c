/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/print-scalar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"

#define STRING_STEP 64U	/* bytes read at once of what a char pointer points to */

bool print_is_scalar(enum type_kind kind)
{
	return kind == TYPE_INT || kind == TYPE_CHAR || kind == TYPE_BOOL || kind == TYPE_FLOAT ||
	       kind == TYPE_ENUM || kind == TYPE_POINTER;
}

/* Texts */

/* Append a text in quotes, escaped for C. */
static void quote(struct buf *b, const char *text, size_t len)
{
	const char *end;

	buf_addc(b, '"');
	while ((end = memchr(text, '"', len))) {
		buf_add_escaped(b, text, (size_t)(end - text));
		buf_adds(b, "\\\"");
		len -= (size_t)(end - text) + 1;
		text = end + 1;
	}
	buf_add_escaped(b, text, len);
	buf_addc(b, '"');
}

void print_text(struct printer *p, const char *key, const unsigned char *text, size_t len)
{
	const unsigned char *nul = memchr(text, 0, len);
	size_t shown = nul ? (size_t)(nul - text) : len;
	struct buf b = BUF_INIT;
	bool cut = shown > p->opt->elements;

	if (cut)
		shown = (size_t)p->opt->elements;
	p->cut |= cut;
	quote(&p->text, (const char *)text, shown);
	if (cut)
		buf_adds(&p->text, "...");
	if (out_is_json(p->o)) {
		buf_add(&b, text, shown);
		out_str(p->o, key, buf_str(&b));
		buf_free(&b);
	}
}

/* The text that a char pointer points to, into b; false if nothing can be read. */
static bool read_string(const struct printer *p, uint64_t addr, struct buf *b)
{
	char piece[STRING_STEP];
	size_t len, page;
	struct error *err;
	const char *nul;

	while (b->len < p->opt->elements) {
		len = p->opt->elements - b->len;
		page = 4096 - (addr & 4095);
		len = len < sizeof(piece) ? len : sizeof(piece);
		len = len < page ? len : page;
		err = p->src->read(p->src->arg, addr, piece, len);
		if (err) {
			error_free(err);
			return b->len > 0;
		}
		nul = memchr(piece, 0, len);
		buf_add(b, piece, nul ? (size_t)(nul - piece) : len);
		if (nul || buf_failed(b))
			return true;
		addr += len;
	}
	return true;
}

/* Addresses */

static bool points_to_char(const struct type_info *pointer)
{
	struct type_info info = { .kind = TYPE_VOID };
	struct type type;
	struct error *err = type_resolve(&pointer->target, &type, &info);

	if (err) {
		error_free(err);
		return false;
	}
	return info.kind == TYPE_CHAR;
}

static void print_pointer(struct printer *p, const char *key, const struct type_info *info,
			  uint64_t addr)
{
	struct buf symbol = BUF_INIT, string = BUF_INIT;
	bool has_symbol, has_string;

	has_symbol = addr && p->src->symbols &&
		     symbols_format(p->src->symbols, addr, &symbol);
	has_string = addr && points_to_char(info) && read_string(p, addr, &string);
	buf_addf(&p->text, p->opt->decimal ? "%" PRIu64 : "0x%" PRIx64, addr);
	if (has_symbol)
		buf_addf(&p->text, " <%s>", buf_str(&symbol));
	if (has_string) {
		buf_addc(&p->text, ' ');
		quote(&p->text, buf_str(&string), string.len);
	}
	if (out_is_json(p->o)) {
		out_object(p->o, key);
		out_hex(p->o, "address", addr);
		if (has_symbol)
			out_str(p->o, "symbol", buf_str(&symbol));
		if (has_string)
			out_str(p->o, "string", buf_str(&string));
		out_close(p->o);
	}
	buf_free(&symbol);
	buf_free(&string);
}

/* Enums */

/* The names of the bits of a value: "A | B". Nothing if they are not all that it is. */
static void flag_names(const struct type_members *m, uint64_t value, struct buf *b)
{
	uint64_t left = value, bit;
	size_t i;

	for (i = 0; i < m->count && left; i++) {
		bit = (uint64_t)m->list[i].value;
		if (!bit || (bit & (bit - 1))) {
			if (bit)
				break;
			continue;
		}
		if (!(left & bit))
			continue;
		buf_adds(b, b->len ? " | " : "");
		buf_add_escaped(b, m->list[i].name, strlen(m->list[i].name));
		left &= ~bit;
	}
	if (left)
		buf_reset(b);
}

static struct error *print_enum(struct printer *p, const char *key, const struct scalar *s,
				uint64_t number)
{
	struct buf name = BUF_INIT;
	struct type_members m;
	struct error *err;
	size_t i;

	err = type_get_members(s->type, &m);
	if (err)
		return err;
	for (i = 0; i < m.count && !name.len; i++) {
		if ((uint64_t)m.list[i].value == number)
			buf_add_escaped(&name, m.list[i].name, strlen(m.list[i].name));
	}
	if (!name.len)
		flag_names(&m, number, &name);
	free(m.list);
	if (name.len && !p->opt->decimal && !p->opt->hex)
		buf_adds(&p->text, buf_str(&name));
	else
		buf_addf(&p->text, p->opt->hex ? "0x%" PRIx64 : "%" PRId64, (int64_t)number);
	if (out_is_json(p->o)) {
		out_object(p->o, key);
		out_num(p->o, "value", (int64_t)number);
		if (name.len)
			out_str(p->o, "name", buf_str(&name));
		out_close(p->o);
	}
	buf_free(&name);
	return NULL;
}

/* Numbers */

static uint64_t mask_of(unsigned int bits)
{
	return bits >= 64 ? UINT64_MAX : (1ULL << bits) - 1;
}

static void print_int(struct printer *p, const char *key, const struct scalar *s, uint64_t number)
{
	unsigned int bits = s->bit_size ? s->bit_size : (unsigned int)s->info->size * 8;

	if (p->opt->hex)
		buf_addf(&p->text, "0x%" PRIx64, number & mask_of(bits));
	else if (s->info->is_signed)
		buf_addf(&p->text, "%" PRId64, (int64_t)number);
	else
		buf_addf(&p->text, "%" PRIu64, number);
	if (s->info->kind == TYPE_CHAR && !p->opt->hex && !p->opt->decimal &&
	    number >= ' ' && number < 0x7f)
		buf_addf(&p->text, " '%c'", (int)number);
	if (!out_is_json(p->o))
		return;
	/* Beyond what every reader of JSON takes for the same number. */
	if (bits > 32)
		out_hex(p->o, key, number);
	else
		out_num(p->o, key, (int64_t)number);
}

/* More than 64 bits. */
static void print_wide(struct printer *p, const char *key, const struct scalar *s)
{
	unsigned int i, len = value_bytes(s->info, s->bit_offset, s->bit_size);
	struct buf b = BUF_INIT;

	buf_adds(&b, "0x");
	for (i = 0; i < len; i++)
		buf_addf(&b, "%02x", s->bytes[i]);
	buf_adds(&p->text, buf_str(&b));
	out_str(p->o, key, buf_str(&b));
	buf_free(&b);
}

static void print_float(struct printer *p, const char *key, const struct scalar *s)
{
	uint64_t bits = s->number;
	struct buf b = BUF_INIT;
	uint32_t half;
	double number;
	float single;

	if (s->bytes && s->info->size == 4) {
		half = get_be32(s->bytes);
		memcpy(&single, &half, sizeof(single));
		buf_addf(&b, "%.9g", (double)single);
	} else if (s->bytes && s->info->size == 8) {
		bits = get_be64(s->bytes);
		memcpy(&number, &bits, sizeof(number));
		buf_addf(&b, "%.17g", number);
	} else if (s->bytes) {
		print_wide(p, key, s);
		return;
	}
	buf_adds(&p->text, buf_str(&b));
	out_str(p->o, key, buf_str(&b));
	buf_free(&b);
}

struct error *print_scalar(struct printer *p, const char *key, const struct scalar *s)
{
	uint64_t number = s->bytes ?
		value_extract(s->bytes, s->info, s->bit_offset, s->bit_size) : s->number;

	switch (s->info->kind) {
	case TYPE_BOOL:
		if (number <= 1 && !p->opt->hex && !p->opt->decimal)
			buf_adds(&p->text, number ? "true" : "false");
		else
			buf_addf(&p->text, p->opt->hex ? "0x%" PRIx64 : "%" PRIu64, number);
		out_bool(p->o, key, number != 0);
		return NULL;
	case TYPE_ENUM:
		return print_enum(p, key, s, number);
	case TYPE_POINTER:
		print_pointer(p, key, s->info, number);
		return NULL;
	case TYPE_FLOAT:
		print_float(p, key, s);
		return NULL;
	default:
		if (s->bytes && s->info->size > 8 && !s->bit_size)
			print_wide(p, key, s);
		else
			print_int(p, key, s, number);
		return NULL;
	}
}
