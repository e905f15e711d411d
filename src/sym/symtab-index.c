/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Orders of the symbols of a table, by name and by address. */
#include "sym/symtab-elf.h"

#include <stdlib.h>
#include <string.h>

int symtab_preference(const struct symbol *a, const struct symbol *b)
{
	if (a->binding != b->binding)
		return a->binding < b->binding ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return 0;
}

int symtab_alias_preference(const struct symbol *a, const struct symbol *b)
{
	return (a->alias > b->alias) - (a->alias < b->alias);
}

/* By preference; then the one that came first. */
static int compare_preference(const struct symbol *a, const struct symbol *b, int order)
{
	return order ? order : a < b ? -1 : a > b;
}

static int compare_names(const void *pa, const void *pb)
{
	const struct symbol *a = *(struct symbol *const *)pa;
	const struct symbol *b = *(struct symbol *const *)pb;
	int order = strcmp(a->name, b->name);

	return order ? order : compare_preference(a, b, symtab_preference(a, b));
}

static int compare_addrs(const void *pa, const void *pb)
{
	const struct symbol *a = *(struct symbol *const *)pa;
	const struct symbol *b = *(struct symbol *const *)pb;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return compare_preference(a, b, symtab_alias_preference(a, b));
}

bool symtab_index_symbols(const struct symtab *tab)
{
	struct symtab_index *index = tab->index;
	size_t i;

	if (index->symbols)
		return true;
	index->symbols = calloc(tab->nr_entries ? tab->nr_entries : 1, sizeof(*index->symbols));
	if (!index->symbols)
		return false;
	for (i = 0; i < tab->nr_entries; i++) {
		if (symtab_entry(tab, i, &index->symbols[index->nr_symbols]))
			index->nr_symbols++;
	}
	return true;
}

bool symtab_index_hash(const struct symtab *tab)
{
	struct symtab_index *index = tab->index;
	size_t i;

	if (index->names.count)
		return true;
	if (!symtab_index_symbols(tab))
		return false;
	for (i = 0; i < index->nr_symbols; i++) {
		if (!name_hash_add(&index->names, name_hash_of(index->symbols[i].name, 0))) {
			name_hash_free(&index->names);
			return false;
		}
	}
	return true;
}

/* Gather the symbols, and make room for an order of all of them; NULL: no memory. */
static struct symbol **new_order(const struct symtab *tab)
{
	const struct symtab_index *index = tab->index;

	if (!symtab_index_symbols(tab))
		return NULL;
	return calloc(index->nr_symbols ? index->nr_symbols : 1, sizeof(struct symbol *));
}

bool symtab_index_names(const struct symtab *tab)
{
	struct symtab_index *index = tab->index;
	struct symbol **order;
	size_t i, n = 0;

	if (index->by_name)
		return true;
	order = new_order(tab);
	if (!order)
		return false;
	for (i = 0; i < index->nr_symbols; i++)
		order[i] = &index->symbols[i];
	qsort(order, index->nr_symbols, sizeof(*order), compare_names);
	/* Each name once: the preferred one comes first. */
	for (i = 0; i < index->nr_symbols; i++) {
		if (!n || strcmp(order[i]->name, order[n - 1]->name))
			order[n++] = order[i];
	}
	index->by_name = order;
	index->nr_names = n;
	return true;
}

bool symtab_index_addrs(const struct symtab *tab)
{
	struct symtab_index *index = tab->index;
	struct symbol **order;
	size_t i, n = 0;

	if (index->by_addr)
		return true;
	order = new_order(tab);
	if (!order)
		return false;
	for (i = 0; i < index->nr_symbols; i++) {
		if (!index->symbols[i].absolute)
			order[n++] = &index->symbols[i];
	}
	qsort(order, n, sizeof(*order), compare_addrs);
	index->by_addr = order;
	index->nr_addrs = n;
	return true;
}

void symtab_index_free(struct symtab_index *index)
{
	if (!index)
		return;
	free(index->symbols);
	name_hash_free(&index->names);
	free(index->by_name);
	free(index->by_addr);
	free(index);
}
