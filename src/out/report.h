/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report: headings, facts and lines in order, made once and shown as text
 * or as a page of HTML that needs nothing from elsewhere. What is added may be
 * as untrusted as it comes: it is escaped here, what has been already is not again.
 */
#ifndef S390MEMCTL_OUT_REPORT_H
#define S390MEMCTL_OUT_REPORT_H

#include <stdarg.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct report;

/* How a line is meant; text shows no difference. */
enum report_tone {
	REPORT_PLAIN,
	REPORT_GOOD,
	REPORT_BAD,
	REPORT_NOTE,
};

/* An empty one. NULL: no memory. */
struct report *report_new(void);
/* Free; NULL is allowed. */
void report_free(struct report *r);
/* A heading, level 1 (of the whole) to 3. */
void report_heading(struct report *r, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A fact: what, and its value. */
void report_fact(struct report *r, enum report_tone tone, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A line of prose. */
void report_line(struct report *r, enum report_tone tone, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A line whose columns are aligned: log, backtrace. */
void report_code(struct report *r, enum report_tone tone, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Append all as text. Errors: no memory, also of what was added before. */
struct error *report_text(const struct report *r, struct buf *out);
/* Append all as one HTML document, UTF-8, without scripts. Errors as above. */
struct error *report_html(const struct report *r, struct buf *out);

#endif
