/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "arch/pgm.h"
#include "cli/access.h"
#include "cli/compare.h"
#include "cli/infile.h"
#include "cli/progress.h"
#include "cli/range-arg.h"

#define MAX_DEFAULT 1000	/* runs of differing bytes */

struct differ {
	struct session *s;
	struct access first, second;
	enum space space, space2;	/* that they were read from */
	bool has_file;
	struct infile file;	/* instead of second */
	uint64_t len;
	uint64_t max, runs;
	uint64_t differing, missing;	/* bytes */
	bool full;		/* max was reached, and there are more */
	struct compare_run hole;	/* the first one, without bytes */
	struct progress progress;
};

/* Bytes that cannot be compared: which side has them not, and why. */
static void show_hole(struct differ *d, const struct compare_run *run)
{
	const char *side = run->code[0] && run->code[1] ? "both" : run->code[0] ? "first" : "second";
	uint16_t code = run->code[0] ? run->code[0] : run->code[1];
	uint64_t addr = d->first.addr + run->offset;
	struct out *o = d->s->out;

	out_text(o, "%016" PRIx64 "-%016" PRIx64 "  not compared: %s (%04x), %s\n", addr,
		 addr + run->len - 1, pgm_name(code), code,
		 run->code[0] && run->code[1] ? "both sides" :
		 run->code[0] ? "first range" : "second range");
	out_str(o, "missing", side);
	out_hex(o, "code", code);
	out_str(o, "name", pgm_name(code));
	if (!d->missing)
		d->hole = *run;
	d->missing += run->len;
}

static struct error *take_run(void *arg, const struct compare_run *run)
{
	uint64_t addr2;
	struct differ *d = arg;
	struct out *o = d->s->out;

	if (d->runs == d->max) {
		d->full = true;
		return error_new(ERROR_NO, "stopped after %" PRIu64 " run%s", d->runs,
				 d->runs == 1 ? "" : "s");
	}
	d->runs++;
	progress_end(&d->progress);
	out_object(o, NULL);
	out_hex(o, "address", d->first.addr + run->offset);
	addr2 = d->has_file ? d->first.addr + run->offset : d->second.addr + run->offset;
	if (!d->has_file)
		out_hex(o, "address2", addr2);
	out_hex(o, "length", run->len);
	if (run->code[0] || run->code[1]) {
		show_hole(d, run);
	} else {
		compare_show_bytes(o, run, d->first.addr + run->offset, addr2);
		d->differing += run->len;
	}
	out_close(o);
	return out_flush(o);
}

/* The second side's bytes at offset. */
static struct error *read_second(struct differ *d, uint64_t offset, size_t len, struct piece *p)
{
	struct access a = d->second;
	struct error *err;

	if (d->has_file) {
		p->holes = false;
		return infile_source(&d->file, offset, p->data, len);
	}
	a.addr += offset;
	err = piece_read(d->s, &a, len, p);
	d->space2 = d->s->target->last_space;
	return err;
}

static struct error *compare_all(struct differ *d, struct piece *first, struct piece *second)
{
	struct compare c = { .fn = take_run, .arg = d };
	struct access a = d->first;
	struct error *err = NULL;
	uint64_t offset = 0;
	size_t n;

	while (!err && offset < d->len) {
		n = d->len - offset < PIECE_MAX ? (size_t)(d->len - offset) : PIECE_MAX;
		a.addr = d->first.addr + offset;
		err = piece_read(d->s, &a, n, first);
		d->space = d->s->target->last_space;
		if (!err)
			err = read_second(d, offset, n, second);
		if (!err)
			err = compare_pieces(&c, offset, first, second, n);
		offset += n;
		progress_update(&d->progress, offset);
	}
	return err && d->full ? err : command_first_error(err, compare_end(&c));
}

static struct error *result(struct differ *d, const struct error *ended)
{
	struct session *s = d->s;
	struct out *o = s->out;

	out_hex(o, "bytes_differing", d->differing);
	out_hex(o, "bytes_missing", d->missing);
	out_bool(o, "complete", !d->full && !ended);
	if (d->full)
		return error_hint(error_new(ERROR_NO, "stopped after %" PRIu64 " run%s, with %" PRIu64 " differing byte%s",
					    d->runs, d->runs == 1 ? "" : "s", d->differing,
					    d->differing == 1 ? "" : "s"),
				  "--max allows more");
	if (d->differing)
		return error_new(ERROR_NO, "%" PRIu64 " of %" PRIu64 " bytes differ", d->differing, d->len);
	if (d->missing == d->len && d->hole.code[0])
		return access_hole_error(s, &d->first, false, d->first.addr, d->hole.code[0]);
	if (d->missing)
		return error_new(ERROR_PARTIAL, "%" PRIu64 " of %" PRIu64 " bytes could not be compared",
				 d->missing, d->len);
	return NULL;
}

/* Which spaces were compared. */
static struct error *tell_spaces(struct differ *d)
{
	struct session *s = d->s;
	struct error *err;

	s->target->last_space = d->space;
	err = access_tell_space(s, &d->first);
	if (d->has_file || err)
		return err;
	out_str(s->out, "space2", space_short_name(d->space2));
	if (out_is_json(s->out) || d->first.space == SPACE_AUTO)
		return NULL;
	s->target->last_space = d->space2;
	return access_tell_space(s, &d->second);
}

static struct error *diff_ranges(struct differ *d)
{
	struct piece first = { .data = NULL }, second = { .data = NULL };
	struct session *s = d->s;
	struct error *err;

