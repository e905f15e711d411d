/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gdb: x, print, info registers, find. */
#include <ctype.h>
#include <string.h>

#include "cli/command.h"
#include "cli/dialect.h"
#include "cli/repeat.h"
#include "sym/expr.h"

#define COUNT_MAX 1000000000U
#define LETTERS "xduotcafsiz"
#define SIZES "bhwg"

/* What stands behind the slash. */
struct format {
	unsigned int count;
	char letter, size;	/* 0: not given */
};

static unsigned int size_bits(char size)
{
	return 8U << (strchr(SIZES, size) - SIZES);
}

/* Words of a line with the format taken out: "x/4xg ADDR", "x /4xg ADDR". */
struct operands {
	const char *format;	/* behind the slash, or "" */
	struct buf text;	/* all others, blanks between them */
};

static void take_operands(int nr_words, char **words, struct operands *op)
{
	const char *slash = strchr(words[0], '/');
	int i = 1;

	*op = (struct operands){ .format = slash ? slash + 1 : "", .text = BUF_INIT };
	if (!slash && nr_words > 1 && words[1][0] == '/')
		op->format = words[i++] + 1;
	for (; i < nr_words; i++)
		buf_addf(&op->text, "%s%s", op->text.len ? " " : "", words[i]);
}

static struct error *parse_format(const char *text, const char *letters, struct format *f)
{
	const char *p = text;

	*f = (struct format){ .count = 1 };
	if (isdigit((unsigned char)*p))
		f->count = 0;
	for (; isdigit((unsigned char)*p); p++) {
		f->count = f->count * 10 + (unsigned int)(*p - '0');
		if (f->count > COUNT_MAX)
			return dialect_error("count too large in", text);
	}
	if (!f->count)
		return dialect_error("count 0 in", text);
	for (; *p; p++) {
		if (strchr(SIZES, *p))
			f->size = *p;
		else if (strchr(letters, *p))
			f->letter = *p;
		else
			return dialect_error("unknown letter in format", text);
	}
	return NULL;
}

/* Letter and size stay for the next time, as far as they fit each other. */
static void keep_format(struct session *s, struct format *f)
{
	char letter = f->letter ? f->letter : s->x_letter ? s->x_letter : 'x';
	char size = f->size ? f->size : s->x_size ? s->x_size : 'w';

	if (letter == 'z')
		letter = 'x';
	if (letter == 'a' && !f->size)
		size = 'g';
	if (letter == 'c' && !f->size && f->letter)
		size = 'b';
	if (letter == 'f' && size != 'w' && size != 'g')
		size = 'g';
	f->letter = s->x_letter = letter;
	f->size = s->x_size = size;
}

static struct error *examine(const struct format *f, const char *addr, struct words *native)
{
	struct error *err;

	if (f->letter == 'i') {
		err = words_addf(native, "dis");
		if (!err)
			err = words_addf(native, "%s", addr);
		return err ? err : words_addf(native, "%u", f->count);
	}
	err = words_addf(native, "read");
	if (!err && f->letter == 's')
		err = words_addf(native, "--type=str");
	else if (!err)
		err = words_addf(native, "--type=u%u", size_bits(f->size));
	if (!err && f->letter != 's')
		err = words_addf(native, "--format=%c", f->letter);
	if (!err)
		err = words_addf(native, "--count=%u", f->count);
	return err ? err : words_addf(native, "%s", addr);
}

struct error *dialect_gdb_examine(struct session *s, int nr_words, char **words,
				  struct words *native)
{
	const char *addr;
	struct operands op;
	struct format f;
	struct error *err;

	take_operands(nr_words, words, &op);
	err = parse_format(op.format, LETTERS, &f);
	addr = op.text.len ? buf_str(&op.text) : repeat_address(s);
	if (!err && !addr)
		err = error_new(ERROR_USAGE, "no address, and nothing was shown before");
	if (!err) {
		keep_format(s, &f);
		err = examine(&f, addr, native);
	}
	buf_free(&op.text);
	return err;
}

struct error *dialect_gdb_print(struct session *s, int nr_words, char **words,
				struct words *native)
{
	struct operands op;
	struct format f;
	struct error *err;

