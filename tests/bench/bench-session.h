/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of s390memctl, run inside of a benchmark. */
#ifndef S390MEMCTL_TESTS_BENCH_SESSION_H
#define S390MEMCTL_TESTS_BENCH_SESSION_H

#include <stdio.h>

#include "cli/session.h"

struct bench_session {
	struct session s;
	FILE *nowhere;		/* where output goes */
};

/* Begin a session on a dump, which the first command opens. */
void bench_session_begin(struct bench_session *b, const char *dump);
/* Run a line of a script: how many seconds it took. The program ends if its exit code is not the wanted one. */
double bench_session_run(struct bench_session *b, const char *line, int wanted);
void bench_session_end(struct bench_session *b);
/* All three in one, all of it counted. */
double bench_command(const char *dump, const char *line, int wanted);

#endif
