/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Triage: what every CPU of a guest does, why, and what the guest says about
 * itself, gathered in one go. A part that fails is noted and the others go on.
 * Inside of the command.
 */
#ifndef S390MEMCTL_CLI_TRIAGE_H
#define S390MEMCTL_CLI_TRIAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/lowcore.h"
#include "arch/regs.h"
#include "base/buf.h"
#include "cli/session.h"
#include "linux/judge.h"
#include "linux/kernel.h"
#include "linux/spinlock.h"
#include "linux/stack.h"
#include "linux/tasks.h"
#include "out/out.h"
#include "out/report.h"

#define TRIAGE_SAMPLES	5	/* of each CPU of a live guest */
#define TRIAGE_PAUSE_NS	20000000	/* between them */
#define TRIAGE_TASKS	10	/* of those in uninterruptible sleep that are shown with their stacks */
#define TRIAGE_LOG	50	/* messages of the log that are shown */

struct triage_cpu {
	int id;
	bool has_regs;
	struct s390_regs regs;		/* as of the last sample */
	struct judge_sample samples[TRIAGE_SAMPLES];
	size_t nr_samples;
	enum cpu_state state;
	struct buf why;			/* of state, for people */
	struct buf psw;			/* in words */
	struct buf place;		/* of the PSW: symbol, or "" */
	struct buf line;		/* source line, or "" */
	bool has_lowcore;
	uint16_t pgm_code;		/* of the last program interruption, 0: none yet */
	uint64_t teid;
	struct buf program;		/* the interruption in words */
	struct buf program_psw;		/* where it came from: symbol or address */
	struct backtrace *stack;	/* NULL: it was not looked at */
	bool has_task;
	struct task_info task;
	bool has_lock;
	struct spinlock_hint lock;
	struct buf lock_symbol;		/* of the lock, or "" */
	struct target_stats cost;	/* of all looks at this CPU */
};

/* A task that sleeps and cannot be interrupted. */
struct triage_task {
	struct task_info info;
	struct backtrace *stack;	/* NULL: it was not looked at */
};

struct triage_fact {
	char *key, *label, *text;	/* printable */
	bool is_number;
	long long number;
};

struct triage_line {
	uint64_t time_ns;
	uint8_t level;
	struct buf text;		/* escaped, maybe of several lines */
};

struct triage_problem {
	char *part;			/* "CPU 1: backtrace" */
	char *message;
	char *hint;			/* or NULL */
};

struct triage {
	struct session *s;
	struct kernel *k;		/* NULL: no Linux could be looked at */
	struct unwinder *unwinder;	/* NULL when k is */
	struct triage_cpu *cpus;
	size_t nr_cpus;
	struct triage_fact *facts;
	size_t nr_facts;
	struct triage_line *log;
	size_t nr_log;
	struct triage_task tasks[TRIAGE_TASKS];
	size_t nr_tasks;		/* shown */
	size_t nr_blocked;		/* all of them */
	size_t nr_all_tasks;
	bool has_tasks;
	struct triage_problem *problems;
	size_t nr_problems;
	uint64_t elapsed_ns;
	bool timed_out;
	bool nomem;
};

/* Note that a part could not be done; err is freed. NULL: nothing to note. */
void triage_problem(struct triage *t, struct error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Is there time left, and no signal? Notes once that there is not. */
bool triage_goes_on(struct triage *t);
/*
 * Gather everything within the time limit. Errors: what makes all of it
 * impossible, such as those of attaching; no memory.
 */
struct error *triage_collect(struct triage *t, struct session *s, uint64_t timeout_ns);
/* The fact with a key of sysinfo.h; NULL if it is not known. */
const struct triage_fact *triage_fact(const struct triage *t, const char *key);
/* Free; a triage of zeros is allowed. */
void triage_free(struct triage *t);

/* triage-cpu.c: the CPUs. */

/* Take samples of all CPUs, in turn. */
struct error *triage_sample(struct triage *t);
/* Judge and explain each of them, with what t->k knows. tasks: NULL if there are none. */
void triage_explain(struct triage *t, struct tasks *tasks);
/*
 * What the session has cost the guest since before, and no sample did, was
 * paid by the CPU of the session, whose thread reads memory.
 */
void triage_share_cost(struct triage *t, const struct target_stats *before);
/* Free what t->cpus holds. */
void triage_free_cpus(struct triage *t);

/* The parts of the output: text and HTML, and JSON. */
void triage_report(const struct triage *t, struct report *r);
void triage_json(const struct triage *t, struct out *o);

#endif
