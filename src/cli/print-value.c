/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/print-value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "cli/print-scalar.h"

#define NESTING_MAX	(2 * PRINT_DEPTH_MAX)	/* of structures and arrays, those on one line too */
#define PAGE		4096U
#define IMAGE_MAX	(64U << 20)	/* bytes of a value that are read */
#define BUDGET		1000000U	/* values shown */
#define REPEATS		10U		/* so many equal elements are told as one */
#define FLUSH_AT	65536U		/* bytes of text that are kept */
#define NOT_READ	0xffff		/* of a page: by no access exception */

/* The bytes of a value, as far as they could be read. */
struct image {
	uint64_t addr;
	size_t len;
	unsigned char *data;
	uint16_t *codes;	/* of each page that is touched: what forbids it, 0 if nothing; NULL: all read */
};

/* What is shown: a part of an image. */
struct part {
	const struct image *image;
	struct type type;
	uint64_t offset;	/* bytes in the image */
	unsigned int bit_offset, bit_size;
};

static struct error *show(struct printer *p, const char *key, const struct part *part,
			  unsigned int depth);

/* Reading */

static size_t page_index(const struct image *im, uint64_t offset)
{
	return (size_t)((im->addr % PAGE + offset) / PAGE);
}

/* Page by page: what cannot be read is noted, an error is what has nothing to do with the guest. */
static struct error *read_pages(const struct print_source *src, struct image *im, bool *any)
{
	struct error *err;
	size_t done, len;

	im->codes = calloc(page_index(im, im->len) + 1, sizeof(*im->codes));
	if (!im->codes)
		return error_nomem();
	for (done = 0; done < im->len; done += len) {
		len = PAGE - (im->addr + done) % PAGE;
		len = len < im->len - done ? len : im->len - done;
		err = src->read(src->arg, im->addr + done, im->data + done, len);
		if (err && err->kind != ERROR_ACCESS)
			return err;
		*any |= !err;
		im->codes[page_index(im, done)] = !err ? 0 : err->access.code ? err->access.code : NOT_READ;
		error_free(err);
	}
	return NULL;
}

static struct error *read_image(const struct print_source *src, struct image *im)
{
	struct error *err, *other;
	bool any = false;

	if (im->len > IMAGE_MAX)
		return error_new(ERROR_USAGE, "a value of %zu bytes is too large to be shown", im->len);
	im->data = calloc(1, im->len + 1);
	if (!im->data)
		return error_nomem();
	err = src->read(src->arg, im->addr, im->data, im->len);
	if (!err || err->kind != ERROR_ACCESS)
		return err;
	other = read_pages(src, im, &any);
	/* The first error says it all if nothing can be read. */
	if (!other && !any)
		return err;
	error_free(err);
	return other;
}

static void free_image(struct image *im)
{
	wipe_free(im->data, im->len);
	free(im->codes);
}

/* What forbids to read len bytes at an offset; 0 if nothing does. */
static uint16_t unreadable(const struct image *im, uint64_t offset, uint64_t len)
{
	size_t i, last;

	if (!im->codes || !len)
		return 0;
	last = page_index(im, offset + len - 1);
	for (i = page_index(im, offset); i <= last; i++) {
		if (im->codes[i])
			return im->codes[i];
	}
	return 0;
}

static bool inside(const struct image *im, uint64_t offset, uint64_t len)
{
	return offset <= im->len && len <= im->len - offset;
}

/* Text */

static void flush(struct printer *p)
{
	if (!out_is_json(p->o) && p->text.len)
		out_text(p->o, "%s", buf_str(&p->text));
	buf_reset(&p->text);
}

static void indent(struct printer *p, unsigned int depth)
{
	buf_addf(&p->text, "%*s", (int)depth * 2, "");
	if (p->text.len > FLUSH_AT || out_is_json(p->o))
		flush(p);
}

static void left_out(struct printer *p, const char *key, const char *text)
{
	p->cut = true;
	buf_adds(&p->text, text);
	/* An anonymous structure's members are its parent's: there is none then. */
	if (!key || *key)
		out_null(p->o, key);
}

