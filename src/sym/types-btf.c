/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types of BTF (include/uapi/linux/btf.h, Documentation/bpf/btf.rst of Linux). It
 * may come from the guest's memory: every record and every name is checked
 * once, when it is opened; numbers of types where they are used.
 */
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "sym/name-hash.h"
#include "sym/type-source.h"

#define BTF_MAGIC		0xeb9f
#define BTF_HEADER_SIZE		24U
#define BTF_RECORD_SIZE		12U
#define BTF_DATA_MAX		(256U << 20)
#define POINTER_SIZE		8U
#define NAME_MAX_LEN		512U	/* with its end: KSYM_NAME_LEN. A type with a longer one is damaged */

enum btf_kind {
	BTF_VOID, BTF_INT, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM, BTF_FWD,
	BTF_TYPEDEF, BTF_VOLATILE, BTF_CONST, BTF_RESTRICT, BTF_FUNC, BTF_FUNC_PROTO,
	BTF_VAR, BTF_DATASEC, BTF_FLOAT, BTF_DECL_TAG, BTF_TYPE_TAG, BTF_ENUM64,
	NR_BTF_KINDS,
};

/* What follows a record of a kind, and what it means to us. */
static const struct {
	unsigned int fixed;	/* bytes that always follow */
	unsigned int each;	/* bytes a member */
	enum type_kind kind;
	const char *qualifier;
} kinds[NR_BTF_KINDS] = {
	[BTF_INT] = { 4, 0, TYPE_INT, NULL },
	[BTF_PTR] = { 0, 0, TYPE_POINTER, NULL },
	[BTF_ARRAY] = { 12, 0, TYPE_ARRAY, NULL },
	[BTF_STRUCT] = { 0, 12, TYPE_STRUCT, NULL },
	[BTF_UNION] = { 0, 12, TYPE_UNION, NULL },
	[BTF_ENUM] = { 0, 8, TYPE_ENUM, NULL },
	[BTF_FWD] = { 0, 0, TYPE_STRUCT, NULL },
	[BTF_TYPEDEF] = { 0, 0, TYPE_TYPEDEF, NULL },
	[BTF_VOLATILE] = { 0, 0, TYPE_QUALIFIED, "volatile" },
	[BTF_CONST] = { 0, 0, TYPE_QUALIFIED, "const" },
	[BTF_RESTRICT] = { 0, 0, TYPE_QUALIFIED, "restrict" },
	[BTF_FUNC] = { 0, 0, TYPE_TYPEDEF, NULL },
	[BTF_FUNC_PROTO] = { 0, 8, TYPE_FUNCTION, NULL },
	[BTF_VAR] = { 4, 0, TYPE_TYPEDEF, NULL },
	[BTF_DATASEC] = { 0, 12, TYPE_VOID, NULL },
	[BTF_FLOAT] = { 0, 0, TYPE_FLOAT, NULL },
	[BTF_DECL_TAG] = { 4, 0, TYPE_QUALIFIED, "" },
	[BTF_TYPE_TAG] = { 0, 0, TYPE_QUALIFIED, "" },
	[BTF_ENUM64] = { 0, 12, TYPE_ENUM, NULL },
};

#define INT_SIGNED	1U	/* encodings of BTF_INT */
#define INT_CHAR	2U
#define INT_BOOL	4U

struct btf {
	struct type_source src;
	unsigned char *data;	/* the types, then the strings */
	size_t types_len;
	const char *strings;	/* ends with a NUL byte */
	size_t strings_len;
	uint32_t *offsets;	/* in data, of type i + 1; type 0 is void */
	uint32_t count;
	uint32_t room;
	struct name_hash names;	/* number i: type i + 1; empty until a name is looked up */
};

static struct error *damaged(const char *reason)
{
	return error_new(ERROR_USAGE, "damaged BTF: %s", reason);
}

static struct btf *btf_of(struct type_source *src)
{
	return (struct btf *)src;
}

/* Of a source of either byte order, a number at p */

static uint32_t get32(const struct btf *b, const unsigned char *p)
{
	uint32_t v = get_be32(p);

	return b->src.big_endian ? v : __builtin_bswap32(v);
}

/* One record */

struct record {
	const unsigned char *more;	/* behind the first 12 bytes */
	const char *name;
	enum btf_kind kind;
	bool flag;
	unsigned int members;
	uint32_t size_or_type;
};

static const char *string_at(const struct btf *b, uint32_t offset)
{
	if (offset >= b->strings_len || strnlen(b->strings + offset, NAME_MAX_LEN) == NAME_MAX_LEN)
		return "";
	return b->strings + offset;
}

