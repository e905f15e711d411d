/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expression = unary { operator unary }, by precedence
 * unary = ("*" | "&" | "-" | "~") unary | "(" type ")" unary | postfix
 * postfix = primary { "." name | "->" name | "[" expression "]" }
 * primary = number | name | register | "(" expression ")"
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sym/expr.h"
#include "sym/value-parser.h"

#define DEPTH_MAX	50U	/* of what is nested */
#define NAME_LEN_MAX	512U

static struct error *parse_binary(struct parser *p, unsigned int level, struct value *v);
static struct error *parse_unary(struct parser *p, struct value *v);

/* Texts and errors */

struct error *parser_error(const struct parser *p, const char *reason)
{
	struct buf b = BUF_INIT, rest = BUF_INIT;
	struct error *err;

	buf_add_escaped(&b, p->text, strlen(p->text));
	buf_add_escaped(&rest, p->at, strlen(p->at));
	if (*p->at)
		err = error_new(ERROR_USAGE, "expression '%s': %s at '%s'", buf_str(&b), reason,
				buf_str(&rest));
	else
		err = error_new(ERROR_USAGE, "expression '%s': %s at its end", buf_str(&b), reason);
	buf_free(&b);
	buf_free(&rest);
	return err;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t");
}

static bool take(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	skip_blanks(p);
	if (strncmp(p->at, token, len))
		return false;
	p->at += len;
	return true;
}

static bool begins_name(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The name at p->at, also "module!name"; to be freed. */
static struct error *take_name(struct parser *p, bool module, char **name)
{
	const char *end;

	skip_blanks(p);
	if (!begins_name(*p->at))
		return parser_error(p, "a name is missing");
	for (end = p->at; in_name(*end) || (module && *end == '!' && begins_name(end[1])); end++)
		;
	if ((size_t)(end - p->at) > NAME_LEN_MAX)
		return parser_error(p, "a name is too long");
	*name = strndup(p->at, (size_t)(end - p->at));
	if (!*name)
		return error_nomem();
	p->at = end;
	return NULL;
}

/* Members and elements */

static struct error *take_member(struct parser *p, struct value *v)
{
	struct type_member m;
	struct type target;
	bool is_pointer;
	struct error *err;
	uint64_t bits;
	char *name;

	if (!v->typed)
		return parser_needs_type(parser_error(p, "what a member is wanted of has no known type"));
	err = take_name(p, false, &name);
	if (err)
		return err;
	err = value_target(v, &target, &is_pointer);
	if (!err && is_pointer)
		err = value_dereference(p, v);
	if (!err && !v->stored)
		err = parser_error(p, "it has no members");
	if (!err)
		err = type_find_member(&v->type, name, &m);
	free(name);
	if (err)
		return err;
	bits = m.bit_offset;
	*v = (struct value){
		.typed = true, .type = m.type, .stored = true, .addr = v->addr + bits / 8,
		.bit_offset = (unsigned int)(bits % 8), .bit_size = m.bit_size,
	};
	return NULL;
}

static struct error *take_element(struct parser *p, struct value *v)
{
	struct type target;
	struct value index;
	uint64_t n, base, size;
	bool is_pointer;
	struct error *err;

	err = parse_binary(p, 0, &index);
	if (!err && !take(p, "]"))
		err = parser_error(p, "']' is missing");
	if (!err)
		err = value_number(p->ctx, &index, &n);
	if (!err)
		err = value_target(v, &target, &is_pointer);
	if (!err && !is_pointer)
		err = parser_needs_type(parser_error(p, "what has an index is neither array nor pointer"));
	if (!err)
		err = type_size(&target, &size);
	if (!err && !size)
		err = parser_error(p, "the elements have no size");
	if (!err)
		err = value_number(p->ctx, v, &base);
	if (!err)
		*v = (struct value){
			.typed = true, .type = target, .stored = true, .addr = base + n * size,
		};
	return err;
}

/* Primaries */

/* The word from here on, whose first character is taken in any case; NULL: no memory. */
static char *copy_word(const struct parser *p, const char **end)
{
	*end = p->at + 1;
	while (in_name(**end))
		++*end;
	return strndup(p->at, (size_t)(*end - p->at));
}

/* 0x10, %r15, $last */
static struct error *parse_number(struct parser *p, struct value *v)
{
	struct error *err;
	uint64_t number;
	const char *end;
	char *text;

	text = copy_word(p, &end);
	if (!text)
		return error_nomem();
	if (*text == '%' || *text == '$')
		err = p->ctx->term(p->ctx->arg, text, &number);
	else
		err = number_parse(text, "number", 64, 0, &number);
	free(text);
	if (err)
		return err;
	p->at = end;
	*v = value_plain(number);
	return NULL;
}

/* A variable, a symbol without a type, or an enumerator. */
static struct error *lookup_name(struct parser *p, const char *name, struct value *v)
{
	const char *bang = strchr(name, '!');
	struct error *err;
	int64_t constant;
	uint64_t addr;
	bool found;

	err = p->ctx->symbol(p->ctx->arg, name, &addr, &found);
	if (err)
		return err;
	if (!found) {
		if (!types_enumerator(p->ctx->types, name, &constant))
			return p->ctx->no_symbol(p->ctx->arg, name);
		*v = value_plain((uint64_t)constant);
		return NULL;
	}
	*v = (struct value){ .stored = true, .addr = addr };
	err = types_lookup(p->ctx->types, TYPE_NAMES_VARIABLE, bang ? bang + 1 : name, &v->type);
	if (err && err->kind != ERROR_NO)
		return err;
	v->typed = !err;
	error_free(err);
	return NULL;
}

static struct error *parse_name(struct parser *p, struct value *v)
{
	struct error *err;
	char *name;

	err = take_name(p, true, &name);
	if (err)
		return err;
	err = lookup_name(p, name, v);
	free(name);
	return err;
}

static struct error *parse_primary(struct parser *p, struct value *v)
{
	struct error *err;

	skip_blanks(p);
	if (take(p, "(")) {
		err = parse_binary(p, 0, v);
		if (!err && !take(p, ")"))
			err = parser_error(p, "')' is missing");
		return err;
	}
	if (isdigit((unsigned char)*p->at) || *p->at == '%' || *p->at == '$')
		return parse_number(p, v);
	return parse_name(p, v);
}

static struct error *parse_parts(struct parser *p, struct value *v)
{
	struct error *err = NULL;

	while (!err) {
		if (take(p, "->") || take(p, "."))
			err = take_member(p, v);
		else if (take(p, "["))
			err = take_element(p, v);
		else
			break;
	}
	return err;
}

/* Unary operators */

static bool is_type_word(const char *word, size_t len)
{
	static const char *const words[] = {
		"struct", "union", "enum", "const", "volatile", "unsigned", "signed", "long",
		"short", "int", "char", "void",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i]) == len && !strncmp(words[i], word, len))
			return true;
	}
	return false;
}

