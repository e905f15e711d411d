/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/typed.h"

/* Where a member is follows from types alone. */
static struct error *no_memory(void *arg, uint64_t addr, void *buf, size_t len)
{
	(void)arg;
	(void)addr;
	(void)buf;
	(void)len;
	return error_new(ERROR_USAGE, "behind a pointer there is no offset");
}

static struct error *show(struct out *o, const char *type, const char *member,
			  const struct value *v)
{
	uint64_t size;
	struct error *err = type_size(&v->type, &size);

	if (err)
		return err;
	out_text(o, "offsetof(%s, %s) = %" PRIu64 " (0x%" PRIx64 "), ", type, member, v->addr, v->addr);
	out_num(o, "offset", (long long)v->addr);
	if (v->bit_size) {
		out_text(o, "%u bit%s from bit %u\n", v->bit_size, v->bit_size == 1 ? "" : "s",
			 v->bit_offset);
		out_num(o, "bit_offset", v->bit_offset);
		out_num(o, "bit_size", v->bit_size);
	} else {
		out_text(o, "%" PRIu64 " byte%s\n", size, size == 1 ? "" : "s");
		out_num(o, "size", (long long)size);
	}
	return NULL;
}

/* "TYPE MEMBER", "TYPE.MEMBER", "TYPE, MEMBER" */
static struct error *tell_offset(struct typed *t, const char *text)
{
	struct value v = { .typed = true, .stored = true };
	struct buf type = BUF_INIT, member = BUF_INIT;
	const char *end;
	struct error *err;

	err = type_parse(t->ctx.types, text, TYPE_NAMES_ANY_TYPE, &end, &v.type);
	if (err)
		return err;
	end += strspn(end, " \t,.");
	t->ctx.read = no_memory;
	err = *end ? value_part(&t->ctx, end, &v) : error_new(ERROR_USAGE, "a member is missing");
	if (!err) {
		type_declare(&v.type, "", &type);
		out_str(t->s->out, "type", buf_str(&type));
		buf_reset(&type);
		buf_add_escaped(&type, text, (size_t)(end - text) - strspn(text, " "));
		while (type.len && strchr(" \t,.", type.data[type.len - 1]))
			type.data[--type.len] = '\0';
		buf_add_escaped(&member, end, strlen(end));
		err = show(t->s->out, buf_str(&type), buf_str(&member), &v);
		session_set_last(t->s, v.addr);
	}
	buf_free(&type);
	buf_free(&member);
	return err;
}

static struct error *run_offsetof(struct session *s, const struct command_args *args)
{
	return typed_run(s, args, "the name of a type and a member", tell_offset);
}

const struct command cmd_offsetof = {
	.name = "offsetof",
	.args = "TYPE MEMBER",
	.min_args = 1,
	.max_args = -1,
	.summary = "tell where a member is in a structure",
	.help =
"Tell the offset of a structure's member and its size, in bytes, or where a bit\n"
"field begins. MEMBER may be one of a member (thread.ksp), an element (comm[3]), one\n"
"of a structure without a name. TYPE.MEMBER and '(TYPE, MEMBER)' are understood,\n"
"too; struct may be left out. With -s FILE and no guest named, the types are those\n"
"of FILE.\n",
	.example =
"$ s390memctl -s vmlinux offsetof struct task_struct thread.ksp\n"
"offsetof(struct task_struct, thread.ksp) = 3408 (0xd50), 8 bytes\n",
	.see_also = "sizeof ptype print",
	.answers_no = "there is no such type or member",
	.exits = "4 5",
	.run = run_offsetof,
};
