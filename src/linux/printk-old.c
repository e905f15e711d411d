/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The buffer of Linux 3.5 to 5.9: records (struct printk_log, before 3.11 struct
 * log) behind each other, a length of 0 where they go on at the beginning;
 * kernel/printk/printk.c, log_store(), log_next().
 */
#include <stdlib.h>

#include "base/endian.h"
#include "linux/layout.h"
#include "linux/printk-buffer.h"

#define HEADER_MIN	16U	/* bytes of the header: without caller_id, which is at its end */
#define HEADER_CALLER	20U
#define HEADER_MAX	64U
#define LEVEL_MASK	7U

struct old_layout {
	uint64_t ts_nsec, len, text_len, dict_len, size;
};

#define ROW(type, member, field) { type, member, offsetof(struct old_layout, field), false }
#define ROWS(type) { \
	ROW(type, "ts_nsec", ts_nsec), ROW(type, "len", len), ROW(type, "text_len", text_len), \
	ROW(type, "dict_len", dict_len), ROW(type, NULL, size) }

static const struct layout_row rows[] = ROWS("printk_log");
static const struct layout_row first_rows[] = ROWS("log");

/* All versions have ts_nsec, len, text_len, dict_len, facility, flags (5 bits) and level (3). */
static const struct old_layout known = { .ts_nsec = 0, .len = 8, .text_len = 10, .dict_len = 12 };

static struct error *old_read(struct log_buffer *b, uint64_t i, bool text, struct log_record *r,
			      bool *there)
{
	uint64_t addr = b->log_buf + b->positions[i];
	unsigned char raw[HEADER_MAX];
	struct error *err;
	uint64_t len;

	*there = false;
	err = window_read(&b->window[0], &b->k->mem, addr, raw, b->header_size);
	if (err)
		return err;
	*r = (struct log_record){
		.sequence = b->first_sequence + i,
		.time_ns = get_be64(raw),
		.len = get_be16(raw + 10),
		.facility = raw[14],
		.level = raw[15] & LEVEL_MASK,
		.has_caller = b->header_size >= HEADER_CALLER,
		.caller = b->header_size >= HEADER_CALLER ? get_be32(raw + HEADER_MIN) : 0,
		.text = b->text,
	};
	/* A live guest may have written over it. */
	len = get_be16(raw + 8);
	if (len < b->header_size || r->len > len - b->header_size)
		return NULL;
	*there = true;
	return text ? kmem_read(&b->k->mem, addr + b->header_size, b->text, r->len) : NULL;
}

static const struct log_format old_format = { .read = old_read };

/* Where the records begin, from the first to before the next that is written. */
static struct error *find_records(struct log_buffer *b, uint32_t first, uint32_t next)
{
	uint64_t limit = b->log_buf_len / b->header_size + 1, at = first;
	bool wrapped = false;
	struct error *err;
	unsigned char raw[2];
	uint32_t len;

	b->positions = malloc(limit * sizeof(*b->positions));
	if (!b->positions)
		return error_nomem();
	while (at != next && b->count < limit) {
		err = at + b->header_size > b->log_buf_len ? NULL :
			window_read(&b->window[0], &b->k->mem, b->log_buf + at + 8, raw, sizeof(raw));
		if (err)
			return err;
		len = at + b->header_size > b->log_buf_len ? 0 : get_be16(raw);
		if (len >= b->header_size && len <= b->log_buf_len - at) {
			b->positions[b->count++] = (uint32_t)at;
			at += len;
			continue;
		}
		if (len || wrapped) {
			b->damaged++;
			return NULL;
		}
		wrapped = true;
		at = 0;
	}
	return NULL;
}

static struct error *get_layout(struct log_buffer *b)
{
	struct old_layout l;
	struct error *err = layout_fill(b->k, rows, sizeof(rows) / sizeof(rows[0]), &l);

	if (err) {
		error_free(err);
		err = layout_fill(b->k, first_rows, sizeof(first_rows) / sizeof(first_rows[0]), &l);
	}
	if (err)
		return err;
	if (l.ts_nsec != known.ts_nsec || l.len != known.len || l.text_len != known.text_len ||
	    l.dict_len != known.dict_len || l.size < HEADER_MIN || l.size > HEADER_MAX)
		return error_new(ERROR_NO, "this kernel's struct printk_log is not known");
	b->header_size = l.size;
	return NULL;
}

static struct error *read_number(struct log_buffer *b, const char *name, uint32_t *value)
{
	uint64_t addr;
	struct error *err = kernel_symbol(b->k, name, &addr);

	return err ? err : kmem_u32(&b->k->mem, addr, value);
}

struct error *log_open_old(struct log_buffer *b)
{
	uint32_t len, first, next;
	struct error *err;
	uint64_t addr;

	err = kernel_symbol(b->k, "log_buf", &addr);
	if (!err)
		err = get_layout(b);
	if (!err)
		err = kmem_u64(&b->k->mem, addr, &b->log_buf);
	if (!err)
		err = read_number(b, "log_buf_len", &len);
	if (!err)
		err = read_number(b, "log_first_idx", &first);
	if (!err)
		err = read_number(b, "log_next_idx", &next);
	if (err)
		return err;
	if (len > LOG_BUFFER_MAX || first > len || next > len)
		return error_new(ERROR_NO, "the guest's log buffer is damaged");
	b->log_buf_len = len;
	b->text_left = len;
	b->format = &old_format;
	if (kernel_has_symbol(b->k, "log_first_seq", &addr)) {
		err = kmem_u64(&b->k->mem, addr, &b->first_sequence);
		if (err)
			return err;
	}
	return find_records(b, first, next);
}
