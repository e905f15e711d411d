/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lockless ring buffer of Linux 5.10 and newer: kernel/printk/printk_ringbuffer.[ch]. */
#include <inttypes.h>

#include "base/endian.h"
#include "linux/layout.h"
#include "linux/printk-buffer.h"

#define COUNT_BITS_MAX	22U	/* 2^27 bytes of text, 2^5 (PRB_AVGBITS) a record */
#define SIZE_BITS_MAX	27U
#define ID_MASK		(UINT64_MAX >> 2)	/* DESC_ID_MASK */
#define STATE_SHIFT	62
#define STATE_COMMITTED	1U
#define STATE_FINALIZED	2U
#define LPOS_DATALESS	1U	/* bit of both positions: no data block */
#define LPOS_EMPTY_LINE	3U
#define INFO_MAX	512U	/* bytes of struct printk_info that are believed */
#define LEVEL_MASK	7U

enum { DESCS, INFOS, DATA };	/* windows */

#define ROW(type, member, field) { type, member, offsetof(struct prb_layout, field), false }

static const struct layout_row rows[] = {
	ROW("printk_ringbuffer", "desc_ring", desc_ring),
	ROW("printk_ringbuffer", "text_data_ring", text_data_ring),
	ROW("prb_desc_ring", "count_bits", count_bits),
	ROW("prb_desc_ring", "descs", descs),
	ROW("prb_desc_ring", "infos", infos),
	ROW("prb_desc_ring", "head_id", head_id),
	ROW("prb_desc_ring", "tail_id", tail_id),
	ROW("prb_desc", NULL, desc_size),
	ROW("prb_desc", "state_var", state_var),
	ROW("prb_desc", "text_blk_lpos", text_blk_lpos),
	ROW("prb_data_blk_lpos", "begin", begin),
	ROW("prb_data_blk_lpos", "next", next),
	ROW("printk_info", NULL, info_size),
	ROW("printk_info", "seq", seq),
	ROW("printk_info", "ts_nsec", ts_nsec),
	ROW("printk_info", "text_len", text_len),
	ROW("printk_info", "caller_id", caller_id),
	ROW("prb_data_ring", "size_bits", size_bits),
	ROW("prb_data_ring", "data", data),
};

/* struct printk_info: behind text_len (16 bits) are facility (8), flags (5) and level (3). */
static struct error *read_info(struct log_buffer *b, uint64_t index, struct log_record *r)
{
	const struct prb_layout *l = &b->layout;
	unsigned char raw[INFO_MAX];
	struct error *err;

	err = window_read(&b->window[INFOS], &b->k->mem, b->infos + index * l->info_size, raw,
			  l->info_size);
	if (err)
		return err;
	r->sequence = get_be64(raw + l->seq);
	r->time_ns = get_be64(raw + l->ts_nsec);
	r->len = get_be16(raw + l->text_len);
	r->facility = raw[l->text_len + 2];
	r->level = raw[l->text_len + 3] & LEVEL_MASK;
	r->has_caller = true;
	r->caller = get_be32(raw + l->caller_id);
	return NULL;
}

/*
 * Where the text of a data block lies in the ring, and how many bytes there are
 * at most: get_data(). A block that would cross the ring's end has its data at
 * the ring's beginning. false: no block could ever lie like this.
 */
static bool place_text(const struct log_buffer *b, uint64_t begin, uint64_t next, uint64_t *index,
		       uint64_t *size)
{
	uint64_t ring = (uint64_t)1 << b->size_bits;

	if (begin >> b->size_bits == (next - 1) >> b->size_bits && begin < next) {
		*index = begin & (ring - 1);
		*size = next - begin;
	} else if ((begin + ring) >> b->size_bits == next >> b->size_bits) {
		*index = 0;
		*size = next & (ring - 1);
	} else {
		return false;
	}
	if (*size < sizeof(uint64_t) || (*index | *size) % sizeof(uint64_t))
		return false;
	/* Its first word is the descriptor's id. */
	*index += sizeof(uint64_t);
	*size -= sizeof(uint64_t);
	return true;
}

static struct error *read_text(struct log_buffer *b, uint64_t id, uint64_t begin, uint64_t next,
			       struct log_record *r, bool *there)
{
	unsigned char raw[8];
	uint64_t index, size;
	struct error *err;

	if (!place_text(b, begin, next, &index, &size) || size > b->text_left) {
		b->damaged++;
		return NULL;
	}
	err = window_read(&b->window[DATA], &b->k->mem, b->data + index - sizeof(raw), raw,
			  sizeof(raw));
	if (err)
		return err;
	/* Another one has been written there meanwhile. */
	if (get_be64(raw) != id)
		return NULL;
	r->len = r->len < size ? r->len : size;
	if (r->len > WINDOW_SIZE)
		err = kmem_read(&b->k->mem, b->data + index, b->text, r->len);
	else
		err = window_read(&b->window[DATA], &b->k->mem, b->data + index, b->text, r->len);
	if (err)
		return err;
	b->text_left -= size;
	*there = true;
	return NULL;
}

