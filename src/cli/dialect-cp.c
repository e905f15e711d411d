/* SPDX-License-Identifier: GPL-3.0-or-later */
/* z/VM CP: DISPLAY and STORE of guest storage. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/dialect.h"

#define ADDRESS_DIGITS 16

/* Address spaces; those with a number end with a dot. Longer names stand first. */
static const struct cp_space {
	const char *name;
	const char *prefix;	/* of ours; a number and a colon follow if it has one */
	bool has_number;
} spaces[] = {
	{ "ALET", "alet=0x", true },
	{ "AREG", "ar", true },
	{ "ASCE", "asce=0x", true },
	{ "HOME", "home:", false },
	{ "SECO", "sec:", false },
	{ "PRI", "pri:", false },
	{ "ABS", "abs:", false },
	{ "L", "auto:", false },
	{ "R", "real:", false },
};

/* Forms of DISPLAY. */
static const struct form {
	const char *name;
	const char *command;
	const char *options[2];
	uint64_t unit;		/* what addresses are rounded down, and ends up, to */
	uint64_t len;		/* if none is given; 0: the command's own */
} forms[] = {
	{ "TX", "read", { "--type=hex", NULL }, 16, 16 },
	{ "T", "read", { "--type=hex", "--ebcdic" }, 16, 16 },
	{ "I", "dis", { NULL, NULL }, 2, 0 },
	{ "K", "keys", { NULL, NULL }, 1, 0 },
	{ "S", "read", { "--type=u8", "--format=x" }, 1, 4 },
	{ "N", "read", { "--type=u32", "--format=x" }, 4, 4 },
};

#define NR_SPACES (sizeof(spaces) / sizeof(spaces[0]))
#define NR_FORMS (sizeof(forms) / sizeof(forms[0]))

/* What one operand says. */
struct operand {
	char space[64];		/* "home:", or "" */
	const struct form *form;
	uint64_t addr;
	unsigned int indirect;	/* number of & */
	bool has_len;
	uint64_t len;
};

/* Hexadecimal digits, with _ between them if they like; *p is moved behind them. */
static struct error *take_hex(const char **p, uint64_t *value)
{
	const char *start = *p;
	unsigned int digits = 0;
	uint64_t v = 0;

	for (; isxdigit((unsigned char)**p) || (**p == '_' && digits); ++*p) {
		if (**p == '_')
			continue;
		if (++digits > ADDRESS_DIGITS)
			return dialect_error("too many digits in", start);
		v = v << 4 | (uint64_t)(isdigit((unsigned char)**p) ? **p - '0' : (**p | 0x20) - 'a' + 10);
	}
	*value = v;
	return digits ? NULL : dialect_error("no hexadecimal number in", start);
}

/* The number of an AREG is decimal, or one hexadecimal digit. */
static struct error *take_space_number(const char **p, const struct cp_space *space, char *prefix,
				       size_t size)
{
	const char *start = *p;
	char number[20];
	size_t len;

	len = strspn(start, "0123456789abcdefABCDEF");
	if (!len || len >= sizeof(number) || start[len] != '.')
		return dialect_error("a number and a dot are missing in", start);
	if (!strcmp(space->name, "AREG") && len == 1)
		snprintf(number, sizeof(number), "%ld", strtol((char[]){ start[0], '\0' }, NULL, 16));
	else
		snprintf(number, sizeof(number), "%.*s", (int)len, start);
	snprintf(prefix, size, "%s%s:", space->prefix, number);
	*p = start + len + 1;
	return NULL;
}

static struct error *take_space(const char **p, struct operand *op)
{
	size_t i, len;

	for (i = 0; i < NR_SPACES; i++) {
		len = strlen(spaces[i].name);
		if (strncasecmp(*p, spaces[i].name, len))
			continue;
		*p += len;
		if (spaces[i].has_number)
			return take_space_number(p, &spaces[i], op->space, sizeof(op->space));
		snprintf(op->space, sizeof(op->space), "%s", spaces[i].prefix);
		return NULL;
	}
	return NULL;
}

static const struct form *take_form(const char **p)
{
	size_t i, len;

	for (i = 0; i < NR_FORMS - 1; i++) {
		len = strlen(forms[i].name);
		if (!strncasecmp(*p, forms[i].name, len)) {
			*p += len;
			return &forms[i];
		}
	}
	if (**p == 'N' || **p == 'n')
		++*p;
	return &forms[NR_FORMS - 1];
}

/* Behind the address: -LAST, :LAST, .LEN, or nothing. */
static struct error *take_range(const char **p, struct operand *op)
{
	char sign = **p;
	struct error *err;
	uint64_t value;

