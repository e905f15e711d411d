/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backtraces as people read them, and as JSON. */
#ifndef S390MEMCTL_CLI_SHOW_BACKTRACE_H
#define S390MEMCTL_CLI_SHOW_BACKTRACE_H

#include "base/buf.h"
#include "linux/stack.h"
#include "sym/symbols.h"

struct session;

/*
 * Append the place of a frame, "ksys_write+0x8e [module]", escaped; false and
 * nothing appended if no symbol is near. *info (may be NULL) gets the symbol.
 */
bool frame_format(const struct symbols *symbols, const struct frame *f, struct buf *out,
		  struct symbol_info *info);
/* Append "FILE:LINE" of a frame; false if it is not known. */
bool frame_line(struct session *s, const struct symbols *symbols, const struct frame *f,
		struct buf *out);
/*
 * The registers of the CPU that the session works as, and what is on its stack. Of
 * a live one that ran on meanwhile, so that its stack made no sense, a few more
 * are taken. Errors: those of the registers.
 */
struct error *backtrace_take(struct session *s, struct unwinder *u, struct s390_regs *regs,
			     struct backtrace *bt);
/*
 * Show the frames of a backtrace: lines of text; in JSON the array "frames" of the
 * open object, and "end" where it ends before the stack's beginning.
 */
void backtrace_show(struct session *s, const struct symbols *symbols, const struct backtrace *bt);

#endif
