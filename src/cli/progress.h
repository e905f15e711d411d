/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a long command is: bytes, rate and time left, on stderr if that is a terminal. */
#ifndef S390MEMCTL_CLI_PROGRESS_H
#define S390MEMCTL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"

struct progress {
	const struct log *log;
	FILE *stream;
	bool on;
	bool shown;		/* a line stands on the terminal */
	uint64_t total;		/* bytes, or whatever else is counted; may become known later */
	const char *label;	/* put before it, NULL: nothing */
	struct timespec start;
	uint64_t last_ns;	/* when it was shown last, since start */
	uint64_t tick_ns;	/* when it was last told that work goes on */
};

/* Begin with total bytes to do; off if log is quiet or its stream no terminal. */
void progress_start(struct progress *p, const struct log *log, uint64_t total);
/*
 * done bytes are done; shows at most five times a second. Where nothing is to be
 * redrawn (log->plain) it is a line of its own every ten seconds.
 */
void progress_update(struct progress *p, uint64_t done);
/*
 * The same for work that is not counted in bytes: done of p->total says how much
 * is left, count how many of what were found or done on the way.
 */
void progress_count(struct progress *p, uint64_t done, uint64_t count, const char *what);
/* Another text than amount, rate and time; likewise at most five times a second. */
void progress_note(struct progress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Take the line away. */
void progress_end(struct progress *p);

#endif
