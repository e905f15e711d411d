/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EBCDIC (IBM-1047) text. A table of our own, so that it is the same on systems
 * without the converters of iconv(3) and in static programs.
 */
#ifndef S390MEMCTL_OUT_EBCDIC_H
#define S390MEMCTL_OUT_EBCDIC_H

#include <stddef.h>

#include "base/error.h"

/*
 * Convert len EBCDIC bytes to one printable ASCII character each in out
 * (len bytes, not NUL-terminated); what has none becomes '.'.
 */
void ebcdic_to_ascii(const void *in, size_t len, char *out);
/*
 * Convert a UTF-8 string to EBCDIC bytes; *out is allocated. ERROR_USAGE for a
 * character that IBM-1047 does not have, naming it.
 */
struct error *ebcdic_from_utf8(const char *in, unsigned char **out, size_t *len);

#endif
