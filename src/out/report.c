/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "out/report.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum item_kind {
	ITEM_HEADING,
	ITEM_FACT,
	ITEM_LINE,
	ITEM_CODE,
};

struct item {
	enum item_kind kind;
	int level;
	enum report_tone tone;
	size_t label, text;	/* offsets in texts, each ends with a zero byte */
};

struct report {
	struct item *items;
	size_t count, room;
	struct buf texts;
	bool failed;
};

static const char style[] =
"body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;max-width:72em;padding:0 1em;color:#1b1b1b;background:#fff}\n"
"h1{font-size:1.6em}h2{font-size:1.25em;margin-top:1.6em;border-bottom:1px solid #ccc}h3{font-size:1.05em}\n"
"table{border-collapse:collapse}th{text-align:left;font-weight:600;padding:.1em 1.2em .1em 0;vertical-align:top;white-space:nowrap}\n"
"td{padding:.1em 0;overflow-wrap:anywhere}pre{background:#f4f4f4;padding:.6em .8em;overflow-x:auto;font:13px/1.4 ui-monospace,monospace}\n"
".good{color:#0a6b2d}.bad{color:#a40000;font-weight:600}.note{color:#555}\n"
"@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#242424}.good{color:#6fcf8b}.bad{color:#ff7b72}.note{color:#aaa}}\n";

struct report *report_new(void)
{
	return calloc(1, sizeof(struct report));
}

void report_free(struct report *r)
{
	if (!r)
		return;
	free(r->items);
	buf_free(&r->texts);
	free(r);
}

/* Escaped, but for backslashes: they may be those of an escape; the place of it in r->texts. */
static size_t add_text(struct report *r, const char *text, size_t len)
{
	size_t start = r->texts.len, n;
	const char *backslash;

	while (len) {
		backslash = memchr(text, '\\', len);
		n = backslash ? (size_t)(backslash - text) : len;
		buf_add_escaped(&r->texts, text, n);
		if (backslash) {
			buf_addc(&r->texts, '\\');
			n++;
		}
		text += n;
		len -= n;
	}
	buf_addc(&r->texts, '\0');
	return start;
}

static void add_item(struct report *r, struct item item, const char *label, const char *fmt,
		     va_list ap)
{
	struct buf text = BUF_INIT;
	struct item *items;

	if (r->count == r->room) {
		items = realloc(r->items, (r->room + 64) * 2 * sizeof(*items));
		if (!items) {
			r->failed = true;
			return;
		}
		r->items = items;
		r->room = (r->room + 64) * 2;
	}
	buf_addv(&text, fmt, ap);
	item.label = add_text(r, label, strlen(label));
	item.text = add_text(r, buf_str(&text), text.len);
	r->failed |= buf_failed(&text) || buf_failed(&r->texts);
	buf_free(&text);
	r->items[r->count++] = item;
}

void report_heading(struct report *r, int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_item(r, (struct item){ .kind = ITEM_HEADING, .level = level }, "", fmt, ap);
	va_end(ap);
}

void report_fact(struct report *r, enum report_tone tone, const char *label, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_item(r, (struct item){ .kind = ITEM_FACT, .tone = tone }, label, fmt, ap);
	va_end(ap);
}

void report_line(struct report *r, enum report_tone tone, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_item(r, (struct item){ .kind = ITEM_LINE, .tone = tone }, "", fmt, ap);
	va_end(ap);
}

void report_code(struct report *r, enum report_tone tone, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_item(r, (struct item){ .kind = ITEM_CODE, .tone = tone }, "", fmt, ap);
	va_end(ap);
}

static struct error *check(const struct report *r, const struct buf *out)
{
	return r->failed || buf_failed(out) ? error_nomem() : NULL;
}

static const char *text_of(const struct report *r, size_t offset)
{
	return r->texts.data + offset;
}

