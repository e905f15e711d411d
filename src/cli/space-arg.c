/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/space-arg.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sym/expr.h"

/* Spaces that something has to be told beside. */
static const struct parameter {
	const char *name;
	enum space space;
	const char *what;
	unsigned int bits;
} parameters[] = {
	{ "ar", SPACE_AR, "access register", 64 },
	{ "alet", SPACE_ALET, "ALET", 32 },
	{ "asce", SPACE_ASCE, "ASCE", 64 },
};

/*
 * The row of a space with a parameter at the beginning of text, and where its
 * parameter begins. NULL: none.
 */
static const struct parameter *find_parameter(const char *text, size_t len, size_t *begin)
{
	const struct parameter *p;
	size_t n;

	for (p = parameters; p < parameters + sizeof(parameters) / sizeof(parameters[0]); p++) {
		n = strlen(p->name);
		if (len <= n || strncmp(text, p->name, n) != 0)
			continue;
		if (text[n] == '=' || text[n] == ':')
			*begin = n + 1;
		else if (p->space == SPACE_AR && text[n] >= '0' && text[n] <= '9')
			*begin = n;
		else
			continue;
		return p;
	}
	return NULL;
}

static int parse_name(const char *text, size_t len)
{
	char name[16];

	if (len >= sizeof(name))
		return -1;
	memcpy(name, text, len);
	name[len] = '\0';
	return space_parse(name);
}

size_t space_arg_length(const char *text)
{
	size_t len = strcspn(text, ":"), begin, n;

	if (!text[len])
		return 0;
	if (find_parameter(text, strlen(text), &begin)) {
		n = begin + strcspn(text + begin, ":");
		return text[n] ? n + 1 : 0;
	}
	return parse_name(text, len) >= 0 ? len + 1 : 0;
}

static struct error *unknown_space(const char *text, size_t len)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, text, len);
	err = error_new(ERROR_USAGE, "there is no address space '%s'", buf_str(&shown));
	buf_free(&shown);
	return error_hint(err, "spaces are auto, pri, sec, home, arN, alet=X, asce=X, real, abs and sida");
}

static struct error *parse_parameter(const struct parameter *p, const char *text, size_t len,
				     struct access *a)
{
	char *number = strndup(text, len);
	uint64_t value = 0;
	struct error *err;

	if (!number)
		return error_nomem();
	err = number_parse(number, p->what, p->bits, 0, &value);
	free(number);
	if (!err && p->space == SPACE_AR && value > 15)
		err = error_new(ERROR_USAGE, "access register %llu is out of range (0 to 15)",
				(unsigned long long)value);
	if (err)
		return err;
	a->space = p->space;
	if (p->space == SPACE_AR)
		a->ar = (uint8_t)value;
	else if (p->space == SPACE_ALET)
		a->alet = (uint32_t)value;
	else
		a->asce = value;
	return NULL;
}

struct error *space_arg_parse(const char *text, size_t len, struct access *a, bool *bare_ar)
{
	const struct parameter *p;
	size_t begin;
	int space;

	p = find_parameter(text, len, &begin);
	if (p)
		return parse_parameter(p, text + begin, len - begin, a);
	space = parse_name(text, len);
	if (space < 0)
		return unknown_space(text, len);
	if (space == SPACE_ALET || space == SPACE_ASCE || (space == SPACE_AR && !bare_ar))
		return error_hint(error_new(ERROR_USAGE, "space %s needs to be told which",
					    space_short_name((enum space)space)),
				  "write arN, alet=X or asce=X");
	if (space == SPACE_AR)
		*bare_ar = true;
	a->space = (enum space)space;
	return NULL;
}
