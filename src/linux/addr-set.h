/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of addresses: what a walk over a guest's lists has met already. */
#ifndef S390MEMCTL_LINUX_ADDR_SET_H
#define S390MEMCTL_LINUX_ADDR_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr_set {
	uint64_t *slots;	/* 0: free */
	size_t size;		/* slots, a power of two, or 0 */
	size_t nr;		/* addresses */
	bool failed;		/* no memory: nothing is new any more */
};

/* Add an address, not 0; true if it is new. A set of zeros is an empty one. */
bool addr_set_add(struct addr_set *s, uint64_t addr);
/* Whether an address is in it. */
bool addr_set_has(const struct addr_set *s, uint64_t addr);
/* Free; the set is empty and usable again. */
void addr_set_free(struct addr_set *s);

#endif