static bool has_record(struct log_buffer *b, uint64_t state_var, uint64_t id)
{
	uint64_t state = state_var >> STATE_SHIFT, behind = (state_var - id) & ID_MASK;

	if (!behind)
		return state == STATE_COMMITTED || state == STATE_FINALIZED;
	/* A live guest takes descriptors again for newer records; nothing else is right. */
	if (!b->k->mem.target->ops->live || behind & (((uint64_t)1 << b->count_bits) - 1))
		b->damaged++;
	return false;
}

static struct error *ring_read(struct log_buffer *b, uint64_t i, bool text,
			       struct log_record *r, bool *there)
{
	const struct prb_layout *l = &b->layout;
	uint64_t id = (b->tail_id + i) & ID_MASK;
	uint64_t index = id & (((uint64_t)1 << b->count_bits) - 1);
	uint64_t begin, next;
	unsigned char raw[INFO_MAX];
	struct error *err;

	*there = false;
	err = window_read(&b->window[DESCS], &b->k->mem, b->descs + index * l->desc_size, raw,
			  l->desc_size);
	if (err || !has_record(b, get_be64(raw + l->state_var), id))
		return err;
	begin = get_be64(raw + l->text_blk_lpos + l->begin);
	next = get_be64(raw + l->text_blk_lpos + l->next);
	err = read_info(b, index, r);
	if (err)
		return err;
	r->text = b->text;
	if (begin & next & LPOS_DATALESS) {
		/* The other one is a text that there was no room for. */
		*there = begin == LPOS_EMPTY_LINE && next == LPOS_EMPTY_LINE;
		r->len = 0;
		return NULL;
	}
	if (text)
		return read_text(b, id, begin, next, r, there);
	*there = true;
	return NULL;
}

static const struct log_format ring_format = { .read = ring_read };

static bool fits(uint64_t offset, uint64_t len, uint64_t size)
{
	return offset <= size && len <= size - offset;
}

static bool layout_is_sane(const struct prb_layout *l)
{
	return l->desc_size <= INFO_MAX && l->info_size <= INFO_MAX &&
	       fits(l->state_var, 8, l->desc_size) &&
	       fits(l->text_blk_lpos + l->begin, 8, l->desc_size) &&
	       fits(l->text_blk_lpos + l->next, 8, l->desc_size) &&
	       fits(l->seq, 8, l->info_size) && fits(l->ts_nsec, 8, l->info_size) &&
	       fits(l->text_len, 4, l->info_size) && fits(l->caller_id, 4, l->info_size);
}

static struct error *damaged(void)
{
	return error_new(ERROR_NO, "the guest's printk ring buffer is damaged");
}

static struct error *read_rings(struct log_buffer *b, uint64_t prb)
{
	const struct prb_layout *l = &b->layout;
	struct kmem *m = &b->k->mem;
	uint64_t ring = prb + l->desc_ring, text = prb + l->text_data_ring, head_id;
	struct error *err;

	err = kmem_u32(m, ring + l->count_bits, &b->count_bits);
	if (!err)
		err = kmem_u64(m, ring + l->descs, &b->descs);
	if (!err)
		err = kmem_u64(m, ring + l->infos, &b->infos);
	if (!err)
		err = kmem_u64(m, ring + l->tail_id, &b->tail_id);
	if (!err)
		err = kmem_u64(m, ring + l->head_id, &head_id);
	if (!err)
		err = kmem_u32(m, text + l->size_bits, &b->size_bits);
	if (!err)
		err = kmem_u64(m, text + l->data, &b->data);
	if (err)
		return err;
	if (b->count_bits > COUNT_BITS_MAX || b->size_bits > SIZE_BITS_MAX)
		return damaged();
	/* From the tail to the head, both of which there are. */
	b->count = ((head_id - b->tail_id) & ID_MASK) + 1;
	if (b->count > (uint64_t)1 << b->count_bits) {
		/* The tail was read, moved on, and then the head was read. */
		b->count = (uint64_t)1 << b->count_bits;
		b->tail_id = (head_id - b->count + 1) & ID_MASK;
	}
	b->text_left = (uint64_t)1 << b->size_bits;
	return NULL;
}

struct error *log_open_ring(struct log_buffer *b)
{
	struct error *err;
	uint64_t prb;

	err = kernel_symbol(b->k, "prb", &prb);
	if (!err)
		err = layout_fill(b->k, rows, sizeof(rows) / sizeof(rows[0]), &b->layout);
	if (err)
		return err;
	if (!layout_is_sane(&b->layout))
		return damaged();
	b->format = &ring_format;
	/* A pointer: to the static buffer, or to one of log_buf_len= of the command line. */
	err = kmem_u64(&b->k->mem, prb, &prb);
	return err ? err : read_rings(b, prb);
}
