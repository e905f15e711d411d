/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "out/out.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "arch/pgm.h"
#include "arch/space.h"
#include "base/buf.h"
#include "base/utf8.h"

#define OUT_DEPTH 80	/* objects and arrays inside each other; what print --all shows needs most */

struct out {
	FILE *stream;
	FILE *errors;			/* stderr */
	bool json;
	bool color, color_errors;
	int errnum;			/* of the first failed write since the last look, or 0 */
	bool nomem;			/* the open document misses something */
	unsigned int depth;		/* open[0..depth-1]; 0: no document is open */
	json_t *open[OUT_DEPTH];	/* open[0] is the document and owns the others */
};

struct out *out_new(FILE *stream, bool json)
{
	struct out *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->stream = stream;
	o->errors = stderr;
	o->json = json;
	return o;
}

struct error *out_free(struct out *o)
{
	struct error *err;

	if (!o)
		return NULL;
	err = out_flush(o);
	if (o->depth)
		json_decref(o->open[0]);
	free(o);
	return err;
}

/* Remember why a write failed; the first reason is the true one. */
static void out_failed(struct out *o)
{
	if (!o->errnum)
		o->errnum = errno ? errno : EIO;
}

struct error *out_flush(struct out *o)
{
	struct error *err;

	errno = 0;
	if (fflush(o->stream) || ferror(o->stream))
		out_failed(o);
	if (!o->errnum)
		return NULL;
	err = error_os(ERROR_TARGET, o->errnum, "cannot write the output");
	if (o->errnum == ENOSPC || o->errnum == EDQUOT)
		err = error_hint(err, "make room where the output goes and try again");
	o->errnum = 0;
	clearerr(o->stream);
	return err;
}

void out_nomem(struct out *o)
{
	o->nomem = true;
	if (!o->depth && !o->errnum)
		o->errnum = ENOMEM;
}

bool out_is_json(const struct out *o)
{
	return o->json;
}

void out_set_color(struct out *o, bool text, bool errors)
{
	o->color = text && !o->json;
	o->color_errors = errors;
}

FILE *out_set_stream(struct out *o, FILE *stream, FILE *errors)
{
	FILE *before = o->stream;

	errno = 0;
	if (fflush(before))
		out_failed(o);
	o->stream = stream;
	o->errors = errors;
	return before;
}

void out_style(struct out *o, enum style style)
{
	if (o->color)
		out_text(o, "%s", style_sequence(style));
}

void out_text(struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json)
		return;
	va_start(ap, fmt);
	errno = 0;
	if (vfprintf(o->stream, fmt, ap) < 0)
		out_failed(o);
	va_end(ap);
}

void out_raw(struct out *o, const void *data, size_t len)
{
	if (o->json || !len)
		return;
	errno = 0;
	if (fwrite(data, 1, len, o->stream) != len)
		out_failed(o);
}

/*
 * Put a value (NULL: it could not be made) into an object or array. Once
 * something is missing the document will not be printed, and values are dropped.
 */
static void put_into(struct out *o, json_t *where, const char *key, json_t *value)
{
	int failed;

	if (o->nomem) {
		json_decref(value);
		return;
	}
	assert(json_is_array(where) == !key);
	if (key)
		failed = json_object_set_new(where, key, value);
	else
		failed = json_array_append_new(where, value);
	if (failed)
		o->nomem = true;
}

static void put(struct out *o, const char *key, json_t *value)
{
	if (o->depth)
		put_into(o, o->open[o->depth - 1], key, value);
	else
		json_decref(value);
}

/* A JSON string of any bytes: what is not UTF-8 becomes \xHH. NULL: out of memory. */
static json_t *text_value(const char *s)
{
	size_t left = strlen(s), n;
	struct buf b = BUF_INIT;
	uint32_t code;
	json_t *value;

	for (; left; s += n, left -= n) {
		n = utf8_sequence(s, left, &code);
		if (n) {
			buf_add(&b, s, n);
		} else {
			n = 1;
			buf_addf(&b, "\\x%02x", (unsigned char)*s);
		}
	}
	value = buf_failed(&b) ? NULL : json_stringn(buf_str(&b), b.len);
	buf_free(&b);
	return value;
}

static json_t *hex_value(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

static json_t *bytes_value(const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;
	char *text = len < SIZE_MAX / 2 ? malloc(len * 2 + 1) : NULL;
	json_t *value;
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < len; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 0xf];
	}
	value = json_stringn_nocheck(text, len * 2);
	wipe_free(text, len * 2);
	return value;
}

void out_str(struct out *o, const char *key, const char *value)
{
	if (o->json)
		put(o, key, text_value(value));
}

void out_hex(struct out *o, const char *key, uint64_t value)
{
	if (o->json)
		put(o, key, hex_value(value));
}

void out_num(struct out *o, const char *key, long long value)
{
	if (o->json)
		put(o, key, json_integer(value));
}

void out_bool(struct out *o, const char *key, bool value)
{
	if (o->json)
		put(o, key, json_boolean(value));
}

