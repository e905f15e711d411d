/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address = term { ("+" | "-") term }; term = number | symbol | register. */
#include "sym/expr.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* What one evaluation works with. */
struct expr {
	const char *text;		/* all of it */
	const struct expr_context *ctx;
	struct s390_regs regs;
	bool have_regs;
	bool is_symbol;		/* the last term was one */
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

/* Bytes of the term at s: up to an operator, a blank or the end. */
static size_t term_length(const char *s)
{
	return strcspn(s, "+- \t");
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

static struct error *eval_symbol(struct expr *e, const char *term, uint64_t *value)
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
	e->is_symbol = info.kernel;
	*value = info.value;
	return NULL;
}

static struct error *eval_term(struct expr *e, const char *term, uint64_t *value)
{
	e->is_symbol = false;
	if (*term >= '0' && *term <= '9')
		return number_parse(term, "address", 64, 0, value);
	if (*term == '%')
		return eval_register(e, term, value);
	/* $ may begin the name of a symbol, too. */
	if (*term == '$' && is_register(term + 1))
		return eval_register(e, term, value);
	return eval_symbol(e, term, value);
}

/* An error about the whole expression: "address 'TEXT' REASON". */
static struct error *expr_error(const struct expr *e, const char *reason)
{
	struct buf b = BUF_INIT;
	struct error *err;

	err = error_new(ERROR_USAGE, "address '%s' %s",
			shown(&b, e->text, strlen(e->text)), reason);
	buf_free(&b);
	return error_hint(err, "an address is a sum or difference of numbers, symbols and "
			  "registers, such as 0x1000, jiffies+8 or %%r15+160");
}

/* Evaluate the n bytes at s as one term. */
static struct error *eval_piece(struct expr *e, const char *s, size_t n, uint64_t *value)
{
	struct error *err;
	char *term;

	if (!n)
		return expr_error(e, *e->text ? "has an operand missing" : "is empty");
	term = strndup(s, n);
	if (!term)
		return error_nomem();
	err = eval_term(e, term, value);
	free(term);
	return err;
}

struct error *expr_parse(const char *text, const struct expr_context *ctx,
			 uint64_t *value)
{
	struct expr e = { .text = text, .ctx = ctx };
	const char *s = text;
	struct error *err;
	__int128 sum = 0;	/* no text is so long that it could overflow */
	char op = '+';
	int symbols = 0;
	uint64_t v;
	size_t n;

	for (;;) {
		while (is_blank(*s))
			s++;
		n = term_length(s);
		err = eval_piece(&e, s, n, &v);
		if (err)
			return err;
		sum += op == '+' ? (__int128)v : -(__int128)v;
		if (e.is_symbol)
			symbols += op == '+' ? 1 : -1;
		s += n;
		while (is_blank(*s))
			s++;
		if (!*s)
			break;
		op = *s++;
		if (op != '+' && op != '-')
			return expr_error(&e, "has an operator missing");
	}
	if (sum < 0)
		return expr_error(&e, "is below 0");
	if (sum > UINT64_MAX)
		return expr_error(&e, "is beyond 2^64");
	*value = (uint64_t)sum;
	if (ctx->symbolic)
		*ctx->symbolic = symbols > 0;
	return NULL;
}
