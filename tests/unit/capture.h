/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catch what a formatter prints, and what goes to stderr. */
#ifndef S390MEMCTL_TESTS_UNIT_CAPTURE_H
#define S390MEMCTL_TESTS_UNIT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "out/out.h"

/* A formatter that prints into memory. */
struct capture {
	FILE *stream;
	char *text;
	size_t len;
	struct out *o;
};

/* Make the formatter. */
void capture_begin(struct capture *c, bool json);
/* Free it; the test fails unless it has printed just this. */
void capture_end(struct capture *c, const char *want);

struct caught {
	int saved, end;
};

/* Catch what goes to stderr from now on, at most 255 bytes. */
void catch_stderr(struct caught *c);
/* Let stderr go where it went; the test fails unless just this was caught. */
void release_stderr(struct caught *c, const char *want);

#endif
