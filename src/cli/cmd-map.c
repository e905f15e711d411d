/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "arch/dat-bits.h"
#include "arch/pgm.h"
#include "arch/tlb.h"
#include "cli/access.h"
#include "cli/progress.h"
#include "cli/range-arg.h"
#include "cli/walk-space.h"

#define RANGES_DEFAULT 65536
/*
 * Translations that are made at most. 4 TiB have so many pages of 4 KiB; tables
 * that lead back into themselves make 2^52 of them.
 */
#define STEPS_MAX (1ULL << 30)

#define TLB_SIZE 16	/* segments */
#define RUN_MAX (1ULL << 30)	/* bytes of a piece, so that an interruption is seen soon */
#define NOWHERE (1ULL << 62)	/* an address where no machine has storage */

/* A range of the space whose pages are alike. */
struct mapped {
	uint64_t addr, len;	/* len 0: none */
	uint64_t absolute;	/* of the first byte */
	uint64_t next;		/* absolute address that would go on with it */
	uint64_t pieces;	/* contiguous in absolute storage */
	uint16_t code;		/* 0, or what makes a valid entry useless */
	uint8_t flags, frame_shift;
};

struct mapper {
	struct session *s;
	struct walk_space ws;
	struct tlb tlb;		/* a small one: each page table is looked at once */
	bool contiguous;	/* ranges end where absolute addresses jump */
	uint64_t max_ranges;
	struct mapped pending;
	uint64_t ranges;
	uint64_t by_frame[3];	/* bytes in frames of 4 KiB, 1 MiB, 2 GiB */
	uint64_t other;		/* bytes without DAT */
	uint64_t protected;	/* bytes */
	uint64_t useless;	/* bytes that valid entries lead to, but to nothing usable */
	struct progress progress;
};

static unsigned int frame_index(unsigned int shift)
{
	return shift == REGION_THIRD_SHIFT ? 2 : shift == SEGMENT_SHIFT ? 1 : 0;
}

/* A size in the largest unit that divides it: "12K". */
static const char *size_text(uint64_t size, char *text, size_t len)
{
	static const char units[] = { ' ', 'K', 'M', 'G', 'T', 'P', 'E' };
	unsigned int unit = 0;

	while (size && size % 1024 == 0 && unit + 1 < sizeof(units)) {
		size /= 1024;
		unit++;
	}
	snprintf(text, len, unit ? "%" PRIu64 "%c" : "%" PRIu64, size, units[unit]);
	return text;
}

static void count(struct mapper *m, const struct mapped *r)
{
	m->ranges++;
	if (r->code)
		m->useless += r->len;
	else if (r->flags & TRANSLATED_DAT)
		m->by_frame[frame_index(r->frame_shift)] += r->len;
	else
		m->other += r->len;
	if (!r->code && (r->flags & TRANSLATED_PROTECTED))
		m->protected += r->len;
}

static void show_useless(struct out *o, const struct mapped *r)
{
	out_text(o, "%s (%04x)\n", pgm_name(r->code), r->code);
	out_hex(o, "code", r->code);
	out_str(o, "name", pgm_name(r->code));
}

static void show_usable(const struct mapper *m, struct out *o, const struct mapped *r)
{
	static const char *const frames[] = { "4K", "1M", "2G" };
	bool dat = r->flags & TRANSLATED_DAT, store = !(r->flags & TRANSLATED_PROTECTED);
	bool execute = !(m->ws.as.iep && (r->flags & TRANSLATED_IEP));

	out_text(o, "%s  r%c%c  ", dat ? frames[frame_index(r->frame_shift)] : "- ",
		 store ? 'w' : '-', execute ? 'x' : '-');
	if (dat)
		out_num(o, "frame_size", 1LL << r->frame_shift);
	out_bool(o, "protected", !store);
	out_bool(o, "executable", execute);
	out_num(o, "pieces", (long long)r->pieces);
	if (r->pieces == 1) {
		out_text(o, "absolute %016" PRIx64 "\n", r->absolute);
		out_hex(o, "absolute", r->absolute);
	} else {
		out_text(o, "in %" PRIu64 " pieces\n", r->pieces);
	}
}

static struct error *print_pending(struct mapper *m)
{
	const struct mapped *r = &m->pending;
	struct out *o = m->s->out;
	char size[24];

	if (!r->len)
		return NULL;
	progress_end(&m->progress);
	count(m, r);
	out_text(o, "%016" PRIx64 "-%016" PRIx64 "  %6s  ", r->addr, r->addr + r->len - 1,
		 size_text(r->len, size, sizeof(size)));
	out_object(o, NULL);
	out_hex(o, "address", r->addr);
	out_hex(o, "length", r->len);
	if (r->code)
		show_useless(o, r);
	else
		show_usable(m, o, r);
	out_close(o);
	m->pending.len = 0;
	return out_flush(o);
}

/* Nothing is mapped there, and nothing was meant to be. */
static bool is_hole(const struct mapper *m, uint16_t code)
{
	if (code == PGM_ADDRESSING)
		return !m->ws.as.dat || (m->ws.as.asce & ASCE_REAL);
	return pgm_is_translation(code);
}

