/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What symtab-elf.c makes of an ELF file and symtab.c looks things up in. */
#ifndef S390MEMCTL_SYM_SYMTAB_ELF_H
#define S390MEMCTL_SYM_SYMTAB_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sym/symtab.h"

struct symbol {
	const char *name;	/* in strings */
	uint64_t value;
	uint64_t size;
	uint64_t last;		/* last address of its section */
	uint8_t binding;	/* order of preference: 0 global, 1 weak, 2 local */
	uint8_t type;		/* order of preference: 0 function or object, 1 another */
	bool absolute;		/* a number, no address */
};

struct symtab {
	char *path;		/* printable */
	char *build_id;
	char *strings;		/* copy of the string table, with a NUL byte behind it */
	struct symbol *symbols;
	size_t nr_symbols;
	struct symbol **by_name;	/* each name once, the preferred symbol of it */
	size_t nr_names;
	struct symbol **by_addr;	/* by value, at the same value by preference; no absolute ones */
	size_t nr_addrs;
	uint64_t base;		/* see symtab_base() */
	bool is_program;	/* see symtab_is_program() */
};

#endif
