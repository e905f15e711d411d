/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shell on a terminal. */
#ifndef S390MEMCTL_CLI_SHELL_H
#define S390MEMCTL_CLI_SHELL_H

#include "cli/session.h"

/*
 * Read commands with readline and run them until quit, Ctrl-D, SIGTERM or
 * SIGHUP. Ctrl-C ends the running command, or the line being typed. Returns
 * the exit code of the session: 0, whatever single commands returned.
 */
int shell_run(struct session *s);

#endif
