/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the user's own shell: !COMMAND, what stands behind |, the pager. */
#ifndef S390MEMCTL_CLI_CHILD_H
#define S390MEMCTL_CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Start a command line of the user's by $SHELL -c, or /bin/sh. input (may be NULL):
 * gets the writing end of a pipe that is its standard input. Errors: ERROR_TARGET.
 */
struct error *child_start(const char *command, int *input, pid_t *pid);
/*
 * Wait for it. A SIGTERM or SIGHUP of ours is passed on. Returns its exit code, or
 * 128 + the number of the signal that has ended it.
 */
int child_wait(pid_t pid, const volatile int *interrupted);

#endif
