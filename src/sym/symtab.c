/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/symtab.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/edit-distance.h"
#include "sym/symtab-elf.h"

const char *symtab_path(const struct symtab *tab)
{
	return tab->path;
}

size_t symtab_count(const struct symtab *tab)
{
	return tab->nr_symbols;
}

const char *symtab_build_id(const struct symtab *tab)
{
	return tab->build_id;
}

uint64_t symtab_base(const struct symtab *tab)
{
	return tab->base;
}

bool symtab_is_program(const struct symtab *tab)
{
	return tab->is_program;
}

void symtab_free(struct symtab *tab)
{
	if (!tab)
		return;
	free(tab->path);
	free(tab->build_id);
	free(tab->strings);
	free(tab->symbols);
	free(tab->by_name);
	free(tab->by_addr);
	free(tab);
}

/* Index into by_name of the first name that is not less than the first len bytes of name. */
static size_t lower_bound(const struct symtab *tab, const char *name, size_t len)
{
	size_t low = 0, high = tab->nr_names, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strncmp(tab->by_name[mid]->name, name, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void tell_symbol(const struct symbol *from, struct symtab_symbol *sym)
{
	*sym = (struct symtab_symbol){
		.name = from->name,
		.section = "",
		.value = from->value,
		.size = from->size,
		.last = from->last,
		.absolute = from->absolute,
		.type = '?',
	};
}

bool symtab_find_symbol(const struct symtab *tab, const char *name, struct symtab_symbol *sym)
{
	/* With the NUL byte, so that longer names are greater. */
	size_t i = lower_bound(tab, name, strlen(name) + 1);

	if (i == tab->nr_names || strcmp(tab->by_name[i]->name, name))
		return false;
	tell_symbol(tab->by_name[i], sym);
	return true;
}

bool symtab_find(const struct symtab *tab, const char *name, uint64_t *value,
		 uint64_t *size)
{
	struct symtab_symbol sym;

	if (!symtab_find_symbol(tab, name, &sym))
		return false;
	*value = sym.value;
	*size = sym.size;
	return true;
}

bool symtab_nearest_symbol(const struct symtab *tab, uint64_t addr, struct symtab_symbol *found)
{
	size_t low = 0, high = tab->nr_addrs, mid;
	const struct symbol *sym;

	/* The first one above addr; the one wanted is before it. */
	while (low < high) {
		mid = low + (high - low) / 2;
		if (tab->by_addr[mid]->value <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return false;
	/* The best of those at the same address is the first of them. */
	sym = tab->by_addr[low - 1];
	while (low > 1 && tab->by_addr[low - 2]->value == sym->value)
		sym = tab->by_addr[--low - 1];
	if (addr != sym->value && addr > sym->last)
		return false;
	tell_symbol(sym, found);
	return true;
}

const char *symtab_nearest(const struct symtab *tab, uint64_t addr,
			   uint64_t *offset)
{
	struct symtab_symbol sym;

	if (!symtab_nearest_symbol(tab, addr, &sym))
		return NULL;
	*offset = addr - sym.value;
	return sym.name;
}

const char *symtab_complete(const struct symtab *tab, const char *prefix,
			    size_t idx)
{
	size_t len = strlen(prefix), first = lower_bound(tab, prefix, len);

	if (idx >= tab->nr_names - first)
		return NULL;
	if (strncmp(tab->by_name[first + idx]->name, prefix, len))
		return NULL;
	return tab->by_name[first + idx]->name;
}

size_t symtab_count_names(const struct symtab *tab, const char *prefix)
{
	size_t len = strlen(prefix), first = lower_bound(tab, prefix, len), last = tab->nr_names;
	size_t low = first, mid;

	while (low < last) {
		mid = low + (last - low) / 2;
		if (!strncmp(tab->by_name[mid]->name, prefix, len))
			low = mid + 1;
		else
			last = mid;
	}
	return low - first;
}

const char *symtab_similar(const struct symtab *tab, const char *name)
{
	size_t len = strlen(name), i;
	unsigned int max, distance;
	const char *best = NULL, *other;

	/* A third of the name may differ, three characters at most, of one or two none. */
	max = len / 3 < 3 ? (unsigned int)(len / 3) : 3;
	for (i = 0; max && i < tab->nr_names; i++) {
		other = tab->by_name[i]->name;
		distance = edit_distance(name, len, other,
					 strnlen(other, EDIT_DISTANCE_NAME_MAX + 1), max);
		if (distance <= max) {
			best = other;
			max = distance - (distance > 0);
		}
	}
	return best;
}
