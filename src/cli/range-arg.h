/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RANGE arguments of commands: one word, FIRST-LAST, FIRST:LAST (the last byte
 * belongs to it), ADDR.LEN or ADDR+LEN; or two words, ADDR LEN. FIRST, LAST and
 * ADDR are address expressions; the first may have an address space before it.
 */
#ifndef S390MEMCTL_CLI_RANGE_ARG_H
#define S390MEMCTL_CLI_RANGE_ARG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/session.h"

/* The parts of a range, not evaluated yet; all strings are allocated. */
struct range_arg {
	char *addr;		/* of the first byte, with its space if one was given */
	char *last;		/* address of the last byte, or NULL */
	char *len;		/* length, or NULL */
};

/*
 * Take one word apart. The separator is ":" (behind a space, if there is one);
 * else the last "." that a length follows; else the first "-" that is not
 * behind an operator or in parentheses, else the last "+" that a length follows.
 *
 * or_addr: an address without any of these will do, too.
 * Errors: ERROR_USAGE that names the word. r is to be freed even then.
 */
struct error *range_arg_word(const char *word, bool or_addr, struct range_arg *r);
/* ADDR LEN as two words. */
struct error *range_arg_pair(const char *addr, const char *len, struct range_arg *r);
/* Free the parts. */
void range_arg_free(struct range_arg *r);
/*
 * Evaluate it: a->addr and *len, which stays as it is if the range is an address
 * alone; see access_addr(). ERROR_USAGE: what expressions and lengths may have,
 * a last byte before the first, a range beyond 2^64.
 */
struct error *range_arg_eval(struct session *s, const struct range_arg *r, struct access *a,
			     uint64_t *len);

#endif
