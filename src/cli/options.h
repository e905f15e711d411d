/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of the program. */
#ifndef S390MEMCTL_CLI_OPTIONS_H
#define S390MEMCTL_CLI_OPTIONS_H

#include <stdbool.h>

#include "cli/command.h"
#include "cli/session.h"

/* A -e or -f, in the order given. */
struct options_script {
	bool is_file;		/* -f: text is a path, "-" for stdin; else a command */
	const char *text;
};

struct options {
	bool help;		/* -h */
	bool version;		/* -V */
	bool keep_going;	/* --keep-going */
	struct options_script *scripts;
	int nr_scripts;
	int nr_words;		/* the one-shot command; 0: none */
	char **words;
};

/* The table, for parsing, --help and the tests of the man page. Ends with a row without name. */
extern const struct command_option options_table[];

/*
 * Parse the program's arguments (argv[0] is its name) into s and opt. Errors:
 * ERROR_USAGE, one line that names the option and what it takes.
 */
struct error *options_parse(int argc, char **argv, struct session *s, struct options *opt);
/* Free what options_parse() has allocated. */
void options_free(struct options *opt);
/* A time with its unit (ns us ms s), as --max-stop takes it, in nanoseconds; 1 us to max_s seconds. */
struct error *options_time(const char *text, unsigned int max_s, uint64_t *ns);

#endif
