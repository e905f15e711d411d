/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/completion.h"

#include <string.h>

#include "cli/options.h"

/* Text inside of '...' in an option's specification: brackets and colons have a meaning there. */
static void add_text(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_adds(b, "'\\''");
		else if (strchr("[]:\\", *text))
			buf_addf(b, "\\%c", *text);
		else
			buf_addc(b, *text);
	}
}

static void add_action(struct buf *b, struct completion_arg arg)
{
	switch (arg.kind) {
	case COMPLETION_NONE:
		buf_adds(b, ": ");
		break;
	case COMPLETION_FILES:
		buf_adds(b, ":_files");
		break;
	case COMPLETION_WORDS:
		buf_addf(b, ":(%s)", arg.words);
		break;
	case COMPLETION_LIVE:
		buf_addf(b, ":{_s390memctl_live %s}", arg.words);
		break;
	}
}

static void add_options(struct buf *b, const struct command_option *row, const char *indent)
{
	for (; row && row->name; row++) {
		buf_addf(b, " \\\n%s", indent);
		if (row->letter)
			buf_addf(b, "'(-%c --%s)'{-%c%s,--%s%s}'[", row->letter, row->name, row->letter,
				 row->arg ? "+" : "", row->name, row->arg ? "=" : "");
		else
			buf_addf(b, "'--%s%s[", row->name, row->arg ? "=" : "");
		add_text(b, row->help);
		buf_adds(b, "]");
		if (row->arg) {
			buf_addc(b, ':');
			add_text(b, row->arg);
			add_action(b, completion_of_option(row));
		}
		buf_addc(b, '\'');
	}
}

static void add_command(struct buf *b, const struct command *cmd)
{
	struct completion_arg arg = completion_of_command(cmd);

	buf_addf(b, "\t\t%s)\n\t\t\t_arguments -s", cmd->name);
	add_options(b, cmd->options, "\t\t\t\t");
	buf_adds(b, " \\\n\t\t\t\t'*:");
	add_text(b, cmd->args[0] ? cmd->args : "no argument");
	add_action(b, arg);
	buf_adds(b, "'\n\t\t\t;;\n");
}

void completion_zsh(struct buf *b)
{
	size_t i;

	buf_adds(b,
		 "#compdef s390memctl\n"
		 "# SPDX-License-Identifier: GPL-3.0-or-later\n"
		 "#\n"
		 "# Completion for s390memctl in zsh, made by \"s390memctl completion zsh\" from its\n"
		 "# tables: do not edit.\n"
		 "\n"
		 "# Words that change: the program knows them.\n"
		 "_s390memctl_live() {\n"
		 "\tlocal -a found\n"
		 "\tlocal -a choice\n"
		 "\n"
		 "\t(( $+opt_args[--guest] )) && choice+=(\"--guest=${(Q)opt_args[--guest]}\")\n"
		 "\t(( $+opt_args[-g] )) && choice+=(\"--guest=${(Q)opt_args[-g]}\")\n"
		 "\t(( $+opt_args[--pid] )) && choice+=(\"--pid=${opt_args[--pid]}\")\n"
		 "\t(( $+opt_args[-p] )) && choice+=(\"--pid=${opt_args[-p]}\")\n"
		 "\t[[ $1 == vcpus ]] || choice=()\n"
		 "\tfound=(${(f)\"$(s390memctl $choice completion $1 2>/dev/null)\"})\n"
		 "\tcompadd -a found\n"
		 "}\n"
		 "\n"
		 "_s390memctl() {\n"
		 "\tlocal context state state_descr line\n"
		 "\ttypeset -A opt_args\n"
		 "\tlocal -a commands\n"
		 "\n"
		 "\tcommands=(\n");
	for (i = 0; command_table[i]; i++) {
		buf_addf(b, "\t\t'%s:", command_table[i]->name);
		add_text(b, command_table[i]->summary);
		buf_adds(b, "'\n");
	}
	buf_adds(b, "\t)\n\t_arguments -s -C");
	add_options(b, options_table, "\t\t");
	buf_adds(b,
		 " \\\n\t\t'1:command:->command' \\\n\t\t'*::argument:->argument'\n"
		 "\tcase $state in\n"
		 "\tcommand)\n"
		 "\t\t_describe command commands\n"
		 "\t\t;;\n"
		 "\targument)\n"
		 "\t\tcase $words[1] in\n");
	for (i = 0; command_table[i]; i++)
		add_command(b, command_table[i]);
	buf_adds(b, "\t\tesac\n\t\t;;\n\tesac\n}\n\n_s390memctl \"$@\"\n");
}
