/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/stack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/psw.h"
#include "base/buf.h"
#include "base/endian.h"
#include "linux/layout.h"
#include "linux/lowcore.h"
#include "linux/stack-memory.h"
#include "sym/cfi.h"

#define TEXT_MAX	0x100000U	/* bytes that a function may have at most */
#define SAVED_FIRST	6U		/* struct stack_frame.gprs is that of r6 to r15 */
#define SAVED_R14	8U

/* Where things are: struct stack_frame (asm/stacktrace.h), struct pt_regs (asm/ptrace.h). */
struct stack_layout {
	uint64_t frame;		/* size of struct stack_frame */
	uint64_t gprs;		/* in it */
	uint64_t back_chain;
	uint64_t regs;		/* size of struct pt_regs */
	uint64_t psw;		/* in it */
	uint64_t regs_gprs;
};

/* Of all kernels from 5.10 to 6.12; those that differ have it in their types. */
static const struct stack_layout usual = {
	.frame = 160, .gprs = 72, .back_chain = 152, .regs = 184, .psw = 8, .regs_gprs = 24,
};

#define REGS_MAX	512U	/* a larger struct pt_regs is none */

static const struct layout_row rows[] = {
	{ "stack_frame", NULL, offsetof(struct stack_layout, frame), false },
	{ "stack_frame", "gprs", offsetof(struct stack_layout, gprs), false },
	{ "stack_frame", "back_chain", offsetof(struct stack_layout, back_chain), false },
	{ "pt_regs", NULL, offsetof(struct stack_layout, regs), false },
	{ "pt_regs", "psw", offsetof(struct stack_layout, psw), false },
	{ "pt_regs", "gprs", offsetof(struct stack_layout, regs_gprs), false },
};

/* The stacks of a CPU by the members of struct lowcore that have their tops. */
static const struct {
	const char *member, *name;
} lowcore_stacks[] = {
	{ "kernel_stack", "kernel" },
	{ "async_stack", "async" },
	{ "nodat_stack", "nodat" },
	{ "mcck_stack", "machine check" },
	{ "restart_stack", "restart" },
};

#define NR_STACKS	(sizeof(lowcore_stacks) / sizeof(lowcore_stacks[0]))

struct unwinder {
	struct kernel *k;
	struct stack_layout layout;
	bool looked_for_cfi;
	struct cfi *cfi;
	struct error *no_cfi;
	struct linux_lowcore_field fields[LINUX_LOWCORE_MAX];
	size_t nr_fields;
	uint64_t bases[NR_STACKS];	/* of the CPU at hand; 0: not known */
	unsigned char lowcore[LOWCORE_SIZE];	/* of it; zeros: could not be read */
	struct stack_memory memory;
};

/* The way up one stack. */
struct walk_state {
	struct cfi_regs regs;
	uint64_t sp;
	bool first;		/* of its chain: nothing has been called from pc */
	unsigned int nr_left;	/* stacks that were left */
	uint64_t left[STACKS_MAX];	/* their bases */
};

static bool is_sane(const struct stack_layout *l)
{
	return l->frame <= REGS_MAX && l->regs <= REGS_MAX && l->frame >= 8 && l->regs >= 152 &&
	       l->gprs <= l->frame - 8 && l->back_chain <= l->frame - 8 &&
	       l->psw <= l->regs - 16 && l->regs_gprs <= l->regs - 128;
}

struct unwinder *unwinder_new(struct kernel *k)
{
	struct unwinder *u = calloc(1, sizeof(*u));
	struct error *missing = NULL, *err;

	if (!u)
		return NULL;
	u->k = k;
	u->memory.mem = &k->mem;
	err = layout_fill(k, rows, sizeof(rows) / sizeof(rows[0]), &u->layout);
	if (err || !is_sane(&u->layout))
		u->layout = usual;
	error_free(err);
	linux_lowcore_fields(k, u->fields, &u->nr_fields, &missing);
	error_free(missing);
	return u;
}

void unwinder_free(struct unwinder *u)
{
	if (!u)
		return;
	cfi_close(u->cfi);
	error_free(u->no_cfi);
	wipe_free(u, sizeof(*u));
}

const char *unwinder_without_cfi(const struct unwinder *u)
{
	return u->no_cfi ? u->no_cfi->message : NULL;
}

const char *frame_how_name(enum frame_how how)
{
	static const char *const names[] = {
		[FRAME_REGISTERS] = "registers", [FRAME_CFI] = "cfi",
		[FRAME_BACKCHAIN] = "backchain", [FRAME_R14] = "r14",
		[FRAME_PT_REGS] = "interruption", [FRAME_OLD_PSW] = "old PSW",
	};

	return names[how];
}

