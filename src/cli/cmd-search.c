/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cli/access.h"
#include "cli/follow.h"
#include "cli/pattern.h"
#include "cli/progress.h"
#include "cli/range-arg.h"
#include "cli/repeat.h"
#include "cli/values.h"
#include "target/range.h"

#define CONTEXT 16		/* bytes shown from a match on */
#define MAX_DEFAULT 1000	/* matches */
#define TAIL_MAX (PATTERN_MAX - 1)

struct searcher {
	struct session *s;
	struct pattern pattern;
	uint64_t align;
	uint64_t max, found;
	uint64_t searched, missing;	/* bytes */
	struct range_run hole;	/* the first one */
	bool full;		/* max was reached, and there are more */
	uint64_t next;		/* the address of the next one then */
	/*
	 * The last bytes of a run that may go on, where a match, or what is shown
	 * of one, may not be complete yet: matches begin at tail_addr + 0 ... tail_len - 1.
	 */
	unsigned char tail[2 * TAIL_MAX];
	size_t tail_len;
	uint64_t tail_addr;
	struct progress progress;
	const struct ebcdic *ebcdic;
	struct hexdump_look look;
};

/* Bytes that are wanted from a match on. */
static size_t window(const struct searcher *sr)
{
	return sr->pattern.len > CONTEXT ? sr->pattern.len : CONTEXT;
}

static struct error *show_match(struct searcher *sr, uint64_t addr, const unsigned char *bytes,
				size_t len)
{
	struct out *o = sr->s->out;
	struct hexdump *dump;

	progress_end(&sr->progress);
	len = len < CONTEXT ? len : CONTEXT;
	if (out_is_json(o)) {
		/* JSON Lines: a document of its own. */
		out_str(o, "event", "match");
		out_hex(o, "address", addr);
		out_bytes(o, "data", bytes, len);
		return follow_next(sr->s, "search");
	}
	dump = hexdump_new(o, MEM_HEX, sr->ebcdic);
	if (!dump)
		return error_nomem();
	hexdump_look(dump, &sr->look);
	hexdump_data(dump, addr, bytes, len);
	hexdump_end(dump);
	return out_flush(o);
}

/* Matches in buf, len bytes from addr on, that begin before end. */
static struct error *find_all(struct searcher *sr, uint64_t addr, const unsigned char *buf,
			      size_t len, size_t end)
{
	uint64_t first = (sr->align - addr % sr->align) % sr->align;
	struct error *err = NULL;
	size_t at = 0;

	while (!err && !sr->full && !session_interrupted(sr->s)) {
		at = pattern_find(&sr->pattern, buf, len, at, end, first, sr->align);
		if (at == PATTERN_NONE)
			break;
		if (sr->found == sr->max) {
			sr->full = true;
			sr->next = addr + at;
			break;
		}
		sr->found++;
		err = show_match(sr, addr + at, buf + at, len - at);
		at++;
	}
	return err;
}

/* The run has ended: what is left of it. */
static struct error *end_run(struct searcher *sr)
{
	size_t len = sr->tail_len;

	sr->tail_len = 0;
	return find_all(sr, sr->tail_addr, sr->tail, len, len);
}

/* Keep the last bytes of a piece, as many as may begin what is not complete yet. */
static void keep_tail(struct searcher *sr, const unsigned char *data, size_t len, uint64_t addr)
{
	sr->tail_len = len < window(sr) - 1 ? len : window(sr) - 1;
	sr->tail_addr = addr + len - sr->tail_len;
	memmove(sr->tail, data + len - sr->tail_len, sr->tail_len);
}

/* The next bytes of a run. */
static struct error *search_data(struct searcher *sr, uint64_t addr, const unsigned char *data,
				 size_t len)
{
	size_t head = len < window(sr) - 1 ? len : window(sr) - 1, both;
	struct error *err = NULL;

	if (sr->tail_len) {
		memcpy(sr->tail + sr->tail_len, data, head);
		both = sr->tail_len + head;
		if (len < window(sr) - 1) {
			/* So short a piece: all of it goes into the tail. */
			if (both >= window(sr))
				err = find_all(sr, sr->tail_addr, sr->tail, both, both - window(sr) + 1);
			keep_tail(sr, sr->tail, both, sr->tail_addr);
			return err;
		}
		err = find_all(sr, sr->tail_addr, sr->tail, both, sr->tail_len);
	}
	if (!err && len >= window(sr))
		err = find_all(sr, addr, data, len, len - window(sr) + 1);
	keep_tail(sr, data, len, addr);
	return err;
}

static struct error *take_run(void *arg, const struct range_run *run)
{
	struct searcher *sr = arg;
	struct error *err;

	if (!run->code) {
		if (sr->tail_len && sr->tail_addr + sr->tail_len != run->addr)
			err = end_run(sr);
		else
			err = NULL;
		if (!err)
			err = search_data(sr, run->addr, run->data, (size_t)run->len);
		sr->searched += run->len;
	} else {
		err = end_run(sr);
		if (!sr->missing)
			sr->hole = *run;
		sr->missing += run->len;
	}
	progress_update(&sr->progress, sr->searched + sr->missing);
	return err;
}

/* Ends the walk when nothing more is wanted. */
static bool stop(void *arg)
{
	const struct searcher *sr = arg;

	return sr->full || session_interrupted(sr->s);
}

