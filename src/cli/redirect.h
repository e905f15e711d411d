/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of the shell that lead out of it: !COMMAND, and commands whose output
 * goes into "| COMMAND", "> FILE", ">> FILE" or ">| FILE" (which replaces a file).
 * The sign begins a word, and is not in quotes.
 */
#ifndef S390MEMCTL_CLI_REDIRECT_H
#define S390MEMCTL_CLI_REDIRECT_H

#include "cli/session.h"

/* Runs a command line without any of these; returns its exit code. */
typedef int run_line(struct session *s, const char *line);

/*
 * Run a line. What goes to the terminal goes through the pager when it is longer
 * than the screen. Returns an exit code: that of the command, of !COMMAND, or of
 * what could not be opened, which is *err then.
 */
int redirect_run(struct session *s, const char *line, run_line *run, struct error **err);

#endif
