/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols of an ELF file (.symtab, else .dynsym), through libelf. */
#ifndef S390MEMCTL_SYM_SYMTAB_H
#define S390MEMCTL_SYM_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct symtab;

/*
 * Load the symbols of an ELF file, any class and byte order, untrusted.
 * Errors: ERROR_USAGE with path and reason (unreadable, no ELF, truncated, no
 * symbols).
 */
struct error *symtab_load(const char *path, struct symtab **tab);
/* Free; NULL is allowed. */
void symtab_free(struct symtab *tab);
/* The path of the file, printable. */
const char *symtab_path(const struct symtab *tab);
/* Number of symbols. */
size_t symtab_count(const struct symtab *tab);
/* Build id as hex digits, "" if the file has none (dwelf_elf_gnu_build_id). */
const char *symtab_build_id(const struct symtab *tab);
/* Value and size of a symbol; global ones before weak before local. false if there is none. */
bool symtab_find(const struct symtab *tab, const char *name, uint64_t *value,
		 uint64_t *size);
/* The nearest symbol at or below an address (within its section's end); NULL if none. */
const char *symtab_nearest(const struct symtab *tab, uint64_t addr,
			   uint64_t *offset);
/* The names beginning with a prefix, in order, one a call: idx 0, 1, ...; NULL at the end. */
const char *symtab_complete(const struct symtab *tab, const char *prefix,
			    size_t idx);
/* The symbol whose name is nearest in spelling, for "did you mean"; NULL if nothing is near. */
const char *symtab_similar(const struct symtab *tab, const char *name);

#endif
