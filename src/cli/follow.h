/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands that go on until they are interrupted have in common: time stamps, waiting. */
#ifndef S390MEMCTL_CLI_FOLLOW_H
#define S390MEMCTL_CLI_FOLLOW_H

#include <stddef.h>
#include <stdint.h>

#include "cli/session.h"

#define FOLLOW_INTERVAL_NS 1000000000ULL	/* between two looks, if nothing else is said */
#define FOLLOW_STAMP_MAX 40

/* The time of day; in JSON with the date, in UTC: "2026-11-23T12:04:31.206Z". */
void follow_stamp(const struct out *o, char stamp[FOLLOW_STAMP_MAX]);
/*
 * Wait so many nanoseconds, or until a signal asks the command to stop. An error
 * with errno EPIPE, which ends the command quietly, once nobody reads stdout any more.
 */
struct error *follow_wait(struct session *s, uint64_t interval_ns);
/* End the document as one of a stream, let it be seen, and begin the next one (JSON Lines). */
struct error *follow_next(struct session *s, const char *command);

#endif
