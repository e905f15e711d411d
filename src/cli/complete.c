/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/complete.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>

#include "cli/command.h"
#include "cli/words.h"

/* readline's callbacks have no argument of ours. */
static const struct session *session;
static const struct command *current;	/* of the line; NULL: the first word */

static char *nth_command(const char *text, size_t idx)
{
	size_t i, found = 0;

	for (i = 0; command_table[i]; i++) {
		if (!strncmp(command_table[i]->name, text, strlen(text)) && found++ == idx)
			return strdup(command_table[i]->name);
	}
	return NULL;
}

static char *nth_option(const struct command *cmd, const char *text, size_t idx)
{
	const struct command_option *row;
	size_t found = 0;
	char *name;

	for (row = cmd->options; row && row->name; row++) {
		if (asprintf(&name, "--%s%s", row->name, row->arg ? "=" : "") < 0)
			return NULL;
		if (!strncmp(name, text, strlen(text)) && found++ == idx)
			return name;
		free(name);
	}
	return NULL;
}

char *complete_name(const struct session *s, const char *command, const char *text, size_t idx)
{
	const struct command *cmd = command ? command_find(command) : NULL;
	const char *symbol;

	if (!command)
		return nth_command(text, idx);
	if (!cmd)
		return NULL;
	if (text[0] == '-')
		return nth_option(cmd, text, idx);
	if (cmd == &cmd_help)
		return nth_command(text, idx);
	if (!(cmd->flags & CMD_NEEDS_TARGET) || !s->symbols || !text[0])
		return NULL;
	symbol = symbols_complete(s->symbols, text, idx);
	return symbol ? strdup(symbol) : NULL;
}

/* readline asks with state 0, 1, 2 ... until it gets NULL. */
static char *generate(const char *text, int state)
{
	static size_t idx;

	idx = state ? idx + 1 : 0;
	return complete_name(session, current ? current->name : NULL, text, idx);
}

/* The command that the line begins with, if text is not its first word. */
static struct error *find_current(int start)
{
	struct words words;
	struct error *err;
	char *before;

	current = NULL;
	before = strndup(rl_line_buffer, (size_t)start);
	if (!before)
		return error_nomem();
	err = words_split(before, &words);
	free(before);
	if (err)
		return err;
	if (words.count)
		err = command_lookup(words.word[0], &current);
	words_free(&words);
	return err;
}

static char **complete(const char *text, int start, int end)
{
	struct error *err = find_current(start);
	bool files;

	(void)end;
	/* File names where a command takes some; nothing else in a first word. */
	files = !err && current && strstr(current->args, "FILE") && text[0] != '-';
	rl_attempted_completion_over = !files;
	if (err) {
		error_free(err);
		return NULL;
	}
	rl_completion_append_character = text[0] == '-' ? '\0' : ' ';
	return rl_completion_matches(text, generate);
}

void complete_setup(const struct session *s)
{
	session = s;
	rl_readline_name = "s390memctl";
	rl_attempted_completion_function = complete;
	rl_basic_word_break_characters = " \t\n\"'";
	rl_completer_quote_characters = "\"'";
}
