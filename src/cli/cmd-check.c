/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "arch/pgm.h"
#include "cli/access.h"
#include "cli/progress.h"
#include "target/range.h"

struct checker {
	struct session *s;
	const char *word;	/* "fetch" or "store" */
	struct progress *progress;
	uint64_t first;		/* address */
	uint64_t faulting;	/* bytes */
	uint64_t *runs;		/* shown so far, by both words */
	/* Neighbours that are alike, not printed yet; len 0: none. */
	struct range_run pending;
};

static struct error *print_pending(struct checker *c)
{
	const struct range_run *run = &c->pending;
	struct out *o = c->s->out;

	if (!run->len)
		return NULL;
	progress_end(c->progress);
	if (c->s->json && *c->runs == COMMAND_JSON_MAX)
		return error_hint(error_new(ERROR_PARTIAL, "stopped at %016" PRIx64 ", after %d runs: a JSON document takes no more",
					    run->addr, COMMAND_JSON_MAX),
				  "check a shorter range, or leave out --json");
	++*c->runs;
	out_text(o, "%s %016" PRIx64 "-%016" PRIx64 "  ", c->word, run->addr,
		 run->addr + run->len - 1);
	out_object(o, NULL);
	out_str(o, "operation", c->word);
	out_hex(o, "address", run->addr);
	out_hex(o, "length", run->len);
	out_bool(o, "accessible", run->code == 0);
	if (run->code) {
		c->faulting += run->len;
		out_text(o, "%s (%04x)\n", pgm_name(run->code), run->code);
		out_hex(o, "code", run->code);
		out_str(o, "name", pgm_name(run->code));
	} else {
		out_text(o, "accessible\n");
	}
	out_close(o);
	c->pending.len = 0;
	return NULL;
}

static struct error *take_run(void *arg, const struct range_run *run)
{
	struct checker *c = arg;
	struct error *err;

	progress_update(c->progress, run->addr + run->len - c->first);
	if (c->pending.len && c->pending.code == run->code &&
	    c->pending.addr + c->pending.len == run->addr) {
		c->pending.len += run->len;
		return NULL;
	}
	err = print_pending(c);
	c->pending = *run;
	return err;
}

static struct error *check_one(struct session *s, const struct access *a, bool store,
			       uint64_t len, uint64_t *faulting, uint64_t *runs)
{
	struct progress progress;
	struct checker c = {
		.s = s, .word = store ? "store" : "fetch", .progress = &progress, .first = a->addr,
		.runs = runs,
	};
	struct error *err;

	progress_start(&progress, &s->log, len);
	err = range_walk(s->target, a, len, store ? RANGE_CHECK_STORE : RANGE_CHECK_FETCH,
			 take_run, &c, session_interrupted, s);
	progress_end(&progress);
	err = command_first_error(err, print_pending(&c));
	*faulting += c.faulting;
	return err;
}

static struct error *check_range(struct session *s, const struct access *a, const char *mode,
				 uint64_t len)
{
	uint64_t faulting = 0, runs = 0;
	struct error *err = NULL;

	out_hex(s->out, "address", a->addr);
	out_hex(s->out, "length", len);
	out_array(s->out, "runs");
	if (strchr(mode, 'r'))
		err = check_one(s, a, false, len, &faulting, &runs);
	if (!err && strchr(mode, 'w'))
		err = check_one(s, a, true, len, &faulting, &runs);
	out_close(s->out);
	if (err && err->kind == ERROR_TARGET)
		return err;
	err = command_first_error(err, access_tell_space(s, a));
	if (!err && faulting)
		err = error_new(ERROR_NO, "an access to %" PRIu64 " byte%s would fail", faulting,
				faulting == 1 ? "" : "s");
	return err;
}

static struct error *run_check(struct session *s, const struct command_args *args)
{
	const char *mode = args->argc == 3 ? args->argv[0] : "r";
	char **argv = args->argv + (args->argc == 3);
	struct access a;
	struct error *err;
	uint64_t len = 0;

	if (strcmp(mode, "r") && strcmp(mode, "w") && strcmp(mode, "rw"))
		return error_new(ERROR_USAGE, "the first of three arguments must be r, w or rw");
	err = length_parse(argv[1], "length", &len);
	if (!err)
		err = access_parse(s, args, &a);
	if (!err)
		err = access_addr(s, argv[0], &a);
	if (!err)
		err = access_check_range(a.addr, len);
	if (!err)
		err = access_ready(s, &a);
	return err ? err : check_range(s, &a, mode, len);
}

static const struct command_option options[] = {
	ACCESS_OPTIONS,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_check = {
	.name = "check",
	.args = "[r|w|rw] ADDR LEN",
	.min_args = 2,
	.max_args = 3,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "tell which accesses would fail, and why",
	.help =
"Tell for LEN bytes from ADDR on whether the vCPU could fetch (r, the default)\n"
"or store (w) them, and if not, which exception it would meet. Nothing is read\n"
"and nothing is written. The exit code is 1 if any access would fail, 3 if --json\n"
"ended it after 100000 runs.\n",
	.example =
"$ s390memctl -g web1 check rw 0x400000 8K\n"
"fetch 0000000000400000-0000000000400fff  accessible\n"
"fetch 0000000000401000-0000000000401fff  page-translation exception (0011)\n"
"store 0000000000400000-0000000000400fff  protection exception (0004)\n"
"store 0000000000401000-0000000000401fff  page-translation exception (0011)\n"
"s390memctl: primary space, as the PSW says\n"
"s390memctl: an access to 12288 bytes would fail\n",
	.see_also = "translate read map",
	.answers_no = "an access would fail",
	.run = run_check,
};
