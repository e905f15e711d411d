/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What types of all sources have in common. They are untrusted: chains and depths are bounded. */
#include "sym/type.h"

#include <stdlib.h>
#include <string.h>

#include "sym/type-source.h"

#define CHAIN_MAX	64U	/* typedefs, qualifiers, dimensions one after the other */
#define NESTING_MAX	16U	/* anonymous structures in one another */
#define VISITS_MAX	200000U	/* members looked at for one name */
#define POINTER_SIZE	8U

struct error *type_members_add(struct type_members *m, size_t *room,
			       const struct type_member *member)
{
	struct type_member *bigger;

	if (m->count == TYPE_MEMBERS_MAX)
		return error_new(ERROR_USAGE, "damaged types: one has too many members");
	if (m->count == *room) {
		*room = *room ? *room * 2 : 16;
		bigger = realloc(m->list, *room * sizeof(*bigger));
		if (!bigger)
			return error_nomem();
		m->list = bigger;
	}
	m->list[m->count++] = *member;
	return NULL;
}

struct error *type_source_interrupted(const struct type_source *src)
{
	if (!src->interrupted || !*src->interrupted)
		return NULL;
	return error_new(ERROR_PARTIAL, "interrupted");
}

struct error *type_describe(const struct type *type, struct type_info *info)
{
	if (type->pointers) {
		*info = (struct type_info){
			.kind = TYPE_POINTER, .name = "", .size = POINTER_SIZE, .target = *type,
		};
		info->target.pointers--;
		return NULL;
	}
	if (!type->src) {
		*info = (struct type_info){ .kind = TYPE_VOID, .name = "void" };
		return NULL;
	}
	return type->src->ops->describe(type, info);
}

struct type type_pointer_to(const struct type *type)
{
	struct type pointer = *type;

	pointer.pointers++;
	return pointer;
}

/* The definition of what is only declared, if it is known. */
static struct error *complete(struct type *type, struct type_info *info)
{
	static const enum type_names names[] = {
		[TYPE_STRUCT] = TYPE_NAMES_STRUCT,
		[TYPE_UNION] = TYPE_NAMES_UNION,
		[TYPE_ENUM] = TYPE_NAMES_ENUM,
	};
	struct type found;
	struct error *err;
	bool known;

	if (!info->incomplete || !*info->name ||
	    (info->kind != TYPE_STRUCT && info->kind != TYPE_UNION && info->kind != TYPE_ENUM))
		return NULL;
	err = type->src->ops->lookup(type->src, names[info->kind], info->name, &found, &known);
	if (err || !known)
		return err;
	*type = found;
	return type_describe(type, info);
}

struct error *type_resolve(const struct type *type, struct type *resolved, struct type_info *info)
{
	struct type_info found;
	struct type at = *type;
	struct error *err;
	unsigned int i;

	for (i = 0; i < CHAIN_MAX; i++) {
		err = type_describe(&at, &found);
		if (err)
			return err;
		if (found.kind != TYPE_TYPEDEF && found.kind != TYPE_QUALIFIED) {
			err = complete(&at, &found);
			*resolved = at;
			if (info)
				*info = found;
			return err;
		}
		at = found.target;
	}
	return error_new(ERROR_USAGE, "damaged types: a chain of typedefs has no end");
}

struct error *type_get_members(const struct type *type, struct type_members *m)
{
	struct error *err;

	*m = (struct type_members){ .list = NULL };
	if (!type->src || type->pointers)
		return NULL;
	err = type_source_interrupted(type->src);
	if (!err)
		err = type->src->ops->members(type, m);
	if (err) {
		free(m->list);
		*m = (struct type_members){ .list = NULL };
	}
	return err;
}

static struct error *incomplete(const struct type_info *info)
{
	struct buf b = BUF_INIT;
	struct error *err;

	buf_add_escaped(&b, info->name, strlen(info->name));
	err = error_new(ERROR_NO, "'%s' is only declared: its members are not known", buf_str(&b));
	buf_free(&b);
	return err;
}

