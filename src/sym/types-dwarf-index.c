/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of types, variables and enumerators in DWARF, read as far as they are needed. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sym/types-dwarf.h"

#define FIRST_ROOM 1024U
#define CHAIN_MAX 8U	/* typedefs and qualifiers of a variable's type */

/* Entries */

static bool same(const struct dwarf_name *e, unsigned int names, const char *name)
{
	return e->names == names && !strcmp(e->name, name);
}

static struct dwarf_name *find(const struct dwarf_index *x, unsigned int names, const char *name);

static struct dwarf_name *find_any(const struct dwarf_index *x, const char *name)
{
	static const enum type_names order[] = {
		TYPE_NAMES_STRUCT, TYPE_NAMES_UNION, TYPE_NAMES_TYPE, TYPE_NAMES_ENUM,
	};
	struct dwarf_name *e = NULL;
	size_t i;

	for (i = 0; !e && i < sizeof(order) / sizeof(order[0]); i++)
		e = find(x, order[i], name);
	return e;
}

static struct dwarf_name *find(const struct dwarf_index *x, unsigned int names, const char *name)
{
	uint32_t n;

	if (names == TYPE_NAMES_ANY_TYPE)
		return find_any(x, name);
	n = name_hash_first(&x->hash, name_hash_of(name, names));
	while (n != NAME_HASH_END && !same(&x->list[n], names, name))
		n = name_hash_next(&x->hash, n);
	return n == NAME_HASH_END ? NULL : &x->list[n];
}

static struct error *add(struct dwarf_index *x, const struct dwarf_name *entry)
{
	struct dwarf_name *e = find(x, entry->names, entry->name), *bigger;
	uint32_t room = x->room ? x->room * 2 : FIRST_ROOM;

	if (e) {
		/* The first one is good, but for an array without length. */
		if (e->vague && !entry->vague)
			*e = *entry;
		return NULL;
	}
	if (x->hash.count == x->room) {
		bigger = realloc(x->list, room * sizeof(*bigger));
		if (!bigger)
			return error_nomem();
		x->list = bigger;
		x->room = room;
	}
	if (!name_hash_add(&x->hash, name_hash_of(entry->name, entry->names)))
		return error_nomem();
	x->list[x->hash.count - 1] = *entry;
	return NULL;
}

void dwarf_index_free(struct dwarf_index *x)
{
	name_hash_free(&x->hash);
	free(x->list);
	*x = (struct dwarf_index){ .list = NULL };
}

/* Reading */

/* An enumerator's or a constant's value, with its sign where the form has one. */
static int64_t value_of(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Sword sword;
	Dwarf_Word word;

	if (!dwarf_attr(die, DW_AT_const_value, &attr))
		return 0;
	if (dwarf_whatform(&attr) == DW_FORM_sdata || dwarf_whatform(&attr) == DW_FORM_implicit_const)
		return dwarf_formsdata(&attr, &sword) ? 0 : sword;
	return dwarf_formudata(&attr, &word) ? 0 : (int64_t)word;
}

static struct error *add_enumerators(struct dwarf *d, Dwarf_Die *enumeration)
{
	struct error *err = NULL;
	unsigned int count = 0;
	Dwarf_Die die;
	bool more;

	for (more = !dwarf_child(enumeration, &die); more && count < TYPE_MEMBERS_MAX;
	     more = !err && dwarf_next_leaf(&die)) {
		struct dwarf_name entry = {
			.name = dwarf_diename(&die), .addr = die.addr, .cu = die.cu,
			.value = value_of(&die), .names = DWARF_ENUMERATOR,
		};

		/* The same enum is in many units: then its first name is known. */
		if (!count++ && entry.name && find(&d->index, DWARF_ENUMERATOR, entry.name))
			return NULL;
		err = type_source_interrupted(&d->src);
		if (!err && entry.name && dwarf_tag(&die) == DW_TAG_enumerator)
			err = add(&d->index, &entry);
	}
	return err;
}