/*
 * A type's name at text; *end is behind it. A name that is a symbol's is none: it
 * would have to be looked up among all types.
 */
static struct error *try_type(const struct parser *p, const char *text, const char **end,
			      struct type *type, bool *is_type)
{
	size_t len = 0;
	struct error *err;
	uint64_t addr;
	bool found;
	char *name;

	*is_type = false;
	text += strspn(text, " \t");
	if (!begins_name(*text))
		return NULL;
	while (in_name(text[len]))
		len++;
	if (!is_type_word(text, len)) {
		name = strndup(text, len);
		if (!name)
			return error_nomem();
		err = p->ctx->symbol(p->ctx->arg, name, &addr, &found);
		free(name);
		if (err || found)
			return err;
	}
	err = type_parse(p->ctx->types, text, TYPE_NAMES_TYPE, end, type);
	if (!err) {
		*is_type = true;
		return NULL;
	}
	/* "struct nosuch": nothing else can be meant. */
	if (err->kind != ERROR_NO || is_type_word(text, len))
		return err;
	error_free(err);
	return NULL;
}

static struct error *parse_cast(struct parser *p, struct value *v, bool *is_cast)
{
	const char *start = p->at, *end;
	struct type type;
	struct error *err;

	*is_cast = false;
	if (!take(p, "("))
		return NULL;
	err = try_type(p, p->at, &end, &type, is_cast);
	if (err || !*is_cast) {
		p->at = start;
		return err;
	}
	p->at = end;
	if (!take(p, ")"))
		return parser_error(p, "')' is missing behind the type");
	err = parse_unary(p, v);
	return err ? err : value_cast(p, &type, v);
}

static struct error *negate(struct parser *p, char op, struct value *v)
{
	struct error *err = parse_unary(p, v);
	uint64_t number;

	if (!err)
		err = value_number(p->ctx, v, &number);
	if (!err)
		*v = value_plain(op == '-' ? -number : ~number);
	return err;
}

static struct error *parse_operator(struct parser *p, struct value *v)
{
	struct error *err;
	bool is_cast;

