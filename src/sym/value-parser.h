/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of value-parse.c and value-operators.c: an expression that is being evaluated. */
#ifndef S390MEMCTL_SYM_VALUE_PARSER_H
#define S390MEMCTL_SYM_VALUE_PARSER_H

#include "sym/value.h"

struct parser {
	const struct value_context *ctx;
	const char *text;	/* all of it */
	const char *at;
	unsigned int depth;
};

/* ERROR_USAGE: "expression 'TEXT': REASON at 'REST'". */
struct error *parser_error(const struct parser *p, const char *reason);
/* The hint how to say a type is added to an error. */
struct error *parser_needs_type(struct error *err);

/* A number without a type. */
struct value value_plain(uint64_t number);
/* type_resolve() of its type; a value without one is an integer of 8 bytes. */
struct error *value_resolve(const struct value *v, struct type *type, struct type_info *info);
/* What a pointer points to, or an array is made of; *is_pointer: whether it is one of these. */
struct error *value_target(const struct value *v, struct type *target, bool *is_pointer);
/* v becomes *v, &v, (to)v. Errors: ERROR_USAGE, those of reading. */
struct error *value_dereference(struct parser *p, struct value *v);
struct error *value_address_of(struct parser *p, struct value *v);
struct error *value_cast(struct parser *p, const struct type *to, struct value *v);
/* a becomes "a op b"; op: + - * & | ^ << >>. Pointers step by what they point to. */
struct error *value_apply(struct parser *p, const char *op, struct value *a,
			  const struct value *b);

#endif