/* Of a record that has been checked by scan_record(). */
static void get_record(const struct btf *b, uint32_t id, struct record *r)
{
	const unsigned char *p = b->data + b->offsets[id - 1];
	uint32_t info = get32(b, p + 4);

	r->name = string_at(b, get32(b, p));
	r->kind = info >> 24 & 0x1f;
	r->flag = info >> 31;
	r->members = info & 0xffff;
	r->size_or_type = get32(b, p + 8);
	r->more = p + BTF_RECORD_SIZE;
}

static struct error *check_id(const struct btf *b, uint32_t id)
{
	return id <= b->count ? NULL : damaged("a type that is not there");
}

static struct error *type_of_id(struct btf *b, uint32_t id, struct type *type)
{
	*type = (struct type){ .src = id ? &b->src : NULL, .id = id };
	return check_id(b, id);
}

/* Opening */

static bool add_offset(struct btf *b, uint32_t offset)
{
	uint32_t room = b->room ? b->room * 2 : 4096;
	uint32_t *bigger;

	if (b->count == b->room) {
		bigger = realloc(b->offsets, room * sizeof(*bigger));
		if (!bigger)
			return false;
		b->offsets = bigger;
		b->room = room;
	}
	b->offsets[b->count++] = offset;
	return true;
}

/* Check the record at an offset, and find the next one's. */
static struct error *scan_record(struct btf *b, size_t *offset)
{
	const unsigned char *p = b->data + *offset;
	size_t left = b->types_len - *offset, len;
	uint32_t info, kind, name;

	if (left < BTF_RECORD_SIZE)
		return damaged("a type is cut off");
	name = get32(b, p);
	info = get32(b, p + 4);
	kind = info >> 24 & 0x1f;
	if (!kind || kind >= NR_BTF_KINDS)
		return damaged("a type of an unknown kind");
	len = BTF_RECORD_SIZE + kinds[kind].fixed + (size_t)kinds[kind].each * (info & 0xffff);
	if (left < len)
		return damaged("a type is cut off");
	if (name && !*string_at(b, name))
		return damaged("a name that is not there");
	if (!add_offset(b, (uint32_t)*offset))
		return error_nomem();
	*offset += len;
	return NULL;
}

static struct error *scan(struct btf *b)
{
	struct error *err = NULL;
	size_t offset = 0;

	while (!err && offset < b->types_len) {
		err = type_source_interrupted(&b->src);
		if (!err)
			err = scan_record(b, &offset);
	}
	return err;
}

/* Copy types and strings, which the header says where to find. */
static struct error *load(struct btf *b, const unsigned char *data, size_t len)
{
	uint64_t header, types, types_len, strings, strings_len;

	if (len < BTF_HEADER_SIZE || len > BTF_DATA_MAX)
		return damaged(len < BTF_HEADER_SIZE ? "it is too short" : "it is too long");
	if (get_be16(data) != BTF_MAGIC && get_be16(data) != (uint16_t)(BTF_MAGIC << 8 | BTF_MAGIC >> 8))
		return damaged("it does not begin as BTF does");
	b->src.big_endian = get_be16(data) == BTF_MAGIC;
	if (data[2] != 1)
		return damaged("it is of an unknown version");
	header = get32(b, data + 4);
	types = header + get32(b, data + 8);
	types_len = get32(b, data + 12);
	strings = header + get32(b, data + 16);
	strings_len = get32(b, data + 20);
	if (header < BTF_HEADER_SIZE || types + types_len > len || strings + strings_len > len)
		return damaged("its types or names lie behind its end");
	if (!strings_len || data[strings + strings_len - 1])
		return damaged("its names have no end");
	b->data = malloc(types_len + strings_len);
	if (!b->data)
		return error_nomem();
	memcpy(b->data, data + types, types_len);
	memcpy(b->data + types_len, data + strings, strings_len);
	b->types_len = types_len;
	b->strings = (const char *)b->data + types_len;
	b->strings_len = strings_len;
	return NULL;
}

static void btf_close(struct type_source *src)
{
	struct btf *b = btf_of(src);

	name_hash_free(&b->names);
	free(b->offsets);
	free(b->data);
	free(b);
}

/* Names */

