/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DWARF by libdw: what types-dwarf.c and types-dwarf-index.c share. */
#ifndef S390MEMCTL_SYM_TYPES_DWARF_H
#define S390MEMCTL_SYM_TYPES_DWARF_H

#include "sym/dwarf-file.h"
#include "sym/name-hash.h"
#include "sym/type-source.h"

/* A name at the top of a unit. */
struct dwarf_name {
	const char *name;	/* in the file's mapping */
	void *addr;		/* of its DIE */
	struct Dwarf_CU *cu;
	int64_t value;		/* of an enumerator */
	uint8_t names;		/* enum type_names, or DWARF_ENUMERATOR */
	bool vague;		/* a variable that may be told better elsewhere: an array without length */
};

#define DWARF_ENUMERATOR 100
#define DIMENSIONS_MAX	64U	/* of an array, that are looked at */

/*
 * All names up to the unit that was needed last: units are read one after the
 * other until a name is met, so that what is near the beginning costs little, and
 * everything is read once at most.
 */
struct dwarf_index {
	struct name_hash hash;
	struct dwarf_name *list;	/* as many as hash.room */
	uint32_t room;
	Dwarf_CU *unit;		/* the last one that was read */
	bool complete;		/* there are no more */
};

struct dwarf {
	struct type_source src;
	struct dwarf_file dwarf;
	struct elf_file *file;	/* the caller's */
	struct dwarf_index index;
};

/* damaged DWARF: libdw's reason */
struct error *dwarf_damaged(const struct dwarf *d);
/*
 * From an enumerator or a dimension to the next one; false: there is none. One with
 * children is the last: all of them would be gone through.
 */
bool dwarf_next_leaf(Dwarf_Die *die);
/* names: enum type_names, or DWARF_ENUMERATOR. *entry is NULL if there is no such name. */
struct error *dwarf_index_find(struct dwarf *d, unsigned int names, const char *name,
			       const struct dwarf_name **entry);
void dwarf_index_free(struct dwarf_index *index);

#endif
