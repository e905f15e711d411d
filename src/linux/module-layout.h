/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the members of struct module and of what hangs on it are, by the kernel's types. */
#ifndef S390MEMCTL_LINUX_MODULE_LAYOUT_H
#define S390MEMCTL_LINUX_MODULE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sym/types.h"

#define MODULE_REGIONS_MAX	8

/* All offsets are in bytes; those of regions and pointers are from struct module. */
struct module_layout {
	uint64_t list, name, name_size, state;

	uint64_t regions[MODULE_REGIONS_MAX];	/* the first is that of the code */
	size_t nr_regions;
	uint64_t region_base, region_size;	/* in a region */

	bool has_kallsyms;
	uint64_t kallsyms;			/* pointer to struct mod_kallsyms */
	uint64_t symtab, num_symtab, strtab;	/* in that */

	bool has_notes;
	uint64_t notes_attrs;			/* pointer to struct module_notes_attrs */
	uint64_t notes_count, notes_array;	/* in that */
	uint64_t attr_private, attr_size;	/* in struct bin_attribute */
	uint64_t attr_stride;			/* bytes of that */

	bool has_sections;
	uint64_t sect_attrs;			/* pointer to struct module_sect_attrs */
	uint64_t sections_count, sections_array; /* in that */
	uint64_t section_stride, section_name, section_addr; /* of an element: pointer to its name */
};

/*
 * Look it all up. What only newer or only older kernels have is left out where
 * it is not there. Errors: ERROR_NO for what all have, or damaged types.
 */
struct error *module_layout_get(struct types *t, struct module_layout *l);

#endif
