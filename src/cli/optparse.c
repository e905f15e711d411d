/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/optparse.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/edit-distance.h"

#define SIMILAR_MAX 2	/* mistakes that a name may have to be told as meant */

struct optparse_state {
	const struct command_option *table;
	int count;
	char **words;
	int next;		/* the next word to look at */
	optparse_fn *fn;
	void *arg;
};

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]);
}

/* "unknown option" with the nearest name there is. */
static struct error *unknown_option(const struct command_option *table, const char *word)
{
	const struct command_option *row, *best = NULL;
	unsigned int distance, nearest = SIMILAR_MAX + 1;
	size_t len = strlen(word);
	struct buf shown = BUF_INIT;
	struct error *err;

	for (row = table; row->name; row++) {
		if (len < 4 || word[1] != '-')
			break;
		distance = edit_distance(word + 2, len - 2, row->name, strlen(row->name),
					 SIMILAR_MAX);
		if (distance < nearest) {
			nearest = distance;
			best = row;
		}
	}
	buf_add_escaped(&shown, word, strlen(word));
	err = error_new(ERROR_USAGE, "unknown option '%s'", buf_str(&shown));
	if (best)
		err = error_hint(err, "did you mean '--%s'?", best->name);
	buf_free(&shown);
	return err;
}

/* The row of a long option, from its name without what follows '='. */
static struct error *find_long(const struct command_option *table, const char *word,
			       size_t len, const struct command_option **found)
{
	const struct command_option *row;
	struct buf matches = BUF_INIT;
	struct error *err = NULL;
	int count = 0;

	for (row = table; len && row->name; row++) {
		if (strncmp(row->name, word, len) != 0)
			continue;
		*found = row;
		if (row->name[len] == '\0') {
			count = 1;
			break;
		}
		buf_addf(&matches, "%s--%s", count++ ? ", " : "", row->name);
	}
	if (count > 1)
		err = error_new(ERROR_USAGE, "option '--%.*s' is ambiguous: %s", (int)len,
				word, buf_str(&matches));
	buf_free(&matches);
	if (count == 0)
		*found = NULL;
	return err;
}

/* The argument of an option: what stands in the same word, else the next word. */
static struct error *take_argument(struct optparse_state *st, const struct command_option *row,
				   const char *inside, const char *shown, const char **value)
{
	if (inside) {
		*value = inside;
		return NULL;
	}
	if (st->next >= st->count)
		return error_new(ERROR_USAGE, "option '%s' needs an argument: %s", shown,
				 row->arg);
	*value = st->words[st->next++];
	return NULL;
}

static struct error *parse_long(struct optparse_state *st, const char *word)
{
	const struct command_option *row = NULL;
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const char *inside = name[len] == '=' ? name + len + 1 : NULL;
	const char *value = "";
	struct buf shown = BUF_INIT;
	struct error *err;

	err = find_long(st->table, name, len, &row);
	if (err)
		return err;
	if (!row)
		return unknown_option(st->table, word);
	buf_addf(&shown, "--%s", row->name);
	if (row->arg)
		err = take_argument(st, row, inside, buf_str(&shown), &value);
	else if (inside)
		err = error_new(ERROR_USAGE, "option '%s' takes no argument", buf_str(&shown));
	buf_free(&shown);
	return err ? err : st->fn(st->arg, row, value);
}

/* A word of letters; the first that takes an argument ends it. */
static struct error *parse_letters(struct optparse_state *st, const char *word)
{
	const struct command_option *row;
	const char *p, *value;
	char shown[3] = "-?";
	struct error *err;

	for (p = word + 1; *p; p++) {
		for (row = st->table; row->name && row->letter != *p; row++)
			;
		if (!row->name) {
			shown[1] = *p;
			return unknown_option(st->table,
					      isgraph((unsigned char)*p) ? shown : word);
		}
		shown[1] = *p;
		value = "";
		if (row->arg) {
			err = take_argument(st, row, p[1] ? p + 1 : NULL, shown, &value);
			if (err)
				return err;
		}
		err = st->fn(st->arg, row, value);
		if (err || row->arg)
			return err;
	}
	return NULL;
}

struct error *optparse(const struct command_option *table, bool all, int *count,
		       char **words, optparse_fn *fn, void *arg)
{
	static const struct command_option none[] = { { NULL, 0, NULL, NULL } };
	struct optparse_state st = {
		.table = table ? table : none,
		.count = *count,
		.words = words,
		.fn = fn,
		.arg = arg,
	};
	bool ended = false;
	struct error *err;
	char *word;
	int kept = 0;

	while (st.next < st.count) {
		word = words[st.next++];
		if (ended || !is_option(word)) {
			words[kept++] = word;
			ended = ended || !all;
			continue;
		}
		if (!strcmp(word, "--")) {
			ended = true;
			continue;
		}
		err = word[1] == '-' ? parse_long(&st, word) : parse_letters(&st, word);
		if (err)
			return err;
	}
	*count = kept;
	return NULL;
}
