/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types of DWARF 2 to 5, by libdw. A type's id is the number of an array's
 * dimension (an array of two dimensions is one DIE), its references are those of
 * a Dwarf_Die.
 */
#include "sym/types-dwarf.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "sym/elf-file.h"

#define POINTER_SIZE	8U
#define VISITS_MAX	(2 * TYPE_MEMBERS_MAX)	/* of what stands in a structure: methods, too */
#define BITS_MAX	(1ULL << 48)	/* a structure of more bits is damaged */

static struct dwarf *dwarf_of(struct type_source *src)
{
	return (struct dwarf *)src;
}

struct error *dwarf_damaged(const struct dwarf *d)
{
	const char *reason = dwarf_errmsg(-1);

	return error_new(ERROR_USAGE, "%s: damaged DWARF: %s", elf_file_path(d->file),
			 reason ? reason : "no reason is known");
}

bool dwarf_next_leaf(Dwarf_Die *die)
{
	return dwarf_haschildren(die) == 0 && !dwarf_siblingof(die, die);
}

/* err, but that the file has become shorter goes first: what was found out then is nothing. */
static struct error *checked(const struct dwarf *d, struct error *err)
{
	struct error *shorter = elf_file_check(d->file);

	if (!shorter)
		shorter = elf_file_check(d->dwarf.shared);
	if (!shorter)
		return err;
	error_free(err);
	return shorter;
}

static Dwarf_Die die_of(const struct type *type)
{
	return (Dwarf_Die){ .addr = type->ref[0], .cu = type->ref[1] };
}

static struct type type_of_die(struct dwarf *d, const Dwarf_Die *die, uint64_t dimension)
{
	return (struct type){
		.src = &d->src, .id = dimension, .ref = { die->addr, die->cu },
	};
}

static bool unsigned_attr(Dwarf_Die *die, unsigned int name, uint64_t *value)
{
	Dwarf_Attribute attr;
	Dwarf_Word word;

	if (!dwarf_attr_integrate(die, name, &attr) || dwarf_formudata(&attr, &word))
		return false;
	*value = word;
	return true;
}

/* The type that a DIE refers to; void if it has none. */
static struct error *target_of(struct dwarf *d, Dwarf_Die *die, struct type *target)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	*target = (struct type){ .src = NULL };
	if (!dwarf_attr_integrate(die, DW_AT_type, &attr))
		return NULL;
	if (!dwarf_formref_die(&attr, &type) || dwarf_tag(&type) == DW_TAG_invalid)
		return dwarf_damaged(d);
	if (dwarf_tag(&type) != DW_TAG_unspecified_type)
		*target = type_of_die(d, &type, 0);
	return NULL;
}

/* Arrays */

/* The dimension's subrange; the number of dimensions is returned. */
static uint64_t find_dimension(Dwarf_Die *array, uint64_t dimension, Dwarf_Die *subrange)
{
	unsigned int visits = 0;
	uint64_t count = 0;
	Dwarf_Die die;
	bool more;

	for (more = !dwarf_child(array, &die); more && visits++ < DIMENSIONS_MAX;
	     more = dwarf_next_leaf(&die)) {
		if (dwarf_tag(&die) != DW_TAG_subrange_type)
			continue;
		if (count++ == dimension)
			*subrange = die;
	}
	return count;
}

static struct error *describe_array(struct dwarf *d, const struct type *type,
				    struct type_info *info)
{
	Dwarf_Die die = die_of(type), subrange;
	uint64_t dimensions = find_dimension(&die, type->id, &subrange), value;

	info->kind = TYPE_ARRAY;
	if (type->id < dimensions) {
		if (unsigned_attr(&subrange, DW_AT_count, &value)) {
			info->count = value;
			info->has_count = true;
		} else if (unsigned_attr(&subrange, DW_AT_upper_bound, &value)) {
			/* -1: no elements */
			info->count = value + 1;
			info->has_count = true;
		}
	}
	if (type->id + 1 >= dimensions)
		return target_of(d, &die, &info->target);
	info->target = type_of_die(d, &die, type->id + 1);
	return NULL;
}

/* All other types */

static void describe_base(Dwarf_Die *die, struct type_info *info)
{
	static const struct {
		enum type_kind kind;
		bool is_signed;
	} encodings[] = {
		[DW_ATE_boolean] = { TYPE_BOOL, false },
		[DW_ATE_float] = { TYPE_FLOAT, true },
		[DW_ATE_signed] = { TYPE_INT, true },
		[DW_ATE_signed_char] = { TYPE_CHAR, true },
		[DW_ATE_unsigned] = { TYPE_INT, false },
		[DW_ATE_unsigned_char] = { TYPE_CHAR, false },
	};
	uint64_t encoding;

	info->kind = TYPE_INT;
	if (unsigned_attr(die, DW_AT_encoding, &encoding) &&
	    encoding < sizeof(encodings) / sizeof(encodings[0]) && encodings[encoding].kind) {
		info->kind = encodings[encoding].kind;
		info->is_signed = encodings[encoding].is_signed;
	}
	/* As C's char of any sign has it, not everything of one byte. */
	if (info->kind == TYPE_CHAR && info->size != 1)
		info->kind = TYPE_INT;
}

