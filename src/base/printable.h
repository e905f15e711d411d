/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Untrusted texts in fixed room, safe for a terminal. */
#ifndef S390MEMCTL_BASE_PRINTABLE_H
#define S390MEMCTL_BASE_PRINTABLE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Copy a raw text escaped as buf_add_escaped() does. One that does not fit in
 * size bytes (at least 8) is cut between two characters and ends in "...".
 */
void printable(char *dst, size_t size, const char *raw);

/* The printable name of a user, or the number. */
void printable_user(char *dst, size_t size, uid_t uid);

#endif
