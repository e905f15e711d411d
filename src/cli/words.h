/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command line taken apart into words, by the rules of a POSIX shell's quoting. */
#ifndef S390MEMCTL_CLI_WORDS_H
#define S390MEMCTL_CLI_WORDS_H

#include "base/buf.h"
#include "base/error.h"

struct words {
	int count;
	char **word;		/* count strings, and NULL */
};

/*
 * Split a line at blanks. 'quotes' keep all, "quotes" all but \" and \\;
 * outside of quotes a backslash keeps the next character; # at the beginning
 * of a word begins a comment. An empty line gives no words.
 * Errors: ERROR_USAGE with the column (from 1) of an open quote or a
 * backslash that nothing follows.
 */
struct error *words_split(const char *line, struct words *w);
/* Add a word, printf-style; takes w as words_split() makes it. Errors: no memory. */
struct error *words_addf(struct words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Append a word so that words_split() takes it as it is. */
void words_quote(struct buf *b, const char *word);
/*
 * Where, outside of quotes, a word begins with one of some characters, before a
 * comment; NULL: nowhere.
 */
const char *words_find(const char *line, const char *chars);
/* Free what words_split() has made; w is empty then. */
void words_free(struct words *w);

#endif