/* An enum is signed if its type is, or a value below 0 is among its own. */
static bool is_signed_enum(struct dwarf *d, Dwarf_Die *die)
{
	struct type target;
	Dwarf_Die type;
	uint64_t encoding;

	error_free(target_of(d, die, &target));
	if (!target.src)
		return false;
	type = die_of(&target);
	return unsigned_attr(&type, DW_AT_encoding, &encoding) &&
	       (encoding == DW_ATE_signed || encoding == DW_ATE_signed_char);
}

static const struct tag {
	int tag;
	enum type_kind kind;
	const char *qualifier;
} tags[] = {
	{ DW_TAG_base_type, TYPE_INT, NULL },
	{ DW_TAG_pointer_type, TYPE_POINTER, NULL },
	{ DW_TAG_reference_type, TYPE_POINTER, NULL },
	{ DW_TAG_rvalue_reference_type, TYPE_POINTER, NULL },
	{ DW_TAG_structure_type, TYPE_STRUCT, NULL },
	{ DW_TAG_class_type, TYPE_STRUCT, NULL },
	{ DW_TAG_union_type, TYPE_UNION, NULL },
	{ DW_TAG_enumeration_type, TYPE_ENUM, NULL },
	{ DW_TAG_typedef, TYPE_TYPEDEF, NULL },
	{ DW_TAG_subrange_type, TYPE_TYPEDEF, NULL },
	{ DW_TAG_const_type, TYPE_QUALIFIED, "const" },
	{ DW_TAG_volatile_type, TYPE_QUALIFIED, "volatile" },
	{ DW_TAG_restrict_type, TYPE_QUALIFIED, "restrict" },
	{ DW_TAG_atomic_type, TYPE_QUALIFIED, "_Atomic" },
	{ DW_TAG_subroutine_type, TYPE_FUNCTION, NULL },
	{ 0, TYPE_VOID, NULL },
};

static const struct tag *find_tag(int tag)
{
	const struct tag *t = tags;

	while (t->tag && t->tag != tag)
		t++;
	return t;
}

static struct error *describe(struct dwarf *d, const struct type *type, struct type_info *info)
{
	Dwarf_Die die = die_of(type);
	const struct tag *tag = find_tag(dwarf_tag(&die));
	const char *name = dwarf_diename(&die);

	*info = (struct type_info){ .kind = tag->kind, .name = name ? name : "" };
	if (dwarf_tag(&die) == DW_TAG_array_type)
		return describe_array(d, type, info);
	if (!unsigned_attr(&die, DW_AT_byte_size, &info->size))
		info->size = tag->kind == TYPE_POINTER ? POINTER_SIZE : 0;
	info->incomplete = dwarf_hasattr(&die, DW_AT_declaration);
	if (tag->qualifier)
		info->name = tag->qualifier;
	switch (tag->kind) {
	case TYPE_INT:
		describe_base(&die, info);
		return info->size <= 16 ? NULL : dwarf_damaged(d);
	case TYPE_ENUM:
		info->is_signed = is_signed_enum(d, &die);
		return info->size <= 8 ? NULL : dwarf_damaged(d);
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_VOID:
		return NULL;
	case TYPE_POINTER:
		if (info->size != POINTER_SIZE)
			return error_new(ERROR_NO, "%s: its pointers do not have 8 bytes", elf_file_path(d->file));
		/* Fall through. */
	default:
		return target_of(d, &die, &info->target);
	}
}

static struct error *dwarf_describe(const struct type *type, struct type_info *info)
{
	struct dwarf *d = dwarf_of(type->src);

	return checked(d, describe(d, type, info));
}

/* Members */

/* Where DWARF 2 has an expression instead of a number: DW_OP_plus_uconst. */
static bool location_of(Dwarf_Die *die, uint64_t *bytes)
{
	Dwarf_Attribute attr;
	Dwarf_Op *op;
	size_t len;

	if (unsigned_attr(die, DW_AT_data_member_location, bytes))
		return true;
	if (!dwarf_attr(die, DW_AT_data_member_location, &attr))
		return false;
	if (dwarf_getlocation(&attr, &op, &len) || len != 1 || op->atom != DW_OP_plus_uconst)
		return false;
	*bytes = op->number;
	return true;
}

/* Bits, as DWARF 4 counts them, or as before from the most significant one of a unit of storage. */
static struct error *place_member(struct dwarf *d, Dwarf_Die *die, struct type_member *m)
{
	uint64_t bytes = 0, bits = 0, size = 0, storage;
	struct error *err;

