/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/excerpt.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "out/hexdump.h"

void excerpt_add(struct excerpt *e, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t n = 0, keep;

	if (e->total < EXCERPT_HEAD) {
		n = EXCERPT_HEAD - (size_t)e->total;
		n = n < len ? n : len;
		memcpy(e->head + e->total, p, n);
	}
	e->total += len;
	p += n;
	len -= n;
	if (len >= EXCERPT_TAIL) {
		memcpy(e->tail, p + len - EXCERPT_TAIL, EXCERPT_TAIL);
		e->tail_len = EXCERPT_TAIL;
		return;
	}
	keep = e->tail_len < EXCERPT_TAIL - len ? e->tail_len : EXCERPT_TAIL - len;
	memmove(e->tail, e->tail + e->tail_len - keep, keep);
	memcpy(e->tail + keep, p, len);
	e->tail_len = keep + len;
}

static size_t head_len(const struct excerpt *e)
{
	return e->total < EXCERPT_HEAD ? (size_t)e->total : EXCERPT_HEAD;
}

static void show_json(const struct excerpt *e, struct out *o, const char *label)
{
	unsigned char all[EXCERPT_HEAD + EXCERPT_TAIL];
	size_t head = head_len(e);
	struct buf key = BUF_INIT;

	if (e->total == head + e->tail_len) {
		memcpy(all, e->head, head);
		memcpy(all + head, e->tail, e->tail_len);
		out_bytes(o, label, all, head + e->tail_len);
		return;
	}
	buf_addf(&key, "%s_head", label);
	out_bytes(o, buf_str(&key), e->head, head);
	buf_reset(&key);
	buf_addf(&key, "%s_tail", label);
	out_bytes(o, buf_str(&key), e->tail, e->tail_len);
	buf_free(&key);
}

struct error *excerpt_show(const struct excerpt *e, struct out *o, const char *label,
			   uint64_t addr)
{
	size_t head = head_len(e);
	uint64_t left_out = e->total - head - e->tail_len;
	struct hexdump *h;

	if (out_is_json(o)) {
		show_json(e, o, label);
		return NULL;
	}
	out_text(o, "%s:\n", label);
	h = hexdump_new(o, MEM_HEX, false);
	if (!h)
		return error_nomem();
	hexdump_data(h, addr, e->head, head);
	if (left_out) {
		hexdump_end(h);
		out_text(o, "... %" PRIu64 " bytes ...\n", left_out);
		h = hexdump_new(o, MEM_HEX, false);
		if (!h)
			return error_nomem();
	}
	hexdump_data(h, addr + head + left_out, e->tail, e->tail_len);
	hexdump_end(h);
	return NULL;
}