static void show_hole(struct printer *p, const char *key, uint16_t code)
{
	const char *why = code == NOT_READ ? "no storage" : pgm_name(code);

	p->holes = true;
	buf_addf(&p->text, "<cannot be read: %s>", why);
	if (out_is_json(p->o)) {
		out_object(p->o, key);
		out_str(p->o, "unreadable", why);
		out_close(p->o);
	}
}

/* Whether another value may be shown. */
static bool afford(struct printer *p, const char *key)
{
	if (p->src->interrupted && *p->src->interrupted)
		p->budget = 0;
	if (p->budget) {
		p->budget--;
		return true;
	}
	left_out(p, key, "...");
	return false;
}

/* Structures */

static struct error *show_member(struct printer *p, const struct part *part,
				 const struct type_member *m, unsigned int depth, bool in_line)
{
	struct part inner = {
		.image = part->image, .type = m->type,
		.offset = part->offset + m->bit_offset / 8,
		.bit_offset = (unsigned int)(m->bit_offset % 8), .bit_size = m->bit_size,
	};
	struct error *err;
	struct buf name = BUF_INIT;

	buf_add_escaped(&name, m->name, strlen(m->name));
	if (!in_line)
		indent(p, depth);
	if (name.len)
		buf_addf(&p->text, "%s = ", buf_str(&name));
	err = show(p, buf_str(&name), &inner, in_line ? depth - 1 : depth);
	buf_free(&name);
	return err;
}

/* Bits without a name are padding. */
static bool is_padding(const struct type_member *m)
{
	return !*m->name && m->bit_size;
}

/*
 * A structure of one member, such as atomic_t, takes one line and no depth.
 * In JSON the members of an anonymous structure are those of the structure it is in.
 */
static struct error *show_structure(struct printer *p, const char *key, const struct part *part,
				    const struct type *type, unsigned int depth)
{
	bool nested = !key || *key, in_line;
	struct type_members members;
	struct error *err;
	size_t i, shown = 0;

	err = type_get_members(type, &members);
	if (err)
		return err;
	in_line = members.count == 1;
	buf_adds(&p->text, in_line ? "{" : "{\n");
	if (nested)
		out_object(p->o, key);
	for (i = 0; !err && i < members.count; i++) {
		if (is_padding(&members.list[i]))
			continue;
		if (shown++)
			buf_adds(&p->text, ",\n");
		err = show_member(p, part, &members.list[i], depth + 1, in_line);
		if (!p->budget)
			break;
	}
	if (nested)
		out_close(p->o);
	if (shown && !in_line)
		buf_addc(&p->text, '\n');
	if (!in_line)
		indent(p, depth);
	buf_addc(&p->text, '}');
	free(members.list);
	return err;
}

/* Arrays */

struct array {
	struct type element;	/* resolved */
	struct type_info info;	/* of an element */
	uint64_t size;		/* of an element */
	uint64_t count;
	uint64_t offset;	/* in the image */
};

static bool same_bytes(const struct image *im, const struct array *a, uint64_t i, uint64_t k)
{
	uint64_t x = a->offset + i * a->size, y = a->offset + k * a->size;

	return !unreadable(im, x, a->size) && !unreadable(im, y, a->size) &&
	       !memcmp(im->data + x, im->data + y, (size_t)a->size);
}

/* The number of elements from i on that have the same bytes. */
static uint64_t run_of(const struct image *im, const struct array *a, uint64_t i)
{
	uint64_t n = 1;

	while (i + n < a->count && same_bytes(im, a, i, i + n))
		n++;
	return n;
}

static struct error *show_element(struct printer *p, const struct part *part,
				  const struct array *a, uint64_t i, unsigned int depth)
{
	struct part element = {
		.image = part->image, .type = a->element, .offset = a->offset + i * a->size,
	};

	return show(p, NULL, &element, depth);
}

