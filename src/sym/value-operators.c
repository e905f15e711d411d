/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators make of values. */
#include <string.h>

#include "sym/value-parser.h"

/* Numbers and types of values */

struct value value_plain(uint64_t number)
{
	return (struct value){ .number = number };
}

struct error *value_resolve(const struct value *v, struct type *type, struct type_info *info)
{
	if (v->typed)
		return type_resolve(&v->type, type, info);
	*type = (struct type){ .src = NULL };
	*info = (struct type_info){ .kind = TYPE_INT, .name = "", .size = 8 };
	return NULL;
}

/* What a pointer, or an array that counts as one, points to; false: it is neither. */
struct error *value_target(const struct value *v, struct type *target, bool *is_pointer)
{
	struct type_info info;
	struct type type;
	struct error *err = value_resolve(v, &type, &info);

	*is_pointer = !err && (info.kind == TYPE_POINTER || info.kind == TYPE_ARRAY);
	if (*is_pointer)
		*target = info.target;
	return err;
}

struct error *parser_needs_type(struct error *err)
{
	return error_hint(err, "say its type: (struct task_struct)SYMBOL, "
			  "*(struct task_struct *)ADDRESS; BTF tells those of few variables");
}

/* What a pointer points to. */
struct error *value_dereference(struct parser *p, struct value *v)
{
	struct type target;
	struct type_info info;
	struct type type;
	uint64_t number;
	bool is_pointer;
	struct error *err;

	err = value_target(v, &target, &is_pointer);
	if (err)
		return err;
	if (!is_pointer)
		return parser_needs_type(parser_error(p, "what '*' stands before is no pointer"));
	err = type_resolve(&target, &type, &info);
	if (!err && info.kind == TYPE_VOID)
		return parser_needs_type(parser_error(p, "what a void pointer points to has no type"));
	if (!err)
		err = value_number(p->ctx, v, &number);
	if (!err)
		*v = (struct value){ .typed = true, .type = target, .stored = true, .addr = number };
	return err;
}

struct error *value_address_of(struct parser *p, struct value *v)
{
	uint64_t addr = v->addr;
	struct type type = v->type;

	if (!v->stored)
		return parser_error(p, "what '&' stands before is not in memory");
	if (v->bit_size)
		return parser_error(p, "a bit field has no address");
	if (!v->typed)
		type = (struct type){ .src = NULL };
	*v = (struct value){ .typed = true, .type = type_pointer_to(&type), .number = addr };
	return NULL;
}

/* A value cut to its type's size, with its type's sign. */
static uint64_t cut(uint64_t number, const struct type_info *info)
{
	unsigned int width = (unsigned int)info->size * 8;

	if (info->kind == TYPE_BOOL)
		return number != 0;
	if (!width || width >= 64)
		return number;
	number &= (1ULL << width) - 1;
	if (info->is_signed && (number >> (width - 1)))
		number |= ~0ULL << width;
	return number;
}

struct error *value_cast(struct parser *p, const struct type *to, struct value *v)
{
	struct type_info info;
	struct type type;
	uint64_t number;
	struct error *err;

	err = type_resolve(to, &type, &info);
	if (err)
		return err;
	switch (info.kind) {
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ARRAY:
		if (!v->stored || v->bit_size)
			return error_hint(parser_error(p, "a number cannot be made a structure"),
					  "what stands at an address: *(struct task_struct *)ADDRESS");
		v->type = *to;
		v->typed = true;
		return NULL;
	case TYPE_VOID:
	case TYPE_FUNCTION:
	case TYPE_FLOAT:
		return parser_error(p, "no value can be made one of this type");
	default:
		break;
	}
	/* A symbol without a type: what stands there, not its address. */
	if (v->stored && !v->typed) {
		v->type = *to;
		v->typed = true;
		return NULL;
	}
	err = value_number(p->ctx, v, &number);
	if (!err)
		*v = (struct value){ .typed = true, .type = *to, .number = cut(number, &info) };
	return err;
}

static uint64_t compute(char op, uint64_t a, uint64_t b)
{
	switch (op) {
	case '|':
		return a | b;
	case '^':
		return a ^ b;
	case '&':
		return a & b;
	case '<':
		return b < 64 ? a << b : 0;
	case '>':
		return b < 64 ? a >> b : 0;
	case '+':
		return a + b;
	case '-':
		return a - b;
	default:
		return a * b;
	}
}

/* Bytes that a step of a pointer is; 1 for void. */
static struct error *step_of(const struct type *target, uint64_t *step)
{
	struct error *err = type_size(target, step);

	if (!err && !*step)
		*step = 1;
	return err;
}

struct error *value_apply(struct parser *p, const char *op, struct value *a,
			   const struct value *b)
{
	bool sum = (*op == '+' || *op == '-'), a_pointer, b_pointer;
	struct type a_target, b_target;
	uint64_t x, y, step = 1;
	struct error *err;

	err = value_number(p->ctx, a, &x);
	if (!err)
		err = value_number(p->ctx, b, &y);
	if (!err)
		err = value_target(a, &a_target, &a_pointer);
	if (!err)
		err = value_target(b, &b_target, &b_pointer);
	if (!err && sum && (a_pointer || b_pointer))
		err = step_of(a_pointer ? &a_target : &b_target, &step);
	if (err)
		return err;
	if (!sum || a_pointer == b_pointer) {
		*a = value_plain(compute(*op, x, y));
		if (a_pointer && *op == '-' && step <= INT64_MAX)
			a->number = (uint64_t)((int64_t)a->number / (int64_t)step);
		return NULL;
	}
	if (a_pointer)
		y *= step;
	else
		x *= step;
	*a = (struct value){
		.typed = true, .type = type_pointer_to(a_pointer ? &a_target : &b_target),
		.number = compute(*op, x, y),
	};
	return NULL;
}
