/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/edit-distance.h"

struct table {
	struct symtab *tab;
	uint64_t bias;
	char *module;
	bool kernel;
	bool placed;	/* where the user said */
	bool hidden;	/* not looked up in */
};

struct symbols {
	struct table *tables;
	size_t nr_tables;
	bool (*more)(void *arg);
	void *more_arg;
};

struct symbols *symbols_new(void)
{
	return calloc(1, sizeof(struct symbols));
}

void symbols_truncate(struct symbols *s, size_t n)
{
	while (s->nr_tables > n) {
		s->nr_tables--;
		symtab_free(s->tables[s->nr_tables].tab);
		free(s->tables[s->nr_tables].module);
	}
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	symbols_truncate(s, 0);
	free(s->tables);
	free(s);
}

struct error *symbols_add(struct symbols *s, struct symtab *tab, uint64_t bias,
			  const char *module, bool kernel)
{
	struct table *tables;
	char *name = strdup(module);

	tables = realloc(s->tables, (s->nr_tables + 1) * sizeof(*tables));
	if (tables)
		s->tables = tables;
	if (!tables || !name) {
		symtab_free(tab);
		free(name);
		return error_nomem();
	}
	tables[s->nr_tables++] = (struct table){
		.tab = tab, .bias = bias, .module = name, .kernel = kernel,
	};
	return NULL;
}

const struct symtab *symbols_table(const struct symbols *s, size_t idx, uint64_t *bias,
				   const char **module)
{
	if (!s || idx >= s->nr_tables)
		return NULL;
	if (bias)
		*bias = s->tables[idx].bias;
	if (module)
		*module = s->tables[idx].module;
	return s->tables[idx].tab;
}

size_t symbols_count(const struct symbols *s)
{
	return s ? s->nr_tables : 0;
}

void symbols_set_bias(struct symbols *s, size_t idx, uint64_t bias)
{
	if (idx < s->nr_tables)
		s->tables[idx].bias = bias;
}

bool symbols_is_placed(const struct symbols *s, size_t idx)
{
	return idx < s->nr_tables && s->tables[idx].placed;
}

void symbols_set_placed(struct symbols *s, size_t idx)
{
	if (idx < s->nr_tables)
		s->tables[idx].placed = true;
}

void symbols_set_more(struct symbols *s, bool (*more)(void *arg), void *arg)
{
	s->more = more;
	s->more_arg = arg;
}

void symbols_set_hidden(struct symbols *s, size_t idx, bool hidden)
{
	if (idx < s->nr_tables)
		s->tables[idx].hidden = hidden;
}

bool symbols_is_hidden(const struct symbols *s, size_t idx)
{
	return idx < s->nr_tables && s->tables[idx].hidden;
}

/* Lookups change nothing but this: tables that are added when they are missed first. */
static bool add_more(const struct symbols *s)
{
	struct symbols *all = (struct symbols *)(uintptr_t)s;
	bool (*more)(void *arg) = s ? s->more : NULL;

	if (!more)
		return false;
	all->more = NULL;
	return more(all->more_arg);
}

/* What there is to say about a symbol of a table; an absolute one stays where it is. */
static void tell(const struct table *t, const struct symtab_symbol *sym, struct symbol_info *info)
{
	*info = (struct symbol_info){
		.name = sym->name,
		.value = sym->absolute ? sym->value : sym->value + t->bias,
		.size = sym->size,
		.module = t->module,
		.tab = t->tab,
		.bias = t->bias,
		.section = sym->section,
		.type = sym->type,
		.absolute = sym->absolute,
		.kernel = t->kernel,
	};
}

/* Whether a name has "module!" before it that is this table's; *rest: what follows that. */
static bool is_of_module(const struct table *t, const char *name, const char **rest)
{
	size_t len = strlen(t->module);

	if (!len || strncmp(name, t->module, len) || name[len] != '!')
		return false;
	*rest = name + len + 1;
	return true;
}

/* kernel: in the tables of the kernel itself alone. */
static bool find_in_tables(const struct symbols *s, const char *name, bool kernel,
			   struct symbol_info *info)
{
	struct symtab_symbol sym;
	const char *rest;
	size_t i;

