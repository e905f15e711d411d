/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operators and their precedence are C's:
 *
 *	expression = and { "|" and }
 *	and        = shift { "&" shift }
 *	shift      = sum { ("<<" | ">>") sum }
 *	sum        = product { ("+" | "-") product }
 *	product    = unary { "*" unary }
 *	unary      = { "-" | "*" } operand
 *	operand    = number | symbol | register | "$last" | "(" expression ")"
 */
#include "sym/expr.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define DEPTH_MAX	100	/* of parentheses and unary operators */
#define READS_MAX	100	/* of guest memory in one expression */

/* What one evaluation works with. */
struct expr {
	const char *text;		/* all of it */
	const char *s;			/* what is not evaluated yet */
	const struct expr_context *ctx;
	struct s390_regs regs;
	bool have_regs;
	unsigned int depth;
	unsigned int reads;
};

/* A value on the way: it may be below 0 and beyond 2^64. */
struct value {
	__int128 v;
	int symbols;		/* addresses of kernel symbols added, less those subtracted */
};

/* The text at s, n bytes, printable; to be freed with buf_free(). */
static const char *shown(struct buf *b, const char *s, size_t n)
{
	buf_add_escaped(b, s, n);
	return buf_str(b);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes of the operand at s: up to an operator, a parenthesis, a blank or the end. */
static size_t operand_length(const char *s)
{
	return strcspn(s, "+-*&|<>() \t");
}

/* A decimal register number 0-15 without leading zeros, nothing behind it; -1 if it is none. */
static int register_number(const char *s)
{
	if (s[0] < '0' || s[0] > '9')
		return -1;
	if (!s[1])
		return s[0] - '0';
	if (s[0] == '1' && s[1] >= '0' && s[1] <= '5' && !s[2])
		return 10 + s[1] - '0';
	return -1;
}

/* The value of the register of a name without % or $; false if there is none. */
static bool register_value(const struct s390_regs *regs, const char *name, uint64_t *value)
{
	int n = register_number(name + 1);

	if (!strcmp(name, "psw") || !strcmp(name, "pswa"))
		*value = regs->psw_addr;
	else if (!strcmp(name, "pswm"))
		*value = regs->psw_mask;
	else if (!strcmp(name, "prefix"))
		*value = regs->prefix;
	else if (n >= 0 && name[0] == 'r')
		*value = regs->gprs[n];
	else if (n >= 0 && name[0] == 'a')
		*value = regs->acrs[n];
	else if (n >= 0 && name[0] == 'c')
		*value = regs->crs[n];
	else
		return false;
	return true;
}

/* Whether there is a register of a name without % or $. */
static bool is_register(const char *name)
{
	static const struct s390_regs none;
	uint64_t value;

	return *name && register_value(&none, name, &value);
}

static struct error *no_such_register(const char *term)
{
	struct buf b = BUF_INIT;
	struct error *err;

	err = error_new(ERROR_USAGE, "no register '%s'", shown(&b, term, strlen(term)));
	buf_free(&b);
	return error_hint(err, "there are %%r0-%%r15, %%a0-%%a15, %%c0-%%c15, "
			  "%%psw (or %%pswa), %%pswm and %%prefix");
}

static struct error *eval_register(struct expr *e, const char *term, uint64_t *value)
{
	struct error *err;

	if (!is_register(term + 1))
		return no_such_register(term);
	if (!e->have_regs) {
		if (!e->ctx->regs)
			return error_new(ERROR_USAGE, "register '%s' cannot be used here: "
					 "there is no vCPU", term);
		err = e->ctx->regs(e->ctx->arg, &e->regs);
		if (err)
			return err;
		e->have_regs = true;
	}
	register_value(&e->regs, term + 1, value);
	return NULL;
}

/* An unknown symbol: say where it was looked for, and what may have been meant. */
static struct error *unknown_symbol(const struct symbols *symbols, const char *term)
{
	bool hex = !term[strspn(term, "0123456789abcdefABCDEF")];
	struct buf b = BUF_INIT, near = BUF_INIT;
	const char *name, *similar = NULL;
	struct error *err;

	name = shown(&b, term, strlen(term));
	if (symbols_table(symbols, 1, NULL, NULL)) {
		err = error_new(ERROR_USAGE, "unknown symbol '%s' in %s and others", name,
				symtab_path(symbols_table(symbols, 0, NULL, NULL)));
		similar = symbols_similar(symbols, term);
	} else if (symbols_table(symbols, 0, NULL, NULL)) {
		err = error_new(ERROR_USAGE, "unknown symbol '%s' in %s", name,
				symtab_path(symbols_table(symbols, 0, NULL, NULL)));
		similar = symbols_similar(symbols, term);
	} else {
		err = error_new(ERROR_USAGE, "unknown symbol '%s': no symbols are loaded", name);
	}
	if (similar)
		err = error_hint(err, "did you mean '%s'?",
				 shown(&near, similar, strlen(similar)));
	else if (hex)
		err = error_hint(err, "did you mean 0x%s? Hexadecimal numbers begin with 0x", name);
	else if (!symbols_table(symbols, 0, NULL, NULL))
		err = error_hint(err, "load them with -s FILE, the guest's vmlinux");
	buf_free(&b);
	buf_free(&near);
	return err;
}

static struct error *eval_symbol(struct expr *e, const char *term, struct value *value)
{
	const struct symbols *symbols = NULL;
	struct symbol_info info;
	struct error *err = NULL;

	if (e->ctx->symbols)
		err = e->ctx->symbols(e->ctx->arg, &symbols);
	if (err)
		return err;
	if (!symbols_find(symbols, term, &info))
		return unknown_symbol(symbols, term);
	value->symbols = info.kernel && !info.absolute;
	value->v = info.value;
	return NULL;
}

static struct error *eval_last(const struct expr *e, struct value *value)
{
	if (!e->ctx->last)
		return error_new(ERROR_USAGE, "$last is not known: nothing has been shown yet");
	value->v = *e->ctx->last;
	return NULL;
}

static struct error *eval_term(struct expr *e, const char *term, struct value *value)
{
	struct error *err;
	uint64_t v = 0;

	if (*term >= '0' && *term <= '9')
		err = number_parse(term, "address", 64, 0, &v);
	/* $ may begin the name of a symbol, too. */
	else if (*term == '%' || (*term == '$' && is_register(term + 1)))
		err = eval_register(e, term, &v);
	else if (!strcmp(term, "$last"))
		return eval_last(e, value);
	else
		return eval_symbol(e, term, value);
	value->v = v;
	return err;
}

/* Errors about the whole expression: "address 'TEXT' WHAT" and where. */

static struct error *expr_error(const struct expr *e, const char *what)
{
	struct buf b = BUF_INIT;
	struct error *err;

	err = error_new(ERROR_USAGE, "address '%s' %s",
			shown(&b, e->text, strlen(e->text)), what);
	buf_free(&b);
	return error_hint(err, "an address is made of numbers, symbols and registers by "
			  "+ - * & | << >> and parentheses, *ADDR is what stands there: "
			  "0x1000, jiffies+8, *(%%r15+160)");
}

static struct error *expr_error_here(const struct expr *e, const char *what)
{
	struct buf b = BUF_INIT;
	struct error *err;

	buf_adds(&b, what);
	if (*e->s) {
		buf_adds(&b, " before '");
		buf_add_escaped(&b, e->s, strlen(e->s));
		buf_addc(&b, '\'');
	} else {
		buf_adds(&b, " at its end");
	}
	err = expr_error(e, buf_str(&b));
	buf_free(&b);
	return err;
}

/* Operands */

static void skip_blanks(struct expr *e)
{
	while (is_blank(*e->s))
		e->s++;
}

static struct error *eval_operand(struct expr *e, struct value *value)
{
	size_t n = operand_length(e->s);
	struct error *err;
	char *term;

	if (!n)
		return expr_error_here(e, "has an operand missing");
	term = strndup(e->s, n);
	if (!term)
		return error_nomem();
	err = eval_term(e, term, value);
	free(term);
	e->s += n;
	return err;
}

/* What stands in guest memory at an address. */
static struct error *eval_read(struct expr *e, struct value *value)
{
	struct error *err;
	uint64_t v;

	if (value->v < 0 || value->v > UINT64_MAX)
		return expr_error(e, "reads memory at an address below 0 or beyond 2^64");
	if (!e->ctx->read)
		return expr_error(e, "reads memory, which cannot be done here");
	if (++e->reads > READS_MAX)
		return expr_error(e, "reads memory too often");
	err = e->ctx->read(e->ctx->arg, (uint64_t)value->v, value->symbols > 0, &v);
	if (err)
		return err;
	value->v = v;
	value->symbols = value->symbols > 0;
	return NULL;
}

static struct error *eval_binary(struct expr *e, unsigned int level, struct value *value);

static struct error *eval_parentheses(struct expr *e, struct value *value)
{
	struct error *err;

	e->s++;
	err = eval_binary(e, 0, value);
	if (err)
		return err;
	if (*e->s != ')')
		return expr_error_here(e, *e->s ? "has an operator missing" : "has a ')' missing");
	e->s++;
	return NULL;
}

static struct error *eval_unary(struct expr *e, struct value *value)
{
	char op;
	struct error *err;

	skip_blanks(e);
	op = *e->s;
	if (op != '-' && op != '*' && op != '(')
		return eval_operand(e, value);
	if (++e->depth > DEPTH_MAX)
		return expr_error(e, "has too many parentheses or operators within each other");
	if (op == '(') {
		err = eval_parentheses(e, value);
	} else {
		e->s++;
		err = eval_unary(e, value);
	}
	e->depth--;
	if (!err && op == '*')
		return eval_read(e, value);
	if (!err && op == '-') {
		value->v = -value->v;
		value->symbols = -value->symbols;
	}
	return err;
}

/* Binary operators, each of them false if the result does not fit. */

static bool do_or(struct value *a, const struct value *b)
{
	a->v |= b->v;
	a->symbols += b->symbols;
	return true;
}

static bool do_and(struct value *a, const struct value *b)
{
	a->v &= b->v;
	a->symbols += b->symbols;
	return true;
}

static bool do_multiply(struct value *a, const struct value *b)
{
	a->symbols = 0;
	return !__builtin_mul_overflow(a->v, b->v, &a->v);
}

static bool do_left(struct value *a, const struct value *b)
{
	struct value factor = { .v = 1 };

	if (b->v < 0 || b->v > 64)
		return false;
	factor.v <<= (int)b->v;
	return do_multiply(a, &factor);
}

static bool do_right(struct value *a, const struct value *b)
{
	a->symbols = 0;
	if (b->v < 0)
		return false;
	a->v >>= b->v > 127 ? 127 : (int)b->v;
	return true;
}

static bool do_add(struct value *a, const struct value *b)
{
	a->symbols += b->symbols;
	return !__builtin_add_overflow(a->v, b->v, &a->v);
}

static bool do_subtract(struct value *a, const struct value *b)
{
	a->symbols -= b->symbols;
	return !__builtin_sub_overflow(a->v, b->v, &a->v);
}

static const struct operator {
	const char *text;
	unsigned int level;	/* of precedence, 0: the lowest */
	bool (*apply)(struct value *a, const struct value *b);
} operators[] = {
	{ "|", 0, do_or },
	{ "&", 1, do_and },
	{ "<<", 2, do_left },
	{ ">>", 2, do_right },
	{ "+", 3, do_add },
	{ "-", 3, do_subtract },
	{ "*", 4, do_multiply },
};

#define LEVELS 5

/* The operator of a level at s; NULL: none. */
static const struct operator *find_operator(const char *s, unsigned int level)
{
	const struct operator *op;

	for (op = operators; op < operators + sizeof(operators) / sizeof(operators[0]); op++) {
		if (op->level == level && !strncmp(s, op->text, strlen(op->text)))
			return op;
	}
	return NULL;
}

/* A chain of operators of a level, from left to right; blanks behind it are skipped. */
static struct error *eval_binary(struct expr *e, unsigned int level, struct value *value)
{
	const struct operator *op;
	struct value right;
	struct error *err;

	if (level == LEVELS) {
		err = eval_unary(e, value);
		skip_blanks(e);
		return err;
	}
	err = eval_binary(e, level + 1, value);
	while (!err && (op = find_operator(e->s, level))) {
		e->s += strlen(op->text);
		right = (struct value){ .v = 0 };
		err = eval_binary(e, level + 1, &right);
		if (!err && !op->apply(value, &right))
			return expr_error(e, "has a step that is out of range");
	}
	return err;
}

struct error *expr_parse(const char *text, const struct expr_context *ctx,
			 uint64_t *value)
{
	struct expr e = { .text = text, .s = text, .ctx = ctx };
	struct value result = { .v = 0 };
	struct error *err;

	if (!*text)
		return expr_error(&e, "is empty");
	err = eval_binary(&e, 0, &result);
	if (err)
		return err;
	if (*e.s)
		return expr_error_here(&e, *e.s == ')' ? "has a '(' missing" :
				       "has an operator missing");
	if (result.v < 0)
		return expr_error(&e, "is below 0");
	if (result.v > UINT64_MAX)
		return expr_error(&e, "is beyond 2^64");
	*value = (uint64_t)result.v;
	if (ctx->symbolic)
		*ctx->symbolic = result.symbols > 0;
	return NULL;
}
