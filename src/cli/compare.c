/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "target/range.h"

#define LINE 16		/* bytes of each side in a line */
#define STRIDE 256	/* bytes compared at once while they are equal */

struct error *piece_init(struct piece *p, size_t size)
{
	p->data = malloc(size);
	p->size = size;
	p->codes = malloc(size * sizeof(*p->codes));
	p->holes = false;
	return p->data && p->codes ? NULL : error_nomem();
}

void piece_free(struct piece *p)
{
	wipe_free(p->data, p->size);
	free(p->codes);
	*p = (struct piece){ .data = NULL };
}

struct piece_reader {
	struct piece *p;
	uint64_t addr;
	size_t len;
};

static struct error *take_run(void *arg, const struct range_run *run)
{
	struct piece_reader *r = arg;
	size_t at = (size_t)(run->addr - r->addr), i;

	if (!run->code) {
		memcpy(r->p->data + at, run->data, (size_t)run->len);
		return NULL;
	}
	if (!r->p->holes)
		memset(r->p->codes, 0, r->len * sizeof(*r->p->codes));
	r->p->holes = true;
	for (i = at; i < at + run->len; i++) {
		r->p->codes[i] = run->code;
		r->p->data[i] = 0;
	}
	return NULL;
}

struct error *piece_read(struct session *s, const struct access *a, size_t len, struct piece *p)
{
	struct piece_reader r = { p, a->addr, len };

	p->holes = false;
	return range_walk(s->target, a, len, RANGE_READ, take_run, &r, session_interrupted, s);
}

struct error *compare_end(struct compare *c)
{
	struct error *err = c->run.len ? c->fn(c->arg, &c->run) : NULL;

	c->run.len = 0;
	return err;
}

static uint16_t code_of(const struct piece *p, size_t i)
{
	return p->holes ? p->codes[i] : 0;
}

/* How many bytes from i on are equal and readable on both sides. */
static size_t equal_bytes(const struct piece *first, const struct piece *second, size_t i, size_t len)
{
	bool holes = first->holes || second->holes;
	size_t n = i;

	while (!holes && len - n >= STRIDE && !memcmp(first->data + n, second->data + n, STRIDE))
		n += STRIDE;
	while (n < len && first->data[n] == second->data[n] && !code_of(first, n) &&
	       !code_of(second, n))
		n++;
	return n - i;
}

/* How many bytes from i on are of the kind of that one: differing, or with the same codes. */
static size_t alike_bytes(const struct piece *first, const struct piece *second, size_t i, size_t len)
{
	uint16_t code = code_of(first, i), code2 = code_of(second, i);
	size_t n = i;

	while (n < len && code_of(first, n) == code && code_of(second, n) == code2 &&
	       (code || code2 || first->data[n] != second->data[n]))
		n++;
	return n - i;
}

struct error *compare_pieces(struct compare *c, uint64_t offset, const struct piece *first,
			     const struct piece *second, size_t len)
{
	struct compare_run *run = &c->run;
	struct error *err = NULL;
	size_t i = 0, n;

	while (!err && i < len) {
		n = equal_bytes(first, second, i, len);
		if (n) {
			err = compare_end(c);
			i += n;
			continue;
		}
		n = alike_bytes(first, second, i, len);
		if (run->len && (run->code[0] != code_of(first, i) ||
				 run->code[1] != code_of(second, i)))
			err = compare_end(c);
		if (!run->len)
			*run = (struct compare_run){
				.offset = offset + i,
				.code = { code_of(first, i), code_of(second, i) },
			};
		run->len += n;
		excerpt_add(&run->bytes[0], first->data + i, n);
		excerpt_add(&run->bytes[1], second->data + i, n);
		i += n;
	}
	return err;
}

static void add_hex(struct buf *b, const unsigned char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_addf(b, "%s%02x", i && i % 4 == 0 ? " " : "", bytes[i]);
}

/* Lines of both sides, from addr on. */
static void show_lines(struct out *o, uint64_t addr, uint64_t addr2, const unsigned char *old,
		       const unsigned char *new_, size_t len)
{
	struct buf line = BUF_INIT;
	size_t n, i;

	for (i = 0; i < len; i += n) {
		n = len - i < LINE ? len - i : LINE;
		buf_reset(&line);
		if (addr != addr2)
			buf_addf(&line, "  %016" PRIx64, addr2 + i);
		buf_adds(&line, "  ");
		add_hex(&line, old + i, n);
		buf_adds(&line, " -> ");
		out_style(o, STYLE_ADDRESS);
		out_text(o, "%016" PRIx64, addr + i);
		out_style(o, STYLE_NONE);
		out_text(o, "%s", buf_str(&line));
		buf_reset(&line);
		add_hex(&line, new_ + i, n);
		out_style(o, STYLE_CHANGED);
		out_text(o, "%s", buf_str(&line));
		out_style(o, STYLE_NONE);
		out_text(o, "\n");
	}
	if (buf_failed(&line))
		out_nomem(o);
	buf_free(&line);
}

void compare_show_bytes(struct out *o, const struct compare_run *run, uint64_t addr, uint64_t addr2)
{
	const struct excerpt *old = &run->bytes[0], *new_ = &run->bytes[1];
	size_t head = run->len < EXCERPT_HEAD ? (size_t)run->len : EXCERPT_HEAD;
	uint64_t tail = run->len - old->tail_len;

	if (out_is_json(o)) {
		error_free(excerpt_show(old, o, "old", addr));
		error_free(excerpt_show(new_, o, "new", addr2));
		return;
	}
	show_lines(o, addr, addr2, old->head, new_->head, head);
	if (tail > head)
		out_text(o, "... %" PRIu64 " bytes differ ...\n", tail - head);
	show_lines(o, addr + tail, addr2 + tail, old->tail, new_->tail, old->tail_len);
}
