/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dump in JSON: runs and holes are members of an array; a run is gathered whole. */
#include "out/hexdump-inner.h"

#include <string.h>

#include "arch/pgm.h"

/* One value of "values". */
static void put_value(struct hexdump *h, const unsigned char *p, size_t size)
{
	struct buf text = BUF_INIT;

	if (h->look.format == VALUE_FLOAT && size >= 4) {
		value_add(&text, p, size, VALUE_FLOAT, NULL, NULL);
		out_str(h->o, NULL, buf_str(&text) + strspn(buf_str(&text), " "));
		buf_free(&text);
	} else if (h->type == MEM_U64) {
		out_hex(h->o, NULL, value_get(p, size));
	} else if (h->look.format == VALUE_SIGNED) {
		out_num(h->o, NULL, value_get_signed(p, size));
	} else {
		out_num(h->o, NULL, (long long)value_get(p, size));
	}
}

/* "symbols" beside "values"; null where there is none. */
static void put_symbols(struct hexdump *h, const unsigned char *p, size_t len, size_t size)
{
	struct buf text = BUF_INIT;

	out_array(h->o, "symbols");
	for (; len >= size; p += size, len -= size) {
		buf_reset(&text);
		if (h->look.symbol && h->look.symbol(h->look.arg, value_get(p, size), &text))
			out_str(h->o, NULL, buf_str(&text));
		else
			out_null(h->o, NULL);
	}
	out_close(h->o);
	buf_free(&text);
}

/* Those of MEM_HEX, with their places. */
static void put_pointers(struct hexdump *h, uint64_t addr, const unsigned char *p, size_t len)
{
	size_t at = 0;

	out_array(h->o, "symbols");
	while (hexdump_next_symbol(h, addr, p, len, &at)) {
		out_object(h->o, NULL);
		out_hex(h->o, "address", addr + at - 8);
		out_hex(h->o, "value", value_get(p + at - 8, 8));
		out_str(h->o, "symbol", buf_str(&h->text));
		out_close(h->o);
	}
	out_close(h->o);
}

static void put_values(struct hexdump *h, const unsigned char *p, size_t len)
{
	size_t size = mem_type_size(h->type), rest = len % size, at;

	out_array(h->o, "values");
	for (at = 0; at + rest < len; at += size)
		put_value(h, p + at, size);
	out_close(h->o);
	if (h->look.format == VALUE_ADDRESS)
		put_symbols(h, p, len, size);
	if (rest)
		out_bytes(h->o, "rest", p + len - rest, rest);
}

/* One run of the array. len: bytes at p, which may be fewer than the run has for strings. */
static void put_run(struct hexdump *h, uint64_t addr, uint64_t run_len,
		    const void *p, size_t len)
{
	struct out *o = h->o;

	out_object(o, NULL);
	out_hex(o, "address", addr);
	out_hex(o, "length", run_len);
	switch (h->type) {
	case MEM_HEX:
	case MEM_RAW:
		out_bytes(o, "data", p, len);
		if (h->type == MEM_HEX && h->look.symbolize)
			put_pointers(h, addr, p, len);
		break;
	case MEM_STR:
		out_str(o, "text", p);
		out_bool(o, "terminated", h->ended);
		break;
	case MEM_EBCDIC:
		out_str(o, "text", p);
		break;
	default:
		put_values(h, p, len);
	}
	out_close(o);
}

void hexdump_json_end(struct hexdump *h)
{
	if (buf_failed(&h->held))
		out_nomem(h->o);
	put_run(h, h->run_addr, h->run_len, buf_str(&h->held), h->held.len);
}

void hexdump_json_data(struct hexdump *h, const unsigned char *p, size_t len)
{
	if (h->type != MEM_STR && h->type != MEM_EBCDIC)
		buf_add(&h->held, p, len);
	else if (!h->ended)
		hexdump_hold_string(h, p, len);
}

void hexdump_json_hole(struct hexdump *h, uint64_t addr, uint64_t len, uint16_t code)
{
	out_object(h->o, NULL);
	out_hex(h->o, "address", addr);
	out_hex(h->o, "length", len);
	out_hex(h->o, "code", code);
	out_str(h->o, "name", pgm_name(code));
	out_close(h->o);
}