/* {1, 2, 0 <repeats 30 times>} */
static struct error *show_scalars(struct printer *p, const struct part *part,
				  const struct array *a, unsigned int depth)
{
	uint64_t i, k, run, shown = 0;
	struct error *err = NULL;

	for (i = 0; !err && i < a->count; i += run) {
		buf_adds(&p->text, i ? ", " : "");
		if (shown++ >= p->opt->elements || !p->budget) {
			buf_adds(&p->text, "...");
			p->cut = true;
			break;
		}
		run = run_of(part->image, a, i);
		err = show_element(p, part, a, i, depth);
		if (out_is_json(p->o)) {
			for (k = 1; !err && k < run && shown < p->opt->elements; k++, shown++)
				err = show_element(p, part, a, i + k, depth);
			run = k;
		} else if (run >= REPEATS) {
			buf_addf(&p->text, " <repeats %" PRIu64 " times>", run);
		} else {
			run = 1;
		}
	}
	return err;
}

/* Structures, a line each: [0] = {...}, [1 ... 9] = {...} */
static struct error *show_structures(struct printer *p, const struct part *part,
				     const struct array *a, unsigned int depth)
{
	uint64_t i, run, shown = 0;
	struct error *err = NULL;

	for (i = 0; !err && i < a->count; i += run) {
		buf_adds(&p->text, i ? ",\n" : "\n");
		indent(p, depth + 1);
		if (shown++ >= p->opt->elements || !p->budget) {
			buf_adds(&p->text, "...");
			p->cut = true;
			break;
		}
		run = out_is_json(p->o) ? 1 : run_of(part->image, a, i);
		buf_addf(&p->text, "[%" PRIu64, i);
		if (run > 1)
			buf_addf(&p->text, " ... %" PRIu64, i + run - 1);
		buf_adds(&p->text, "] = ");
		err = show_element(p, part, a, i, depth + 1);
	}
	buf_addc(&p->text, '\n');
	indent(p, depth);
	return err;
}

static struct error *show_array(struct printer *p, const char *key, const struct part *part,
				const struct type_info *info, unsigned int depth)
{
	struct array a = { .offset = part->offset, .count = info->has_count ? info->count : 0 };
	struct error *err;

	err = type_resolve(&info->target, &a.element, &a.info);
	if (!err)
		err = type_size(&a.element, &a.size);
	if (err)
		return err;
	if (!a.size)
		a.count = 0;
	else if (a.count > (part->image->len - part->offset) / a.size)
		a.count = (part->image->len - part->offset) / a.size;
	if (a.info.kind == TYPE_CHAR && a.info.size == 1 && !p->opt->hex && !p->opt->decimal &&
	    !strcmp(a.info.name, "char") && !unreadable(part->image, a.offset, a.count)) {
		print_text(p, key, part->image->data + a.offset, (size_t)a.count);
		return NULL;
	}
	if (a.count && depth >= p->opt->depth && !print_is_scalar(a.info.kind)) {
		left_out(p, key, "{...}");
		return NULL;
	}
	buf_addc(&p->text, '{');
	out_array(p->o, key);
	if (!a.count)
		err = NULL;
	else if (print_is_scalar(a.info.kind))
		err = show_scalars(p, part, &a, depth);
	else
		err = show_structures(p, part, &a, depth);
	out_close(p->o);
	buf_addc(&p->text, '}');
	return err;
}

/* Everything */

static struct error *show_scalar(struct printer *p, const char *key, const struct part *part,
				 const struct type *type, const struct type_info *info)
{
	unsigned int len = value_bytes(info, part->bit_offset, part->bit_size);
	struct scalar s = {
		.type = type, .info = info, .bytes = part->image->data + part->offset,
		.bit_offset = part->bit_offset, .bit_size = part->bit_size,
	};
	uint16_t code;

	if (!inside(part->image, part->offset, len)) {
		left_out(p, key, "<outside>");
		return NULL;
	}
	code = unreadable(part->image, part->offset, len);
	if (!code)
		return print_scalar(p, key, &s);
	show_hole(p, key, code);
	return NULL;
}

