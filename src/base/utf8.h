/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 from untrusted sources, one sequence at a time (RFC 3629). */
#ifndef S390MEMCTL_BASE_UTF8_H
#define S390MEMCTL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4	/* bytes of the longest sequence */

/*
 * The length of the valid sequence at s, 1-4, and its code point in *code; 0 if
 * there is none (overlong forms, surrogates and a sequence cut short by len
 * bytes count as none). len is at least 1.
 */
size_t utf8_sequence(const void *s, size_t len, uint32_t *code);
/*
 * Whether a code point changes how a terminal shows what stands around it, or
 * cannot be seen: controls (C0, DEL, C1), line separators, bidirectional marks,
 * overrides and isolates, byte-order mark, soft hyphen, spaces and operators
 * without width, annotations, tags.
 */
bool utf8_is_harmful(uint32_t code);

#endif
