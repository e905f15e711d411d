/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A type's layout, as pahole shows it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print-value.h"

#define DEPTH_MAX	8U	/* of structures without a name in one another */
#define BUDGET		100000U	/* lines */
#define COMMENT_COLUMN	48

struct layout {
	struct out *o;
	const volatile int *interrupted;
	unsigned int budget;
	struct buf line;
};

static struct error *show_members(struct layout *l, const struct type *type, uint64_t base,
				  uint64_t size, bool holes, unsigned int depth);

/* The line, and the comment behind it in its column. */
static void end_line(struct layout *l, const char *comment)
{
	int width = (int)l->line.len;

	out_text(l->o, "%s%*s  /* %s */\n", buf_str(&l->line),
		 width < COMMENT_COLUMN ? COMMENT_COLUMN - width : 0, "", comment);
	buf_reset(&l->line);
}

static void begin_line(struct layout *l, unsigned int depth)
{
	buf_addf(&l->line, "%*s", (int)depth * 4, "");
}

static void show_hole(struct layout *l, uint64_t bytes, unsigned int depth)
{
	out_text(l->o, "%*s/* %" PRIu64 " byte%s not used */\n", (int)depth * 4, "", bytes,
		 bytes == 1 ? "" : "s");
}

/* Offset, size or bits, in a comment and in JSON. */
static void tell_place(struct layout *l, const struct type_member *m, uint64_t bits, uint64_t size)
{
	struct buf b = BUF_INIT;

	if (m->bit_size)
		buf_addf(&b, "%5" PRIu64 ":%u  %5u bit%s", bits / 8, (unsigned int)(bits % 8),
			 m->bit_size, m->bit_size == 1 ? "" : "s");
	else
		buf_addf(&b, "%5" PRIu64 "    %5" PRIu64, bits / 8, size);
	end_line(l, buf_str(&b));
	buf_free(&b);
	out_num(l->o, "offset", (long long)(bits / 8));
	if (m->bit_size) {
		out_num(l->o, "bit_offset", (long long)(bits % 8));
		out_num(l->o, "bit_size", m->bit_size);
	} else {
		out_num(l->o, "size", (long long)size);
	}
}

/* A structure without a name is shown with its members. */
static bool is_open(const struct type_info *info)
{
	return (info->kind == TYPE_STRUCT || info->kind == TYPE_UNION) && !*info->name;
}

static struct error *show_open(struct layout *l, const struct type_member *m,
			       const struct type_info *info, uint64_t bits, uint64_t size,
			       unsigned int depth)
{
	struct error *err;

	begin_line(l, depth);
	buf_adds(&l->line, info->kind == TYPE_UNION ? "union {" : "struct {");
	out_text(l->o, "%s\n", buf_str(&l->line));
	buf_reset(&l->line);
	out_array(l->o, "members");
	err = show_members(l, &m->type, bits, size, info->kind == TYPE_STRUCT, depth + 1);
	out_close(l->o);
	begin_line(l, depth);
	buf_adds(&l->line, *m->name ? "} " : "}");
	buf_add_escaped(&l->line, m->name, strlen(m->name));
	buf_addc(&l->line, ';');
	tell_place(l, m, bits, size);
	return err;
}

static struct error *show_member(struct layout *l, const struct type_member *m, uint64_t base,
				 uint64_t size, unsigned int depth)
{
	uint64_t bits = base + m->bit_offset;
	struct buf declared = BUF_INIT;
	struct type_info info;
	struct error *err;

	/* Not resolved: a typedef's name is shown instead. */
	err = type_describe(&m->type, &info);
	if (err)
		return err;
	out_object(l->o, NULL);
	out_str(l->o, "name", m->name);
	type_declare(&m->type, "", &declared);
	out_str(l->o, "type", buf_str(&declared));
	buf_reset(&declared);
	if (is_open(&info) && depth < DEPTH_MAX) {
		err = show_open(l, m, &info, bits, size, depth);
	} else {
		type_declare(&m->type, m->name, &declared);
		begin_line(l, depth);
		buf_adds(&l->line, buf_str(&declared));
		if (m->bit_size)
			buf_addf(&l->line, ":%u", m->bit_size);
		buf_addc(&l->line, ';');
		tell_place(l, m, bits, size);
	}
	out_close(l->o);
	buf_free(&declared);
	return err;
}

