/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options by table, the same way for the program and for every command:
 * --name, --name=ARG, --name ARG, unambiguous beginnings of long names, -t ARG,
 * -tARG, -wj, and "--" as the end of options. A minus sign before a digit
 * begins a negative number, never an option.
 */
#ifndef S390MEMCTL_CLI_OPTPARSE_H
#define S390MEMCTL_CLI_OPTPARSE_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/command.h"

/* Called for each option given: its row and its argument ("" if it takes none). */
typedef struct error *optparse_fn(void *arg, const struct command_option *opt,
				  const char *value);

/*
 * Take the options out of words; what is left moves to the front of words, and
 * *count becomes its number.
 *
 * table: ends with a row without name. all: look for options behind positional
 * arguments too; otherwise the first of those ends the options.
 * Errors: ERROR_USAGE that names the option; those of fn.
 */
struct error *optparse(const struct command_option *table, bool all, int *count,
		       char **words, optparse_fn *fn, void *arg);

#endif