static struct cfi *need_cfi(struct unwinder *u)
{
	if (u->looked_for_cfi)
		return u->cfi;
	u->looked_for_cfi = true;
	if (!u->k->vmlinux[0] || !u->k->has_offset)
		u->no_cfi = error_new(ERROR_NO, "the guest's vmlinux is not here");
	else
		u->no_cfi = cfi_open(u->k->vmlinux, u->k->offset, &u->cfi);
	return u->cfi;
}

/* Is it an address of code, as far as the symbols tell? */
static bool is_text(const struct unwinder *u, uint64_t addr)
{
	struct symbol_info info;

	if (!addr || addr & 1)
		return false;
	if (!symbols_table(u->k->symbols, 0, NULL, NULL))
		return true;
	if (!symbols_nearest(u->k->symbols, addr - 1, &info) || info.offset >= TEXT_MAX)
		return false;
	return !info.type || strchr("tTwW", info.type);
}

static const char *stack_name(const struct unwinder *u, uint64_t sp)
{
	size_t i;

	for (i = 0; i < NR_STACKS; i++) {
		if (u->bases[i] && u->bases[i] == stack_base(sp))
			return lowcore_stacks[i].name;
	}
	return NULL;
}

static struct frame *add_frame(const struct unwinder *u, struct backtrace *bt,
			       enum frame_how how, const struct walk_state *w)
{
	struct frame *f;

	if (bt->count == FRAMES_MAX) {
		snprintf(bt->end, sizeof(bt->end), "there are more than %u frames", FRAMES_MAX);
		return NULL;
	}
	f = &bt->frames[bt->count++];
	*f = (struct frame){
		.how = how, .pc = w->regs.pc, .sp = w->sp, .after_call = w->regs.after_call,
		.stack = stack_name(u, w->sp),
	};
	return f;
}

/* May sp come next? Upwards on a stack, and never back to one that was left. */
static bool may_go_to(const struct walk_state *w, uint64_t sp, bool same_too)
{
	unsigned int i;

	if (sp & 7)
		return false;
	if (stack_base(sp) == stack_base(w->sp))
		return same_too ? sp >= w->sp : sp > w->sp;
	for (i = 0; i < w->nr_left; i++) {
		if (w->left[i] == stack_base(sp))
			return false;
	}
	return w->nr_left < STACKS_MAX;
}

static void go_to(struct walk_state *w, uint64_t sp)
{
	if (stack_base(sp) != stack_base(w->sp))
		w->left[w->nr_left++] = stack_base(w->sp);
	w->sp = sp;
}

/* By call-frame information; on another stack it is not believed. */
static bool step_cfi(struct unwinder *u, struct backtrace *bt, struct walk_state *w)
{
	struct cfi *cfi = need_cfi(u);
	struct cfi_regs caller;
	uint64_t sp;

	if (!cfi || !cfi_step(cfi, &w->regs, stack_word, &u->memory, &caller))
		return false;
	sp = caller.gprs[15];
	if (!(caller.known & 1U << 15) || stack_base(sp) != stack_base(w->sp) ||
	    !may_go_to(w, sp, w->first) || !is_text(u, caller.pc))
		return false;
	w->regs = caller;
	w->first = false;
	go_to(w, sp);
	add_frame(u, bt, FRAME_CFI, w);
	return true;
}

/* Only r15 is known of a caller that the back chain has led to. */
static void take_backchain(struct walk_state *w, uint64_t sp, uint64_t pc)
{
	go_to(w, sp);
	w->first = false;
	w->regs = (struct cfi_regs){ .pc = pc, .known = 1U << 15, .after_call = true };
	w->regs.gprs[15] = sp;
}

static bool is_same_function(const struct unwinder *u, uint64_t a, uint64_t b)
{
	struct symbol_info here, there;

	return symbols_nearest(u->k->symbols, a, &here) &&
	       symbols_nearest(u->k->symbols, b, &there) && here.value == there.value;
}

/*
 * Behind a frame that r14 has told, the back chain's tells the same, then only
 * the stack pointer was not right; or it tells of the function that was
 * interrupted itself: that has made a frame without saving r14, and what stands
 * there is from a call before. Else it is the next one.
 */
static bool confirm_r14(struct unwinder *u, struct backtrace *bt, struct walk_state *w,
			uint64_t chain, uint64_t pc)
{
	struct frame *last = &bt->frames[bt->count - 1];

	if (last->pc == pc) {
		bt->count--;
	} else if (is_same_function(u, pc - 1, last[-1].pc)) {
		last->sp = chain;
		last->stack = stack_name(u, chain);
		take_backchain(w, chain, last->pc);
		return true;
	}
	take_backchain(w, chain, pc);
	return add_frame(u, bt, FRAME_BACKCHAIN, w);
}

