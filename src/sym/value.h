/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values with types, and expressions of C that make them: init_task.comm,
 * ((struct task_struct *)0x1234)->mm->pgd, *ptr, table[3], &init_task.tasks,
 * (long)&x + offset[1]. All arithmetic is modulo 2^64.
 */
#ifndef S390MEMCTL_SYM_VALUE_H
#define S390MEMCTL_SYM_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sym/type.h"

struct value {
	bool typed;		/* else a plain number, or a symbol whose type is not known */
	struct type type;
	bool stored;		/* it stands in the guest's memory, at addr */
	uint64_t addr;
	unsigned int bit_offset;	/* of a bit field, from the first bit at addr */
	unsigned int bit_size;	/* 0: it is none */
	uint64_t number;	/* what is not stored */
};

struct value_context {
	struct types *types;
	/* Address of a symbol; *found: whether there is one. */
	struct error *(*symbol)(void *arg, const char *name, uint64_t *addr, bool *found);
	/* The error that there is none, with what may have been meant. */
	struct error *(*no_symbol)(void *arg, const char *name);
	/* The value of a register or of another term that begins with % or $. */
	struct error *(*term)(void *arg, const char *text, uint64_t *value);
	/* Fetch the guest's memory. */
	struct error *(*read)(void *arg, uint64_t addr, void *buf, size_t len);
	void *arg;
};

/*
 * Evaluate text; memory is read only where the way leads through pointers.
 * Errors: ERROR_USAGE that names the text or its wrong part, ERROR_NO for names
 * that do not exist, those of the context's functions.
 */
struct error *value_parse(const struct value_context *ctx, const char *text, struct value *v);
/*
 * "TYPE EXPR" and "TYPE" alone beside EXPR: what stands as TYPE at the address
 * that EXPR is. *is_type is set (v->type is the type then) when text is a type
 * alone. Errors as value_parse().
 */
struct error *value_parse_typed(const struct value_context *ctx, const char *text,
				struct value *v, bool *is_type);
/*
 * The part of a value that "member", "member.member[3]" means. Errors as
 * value_parse().
 */
struct error *value_part(const struct value_context *ctx, const char *text, struct value *v);

/*
 * Its number: what is stored is fetched, an array or function counts as its
 * address, a number of fewer than 64 bits is extended by its type's sign.
 * Errors: ERROR_USAGE for structures, those of reading.
 */
struct error *value_number(const struct value_context *ctx, const struct value *v,
			   uint64_t *number);
/*
 * A number of a resolved type out of its bytes, big-endian; bits as in struct
 * value. bytes is enough for them; more than 64 bits: the last 64.
 */
uint64_t value_extract(const void *bytes, const struct type_info *info, unsigned int bit_offset,
		       unsigned int bit_size);
/* Bytes that an integer takes up, from its first bit's byte on. */
unsigned int value_bytes(const struct type_info *info, unsigned int bit_offset,
			 unsigned int bit_size);

#endif
