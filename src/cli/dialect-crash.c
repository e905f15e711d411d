/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crash: rd, wr, vtop, search. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "cli/dialect.h"
#include "sym/expr.h"

/* A line taken apart; texts are words of it. */
struct line {
	const char *space;	/* "pri:" for -u, "home:" for -k, "abs:" for -p, "" */
	unsigned int bits;	/* -8 to -64, -w, -h; 64 */
	char format;		/* of read */
	bool text;		/* -a, -c */
	const char *start, *end, *len, *mask;
	const char *word[2];	/* what is no option */
	int nr_words;
};

static const struct option {
	char letter;
	const char *commands;	/* first letters of those that take it */
	const char *space;
	char format;
	unsigned int bits;
	bool has_argument;
} options[] = {
	{ 'u', "rwvs", "pri:", 0, 0, false },
	{ 'k', "rwvs", "home:", 0, 0, false },
	{ 'p', "rws", "abs:", 0, 0, false },
	{ 'd', "r", NULL, 'd', 0, false },
	{ 'D', "r", NULL, 'u', 0, false },
	{ 'S', "r", NULL, 'a', 0, false },
	{ 's', "r", NULL, 'a', 0, false },
	{ 'x', "r", NULL, 0, 0, false },	/* no ASCII beside: there is none here */
	{ 'a', "r", NULL, 0, 0, false },
	{ 'c', "s", NULL, 0, 0, false },
	{ 'w', "s", NULL, 0, 32, false },
	{ 'h', "s", NULL, 0, 16, false },
	{ 's', "s", NULL, 0, 0, true },
	{ 'e', "rs", NULL, 0, 0, true },
	{ 'l', "s", NULL, 0, 0, true },
	{ 'm', "s", NULL, 0, 0, true },
};

#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct option *find_option(char command, char letter)
{
	size_t i;

	for (i = 0; i < NR_OPTIONS; i++) {
		if (options[i].letter == letter && strchr(options[i].commands, command))
			return &options[i];
	}
	return NULL;
}

static void take_option(struct line *l, const struct option *o, const char *argument)
{
	if (o->space)
		l->space = o->space;
	if (o->format)
		l->format = o->format;
	if (o->bits)
		l->bits = o->bits;
	if (o->letter == 'a' || o->letter == 'c')
		l->text = true;
	if (!o->has_argument)
		return;
	if (o->letter == 's')
		l->start = argument;
	else if (o->letter == 'e')
		l->end = argument;
	else if (o->letter == 'l')
		l->len = argument;
	else
		l->mask = argument;
}

/* "-32"; 0: it is none. */
static unsigned int size_option(const char *word)
{
	static const char *const names[] = { "-8", "-16", "-32", "-64" };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (!strcmp(word, names[i]))
			return 8U << i;
	}
	return 0;
}

static struct error *parse(int nr_words, char **words, struct line *l)
{
	char command = words[0][0];
	const struct option *o;
	unsigned int bits;
	int i;

	*l = (struct line){ .space = "", .bits = 64, .format = 'x' };
	for (i = 1; i < nr_words; i++) {
		bits = command == 's' ? 0 : size_option(words[i]);
		if (bits) {
			l->bits = bits;
			continue;
		}
		if (words[i][0] != '-' || !words[i][1] || words[i][2]) {
			if (l->nr_words == 2)
				return dialect_error("unexpected argument", words[i]);
			l->word[l->nr_words++] = words[i];
			continue;
		}
		o = find_option(command, words[i][1]);
		if (!o)
			return dialect_error("there is nothing here for option", words[i]);
		if (o->has_argument && i + 1 == nr_words)
			return dialect_error("an argument is missing behind", words[i]);
		take_option(l, o, o->has_argument ? words[i + 1] : NULL);
		i += o->has_argument;
	}
	return NULL;
}

/* Hexadecimal digits are a number, as crash takes them; all else is an expression of ours. */
static const char *number_prefix(const char *text)
{
	return text[strspn(text, "0123456789abcdefABCDEF")] ? "" : "0x";
}

/* Bytes from the address up to -e. */
static struct error *end_to_len(struct session *s, const struct line *l, uint64_t *len)
{
	struct buf text = BUF_INIT;
	uint64_t start, end;
	struct error *err;

	buf_addf(&text, "%s%s", number_prefix(l->word[0]), l->word[0]);
	err = session_addr(s, buf_str(&text), &start);
	buf_reset(&text);
	buf_addf(&text, "%s%s", number_prefix(l->end), l->end);
	if (!err)
		err = session_addr(s, buf_str(&text), &end);
	buf_free(&text);
	if (err)
		return err;
	if (end <= start)
		return error_new(ERROR_USAGE, "the end is not behind the address");
	*len = end - start;
	return NULL;
}

