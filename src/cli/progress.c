/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

#define NS_PER_S 1000000000ULL
#define INTERVAL_NS (NS_PER_S / 5)
#define PLAIN_INTERVAL_NS (NS_PER_S * 10)
#define MIB 1048576.0

void progress_start(struct progress *p, const struct log *log, uint64_t total)
{
	*p = (struct progress){ .log = log, .total = total };
	p->stream = log->terminal ? log->terminal : log->stream;
	p->on = !log->quiet && isatty(fileno(p->stream)) > 0;
	clock_gettime(CLOCK_MONOTONIC, &p->start);
}

static uint64_t elapsed_ns(const struct progress *p)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)(now.tv_sec - p->start.tv_sec) * NS_PER_S + (uint64_t)now.tv_nsec -
	       (uint64_t)p->start.tv_nsec;
}

/* Is it time to show something? */
static bool is_due(struct progress *p)
{
	uint64_t ns;

	if (!p->on || p->log->hidden)
		return false;
	ns = elapsed_ns(p);
	if (p->log->tick && ns - p->tick_ns >= INTERVAL_NS) {
		p->tick_ns = ns;
		p->log->tick(p->log->tick_arg);
	}
	if (ns - p->last_ns < (p->log->plain ? PLAIN_INTERVAL_NS : INTERVAL_NS))
		return false;
	p->last_ns = ns;
	p->shown = !p->log->plain;
	return true;
}

/* Before and behind a text: it replaces the one before, or is a line of its own. */
static void begin_text(struct progress *p)
{
	if (!p->log->plain)
		fputc('\r', p->stream);
}

static void end_text(struct progress *p)
{
	fputs(p->log->plain ? "\n" : " \033[K", p->stream);
	fflush(p->stream);
}

/* What is done in percent, an amount, its rate, the time left. */
static void show_part(struct progress *p, uint64_t done, const char *amount, const char *rate)
{
	double seconds = (double)p->last_ns / NS_PER_S, left;

	/* Who tells both may be wrong. */
	if (done > p->total)
		done = p->total;
	left = (double)(p->total - done) / ((double)done / seconds);
	begin_text(p);
	fprintf(p->stream, "%s%5.1f%%  %s  %s  %" PRIu64 ":%02" PRIu64 " left",
		p->label ? p->label : "",
		100.0 * (double)done / (double)p->total, amount, rate,
		(uint64_t)left / 60, (uint64_t)left % 60);
	end_text(p);
}

void progress_update(struct progress *p, uint64_t done)
{
	char amount[64], rate[32];

	if (done == 0 || p->total == 0 || !is_due(p))
		return;
	snprintf(amount, sizeof(amount), "%.1f of %.1f MiB", (double)done / MIB,
		 (double)p->total / MIB);
	snprintf(rate, sizeof(rate), "%.1f MiB/s",
		 (double)done / MIB / ((double)p->last_ns / NS_PER_S));
	show_part(p, done, amount, rate);
}

void progress_count(struct progress *p, uint64_t done, uint64_t count, const char *what)
{
	char amount[64], rate[32];

	if (done == 0 || p->total == 0 || !is_due(p))
		return;
	snprintf(amount, sizeof(amount), "%" PRIu64 " %s", count, what);
	snprintf(rate, sizeof(rate), "%.0f/s", (double)count / ((double)p->last_ns / NS_PER_S));
	show_part(p, done, amount, rate);
}

void progress_note(struct progress *p, const char *fmt, ...)
{
	va_list ap;

	if (!is_due(p))
		return;
	begin_text(p);
	va_start(ap, fmt);
	vfprintf(p->stream, fmt, ap);
	va_end(ap);
	end_text(p);
}

void progress_end(struct progress *p)
{
	if (!p->shown || p->log->hidden)
		return;
	fputs("\r\033[K", p->stream);
	fflush(p->stream);
	p->shown = false;
}
