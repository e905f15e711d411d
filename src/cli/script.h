/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands from -e and -f, in the order given. */
#ifndef S390MEMCTL_CLI_SCRIPT_H
#define S390MEMCTL_CLI_SCRIPT_H

#include <stdio.h>

#include "cli/options.h"

/*
 * Run all commands of -e and -f, until one's exit code is not 0, a signal
 * comes, or quit is given. All files are opened before the first command runs.
 * Errors name "FILE:LINE" ("-e N" for the Nth -e). Returns the exit code.
 */
int script_run(struct session *s, const struct options *opt);
/*
 * Run the lines of a file in the middle of others, up to the first whose exit code
 * is not 0, or all of them (go_on). Its last code that was not 0 becomes *code.
 * Errors: the file cannot be opened, or too many of them are open inside each other.
 */
struct error *script_source(struct session *s, const char *path, bool go_on, int *code);
/* The same for a file that is open already, and stays so; path is how errors name it. */
struct error *script_source_file(struct session *s, FILE *file, const char *path, bool go_on,
				 int *code);
/*
 * Replace its alias, split a line and run what stands in it; in the shell with
 * what leads out of it (redirect.h). 0 for an empty one. Returns the exit code.
 */
int script_run_line(struct session *s, const char *line);

#endif
