/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/range-arg.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/access.h"
#include "cli/space-arg.h"

#define FORMS "a range is FIRST-LAST, FIRST:LAST, ADDR.LEN, ADDR+LEN, or ADDR LEN as two words"

static struct error *range_error(const char *word, const char *what)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, word, strlen(word));
	err = error_new(ERROR_USAGE, "range '%s' %s", buf_str(&shown), what);
	buf_free(&shown);
	return error_hint(err, FORMS);
}

/* Whether all of a text is a length. */
static bool is_length(const char *text)
{
	uint64_t len;
	struct error *err = length_parse(text, "length", &len);

	error_free(err);
	return !err;
}

/*
 * The first "-" that may part two addresses: not behind an operator, and not in
 * parentheses. NULL: none.
 */
static const char *find_minus(const char *text)
{
	char before = '\0';
	int depth = 0;

	for (; *text; text++) {
		depth += (*text == '(') - (*text == ')');
		if (*text == '-' && depth == 0 && (!before || !strchr("+-*&|<>(", before)))
			return text;
		if (*text != ' ' && *text != '\t')
			before = *text;
	}
	return NULL;
}

/* The word up to sep is the address, what follows it is what. */
static struct error *split(const char *word, const char *sep, char **what, struct range_arg *r)
{
	if (sep == word + space_arg_length(word))
		return range_error(word, "has nothing before its separator");
	if (!sep[1])
		return range_error(word, "has nothing behind its separator");
	r->addr = strndup(word, (size_t)(sep - word));
	*what = strdup(sep + 1);
	return r->addr && *what ? NULL : error_nomem();
}

struct error *range_arg_word(const char *word, bool or_addr, struct range_arg *r)
{
	const char *text = word + space_arg_length(word), *sep;

	*r = (struct range_arg){ .addr = NULL };
	sep = strchr(text, ':');
	if (sep)
		return split(word, sep, &r->last, r);
	sep = strrchr(text, '.');
	if (sep && is_length(sep + 1))
		return split(word, sep, &r->len, r);
	sep = find_minus(text);
	if (sep)
		return split(word, sep, &r->last, r);
	sep = strrchr(text, '+');
	if (sep && is_length(sep + 1))
		return split(word, sep, &r->len, r);
	if (!or_addr)
		return range_error(word, "has no end");
	r->addr = strdup(word);
	return r->addr ? NULL : error_nomem();
}

struct error *range_arg_pair(const char *addr, const char *len, struct range_arg *r)
{
	*r = (struct range_arg){ .addr = strdup(addr), .len = strdup(len) };
	return r->addr && r->len ? NULL : error_nomem();
}

void range_arg_free(struct range_arg *r)
{
	free(r->addr);
	free(r->last);
	free(r->len);
	*r = (struct range_arg){ .addr = NULL };
}

struct error *range_arg_eval(struct session *s, const struct range_arg *r, struct access *a,
			     uint64_t *len)
{
	struct error *err = NULL;
	uint64_t last;

	if (r->len)
		err = length_parse(r->len, "length", len);
	if (!err)
		err = access_addr(s, r->addr, a);
	if (err || !r->last)
		return err || !r->len ? err : access_check_range(a->addr, *len);
	err = session_expr_in(s, r->last, a, &last, NULL);
	if (err)
		return err;
	if (last < a->addr)
		return error_hint(error_new(ERROR_USAGE, "the range's last byte, 0x%llx, is before its first, 0x%llx",
					    (unsigned long long)last, (unsigned long long)a->addr),
				  FORMS);
	if (last - a->addr == UINT64_MAX)
		return error_new(ERROR_USAGE, "a range has at most 2^64-1 bytes");
	*len = last - a->addr + 1;
	return NULL;
}
