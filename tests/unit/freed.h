/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether memory that is freed still has what should have been wiped. */
#ifndef S390MEMCTL_TESTS_UNIT_FREED_H
#define S390MEMCTL_TESTS_UNIT_FREED_H

#include <stddef.h>

/* Look for len bytes, 64 at most, in all that this program - not its libraries - frees from now on. */
void freed_begin(const void *mark, size_t len);
/* How many pieces of memory had them. */
size_t freed_end(void);

#endif
