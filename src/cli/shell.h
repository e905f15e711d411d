/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shell on a terminal. */
#ifndef S390MEMCTL_CLI_SHELL_H
#define S390MEMCTL_CLI_SHELL_H

#include "cli/session.h"

/*
 * Run the user's rc file, $XDG_CONFIG_HOME/s390memctl/rc or that of ~/.config, if
 * there is one and it is the user's own: line by line, with an error told and gone
 * on behind it. To be called before the shell attaches to anything.
 */
void shell_read_rc(struct session *s);
/*
 * Read commands with readline and run them until quit, Ctrl-D, SIGTERM or
 * SIGHUP. Ctrl-C ends the running command, or the line being typed; an empty line
 * is the last command again, from where it ended (repeat.h). Returns
 * the exit code of the session: 0, whatever single commands returned.
 */
int shell_run(struct session *s);

#endif
