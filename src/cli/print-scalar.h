/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of print-value.c: numbers, characters, enums, addresses, texts. */
#ifndef S390MEMCTL_CLI_PRINT_SCALAR_H
#define S390MEMCTL_CLI_PRINT_SCALAR_H

#include "base/buf.h"
#include "cli/print-value.h"

struct printer {
	struct out *o;
	const struct print_options *opt;
	const struct print_source *src;
	struct buf text;	/* of text mode, not printed yet */
	unsigned int budget;	/* values that may still be shown */
	bool holes;		/* something could not be read */
	bool cut;		/* something was left out */
	unsigned int nesting;	/* of structures and arrays that are being shown */
};

/* A scalar's bytes, big-endian, and where its bits are in them. */
struct scalar {
	const struct type *type;	/* resolved */
	const struct type_info *info;
	const unsigned char *bytes;	/* NULL: number is it */
	unsigned int bit_offset, bit_size;
	uint64_t number;
};

/* Whether a type is shown by one number. */
bool print_is_scalar(enum type_kind kind);
/* Show one, as the member of this key (NULL: an element). Errors: ERROR_USAGE for damaged types. */
struct error *print_scalar(struct printer *p, const char *key, const struct scalar *s);
/* Show an array of characters, up to the first NUL byte. */
void print_text(struct printer *p, const char *key, const unsigned char *text, size_t len);

#endif