	(void)s;
	take_operands(nr_words, words, &op);
	err = parse_format(op.format, "xd", &f);
	if (!err && (f.count != 1 || f.size))
		err = dialect_error("only x and d can stand in format", op.format);
	if (!err)
		err = words_addf(native, "print");
	if (!err && f.letter)
		err = words_addf(native, f.letter == 'x' ? "--hex" : "--decimal");
	if (!err && op.text.len)
		err = words_addf(native, "%s", buf_str(&op.text));
	buf_free(&op.text);
	return err;
}

bool dialect_gdb_is_registers(int nr_words, char **words)
{
	return nr_words == 2 && words[1][0] == 'r' &&
	       !strncmp("registers", words[1], strlen(words[1]));
}

struct error *dialect_gdb_registers(struct session *s, int nr_words, char **words,
				    struct words *native)
{
	(void)s;
	(void)nr_words;
	(void)words;
	return words_addf(native, "regs");
}

/* find's options: a size and a number of matches, in one word or in two. */
static struct error *find_options(const char *text, struct format *f, bool *limited)
{
	const char *p = text + strspn(text, "0123456789" SIZES);
	struct format more;
	struct error *err;

	if (*p)
		return dialect_error("unknown letter in", text);
	/* A number may stand behind the size here. */
	if (text[0] && strchr(SIZES, text[0])) {
		f->size = text[0];
		text++;
	}
	if (!text[0])
		return NULL;
	err = parse_format(text, "", &more);
	if (err)
		return err;
	if (isdigit((unsigned char)text[0])) {
		f->count = more.count;
		*limited = true;
	}
	f->size = more.size ? more.size : f->size;
	return NULL;
}

/* The next of the operands that commas separate, without blanks around it. */
static char *next_operand(char **text)
{
	char *start = *text + strspn(*text, " "), *end;

	if (!*start)
		return NULL;
	end = start + strcspn(start, ",");
	*text = *end ? end + 1 : end;
	*end = '\0';
	while (end > start && end[-1] == ' ')
		*--end = '\0';
	return start;
}

/* START, END (the last byte) or +LEN, VALUE. */
static struct error *find_operands(const struct format *f, char *text, struct words *native)
{
	char *start = next_operand(&text), *end = next_operand(&text), *value = next_operand(&text);
	size_t len = value ? strlen(value) : 0;
	bool is_text = len > 1 && (value[0] == '"' || value[0] == '\'') && value[len - 1] == value[0];
	struct error *err;

	if (!value)
		return error_new(ERROR_USAGE, "find takes START, END, VALUE or START, +LEN, VALUE");
	if (next_operand(&text))
		return error_new(ERROR_USAGE, "only one value can be searched for");
	if (is_text || !isdigit((unsigned char)value[value[0] == '-'])) {
		err = words_addf(native, "--type=str");
		value[is_text ? len - 1 : len] = '\0';
		value += is_text;
	} else {
		err = words_addf(native, "--type=u%u", size_bits(f->size ? f->size : 'w'));
	}
	if (!err && end[0] == '+')
		err = words_addf(native, "%s%s", start, end);
	else if (!err)
		err = words_addf(native, "%s:%s", start, end);
	return err ? err : words_addf(native, "%s", value);
}

struct error *dialect_gdb_find(struct session *s, int nr_words, char **words,
			       struct words *native)
{
	const char *slash = strchr(words[0], '/');
	struct format f = { .count = 0 };
	struct buf text = BUF_INIT;
	struct error *err = NULL;
	bool limited = false;
	int i;

	(void)s;
	if (slash)
		err = find_options(slash + 1, &f, &limited);
	for (i = 1; !err && i < nr_words; i++) {
		if (words[i][0] == '/' && !text.len)
			err = find_options(words[i] + 1, &f, &limited);
		else
			buf_addf(&text, "%s%s", text.len ? " " : "", words[i]);
	}
	buf_addc(&text, ' ');
	if (!err && buf_failed(&text))
		err = error_nomem();
	if (!err)
		err = words_addf(native, "search");
	if (!err && limited)
		err = words_addf(native, "--max=%u", f.count);
	if (!err)
		err = find_operands(&f, text.data, native);
	buf_free(&text);
	return err;
}
