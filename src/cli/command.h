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

/* Members of a list in a JSON document, which is in memory before it is printed. */
#define COMMAND_JSON_MAX 100000

enum command_flags {
	/*
	 * Works on a guest: the handler calls session_attach() once it has
	 * understood all its arguments, so that bad input touches nothing.
	 */
	CMD_NEEDS_TARGET = 1,
	CMD_NEEDS_WRITE = 2,	/* refused without -w/--write */
	/* Runs other command lines, and has no document of its own unless it fails. */
	CMD_RUNS_LINES = 4,
	CMD_STREAMS = 8,	/* shows what happens as it happens: no pager */
	CMD_WORDS = 16,		/* all its words are arguments, those that begin with - too */
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
	const char *see_also;	/* names of commands, blanks between; NULL: as its flags suggest */
	const char *answers_no;	/* what exit code 1 means here; NULL: it never has it */
	const char *exits;	/* its exit codes besides 0, 1 and 64, as "4 5"; NULL: by its flags */
	struct error *(*run)(struct session *s, const struct command_args *args);
};

/* The rows; each stands in the cmd-*.c of its name. */
extern const struct command cmd_list, cmd_info, cmd_regs, cmd_read, cmd_write, cmd_fill,
	cmd_check, cmd_translate, cmd_map, cmd_keys, cmd_search, cmd_diff, cmd_watch, cmd_dump,
	cmd_load, cmd_cas, cmd_help, cmd_apropos, cmd_completion, cmd_version, cmd_quit,
	cmd_dis, cmd_sym;
extern const struct command cmd_log, cmd_ps, cmd_sys, cmd_triage;
extern const struct command cmd_alias, cmd_set, cmd_show, cmd_source, cmd_unalias;
extern const struct command cmd_modules;
extern const struct command cmd_lowcore, cmd_bt;
extern const struct command cmd_offsetof, cmd_print, cmd_ptype, cmd_sizeof;

/* The table, ending with NULL. */
extern const struct command *const command_table[];

/* The command of exactly this name; NULL if there is none. */
const struct command *command_find(const char *name);
/*
 * The command that a name or an unambiguous beginning of one means. ERROR_USAGE
 * that tells what it could mean, or which name is near.
 */
struct error *command_lookup(const char *name, const struct command **cmd);
/*
 * The argument of an option ("" if it takes none); NULL if it was not given, or
 * the command has no such option.
 */
const char *command_opt(const struct command_args *args, const char *name);
#define COMMAND_NAME_MAX 31	/* characters of a command's name */

/* Names of the commands beside this one, blanks between them; never empty. */
const char *command_see_also(const struct command *cmd);
/*
 * Take the first of such names (name: COMMAND_NAME_MAX + 1 bytes). Returns where
 * the next one begins, or the end; NULL if there was none left.
 */
const char *command_next_name(const char *names, char *name);
/*
 * Run one command, from its words (words[0] is its name): options, write
 * gate, handler, error message, statistics. Returns its exit code; 128 + signal
 * number if a signal has ended it.
 */
int command_run(struct session *s, int nr_words, char **words);
/* The first of two errors, NULL if there is none; the other one is freed. */
struct error *command_first_error(struct error *first, struct error *second);
/* Exit code of an error; 0 for NULL. */
int command_exit_code(const struct error *err);

#endif
