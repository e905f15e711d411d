/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of guest memory as text: the format letters of gdb. */
#ifndef S390MEMCTL_OUT_VALUE_H
#define S390MEMCTL_OUT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum value_format {
	VALUE_HEX,		/* x: 0x000000ff */
	VALUE_SIGNED,		/* d: decimal, two's complement */
	VALUE_UNSIGNED,		/* u: decimal */
	VALUE_OCTAL,		/* o: 0377, all digits */
	VALUE_BINARY,		/* t: all bits, no prefix */
	VALUE_CHAR,		/* c: decimal, and the ASCII character of the lowest byte */
	VALUE_ADDRESS,		/* a: as x, and the symbol there, if there is one */
	VALUE_FLOAT,		/* f: binary floating point (IEEE 754) of 4 or 8 bytes */
	VALUE_FORMATS
};

/* Appends the symbol at an address, escaped; false and nothing appended: there is none. */
typedef bool value_symbol(void *arg, uint64_t addr, struct buf *b);

/* The format of a letter; -1 if it is none. */
int value_format_parse(char letter);
/* The big-endian number of size (1, 2, 4, 8) bytes at p. */
uint64_t value_get(const void *p, size_t size);
/* The same with its sign. */
int64_t value_get_signed(const void *p, size_t size);
/*
 * Append the number of size (1, 2, 4, 8) bytes at p in a format, as wide as the
 * widest of its size, so that columns stand below each other. symbol (may be
 * NULL): for VALUE_ADDRESS. VALUE_FLOAT of 1 or 2 bytes: as VALUE_HEX.
 */
void value_add(struct buf *b, const void *p, size_t size, enum value_format format,
	       value_symbol *symbol, void *arg);

#endif
