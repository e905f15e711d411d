/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What symtab-elf.c makes of an ELF file, symtab-list.c of a list, and symtab.c
 * looks things up in. The entries of a file stay as they are: the first lookups
 * go through all of them. symtab-index.c makes symbols and orders of them when
 * that is worth its time.
 */
#ifndef S390MEMCTL_SYM_SYMTAB_ELF_H
#define S390MEMCTL_SYM_SYMTAB_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sym/name-hash.h"
#include "sym/symtab.h"

#define SYMTAB_NAME_LIMIT 4096	/* bytes; a symbol with a longer name is left out */

struct symbol {
	const char *name;	/* in strings */
	uint64_t value;
	uint64_t size;
	uint64_t last;		/* last address of its section */
	uint32_t section;	/* number of it, 0: none known */
	uint8_t binding;	/* order of preference: 0 global, 1 weak, 2 local */
	uint8_t kind;		/* order of preference: 0 function or object, 1 another */
	uint8_t alias;		/* order of preference among those at the same address */
	bool absolute;		/* a number, no address */
	char type;		/* see struct symtab_symbol */
};

struct section {
	uint64_t last;		/* last address of it */
	uint32_t name;		/* offset in section_names */
	char type;		/* of local symbols in it, as nm(1) tells it */
};

/* Made when it is needed, each part of it by itself. */
struct symtab_index {
	unsigned int lookups[2];	/* by name, by address: until there is an order for it */
	struct symbol *symbols;
	size_t nr_symbols;
	struct name_hash names;		/* of all symbols, by their numbers */
	struct symbol **by_name;	/* each name once, the preferred symbol of it */
	size_t nr_names;
	struct symbol **by_addr;	/* by value, at the same value by preference; no absolute ones */
	size_t nr_addrs;
};

struct symtab {
	char *path;		/* printable */
	char *file;		/* the same as it was given; NULL: no file */
	char *build_id;
	char *strings;		/* with a NUL byte behind them */
	size_t strings_len;
	char *section_names;	/* with a NUL byte behind them */
	size_t section_names_len;
	struct section *sections;
	size_t nr_sections;
	unsigned char *entries;	/* of the file, in its class and byte order; NULL: a list */
	size_t nr_entries;
	size_t entry_size;	/* 16 or 24 bytes */
	uint32_t *extended;	/* numbers of sections from SHN_LORESERVE on, or NULL */
	bool big_endian;
	uint64_t base;		/* see symtab_base() */
	bool is_program;	/* see symtab_is_program() */
	struct symtab_index *index;
};

/* Make a table without anything in it; on error *tab may be NULL or is to be freed. */
struct error *symtab_new(const char *path, struct symtab **tab);
/* The symbol of an entry; false if it is none that anybody wants. */
bool symtab_entry(const struct symtab *tab, size_t idx, struct symbol *sym);
/* Name and address of an entry, not looked at closely; NULL if it has no name. */
const char *symtab_entry_name(const struct symtab *tab, size_t idx);
uint64_t symtab_entry_value(const struct symtab *tab, size_t idx);

/* Which of two symbols of the same name is preferred: below 0: a; 0: the first. */
int symtab_preference(const struct symbol *a, const struct symbol *b);
/*
 * The same of two at the same address: a function goes before a label that happens
 * to be there, whatever their bindings are (__schedule, __sched_text_start); of a
 * kernel's own table the first one, as kallsyms_lookup() has it.
 */
int symtab_alias_preference(const struct symbol *a, const struct symbol *b);
/*
 * Make a part of the index, unless it is there: all symbols, their hash, their
 * order by name, by address. false: no memory.
 */
bool symtab_index_symbols(const struct symtab *tab);
bool symtab_index_hash(const struct symtab *tab);
bool symtab_index_names(const struct symtab *tab);
bool symtab_index_addrs(const struct symtab *tab);
/* Free it; NULL is allowed. */
void symtab_index_free(struct symtab_index *index);

#endif
