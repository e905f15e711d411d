/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exit codes, and which of them a command can have. */
#ifndef S390MEMCTL_CLI_EXIT_CODES_H
#define S390MEMCTL_CLI_EXIT_CODES_H

#include <stddef.h>

#include "cli/command.h"

struct exit_code {
	int code;
	const char *meaning;	/* one line */
};

/* All of them, in order; *count gets their number. */
const struct exit_code *exit_codes(size_t *count);
/* What the code means of this command; NULL if it never ends with it. */
const char *exit_code_of(const struct command *cmd, const struct exit_code *row);

#endif
