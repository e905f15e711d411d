/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "cli/access.h"
#include "cli/outfile.h"
#include "cli/progress.h"
#include "target/range.h"

enum hole_mode { HOLES_SPARSE, HOLES_ZERO, HOLES_STOP };

struct dumper {
	struct session *s;
	const struct access *access;
	struct outfile *file;
	enum hole_mode holes;
	uint64_t read;		/* bytes got */
	uint64_t missing;	/* bytes in holes */
	uint64_t nr_holes;
	struct range_run first_hole;
	struct progress progress;
};

static struct error *write_zeros(struct dumper *d, uint64_t offset, uint64_t len)
{
	static const char zeros[65536];
	struct error *err = NULL;
	size_t n;

	while (!err && len) {
		if (session_interrupted(d->s))
			return error_new(ERROR_PARTIAL, "interrupted");
		n = len < sizeof(zeros) ? (size_t)len : sizeof(zeros);
		err = outfile_write(d->file, offset, zeros, n);
		offset += n;
		len -= n;
	}
	return err;
}

static void show_hole(struct dumper *d, const struct range_run *run)
{
	struct out *o = d->s->out;

	progress_end(&d->progress);
	out_text(o, "hole %016" PRIx64 "-%016" PRIx64 "  %s (%04x)\n", run->addr,
		 run->addr + run->len - 1, pgm_name(run->code), run->code);
	out_object(o, NULL);
	out_hex(o, "address", run->addr);
	out_hex(o, "length", run->len);
	out_hex(o, "code", run->code);
	out_str(o, "name", pgm_name(run->code));
	out_close(o);
}

static struct error *take_hole(struct dumper *d, const struct range_run *run)
{
	if (d->holes == HOLES_STOP)
		return access_hole_error(d->s, d->access, false, run->addr, run->code);
	d->missing += run->len;
	if (!d->nr_holes)
		d->first_hole = *run;
	if (!d->s->json || d->nr_holes < COMMAND_JSON_MAX)
		show_hole(d, run);
	d->nr_holes++;
	if (d->holes == HOLES_ZERO)
		return write_zeros(d, run->addr - d->access->addr, run->len);
	return NULL;
}

static struct error *take_run(void *arg, const struct range_run *run)
{
	struct dumper *d = arg;
	struct error *err;

	if (run->code) {
		err = take_hole(d, run);
	} else {
		err = outfile_write(d->file, run->addr - d->access->addr, run->data,
				    (size_t)run->len);
		d->read += run->len;
	}
	progress_update(&d->progress, d->read + d->missing);
	return err;
}

/* All into the file; it has its name only when this has succeeded. */
static struct error *dump_range(struct dumper *d, uint64_t len)
{
	struct session *s = d->s;
	struct error *err;

	out_array(s->out, "holes");
	progress_start(&d->progress, &s->log, len);
	err = range_walk(s->target, d->access, len, RANGE_READ, take_run, d, session_interrupted,
			 s);
	progress_end(&d->progress);
	out_close(s->out);
	/* A result from the wrong space must not look like a good dump. */
	if (!err && s->target->ar_bug_met)
		err = error_new(ERROR_TARGET, "the access-register bug of the host's kernel was met");
	if (!err && d->read == 0)
		err = access_hole_error(s, d->access, false, d->first_hole.addr,
					d->first_hole.code);
	if (!err)
		err = outfile_set_size(d->file, len);
	if (err) {
		outfile_abort(d->file);
		return error_prefix(err, "no file was written");
	}
	return outfile_commit(d->file);
}

static struct error *tell_result(struct dumper *d, const char *path, uint64_t len)
{
	struct out *o = d->s->out;
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, path, strlen(path));
	out_text(o, "%" PRIu64 " bytes from %016" PRIx64 " in '%s'", len, d->access->addr,
		 buf_str(&shown));
	if (d->nr_holes)
		out_text(o, ", %" PRIu64 " of them in %" PRIu64 " hole%s", d->missing, d->nr_holes,
			 d->nr_holes == 1 ? "" : "s");
	out_text(o, "\n");
	buf_free(&shown);
	out_str(o, "file", path);
	out_num(o, "bytes_read", (long long)d->read);
	out_num(o, "bytes_missing", (long long)d->missing);
	err = access_tell_space(d->s, d->access);
	if (err || !d->missing)
		return err;
	if (d->s->json && d->nr_holes > COMMAND_JSON_MAX)
		return error_new(ERROR_PARTIAL, "%" PRIu64 " of %" PRIu64 " bytes could not be read; %d of %" PRIu64 " holes are told",
				 d->missing, len, COMMAND_JSON_MAX, d->nr_holes);
	return error_new(ERROR_PARTIAL, "%" PRIu64 " of %" PRIu64 " bytes could not be read",
			 d->missing, len);
}

static struct error *parse_holes(const char *text, enum hole_mode *mode)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	*mode = HOLES_SPARSE;
	if (!text || !strcmp(text, "sparse"))
		return NULL;
	*mode = HOLES_ZERO;
	if (!strcmp(text, "zero"))
		return NULL;
	*mode = HOLES_STOP;
	if (!strcmp(text, "stop"))
		return NULL;
	buf_add_escaped(&shown, text, strlen(text));
	err = error_new(ERROR_USAGE, "--holes takes stop, zero or sparse, not '%s'", buf_str(&shown));
	buf_free(&shown);
	return err;
}

static struct error *run_dump(struct session *s, const struct command_args *args)
{
	struct access a;
	struct dumper d = { .s = s, .access = &a };
	uint64_t len = 0;
	struct error *err;

	err = length_parse(args->argv[1], "length", &len);
	if (!err && len > INT64_MAX)
		err = error_new(ERROR_USAGE, "length %" PRIu64 " is more than a file can have", len);
	if (!err)
		err = parse_holes(command_opt(args, "holes"), &d.holes);
	if (!err)
		err = access_parse(s, args, &a);
	if (!err)
		err = access_addr(s, args->argv[0], &a);
	if (!err)
		err = access_check_range(a.addr, len);
	/* Before the guest is touched: may the file be made at all? */
	if (!err)
		err = outfile_open(args->argv[2], command_opt(args, "force") != NULL, &d.file);
	if (err)
		return err;
	err = access_ready(s, &a);
	if (err) {
		outfile_abort(d.file);
		return err;
	}
	out_hex(s->out, "address", a.addr);
	out_hex(s->out, "length", len);
	err = dump_range(&d, len);
	return err ? err : tell_result(&d, args->argv[2], len);
}

static const struct command_option options[] = {
	{ "holes", 0, "MODE", "what cannot be read is sparse (default) or zero in the file, or stop" },
	{ "force", 0, NULL, "replace FILE if it exists" },
	ACCESS_OPTIONS,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_dump = {
	.name = "dump",
	.args = "ADDR LEN FILE",
	.min_args = 3,
	.max_args = 3,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "save guest memory to a file",
	.help =
"Save LEN bytes of the guest's memory from ADDR on to a raw file. Byte N of the\n"
"file is the byte at ADDR + N. What cannot be read is told, is a hole in the\n"
"file (or zeros, with --holes=zero), and makes the exit code 3; --holes=stop\n"
"gives up instead, and leaves no file. With --json 100000 holes are told at most.\n"
"\n"
"The file appears under its name only when it is complete and on disk. It is\n"
"readable for its owner alone. An existing one is replaced only with --force.\n",
	.example =
"$ s390memctl -g web1 dump --space=abs 0 4M low.bin\n"
"4194304 bytes from 0000000000000000 in 'low.bin'\n",
	.see_also = "read load map",
	.run = run_dump,
};