/* base: bits before type; size: bytes of it. */
static struct error *show_members(struct layout *l, const struct type *type, uint64_t base,
				  uint64_t size, bool holes, unsigned int depth)
{
	struct type_members m;
	struct error *err;
	uint64_t end = 0, bytes;
	size_t i;

	err = type_get_members(type, &m);
	for (i = 0; !err && i < m.count && l->budget; i++) {
		const struct type_member *member = &m.list[i];

		l->budget--;
		if (l->interrupted && *l->interrupted)
			l->budget = 0;
		err = type_size(&member->type, &bytes);
		if (err)
			break;
		if (holes && member->bit_offset / 8 > (end + 7) / 8)
			show_hole(l, member->bit_offset / 8 - (end + 7) / 8, depth);
		end = member->bit_offset + (member->bit_size ? member->bit_size : bytes * 8);
		err = show_member(l, member, base, bytes, depth);
	}
	if (!err && holes && m.count && l->budget && size > (end + 7) / 8)
		show_hole(l, size - (end + 7) / 8, depth);
	free(m.list);
	return err;
}

static struct error *show_enumerators(struct layout *l, const struct type *type)
{
	struct type_members m;
	struct error *err = type_get_members(type, &m);
	size_t i;

	out_array(l->o, "enumerators");
	for (i = 0; !err && i < m.count; i++) {
		struct buf name = BUF_INIT;

		buf_add_escaped(&name, m.list[i].name, strlen(m.list[i].name));
		out_text(l->o, "    %s = %" PRId64 ",\n", buf_str(&name), m.list[i].value);
		buf_free(&name);
		out_object(l->o, NULL);
		out_str(l->o, "name", m.list[i].name);
		out_num(l->o, "value", m.list[i].value);
		out_close(l->o);
	}
	out_close(l->o);
	free(m.list);
	return err;
}

static struct error *show_body(struct layout *l, const struct type *type,
			       const struct type_info *info, uint64_t size)
{
	struct error *err;

	out_text(l->o, " {\n");
	if (info->kind == TYPE_ENUM) {
		err = show_enumerators(l, type);
	} else {
		out_array(l->o, "members");
		err = show_members(l, type, 0, size, info->kind == TYPE_STRUCT, 1);
		out_close(l->o);
	}
	out_text(l->o, "};  /* size %" PRIu64 " */\n", size);
	return err;
}

struct error *print_type(struct out *o, const struct type *type, const volatile int *interrupted)
{
	struct layout l = { .o = o, .interrupted = interrupted, .budget = BUDGET, .line = BUF_INIT };
	struct buf name = BUF_INIT, behind = BUF_INIT;
	struct type_info info;
	struct type resolved;
	uint64_t size;
	struct error *err;

	err = type_resolve(type, &resolved, &info);
	if (!err)
		err = type_size(type, &size);
	if (err)
		return err;
	type_declare(type, "", &name);
	if (*info.name || (info.kind != TYPE_STRUCT && info.kind != TYPE_UNION && info.kind != TYPE_ENUM))
		type_declare(&resolved, "", &behind);
	else
		buf_adds(&behind, info.kind == TYPE_STRUCT ? "struct" : info.kind == TYPE_UNION ?
			 "union" : "enum");
	out_str(o, "type", buf_str(&name));
	out_num(o, "size", (long long)size);
	if (strcmp(buf_str(&name), buf_str(&behind)))
		out_text(o, "%s: ", buf_str(&name));
	out_text(o, "%s", buf_str(&behind));
	if (info.kind == TYPE_STRUCT || info.kind == TYPE_UNION || info.kind == TYPE_ENUM)
		err = show_body(&l, &resolved, &info, size);
	else
		out_text(o, "  /* size %" PRIu64 " */\n", size);
	buf_free(&name);
	buf_free(&behind);
	buf_free(&l.line);
	if (!err && interrupted && *interrupted)
		err = error_new(ERROR_PARTIAL, "interrupted");
	return err;
}
