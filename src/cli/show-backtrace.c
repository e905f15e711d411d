/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/show-backtrace.h"

#include <inttypes.h>
#include <string.h>

#include "arch/psw.h"
#include "cli/session.h"
#include "out/out.h"

#define SYMBOL_WIDTH	36
#define TRIES		5	/* stacks of a CPU that runs */

/* The address that symbol and line are about. */
static uint64_t frame_place(const struct frame *f)
{
	return f->pc - (f->after_call ? 1 : 0);
}

bool frame_format(const struct symbols *symbols, const struct frame *f, struct buf *out,
		  struct symbol_info *info)
{
	struct symbol_info found;

	if (f->user || !symbols_nearest(symbols, frame_place(f), &found))
		return false;
	buf_add_escaped(out, found.name, strlen(found.name));
	if (f->pc != found.value)
		buf_addf(out, "+0x%" PRIx64, f->pc - found.value);
	if (found.module[0]) {
		buf_adds(out, " [");
		buf_add_escaped(out, found.module, strlen(found.module));
		buf_addc(out, ']');
	}
	if (info)
		*info = found;
	return true;
}

bool frame_line(struct session *s, const struct symbols *symbols, const struct frame *f,
		struct buf *out)
{
	struct symbol_info info;

	if (f->user || !symbols_nearest(symbols, frame_place(f), &info))
		return false;
	return session_line(s, &info, frame_place(f), out);
}

struct error *backtrace_take(struct session *s, struct unwinder *u, struct s390_regs *regs,
			     struct backtrace *bt)
{
	struct target *t = s->target;
	struct error *err;
	int tries = 0;

	do {
		err = t->ops->regs(t, true, regs);
		if (!err)
			backtrace_cpu(u, regs, bt);
	} while (!err && bt->end[0] && t->ops->live && ++tries < TRIES && !session_interrupted(s));
	return err;
}

/* The PSW that an interruption has saved, or that of the CPU. */
static void show_psw(struct out *o, const struct frame *f, struct buf *words)
{
	buf_reset(words);
	psw_describe(f->psw_mask, f->pc, words);
	out_hex(o, "psw_mask", f->psw_mask);
	out_str(o, "psw_words", buf_str(words));
	if (f->how == FRAME_REGISTERS)
		return;
	if (f->how == FRAME_OLD_PSW)
		out_text(o, "     interruption, just taken; old PSW in the lowcore\n");
	else
		out_text(o, "     interruption, registers at %016" PRIx64 "\n", f->pt_regs);
	out_text(o, "     PSW %016" PRIx64 " %016" PRIx64 ": %s\n", f->psw_mask, f->pc,
		 buf_str(words));
	if (f->how == FRAME_PT_REGS)
		out_hex(o, "pt_regs", f->pt_regs);
}

static void show_frame(struct session *s, const struct symbols *symbols, size_t number,
		       const struct frame *f, struct buf *text)
{
	struct out *o = s->out;

	out_object(o, NULL);
	out_hex(o, "pc", f->pc);
	out_hex(o, "sp", f->sp);
	out_str(o, "how", frame_how_name(f->how));
	if (f->psw_mask)
		show_psw(o, f, text);
	buf_reset(text);
	if (frame_format(symbols, f, text, NULL))
		out_str(o, "symbol", buf_str(text));
	else if (f->user)
		buf_adds(text, "user program");
	out_text(o, "#%-3zu %016" PRIx64 "  %-*s [%s]", number, f->pc, SYMBOL_WIDTH,
		 text->len ? buf_str(text) : "?", frame_how_name(f->how));
	buf_reset(text);
	if (frame_line(s, symbols, f, text)) {
		out_text(o, "  %s", buf_str(text));
		out_str(o, "line", buf_str(text));
	}
	out_text(o, "\n");
	if (f->stack)
		out_str(o, "stack", f->stack);
	out_bool(o, "user", f->user);
	out_close(o);
}

void backtrace_show(struct session *s, const struct symbols *symbols, const struct backtrace *bt)
{
	struct buf text = BUF_INIT;
	const char *stack = NULL;
	size_t i;

	out_array(s->out, "frames");
	for (i = 0; i < bt->count; i++) {
		if (bt->frames[i].stack && bt->frames[i].stack != stack) {
			stack = bt->frames[i].stack;
			out_text(s->out, "     %s stack\n", stack);
		}
		show_frame(s, symbols, i, &bt->frames[i], &text);
	}
	out_close(s->out);
	if (bt->end[0]) {
		out_text(s->out, "     ends here: %s\n", bt->end);
		out_str(s->out, "end", bt->end);
	}
	if (buf_failed(&text))
		out_nomem(s->out);
	buf_free(&text);
}
