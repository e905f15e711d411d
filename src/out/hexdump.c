/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dump is a sequence of runs of readable bytes and holes. Text is printed as
 * it comes: lines of 16 bytes (hex, u8..u64), one quoted string a run (str,
 * ebcdic) or the bytes themselves (raw). For JSON see hexdump-json.c.
 */
#include "out/hexdump-inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "base/endian.h"
#include "base/utf8.h"
#include "out/ebcdic.h"

#define LINE_BYTES 16	/* if nothing else is wanted */

static const struct {
	const char *name;
	size_t size;
} types[] = {
	[MEM_HEX] = { "hex", 1 },
	[MEM_U8] = { "u8", 1 },
	[MEM_U16] = { "u16", 2 },
	[MEM_U32] = { "u32", 4 },
	[MEM_U64] = { "u64", 8 },
	[MEM_STR] = { "str", 1 },
	[MEM_EBCDIC] = { "ebcdic", 1 },
	[MEM_RAW] = { "raw", 1 },
};

int mem_type_parse(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(name, types[i].name))
			return (int)i;
	}
	return -1;
}

size_t mem_type_size(enum mem_type type)
{
	return types[type].size;
}

struct hexdump *hexdump_new(struct out *o, enum mem_type type, const struct ebcdic *ebcdic)
{
	struct hexdump *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->o = o;
	h->type = type;
	h->ebcdic = ebcdic;
	h->look.columns = LINE_BYTES;
	out_array(o, "runs");
	return h;
}

void hexdump_look(struct hexdump *h, const struct hexdump_look *look)
{
	h->look = *look;
	if (!h->look.columns || h->look.columns % 8 || h->look.columns > HEXDUMP_COLUMNS_MAX)
		h->look.columns = LINE_BYTES;
}

bool hexdump_is_complete(const struct hexdump *h)
{
	return h->look.strings && h->strings == h->look.strings;
}

uint64_t hexdump_next(const struct hexdump *h)
{
	return h->next;
}

/* Whether the type is shown as lines of 16 bytes. */
static bool has_lines(enum mem_type type)
{
	return type <= MEM_U64;
}

/* Lines of text */

static char *add_hex(char *s, const unsigned char *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (; len; p++, len--) {
		*s++ = digits[*p >> 4];
		*s++ = digits[*p & 0xf];
	}
	return s;
}

/* The bytes as words of 4; places without a byte are blank if a column follows. */
static char *add_words(char *s, const unsigned char *p, size_t len, size_t columns)
{
	size_t i;

	for (i = 0; i < columns; i++) {
		if (i % 4 == 0)
			*s++ = ' ';
		if (i < len) {
			s = add_hex(s, p + i, 1);
		} else {
			*s++ = ' ';
			*s++ = ' ';
		}
	}
	return s;
}

/* Characters between bars. */
static char *add_column(char *s, const char *text, size_t len, bool plain)
{
	*s++ = ' ';
	*s++ = ' ';
	if (!plain)
		*s++ = '|';
	memcpy(s, text, len);
	s += len;
	if (!plain)
		*s++ = '|';
	return s;
}

static char *add_ascii(char *s, const unsigned char *p, size_t len, bool plain)
{
	char text[HEXDUMP_COLUMNS_MAX];
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '.';
	return add_column(s, text, len, plain);
}

static char *add_ebcdic(const struct hexdump *h, char *s, const unsigned char *p, size_t len)
{
	char text[HEXDUMP_COLUMNS_MAX];

	/* In its place even where the ASCII column is short. */
	memset(s, ' ', h->look.columns - len);
	s += h->look.columns - len;
	ebcdic_to_ascii(h->ebcdic, p, len, text);
	return add_column(s, text, len, h->look.plain);
}

/* Values of the type; a rest that is shorter than one is shown as what it is. */
static void print_values(struct hexdump *h, const unsigned char *p, size_t len)
{
	size_t size = mem_type_size(h->type), i;

	buf_reset(&h->text);
	buf_addc(&h->text, ':');
	for (; len >= size; p += size, len -= size) {
		buf_addc(&h->text, ' ');
		value_add(&h->text, p, size, h->look.format, h->look.symbol, h->look.arg);
	}
	if (len)
		buf_adds(&h->text, " 0x");
	for (i = 0; i < len; i++)
		buf_addf(&h->text, "%02x", p[i]);
	while (h->text.len && h->text.data[h->text.len - 1] == ' ')
		h->text.len--;
	buf_addc(&h->text, '\n');
	if (buf_failed(&h->text))
		out_nomem(h->o);
	out_raw(h->o, buf_str(&h->text), h->text.len);
}

