/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What printk.c reads records through: one of the two formats of printk's buffer. */
#ifndef S390MEMCTL_LINUX_PRINTK_BUFFER_H
#define S390MEMCTL_LINUX_PRINTK_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux/printk.h"
#include "linux/window.h"

#define LOG_BUFFER_MAX	(1U << 27)	/* bytes of text that are believed: log_buf_len */

struct log_buffer;

struct log_format {
	/*
	 * The i-th oldest record, without or with its text. *there: false if
	 * none is at that place (any more), and then damaged is counted up if
	 * none could ever be written like this. Errors: those of kmem_read().
	 */
	struct error *(*read)(struct log_buffer *b, uint64_t i, bool text,
			      struct log_record *r, bool *there);
};

/* struct prb_desc_ring, prb_data_ring and what they consist of; offsets and sizes in bytes. */
struct prb_layout {
	uint64_t desc_ring, text_data_ring;
	uint64_t count_bits, descs, infos, head_id, tail_id;
	uint64_t desc_size, state_var, text_blk_lpos, begin, next;
	uint64_t info_size, seq, ts_nsec, text_len, caller_id;
	uint64_t size_bits, data;
};

struct log_buffer {
	struct kernel *k;
	const struct log_format *format;
	uint64_t count;		/* places for records */
	uint64_t damaged;	/* records */
	uint64_t text_left;	/* bytes of text that the buffer can still hold */
	char text[LOG_TEXT_MAX];
	struct window window[3];
	/* lockless */
	struct prb_layout layout;
	uint64_t descs, infos, data;	/* addresses */
	uint64_t tail_id;
	unsigned int count_bits, size_bits;
	/* before 5.10 */
	uint64_t log_buf, log_buf_len, header_size, first_sequence;
	uint32_t *positions;
};

/* Fill the members of a format; ERROR_NO if this kernel has it not, or it is not found. */
struct error *log_open_ring(struct log_buffer *b);
struct error *log_open_old(struct log_buffer *b);

#endif
