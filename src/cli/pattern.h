/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What search looks for: bytes, of which single bits may be any; and the looking. */
#ifndef S390MEMCTL_CLI_PATTERN_H
#define S390MEMCTL_CLI_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "out/hexdump.h"

#define PATTERN_MAX 4096	/* bytes */
#define PATTERN_NONE SIZE_MAX

struct pattern {
	size_t len;			/* bytes, 1 to PATTERN_MAX */
	unsigned char *value;		/* bits that are any are zero */
	unsigned char *mask;		/* one: the bit counts */
	size_t anchor[2];		/* bytes that are looked at first */
};

/*
 * Make a pattern of a text: MEM_HEX hex digits, "?" for a digit that may be any;
 * a number, a text or an EBCDIC text as values_add() takes them. mask: hex
 * digits of as many bytes, whose zero bits may be any; or NULL.
 *
 * Errors: ERROR_USAGE that names the text, also for a pattern that everything
 * matches. p is to be freed even then.
 */
struct error *pattern_parse(enum mem_type type, const char *code_page, const char *text,
			    const char *mask, struct pattern *p);
/* Free the bytes. */
void pattern_free(struct pattern *p);
/*
 * The offset of the first match in data that begins at from or later, before
 * end, and at an offset that is first plus a multiple of align (1 or more);
 * PATTERN_NONE if there is none. first is below align. A match lies wholly
 * within the len bytes of data.
 */
size_t pattern_find(const struct pattern *p, const void *data, size_t len, size_t from, size_t end,
		    uint64_t first, uint64_t align);

#endif