	if (!sign)
		return NULL;
	if (sign != '-' && sign != ':' && sign != '.')
		return dialect_error("there is nothing here for", *p);
	++*p;
	err = take_hex(p, &value);
	if (err)
		return err;
	if (**p)
		return dialect_error("there is nothing here for", *p);
	op->has_len = true;
	op->len = value;
	if (sign == '.')
		return value ? NULL : error_new(ERROR_USAGE, "the number of bytes is 0");
	if (op->indirect)
		return error_new(ERROR_USAGE, "a last address behind an indirect one");
	if (value < op->addr)
		return error_new(ERROR_USAGE, "the last address is before the first");
	op->len = value - op->addr + 1;
	return op->len ? NULL : error_new(ERROR_USAGE, "the range is all there is");
}

static struct error *parse_operand(const char *text, struct operand *op)
{
	const char *p = text;
	struct error *err;

	*op = (struct operand){ .space = "" };
	err = take_space(&p, op);
	if (err)
		return err;
	op->form = take_form(&p);
	err = take_hex(&p, &op->addr);
	for (; !err && *p == '&'; p++)
		op->indirect++;
	return err ? err : take_range(&p, op);
}

/* Round to the units of the form; an indirect address is taken as it is. */
static void round_operand(struct operand *op)
{
	uint64_t unit = op->form->unit, before = op->indirect ? 0 : op->addr % unit;

	op->addr -= before;
	if (!op->has_len)
		op->len = op->form->len;
	else if (op->len <= UINT64_MAX - before - unit)
		op->len = (op->len + before + unit - 1) / unit * unit;
}

static struct error *add_address(struct words *native, const struct operand *op)
{
	struct buf text = BUF_INIT;
	struct error *err;
	unsigned int i;

	buf_adds(&text, op->space);
	for (i = 0; i < op->indirect; i++)
		buf_adds(&text, "*(");
	buf_addf(&text, "0x%" PRIx64, op->addr);
	for (i = 0; i < op->indirect; i++)
		buf_addc(&text, ')');
	err = buf_failed(&text) ? error_nomem() : words_addf(native, "%s", buf_str(&text));
	buf_free(&text);
	return err;
}

/* Registers: the name, and perhaps which of them. */
static bool is_registers(const char *text)
{
	static const char *const names[] = { "PSW", "PREFIX", "AR", "G", "X" };
	size_t i, len;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i]);
		if (!strncasecmp(text, names[i], len) &&
		    !text[len + strspn(text + len, "0123456789-")])
			return true;
	}
	return false;
}

static struct error *display(struct operand *op, struct words *native)
{
	struct error *err = words_addf(native, "%s", op->form->command);
	int i;

	for (i = 0; !err && i < 2 && op->form->options[i]; i++)
		err = words_addf(native, "%s", op->form->options[i]);
	if (!strcmp(op->form->command, "dis")) {
		if (!err && op->has_len)
			err = error_hint(error_new(ERROR_USAGE, "I takes no range"),
					 "dis takes a number of instructions");
		op->len = 1;
	} else {
		round_operand(op);
	}
	if (!err)
		err = add_address(native, op);
	return err || !op->len ? err : words_addf(native, "%" PRIu64, op->len);
}

struct error *dialect_cp_display(struct session *s, int nr_words, char **words,
				 struct words *native)
{
	struct operand op;
	struct error *err;

	(void)s;
	if (nr_words != 2)
		return error_hint(error_new(ERROR_USAGE, "one operand is taken at a time"),
				  "'help dialects' shows what there is");
	if (is_registers(words[1]))
		return words_addf(native, "regs");
	err = parse_operand(words[1], &op);
	return err ? err : display(&op, native);
}

/* Hexadecimal digits alone, so many at most. */
static bool is_hex(const char *text, size_t max)
{
	size_t len = strspn(text, "0123456789abcdefABCDEF");

	return len && len <= max && !text[len];
}

struct error *dialect_cp_store(struct session *s, int nr_words, char **words,
			       struct words *native)
{
	struct operand op;
	struct error *err;
	bool string;
	int i;

	(void)s;
	if (nr_words < 3)
		return error_new(ERROR_USAGE, "an address and what to store there are needed");
	err = parse_operand(words[1], &op);
	if (err)
		return err;
	string = !strcmp(op.form->name, "S");
	if (op.has_len || (!string && strcmp(op.form->name, "N")))
		return dialect_error("there is nothing here to store into", words[1]);
	round_operand(&op);
	err = words_addf(native, "write");
	if (!err)
		err = words_addf(native, string ? "--type=hex" : "--type=u32");
	if (!err)
		err = add_address(native, &op);
	for (i = 2; !err && i < nr_words; i++) {
		if (!is_hex(words[i], string ? SIZE_MAX : 8))
			return dialect_error("no hexadecimal digits, or too many:", words[i]);
		err = words_addf(native, "%s%s", string ? "" : "0x", words[i]);
	}
	return err;
}
