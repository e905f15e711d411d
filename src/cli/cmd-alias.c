/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/alias.h"
#include "cli/command.h"
#include "cli/session.h"

static void show_alias(struct session *s, const char *name, const char *text)
{
	struct buf shown_name = BUF_INIT, shown = BUF_INIT;

	buf_add_escaped(&shown_name, name, strlen(name));
	buf_add_escaped(&shown, text, strlen(text));
	out_text(s->out, "%s=%s\n", buf_str(&shown_name), buf_str(&shown));
	out_object(s->out, NULL);
	out_str(s->out, "name", name);
	out_str(s->out, "text", text);
	out_close(s->out);
	buf_free(&shown_name);
	buf_free(&shown);
}

/* All aliases, or the one of a name. */
static struct error *show_aliases(struct session *s, const char *only)
{
	const char *name, *text;
	bool found = false;
	size_t i;

	out_array(s->out, "aliases");
	for (i = 0; (name = alias_name(s, i, &text)); i++) {
		if (only && strcmp(only, name))
			continue;
		show_alias(s, name, text);
		found = true;
	}
	out_close(s->out);
	return found || !only ? NULL : error_new(ERROR_NO, "there is no such alias");
}

static struct error *run_alias(struct session *s, const struct command_args *args)
{
	const char *equals = args->argc ? strchr(args->argv[0], '=') : NULL;
	struct buf text = BUF_INIT;
	struct error *err;
	char *name;
	int i;

	if (!equals && args->argc > 1)
		return error_hint(error_new(ERROR_USAGE, "no = behind the alias"),
				  "write alias NAME=WORDS");
	if (!equals)
		return show_aliases(s, args->argc ? args->argv[0] : NULL);
	buf_adds(&text, equals + 1);
	for (i = 1; i < args->argc; i++)
		buf_addf(&text, " %s", args->argv[i]);
	name = strndup(args->argv[0], (size_t)(equals - args->argv[0]));
	err = name && !buf_failed(&text) ? alias_set(s, name, buf_str(&text)) : error_nomem();
	free(name);
	buf_free(&text);
	return err;
}

static struct error *run_unalias(struct session *s, const struct command_args *args)
{
	if (alias_remove(s, args->argv[0]))
		return NULL;
	return error_new(ERROR_NO, "there is no such alias");
}

const struct command cmd_alias = {
	.name = "alias",
	.args = "[NAME[=WORDS...]]",
	.flags = CMD_WORDS,
	.max_args = -1,
	.summary = "give the beginning of a command line a name",
	.help =
"A line that begins with NAME begins with WORDS instead, from the next line on:\n"
"commands, options, other aliases, !commands. Quotes keep special characters for\n"
"later. Without WORDS show the alias, without NAME all of them.\n",
	.example =
"demo/0 [ro,live]> alias lc='read abs:0'\n"
"demo/0 [ro,live]> lc 16\n"
"0000000000000000  00000000 00000000 00000000 00000000  |................|\n",
	.see_also = "unalias source set",
	.answers_no = "there is no such alias",
	.run = run_alias,
};

const struct command cmd_unalias = {
	.name = "unalias",
	.args = "NAME",
	.min_args = 1,
	.max_args = 1,
	.summary = "forget an alias",
	.help =
"Forget the alias NAME. The exit code is 1 if there is none.\n",
	.example =
"demo/0 [ro,live]> unalias lc\n",
	.see_also = "alias",
	.answers_no = "there is no such alias",
	.run = run_unalias,
};
