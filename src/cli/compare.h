/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a guest compared with others: another range, a file, or what they were before. */
#ifndef S390MEMCTL_CLI_COMPARE_H
#define S390MEMCTL_CLI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/excerpt.h"
#include "cli/session.h"

#define PIECE_MAX 1048576U	/* bytes */

/* Bytes, some of which may be holes. */
struct piece {
	unsigned char *data;
	size_t size;		/* of data */
	uint16_t *codes;	/* of each byte: 0, or the exception that it meets; if holes */
	bool holes;
};

/* A piece for up to PIECE_MAX bytes. ERROR_TARGET: no memory. */
struct error *piece_init(struct piece *p, size_t size);
/* Free it; a piece of zeros is allowed. */
void piece_free(struct piece *p);
/* Read len bytes from a->addr on. Errors: those of range_walk(). */
struct error *piece_read(struct session *s, const struct access *a, size_t len, struct piece *p);

/* Bytes that differ (both codes 0), or that one side or both have not. */
struct compare_run {
	uint64_t offset, len;	/* len 0: none */
	uint16_t code[2];	/* of the first and the second side */
	struct excerpt bytes[2];
};

/* Called for each run in order. An error ends the comparison and is returned by it. */
typedef struct error *compare_fn(void *arg, const struct compare_run *run);

struct compare {
	compare_fn *fn;
	void *arg;
	struct compare_run run;	/* that may go on */
};

/* Compare the next len bytes, which are at offset on both sides. */
struct error *compare_pieces(struct compare *c, uint64_t offset, const struct piece *first,
			     const struct piece *second, size_t len);
/* There is no more: the last run. */
struct error *compare_end(struct compare *c);
/*
 * Show bytes that differ: lines "ADDR  OLD -> NEW", or "ADDR  ADDR2  OLD -> NEW"
 * where the addresses of both sides are not the same; JSON: members old and new
 * of the open object (see excerpt_show()).
 */
void compare_show_bytes(struct out *o, const struct compare_run *run, uint64_t addr, uint64_t addr2);

#endif