bool hexdump_next_symbol(struct hexdump *h, uint64_t addr, const unsigned char *p, size_t len,
			 size_t *at)
{
	*at += (size_t)(-(addr + *at) % 8);
	for (; *at + 8 <= len; *at += 8) {
		buf_reset(&h->text);
		if (h->look.symbol(h->look.arg, value_get(p + *at, 8), &h->text)) {
			*at += 8;
			return true;
		}
	}
	return false;
}

/* At the end of a line. */
static void print_symbols(struct hexdump *h, uint64_t addr, const unsigned char *p, size_t len)
{
	const char *separator = "  ";
	size_t at = 0;

	while (hexdump_next_symbol(h, addr, p, len, &at)) {
		out_text(h->o, "%s", separator);
		out_style(h->o, STYLE_SYMBOL);
		out_text(h->o, "%s", buf_str(&h->text));
		out_style(h->o, STYLE_NONE);
		separator = ", ";
	}
}

static void print_line(struct hexdump *h, uint64_t addr, const unsigned char *p, size_t len)
{
	char line[32 + 5 * HEXDUMP_COLUMNS_MAX], *s;
	unsigned char addr_be[8];

	put_be64(addr_be, addr);
	s = add_hex(line, addr_be, sizeof(addr_be));
	out_style(h->o, STYLE_ADDRESS);
	out_raw(h->o, line, (size_t)(s - line));
	out_style(h->o, STYLE_NONE);
	if (h->type != MEM_HEX) {
		print_values(h, p, len);
		return;
	}
	s = line;
	*s++ = ' ';
	s = add_words(s, p, len, h->look.columns);
	s = add_ascii(s, p, len, h->look.plain);
	if (h->ebcdic)
		s = add_ebcdic(h, s, p, len);
	out_raw(h->o, line, (size_t)(s - line));
	if (h->look.symbolize)
		print_symbols(h, addr, p, len);
	out_text(h->o, "\n");
}

/* Print "*" for the last lines lines that were held back. */
static void print_repeats(struct hexdump *h, size_t lines)
{
	if (lines && h->look.plain)
		out_text(h->o, "%zu more like this\n", lines);
	else if (lines)
		out_text(h->o, "*\n");
	h->repeats = 0;
}

/* The line is full: print it unless it equals the one before. */
static void line_full(struct hexdump *h)
{
	h->line_len = 0;
	if (h->have_last && !memcmp(h->line, h->last, h->look.columns)) {
		h->repeats++;
		return;
	}
	print_repeats(h, h->repeats);
	print_line(h, h->next - h->look.columns, h->line, h->look.columns);
	memcpy(h->last, h->line, h->look.columns);
	h->have_last = true;
}

static void lines_data(struct hexdump *h, const unsigned char *p, size_t len)
{
	size_t n;

	for (; len; p += n, len -= n) {
		n = h->look.columns - h->line_len;
		if (n > len)
			n = len;
		memcpy(h->line + h->line_len, p, n);
		h->line_len += n;
		h->next += n;
		if (h->line_len == h->look.columns)
			line_full(h);
	}
}

/* The run is over: its last line is always printed. */
static void lines_end(struct hexdump *h)
{
	size_t rest = h->line_len;

	if (rest) {
		print_repeats(h, h->repeats);
		print_line(h, h->next - rest, h->line, rest);
	} else if (h->repeats) {
		print_repeats(h, h->repeats - 1);
		print_line(h, h->next - h->look.columns, h->last, h->look.columns);
	}
	h->line_len = 0;
	h->have_last = false;
}

/* Quoted strings */

/*
 * Print what is held, escaped. Unless it is the end of the run, the last bytes
 * stay where a UTF-8 sequence may be cut.
 */
static void print_held(struct hexdump *h, bool end)
{
	size_t left = h->held.len, keep = end ? 0 : UTF8_MAX - 1, n;
	const char *p = h->held.data;
	struct buf text = BUF_INIT;
	char rest[UTF8_MAX];
	uint32_t code;

	for (; left > keep; p += n, left -= n) {
		n = utf8_sequence(p, left, &code);
		if (n && code == '"')
			buf_adds(&text, "\\\"");
		else
			buf_add_escaped(&text, p, n ? n : 1);
		n = n ? n : 1;
		if (text.len >= 4096) {
			out_raw(h->o, buf_str(&text), text.len);
			buf_reset(&text);
		}
	}
	out_raw(h->o, buf_str(&text), text.len);
	if (buf_failed(&text) || buf_failed(&h->held))
		out_nomem(h->o);
	buf_free(&text);
	if (left)
		memcpy(rest, p, left);
	buf_reset(&h->held);
	buf_add(&h->held, rest, left);
}

