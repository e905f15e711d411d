/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols and expressions of a session. */
#include "cli/session.h"

#include <stdlib.h>

struct error *session_add_symbol_file(struct session *s, const char *text)
{
	const char **files;

	files = realloc(s->symbol_files, (s->nr_symbol_files + 1) * sizeof(*files));
	if (!files)
		return error_nomem();
	s->symbol_files = files;
	files[s->nr_symbol_files++] = text;
	return NULL;
}

struct error *session_load_symbols(struct session *s)
{
	struct error *err = NULL;
	size_t i;

	if (!s->nr_symbol_files || s->symbols)
		return NULL;
	s->symbols = symbols_new();
	if (!s->symbols)
		return error_nomem();
	for (i = 0; i < s->nr_symbol_files && !err; i++)
		err = symbols_add_file(s->symbols, s->symbol_files[i], NULL, NULL);
	if (err) {
		symbols_free(s->symbols);
		s->symbols = NULL;
	}
	return err;
}

/* Those of the guest's kernel, too; a guest whose memory cannot be got at has none. */
static struct error *kernel_symbols(struct session *s)
{
	struct kernel *k;
	struct error *err = session_kernel(s, &k);

	if (!err || err->kind != ERROR_TARGET || !s->target)
		return err;
	log_verbose(&s->log, 1, "no symbols of the guest's kernel: %s", err->message);
	error_free(err);
	return NULL;
}

struct error *session_symbols(struct session *s, const struct symbols **symbols)
{
	struct error *err = session_load_symbols(s);

	if (!err && s->for_target)
		err = kernel_symbols(s);
	*symbols = s->symbols;
	return err;
}

bool session_line(struct session *s, const struct symbol_info *info, uint64_t addr, struct buf *b)
{
	if (!s->lines)
		s->lines = lines_cache_new();
	return lines_cache_find(s->lines, info->tab, info->bias, addr, b);
}

void session_set_last(struct session *s, uint64_t value)
{
	s->has_last = true;
	s->last = value;
}

/* For expressions. */
static struct error *current_symbols(void *arg, const struct symbols **symbols)
{
	return session_symbols(arg, symbols);
}

/* For expressions: the registers of the vCPU, while it stands still. */
static struct error *current_regs(void *arg, struct s390_regs *regs)
{
	struct session *s = arg;
	struct error *err = session_attach(s);

	return err ? err : s->target->ops->regs(s->target, true, regs);
}

struct error *session_expr(struct session *s, const char *text, uint64_t *addr, bool *symbolic)
{
	struct expr_context ctx = {
		.symbols = current_symbols,
		.regs = current_regs,
		.arg = s,
		.symbolic = symbolic,
	};

	return expr_parse(text, &ctx, addr);
}

struct error *session_addr(struct session *s, const char *text, uint64_t *addr)
{
	return session_expr(s, text, addr, NULL);
}
