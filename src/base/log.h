/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes to the user on stderr: warnings, and with --verbose why the program
 * does what it does. Data never goes here. NULL is a valid, silent log.
 */
#ifndef S390MEMCTL_BASE_LOG_H
#define S390MEMCTL_BASE_LOG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"

/* Texts that wait, see log_hold(). Zeroed at first. */
struct log_held {
	struct buf text;
	bool on;
};

struct log {
	FILE *stream;		/* usually stderr */
	int verbose;		/* 0: warnings; 1: decisions; 2: every stop and call */
	int quiet;		/* no notes, warnings stay */
	int color;		/* warnings in their colour */
	int plain;		/* nothing that is redrawn: for screen readers */
	FILE *terminal;		/* where progress is shown, if stream holds texts back; NULL: stream */
	int hidden;		/* the terminal is a pager's: no progress */
	struct log_held *held;	/* NULL: nothing is ever held back */
	void (*tick)(void *arg);	/* called now and then by long work; NULL: nothing */
	void *tick_arg;
};

/* Print "s390memctl: warning: ..." - always. */
void log_warn(const struct log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Print "s390memctl: ..." unless quiet. */
void log_note(const struct log *log, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Print "s390memctl: ..." if verbose is at least level. */
void log_verbose(const struct log *log, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * From log_hold() to log_release() texts wait in memory: while a vCPU stands still nobody may make
 * it wait for a terminal or a pipe that takes no more. They are then printed in their order.
 */
void log_hold(const struct log *log);
void log_release(const struct log *log);

#endif
