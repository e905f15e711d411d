/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EBCDIC text, by the converters of iconv(3). */
#ifndef S390MEMCTL_OUT_EBCDIC_H
#define S390MEMCTL_OUT_EBCDIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define EBCDIC_CODE_PAGE "IBM-1047"	/* if no other one is wanted */

/* A single-byte code page. */
struct ebcdic {
	uint32_t code_point[256];	/* of each byte in Unicode; UINT32_MAX: it has none */
	char name[32];		/* "IBM-1047", printable */
};

/*
 * Read a code page from iconv(3). ERROR_TARGET with what to install where the
 * system's C library has no such converter; ERROR_USAGE if its characters are not
 * of one byte each.
 */
struct error *ebcdic_load(struct ebcdic *e, const char *code_page);
/*
 * Convert len EBCDIC bytes to one printable ASCII character each in out
 * (len bytes, not NUL-terminated); what has none becomes '.'.
 */
void ebcdic_to_ascii(const struct ebcdic *e, const void *in, size_t len, char *out);
/*
 * Convert a UTF-8 string to EBCDIC bytes; *out is allocated. ERROR_USAGE for a
 * character that the code page does not have, naming it.
 */
struct error *ebcdic_from_utf8(const struct ebcdic *e, const char *in, unsigned char **out,
			       size_t *len);

#endif
