/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>

#include "base/style.h"

static void log_print(FILE *stream, const char *kind, const char *fmt, va_list ap)
{
	fprintf(stream, "s390memctl: %s", kind);
	vfprintf(stream, fmt, ap);
	fputc('\n', stream);
}

void log_warn(const struct log *log, const char *fmt, ...)
{
	va_list ap;

	if (!log)
		return;
	va_start(ap, fmt);
	if (log->color)
		fputs(style_sequence(STYLE_WARNING), log->stream);
	log_print(log->stream, "warning: ", fmt, ap);
	if (log->color)
		fputs(style_sequence(STYLE_NONE), log->stream);
	va_end(ap);
}

void log_note(const struct log *log, const char *fmt, ...)
{
	va_list ap;

	if (!log || log->quiet)
		return;
	va_start(ap, fmt);
	log_print(log->stream, "", fmt, ap);
	va_end(ap);
}

void log_verbose(const struct log *log, int level, const char *fmt, ...)
{
	va_list ap;

	if (!log || log->verbose < level)
		return;
	va_start(ap, fmt);
	log_print(log->stream, "", fmt, ap);
	va_end(ap);
}
