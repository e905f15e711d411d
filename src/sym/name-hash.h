/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash of names to numbers 0, 1, ... in the order in which they were added.
 * The names themselves, and what the numbers stand for, are the caller's.
 */
#ifndef S390MEMCTL_SYM_NAME_HASH_H
#define S390MEMCTL_SYM_NAME_HASH_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_HASH_END UINT32_MAX

struct name_hash {
	uint32_t *heads;	/* number of the bucket's newest entry */
	uint32_t *next;		/* number of the next one in the bucket */
	uint32_t *hashes;
	uint32_t buckets;	/* a power of two, 0: empty */
	uint32_t count, room;
};

/*
 * Of a name, and of a number that tells kinds of names apart: as FNV-1a, but each process
 * has its own factor and start, so that nobody makes a file whose names all go to one place.
 */
uint32_t name_hash_of(const char *name, unsigned int kind);
/* Add the next number with a hash; false: no memory. */
bool name_hash_add(struct name_hash *h, uint32_t hash);
/* The numbers with a hash, newest first: the first, the one behind n; NAME_HASH_END. */
uint32_t name_hash_first(const struct name_hash *h, uint32_t hash);
uint32_t name_hash_next(const struct name_hash *h, uint32_t n);
/* Free; zeros are allowed. */
void name_hash_free(struct name_hash *h);

#endif
