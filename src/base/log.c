/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <stdarg.h>

#include "base/style.h"

static void log_print(const struct log *log, const char *kind, const char *fmt, va_list ap)
{
	if (log->held && log->held->on) {
		buf_addf(&log->held->text, "s390memctl: %s", kind);
		buf_addv(&log->held->text, fmt, ap);
		buf_addc(&log->held->text, '\n');
		return;
	}
	fprintf(log->stream, "s390memctl: %s", kind);
	vfprintf(log->stream, fmt, ap);
	fputc('\n', log->stream);
}

static void log_style(const struct log *log, enum style style)
{
	if (!log->color)
		return;
	if (log->held && log->held->on)
		buf_adds(&log->held->text, style_sequence(style));
	else
		fputs(style_sequence(style), log->stream);
}

void log_hold(const struct log *log)
{
	if (log && log->held)
		log->held->on = true;
}

void log_release(const struct log *log)
{
	struct buf *text;

	if (!log || !log->held || !log->held->on)
		return;
	log->held->on = false;
	text = &log->held->text;
	if (text->len && !buf_failed(text))
		fwrite(text->data, 1, text->len, log->stream);
	buf_reset(text);
}

void log_warn(const struct log *log, const char *fmt, ...)
{
	va_list ap;

	if (!log)
		return;
	va_start(ap, fmt);
	log_style(log, STYLE_WARNING);
	log_print(log, "warning: ", fmt, ap);
	log_style(log, STYLE_NONE);
	va_end(ap);
}

void log_note(const struct log *log, const char *fmt, ...)
{
	va_list ap;

	if (!log || log->quiet)
		return;
	va_start(ap, fmt);
	log_print(log, "", fmt, ap);
	va_end(ap);
}

void log_verbose(const struct log *log, int level, const char *fmt, ...)
{
	va_list ap;

	if (!log || log->verbose < level)
		return;
	va_start(ap, fmt);
	log_print(log, "", fmt, ap);
	va_end(ap);
}
