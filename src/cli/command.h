/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command table: parsing, help, completion and the write gate all follow
 * from one row a command.
 */
#ifndef S390MEMCTL_CLI_COMMAND_H
#define S390MEMCTL_CLI_COMMAND_H

#include <stddef.h>

#include "base/error.h"

struct session;

enum command_flags {
	CMD_NEEDS_TARGET = 1,	/* attach first */
	CMD_NEEDS_WRITE = 2,	/* refused without -w/--write */
};

/* An option of a command. */
struct command_option {
	const char *name;	/* "ar" for --ar */
	char letter;		/* 't' for -t, 0 if none */
	const char *arg;	/* "N", or NULL if it takes none */
	const char *help;	/* one line */
};

/* A command line taken apart by the row's options. */
struct command_args {
	int argc;		/* positional arguments, without the command's name */
	char **argv;
	const struct command *cmd;
	const char *const *opt;	/* opt[i]: argument of cmd->options[i], "" if it takes none; NULL if not given */
};

struct command {
	const char *name;
	const char *args;	/* "ADDR [LEN]" */
	int min_args, max_args;	/* positional; max -1: any number */
	unsigned int flags;
	const struct command_option *options;	/* ends with a row without name; NULL: none */
	const char *summary;	/* one line */
	const char *help;	/* prose, paragraphs */
	const char *example;	/* command and its real output */
	struct error *(*run)(struct session *s, const struct command_args *args);
};

/* The table, ending with a row without name. */
extern const struct command *const command_table[];
/* The command of a name; NULL if there is none. */
const struct command *command_find(const char *name);
/* The argument of an option, NULL if it was not given. Asserts that the command has such an option. */
const char *command_opt(const struct command_args *args, const char *name);
/* Take words (words[0] is the command) apart and run the command: gate, attach, handler, error, exit code. */
int command_run(struct session *s, int nr_words, char **words);

#endif
