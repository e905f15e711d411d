/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/expr.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

/* What scan_digits() found. */
enum scan { SCAN_OK, SCAN_NO_NUMBER, SCAN_TOO_LARGE };

/* The value of a digit, 16 or more if it is none. */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A' + 10);
	return 16;
}

/* Skip the prefix of a C number; its base. A lone 0 is decimal. */
static unsigned int scan_base(const char **s)
{
	const char *p = *s;

	if (p[0] != '0')
		return 10;
	if (p[1] == 'x' || p[1] == 'X') {
		*s += 2;
		return 16;
	}
	if (p[1] == 'b' || p[1] == 'B') {
		*s += 2;
		return 2;
	}
	return p[1] >= '0' && p[1] <= '9' ? 8 : 10;
}

/* Read an unsigned C number at *s and move *s behind its last digit. */
static enum scan scan_digits(const char **s, uint64_t *value)
{
	unsigned int base = scan_base(s), digit;
	const char *first = *s;
	bool too_large = false;
	uint64_t v = 0;

	for (; (digit = digit_value(**s)) < base; ++*s) {
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, digit, &v))
			too_large = true;
	}
	if (*s == first)
		return SCAN_NO_NUMBER;
	*value = v;
	return too_large ? SCAN_TOO_LARGE : SCAN_OK;
}

/* An error about an argument: "WHAT 'TEXT' REASON", the text escaped. */
static struct error *argument_error(const char *text, const char *what, const char *reason)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, text, strlen(text));
	err = error_new(ERROR_USAGE, "%s '%s' %s", what, buf_str(&shown), reason);
	buf_free(&shown);
	return err;
}

static struct error *no_number(const char *text, const char *what)
{
	struct error *err;

	if (!*text)
		err = error_new(ERROR_USAGE, "%s is empty: a number is needed", what);
	else
		err = argument_error(text, what, "is no number");
	return error_hint(err, "numbers are decimal, 0x hexadecimal, 0 octal or 0b binary");
}

static struct error *does_not_fit(const char *text, const char *what,
				  unsigned int bits, uint64_t lowest_magnitude)
{
	uint64_t largest = bits == 64 ? UINT64_MAX : (1ULL << bits) - 1;
	struct error *err;

	err = argument_error(text, what, "does not fit");
	if (lowest_magnitude)
		return error_hint(err, "%u bits hold -%" PRIu64 " to %" PRIu64,
				  bits, lowest_magnitude, largest);
	return error_hint(err, "%u bits hold 0 to %" PRIu64 " (0x%" PRIx64 ")",
			  bits, largest, largest);
}

struct error *number_parse(const char *text, const char *what, unsigned int bits,
			   int is_signed, uint64_t *value)
{
	uint64_t largest = bits == 64 ? UINT64_MAX : (1ULL << bits) - 1;
	uint64_t lowest = is_signed ? 1ULL << (bits - 1) : 0;
	const char *s = text;
	bool negative;
	enum scan found;
	uint64_t v;

	negative = *s == '-';
	if (negative)
		s++;
	found = scan_digits(&s, &v);
	if (found == SCAN_NO_NUMBER || *s)
		return no_number(text, what);
	if (negative && !is_signed)
		return argument_error(text, what, "must not be negative");
	if (found == SCAN_TOO_LARGE || v > (negative ? lowest : largest))
		return does_not_fit(text, what, bits, lowest);
	*value = (negative ? -v : v) & largest;
	return NULL;
}

/* The power of two that a suffix at s means, with *s moved behind it. */
static unsigned int scan_suffix(const char **s)
{
	static const char suffixes[] = "KMGT";
	const char *p;

	if (!**s)
		return 0;
	p = strchr(suffixes, toupper((unsigned char)**s));
	if (!p)
		return 0;
	++*s;
	return (unsigned int)(p - suffixes + 1) * 10;
}

struct error *length_parse(const char *text, const char *what, uint64_t *value)
{
	const char *s = text;
	unsigned int shift;
	enum scan found;
	uint64_t v;

	if (*s == '-')
		return argument_error(text, what, "must not be negative");
	found = scan_digits(&s, &v);
	shift = scan_suffix(&s);
	if (found == SCAN_NO_NUMBER || *s)
		return error_hint(no_number(text, what),
				  "lengths are numbers of bytes; K, M, G, T behind them are powers of 1024");
	if (found == SCAN_TOO_LARGE || v > UINT64_MAX >> shift)
		return does_not_fit(text, what, 64, 0);
	if (!v)
		return argument_error(text, what, "must not be 0");
	*value = v << shift;
	return NULL;
}
