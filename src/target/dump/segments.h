/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which absolute storage is where in a file: ranges in order of address, without overlap. */
#ifndef S390MEMCTL_TARGET_DUMP_SEGMENTS_H
#define S390MEMCTL_TARGET_DUMP_SEGMENTS_H

#include <stdbool.h>

#include "target/dump/file.h"

struct segment {
	uint64_t addr;		/* absolute, a multiple of 4096 */
	uint64_t size;		/* bytes, likewise */
	uint64_t offset;	/* in the file */
	uint64_t in_file;	/* bytes that are in the file; the rest is zero */
};

struct segments {
	struct segment *list;
	size_t count, room;
	size_t last;		/* where the last look-up ended */
	uint64_t bytes;		/* sum of sizes */
};

/*
 * Add a range that the file claims to hold. In any order; size 0 is left out.
 * ERROR_TARGET: not whole 4 KiB blocks, past 2^64, past the end of the file,
 * more in the file than in storage. number tells which one it is.
 */
struct error *segments_add(struct segments *s, const struct dump_file *f,
			   const struct segment *segment, size_t number);
/*
 * Put them in order when all have been added. A segment that lies wholly
 * within another and has the same bytes is left out: /proc/vmcore of Linux 6.10
 * and later tells the kernel image twice (text_init(),
 * arch/s390/kernel/crash_dump.c). ERROR_TARGET for every other overlap.
 */
struct error *segments_finish(struct segments *s, const struct dump_file *f);
/* Free all. */
void segments_free(struct segments *s);

/* extent() of arch/storage.h. */
uint64_t segments_extent(struct segments *s, uint64_t addr, bool *present);
/* read_bulk() of target/walk.h. */
int segments_read(struct segments *s, const struct dump_file *f, uint64_t addr, void *buf,
		  size_t len, size_t *done);
/* look() of target/walk.h. */
const void *segments_look(struct segments *s, const struct dump_file *f, uint64_t addr,
			  size_t *len);

#endif
