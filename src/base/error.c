/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char nomem_message[] = "out of memory";
static struct error nomem_error = {
	.kind = ERROR_TARGET,
	.message = nomem_message,
};

struct error *error_nomem(void)
{
	return &nomem_error;
}

static struct error *error_vnew(enum error_kind kind, const char *fmt, va_list ap)
{
	struct error *err = calloc(1, sizeof(*err));

	if (!err)
		return error_nomem();
	err->kind = kind;
	if (vasprintf(&err->message, fmt, ap) < 0) {
		free(err);
		return error_nomem();
	}
	return err;
}

struct error *error_new(enum error_kind kind, const char *fmt, ...)
{
	struct error *err;
	va_list ap;

	va_start(ap, fmt);
	err = error_vnew(kind, fmt, ap);
	va_end(ap);
	return err;
}

struct error *error_os(enum error_kind kind, int errnum, const char *fmt, ...)
{
	struct error *err;
	char *message;
	va_list ap;

	va_start(ap, fmt);
	err = error_vnew(kind, fmt, ap);
	va_end(ap);
	if (err == &nomem_error)
		return err;
	err->errnum = errnum;
	if (asprintf(&message, "%s: %s", err->message, strerror(errnum)) >= 0) {
		free(err->message);
		err->message = message;
	}
	return err;
}

struct error *error_from_access(const struct error_access *access, const char *fmt, ...)
{
	struct error *err;
	va_list ap;

	va_start(ap, fmt);
	err = error_vnew(ERROR_ACCESS, fmt, ap);
	va_end(ap);
	if (err != &nomem_error)
		err->access = *access;
	return err;
}

struct error *error_hint(struct error *err, const char *fmt, ...)
{
	char *hint;
	va_list ap;
	int n;

	if (!err || err == &nomem_error)
		return err;
	va_start(ap, fmt);
	n = vasprintf(&hint, fmt, ap);
	va_end(ap);
	if (n >= 0) {
		free(err->hint);
		err->hint = hint;
	}
	return err;
}

struct error *error_prefix(struct error *err, const char *fmt, ...)
{
	char *prefix, *message;
	va_list ap;
	int n;

	if (!err || err == &nomem_error)
		return err;
	va_start(ap, fmt);
	n = vasprintf(&prefix, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err;
	if (asprintf(&message, "%s: %s", prefix, err->message) >= 0) {
		free(err->message);
		err->message = message;
	}
	free(prefix);
	return err;
}

void error_free(struct error *err)
{
	if (!err || err == &nomem_error)
		return;
	free(err->message);
	free(err->hint);
	free(err);
}
