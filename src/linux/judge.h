/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a CPU does, judged by its PSW at several instants. */
#ifndef S390MEMCTL_LINUX_JUDGE_H
#define S390MEMCTL_LINUX_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "sym/symbols.h"

enum cpu_state {
	CPU_UNKNOWN,		/* no sample, or it was never started */
	CPU_IDLE,		/* waits, enabled for interruptions */
	CPU_USER,		/* in the problem state */
	CPU_KERNEL,		/* in the supervisor state, or here and there */
	CPU_LOOPING,		/* in the supervisor state, and seems not to get on */
	CPU_DISABLED_WAIT,	/* has stopped itself */
};

/* The PSW at one instant. */
struct judge_sample {
	uint64_t mask;
	uint64_t addr;
	uint64_t ns;		/* time of it, from any start */
};

/* "idle", "user", "kernel", "looping", "disabled-wait", "unknown". */
const char *cpu_state_name(enum cpu_state state);
/*
 * Judge by count samples in order of time. why, if not NULL: gets one line for
 * people, escaped. Looping takes at least three samples, all in the supervisor
 * state and not waiting, in one function of symbols (NULL: none are known), or
 * all disabled for I/O and external interruptions.
 */
enum cpu_state judge_cpu(const struct judge_sample *samples, size_t count,
			 const struct symbols *symbols, struct buf *why);

#endif