/* Which names a DIE has its name among; -1: none. */
static int names_of(int tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		return TYPE_NAMES_STRUCT;
	case DW_TAG_union_type:
		return TYPE_NAMES_UNION;
	case DW_TAG_enumeration_type:
		return TYPE_NAMES_ENUM;
	case DW_TAG_typedef:
	case DW_TAG_base_type:
		return TYPE_NAMES_TYPE;
	case DW_TAG_variable:
		return TYPE_NAMES_VARIABLE;
	default:
		return -1;
	}
}

static const char *variable_name(Dwarf_Die *die)
{
	Dwarf_Attribute attr;

	/* A definition has its name where it was declared. */
	return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));
}

static bool has_bounds(Dwarf_Die *array)
{
	unsigned int visits = 0;
	Dwarf_Die die;
	bool more;

	for (more = !dwarf_child(array, &die); more && visits++ < DIMENSIONS_MAX;
	     more = dwarf_next_leaf(&die)) {
		if (dwarf_hasattr(&die, DW_AT_count) || dwarf_hasattr(&die, DW_AT_upper_bound))
			return true;
	}
	return false;
}

/* Whether a variable's type may be told better elsewhere: an array without length. */
static bool is_vague(Dwarf_Die *variable)
{
	Dwarf_Die type = *variable;
	Dwarf_Attribute attr;
	unsigned int i;

	for (i = 0; i < CHAIN_MAX; i++) {
		if (!dwarf_formref_die(dwarf_attr_integrate(&type, DW_AT_type, &attr), &type))
			return i == 0;
		switch (dwarf_tag(&type)) {
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_typedef:
			continue;
		case DW_TAG_array_type:
			return !has_bounds(&type);
		default:
			return dwarf_hasattr(&type, DW_AT_declaration);
		}
	}
	return false;
}

static struct error *add_die(struct dwarf *d, Dwarf_Die *die)
{
	int tag = dwarf_tag(die), names = names_of(tag);
	struct dwarf_name entry = { .addr = die->addr, .cu = die->cu };
	struct error *err = NULL;

	if (names < 0)
		return NULL;
	if (tag == DW_TAG_variable)
		entry.vague = is_vague(die);
	else if (dwarf_hasattr(die, DW_AT_declaration))
		return NULL;
	entry.names = (uint8_t)names;
	entry.name = tag == DW_TAG_variable ? variable_name(die) : dwarf_diename(die);
	if (entry.name && *entry.name)
		err = add(&d->index, &entry);
	if (!err && tag == DW_TAG_enumeration_type)
		err = add_enumerators(d, die);
	return err;
}

/* The next unit; at the end index.complete is set. One that was interrupted is read again. */
static struct error *read_unit(struct dwarf *d)
{
	struct dwarf_index *x = &d->index;
	struct error *err;
	Dwarf_CU *cu = x->unit;
	Dwarf_Die unit, die;
	int end;

	err = type_source_interrupted(&d->src);
	if (err)
		return err;
	end = dwarf_get_units(d->dwarf.dwarf, cu, &cu, NULL, NULL, &unit, NULL);
	if (end) {
		x->complete = true;
		return end < 0 ? dwarf_damaged(d) : NULL;
	}
	for (end = dwarf_child(&unit, &die); !end && !err; end = dwarf_siblingof(&die, &die)) {
		err = type_source_interrupted(&d->src);
		if (!err)
			err = add_die(d, &die);
	}
	if (!err)
		x->unit = cu;
	return err;
}

static bool good(const struct dwarf_name *e)
{
	return e && !e->vague;
}

struct error *dwarf_index_find(struct dwarf *d, unsigned int names, const char *name,
			       const struct dwarf_name **entry)
{
	struct error *err = NULL;

	*entry = find(&d->index, names, name);
	while (!err && !good(*entry) && !d->index.complete) {
		err = read_unit(d);
		*entry = find(&d->index, names, name);
	}
	return err;
}
