/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "arch/pgm.h"
#include "cli/access.h"
#include "cli/compare.h"
#include "cli/follow.h"
#include "cli/options.h"

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
	char time[FOLLOW_STAMP_MAX];	/* of this reading */
};

/* The first change of a reading: when, and the document's array. */
static void begin_changes(struct watcher *w)
{
	struct out *o = w->s->out;

	if (w->changed)
		return;
	w->changed = true;
	follow_stamp(o, w->time);
	out_text(o, "%s\n", w->time);
	out_str(o, "event", "changes");
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
	if (!w->changed)
		return NULL;
	w->changed = false;
	out_close(w->s->out);
	return follow_next(w->s, "watch");
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
	out_str(w->s->out, "event", "begin");
	out_hex(w->s->out, "address", w->access.addr);
	out_hex(w->s->out, "length", w->len);
	err = follow_next(w->s, "watch");
	while (!err && (!w->count || w->readings < w->count)) {
		err = follow_wait(w->s, w->interval);
		if (err || session_interrupted(w->s))
			break;
		err = take_reading(w);
	}
	/* In the middle of a reading behind the first, too, the signal is how this ends. */
	if (err && err->kind == ERROR_PARTIAL && session_interrupted(w->s)) {
		error_free(err);
		err = NULL;
	}
	out_str(w->s->out, "event", "end");
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

	w->interval = FOLLOW_INTERVAL_NS;
	if (interval)
		err = options_time(interval, 10, &w->interval);
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
"new bytes. The vCPU stands still only for the reading itself. Ctrl-C or SIGTERM\n"
"ends it, or --count; a reading that this cuts short does not count, and is no\n"
"error. With --json each reading with changes is a line of its own, and a last\n"
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
