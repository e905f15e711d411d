/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/printk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "linux/layout.h"
#include "linux/printk-buffer.h"

#define DAMAGED_MAX	1000U	/* records that cannot be read on end, until we give up */
#define CALLER_CPU	0x80000000U	/* bit of printk_caller_id(): a CPU, no thread */
#define NS_PER_SECOND	1000000000U

static const char *const level_names[LOG_LEVELS] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
};

/* syslog(3). */
static const char *const facility_names[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
	"authpriv", "ftp",
};

const char *log_level_name(unsigned int level)
{
	return level < LOG_LEVELS ? level_names[level] : "";
}

const char *log_facility_name(unsigned int facility)
{
	return facility < sizeof(facility_names) / sizeof(facility_names[0]) ?
		facility_names[facility] : "";
}

/*
 * One record; *there: it is one that is wanted. Where memory cannot be read it
 * is one that is damaged, and the next one may be good.
 */
static struct error *read_record(struct log_buffer *b, uint64_t i, bool text,
				 struct log_record *r, bool *there)
{
	struct error *err;

	if (b->k->mem.interrupted && *b->k->mem.interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	*there = false;
	err = b->format->read(b, i, text, r, there);
	if (err && err->kind == ERROR_ACCESS) {
		error_free(err);
		err = NULL;
		*there = false;
		b->damaged++;
	}
	return err;
}

/* Counts damaged records on end, until it makes no sense to go on. */
struct patience {
	uint64_t damaged;	/* as it was */
	unsigned int on_end;
};

static bool is_hopeless(struct patience *p, const struct log_buffer *b)
{
	p->on_end = b->damaged > p->damaged ? p->on_end + 1 : 0;
	p->damaged = b->damaged;
	return p->on_end >= DAMAGED_MAX;
}

static struct error *show_all(struct log_buffer *b, unsigned int levels,
			      kernel_log_callback *callback, void *arg)
{
	struct patience patience = { .on_end = 0 };
	struct log_record r;
	struct error *err;
	bool there;
	uint64_t i;

	for (i = 0; i < b->count && !is_hopeless(&patience, b); i++) {
		err = read_record(b, i, true, &r, &there);
		if (err)
			return err;
		if (there && levels & (1U << r.level) && !callback(arg, &r))
			break;
	}
	return NULL;
}

/* Find the last records, going backwards; their places, the last one first. */
static struct error *find_last(struct log_buffer *b, size_t last, unsigned int levels,
			       uint64_t *places, size_t *nr)
{
	struct patience patience = { .on_end = 0 };
	struct log_record r;
	struct error *err;
	bool there;
	uint64_t i;

	*nr = 0;
	for (i = b->count; i && *nr < last && !is_hopeless(&patience, b); i--) {
		err = read_record(b, i - 1, false, &r, &there);
		if (err)
			return err;
		if (there && levels & (1U << r.level))
			places[(*nr)++] = i - 1;
	}
	return NULL;
}

static struct error *show_last(struct log_buffer *b, size_t last, unsigned int levels,
			       kernel_log_callback *callback, void *arg)
{
	struct log_record r;
	struct error *err;
	uint64_t *places;
	bool there;
	size_t nr;

	if (last > b->count)
		last = b->count;
	places = malloc((last + 1) * sizeof(*places));
	if (!places)
		return error_nomem();
	err = find_last(b, last, levels, places, &nr);
	while (!err && nr) {
		err = read_record(b, places[--nr], true, &r, &there);
		if (!err && there && !callback(arg, &r))
			break;
	}
	free(places);
	return err;
}

static struct error *open_buffer(struct log_buffer *b)
{
	struct error *err = log_open_ring(b), *old;

	if (!err || err->kind != ERROR_NO)
		return err;
	old = log_open_old(b);
	if (!old || old->kind != ERROR_NO) {
		error_free(err);
		return old;
	}
	/* Neither: what the format of today lacks is what matters. */
	error_free(old);
	return err;
}

static struct error *tell_damaged(const struct log_buffer *b)
{
	if (!b->damaged)
		return NULL;
	return error_new(ERROR_PARTIAL, "%" PRIu64 " records of the guest's log are damaged",
			 b->damaged);
}

struct error *kernel_log(struct kernel *k, size_t last, unsigned int levels,
			 kernel_log_callback *callback, void *arg)
{
	struct log_buffer *b = calloc(1, sizeof(*b));
	struct error *err;

	if (!b)
		return error_nomem();
	b->k = k;
	if (!levels)
		levels = (1U << LOG_LEVELS) - 1;
	err = open_buffer(b);
	if (!err)
		err = last ? show_last(b, last, levels, callback, arg) :
			show_all(b, levels, callback, arg);
	if (!err)
		err = tell_damaged(b);
	free(b->positions);
	wipe_free(b, sizeof(*b));
	return err;
}

/* Append the text with a prefix before every line but the first. */
static void add_lines(const struct log_record *r, struct buf *b, size_t indent)
{
	const char *text = r->text, *end = r->text + r->len, *newline;

	for (;;) {
		newline = memchr(text, '\n', (size_t)(end - text));
		buf_add_escaped(b, text, (size_t)((newline ? newline : end) - text));
		if (!newline)
			break;
		text = newline + 1;
		buf_addf(b, "\n%*s", (int)indent, "");
	}
}

void log_record_format(const struct log_record *r, struct buf *b)
{
	size_t start = b->len;

	buf_addf(b, "[%5" PRIu64 ".%06" PRIu64 "] ", r->time_ns / NS_PER_SECOND,
		 r->time_ns % NS_PER_SECOND / 1000);
	add_lines(r, b, b->len - start);
	buf_addc(b, '\n');
}

void log_record_text(const struct log_record *r, struct buf *b)
{
	add_lines(r, b, 0);
}

void log_record_caller(const struct log_record *r, struct buf *b)
{
	if (r->has_caller)
		buf_addf(b, "%c%" PRIu32, r->caller & CALLER_CPU ? 'C' : 'T',
			 r->caller & ~CALLER_CPU);
}
