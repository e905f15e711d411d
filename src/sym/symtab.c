/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/symtab.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/edit-distance.h"
#include "sym/symtab-elf.h"

/*
 * Lookups of a kind that go through all entries. An order takes about as long
 * as forty of them, and most runs of the program have fewer.
 */
#define SCANS 20

enum lookup { BY_NAME, BY_ADDR };

struct error *symtab_new(const char *path, struct symtab **out)
{
	struct symtab *tab = calloc(1, sizeof(*tab));
	struct buf printable = BUF_INIT;

	*out = tab;
	if (!tab)
		return error_nomem();
	buf_add_escaped(&printable, path, strlen(path));
	buf_adds(&printable, "");
	tab->path = printable.data;
	tab->build_id = calloc(1, 1);
	tab->index = calloc(1, sizeof(*tab->index));
	return tab->path && tab->build_id && tab->index ? NULL : error_nomem();
}

void symtab_free(struct symtab *tab)
{
	if (!tab)
		return;
	symtab_index_free(tab->index);
	free(tab->path);
	free(tab->file);
	free(tab->build_id);
	free(tab->strings);
	free(tab->section_names);
	free(tab->sections);
	free(tab->entries);
	free(tab->extended);
	free(tab);
}

const char *symtab_path(const struct symtab *tab)
{
	return tab->path;
}

const char *symtab_file(const struct symtab *tab)
{
	return tab->file;
}

size_t symtab_count(const struct symtab *tab)
{
	return symtab_index_symbols(tab) ? tab->index->nr_symbols : 0;
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

static void tell_symbol(const struct symtab *tab, const struct symbol *from,
			struct symtab_symbol *sym)
{
	const char *section = "";

	if (from->section && from->section < tab->nr_sections)
		section = tab->section_names + tab->sections[from->section].name;
	*sym = (struct symtab_symbol){
		.name = from->name,
		.section = section,
		.value = from->value,
		.size = from->size,
		.last = from->last,
		.absolute = from->absolute,
		.type = from->type,
	};
}

/* Whether it is time for an order; a list, which has no entries, cannot do without. */
static bool wants_order(const struct symtab *tab, enum lookup how)
{
	return !tab->entries || ++tab->index->lookups[how] > SCANS;
}

/* By name */

static bool scan_names(const struct symtab *tab, const char *name, struct symbol *best)
{
	const char *other;
	struct symbol sym;
	bool found = false;
	size_t i;

	for (i = 0; i < tab->nr_entries; i++) {
		other = symtab_entry_name(tab, i);
		if (!other || *other != *name || strcmp(other, name) || !symtab_entry(tab, i, &sym))
			continue;
		if (found && symtab_preference(&sym, best) >= 0)
			continue;
		*best = sym;
		found = true;
		/* There is none better. */
		if (!sym.binding && !sym.kind)
			break;
	}
	return found;
}

static bool hashed_name(const struct symtab_index *index, const char *name, struct symbol *best)
{
	const struct symbol *sym, *found = NULL;
	uint32_t n = name_hash_first(&index->names, name_hash_of(name, 0));

	for (; n != NAME_HASH_END; n = name_hash_next(&index->names, n)) {
		sym = &index->symbols[n];
		/* The newest comes first: of equal ones the last to come is meant. */
		if (!strcmp(sym->name, name) && (!found || symtab_preference(sym, found) <= 0))
			found = sym;
	}
	if (found)
		*best = *found;
	return found;
}

bool symtab_find_symbol(const struct symtab *tab, const char *name, struct symtab_symbol *found)
{
	struct symbol sym;
	bool ok;

	if (tab->index->names.count || (wants_order(tab, BY_NAME) && symtab_index_hash(tab)))
		ok = hashed_name(tab->index, name, &sym);
	else
		ok = scan_names(tab, name, &sym);
	if (ok)
		tell_symbol(tab, &sym, found);
	return ok;
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

bool symtab_get(const struct symtab *tab, size_t idx, struct symtab_symbol *sym)
{
	if (!symtab_index_symbols(tab) || idx >= tab->index->nr_symbols)
		return false;
	tell_symbol(tab, &tab->index->symbols[idx], sym);
	return true;
}

/* By address */

static bool scan_addrs(const struct symtab *tab, uint64_t addr, struct symbol *best)
{
	struct symbol sym;
	uint64_t value;
	bool found = false;
	size_t i;

	for (i = 0; i < tab->nr_entries; i++) {
		value = symtab_entry_value(tab, i);
		if (value > addr || (found && value < best->value))
			continue;
		if (!symtab_entry(tab, i, &sym) || sym.absolute)
			continue;
		if (found && value == best->value && symtab_alias_preference(&sym, best) >= 0)
			continue;
		*best = sym;
		found = true;
	}
	return found;
}

static bool ordered_addr(const struct symtab_index *index, uint64_t addr, struct symbol *best)
{
	struct symbol *const *order = index->by_addr;
	size_t low = 0, high = order ? index->nr_addrs : 0, mid;

	/* The first one above addr; the one wanted is before it. */
	while (low < high) {
		mid = low + (high - low) / 2;
		if (order[mid]->value <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return false;
	/* The best of those at the same address is the first of them. */
	while (low > 1 && order[low - 2]->value == order[low - 1]->value)
		low--;
	*best = *order[low - 1];
	return true;
}

bool symtab_nearest_symbol(const struct symtab *tab, uint64_t addr, struct symtab_symbol *found)
{
	struct symbol sym;
	bool ok;

	if (tab->index->by_addr || (wants_order(tab, BY_ADDR) && symtab_index_addrs(tab)))
		ok = ordered_addr(tab->index, addr, &sym);
	else
		ok = scan_addrs(tab, addr, &sym);
	if (!ok || (addr != sym.value && addr > sym.last))
		return false;
	tell_symbol(tab, &sym, found);
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

/* In order of names */

/* Index into by_name of the first name that is not less than the first len bytes of name. */
static size_t lower_bound(const struct symtab_index *index, const char *name, size_t len)
{
	size_t low = 0, high = index->nr_names, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strncmp(index->by_name[mid]->name, name, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const char *symtab_complete(const struct symtab *tab, const char *prefix,
			    size_t idx)
{
	size_t len = strlen(prefix), first;

	if (!symtab_index_names(tab))
		return NULL;
	first = lower_bound(tab->index, prefix, len);
	if (idx >= tab->index->nr_names - first)
		return NULL;
	if (strncmp(tab->index->by_name[first + idx]->name, prefix, len))
		return NULL;
	return tab->index->by_name[first + idx]->name;
}

size_t symtab_count_names(const struct symtab *tab, const char *prefix)
{
	size_t len = strlen(prefix), first, low, high, mid;

	if (!symtab_index_names(tab))
		return 0;
	first = low = lower_bound(tab->index, prefix, len);
	high = tab->index->nr_names;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (!strncmp(tab->index->by_name[mid]->name, prefix, len))
			low = mid + 1;
		else
			high = mid;
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
	if (!max || !symtab_index_names(tab))
		return NULL;
	for (i = 0; max && i < tab->index->nr_names; i++) {
		other = tab->index->by_name[i]->name;
		distance = edit_distance(name, len, other,
					 strnlen(other, EDIT_DISTANCE_NAME_MAX + 1), max);
		if (distance <= max) {
			best = other;
			max = distance - (distance > 0);
		}
	}
	return best;
}
