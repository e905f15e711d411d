/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of symbols that do not come from an ELF file. */
#include "sym/symtab-elf.h"

#include <stdlib.h>
#include <string.h>

/* Fill in the symbol of an entry, whose name goes to *strings; false if it has none. */
static bool take_entry(const struct symtab_entry *entry, char **strings, struct symbol *sym)
{
	size_t len = strnlen(entry->name, SYMTAB_NAME_LIMIT);

	if (!len || len == SYMTAB_NAME_LIMIT)
		return false;
	memcpy(*strings, entry->name, len + 1);
	*sym = (struct symbol){
		.name = *strings,
		.value = entry->value,
		.size = entry->size,
		.binding = entry->type && strchr("vVwW", entry->type) ? 1 :
			   entry->type >= 'a' && entry->type <= 'z' ? 2 : 0,
		.kind = !entry->size,
		.alias = !entry->size,
		.absolute = entry->type == 'a' || entry->type == 'A',
		.type = entry->type > ' ' && entry->type < 0x7f ? entry->type : '?',
	};
	*strings += len + 1;
	if (!sym->size || __builtin_add_overflow(sym->value, sym->size - 1, &sym->last))
		sym->last = sym->value;
	return true;
}

/* Symbols whose size is not known reach up to the next ones. */
static void extend_symbols(const struct symtab_index *index)
{
	uint64_t next = 0, value;
	size_t i;

	for (i = index->nr_addrs; i-- > 0;) {
		value = index->by_addr[i]->value;
		if (i + 1 < index->nr_addrs && index->by_addr[i + 1]->value != value)
			next = index->by_addr[i + 1]->value;
		if (!index->by_addr[i]->size && next > value)
			index->by_addr[i]->last = next - 1;
	}
}

static struct error *take_entries(struct symtab *tab, const struct symtab_entry *entries, size_t n)
{
	struct symtab_index *index = tab->index;
	size_t i, bytes = 1;
	char *strings;

	for (i = 0; i < n; i++)
		bytes += strnlen(entries[i].name, SYMTAB_NAME_LIMIT) + 1;
	tab->strings = malloc(bytes);
	index->symbols = calloc(n ? n : 1, sizeof(*index->symbols));
	if (!tab->strings || !index->symbols)
		return error_nomem();
	strings = tab->strings;
	for (i = 0; i < n; i++) {
		if (take_entry(&entries[i], &strings, &index->symbols[index->nr_symbols]))
			index->nr_symbols++;
	}
	if (!symtab_index_addrs(tab) || !symtab_index_hash(tab))
		return error_nomem();
	extend_symbols(index);
	return NULL;
}

struct error *symtab_from_list(const char *source, const struct symtab_entry *entries,
			       size_t n, struct symtab **out)
{
	struct symtab *tab = NULL;
	struct error *err = symtab_new(source, &tab);

	if (!err)
		err = take_entries(tab, entries, n);
	if (err) {
		symtab_free(tab);
		return err;
	}
	*out = tab;
	return NULL;
}
