/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/print-value.h"
#include "cli/typed.h"

/* A type's name of one word, struct left out or not, that is no symbol's. */
static bool is_type_name(struct typed *t, const char *text, struct type *type)
{
	uint64_t addr;
	const char *end;
	struct error *err;
	bool found;

	err = t->ctx.symbol(t->ctx.arg, text, &addr, &found);
	if (err || found) {
		error_free(err);
		return false;
	}
	err = type_parse(t->ctx.types, text, TYPE_NAMES_ANY_TYPE, &end, type);
	if (!err)
		return !*end;
	error_free(err);
	return false;
}

/* The type that text is, or that the value of the expression that it is has. */
static struct error *type_of(struct typed *t, const char *text, struct type *type)
{
	struct value v;
	struct error *err;
	bool is_type;

	if (is_type_name(t, text, type))
		return NULL;
	err = value_parse_typed(&t->ctx, text, &v, &is_type);
	if (err)
		return err;
	if (v.bit_size)
		return error_new(ERROR_NO, "a bit field has %u bits, and no size", v.bit_size);
	if (!v.typed)
		return error_hint(error_new(ERROR_NO, "its type is not known"),
				  "the types of a kernel's variables are in its DWARF only");
	*type = v.type;
	return NULL;
}

static struct error *tell_size(struct typed *t, const char *text)
{
	struct buf label = BUF_INIT;
	struct type type;
	uint64_t size;
	struct error *err;

	err = type_of(t, text, &type);
	if (!err)
		err = type_size(&type, &size);
	if (err)
		return err;
	buf_add_escaped(&label, text, strlen(text));
	out_text(t->s->out, "sizeof(%s) = %" PRIu64 " (0x%" PRIx64 ")\n", buf_str(&label), size, size);
	out_str(t->s->out, "expression", text);
	out_num(t->s->out, "size", (long long)size);
	session_set_last(t->s, size);
	buf_free(&label);
	return NULL;
}

static struct error *tell_layout(struct typed *t, const char *text)
{
	struct type type;
	struct error *err = type_of(t, text, &type);

	return err ? err : print_type(t->s->out, &type, t->s->interrupted);
}

static struct error *run_sizeof(struct session *s, const struct command_args *args)
{
	return typed_run(s, args, "a type or an expression", tell_size);
}

static struct error *run_ptype(struct session *s, const struct command_args *args)
{
	return typed_run(s, args, "a type or an expression", tell_layout);
}

const struct command cmd_sizeof = {
	.name = "sizeof",
	.args = "TYPE|EXPR",
	.min_args = 1,
	.max_args = -1,
	.summary = "tell the size of a type or a variable",
	.help =
"Tell how many bytes a type, or the value of an expression as print has it, takes\n"
"up. struct may be left out. With -s FILE and no guest named, the types are those\n"
"of FILE.\n",
	.example =
"$ s390memctl -s vmlinux sizeof struct task_struct\n"
"sizeof(struct task_struct) = 4608 (0x1200)\n",
	.see_also = "ptype offsetof print",
	.answers_no = "there is no such type or member, or a type is not known",
	.exits = "2 4 5",
	.run = run_sizeof,
};

const struct command cmd_ptype = {
	.name = "ptype",
	.args = "TYPE|EXPR",
	.min_args = 1,
	.max_args = -1,
	.summary = "show a type: a structure's members with offset and size",
	.help =
"Show what a type, or the value of an expression as print has it, is made of: of a\n"
"structure its members, each with its offset and size in bytes (bit fields: byte\n"
"and bit, number of bits), and the bytes between that are not used; of an enum its\n"
"values. struct may be left out. With -s FILE and no guest named, the types are\n"
"those of FILE.\n",
	.example =
"$ s390memctl -s vmlinux ptype struct list_head\n"
"struct list_head {\n"
"    struct list_head *next;                       /*     0        8 */\n"
"    struct list_head *prev;                       /*     8        8 */\n"
"};  /* size 16 */\n",
	.see_also = "sizeof offsetof print",
	.answers_no = "there is no such type or member, or a type is not known",
	.exits = "2 3 4 5",
	.run = run_ptype,
};