/* Which names a kind is looked up by; -1: none. */
static int names_of(const struct record *r)
{
	static const int names[NR_BTF_KINDS] = {
		[BTF_INT] = TYPE_NAMES_TYPE + 1,
		[BTF_FLOAT] = TYPE_NAMES_TYPE + 1,
		[BTF_TYPEDEF] = TYPE_NAMES_TYPE + 1,
		[BTF_STRUCT] = TYPE_NAMES_STRUCT + 1,
		[BTF_UNION] = TYPE_NAMES_UNION + 1,
		[BTF_ENUM] = TYPE_NAMES_ENUM + 1,
		[BTF_ENUM64] = TYPE_NAMES_ENUM + 1,
		[BTF_VAR] = TYPE_NAMES_VARIABLE + 1,
	};

	/* An enum without enumerators is a declaration. */
	if ((r->kind == BTF_ENUM || r->kind == BTF_ENUM64) && !r->members)
		return -1;
	return *r->name ? names[r->kind] - 1 : -1;
}

/* The number of the first type, or variable, of a name; 0: there is none. */
static uint32_t find_name(const struct btf *b, enum type_names names, const char *name)
{
	uint32_t id = 0, n = name_hash_first(&b->names, name_hash_of(name, names));
	struct record r;

	for (; n != NAME_HASH_END; n = name_hash_next(&b->names, n)) {
		get_record(b, n + 1, &r);
		/* The newest comes first, the first is wanted. */
		if (names_of(&r) == (int)names && !strcmp(r.name, name))
			id = n + 1;
	}
	return id;
}

static struct error *hash_names(struct btf *b)
{
	struct error *err = NULL;
	struct record r;
	uint32_t id, hash;
	int names;

	for (id = 1; !err && id <= b->count; id++) {
		get_record(b, id, &r);
		names = names_of(&r);
		/* One that is never looked up goes anywhere, but not all to one place. */
		if (names < 0 || find_name(b, (enum type_names)names, r.name))
			hash = id * 0x9e3779b1U;
		else
			hash = name_hash_of(r.name, (unsigned int)names);
		err = name_hash_add(&b->names, hash) ? type_source_interrupted(&b->src) :
						       error_nomem();
	}
	if (err)
		name_hash_free(&b->names);
	return err;
}

static uint32_t find_any_type(const struct btf *b, const char *name)
{
	static const enum type_names order[] = {
		TYPE_NAMES_STRUCT, TYPE_NAMES_UNION, TYPE_NAMES_TYPE, TYPE_NAMES_ENUM,
	};
	uint32_t id = 0;
	size_t i;

	for (i = 0; !id && i < sizeof(order) / sizeof(order[0]); i++)
		id = find_name(b, order[i], name);
	return id;
}

static struct error *btf_lookup(struct type_source *src, enum type_names names, const char *name,
				struct type *type, bool *found)
{
	struct btf *b = btf_of(src);
	struct error *err;
	struct record r;
	uint32_t id;

	*found = false;
	err = b->names.count ? NULL : hash_names(b);
	if (err)
		return err;
	id = names == TYPE_NAMES_ANY_TYPE ? find_any_type(b, name) : find_name(b, names, name);
	if (!id)
		return NULL;
	*found = true;
	if (names == TYPE_NAMES_VARIABLE) {
		get_record(b, id, &r);
		id = r.size_or_type;
	}
	return type_of_id(b, id, type);
}

/* What a type is */

static bool is_char_name(const char *name)
{
	return !strcmp(name, "char") || !strcmp(name, "unsigned char") ||
	       !strcmp(name, "signed char");
}

static struct error *describe_int(const struct btf *b, const struct record *r,
				  struct type_info *info)
{
	uint32_t encoding = get32(b, r->more) >> 24;

	info->size = r->size_or_type;
	info->is_signed = encoding & INT_SIGNED;
	if (encoding & INT_BOOL)
		info->kind = TYPE_BOOL;
	else if (info->size == 1 && ((encoding & INT_CHAR) || is_char_name(r->name)))
		info->kind = TYPE_CHAR;
	return info->size <= 16 ? NULL : damaged("an integer of many bytes");
}

static struct error *btf_describe(const struct type *type, struct type_info *info)
{
	struct btf *b = btf_of(type->src);
	struct record r;

