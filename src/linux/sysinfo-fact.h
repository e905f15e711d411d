/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How sysinfo.c gets at its facts: one function each. */
#ifndef S390MEMCTL_LINUX_SYSINFO_FACT_H
#define S390MEMCTL_LINUX_SYSINFO_FACT_H

#include "base/buf.h"
#include "linux/kernel.h"

/* What the log tells: filled once. Texts are escaped. */
struct sys_log {
	struct buf command_line, panic, oops, hung, lockup, stall;
	unsigned int nr_oopses, nr_hung, nr_lockups, nr_stalls;
	uint64_t last_ns;	/* time of the last message */
	bool has_messages;
};

struct sys {
	struct kernel *k;
	struct sys_log log;
	struct error *log_error;	/* why the log is not known, or NULL */
};

/* A fact that is made: its text, its number if it is one, and its source. */
struct sys_value {
	struct buf text;
	long long number;
	const char *source;	/* "" if nothing is to be said */
};

/*
 * Makes a fact. No text and no error: there is nothing to be told. Errors: why
 * it is not known.
 */
typedef struct error *sys_get(struct sys *sys, struct sys_value *v);

/* sysinfo-memory.c */
sys_get sys_memory_total, sys_memory_free;
/* sysinfo-time.c */
sys_get sys_uptime, sys_wall_clock;

/* ERROR_PARTIAL if the user wants no more. */
struct error *sys_interrupted(const struct sys *sys);
/* Read the log. Its error is kept in sys; errors: those that end all. */
struct error *sys_read_log(struct sys *sys);
void sys_free_log(struct sys_log *log);

#endif
