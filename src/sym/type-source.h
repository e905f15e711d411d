/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where types come from: what DWARF and BTF have to be able to do. Of src/sym/type*.c only. */
#ifndef S390MEMCTL_SYM_TYPE_SOURCE_H
#define S390MEMCTL_SYM_TYPE_SOURCE_H

#include "sym/type.h"

#define TYPE_MEMBERS_MAX	65536U	/* members that are believed */

struct type_source_ops {
	const char *name;	/* "DWARF", "BTF" */
	void (*close)(struct type_source *src);
	/* *found: whether there is such a name. Complete types only; variables with their type. */
	struct error *(*lookup)(struct type_source *src, enum type_names names, const char *name,
				struct type *type, bool *found);
	/* type->src is this one and type->pointers is 0, here and below. */
	struct error *(*describe)(const struct type *type, struct type_info *info);
	struct error *(*members)(const struct type *type, struct type_members *m);
	struct error *(*enumerator)(struct type_source *src, const char *name, int64_t *value,
				    bool *found);
};

struct type_source {
	const struct type_source_ops *ops;
	const volatile int *interrupted;	/* see types_open_elf() */
	bool big_endian;
};

/* ERROR_PARTIAL if somebody wants an end, NULL else: for loops that a file makes as long as it likes. */
struct error *type_source_interrupted(const struct type_source *src);
/* data is copied. As types_open_btf(). */
struct error *btf_open(const void *data, size_t len, const volatile int *interrupted,
		       struct type_source **src);
/*
 * file is the caller's, to be kept until the source is closed. ERROR_NO when it has
 * no DWARF.
 */
struct elf_file;
struct error *dwarf_open(struct elf_file *file, const volatile int *interrupted,
			 struct type_source **src);
/* A member more at the end of the list: *room is how many it has memory for, 0 first. */
struct error *type_members_add(struct type_members *m, size_t *room,
			       const struct type_member *member);

#endif
