/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/typed.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "linux/kernel.h"

/* Of value_context */

static struct error *find_symbol(void *arg, const char *name, uint64_t *addr, bool *found)
{
	const struct typed *t = arg;
	struct symbol_info info;

	*found = t->symbols && symbols_find(t->symbols, name, &info);
	if (!*found)
		return NULL;
	*addr = info.value;
	if (typed_is_percpu_image(t, *addr))
		*addr += t->percpu_shift;
	return NULL;
}

static struct error *evaluate(void *arg, const char *text, uint64_t *value)
{
	const struct typed *t = arg;

	return session_addr(t->s, text, value);
}

/* As everywhere where an address is wanted. */
static struct error *no_symbol(void *arg, const char *name)
{
	struct error *err;
	uint64_t addr;

	err = evaluate(arg, name, &addr);
	return err ? err : error_new(ERROR_USAGE, "unknown symbol");
}

static struct error *read_kernel(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct typed *t = arg;

	if (!t->kernel)
		return error_new(ERROR_USAGE, "that is in a guest's memory, and no guest is named");
	return kmem_read(&t->kernel->mem, addr, buf, len);
}

/* Per-CPU variables */

static void find_percpu(struct typed *t)
{
	struct symbol_info start, end;

	if (t->percpu_end || !symbols_find(t->symbols, "__per_cpu_start", &start) ||
	    !symbols_find(t->symbols, "__per_cpu_end", &end))
		return;
	t->percpu_start = start.value;
	t->percpu_end = end.value;
}

bool typed_is_percpu_image(const struct typed *t, uint64_t addr)
{
	return addr >= t->percpu_start && addr < t->percpu_end;
}

struct error *typed_cpu(struct typed *t, unsigned int cpu)
{
	struct error *err;
	uint64_t table;

	err = kernel_symbol(t->kernel, "__per_cpu_offset", &table);
	if (err)
		return err;
	if (!t->percpu_end)
		return error_new(ERROR_NO, "where the per-CPU variables are is not known");
	err = kmem_u64(&t->kernel->mem, table + 8ULL * cpu, &t->percpu_shift);
	if (!err && !t->percpu_shift)
		err = error_new(ERROR_NO, "the guest's kernel has no CPU %u", cpu);
	return err;
}

/* Opening */

static bool guest_is_named(const struct session *s)
{
	return s->target || s->pid || s->guest || s->dump_path || s->qmp_path;
}

/* The types of the first file of -s that has some. */
static struct error *open_files(struct typed *t)
{
	const struct symtab *tab;
	struct error *err;
	size_t i;

	err = session_load_symbols(t->s);
	if (err)
		return err;
	t->symbols = t->s->symbols;
	for (i = 0; (tab = symbols_table(t->symbols, i, NULL, NULL)); i++) {
		error_free(err);
		err = types_open_elf(symtab_file(tab), t->s->interrupted, &t->own);
		if (!err || err->kind != ERROR_NO)
			return err;
	}
	return err ? err : error_new(ERROR_NO, "no file has types");
}

struct error *typed_open(struct session *s, bool need_guest, struct typed *t)
{
	struct error *err;

	*t = (struct typed){
		.s = s,
		.ctx = {
			.symbol = find_symbol, .no_symbol = no_symbol, .term = evaluate,
			.read = read_kernel, .arg = t,
		},
	};
	if (!need_guest && s->nr_symbol_files && !guest_is_named(s)) {
		err = open_files(t);
		t->ctx.types = t->own;
	} else {
		s->for_target = true;
		err = session_kernel(s, &t->kernel);
		if (!err)
			err = kernel_types(t->kernel, &t->ctx.types);
		if (!err) {
			t->symbols = s->symbols;
			find_percpu(t);
		}
	}
	if (!err && !types_big_endian(t->ctx.types))
		err = error_new(ERROR_USAGE, "the types are of a little-endian machine, not of s390x");
	return err;
}

void typed_close(struct typed *t)
{
	types_close(t->own);
	t->own = NULL;
}

/* Texts */

void typed_text(const struct command_args *args, struct buf *b)
{
	int i;

	for (i = 0; i < args->argc; i++) {
		buf_adds(b, i ? " " : "");
		buf_adds(b, args->argv[i]);
	}
}

char *typed_strip(char *text)
{
	size_t len = strlen(text), i;
	unsigned int open = 0;

	if (text[0] != '(' || text[len - 1] != ')')
		return text;
	for (i = 0; i < len; i++) {
		open += text[i] == '(';
		open -= text[i] == ')';
		if (!open && i + 1 < len)
			return text;
	}
	text[len - 1] = '\0';
	return text + 1;
}

struct error *typed_run(struct session *s, const struct command_args *args, const char *what,
			struct error *(*tell)(struct typed *t, const char *text))
{
	struct buf text = BUF_INIT;
	struct typed t;
	struct error *err;

	typed_text(args, &text);
	if (buf_failed(&text) || !text.len) {
		buf_free(&text);
		return error_new(ERROR_USAGE, "%s is missing", what);
	}
	err = typed_open(s, false, &t);
	if (!err)
		err = tell(&t, typed_strip(text.data));
	typed_close(&t);
	buf_free(&text);
	return err;
}
