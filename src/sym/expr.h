/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers and address expressions as users write them: C numbers, symbols
 * (module!symbol, too), registers and $last, with C's operators + - * & | << >>,
 * their precedence, and parentheses: 0x1000, symbol+offset, end-start,
 * %r15+160, *(%r15+160). *ADDR is the 64-bit number in guest memory at ADDR.
 * Registers: %r0-%r15, %a0-%a15, %c0-%c15, %psw or %pswa (the PSW's address),
 * %pswm (its mask), %prefix; $ may stand for %.
 */
#ifndef S390MEMCTL_SYM_EXPR_H
#define S390MEMCTL_SYM_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/regs.h"
#include "base/error.h"
#include "sym/symbols.h"

struct expr_context {
	/*
	 * Get the symbols (*symbols may be NULL: there are none), called only when one
	 * is named; may be NULL.
	 */
	struct error *(*symbols)(void *arg, const struct symbols **symbols);
	/* Get the registers of the current vCPU, called only when one is named; may be NULL. */
	struct error *(*regs)(void *arg, struct s390_regs *regs);
	/*
	 * Read the 64-bit number at an address; is_symbolic: of the kernel's space.
	 * May be NULL.
	 */
	struct error *(*read)(void *arg, uint64_t addr, bool is_symbolic, uint64_t *value);
	const uint64_t *last;	/* value of $last; NULL: there is none yet */
	void *arg;
	/*
	 * Set to whether the value is an address of the kernel's space: more of its
	 * symbols are added than subtracted, or it was read at such an address. NULL:
	 * not wanted.
	 */
	bool *symbolic;
};

/*
 * Parse a C number (decimal, 0x, 0 octal, 0b) that must fit into bits bits
 * (8..64); a leading '-' is allowed if is_signed, the value is then the two's
 * complement in that width. Errors: ERROR_USAGE that names the text, what
 * names the argument ("length").
 */
struct error *number_parse(const char *text, const char *what, unsigned int bits,
			   int is_signed, uint64_t *value);
/* Like number_parse() for lengths: 64 bits, K, M, G, T suffixes (powers of 1024), not 0. */
struct error *length_parse(const char *text, const char *what, uint64_t *value);
/*
 * Evaluate an address expression, of bounded depth. Values may go below 0 and past
 * 2^64 on the way (a negative one is a two's complement without end for & and |),
 * the result may not. Errors: ERROR_USAGE that names the expression and the place,
 * or the part of it that is wrong, or what the functions of ctx return.
 */
struct error *expr_parse(const char *text, const struct expr_context *ctx,
			 uint64_t *value);

#endif
