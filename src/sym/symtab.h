/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols of an ELF file (.symtab, else .dynsym), through libelf. */
#ifndef S390MEMCTL_SYM_SYMTAB_H
#define S390MEMCTL_SYM_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct symtab;

/* A symbol as it stands in a table; names live as long as the table. */
struct symtab_symbol {
	const char *name;
	const char *section;	/* name of its section, "" if not known; untrusted */
	uint64_t value;
	uint64_t size;		/* bytes, 0: not known */
	uint64_t last;		/* last address of its section */
	bool absolute;		/* a number, no address */
	char type;		/* as nm(1) tells it: T text, D data, R read only, B bss, A absolute, ... */
};

/* A symbol to make a table of. */
struct symtab_entry {
	const char *name;
	uint64_t value;
	uint64_t size;		/* bytes; 0: not known, it reaches up to the next one */
	char type;		/* as nm(1) tells it: a capital is global, v and w are weak */
};

/*
 * Load the symbols of an ELF file, any class and byte order, untrusted.
 * Errors: ERROR_USAGE with path and reason (unreadable, no ELF, truncated, no
 * symbols).
 */
struct error *symtab_load(const char *path, struct symtab **tab);
/*
 * Make a table of symbols that do not come from an ELF file; all is copied.
 * source: what symtab_path() says, printable. Entries with an empty name or one
 * of 4096 bytes and more are left out. Errors: no memory.
 */
struct error *symtab_from_list(const char *source, const struct symtab_entry *entries,
			       size_t n, struct symtab **tab);
/* Free; NULL is allowed. */
void symtab_free(struct symtab *tab);
/* The path of the file, printable. */
const char *symtab_path(const struct symtab *tab);
/* The same as it was given, for opening the file again; NULL if there is none. */
const char *symtab_file(const struct symtab *tab);
/* Number of symbols. */
size_t symtab_count(const struct symtab *tab);
/*
 * The lowest address that the file wants to be loaded at: that of its first
 * PT_LOAD; of a relocatable file (a module) that of .text, mostly 0. 0 if there
 * is neither.
 */
uint64_t symtab_base(const struct symtab *tab);
/*
 * Whether the file is a program or library for user mode: it has an
 * interpreter, thread-local storage, or a dynamic section that names libraries
 * or itself. A kernel has none of these.
 */
bool symtab_is_program(const struct symtab *tab);
/* Build id as hex digits, "" if the file has none (dwelf_elf_gnu_build_id). */
const char *symtab_build_id(const struct symtab *tab);
/* Value and size of a symbol; global ones before weak before local. false if there is none. */
bool symtab_find(const struct symtab *tab, const char *name, uint64_t *value,
		 uint64_t *size);
/* All about the symbol that symtab_find() finds, or symtab_nearest(). false if there is none. */
bool symtab_find_symbol(const struct symtab *tab, const char *name, struct symtab_symbol *sym);
bool symtab_nearest_symbol(const struct symtab *tab, uint64_t addr, struct symtab_symbol *sym);
/* All about the symbol of a number, 0 to symtab_count() - 1, in the table's own order. */
bool symtab_get(const struct symtab *tab, size_t idx, struct symtab_symbol *sym);
/* The nearest symbol at or below an address (within its section's end); NULL if none. */
const char *symtab_nearest(const struct symtab *tab, uint64_t addr,
			   uint64_t *offset);
/* The names beginning with a prefix, in order, one a call: idx 0, 1, ...; NULL at the end. */
const char *symtab_complete(const struct symtab *tab, const char *prefix,
			    size_t idx);
/* How many names symtab_complete() tells for a prefix. */
size_t symtab_count_names(const struct symtab *tab, const char *prefix);
/* The symbol whose name is nearest in spelling, for "did you mean"; NULL if nothing is near. */
const char *symtab_similar(const struct symtab *tab, const char *name);

#endif