	out_hex(s->out, "address", d->first.addr);
	if (!d->has_file)
		out_hex(s->out, "address2", d->second.addr);
	out_hex(s->out, "length", d->len);
	out_array(s->out, "runs");
	err = piece_init(&first, PIECE_MAX);
	if (!err)
		err = piece_init(&second, PIECE_MAX);
	progress_start(&d->progress, &s->log, d->len);
	if (!err)
		err = compare_all(d, &first, &second);
	progress_end(&d->progress);
	out_close(s->out);
	piece_free(&first);
	piece_free(&second);
	if (d->full) {
		error_free(err);
		err = NULL;
	}
	if (err && err->kind == ERROR_TARGET)
		return err;
	err = command_first_error(err, tell_spaces(d));
	return command_first_error(err, result(d, err));
}

/* The words of one side: a range, or an address of which the length is known otherwise. */
static struct error *parse_side(struct session *s, int argc, char **argv, bool or_addr,
				struct access *a, uint64_t *len)
{
	struct range_arg range = { .addr = NULL };
	struct error *err;

	err = argc == 1 ? range_arg_word(argv[0], or_addr, &range) :
		range_arg_pair(argv[0], argv[1], &range);
	if (!err)
		err = range_arg_eval(s, &range, a, len);
	range_arg_free(&range);
	return err;
}

static struct error *parse_file(struct differ *d, const struct command_args *args, const char *path)
{
	uint64_t len = 0;
	struct error *err;

	if (args->argc > 2)
		return error_new(ERROR_USAGE, "with --file there is one range");
	err = infile_open(path, &d->file);
	if (err)
		return err;
	d->has_file = true;
	err = parse_side(d->s, args->argc, args->argv, true, &d->first, &len);
	d->len = len ? len : d->file.size;
	if (!err && d->len > d->file.size)
		err = error_new(ERROR_USAGE, "file '%s' has %" PRIu64 " bytes, the range %" PRIu64,
				d->file.shown, d->file.size, d->len);
	return err ? err : access_check_range(d->first.addr, d->len);
}

static struct error *parse_ranges(struct differ *d, const struct command_args *args)
{
	int n = args->argc > 2 ? 2 : 1;
	uint64_t len = 0;
	struct error *err;

	if (args->argc < 2)
		return error_hint(error_new(ERROR_USAGE, "a second range is missing"),
				  "or compare with a file: --file=FILE");
	err = parse_side(d->s, n, args->argv, false, &d->first, &d->len);
	if (!err)
		err = parse_side(d->s, args->argc - n, args->argv + n, true, &d->second, &len);
	if (!err && len && len != d->len)
		err = error_new(ERROR_USAGE, "the ranges have different lengths: %" PRIu64 " and %" PRIu64,
				d->len, len);
	return err ? err : access_check_range(d->second.addr, d->len);
}

static struct error *parse_max(const char *text, struct differ *d)
{
	struct error *err = NULL;

	d->max = MAX_DEFAULT;
	if (text)
		err = length_parse(text, "number of runs", &d->max);
	if (!err && d->s->json && d->max > COMMAND_JSON_MAX)
		err = error_new(ERROR_USAGE, "--max is at most %d in JSON", COMMAND_JSON_MAX);
	return err;
}

static struct error *run_diff(struct session *s, const struct command_args *args)
{
	struct differ d = { .s = s };
	const char *path = command_opt(args, "file");
	struct error *err;

	err = parse_max(command_opt(args, "max"), &d);
	if (!err)
		err = access_parse(s, args, &d.first);
	d.second = d.first;
	if (!err)
		err = path ? parse_file(&d, args, path) : parse_ranges(&d, args);
	if (!err)
		err = access_ready(s, &d.first);
	if (!err && !d.has_file)
		err = access_ready(s, &d.second);
	if (!err)
		err = diff_ranges(&d);
	if (d.has_file)
		infile_close(&d.file);
	return err;
}

static const struct command_option options[] = {
	{ "file", 0, "FILE", "compare with the bytes of FILE, from its first one on" },
	{ "max", 0, "N", "stop after N runs (1000)" },
	ACCESS_OPTIONS,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_diff = {
	.name = "diff",
	.args = "RANGE [RANGE2]",
	.min_args = 1,
	.max_args = 4,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "compare two ranges of guest memory, or one with a file",
	.help =
"Show the bytes of RANGE that differ from those of RANGE2, or of a file: address\n"
"(and the one in RANGE2), the bytes of RANGE, those of the other. Long runs are\n"
"shown by their beginning and end. A range is FIRST-LAST, FIRST:LAST, ADDR.LEN,\n"
"ADDR+LEN, or ADDR LEN as two words; RANGE2 may be a number or a symbol alone. The\n"
"exit code is 1 if any bytes differ, 3 if none do but not all could be compared.\n"
"With --json the N of --max is at most 100000.\n",
	.example =
"$ s390memctl -d web1.elf diff abs:0x58-0x67 0x2058\n"
"0000000000000058  0000000000002058  02 -> 00\n"
"000000000000005a  000000000000205a  014060 -> 000000\n"
"000000000000005f  000000000000205f  5002 -> 0000\n"
"0000000000000062  0000000000002062  019060 -> 000000\n"
"0000000000000067  0000000000002067  50 -> 00\n"
"s390memctl: 10 of 16 bytes differ\n",
	.see_also = "read search watch",
	.answers_no = "bytes differ",
	.run = run_diff,
};
