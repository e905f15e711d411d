/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stacks of a guest's kernel: by the call-frame information of its vmlinux
 * where there is one, else by the back chain that every Linux for s390 keeps
 * (arch/s390/kernel/unwind_bc.c), through the frames of interruptions and from
 * one stack of a CPU to the next. Everything in them is untrusted.
 */
#ifndef S390MEMCTL_LINUX_STACK_H
#define S390MEMCTL_LINUX_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/regs.h"
#include "base/error.h"
#include "linux/kernel.h"
#include "linux/tasks.h"

#define FRAMES_MAX	256U	/* more are not followed */

/* How a frame was found. */
enum frame_how {
	FRAME_REGISTERS,	/* the CPU's registers, or those of a task that sleeps */
	FRAME_CFI,		/* call-frame information */
	FRAME_BACKCHAIN,	/* back chain */
	FRAME_R14,		/* register 14 of an interrupted function: not certain */
	FRAME_PT_REGS,		/* registers of an interruption, saved on the stack */
	FRAME_OLD_PSW,		/* an interruption's old PSW in the lowcore: it has just been taken */
};

struct frame {
	enum frame_how how;
	uint64_t pc;		/* where it goes on, or was interrupted */
	uint64_t sp;		/* its register 15 */
	/*
	 * pc stands behind a call instruction, which is what the symbol and line of
	 * the frame are about: pc - 1.
	 */
	bool after_call;
	bool user;		/* a user's program; it is the last one */
	uint64_t psw_mask;	/* of interruptions, and FRAME_REGISTERS of a CPU; else 0 */
	uint64_t pt_regs;	/* FRAME_PT_REGS: address of the struct pt_regs */
	const char *stack;	/* "kernel", "async"...: the one that sp is on; NULL: not known */
};

struct backtrace {
	struct frame frames[FRAMES_MAX];
	size_t count;
	/* Why it ends where it does, if not at the beginning of the stack; "" else. */
	char end[160];
	bool user_mode;		/* the CPU runs a user's program: there is nothing on its stacks */
};

struct unwinder;

/*
 * Get ready for a kernel; the call-frame information of its vmlinux is opened at
 * the first frame. k is used until unwinder_free(). NULL: no memory.
 */
struct unwinder *unwinder_new(struct kernel *k);
/* Free; NULL is allowed. */
void unwinder_free(struct unwinder *u);
/*
 * Why there is no call-frame information, for people; NULL: there is, or it was
 * not needed yet.
 */
const char *unwinder_without_cfi(const struct unwinder *u);
/*
 * What is on the stack of a CPU whose registers these are. Never fails: bt->end
 * tells why no more could be found.
 */
void backtrace_cpu(struct unwinder *u, const struct s390_regs *regs, struct backtrace *bt);
/* What is on the stack of a task that no CPU runs; ksp: its thread.ksp. */
void backtrace_task(struct unwinder *u, uint64_t ksp, struct backtrace *bt);
/* "registers", "cfi", "backchain", "r14", "interruption", "old PSW". */
const char *frame_how_name(enum frame_how how);

#endif