	skip_blanks(p);
	if (take(p, "*")) {
		err = parse_unary(p, v);
		return err ? err : value_dereference(p, v);
	}
	if (take(p, "&")) {
		err = parse_unary(p, v);
		return err ? err : value_address_of(p, v);
	}
	if (*p->at == '-' || *p->at == '~') {
		p->at++;
		return negate(p, p->at[-1], v);
	}
	err = parse_cast(p, v, &is_cast);
	if (err || is_cast)
		return err;
	err = parse_primary(p, v);
	return err ? err : parse_parts(p, v);
}

static struct error *parse_unary(struct parser *p, struct value *v)
{
	struct error *err;

	if (p->depth == DEPTH_MAX)
		return parser_error(p, "too much is nested");
	p->depth++;
	err = parse_operator(p, v);
	p->depth--;
	return err;
}

/* Binary operators */

static const struct operator {
	const char *text;
	unsigned int level;	/* the higher, the more it binds */
} operators[] = {
	{ "|", 1 }, { "^", 2 }, { "&", 3 }, { "<<", 4 }, { ">>", 4 }, { "+", 5 }, { "-", 5 },
	{ "*", 6 }, { NULL, 0 },
};

static const struct operator *next_operator(struct parser *p)
{
	const struct operator *op;

	skip_blanks(p);
	for (op = operators; op->text; op++) {
		if (!strncmp(p->at, op->text, strlen(op->text)))
			return op;
	}
	return NULL;
}


/* Operators that bind more than level. */
static struct error *parse_binary(struct parser *p, unsigned int level, struct value *v)
{
	const struct operator *op;
	struct value right;
	struct error *err;

	err = parse_unary(p, v);
	while (!err && (op = next_operator(p)) && op->level > level) {
		p->at += strlen(op->text);
		err = parse_binary(p, op->level, &right);
		if (!err)
			err = value_apply(p, op->text, v, &right);
	}
	return err;
}

/* All of a text */

static struct error *parse_all(struct parser *p, struct value *v)
{
	struct error *err = parse_binary(p, 0, v);

	skip_blanks(p);
	if (!err && *p->at)
		err = parser_error(p, "an operator is missing");
	return err;
}

struct error *value_parse(const struct value_context *ctx, const char *text, struct value *v)
{
	struct parser p = { .ctx = ctx, .text = text, .at = text };

	return parse_all(&p, v);
}

struct error *value_part(const struct value_context *ctx, const char *text, struct value *v)
{
	struct parser p = { .ctx = ctx, .text = text, .at = text };
	struct error *err;

	skip_blanks(&p);
	err = *p.at == '[' || *p.at == '.' ? NULL : take_member(&p, v);
	if (!err)
		err = parse_parts(&p, v);
	skip_blanks(&p);
	if (!err && *p.at)
		err = parser_error(&p, "a member or an index is missing");
	return err;
}

/* Where a structure is said to stand: its own address, or the number that it is. */
static struct error *place_of(const struct value_context *ctx, const struct value *v,
			      uint64_t *addr)
{
	struct type_info info;
	struct type type;
	struct error *err = value_resolve(v, &type, &info);

	if (!err && v->stored && (info.kind == TYPE_STRUCT || info.kind == TYPE_UNION)) {
		*addr = v->addr;
		return NULL;
	}
	return err ? err : value_number(ctx, v, addr);
}

/* Whether what stands behind a type is an expression, no more of one that begins as a type does. */
static bool begins_operand(const char *s)
{
	return in_name(*s) || *s == '%' || *s == '$' || *s == '(' || *s == '&';
}

struct error *value_parse_typed(const struct value_context *ctx, const char *text,
				struct value *v, bool *is_type)
{
	struct parser p = { .ctx = ctx, .text = text, .at = text };
	const char *end;
	struct type type;
	struct error *err;
	uint64_t addr;

	err = try_type(&p, text, &end, &type, is_type);
	if (err)
		return err;
	if (!*is_type)
		return value_parse(ctx, text, v);
	p.at = end;
	skip_blanks(&p);
	if (!*p.at) {
		*v = (struct value){ .typed = true, .type = type };
		return NULL;
	}
	*is_type = false;
	if (!begins_operand(p.at))
		return parser_error(&p, "an address is missing behind the type");
	err = parse_all(&p, v);
	if (!err)
		err = place_of(ctx, v, &addr);
	if (!err)
		*v = (struct value){ .typed = true, .type = type, .stored = true, .addr = addr };
	return err;
}
