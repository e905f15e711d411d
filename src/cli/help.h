/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help texts, all from the tables of options and commands. */
#ifndef S390MEMCTL_CLI_HELP_H
#define S390MEMCTL_CLI_HELP_H

#include "cli/command.h"
#include "out/out.h"

/* The program's usage, for --help: synopsis, options, commands, exit codes. Text only. */
void help_usage(struct out *o);

#endif