static struct error *show(struct printer *p, const char *key, const struct part *part,
			  unsigned int depth)
{
	struct type_info info;
	struct type type;
	struct error *err;

	if (!afford(p, key))
		return NULL;
	err = type_resolve(&part->type, &type, &info);
	if (err)
		return err;
	if (print_is_scalar(info.kind))
		return show_scalar(p, key, part, &type, &info);
	if (!inside(part->image, part->offset, 0)) {
		left_out(p, key, "<outside>");
		return NULL;
	}
	if (depth >= PRINT_DEPTH_MAX || (depth >= p->opt->depth && info.kind != TYPE_ARRAY)) {
		left_out(p, key, "{...}");
		return NULL;
	}
	/* Structures of one member have no depth, and may lead back into themselves. */
	if (p->nesting == NESTING_MAX) {
		left_out(p, key, "{...}");
		return NULL;
	}
	p->nesting++;
	if (info.kind == TYPE_STRUCT || info.kind == TYPE_UNION)
		err = show_structure(p, key, part, &type, depth);
	else if (info.kind == TYPE_ARRAY)
		err = show_array(p, key, part, &info, depth);
	else
		left_out(p, key, "<no value>");
	p->nesting--;
	return err;
}

/* What is not stored: a number, an address. */
static struct error *show_number(struct printer *p, const struct value *v)
{
	const struct type_info plain = { .kind = TYPE_INT, .name = "", .size = 8 };
	struct scalar s = { .type = &v->type, .info = &plain, .number = v->number };
	const struct print_options *opt = p->opt;
	struct print_options hex = *opt;
	struct buf symbol = BUF_INIT;
	struct type_info info;
	struct type type;
	struct error *err;

	if (v->typed) {
		err = type_resolve(&v->type, &type, &info);
		if (err)
			return err;
		s.type = &type;
		s.info = &info;
		return print_scalar(p, "value", &s);
	}
	/* A plain number may as well be an address. */
	hex.hex = !opt->decimal;
	p->opt = &hex;
	err = print_scalar(p, "value", &s);
	p->opt = opt;
	if (v->number >= PAGE && p->src->symbols &&
	    symbols_format(p->src->symbols, v->number, &symbol))
		buf_addf(&p->text, " <%s>", buf_str(&symbol));
	buf_free(&symbol);
	return err;
}

static struct error *show_stored(struct printer *p, const struct value *v)
{
	struct image im = { .addr = v->addr };
	struct part part = {
		.image = &im, .type = v->type,
		.bit_offset = v->bit_offset, .bit_size = v->bit_size,
	};
	struct type_info info;
	struct type type;
	uint64_t size;
	struct error *err;

	err = type_resolve(&v->type, &type, &info);
	if (!err)
		err = type_size(&type, &size);
	if (err)
		return err;
	if (v->bit_size)
		size = value_bytes(&info, v->bit_offset, v->bit_size);
	if (!size)
		return error_new(ERROR_NO, "it has no size, and so no value");
	if (__builtin_add_overflow(size, 0, &im.len))
		return error_nomem();
	err = read_image(p->src, &im);
	if (!err)
		err = show(p, "value", &part, 0);
	free_image(&im);
	return err;
}

struct error *print_value(struct out *o, const struct print_options *opt,
			  const struct print_source *src, const char *label,
			  const struct value *v)
{
	struct printer p = { .o = o, .opt = opt, .src = src, .text = BUF_INIT, .budget = BUDGET };
	struct buf name = BUF_INIT;
	struct error *err;

	if (v->stored && !v->typed)
		return error_hint(error_new(ERROR_NO, "the type of '%s' is not known", label),
				  "say it, as in (struct TYPE)%s", label);
	if (v->typed) {
		type_declare(&v->type, "", &name);
		out_str(o, "type", buf_str(&name));
		buf_free(&name);
	}
	if (v->stored)
		out_hex(o, "address", v->addr);
	buf_addf(&p.text, "%s = ", label);
	err = v->stored ? show_stored(&p, v) : show_number(&p, v);
	if (!err) {
		buf_addc(&p.text, '\n');
		if (buf_failed(&p.text))
			err = error_nomem();
		flush(&p);
	}
	if (p.cut)
		out_bool(o, "cut", true);
	buf_free(&p.text);
	if (!err && src->interrupted && *src->interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	if (!err && p.holes)
		err = error_new(ERROR_PARTIAL, "some of '%s' cannot be read", label);
	return err;
}
