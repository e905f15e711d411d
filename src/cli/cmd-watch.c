/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "arch/pgm.h"
#include "cli/access.h"
#include "cli/compare.h"
#include "cli/options.h"
#include "cli/signals.h"

#define INTERVAL_DEFAULT 1000000000ULL	/* ns */
#define NS_PER_S 1000000000ULL

struct watcher {
	struct session *s;
	struct access access;
	size_t len;
	uint64_t interval;	/* ns */
	uint64_t count;		/* readings behind the first one; 0: until interrupted */
	struct piece pieces[2];
	struct piece *before, *now;
	enum space space;	/* of the first reading */
	bool changed;		/* in this reading */
	uint64_t readings, changes, skipped;
	char time[40];		/* of this reading */
};

/* The time of day; JSON: the date too, in UTC. */
static void stamp(struct watcher *w)
{
	struct timespec ts;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out_is_json(w->s->out))
		gmtime_r(&ts.tv_sec, &tm);
	else
		localtime_r(&ts.tv_sec, &tm);
	len = strftime(w->time, sizeof(w->time) - 8,
		       out_is_json(w->s->out) ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
	snprintf(w->time + len, sizeof(w->time) - len, ".%03ld%s", ts.tv_nsec / 1000000,
		 out_is_json(w->s->out) ? "Z" : "");
}

/* The first change of a reading: when, and the document's array. */
static void begin_changes(struct watcher *w)
{
	struct out *o = w->s->out;

	if (w->changed)
		return;
	w->changed = true;
	stamp(w);
	out_text(o, "%s\n", w->time);
	out_str(o, "time", w->time);
	out_array(o, "runs");
}

/* A range has become readable, or met another exception. */
static void show_code(struct out *o, uint64_t addr, const struct compare_run *run)
{
	out_text(o, "%016" PRIx64 "-%016" PRIx64 "  ", addr, addr + run->len - 1);
	if (run->code[1]) {
		out_text(o, "%s (%04x)\n", pgm_name(run->code[1]), run->code[1]);
		out_hex(o, "code", run->code[1]);
		out_str(o, "name", pgm_name(run->code[1]));
	} else {
		out_text(o, "can be read now\n");
		excerpt_show(&run->bytes[1], o, "new", addr);
	}
}

static struct error *take_run(void *arg, const struct compare_run *run)
{
	struct watcher *w = arg;
	uint64_t addr = w->access.addr + run->offset;
	struct out *o = w->s->out;

	if (run->code[0] && run->code[0] == run->code[1])
		return NULL;
	begin_changes(w);
	w->changes++;
	out_object(o, NULL);
	out_hex(o, "address", addr);
	out_hex(o, "length", run->len);
	if (run->code[0] || run->code[1])
		show_code(o, addr, run);
	else
		compare_show_bytes(o, run, addr, addr);
	out_close(o);
	return NULL;
}

/* JSON Lines: each reading with changes is a document of its own. */
static struct error *end_changes(struct watcher *w)
{
	struct out *o = w->s->out;
	struct error *err;

	if (!w->changed)
		return NULL;
	w->changed = false;
	out_close(o);
	out_end(o, 0);
	err = out_flush(o);
	out_begin(o, "watch");
	return err;
}