/* Does the pending range go on with len bytes that t tells of? */
static bool continues(const struct mapper *m, const struct translation *t)
{
	const struct mapped *r = &m->pending;

	if (!r->len || r->addr + r->len != t->effective || r->code != t->code)
		return false;
	/* All 2^64 bytes are one too many to be counted. */
	if (t->length > UINT64_MAX - r->len)
		return false;
	if (t->code)
		return true;
	return r->flags == t->flags && r->frame_shift == t->frame_shift &&
	       !(m->contiguous && r->next != t->absolute);
}

static struct error *take(struct mapper *m, const struct translation *t, uint64_t len)
{
	struct mapped *r = &m->pending;
	struct error *err;

	if (continues(m, t)) {
		r->pieces += t->absolute != r->next;
		r->len += len;
		r->next = t->absolute + len;
		return NULL;
	}
	err = print_pending(m);
	if (err)
		return err;
	if (m->ranges == m->max_ranges)
		return error_hint(error_new(ERROR_PARTIAL, "stopped at %016" PRIx64 ", after %" PRIu64 " range%s",
					    t->effective, m->ranges, m->ranges == 1 ? "" : "s"),
				  "name a RANGE, or allow more with --max-ranges");
	*r = (struct mapped){ .addr = t->effective, .len = len, .code = t->code, .pieces = 1 };
	if (!t->code) {
		r->absolute = t->absolute;
		r->next = t->absolute + len;
		r->flags = t->flags;
		r->frame_shift = t->frame_shift;
	}
	return NULL;
}

/* One piece of the space, from addr to last at most. *len: its bytes; *steps grows by its pages. */
static struct error *map_piece(struct mapper *m, uint64_t addr, uint64_t last, uint64_t *len,
			       uint64_t *steps)
{
	uint64_t max = last - addr < RUN_MAX ? last - addr + 1 : RUN_MAX;
	struct translation t;

	if (!translate_frames(&m->ws.as, addr, max, &t) && t.error)
		return walk_space_error(&m->ws, &t);
	*steps += t.code || !(t.flags & TRANSLATED_DAT) ? 1 : 1 + (t.length >> t.frame_shift);
	*len = t.length - 1 < last - addr ? t.length : last - addr + 1;
	if (!is_hole(m, t.code)) {
		if (t.code)
			t.absolute = m->pending.next;	/* has none */
		return take(m, &t, *len);
	}
	return NULL;
}

static struct error *map_range(struct mapper *m, uint64_t first, uint64_t last)
{
	uint64_t addr = first, len = 0, steps = 0, pieces = 0;
	struct error *err = NULL;

	do {
		addr += len;
		if (session_interrupted(m->s)) {
			err = error_new(ERROR_PARTIAL, "interrupted at %016" PRIx64, addr);
		} else if (steps >= STEPS_MAX) {
			err = error_hint(error_new(ERROR_PARTIAL, "stopped at %016" PRIx64 ": the tables map more pages than any guest has",
						   addr),
					 "they may lead back into themselves; name a RANGE to see what is behind");
		} else {
			err = map_piece(m, addr, last, &len, &steps);
			if (++pieces % 1024 == 0)
				progress_count(&m->progress, addr - first, m->ranges, "ranges");
		}
	} while (!err && len && len - 1 < last - addr);
	progress_end(&m->progress);
	/* What is known is shown even then. */
	return command_first_error(err, print_pending(m));
}

static void show_totals(const struct mapper *m)
{
	static const char *const frames[] = { "4K", "1M", "2G" }, *const keys[] = {
		"bytes_4k", "bytes_1m", "bytes_2g"
	};
	struct out *o = m->s->out;
	uint64_t total = m->other;
	const char *before = ": ";
	char size[24];
	int i;

	for (i = 0; i < 3; i++)
		total += m->by_frame[i];
	out_text(o, "%" PRIu64 " range%s, %s mapped", m->ranges, m->ranges == 1 ? "" : "s",
		 size_text(total, size, sizeof(size)));
	out_num(o, "nr_ranges", (long long)m->ranges);
	out_hex(o, "bytes", total);
	for (i = 0; i < 3; i++) {
		out_hex(o, keys[i], m->by_frame[i]);
		if (!m->by_frame[i])
			continue;
		out_text(o, "%s%s in %s frames", before,
			 size_text(m->by_frame[i], size, sizeof(size)), frames[i]);
		before = ", ";
	}
	if (m->protected)
		out_text(o, "; %s protected", size_text(m->protected, size, sizeof(size)));
	if (m->useless)
		out_text(o, "; %s by unusable entries", size_text(m->useless, size, sizeof(size)));
	out_text(o, "\n");
	out_hex(o, "bytes_protected", m->protected);
	out_hex(o, "bytes_unusable", m->useless);
}

/*
 * Real and absolute storage have no tables that tell where nothing is; unless
 * the target knows it, all of 2^64 bytes would have to be tried.
 */