	for (i = 0; s && i < s->nr_tables; i++) {
		const struct table *t = &s->tables[i];

		if (t->hidden || (kernel && (!t->kernel || t->module[0])))
			continue;
		if (!symtab_find_symbol(t->tab, name, &sym) &&
		    !(is_of_module(t, name, &rest) && symtab_find_symbol(t->tab, rest, &sym)))
			continue;
		if (info)
			tell(t, &sym, info);
		return true;
	}
	return false;
}

bool symbols_find(const struct symbols *s, const char *name, struct symbol_info *info)
{
	return find_in_tables(s, name, false, info) ||
	       (add_more(s) && find_in_tables(s, name, false, info));
}

bool symbols_find_kernel(const struct symbols *s, const char *name, struct symbol_info *info)
{
	return find_in_tables(s, name, true, info);
}

static bool nearest_in_tables(const struct symbols *s, uint64_t addr, struct symbol_info *info)
{
	const struct table *best = NULL;
	struct symtab_symbol sym, nearest = { .value = 0 };
	uint64_t offset = 0;
	size_t i;

	for (i = 0; s && i < s->nr_tables; i++) {
		const struct table *t = &s->tables[i];
		uint64_t there = addr - t->bias;

		if (t->hidden || !symtab_nearest_symbol(t->tab, there, &sym))
			continue;
		if (best && there - sym.value >= offset)
			continue;
		best = t;
		nearest = sym;
		offset = there - sym.value;
	}
	if (!best)
		return false;
	tell(best, &nearest, info);
	info->offset = offset;
	return true;
}

bool symbols_nearest(const struct symbols *s, uint64_t addr, struct symbol_info *info)
{
	struct symbol_info found;
	bool near = nearest_in_tables(s, addr, &found);

	/* Behind the end of a symbol, what is nearer may be in what is not there yet. */
	if ((!near || found.offset >= found.size) && add_more(s))
		near = nearest_in_tables(s, addr, &found);
	if (near && info)
		*info = found;
	return near;
}

bool symbols_next(const struct symbols *s, size_t pos[2], struct symbol_info *info)
{
	struct symtab_symbol sym;

	for (; s && pos[0] < s->nr_tables; pos[0]++, pos[1] = 0) {
		if (s->tables[pos[0]].hidden || !symtab_get(s->tables[pos[0]].tab, pos[1], &sym))
			continue;
		pos[1]++;
		tell(&s->tables[pos[0]], &sym, info);
		return true;
	}
	return false;
}

const char *symbols_complete(const struct symbols *s, const char *prefix, size_t idx)
{
	size_t i, n;

	for (i = 0; s && i < s->nr_tables; i++) {
		n = symtab_count_names(s->tables[i].tab, prefix);
		if (idx < n)
			return symtab_complete(s->tables[i].tab, prefix, idx);
		idx -= n;
	}
	return NULL;
}

const char *symbols_similar(const struct symbols *s, const char *name)
{
	size_t len = strlen(name), i;
	unsigned int distance, least = EDIT_DISTANCE_NAME_MAX;
	const char *best = NULL, *similar;

	for (i = 0; s && i < s->nr_tables; i++) {
		similar = symtab_similar(s->tables[i].tab, name);
		if (!similar)
			continue;
		distance = edit_distance(name, len, similar, strlen(similar), least);
		if (!best || distance < least) {
			best = similar;
			least = distance;
		}
	}
	return best;
}

void symbols_format_info(const struct symbol_info *info, struct buf *b)
{
	buf_add_escaped(b, info->name, strlen(info->name));
	if (info->offset)
		buf_addf(b, "+0x%llx", (unsigned long long)info->offset);
	if (info->module[0]) {
		buf_adds(b, " [");
		buf_add_escaped(b, info->module, strlen(info->module));
		buf_adds(b, "]");
	}
}

bool symbols_format(const struct symbols *s, uint64_t addr, struct buf *b)
{
	struct symbol_info info;

	if (!symbols_nearest(s, addr, &info))
		return false;
	symbols_format_info(&info, b);
	return true;
}
