/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types as C writes them: declarations made, type names read. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sym/type-source.h"

#define DEPTH_MAX	16U	/* of a declaration: functions that return functions */
#define STEPS_MAX	1000U	/* types in one declaration */
#define PARAMETERS_MAX	32U
#define DECLARATION_MAX	4096U	/* bytes */
#define WORDS_MAX	6U	/* "unsigned long long int" and one more */
#define POINTERS_MAX	8U

/* Making declarations */

/* A function's parameters may be functions of functions: what is left to do. */
struct limits {
	unsigned int depth;
	unsigned int steps;
};

static void declare(const struct type *type, struct buf *inner, struct buf *b,
		    struct limits *limits);

static void put_first(struct buf *b, const char *text)
{
	struct buf whole = BUF_INIT;

	buf_adds(&whole, text);
	buf_add(&whole, buf_str(b), b->len);
	buf_free(b);
	*b = whole;
}

/* The name of a type that has one, with its keyword. */
static void add_named(const struct type_info *info, struct buf *b)
{
	static const char *const keywords[] = {
		[TYPE_STRUCT] = "struct ", [TYPE_UNION] = "union ", [TYPE_ENUM] = "enum ",
		[TYPE_FUNCTION] = "",
	};

	if (info->kind <= TYPE_FUNCTION && keywords[info->kind])
		buf_adds(b, keywords[info->kind]);
	if (*info->name)
		buf_add_escaped(b, info->name, strlen(info->name));
	else
		buf_adds(b, "{...}");
}

static void add_parameters(const struct type *function, struct buf *b, struct limits *limits)
{
	struct type_members members;
	struct error *err = type_get_members(function, &members);
	size_t i;

	buf_addc(b, '(');
	for (i = 0; !err && i < members.count && i < PARAMETERS_MAX; i++) {
		struct buf none = BUF_INIT;

		buf_adds(b, i ? ", " : "");
		declare(&members.list[i].type, &none, b, limits);
		buf_free(&none);
	}
	buf_adds(b, members.count > PARAMETERS_MAX ? ", ...)" : members.count ? ")" : "void)");
	free(members.list);
	error_free(err);
}

/* "inner" of an array or function: a pointer's star binds less. */
static void parenthesize(struct buf *inner)
{
	if (*buf_str(inner) == '*') {
		put_first(inner, "(");
		buf_addc(inner, ')');
	}
}

/* One step outwards: what inner is a pointer to, an array of, a function that returns. */
static void wrap(const struct type *type, const struct type_info *info, struct buf *inner,
		 struct buf *b, struct limits *limits)
{
	switch (info->kind) {
	case TYPE_POINTER:
		put_first(inner, "*");
		break;
	case TYPE_ARRAY:
		parenthesize(inner);
		if (info->has_count)
			buf_addf(inner, "[%llu]", (unsigned long long)info->count);
		else
			buf_adds(inner, "[]");
		break;
	case TYPE_FUNCTION:
		parenthesize(inner);
		add_parameters(type, inner, limits);
		break;
	default:
		break;
	}
	declare(&info->target, inner, b, limits);
}

/* The qualifier of a pointer stands behind its star, that of all else in front. */
static void qualify(const struct type_info *info, struct buf *inner, struct buf *b,
		    struct limits *limits)
{
	struct type_info target;
	struct error *err = type_describe(&info->target, &target);

	if (!err && *info->name && target.kind == TYPE_POINTER) {
		put_first(inner, *buf_str(inner) ? " " : "");
		put_first(inner, info->name);
	} else if (*info->name) {
		buf_adds(b, info->name);
		buf_addc(b, ' ');
	}
	error_free(err);
	declare(&info->target, inner, b, limits);
}

static void declare(const struct type *type, struct buf *inner, struct buf *b,
		    struct limits *limits)
{
	struct type_info info;
	struct error *err;

	if (limits->depth > DEPTH_MAX || !limits->steps ||
	    b->len + inner->len > DECLARATION_MAX) {
		buf_adds(b, "...");
		return;
	}
	limits->steps--;
	limits->depth++;
	err = type_describe(type, &info);
	if (err) {
		error_free(err);
		buf_adds(b, "?");
	} else if (info.kind == TYPE_POINTER || info.kind == TYPE_ARRAY || info.kind == TYPE_FUNCTION) {
		wrap(type, &info, inner, b, limits);
	} else if (info.kind == TYPE_QUALIFIED) {
		qualify(&info, inner, b, limits);
	} else {
		add_named(&info, b);
		if (inner->len)
			buf_addc(b, ' ');
		buf_add(b, buf_str(inner), inner->len);
	}
	limits->depth--;
}

