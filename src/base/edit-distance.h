/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How near two names are in spelling, for "did you mean". */
#ifndef S390MEMCTL_BASE_EDIT_DISTANCE_H
#define S390MEMCTL_BASE_EDIT_DISTANCE_H

#include <stddef.h>

#define EDIT_DISTANCE_NAME_MAX 127	/* longer names are never near */

/*
 * The number of insertions, deletions, replacements and swaps of neighbours that
 * make b from a, as long as it is at most max; else max + 1. la, lb: bytes of
 * the names, which need not be terminated.
 */
unsigned int edit_distance(const char *a, size_t la, const char *b, size_t lb,
			   unsigned int max);

#endif
