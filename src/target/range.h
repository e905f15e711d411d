/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on a range of guest addresses that may have holes: what can be read (or
 * would be accessible) and what cannot, as maximal runs in address order.
 */
#ifndef S390MEMCTL_TARGET_RANGE_H
#define S390MEMCTL_TARGET_RANGE_H

#include "target/target.h"

struct range_run {
	uint64_t addr;		/* first byte */
	uint64_t len;		/* bytes */
	uint16_t code;		/* 0: accessible; else the program-interruption code */
	const void *data;	/* RANGE_READ: the bytes of an accessible run (may come in pieces) */
};

enum range_mode { RANGE_READ, RANGE_CHECK_FETCH, RANGE_CHECK_STORE };

/*
 * Called for each run; accessible runs in RANGE_READ come in pieces of at most
 * 1 MiB, holes whole (equal neighbours merged). An error ends the walk and is
 * returned by range_walk().
 */
typedef struct error *range_fn(void *arg, const struct range_run *run);

/*
 * Walk over len bytes from a->addr, 1 <= len; the range must not pass 2^64 (it
 * may end there).
 *
 * stop: asked between pieces (a signal has come); may be NULL. When it says
 * true the walk ends with ERROR_PARTIAL "interrupted".
 * Errors: those of the target but for access exceptions, which become runs.
 */
struct error *range_walk(struct target *t, const struct access *a, uint64_t len,
			 enum range_mode mode, range_fn *fn, void *arg,
			 bool (*stop)(void *), void *stop_arg);

#endif
