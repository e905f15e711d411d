/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Add one word; takes its own copy. */
static struct error *words_add(struct words *w, const struct buf *text)
{
	char **word;

	if (buf_failed(text))
		return error_nomem();
	word = realloc(w->word, ((size_t)w->count + 2) * sizeof(*word));
	if (!word)
		return error_nomem();
	w->word = word;
	word[w->count] = strdup(buf_str(text));
	if (!word[w->count])
		return error_nomem();
	word[++w->count] = NULL;
	return NULL;
}

struct error *words_addf(struct words *w, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	struct error *err;
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	err = words_add(w, &text);
	buf_free(&text);
	return err;
}

/* What stands in quotes; *pp is at the opening quote, and then behind the closing one. */
static struct error *take_quoted(const char *line, const char **pp, struct buf *text)
{
	const char *start = *pp, *p = start + 1;
	char quote = *start;

	for (; *p && *p != quote; p++) {
		if (quote == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		buf_addc(text, *p);
	}
	if (!*p)
		return error_hint(error_new(ERROR_USAGE, "column %zu: the quote %c is not closed",
					    (size_t)(start - line) + 1, quote),
				  "write \\%c for the character itself", quote);
	*pp = p + 1;
	return NULL;
}

/* One word, with its quotes and backslashes taken away. */
static struct error *take_word(const char *line, const char **pp, struct buf *text)
{
	const char *p = *pp;
	struct error *err;

	while (*p && !is_blank(*p)) {
		if (*p == '\'' || *p == '"') {
			err = take_quoted(line, &p, text);
			if (err)
				return err;
			continue;
		}
		if (*p == '\\') {
			if (!p[1] || p[1] == '\n')
				return error_new(ERROR_USAGE,
						 "column %zu: nothing follows the backslash",
						 (size_t)(p - line) + 1);
			p++;
		}
		buf_addc(text, *p++);
	}
	*pp = p;
	return NULL;
}

struct error *words_split(const char *line, struct words *w)
{
	struct buf text = BUF_INIT;
	struct error *err = NULL;
	const char *p = line;

	*w = (struct words){ .count = 0, .word = NULL };
	while (!err) {
		while (is_blank(*p))
			p++;
		if (!*p || *p == '#')
			break;
		buf_reset(&text);
		err = take_word(line, &p, &text);
		if (!err)
			err = words_add(w, &text);
	}
	buf_free(&text);
	if (err)
		words_free(w);
	return err;
}

void words_quote(struct buf *b, const char *word)
{
	const char *p;

	if (word[0] && word[0] != '#' && !strpbrk(word, " \t\r\n'\"\\|>!")) {
		buf_adds(b, word);
		return;
	}
	buf_addc(b, '\'');
	for (p = word; *p; p++) {
		if (*p == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *p);
	}
	buf_addc(b, '\'');
}

const char *words_find(const char *line, const char *chars)
{
	bool begin = true;
	char quote = '\0';
	const char *p;

	for (p = line; *p; p++) {
		if (quote) {
			if (quote == '"' && *p == '\\' && p[1])
				p++;
			else if (*p == quote)
				quote = '\0';
		} else if (*p == '\'' || *p == '"') {
			quote = *p;
		} else if (*p == '\\' && p[1]) {
			p++;
			begin = false;
			continue;
		} else if (*p == '#' && begin) {
			return NULL;
		} else if (begin && strchr(chars, *p)) {
			return p;
		}
		begin = !quote && is_blank(*p);
	}
	return NULL;
}

void words_free(struct words *w)
{
	int i;

	for (i = 0; i < w->count; i++)
		free(w->word[i]);
	free(w->word);
	*w = (struct words){ .count = 0, .word = NULL };
}