/* The frame that a back chain leads to; the function's caller has its r14 saved there. */
static bool step_backchain(struct unwinder *u, struct backtrace *bt, struct walk_state *w,
			   uint64_t chain)
{
	uint64_t pc;

	if (!may_go_to(w, chain, false) ||
	    !stack_word(&u->memory, chain + u->layout.gprs + 8 * SAVED_R14, &pc)) {
		snprintf(bt->end, sizeof(bt->end), "the back chain leads to %016" PRIx64 ", which is no stack",
			 chain);
		return false;
	}
	if (!is_text(u, pc)) {
		snprintf(bt->end, sizeof(bt->end), "the return address %016" PRIx64 " is not in the kernel's code",
			 pc);
		return false;
	}
	if (bt->count > 1 && bt->frames[bt->count - 1].how == FRAME_R14)
		return confirm_r14(u, bt, w, chain, pc);
	take_backchain(w, chain, pc);
	return add_frame(u, bt, FRAME_BACKCHAIN, w);
}

/*
 * Without call-frame information: a function that has not made its frame yet,
 * or makes none, has the return address in r14. Not so if that is in the same
 * function: then it comes from a call before.
 */
static void try_r14(struct unwinder *u, struct backtrace *bt, const struct walk_state *w)
{
	struct walk_state caller = *w;
	uint64_t pc = w->regs.gprs[14];

	if (!w->first || w->regs.after_call || !(w->regs.known & 1U << 14) || !is_text(u, pc) ||
	    is_same_function(u, w->regs.pc, pc - 1))
		return;
	caller.regs.pc = pc;
	caller.regs.after_call = true;
	add_frame(u, bt, FRAME_R14, &caller);
}

/* The end of a chain: is there a struct pt_regs above? That of a new thread is all zero. */
static bool step_pt_regs(struct unwinder *u, struct backtrace *bt, struct walk_state *w)
{
	uint64_t addr = w->sp + u->layout.frame, mask, pc;
	unsigned char raw[REGS_MAX];
	struct frame *f;
	unsigned int i;

	if (!stack_read(&u->memory, addr, raw, (size_t)u->layout.regs))
		return false;
	mask = get_be64(raw + u->layout.psw);
	pc = get_be64(raw + u->layout.psw + 8);
	if (!mask && !pc)
		return false;
	w->regs = (struct cfi_regs){ .pc = pc, .known = UINT16_MAX };
	for (i = 0; i < 16; i++)
		w->regs.gprs[i] = get_be64(raw + u->layout.regs_gprs + 8 * i);
	if (!(mask & PSW_MASK_PSTATE)) {
		if (!is_text(u, pc + 2) || !may_go_to(w, w->regs.gprs[15], false)) {
			snprintf(bt->end, sizeof(bt->end), "the registers at %016" PRIx64 " are not those of an interruption",
				 addr);
			return false;
		}
		go_to(w, w->regs.gprs[15]);
	}
	w->first = true;
	f = add_frame(u, bt, FRAME_PT_REGS, w);
	if (!f)
		return false;
	f->psw_mask = mask;
	f->pt_regs = addr;
	f->user = mask & PSW_MASK_PSTATE;
	if (f->user) {
		f->sp = w->regs.gprs[15];
		f->stack = NULL;
	}
	return !f->user;
}

static bool step(struct unwinder *u, struct backtrace *bt, struct walk_state *w)
{
	uint64_t chain;
	bool has_chain = stack_word(&u->memory, w->sp + u->layout.back_chain, &chain);
	bool switches = has_chain && chain && stack_base(chain) != stack_base(w->sp);

	/* What was called first on a stack, or by an interruption, has nothing that CFI knows above. */
	if ((w->first || !has_chain || (chain && !switches)) && step_cfi(u, bt, w))
		return true;
	if (!has_chain) {
		snprintf(bt->end, sizeof(bt->end), "there is no stack at %016" PRIx64, w->sp);
		return false;
	}
	try_r14(u, bt, w);
	return chain ? step_backchain(u, bt, w, chain) : step_pt_regs(u, bt, w);
}

static bool is_interrupted(const struct unwinder *u)
{
	return u->k->mem.interrupted && *u->k->mem.interrupted;
}

