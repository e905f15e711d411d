/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/store.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "cli/access.h"
#include "cli/audit.h"
#include "cli/excerpt.h"
#include "cli/progress.h"

struct store {
	struct session *s;
	const char *command;
	struct access access;
	uint64_t len;
	store_source *source;
	void *arg;
	unsigned char old[AUDIT_PIECE];
	unsigned char new_[AUDIT_PIECE];
	bool old_unknown;	/* --inject at a place that cannot be read */
	bool begun;		/* syslog knows of it */
	uint64_t done;
	struct excerpt old_shown, new_shown;
};

static struct audit_record make_record(const struct store *st, uint64_t offset, uint64_t len)
{
	const struct target *t = st->s->target;

	return (struct audit_record){
		.command = st->command,
		.guest = t->name,
		.pid = t->pid,
		.vcpu = t->vcpu,
		.space = t->last_space,
		.ar = st->access.ar,
		.alet = st->access.alet,
		.asce = st->access.asce,
		.key = st->access.key,
		.addr = st->access.addr + offset,
		.len = len,
		.old = st->old_unknown ? NULL : st->old,
		.new_ = st->new_,
	};
}

/* The bytes that stand where the piece will be written. */
static struct error *read_old(struct store *st, uint64_t offset, size_t n)
{
	struct target *t = st->s->target;
	struct access a = st->access;
	struct error *err;
	size_t done;

	a.addr += offset;
	a.inject = false;
	err = t->ops->read(t, &a, st->old, n, &done);
	if (err && err->kind == ERROR_ACCESS && st->access.inject) {
		/* The exception is what was asked for; the write will deliver it. */
		error_free(err);
		st->old_unknown = true;
		return NULL;
	}
	if (!err && t->ar_bug_met)
		return error_new(ERROR_TARGET,
				 "the access-register bug of the host's kernel was met while reading the old bytes");
	return err;
}

static struct error *store_piece(struct store *st, uint64_t offset, size_t n)
{
	struct target *t = st->s->target;
	struct access a = st->access;
	struct audit_record r;
	struct error *err, *recorded;
	size_t done = 0;

	err = st->source(st->arg, offset, st->new_, n);
	if (!err)
		err = read_old(st, offset, n);
	if (err)
		return err;
	if (!st->begun) {
		r = make_record(st, 0, st->len);
		audit_syslog(&r, 0, NULL);
		st->begun = true;
	}
	r = make_record(st, offset, n);
	err = audit_before(st->s->audit, &r);
	if (err)
		return err;
	a.addr += offset;
	err = t->ops->write(t, &a, st->new_, n, &done);
	st->done += done;
	excerpt_add(&st->old_shown, st->old, done);
	excerpt_add(&st->new_shown, st->new_, done);
	r.space = t->last_space;
	recorded = audit_after(st->s->audit, &r, done, err ? err->message : "done");
	return command_first_error(err, recorded);
}

/*
 * Would all of it succeed? Not asked with --inject, where failing is the
 * purpose, and of the SIDA, which the kernel cannot check.
 */
static struct error *check_whole(struct store *st)
{
	struct target *t = st->s->target;
	struct error *err;
	uint64_t done;

	if (st->access.inject || st->access.space == SPACE_SIDA)
		return NULL;
	err = t->ops->check(t, &st->access, true, st->len, &done);
	if (!err && t->ar_bug_met)
		err = error_new(ERROR_TARGET,
				"the access-register bug of the host's kernel was met while checking the range");
	return err;
}

static struct error *store_pieces(struct store *st)
{
	struct error *err = check_whole(st);
	uint64_t left;

	while (!err && st->done < st->len) {
		if (session_interrupted(st->s))
			return error_new(ERROR_PARTIAL, "interrupted");
		left = st->len - st->done;
		err = store_piece(st, st->done, left < AUDIT_PIECE ? (size_t)left : AUDIT_PIECE);
	}
	return err;
}

/* Which bytes were written, for people: "16 bytes written, 0000000000001000-000000000000100f". */
static struct error *tell_written(const struct store *st, struct error *err)
{
	uint64_t first = st->access.addr, last = first + st->done - 1;
	struct out *o = st->s->out;

	out_hex(o, "address", first);
	out_hex(o, "length", st->len);
	out_num(o, "written", (long long)st->done);
	if (st->done == 0)
		return err ? error_prefix(err, "nothing was written") : NULL;
	out_text(o, "%" PRIu64 " byte%s written, %016" PRIx64 "-%016" PRIx64 "\n", st->done,
		 st->done == 1 ? "" : "s", first, last);
	if (!err)
		return NULL;
	return error_prefix(err, "only %" PRIu64 " of %" PRIu64 " bytes were written (%016" PRIx64
			    "-%016" PRIx64 ")", st->done, st->len, first, last);
}

static struct error *show(const struct store *st)
{
	struct error *err = NULL;

	if (st->done == 0)
		return NULL;
	if (!st->old_unknown)
		err = excerpt_show(&st->old_shown, st->s->out, "old", st->access.addr);
	return err ? err : excerpt_show(&st->new_shown, st->s->out, "new", st->access.addr);
}

struct error *store_range(struct session *s, const struct command_args *args,
			  const struct access *a, uint64_t len, store_source *source, void *arg)
{
	struct error *err = session_attach(s), *shown;
	struct audit_record r;
	struct store *st;

	if (err)
		return err;
	st = calloc(1, sizeof(*st));
	if (!st)
		return error_nomem();
	st->s = s;
	st->command = args->cmd->name;
	st->access = *a;
	st->len = len;
	st->source = source;
	st->arg = arg;

	err = store_pieces(st);
	if (st->begun) {
		r = make_record(st, 0, len);
		audit_syslog(&r, st->done, err ? err->message : "done");
	}
	shown = show(st);
	err = tell_written(st, err);
	err = command_first_error(err, shown);
	if (!err || err->kind == ERROR_ACCESS || st->done)
		err = command_first_error(err, access_tell_space(s, a));
	wipe_free(st, sizeof(*st));
	return err;
}

/* A source, and how far it has come. */
struct shown_source {
	store_source *source;
	void *arg;
	struct progress progress;
};

static struct error *next_piece(void *arg, uint64_t offset, void *buf, size_t n)
{
	struct shown_source *shown = arg;

	progress_update(&shown->progress, offset);
	return shown->source(shown->arg, offset, buf, n);
}

struct error *store_at(struct session *s, const struct command_args *args, const char *addr,
		       uint64_t len, store_source *source, void *arg)
{
	struct shown_source shown = { .source = source, .arg = arg };
	struct access a;
	struct error *err = access_parse(s, args, &a);

	if (!err)
		err = access_addr(s, addr, &a);
	if (!err)
		err = access_check_range(a.addr, len);
	if (!err)
		err = access_ready(s, &a);
	if (err)
		return err;
	progress_start(&shown.progress, &s->log, len);
	err = store_range(s, args, &a, len, next_piece, &shown);
	progress_end(&shown.progress);
	return err;
}