void out_null(struct out *o, const char *key)
{
	if (o->json)
		put(o, key, json_null());
}

void out_bytes(struct out *o, const char *key, const void *data, size_t len)
{
	if (o->json)
		put(o, key, bytes_value(data, len));
}

/* Put a new container into the innermost one and make it the innermost. */
static void out_open(struct out *o, const char *key, json_t *container)
{
	put(o, key, container);
	assert(o->depth < OUT_DEPTH);
	o->open[o->depth++] = container;
}

void out_object(struct out *o, const char *key)
{
	if (o->depth)
		out_open(o, key, json_object());
}

void out_array(struct out *o, const char *key)
{
	if (o->depth)
		out_open(o, key, json_array());
}

void out_close(struct out *o)
{
	if (o->depth > 1)
		o->depth--;
}

void out_begin(struct out *o, const char *command)
{
	if (!o->json)
		return;
	assert(!o->depth);
	o->nomem = false;
	o->open[0] = json_object();
	if (!o->open[0]) {
		out_failed(o);
		return;
	}
	o->depth = 1;
	out_num(o, "api_level", OUT_API_LEVEL);
	out_str(o, "command", command);
}

/* Print a document that could not be built, without allocating anything. */
static void print_nomem(struct out *o)
{
	if (fprintf(o->stream, "{\"api_level\":%d,\"error\":{\"kind\":\"target\","
		    "\"message\":\"out of memory\"},\"exit_code\":%d}\n",
		    OUT_API_LEVEL, ERROR_TARGET) < 0)
		out_failed(o);
}

/* For json_dump_callback(): DEL is ASCII to jansson, and stays as it is. In JSON it stands in strings only. */
static int print_escaped(const char *text, size_t len, void *stream)
{
	const char *del;
	size_t n;

	for (; len; text += n, len -= n) {
		del = memchr(text, 0x7f, len);
		n = del ? (size_t)(del - text) : len;
		if (fwrite(text, 1, n, stream) != n)
			return -1;
		if (del && fputs("\\u007F", stream) == EOF)
			return -1;
		n += del ? 1 : 0;
	}
	return 0;
}

void out_end(struct out *o, int exit_code)
{
	if (!o->depth)
		return;
	o->depth = 1;
	out_num(o, "exit_code", exit_code);
	errno = 0;
	/* Printable ASCII: nothing in a document can act on a terminal. */
	if (o->nomem)
		print_nomem(o);
	else if (json_dump_callback(o->open[0], print_escaped, o->stream,
				    JSON_COMPACT | JSON_ENSURE_ASCII) ||
		 fputc('\n', o->stream) == EOF)
		out_failed(o);
	if (fflush(o->stream))
		out_failed(o);
	json_decref(o->open[0]);
	o->depth = 0;
}

static const char *kind_name(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NO:
		return "no";
	case ERROR_ACCESS:
		return "access";
	case ERROR_PARTIAL:
		return "partial";
	case ERROR_TARGET:
		return "target";
	case ERROR_REFUSED:
		return "refused";
	case ERROR_USAGE:
		return "usage";
	}
	return "target";
}

/* The members of an error object that access exceptions have. */
static void put_access(struct out *o, json_t *object, const struct error_access *a)
{
	put_into(o, object, "code", hex_value(a->code));
	put_into(o, object, "name", text_value(pgm_name(a->code)));
	put_into(o, object, "address", hex_value(a->addr));
	put_into(o, object, "space", text_value(space_short_name(a->space)));
	if (a->space == SPACE_AR)
		put_into(o, object, "ar", json_integer(a->ar));
	if (a->key >= 0)
		put_into(o, object, "key", json_integer(a->key));
	put_into(o, object, "store", json_boolean(a->store));
}

static void put_error(struct out *o, const struct error *err)
{
	json_t *object = json_object();

	if (!object) {
		o->nomem = true;
		return;
	}
	put_into(o, object, "kind", text_value(kind_name(err->kind)));
	put_into(o, object, "message", text_value(err->message));
	if (err->hint)
		put_into(o, object, "hint", text_value(err->hint));
	if (err->errnum)
		put_into(o, object, "errno", json_integer(err->errnum));
	if (err->kind == ERROR_ACCESS)
		put_access(o, object, &err->access);
	/* To the document itself, whatever is open in it at the moment. */
	put_into(o, o->open[0], "error", object);
}

void out_error(struct out *o, const struct error *err)
{
	if (o->depth) {
		put_error(o, err);
		return;
	}
	/* What has been printed so far belongs before the message. */
	if (fflush(o->stream))
		out_failed(o);
	fprintf(o->errors, "s390memctl: %s%s%s\n",
		o->color_errors ? style_sequence(STYLE_ERROR) : "", err->message,
		o->color_errors ? style_sequence(STYLE_NONE) : "");
	if (err->hint)
		fprintf(o->errors, "s390memctl: %s\n", err->hint);
}