static void text_heading(const struct item *item, const char *text, bool first, struct buf *out)
{
	static const char rules[] = "=-";
	size_t i, len = strlen(text);

	if (!first)
		buf_addc(out, '\n');
	buf_addf(out, "%s\n", text);
	if (item->level > (int)strlen(rules))
		return;
	for (i = 0; i < len; i++)
		buf_addc(out, rules[item->level - 1]);
	buf_addc(out, '\n');
}

struct error *report_text(const struct report *r, struct buf *out)
{
	const struct item *item;
	size_t i;

	for (i = 0; !r->failed && i < r->count; i++) {
		item = &r->items[i];
		if (item->kind == ITEM_HEADING)
			text_heading(item, text_of(r, item->text), i == 0, out);
		else if (item->kind == ITEM_FACT)
			buf_addf(out, "%-22s %s\n", text_of(r, item->label), text_of(r, item->text));
		else
			buf_addf(out, "%s%s\n", item->kind == ITEM_CODE ? "  " : "",
				 text_of(r, item->text));
	}
	return check(r, out);
}

static void add_html(struct buf *out, const char *text)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" },
		{ '\'', "&#39;" },
	};
	size_t i;

	for (; *text; text++) {
		for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
			if (entities[i].c == *text)
				break;
		}
		if (i < sizeof(entities) / sizeof(entities[0]))
			buf_adds(out, entities[i].entity);
		else
			buf_addc(out, *text);
	}
}

static const char *class_of(enum report_tone tone)
{
	static const char *const classes[] = {
		[REPORT_PLAIN] = "", [REPORT_GOOD] = " class=\"good\"",
		[REPORT_BAD] = " class=\"bad\"", [REPORT_NOTE] = " class=\"note\"",
	};

	return classes[tone];
}

/* Facts are rows of a table, aligned lines are together in one block. */
static void html_between(enum item_kind before, enum item_kind now, bool first, struct buf *out)
{
	if (!first && before == now)
		return;
	if (!first && before == ITEM_FACT)
		buf_adds(out, "</table>\n");
	if (!first && before == ITEM_CODE)
		buf_adds(out, "</pre>\n");
	if (now == ITEM_FACT)
		buf_adds(out, "<table>\n");
	if (now == ITEM_CODE)
		buf_adds(out, "<pre>");
}

static void html_item(const struct report *r, const struct item *item, struct buf *out)
{
	switch (item->kind) {
	case ITEM_HEADING:
		buf_addf(out, "<h%d>", item->level);
		add_html(out, text_of(r, item->text));
		buf_addf(out, "</h%d>\n", item->level);
		break;
	case ITEM_FACT:
		buf_adds(out, "<tr><th scope=\"row\">");
		add_html(out, text_of(r, item->label));
		buf_addf(out, "</th><td%s>", class_of(item->tone));
		add_html(out, text_of(r, item->text));
		buf_adds(out, "</td></tr>\n");
		break;
	case ITEM_LINE:
		buf_addf(out, "<p%s>", class_of(item->tone));
		add_html(out, text_of(r, item->text));
		buf_adds(out, "</p>\n");
		break;
	case ITEM_CODE:
		if (item->tone != REPORT_PLAIN)
			buf_addf(out, "<span%s>", class_of(item->tone));
		add_html(out, text_of(r, item->text));
		if (item->tone != REPORT_PLAIN)
			buf_adds(out, "</span>");
		buf_addc(out, '\n');
		break;
	}
}

struct error *report_html(const struct report *r, struct buf *out)
{
	enum item_kind before = ITEM_HEADING;
	size_t i;

	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		 "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	if (!r->failed && r->count && r->items[0].kind == ITEM_HEADING)
		add_html(out, text_of(r, r->items[0].text));
	buf_addf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
	for (i = 0; !r->failed && i < r->count; i++) {
		html_between(before, r->items[i].kind, i == 0, out);
		html_item(r, &r->items[i], out);
		before = r->items[i].kind;
	}
	if (i)
		html_between(before, ITEM_HEADING, false, out);
	buf_adds(out, "</body>\n</html>\n");
	return check(r, out);
}
