/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Address spaces as users name them, in --space and before an address:
 *
 *	auto pri sec home real abs sida		home:init_task
 *	arN					ar5:0x1000
 *	alet=X					alet=0x10003:0x1000
 *	asce=X					asce=0x2000007:0x1000
 *
 * "ar:N", "ar=N", "alet:X" and "asce:X" are understood too.
 */
#ifndef S390MEMCTL_CLI_SPACE_ARG_H
#define S390MEMCTL_CLI_SPACE_ARG_H

#include <stddef.h>

#include "target/target.h"

/*
 * How many bytes of text are an address space and the colon behind it; 0 if it
 * does not begin with one.
 */
size_t space_arg_length(const char *text);
/*
 * Put the space that the first len bytes of text name (without the colon) into
 * a, with its access register, ALET or ASCE. "ar" alone leaves a->ar as it is
 * and sets *bare_ar (may be NULL: an error then). Errors: ERROR_USAGE.
 */
struct error *space_arg_parse(const char *text, size_t len, struct access *a, bool *bare_ar);

#endif