static void follow(struct unwinder *u, struct backtrace *bt, struct walk_state *w)
{
	while (bt->count < FRAMES_MAX && !is_interrupted(u) && step(u, bt, w))
		;
	if (is_interrupted(u))
		snprintf(bt->end, sizeof(bt->end), "interrupted");
	else if (bt->count == FRAMES_MAX && !bt->end[0])
		snprintf(bt->end, sizeof(bt->end), "there are more than %u frames", FRAMES_MAX);
}

/* Which stacks the CPU has, by its lowcore. */
static void find_stacks(struct unwinder *u, uint32_t prefix)
{
	const struct linux_lowcore_field *f;
	struct error *err = linux_lowcore_read(u->k, prefix, u->lowcore);
	size_t i;

	memset(u->bases, 0, sizeof(u->bases));
	if (err)
		memset(u->lowcore, 0, sizeof(u->lowcore));
	for (i = 0; i < NR_STACKS && !err; i++) {
		f = linux_lowcore_find(u->fields, u->nr_fields, lowcore_stacks[i].member);
		if (f)
			u->bases[i] = stack_base(linux_lowcore_number(f, u->lowcore));
	}
	error_free(err);
}

/*
 * At the first instruction of an interruption's handler all registers are still
 * those of what was interrupted, at the old PSW. false: go no further.
 */
static bool step_old_psw(struct unwinder *u, struct backtrace *bt, struct walk_state *w)
{
	static const char *const kinds[] = { "restart", "external", "svc", "program",
					     "machine_check", "io" };
	const unsigned char *old = NULL, *new_psw;
	struct frame *f;
	uint64_t mask;
	char key[32];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(key, sizeof(key), "%s_new_psw", kinds[i]);
		new_psw = u->lowcore + lowcore_find(key)->offset;
		snprintf(key, sizeof(key), "%s_old_psw", kinds[i]);
		if (get_be64(new_psw) && get_be64(new_psw + 8) == w->regs.pc)
			old = u->lowcore + lowcore_find(key)->offset;
	}
	if (!old)
		return true;
	mask = get_be64(old);
	w->regs.pc = get_be64(old + 8) & psw_address_mask(mask);
	f = add_frame(u, bt, FRAME_OLD_PSW, w);
	f->psw_mask = mask;
	f->user = mask & PSW_MASK_PSTATE;
	if (f->user)
		f->stack = NULL;
	return !f->user;
}

void backtrace_cpu(struct unwinder *u, const struct s390_regs *regs, struct backtrace *bt)
{
	struct walk_state w = { .sp = regs->gprs[15], .first = true };
	struct frame *f;

	bt->count = 0;
	bt->end[0] = '\0';
	bt->user_mode = regs->psw_mask & PSW_MASK_PSTATE;
	u->memory.count = 0;
	/* A disabled wait without DAT is most often one by a PSW that was made up: all else is still there. */
	w.regs.pc = regs->psw_addr & psw_address_mask(regs->psw_mask);
	memcpy(w.regs.gprs, regs->gprs, sizeof(w.regs.gprs));
	w.regs.known = UINT16_MAX;
	find_stacks(u, regs->prefix);
	f = add_frame(u, bt, FRAME_REGISTERS, &w);
	f->psw_mask = regs->psw_mask;
	f->user = bt->user_mode;
	if (bt->user_mode)
		f->stack = NULL;
	else if (step_old_psw(u, bt, &w))
		follow(u, bt, &w);
}

void backtrace_task(struct unwinder *u, uint64_t ksp, struct backtrace *bt)
{
	struct walk_state w = { .sp = ksp };
	unsigned int i;

	bt->count = 0;
	bt->end[0] = '\0';
	bt->user_mode = false;
	u->memory.count = 0;
	memset(u->bases, 0, sizeof(u->bases));
	/* __switch_to() has saved r6 to r15 in the frame of its caller. */
	for (i = SAVED_FIRST; i < 16; i++) {
		if (!stack_word(&u->memory, ksp + u->layout.gprs + 8 * (i - SAVED_FIRST),
				&w.regs.gprs[i])) {
			snprintf(bt->end, sizeof(bt->end), "there is no stack at %016" PRIx64, ksp);
			return;
		}
		w.regs.known |= (uint16_t)(1U << i);
	}
	w.regs.gprs[15] = ksp;
	w.regs.pc = w.regs.gprs[14];
	w.regs.after_call = true;
	add_frame(u, bt, FRAME_REGISTERS, &w);
	if (!is_text(u, w.regs.pc))
		snprintf(bt->end, sizeof(bt->end), "the task's return address %016" PRIx64 " is not in the kernel's code",
			 w.regs.pc);
	else
		follow(u, bt, &w);
}
