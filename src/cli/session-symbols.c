/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols and expressions of a session. */
#include "cli/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "cli/access.h"

struct error *session_add_symbol_file(struct session *s, const char *text)
{
	const char **files;
	char *copy;

	files = realloc(s->symbol_files, (s->nr_symbol_files + 1) * sizeof(*files));
	if (!files)
		return error_nomem();
	s->symbol_files = files;
	copy = strdup(text);
	if (!copy)
		return error_nomem();
	files[s->nr_symbol_files++] = copy;
	return NULL;
}

void session_forget_symbols(struct session *s)
{
	session_forget_kernel(s);
	lines_cache_free(s->lines);
	symbols_free(s->symbols);
	s->lines = NULL;
	s->symbols = NULL;
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

/* Whether symbols are to be those of a guest: one is named, or there is nothing else. */
static bool is_about_guest(const struct session *s)
{
	return s->for_target || s->target || s->pid || s->guest || s->dump_path || s->qmp_path ||
	       !s->nr_symbol_files;
}

struct error *session_symbols(struct session *s, const struct symbols **symbols)
{
	struct error *err = session_load_symbols(s);

	if (!err && is_about_guest(s))
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

/* Expressions */

struct evaluation {
	struct session *s;
	const struct access *in;	/* space, key and engine of accesses to memory; NULL: as the PSW says */
};

static struct error *current_symbols(void *arg, const struct symbols **symbols)
{
	const struct evaluation *e = arg;

	return session_symbols(e->s, symbols);
}

/* The registers of the vCPU, while it stands still. */
static struct error *current_regs(void *arg, struct s390_regs *regs)
{
	const struct evaluation *e = arg;
	struct error *err = session_attach(e->s);

	return err ? err : e->s->target->ops->regs(e->s->target, true, regs);
}

/*
 * Read at an address of the kernel by home space, where it always is, whatever the
 * vCPU turns to meanwhile. false: it could not be read there.
 */
static bool read_home(struct session *s, const struct access *a, void *bytes, size_t len)
{
	struct access home = *a;
	struct error *err;
	size_t done;

	if (!a->symbolic || a->space != SPACE_AUTO || a->engine != ACCESS_ENGINE_AUTO ||
	    !s->target->ops->walk)
		return false;
	home.space = SPACE_HOME;
	err = s->target->ops->read(s->target, &home, bytes, len, &done);
	error_free(err);
	return !err;
}

/* A number in memory, as a command would read it there. What is told of spaces is about the command. */
static struct error *read_number(void *arg, uint64_t addr, bool is_symbolic, uint64_t *value)
{
	const struct evaluation *e = arg;
	struct session *s = e->s;
	struct access a = e->in ? *e->in : (struct access)ACCESS_INIT(0);
	enum space told = s->home_despite;
	unsigned char bytes[sizeof(*value)];
	struct error *err;
	size_t done;

	a.addr = addr;
	a.symbolic = is_symbolic;
	a.inject = false;
	err = access_check_range(addr, sizeof(bytes));
	if (!err)
		err = session_attach(s);
	if (err)
		return err;
	if (read_home(s, &a, bytes, sizeof(bytes))) {
		*value = get_be64(bytes);
		return NULL;
	}
	err = access_ready(s, &a);
	if (!err)
		err = s->target->ops->read(s->target, &a, bytes, sizeof(bytes), &done);
	s->home_despite = told;
	if (!err)
		*value = get_be64(bytes);
	return err;
}

struct error *session_expr_in(struct session *s, const char *text, const struct access *in,
			      uint64_t *addr, bool *symbolic)
{
	struct evaluation e = { .s = s, .in = in };
	struct expr_context ctx = {
		.symbols = current_symbols,
		.regs = current_regs,
		.read = read_number,
		.last = s->has_last ? &s->last : NULL,
		.arg = &e,
		.symbolic = symbolic,
	};

	return expr_parse(text, &ctx, addr);
}

struct error *session_expr(struct session *s, const char *text, uint64_t *addr, bool *symbolic)
{
	return session_expr_in(s, text, NULL, addr, symbolic);
}

struct error *session_addr(struct session *s, const char *text, uint64_t *addr)
{
	return session_expr(s, text, addr, NULL);
}