struct error *dialect_crash_rd(struct session *s, int nr_words, char **words,
			       struct words *native)
{
	const char *count;
	uint64_t len = 0;
	struct line l;
	struct error *err = parse(nr_words, words, &l);

	if (!err && !l.nr_words)
		err = error_new(ERROR_USAGE, "no address");
	if (!err && l.end)
		err = end_to_len(s, &l, &len);
	if (!err)
		err = words_addf(native, "read");
	if (!err && l.format == 'a')
		l.bits = 64;
	if (!err && l.text)
		err = words_addf(native, "--type=str");
	else if (!err)
		err = words_addf(native, "--type=u%u", l.bits);
	if (!err && !l.text)
		err = words_addf(native, "--format=%c", l.format);
	count = !err && l.nr_words > 1 ? l.word[1] : "1";
	if (!err && !len && !l.text)
		err = words_addf(native, "--count=%s", count);
	if (!err)
		err = words_addf(native, "%s%s%s", l.space, number_prefix(l.word[0]), l.word[0]);
	if (!err && len)
		return words_addf(native, "%" PRIu64, len);
	return err || !l.text || l.nr_words < 2 ? err : words_addf(native, "%s", count);
}

struct error *dialect_crash_wr(struct session *s, int nr_words, char **words,
			       struct words *native)
{
	struct line l;
	struct error *err = parse(nr_words, words, &l);

	(void)s;
	if (!err && l.nr_words != 2)
		err = error_new(ERROR_USAGE, "wr takes an address and a value");
	if (!err)
		err = words_addf(native, "write");
	if (!err)
		err = words_addf(native, "--type=u%u", l.bits);
	if (!err)
		err = words_addf(native, "%s%s%s", l.space, number_prefix(l.word[0]), l.word[0]);
	return err ? err : words_addf(native, "%s%s", number_prefix(l.word[1]), l.word[1]);
}

struct error *dialect_crash_vtop(struct session *s, int nr_words, char **words,
				 struct words *native)
{
	struct line l;
	struct error *err = parse(nr_words, words, &l);

	(void)s;
	if (!err && l.nr_words != 1)
		err = error_new(ERROR_USAGE, "vtop takes one address");
	if (!err)
		err = words_addf(native, "translate");
	return err ? err : words_addf(native, "%s%s%s", l.space, number_prefix(l.word[0]), l.word[0]);
}

bool dialect_crash_is_search(int nr_words, char **words)
{
	int i;

	for (i = 1; i < nr_words; i++) {
		if (words[i][0] == '-' && words[i][1] && !words[i][2] &&
		    find_option('s', words[i][1]))
			return true;
	}
	return false;
}

/* crash masks out what is one; ours has ones where bits count. */
static struct error *add_mask(const struct line *l, struct words *native)
{
	struct buf text = BUF_INIT;
	struct error *err;
	uint64_t mask;

	buf_addf(&text, "%s%s", number_prefix(l->mask), l->mask);
	err = number_parse(buf_str(&text), "mask", l->bits, 0, &mask);
	buf_free(&text);
	if (err)
		return err;
	mask = ~mask;
	if (l->bits < 64)
		mask &= (1ULL << l->bits) - 1;
	return words_addf(native, "--mask=%0*" PRIx64, (int)l->bits / 4, mask);
}

/* START up to END, or of LEN bytes. */
static struct error *add_range(const struct line *l, struct words *native)
{
	if (!l->start || !(l->end || l->len))
		return error_new(ERROR_USAGE, "search takes -s START, and -e END or -l LEN");
	if (l->end)
		return words_addf(native, "%s%s%s:%s%s-1", l->space, number_prefix(l->start),
				  l->start, number_prefix(l->end), l->end);
	return words_addf(native, "%s%s%s+%s%s", l->space, number_prefix(l->start), l->start,
			  number_prefix(l->len), l->len);
}

struct error *dialect_crash_search(struct session *s, int nr_words, char **words,
				   struct words *native)
{
	struct line l;
	struct error *err = parse(nr_words, words, &l);

	(void)s;
	if (!err && l.nr_words != 1)
		err = error_new(ERROR_USAGE, "search takes one value");
	if (!err)
		err = words_addf(native, "search");
	if (!err && l.text)
		err = words_addf(native, "--type=str");
	else if (!err)
		err = words_addf(native, "--type=u%u", l.bits);
	if (!err && !l.text)
		err = words_addf(native, "--align=%u", l.bits / 8);
	if (!err && l.mask)
		err = add_mask(&l, native);
	if (!err)
		err = add_range(&l, native);
	return err ? err : words_addf(native, "%s%s", l.text ? "" : number_prefix(l.word[0]),
				      l.word[0]);
}
