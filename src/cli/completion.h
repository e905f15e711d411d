/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion for bash, zsh and fish, from the tables of options and commands. The
 * scripts ask the program again for what changes: guests, vCPUs.
 */
#ifndef S390MEMCTL_CLI_COMPLETION_H
#define S390MEMCTL_CLI_COMPLETION_H

#include "base/buf.h"
#include "cli/command.h"

enum completion_kind {
	COMPLETION_NONE,	/* nothing that could be known */
	COMPLETION_WORDS,	/* fixed words */
	COMPLETION_FILES,
	COMPLETION_LIVE,	/* "s390memctl completion WORDS" tells */
};

struct completion_arg {
	enum completion_kind kind;
	const char *words;	/* fixed words, blanks between; or what is asked for */
};

/* What an option's argument can be, by its name in the table. row: NULL for COMPLETION_NONE. */
struct completion_arg completion_of_option(const struct command_option *row);
/* The same of a command's arguments. */
struct completion_arg completion_of_command(const struct command *cmd);

/* Append the script for a shell. */
void completion_bash(struct buf *b);
void completion_zsh(struct buf *b);
void completion_fish(struct buf *b);

#endif
