/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "btf-build.h"

#include <string.h>

#include "base/endian.h"

static void add16(struct buf *b, bool little, uint16_t v)
{
	uint16_t raw = little ? htole16(v) : htobe16(v);

	buf_add(b, &raw, sizeof(raw));
}

static void add32(struct buf *b, bool little, uint32_t v)
{
	uint32_t raw = little ? htole32(v) : htobe32(v);

	buf_add(b, &raw, sizeof(raw));
}

void btf_build_begin(struct btf_build *b, bool little)
{
	*b = (struct btf_build){ .types = BUF_INIT, .strings = BUF_INIT, .little = little };
	buf_addc(&b->strings, '\0');
}

uint32_t btf_string(struct btf_build *b, const char *s)
{
	uint32_t offset = (uint32_t)b->strings.len;

	if (!*s)
		return 0;
	buf_add(&b->strings, s, strlen(s) + 1);
	return offset;
}

void btf_word(struct btf_build *b, uint32_t word)
{
	add32(&b->types, b->little, word);
}

uint32_t btf_type(struct btf_build *b, const char *name, unsigned int kind, unsigned int members,
		  uint32_t flag, uint32_t size_or_type)
{
	btf_word(b, btf_string(b, name));
	btf_word(b, kind << 24 | members | flag);
	btf_word(b, size_or_type);
	return ++b->count;
}

void btf_member(struct btf_build *b, const char *name, uint32_t type, uint32_t offset)
{
	btf_word(b, btf_string(b, name));
	btf_word(b, type);
	btf_word(b, offset);
}

uint32_t btf_int(struct btf_build *b, const char *name, uint32_t size, uint32_t encoding)
{
	uint32_t id = btf_type(b, name, K_INT, 0, 0, size);

	btf_word(b, encoding << 24 | size * 8);
	return id;
}

uint32_t btf_array(struct btf_build *b, uint32_t element, uint32_t count)
{
	uint32_t id = btf_type(b, "", K_ARRAY, 0, 0, 0);

	btf_word(b, element);
	btf_word(b, element);
	btf_word(b, count);
	return id;
}

void btf_build_end(struct btf_build *b, struct buf *out)
{
	*out = (struct buf)BUF_INIT;
	add16(out, b->little, 0xeb9f);
	buf_addc(out, 1);
	buf_addc(out, 0);
	add32(out, b->little, 24);
	add32(out, b->little, 0);
	add32(out, b->little, (uint32_t)b->types.len);
	add32(out, b->little, (uint32_t)b->types.len);
	add32(out, b->little, (uint32_t)b->strings.len);
	buf_add(out, b->types.data, b->types.len);
	buf_add(out, b->strings.data, b->strings.len);
	buf_free(&b->types);
	buf_free(&b->strings);
}

static void enumerator(struct btf_build *b, const char *name, uint32_t value)
{
	btf_word(b, btf_string(b, name));
	btf_word(b, value);
}

/* offset of a bit field */
#define BITS(offset, size) ((uint32_t)(size) << 24 | (offset))

void btf_sample(struct buf *out, bool little)
{
	enum { TASK = 28 };	/* the number of struct task */
	struct btf_build b;
	uint32_t i, ulong, uint, chr, shrt, boolean, schar, list, state, flags, pid, cpid;
	uint32_t task_p, func, func_p, anon, comm, matrix, chr_p, hidden, hidden_p, tail;

	btf_build_begin(&b, little);
	i = btf_int(&b, "int", 4, 1);
	ulong = btf_int(&b, "long unsigned int", 8, 0);
	uint = btf_int(&b, "unsigned int", 4, 0);
	chr = btf_int(&b, "char", 1, 0);
	shrt = btf_int(&b, "short int", 2, 1);
	boolean = btf_int(&b, "_Bool", 1, 4);
	schar = btf_int(&b, "signed char", 1, 1);
	/* 8, 9 */
	list = b.count + 2;
	btf_type(&b, "", K_PTR, 0, 0, list);
	btf_type(&b, "list", K_STRUCT, 2, 0, 16);
	btf_member(&b, "next", list - 1, 0);
	btf_member(&b, "prev", list - 1, 64);
	state = btf_type(&b, "state", K_ENUM, 3, B_FLAG, 4);
	enumerator(&b, "RUNNING", 0);
	enumerator(&b, "SLEEPING", 1);
	enumerator(&b, "DEAD", (uint32_t)-2);
	flags = btf_type(&b, "flags", K_ENUM, 3, 0, 4);
	enumerator(&b, "A", 1);
	enumerator(&b, "B", 2);
	enumerator(&b, "C", 4);
	pid = btf_type(&b, "pid_t", K_TYPEDEF, 0, 0, i);
	cpid = btf_type(&b, "", K_CONST, 0, 0, pid);
	cpid = btf_type(&b, "cpid", K_TYPEDEF, 0, 0, cpid);
	anon = btf_type(&b, "", K_UNION, 2, 0, 4);
	btf_member(&b, "pid", i, 0);
	btf_member(&b, "tid", cpid, 0);
	task_p = btf_type(&b, "", K_PTR, 0, 0, TASK);
	func = btf_type(&b, "", K_FUNC_PROTO, 2, 0, i);
	enumerator(&b, "", task_p);
	enumerator(&b, "", i);
	func_p = btf_type(&b, "", K_PTR, 0, 0, func);
	comm = btf_array(&b, chr, 16);
	matrix = btf_array(&b, shrt, 3);
	matrix = btf_array(&b, matrix, 2);
	chr_p = btf_type(&b, "", K_PTR, 0, 0, chr);
	hidden = btf_type(&b, "opaque", K_FWD, 0, 0, 0);
	hidden_p = btf_type(&b, "", K_PTR, 0, 0, hidden);
	tail = btf_array(&b, i, 0);
	btf_type(&b, "wide", K_ENUM64, 1, 0, 8);
	btf_word(&b, btf_string(&b, "WIDE"));
	btf_word(&b, 2);
	btf_word(&b, 1);
	btf_type(&b, "double", K_FLOAT, 0, 0, 8);
	btf_type(&b, "task", K_STRUCT, 16, B_FLAG, 112);
	btf_member(&b, "flags", ulong, 0);
	btf_member(&b, "", anon, 64);
	btf_member(&b, "on", uint, BITS(96, 1));
	btf_member(&b, "prio", uint, BITS(97, 7));
	btf_member(&b, "state", state, 128);
	btf_member(&b, "f", flags, 160);
	btf_member(&b, "tasks", list, 192);
	btf_member(&b, "comm", comm, 320);
	btf_member(&b, "func", func_p, 448);
	btf_member(&b, "parent", task_p, 512);
	btf_member(&b, "matrix", matrix, 576);
	btf_member(&b, "name", chr_p, 704);
	btf_member(&b, "ok", boolean, 768);
	btf_member(&b, "sc", schar, 776);
	btf_member(&b, "hidden", hidden_p, 832);
	btf_member(&b, "tail", tail, 896);
	btf_type(&b, "init_task", K_VAR, 0, 0, TASK);
	btf_word(&b, 1);
	if (b.count != TASK + 1)
		b.types.failed = true;
	btf_build_end(&b, out);
}