static void show_totals(struct searcher *sr)
{
	struct out *o = sr->s->out;

	out_num(o, "found", (long long)sr->found);
	out_bool(o, "complete", !sr->full);
	out_hex(o, "bytes_searched", sr->searched);
	out_hex(o, "bytes_missing", sr->missing);
	if (out_is_json(o))
		return;
	if (sr->full)
		log_note(&sr->s->log, "stopped after %" PRIu64 " match%s; --max allows more",
			 sr->found, sr->found == 1 ? "" : "es");
	if (sr->missing && sr->found)
		log_note(&sr->s->log, "%" PRIu64 " bytes could not be read", sr->missing);
}

static struct error *search_range(struct searcher *sr, const struct command_args *args,
				  const struct access *a, uint64_t len)
{
	struct session *s = sr->s;
	struct error *err;

	out_str(s->out, "event", "begin");
	out_hex(s->out, "address", a->addr);
	out_hex(s->out, "length", len);
	err = follow_next(s, "search");
	if (err)
		return err;
	progress_start(&sr->progress, &s->log, len);
	err = range_walk(s->target, a, len, RANGE_READ, take_run, sr, stop, sr);
	/* It was the search itself that has ended the walk. */
	if (err && err->kind == ERROR_PARTIAL && sr->full && !session_interrupted(s)) {
		error_free(err);
		err = NULL;
	}
	if (!err)
		err = end_run(sr);
	progress_end(&sr->progress);
	if (sr->full)
		repeat_set(s, args, args->argc - 1, sr->next, a->addr + len - 1);
	out_str(s->out, "event", "end");
	if (err && err->kind == ERROR_TARGET)
		return err;
	err = command_first_error(err, access_tell_space(s, a));
	show_totals(sr);
	if (err || sr->found)
		return err;
	if (!sr->missing)
		return error_new(ERROR_NO, "not found");
	if (!sr->searched)
		return access_hole_error(s, a, false, sr->hole.addr, sr->hole.code);
	return error_new(ERROR_PARTIAL, "not found, but %" PRIu64 " of %" PRIu64 " bytes could not be read",
			 sr->missing, len);
}

static struct error *parse_count(const char *text, const char *what, uint64_t def, uint64_t *value)
{
	*value = def;
	return text ? length_parse(text, what, value) : NULL;
}

static struct error *parse_options(const struct command_args *args, struct searcher *sr)
{
	const unsigned int types = ~(1U << MEM_RAW);
	enum mem_type type;
	struct error *err;

	err = values_type(command_opt(args, "type"), MEM_HEX, types, &type);
	if (!err)
		err = pattern_parse(type, sr->s->settings.codepage, args->argv[args->argc - 1],
				    command_opt(args, "mask"), &sr->pattern);
	if (!err)
		err = parse_count(command_opt(args, "align"), "alignment", 1, &sr->align);
	if (!err)
		err = parse_count(command_opt(args, "max"), "number of matches", MAX_DEFAULT, &sr->max);
	return err;
}

static struct error *run_search(struct session *s, const struct command_args *args)
{
	struct searcher sr = { .s = s };
	struct range_arg range = { .addr = NULL };
	uint64_t len = 0;
	struct access a;
	struct error *err;

	err = parse_options(args, &sr);
	if (!err)
		err = access_parse(s, args, &a);
	if (!err)
		err = args->argc == 2 ? range_arg_word(args->argv[0], false, &range) :
			range_arg_pair(args->argv[0], args->argv[1], &range);
	if (!err)
		err = range_arg_eval(s, &range, &a, &len);
	range_arg_free(&range);
	sr.look.columns = (size_t)s->settings.columns;
	sr.look.plain = s->settings.plain;
	if (!err && settings_use_ebcdic(s, false))
		err = session_ebcdic(s, &sr.ebcdic);
	if (!err)
		err = access_ready(s, &a);
	if (!err)
		err = search_range(&sr, args, &a, len);
	pattern_free(&sr.pattern);
	return err;
}

static const struct command_option options[] = {
	{ "type", 't', "TYPE", "hex (default; ? is any digit), u8, u16, u32, u64, str or ebcdic" },
	{ "mask", 0, "HEX", "only the bits of PATTERN count that are one in HEX" },
	{ "align", 0, "N", "only at addresses that are multiples of N" },
	{ "max", 0, "N", "stop after N matches (1000)" },
	ACCESS_OPTIONS,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_search = {
	.name = "search",
	.args = "RANGE PATTERN",
	.min_args = 2,
	.max_args = 3,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "search guest memory for a pattern",
	.help =
"Show the addresses in RANGE where PATTERN is found, with 16 bytes from there on.\n"
"RANGE is FIRST-LAST, FIRST:LAST, ADDR.LEN, ADDR+LEN, or ADDR LEN as two words.\n"
"PATTERN is hex digits in pairs, of which \"?\" may be any, or as -t says. What\n"
"cannot be read is passed over. The exit code is 1 if nothing is found, 3 if\n"
"nothing is found but not all could be read. With --json each match is a line of\n"
"its own, as soon as it is found, and a last line has the totals. In the shell an\n"
"empty line searches on where --max has ended it.\n",
	.example =
"$ s390memctl -d web1.elf search home:0+256M -t str 'Linux version'\n"
"0000000000ae10c0  4c696e75 78207665 7273696f 6e20362e  |Linux version 6.|\n"
"0000000000b609a8  4c696e75 78207665 7273696f 6e20362e  |Linux version 6.|\n"
"00000000012b1b70  4c696e75 78207665 7273696f 6e20362e  |Linux version 6.|\n",
	.see_also = "read diff map",
	.answers_no = "nothing is found",
	.run = run_search,
};
