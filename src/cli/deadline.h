/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A time limit for a command that is made of parts: when it is reached, the
 * running part ends as if by a signal, and the command goes on to say so.
 */
#ifndef S390MEMCTL_CLI_DEADLINE_H
#define S390MEMCTL_CLI_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Begin: after ns nanoseconds (at least 1 ms) the flag of signals.h becomes SIGALRM. ERROR_TARGET. */
struct error *deadline_begin(uint64_t ns);
/* Is the time over? */
bool deadline_is_over(void);
/* End it, and take SIGALRM from the flag. Whether the time was over. */
bool deadline_end(void);

#endif
