/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/module-layout.h"

/* A member that need not be there. */
static bool find(struct types *t, const char *type, const char *member, uint64_t *offset)
{
	struct error *err = types_member(t, type, member, offset, NULL);

	error_free(err);
	return !err;
}

static bool find_size(struct types *t, const char *type, uint64_t *size)
{
	struct error *err = types_size(t, type, size);

	error_free(err);
	return !err;
}

/* Linux 6.4 (commit ac3b43283923): an array of regions by their kind; code, data, init. */
static bool find_memory(struct types *t, struct module_layout *l)
{
	uint64_t array, stride, all;
	struct error *err;
	int64_t text;
	size_t i;

	err = types_member(t, "module", "mem", &array, &all);
	error_free(err);
	if (err || !find_size(t, "module_memory", &stride) || !stride ||
	    !types_enumerator(t, "MOD_TEXT", &text) || text != 0 ||
	    !find(t, "module_memory", "base", &l->region_base) ||
	    !find(t, "module_memory", "size", &l->region_size))
		return false;
	for (i = 0; i < MODULE_REGIONS_MAX && (i + 1) * stride <= all; i++)
		l->regions[i] = array + i * stride;
	l->nr_regions = i;
	return i > 0;
}

static bool find_core_layout(struct types *t, struct module_layout *l)
{
	if (!find(t, "module", "core_layout", &l->regions[0]) ||
	    !find(t, "module_layout", "base", &l->region_base) ||
	    !find(t, "module_layout", "size", &l->region_size))
		return false;
	l->nr_regions = 1;
	return true;
}

static void find_kallsyms(struct types *t, struct module_layout *l)
{
	l->has_kallsyms = find(t, "module", "kallsyms", &l->kallsyms) &&
			  find(t, "mod_kallsyms", "symtab", &l->symtab) &&
			  find(t, "mod_kallsyms", "num_symtab", &l->num_symtab) &&
			  find(t, "mod_kallsyms", "strtab", &l->strtab);
}

/* kernel/module/sysfs.c */
static void find_attrs(struct types *t, struct module_layout *l)
{
	bool attribute = find(t, "bin_attribute", "private", &l->attr_private) &&
			 find(t, "bin_attribute", "size", &l->attr_size) &&
			 find_size(t, "bin_attribute", &l->attr_stride);
	uint64_t name, inner;

	l->has_notes = attribute && find(t, "module", "notes_attrs", &l->notes_attrs) &&
		       find(t, "module_notes_attrs", "notes", &l->notes_count) &&
		       find(t, "module_notes_attrs", "attrs", &l->notes_array);
	if (!attribute || !find(t, "bin_attribute", "attr", &inner) ||
	    !find(t, "attribute", "name", &name) ||
	    !find(t, "module", "sect_attrs", &l->sect_attrs) ||
	    !find(t, "module_sect_attrs", "attrs", &l->sections_array) ||
	    !find(t, "module_sect_attrs", "nsections", &l->sections_count))
		return;
	l->has_sections = true;
	if (find(t, "module_sect_attr", "address", &l->section_addr) &&
	    find_size(t, "module_sect_attr", &l->section_stride) &&
	    find(t, "module_sect_attr", "battr", &l->section_name)) {
		l->section_name += inner + name;
		return;
	}
	/* Linux 6.14: the attributes themselves, with the address as their private data. */
	l->section_stride = l->attr_stride;
	l->section_addr = l->attr_private;
	l->section_name = inner + name;
}

struct error *module_layout_get(struct types *t, struct module_layout *l)
{
	struct error *err;

	*l = (struct module_layout){ .nr_regions = 0 };
	err = types_member(t, "module", "list", &l->list, NULL);
	if (!err)
		err = types_member(t, "module", "name", &l->name, &l->name_size);
	if (!err)
		err = types_member(t, "module", "state", &l->state, NULL);
	if (!err && !find_memory(t, l) && !find_core_layout(t, l))
		err = error_new(ERROR_NO, "the kernel's types do not tell where a module's code is");
	if (err) {
		err->kind = ERROR_NO;
		return err;
	}
	find_kallsyms(t, l);
	find_attrs(t, l);
	return NULL;
}
