/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "cli/options.h"

struct apropos {
	struct out *out;
	const char *word;
	unsigned int found;
};

/* One match: what it is, its name, and a line about it. of: the command of an option, or NULL. */
static void found(struct apropos *a, const char *kind, const char *name, const char *of,
		  const char *about)
{
	struct buf left = BUF_INIT;

	a->found++;
	buf_addf(&left, "%s%s%s", of ? of : "", of ? " " : "", name);
	out_text(a->out, "%-9s  %-28s  %s\n", kind, buf_str(&left), about);
	out_object(a->out, NULL);
	out_str(a->out, "kind", kind);
	out_str(a->out, "name", name);
	if (of)
		out_str(a->out, "command", of);
	out_str(a->out, "about", about);
	out_close(a->out);
	buf_free(&left);
}

static bool has(const struct apropos *a, const char *text)
{
	return strcasestr(text, a->word) != NULL;
}

static void look_at_options(struct apropos *a, const struct command_option *row, const char *of)
{
	char name[64];

	for (; row && row->name; row++) {
		if (!has(a, row->name) && !has(a, row->help))
			continue;
		snprintf(name, sizeof(name), "--%s", row->name);
		found(a, "option", name, of, row->help);
	}
}

static void look_at_exceptions(struct apropos *a)
{
	size_t count, i;
	const struct pgm *table = pgm_table(&count);
	char name[64];

	for (i = 0; i < count; i++) {
		if (!has(a, table[i].name) && !has(a, table[i].meaning) &&
		    !has(a, table[i].advice))
			continue;
		snprintf(name, sizeof(name), "%04x %s", table[i].code, table[i].name);
		found(a, "exception", name, NULL, table[i].meaning);
	}
}

static struct error *run_apropos(struct session *s, const struct command_args *args)
{
	struct apropos a = { .out = s->out, .word = args->argv[0] };
	struct buf shown = BUF_INIT;
	struct error *err;
	size_t i;

	if (!a.word[0])
		return error_new(ERROR_USAGE, "the word is empty");
	out_array(s->out, "matches");
	for (i = 0; command_table[i]; i++) {
		const struct command *cmd = command_table[i];

		if (has(&a, cmd->name) || has(&a, cmd->summary) || has(&a, cmd->help))
			found(&a, "command", cmd->name, NULL, cmd->summary);
	}
	look_at_options(&a, options_table, NULL);
	for (i = 0; command_table[i]; i++)
		look_at_options(&a, command_table[i]->options, command_table[i]->name);
	look_at_exceptions(&a);
	out_close(s->out);
	if (a.found)
		return NULL;
	buf_add_escaped(&shown, a.word, strlen(a.word));
	err = error_new(ERROR_NO, "nothing is about '%s'", buf_str(&shown));
	buf_free(&shown);
	return error_hint(err, "'help' lists the commands, 'help exceptions' the program interruptions");
}

const struct command cmd_apropos = {
	.name = "apropos",
	.args = "WORD",
	.min_args = 1,
	.max_args = 1,
	.summary = "search the help for a word",
	.help =
"Show the commands, options and program interruptions whose name or help text has\n"
"WORD in it, in upper or lower case, whole or as a part.\n",
	.example =
"$ s390memctl apropos linkage-stack\n"
"exception  0032 stack-specification exception  a linkage-stack entry has no valid free-space or next-section pointer\n"
"exception  0033 stack-type exception     the linkage-stack entry is not of the type that the operation needs\n"
"exception  0034 stack-operation exception  the linkage-stack entry may not be unstacked or modified\n",
	.see_also = "help",
	.answers_no = "nothing is about that word",
	.run = run_apropos,
};