/* Wait for the next reading; signals are let in only in ppoll(2). */
static void wait_interval(const struct watcher *w)
{
	const struct timespec interval = {
		.tv_sec = (time_t)(w->interval / NS_PER_S),
		.tv_nsec = (long)(w->interval % NS_PER_S),
	};
	sigset_t ours, before;

	signals_set(&ours);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!session_interrupted(w->s))
		ppoll(NULL, 0, &interval, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Read all; where the PSW has gone to another space since, nothing can be said. */
static struct error *take_reading(struct watcher *w)
{
	struct compare c = { .fn = take_run, .arg = w };
	struct piece *swap = w->before;
	struct error *err;

	err = piece_read(w->s, &w->access, w->len, w->now);
	if (err)
		return err;
	w->readings++;
	if (w->s->target->last_space != w->space) {
		w->skipped++;
		return NULL;
	}
	err = compare_pieces(&c, 0, w->before, w->now, w->len);
	if (!err)
		err = compare_end(&c);
	w->before = w->now;
	w->now = swap;
	return err ? err : end_changes(w);
}

static struct error *watch_all(struct watcher *w)
{
	struct error *err = piece_read(w->s, &w->access, w->len, w->before);

	w->space = w->s->target->last_space;
	if (!err)
		err = access_tell_space(w->s, &w->access);
	if (err)
		return err;
	/* JSON: what is watched is the first document. */
	out_hex(w->s->out, "address", w->access.addr);
	out_hex(w->s->out, "length", w->len);
	out_end(w->s->out, 0);
	err = out_flush(w->s->out);
	out_begin(w->s->out, "watch");
	while (!err && (!w->count || w->readings < w->count)) {
		wait_interval(w);
		if (session_interrupted(w->s))
			break;
		err = take_reading(w);
	}
	out_num(w->s->out, "readings", (long long)w->readings);
	out_num(w->s->out, "changes", (long long)w->changes);
	out_num(w->s->out, "skipped", (long long)w->skipped);
	if (w->skipped)
		log_note(&w->s->log, "%" PRIu64 " of %" PRIu64 " readings do not count: the PSW had selected another space than %s",
			 w->skipped, w->readings, space_name(w->space));
	return err;
}

static struct error *parse_options(const struct command_args *args, struct watcher *w)
{
	const char *interval = command_opt(args, "interval"), *count = command_opt(args, "count");
	struct error *err = NULL;
	uint64_t len = 0;

	w->interval = INTERVAL_DEFAULT;
	if (interval)
		err = options_time(interval, &w->interval);
	if (!err && count)
		err = length_parse(count, "number of readings", &w->count);
	if (!err)
		err = length_parse(args->argv[1], "length", &len);
	if (!err && len > PIECE_MAX)
		err = error_new(ERROR_USAGE, "length %" PRIu64 " is more than the %u bytes that can be watched",
				len, PIECE_MAX);
	w->len = (size_t)len;
	return err;
}

static struct error *run_watch(struct session *s, const struct command_args *args)
{
	struct watcher w = { .s = s };
	struct error *err;

	err = parse_options(args, &w);
	if (!err)
		err = access_parse(s, args, &w.access);
	if (!err)
		err = access_addr(s, args->argv[0], &w.access);
	if (!err)
		err = access_check_range(w.access.addr, w.len);
	if (!err)
		err = access_ready(s, &w.access);
	if (!err && !s->target->ops->live)
		err = error_new(ERROR_REFUSED, "a dump does not change");
	if (!err)
		err = piece_init(&w.pieces[0], w.len);
	if (!err)
		err = piece_init(&w.pieces[1], w.len);
	w.before = &w.pieces[0];
	w.now = &w.pieces[1];
	if (!err)
		err = watch_all(&w);
	piece_free(&w.pieces[0]);
	piece_free(&w.pieces[1]);
	return err;
}

static const struct command_option options[] = {
	{ "interval", 0, "TIME", "time between readings (1s)" },
	{ "count", 0, "N", "end after N readings behind the first one" },
	ACCESS_OPTIONS,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_watch = {
	.name = "watch",
	.args = "ADDR LEN",
	.min_args = 2,
	.max_args = 2,
	.flags = CMD_NEEDS_TARGET | CMD_STREAMS,
	.options = options,
	.summary = "show how guest memory changes",
	.help =
"Read LEN bytes from ADDR on again and again, once a second or as --interval\n"
"says, and show what has changed since the reading before: time, address, old and\n"
"new bytes. The vCPU stands still only for the reading itself. Ctrl-C ends it, or\n"
"--count. With --json each reading with changes is a line of its own, and a last\n"
"line has the totals.\n",
	.example =
"$ s390memctl -g web1 watch --space=abs 0x1000 8\n"
"12:04:31.206\n"
"0000000000001006  01f3 -> 0258\n"
"12:04:32.207\n"
"0000000000001006  0258 -> 02bd\n"
"^C\n",
	.see_also = "read diff",
	.run = run_watch,
};