void hexdump_hold_string(struct hexdump *h, const unsigned char *p, size_t len)
{
	char ascii[256];
	size_t n;

	if (h->type == MEM_STR) {
		n = strnlen((const char *)p, len);
		buf_add(&h->held, p, n);
		h->ended = n < len;
		return;
	}
	for (; len; p += n, len -= n) {
		n = len < sizeof(ascii) ? len : sizeof(ascii);
		ebcdic_to_ascii(h->ebcdic, p, n, ascii);
		buf_add(&h->held, ascii, n);
	}
}

static void string_data(struct hexdump *h, const unsigned char *p, size_t len)
{
	size_t n;

	if (!h->run_len)
		out_text(h->o, "%016" PRIx64 ": \"", h->run_addr);
	for (; len && !h->ended; p += n, len -= n) {
		n = len < 4096 ? len : 4096;
		hexdump_hold_string(h, p, n);
		print_held(h, false);
	}
}

static void string_end(struct hexdump *h)
{
	print_held(h, true);
	out_text(h->o, h->type == MEM_EBCDIC || h->ended ? "\"\n" : "\"...\n");
}

/* All */

static void run_end(struct hexdump *h)
{
	if (!h->in_run)
		return;
	if (out_is_json(h->o))
		hexdump_json_end(h);
	else if (has_lines(h->type))
		lines_end(h);
	else if (h->type != MEM_RAW)
		string_end(h);
	buf_reset(&h->held);
	h->in_run = false;
}

static void run_begin(struct hexdump *h, uint64_t addr)
{
	h->in_run = true;
	h->next = addr;
	h->run_addr = addr;
	h->run_len = 0;
	h->ended = false;
}

/* Bytes of one run, or of one string. */
static void add_data(struct hexdump *h, uint64_t addr, const void *data, size_t len)
{
	if (h->in_run && addr != h->next)
		run_end(h);
	if (!h->in_run)
		run_begin(h, addr);
	if (out_is_json(h->o))
		hexdump_json_data(h, data, len);
	else if (has_lines(h->type))
		lines_data(h, data, len);
	else if (h->type == MEM_RAW)
		out_raw(h->o, data, len);
	else
		string_data(h, data, len);
	h->run_len += len;
	h->next = h->run_addr + h->run_len;
}

void hexdump_data(struct hexdump *h, uint64_t addr, const void *data, size_t len)
{
	const char *p = data, *nul;
	size_t n;

	for (; len && !hexdump_is_complete(h); p += n, addr += n, len -= n) {
		n = len;
		nul = h->look.strings ? memchr(p, '\0', len) : NULL;
		if (nul)
			n = (size_t)(nul - p) + 1;
		add_data(h, addr, p, n);
		if (nul) {
			run_end(h);
			h->strings++;
		}
	}
}

/* Raw bytes go to stdout alone: a hole in them is a note. */
static void note_hole(uint64_t addr, uint64_t last, uint16_t code)
{
	fprintf(stderr, "s390memctl: %016" PRIx64 "-%016" PRIx64 ": %s (%04x)\n",
		addr, last, pgm_name(code), code);
}

void hexdump_hole(struct hexdump *h, uint64_t addr, uint64_t len, uint16_t code)
{
	uint64_t last = addr + len - 1;

	if (!len || hexdump_is_complete(h))
		return;
	run_end(h);
	h->next = addr + len;
	if (out_is_json(h->o)) {
		hexdump_json_hole(h, addr, len, code);
	} else if (h->type == MEM_RAW) {
		note_hole(addr, last, code);
	} else {
		out_style(h->o, STYLE_HOLE);
		out_text(h->o, "%016" PRIx64 "-%016" PRIx64 ": %s (%04x)", addr, last,
			 pgm_name(code), code);
		out_style(h->o, STYLE_NONE);
		out_text(h->o, "\n");
	}
}

void hexdump_remark(struct hexdump *h, uint64_t addr, const char *text)
{
	if (out_is_json(h->o))
		return;
	run_end(h);
	out_text(h->o, "%016" PRIx64 "  %s\n", addr, text);
}

void hexdump_end(struct hexdump *h)
{
	run_end(h);
	out_close(h->o);
	buf_free(&h->held);
	buf_free(&h->text);
	free(h);
}