	get_record(b, (uint32_t)type->id, &r);
	*info = (struct type_info){
		.kind = kinds[r.kind].kind,
		.name = kinds[r.kind].qualifier ? kinds[r.kind].qualifier : r.name,
	};
	switch (r.kind) {
	case BTF_INT:
		return describe_int(b, &r, info);
	case BTF_ARRAY:
		info->count = get32(b, r.more + 8);
		info->has_count = info->count;
		return type_of_id(b, get32(b, r.more), &info->target);
	case BTF_ENUM:
	case BTF_ENUM64:
		info->incomplete = !r.members;
		info->is_signed = r.flag;
		info->size = r.size_or_type;
		return info->size <= 8 ? NULL : damaged("an enum of many bytes");
	case BTF_FWD:
		info->incomplete = true;
		info->kind = r.flag ? TYPE_UNION : TYPE_STRUCT;
		return NULL;
	case BTF_STRUCT:
	case BTF_UNION:
	case BTF_FLOAT:
		info->size = r.size_or_type;
		return NULL;
	case BTF_DATASEC:
		return NULL;
	case BTF_PTR:
		info->size = POINTER_SIZE;
		/* Fall through. */
	default:
		return type_of_id(b, r.size_or_type, &info->target);
	}
}

static void get_member(const struct btf *b, const struct record *r, const unsigned char *p,
		       struct type_member *m)
{
	uint32_t value = get32(b, p + 4), offset;

	m->name = string_at(b, get32(b, p));
	switch (r->kind) {
	case BTF_ENUM:
		m->value = r->flag ? (int64_t)(int32_t)value : (int64_t)value;
		break;
	case BTF_ENUM64:
		m->value = (int64_t)((uint64_t)get32(b, p + 8) << 32 | value);
		break;
	case BTF_STRUCT:
	case BTF_UNION:
		offset = get32(b, p + 8);
		m->bit_offset = r->flag ? offset & 0xffffff : offset;
		m->bit_size = r->flag ? offset >> 24 : 0;
		break;
	default:
		break;
	}
}

/* Before kind_flag was, an integer's type said which of its bits a bit field is. */
static void int_bits(const struct btf *b, struct type_member *m)
{
	struct record r;
	uint32_t encoding;

	if (m->bit_size || !m->type.id)
		return;
	get_record(b, (uint32_t)m->type.id, &r);
	if (r.kind != BTF_INT)
		return;
	encoding = get32(b, r.more);
	if ((encoding & 0xff) != r.size_or_type * 8) {
		m->bit_size = encoding & 0xff;
		m->bit_offset += encoding >> 16 & 0xff;
	}
}

static struct error *btf_members(const struct type *type, struct type_members *m)
{
	struct btf *b = btf_of(type->src);
	struct type_member member;
	struct error *err = NULL;
	struct record r;
	unsigned int i;
	size_t room = 0;

	get_record(b, (uint32_t)type->id, &r);
	if (r.kind == BTF_DATASEC)
		return NULL;
	for (i = 0; !err && i < r.members && kinds[r.kind].each; i++) {
		const unsigned char *p = r.more + i * kinds[r.kind].each;

		member = (struct type_member){ .name = "" };
		get_member(b, &r, p, &member);
		if (kinds[r.kind].kind != TYPE_ENUM)
			err = type_of_id(b, get32(b, p + 4), &member.type);
		if (!err && (r.kind == BTF_STRUCT || r.kind == BTF_UNION))
			int_bits(b, &member);
		if (!err)
			err = type_members_add(m, &room, &member);
	}
	return err;
}

static struct error *btf_enumerator(struct type_source *src, const char *name, int64_t *value,
				    bool *found)
{
	const struct btf *b = btf_of(src);
	struct type_member member = { .value = 0 };
	struct error *err = NULL;
	struct record r;
	unsigned int i;
	uint32_t id;

	*found = false;
	for (id = 1; id <= b->count; id++) {
		err = type_source_interrupted(src);
		if (err)
			break;
		get_record(b, id, &r);
		if (kinds[r.kind].kind != TYPE_ENUM)
			continue;
		for (i = 0; i < r.members; i++) {
			get_member(b, &r, r.more + i * kinds[r.kind].each, &member);
			if (strcmp(member.name, name))
				continue;
			*value = member.value;
			*found = true;
			return NULL;
		}
	}
	return err;
}

static const struct type_source_ops btf_ops = {
	.name = "BTF",
	.close = btf_close,
	.lookup = btf_lookup,
	.describe = btf_describe,
	.members = btf_members,
	.enumerator = btf_enumerator,
};

struct error *btf_open(const void *data, size_t len, const volatile int *interrupted,
		       struct type_source **src)
{
	struct btf *b = calloc(1, sizeof(*b));
	struct error *err;

	if (!b)
		return error_nomem();
	b->src.ops = &btf_ops;
	b->src.interrupted = interrupted;
	err = load(b, data, len);
	if (!err)
		err = scan(b);
	if (err) {
		btf_close(&b->src);
		return err;
	}
	*src = &b->src;
	return NULL;
}
