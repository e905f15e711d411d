/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking through types: what a type is, what it is made of, its name in C.
 * A struct type is a handle, copied freely; it lives as long as the struct types
 * that it comes from. Names come from a file or from the guest: untrusted, to be
 * escaped before they are shown.
 */
#ifndef S390MEMCTL_SYM_TYPE_H
#define S390MEMCTL_SYM_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "sym/types.h"

struct type_source;

/* A type; all zero: void. */
struct type {
	struct type_source *src;	/* NULL: void, and pointers to it */
	uint64_t id;			/* src's own */
	void *ref[2];			/* src's own */
	unsigned int pointers;		/* so many pointers to it */
};

enum type_kind {
	TYPE_VOID,
	TYPE_INT,
	TYPE_CHAR,		/* an integer of one byte that is called char */
	TYPE_BOOL,
	TYPE_FLOAT,
	TYPE_ENUM,
	TYPE_POINTER,
	TYPE_ARRAY,
	TYPE_STRUCT,
	TYPE_UNION,
	TYPE_TYPEDEF,
	TYPE_QUALIFIED,		/* const, volatile, restrict, _Atomic, or a tag */
	TYPE_FUNCTION,
};

struct type_info {
	enum type_kind kind;
	const char *name;	/* without keyword; of TYPE_QUALIFIED the qualifier; "": it has none */
	bool incomplete;	/* a structure, union or enum that is only declared here */
	bool is_signed;		/* of integers and enums */
	uint64_t size;		/* bytes; 0 where it follows from the target */
	bool has_count;		/* arrays: count is known, else it is a flexible array */
	uint64_t count;		/* elements of an array */
	struct type target;	/* of pointers, arrays, typedefs, qualifiers; a function's result */
};

/* A member of a structure or union, an enumerator, or a parameter of a function. */
struct type_member {
	const char *name;	/* "": an anonymous structure or union, bits of padding */
	struct type type;
	uint64_t bit_offset;	/* from the structure's first bit in the source's byte order */
	unsigned int bit_size;	/* of a bit field, else 0 */
	int64_t value;		/* of an enumerator */
};

struct type_members {
	size_t count;
	struct type_member *list;	/* to be freed */
};

/*
 * What a type is. Errors: ERROR_USAGE for damaged data.
 */
struct error *type_describe(const struct type *type, struct type_info *info);
/*
 * The type behind typedefs and qualifiers, and a complete structure for one that
 * is only declared, where there is one. info may be NULL, resolved may be type.
 * Errors: ERROR_USAGE for damaged data, a chain without an end included.
 */
struct error *type_resolve(const struct type *type, struct type *resolved,
			   struct type_info *info);
/*
 * Members, enumerators or parameters of a resolved type, in their order; none
 * of a type of another kind. m->list is freed by the caller. Errors: ERROR_USAGE
 * for damaged data.
 */
struct error *type_get_members(const struct type *type, struct type_members *m);
/*
 * Size in bytes; 0 for void, functions, flexible arrays. Errors: ERROR_NO for
 * an incomplete type, ERROR_USAGE for damaged data.
 */
struct error *type_size(const struct type *type, uint64_t *size);
/*
 * The member of a structure or union by its name, through anonymous members;
 * its bit_offset is that in type. Errors: ERROR_NO if there is none, ERROR_USAGE
 * for damaged data.
 */
struct error *type_find_member(const struct type *type, const char *name,
			       struct type_member *member);
/* The name of an enum's value; NULL if it has none. Valid as long as the types. */
struct error *type_enumerator_name(const struct type *type, int64_t value, const char **name);

/* A pointer to a type. */
struct type type_pointer_to(const struct type *type);

/*
 * Append the declaration of a name ("": none) with a type as C has it, escaped:
 * "struct list_head *next", "char comm[16]", "void (*func)(int)".
 */
void type_declare(const struct type *type, const char *name, struct buf *b);

/* Which name is meant where one is looked up. */
enum type_names {
	TYPE_NAMES_STRUCT,	/* struct, union and enum: tags */
	TYPE_NAMES_UNION,
	TYPE_NAMES_ENUM,
	TYPE_NAMES_TYPE,	/* typedefs and base types */
	TYPE_NAMES_VARIABLE,
	TYPE_NAMES_ANY_TYPE,	/* any of the first four, in the order struct, union, type, enum */
};
/*
 * Look a name up: of a type, or a variable (its type then). Errors: ERROR_NO
 * with a hint if there is none, ERROR_USAGE for damaged data, ERROR_PARTIAL
 * when interrupted.
 */
struct error *types_lookup(struct types *t, enum type_names names, const char *name,
			   struct type *type);
/*
 * The type that a C type name at the beginning of text means, such as
 * "struct task_struct *", "unsigned long", "pid_t"; *end is behind it. names:
 * what a name without keyword may be, TYPE_NAMES_TYPE as in C, or
 * TYPE_NAMES_ANY_TYPE ("task_struct"). Errors: ERROR_NO when there is no such
 * type; ERROR_USAGE for damaged data.
 */
struct error *type_parse(struct types *t, const char *text, enum type_names names,
			 const char **end, struct type *type);
/* The types know the guest's byte order and pointers of 8 bytes: they can be of s390x. */
bool types_big_endian(const struct types *t);

#endif