struct error *type_size(const struct type *type, uint64_t *size)
{
	uint64_t count = 1;
	struct type_info info;
	struct type at = *type;
	struct error *err;
	unsigned int i;

	*size = 0;
	for (i = 0; i < CHAIN_MAX; i++) {
		err = type_resolve(&at, &at, &info);
		if (err)
			return err;
		if (info.kind != TYPE_ARRAY) {
			if (info.incomplete)
				return incomplete(&info);
			if (__builtin_mul_overflow(count, info.size, size))
				break;
			return NULL;
		}
		if (__builtin_mul_overflow(count, info.has_count ? info.count : 0, &count))
			break;
		at = info.target;
	}
	return error_new(ERROR_USAGE, "damaged types: an array's size is beyond 2^64");
}

/* Members by name */

struct search {
	const char *name;
	unsigned int visits;	/* so far */
	bool found;
	struct type_member member;
};

static struct error *search_members(struct search *s, const struct type *type, uint64_t bits,
				    unsigned int depth);

static struct error *visit(struct search *s, const struct type_member *m, uint64_t bits,
			   unsigned int depth)
{
	struct type_info info;
	struct type inner;
	struct error *err;

	if (s->visits++ == VISITS_MAX)
		return error_new(ERROR_USAGE, "damaged types: too many members");
	if (*m->name) {
		if (strcmp(m->name, s->name))
			return NULL;
		s->member = *m;
		s->member.bit_offset += bits;
		s->found = true;
		return NULL;
	}
	err = type_resolve(&m->type, &inner, &info);
	if (err || (info.kind != TYPE_STRUCT && info.kind != TYPE_UNION))
		return err;
	return search_members(s, &inner, bits + m->bit_offset, depth + 1);
}

static struct error *search_members(struct search *s, const struct type *type, uint64_t bits,
				    unsigned int depth)
{
	struct type_members members;
	struct error *err;
	size_t i;

	if (depth > NESTING_MAX)
		return error_new(ERROR_USAGE, "damaged types: structures nested too deep");
	err = type_get_members(type, &members);
	for (i = 0; !err && !s->found && i < members.count; i++)
		err = visit(s, &members.list[i], bits, depth);
	free(members.list);
	return err;
}

static struct error *no_member(const struct type *type, const char *name, bool structure)
{
	struct buf shown = BUF_INIT, b = BUF_INIT;
	struct error *err;

	type_declare(type, "", &b);
	buf_add_escaped(&shown, name, strlen(name));
	if (structure)
		err = error_new(ERROR_NO, "%s has no member '%s'", buf_str(&b), buf_str(&shown));
	else
		err = error_new(ERROR_NO, "%s is no structure: it has no member '%s'",
				buf_str(&b), buf_str(&shown));
	buf_free(&b);
	buf_free(&shown);
	return err;
}

struct error *type_find_member(const struct type *type, const char *name,
			       struct type_member *member)
{
	struct search s = { .name = name };
	struct type_info info;
	struct type at;
	struct error *err;

	err = type_resolve(type, &at, &info);
	if (err)
		return err;
	if ((info.kind != TYPE_STRUCT && info.kind != TYPE_UNION) || !*name)
		return no_member(type, name, false);
	if (info.incomplete)
		return incomplete(&info);
	err = search_members(&s, &at, 0, 0);
	if (err)
		return err;
	if (!s.found)
		return no_member(type, name, true);
	*member = s.member;
	return NULL;
}

struct error *type_enumerator_name(const struct type *type, int64_t value, const char **name)
{
	struct type_members members;
	struct error *err = type_get_members(type, &members);
	size_t i;

	*name = NULL;
	for (i = 0; !err && !*name && i < members.count; i++) {
		if (members.list[i].value == value && *members.list[i].name)
			*name = members.list[i].name;
	}
	free(members.list);
	return err;
}