void type_declare(const struct type *type, const char *name, struct buf *b)
{
	struct limits limits = { .depth = 0, .steps = STEPS_MAX };
	struct buf inner = BUF_INIT;

	buf_add_escaped(&inner, name, strlen(name));
	declare(type, &inner, b, &limits);
	buf_free(&inner);
}

/* Reading type names */

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The word at s into a copy, to be freed; NULL if there is none or no memory. */
static char *take_word(const char **s)
{
	const char *at = skip_blanks(*s), *end = at;

	if (isdigit((unsigned char)*at))
		return NULL;
	while (is_name_char(*end))
		end++;
	if (end == at)
		return NULL;
	*s = end;
	return strndup(at, (size_t)(end - at));
}

/* How often each word of an integer's type was met. */
struct integer {
	unsigned int words, is_unsigned, is_signed, longs, shorts, chars, ints;
};

static bool count_word(struct integer *n, const char *word)
{
	const struct {
		const char *word;
		unsigned int *count;
	} words[] = {
		{ "unsigned", &n->is_unsigned }, { "signed", &n->is_signed },
		{ "long", &n->longs }, { "short", &n->shorts }, { "char", &n->chars },
		{ "int", &n->ints },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i].word, word)) {
			n->words++;
			++*words[i].count;
			return true;
		}
	}
	return false;
}

/* The name that compilers give the type; NULL: there is no such type. */
static const char *integer_name(const struct integer *n)
{
	static const char *const names[][2] = {
		{ "int", "unsigned int" },
		{ "long int", "long unsigned int" },
		{ "long long int", "long long unsigned int" },
	};

	if (n->words > WORDS_MAX || n->longs > 2 || (n->is_unsigned && n->is_signed))
		return NULL;
	if (n->chars)
		return n->is_unsigned ? "unsigned char" : n->is_signed ? "signed char" : "char";
	if (n->shorts)
		return n->is_unsigned ? "short unsigned int" : "short int";
	return names[n->longs][n->is_unsigned ? 1 : 0];
}

static struct error *parse_integer(struct types *t, const char **s, struct type *type)
{
	struct integer n = { .words = 0 };
	const char *at = *s, *name;
	char *word;

	while ((word = take_word(&at)) && count_word(&n, word)) {
		*s = at;
		free(word);
	}
	free(word);
	name = integer_name(&n);
	if (!name)
		return error_new(ERROR_NO, "no such type of integers");
	return types_lookup(t, TYPE_NAMES_TYPE, name, type);
}

static bool is_qualifier(const char *word)
{
	return !strcmp(word, "const") || !strcmp(word, "volatile") || !strcmp(word, "restrict");
}

/* "struct NAME" and the like: -1 if the word is no such keyword. */
static int tag_of(const char *word)
{
	return !strcmp(word, "struct") ? TYPE_NAMES_STRUCT : !strcmp(word, "union") ?
	       TYPE_NAMES_UNION : !strcmp(word, "enum") ? TYPE_NAMES_ENUM : -1;
}

/* The type whose first word has been read; *s is behind it, start at its beginning. */
static struct error *parse_named(struct types *t, const char *start, const char *word,
				 enum type_names names, const char **s, struct type *type)
{
	struct integer n = { .words = 0 };
	struct error *err;
	int tag = tag_of(word);
	char *name;

	if (tag >= 0) {
		name = take_word(s);
		if (!name)
			return error_new(ERROR_NO, "a name is missing behind '%s'", word);
		err = types_lookup(t, (enum type_names)tag, name, type);
		free(name);
		return err;
	}
	if (!strcmp(word, "void")) {
		*type = (struct type){ .src = NULL };
		return NULL;
	}
	if (count_word(&n, word)) {
		*s = start;
		return parse_integer(t, s, type);
	}
	return types_lookup(t, names, word, type);
}

static void skip_qualifiers(const char **s)
{
	const char *at = *s;
	char *word;

	while ((word = take_word(&at)) && is_qualifier(word)) {
		*s = at;
		free(word);
	}
	free(word);
}

struct error *type_parse(struct types *t, const char *text, enum type_names names,
			 const char **end, struct type *type)
{
	const char *s = text, *start;
	struct error *err;
	char *word;

	skip_qualifiers(&s);
	start = s;
	word = take_word(&s);
	if (!word)
		return error_new(ERROR_NO, "no name of a type");
	err = parse_named(t, start, word, names, &s, type);
	free(word);
	if (err)
		return err;
	for (;;) {
		skip_qualifiers(&s);
		s = skip_blanks(s);
		if (*s != '*')
			break;
		if (type->pointers == POINTERS_MAX)
			return error_new(ERROR_NO, "too many pointers");
		type->pointers++;
		s++;
	}
	*end = s;
	return NULL;
}