static struct error *check_endless(const struct walk_space *ws)
{
	struct translation t;

	if ((ws->as.dat && !(ws->as.asce & ASCE_REAL)) || ws->as.mask != UINT64_MAX)
		return NULL;
	if (!translate(&ws->as, NOWHERE, &t) && t.error)
		return walk_space_error(ws, &t);
	if (t.length > UINT32_MAX)
		return NULL;
	return error_hint(error_new(ERROR_USAGE, "where the storage of this guest ends is not known: a RANGE is needed"),
			  "such as real:0+4G or abs:0+4G");
}

static struct error *map_space(struct mapper *m, const struct access *a, uint64_t len)
{
	struct error *err = walk_space_open(m->s, a, REFERENCE_FETCH, &m->tlb, NULL, &m->ws);
	uint64_t first = a->addr, last = len ? a->addr + (len - 1) : UINT64_MAX;
	struct translation t;

	if (err)
		return err;
	if (first > m->ws.as.mask)
		return error_new(ERROR_USAGE, "address 0x%" PRIx64 " is beyond the %d-bit addressing mode",
				 first, m->ws.as.mask == 0xffffff ? 24 : 31);
	last = last < m->ws.as.mask ? last : m->ws.as.mask;
	/* No space: every address meets the same exception. */
	if (m->ws.as.code || m->ws.as.error) {
		translate(&m->ws.as, first, &t);
		return walk_space_error(&m->ws, &t);
	}
	err = len ? NULL : check_endless(&m->ws);
	if (err)
		return err;
	out_array(m->s->out, "ranges");
	/* By addresses: what is mapped behind them is not known yet. */
	progress_start(&m->progress, &m->s->log, last - first ? last - first : 1);
	err = map_range(m, first, last);
	out_close(m->s->out);
	show_totals(m);
	walk_space_done(m->s, &m->ws);
	err = command_first_error(err, access_tell_space(m->s, a));
	return err || m->ranges ? err : error_new(ERROR_NO, "nothing is mapped");
}

static struct error *parse_max(const char *text, uint64_t *max)
{
	struct error *err = NULL;

	*max = RANGES_DEFAULT;
	if (text)
		err = number_parse(text, "number of ranges", 64, 0, max);
	if (!err && !*max)
		err = error_new(ERROR_USAGE, "--max-ranges must not be 0");
	return err;
}

static struct error *run_map(struct session *s, const struct command_args *args)
{
	struct mapper m = { .s = s, .contiguous = command_opt(args, "contiguous") };
	struct range_arg range = { .addr = NULL };
	uint64_t len = 0;
	struct access a;
	struct error *err;

	err = parse_max(command_opt(args, "max-ranges"), &m.max_ranges);
	if (!err)
		err = access_parse(s, args, &a);
	if (!err && args->argc)
		err = args->argc == 1 ? range_arg_word(args->argv[0], false, &range) :
			range_arg_pair(args->argv[0], args->argv[1], &range);
	if (!err && args->argc)
		err = range_arg_eval(s, &range, &a, &len);
	range_arg_free(&range);
	if (!err)
		err = access_ready(s, &a);
	if (!err && !tlb_init(&m.tlb, TLB_SIZE))
		err = error_nomem();
	if (!err)
		err = map_space(&m, &a, len);
	tlb_deinit(&m.tlb);
	return err;
}

static const struct command_option options[] = {
	{ "contiguous", 0, NULL, "end a range where its absolute addresses jump, too" },
	{ "max-ranges", 0, "N", "stop after this many ranges (65536)" },
	ACCESS_OPTION_SPACE,
	ACCESS_OPTION_AR,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_map = {
	.name = "map",
	.args = "[RANGE]",
	.max_args = 2,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show what is mapped in an address space",
	.help =
"Show all ranges of an address space, or of RANGE in it, that are mapped: size,\n"
"size of their frames, whether loads (r), stores (w) and instructions (x) are\n"
"permitted by the tables, and the absolute address. Pages that are alike and\n"
"follow each other are one range; if their absolute addresses do not follow each\n"
"other it is told how many pieces there are, and --contiguous shows each.\n"
"Entries that are valid but lead to no usable frame are shown with their\n"
"exception. The exit code is 1 if nothing is mapped, and 3 if not all could be\n"
"shown: after 65536 ranges or as --max-ranges says, or 2^30 pages, which no guest\n"
"has, but tables that lead back into themselves. Real and absolute storage need a\n"
"RANGE where it is not known how much there is.\n",
	.example =
"$ s390memctl -d web1.elf map home:0-0x2fffff\n"
"0000000000000000-0000000000000fff      4K  4K  rwx  absolute 000000000199c000\n"
"0000000000001000-00000000000fffff   1020K  4K  rw-  in 2 pieces\n"
"0000000000100000-00000000002fffff      2M  4K  r-x  absolute 0000000000100000\n"
"3 ranges, 3M mapped: 3M in 4K frames; 2M protected\n",
	.see_also = "translate read",
	.answers_no = "nothing is mapped",
	.run = run_map,
};
