/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes that VALUE arguments of write and cas mean. */
#ifndef S390MEMCTL_CLI_VALUES_H
#define S390MEMCTL_CLI_VALUES_H

#include "base/buf.h"
#include "base/error.h"
#include "out/hexdump.h"

/*
 * Append the big-endian bytes of one value: hex digits in pairs (0x before them
 * is allowed), a number that fits u8..u64 (or is negative and fits), the UTF-8
 * text itself, or the text in EBCDIC.
 *
 * code_page: of EBCDIC, NULL: the usual one. type: MEM_HEX, MEM_U8..MEM_U64, MEM_STR or MEM_EBCDIC. Errors: ERROR_USAGE
 * that names the value.
 */
struct error *values_add(struct buf *b, enum mem_type type, const char *code_page,
			 const char *text);
/*
 * The type that a -t argument means, text NULL: def. ERROR_USAGE if it is none
 * of those in allowed (mask of 1 << type), which are listed.
 */
struct error *values_type(const char *text, enum mem_type def, unsigned int allowed,
			  enum mem_type *type);

#endif