	location_of(die, &bytes);
	if (bytes > BITS_MAX / 8)
		return dwarf_damaged(d);
	m->bit_offset = bytes * 8;
	if (!unsigned_attr(die, DW_AT_bit_size, &size))
		return NULL;
	if (size > 128)
		return dwarf_damaged(d);
	m->bit_size = (unsigned int)size;
	if (unsigned_attr(die, DW_AT_data_bit_offset, &bits)) {
		m->bit_offset += bits;
	} else if (unsigned_attr(die, DW_AT_bit_offset, &bits)) {
		if (!unsigned_attr(die, DW_AT_byte_size, &storage)) {
			err = type_size(&m->type, &storage);
			if (err)
				return err;
		}
		if (storage > 16 || bits + size > storage * 8)
			return dwarf_damaged(d);
		m->bit_offset += d->src.big_endian ? bits : storage * 8 - bits - size;
	}
	return bits > BITS_MAX ? dwarf_damaged(d) : NULL;
}

static struct error *get_enumerator(Dwarf_Die *die, struct type_member *m)
{
	Dwarf_Attribute attr;
	Dwarf_Sword sword = 0;
	Dwarf_Word word = 0;

	if (!dwarf_attr(die, DW_AT_const_value, &attr))
		return NULL;
	if (dwarf_whatform(&attr) == DW_FORM_sdata ||
	    dwarf_whatform(&attr) == DW_FORM_implicit_const) {
		dwarf_formsdata(&attr, &sword);
		m->value = sword;
	} else {
		dwarf_formudata(&attr, &word);
		m->value = (int64_t)word;
	}
	return NULL;
}

static struct error *dwarf_members(const struct type *type, struct type_members *m)
{
	struct dwarf *d = dwarf_of(type->src);
	Dwarf_Die parent = die_of(type), die;
	struct type_member member;
	struct error *err = NULL;
	unsigned int visits = 0;
	size_t room = 0;
	int more, tag;

	for (more = dwarf_child(&parent, &die); !more && !err; more = dwarf_siblingof(&die, &die)) {
		const char *name = dwarf_diename(&die);

		if (visits++ == VISITS_MAX)
			return error_new(ERROR_USAGE, "damaged types: one has too many members");
		err = type_source_interrupted(&d->src);
		if (err)
			break;
		tag = dwarf_tag(&die);
		member = (struct type_member){ .name = name ? name : "" };
		if (tag == DW_TAG_enumerator) {
			err = get_enumerator(&die, &member);
		} else if (tag == DW_TAG_member || tag == DW_TAG_formal_parameter) {
			/* Static members of C++ are variables. */
			if (dwarf_hasattr(&die, DW_AT_external))
				continue;
			err = target_of(d, &die, &member.type);
			if (!err && tag == DW_TAG_member)
				err = place_member(d, &die, &member);
		} else {
			continue;
		}
		if (!err)
			err = type_members_add(m, &room, &member);
	}
	return checked(d, err);
}

/* The source */

static struct error *dwarf_lookup(struct type_source *src, enum type_names names,
				  const char *name, struct type *type, bool *found)
{
	struct dwarf *d = dwarf_of(src);
	const struct dwarf_name *entry;
	Dwarf_Die die;
	struct error *err;

	err = checked(d, dwarf_index_find(d, names, name, &entry));
	*found = !err && entry;
	if (!*found)
		return err;
	die = (Dwarf_Die){ .addr = entry->addr, .cu = entry->cu };
	if (names == TYPE_NAMES_VARIABLE)
		return checked(d, target_of(d, &die, type));
	*type = type_of_die(d, &die, 0);
	return NULL;
}

static struct error *dwarf_enumerator(struct type_source *src, const char *name, int64_t *value,
				      bool *found)
{
	const struct dwarf_name *entry;
	struct dwarf *d = dwarf_of(src);
	struct error *err = checked(d, dwarf_index_find(d, DWARF_ENUMERATOR, name, &entry));

	*found = !err && entry;
	if (*found)
		*value = entry->value;
	return err;
}

static void dwarf_source_close(struct type_source *src)
{
	struct dwarf *d = dwarf_of(src);

	dwarf_index_free(&d->index);
	dwarf_file_end(&d->dwarf);
	free(d);
}

static const struct type_source_ops dwarf_ops = {
	.name = "DWARF",
	.close = dwarf_source_close,
	.lookup = dwarf_lookup,
	.describe = dwarf_describe,
	.members = dwarf_members,
	.enumerator = dwarf_enumerator,
};

struct error *dwarf_open(struct elf_file *file, const volatile int *interrupted,
			 struct type_source **src)
{
	const char *ident = elf_getident(elf_file_elf(file), NULL);
	struct dwarf *d = calloc(1, sizeof(*d));
	struct error *err;

	if (!d)
		return error_nomem();
	d->src.ops = &dwarf_ops;
	d->src.interrupted = interrupted;
	d->src.big_endian = ident && ident[EI_DATA] == ELFDATA2MSB;
	d->file = file;
	err = dwarf_file_begin(&d->dwarf, file, false);
	if (err) {
		free(d);
		return err;
	}
	*src = &d->src;
	return NULL;
}
