/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/completion.h"

#include "cli/options.h"

/* Text in '...' as fish reads it. */
static void add_quoted(struct buf *b, const char *text)
{
	buf_addc(b, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *text);
	}
	buf_addc(b, '\'');
}

static void add_candidates(struct buf *b, struct completion_arg arg)
{
	switch (arg.kind) {
	case COMPLETION_NONE:
		break;
	case COMPLETION_FILES:
		buf_adds(b, " -F");
		break;
	case COMPLETION_WORDS:
		buf_addf(b, " -a '%s'", arg.words);
		break;
	case COMPLETION_LIVE:
		buf_addf(b, " -a '(s390memctl completion %s 2>/dev/null)'", arg.words);
		break;
	}
}

/* when: the condition of fish under which the options are offered. */
static void add_options(struct buf *b, const char *when, const struct command_option *row)
{
	for (; row && row->name; row++) {
		buf_addf(b, "complete -c s390memctl -n '%s' -l %s", when, row->name);
		if (row->letter)
			buf_addf(b, " -s %c", row->letter);
		if (row->arg) {
			buf_adds(b, completion_of_option(row).kind == COMPLETION_FILES ? " -r" : " -x");
			add_candidates(b, completion_of_option(row));
		}
		buf_adds(b, " -d ");
		add_quoted(b, row->help);
		buf_addc(b, '\n');
	}
}

static void add_command(struct buf *b, const struct command *cmd)
{
	struct completion_arg arg = completion_of_command(cmd);
	struct buf when = BUF_INIT;

	buf_addf(b, "complete -c s390memctl -n __s390memctl_no_command -a %s -d ", cmd->name);
	add_quoted(b, cmd->summary);
	buf_addc(b, '\n');
	buf_addf(&when, "__s390memctl_command %s", cmd->name);
	add_options(b, buf_str(&when), cmd->options);
	if (arg.kind != COMPLETION_NONE) {
		buf_addf(b, "complete -c s390memctl -n '%s'", buf_str(&when));
		add_candidates(b, arg);
		buf_addc(b, '\n');
	}
	buf_free(&when);
}

void completion_fish(struct buf *b)
{
	const struct command_option *row;
	size_t i;

	buf_adds(b,
		 "# SPDX-License-Identifier: GPL-3.0-or-later\n"
		 "#\n"
		 "# Completion for s390memctl in fish, made by \"s390memctl completion fish\" from its\n"
		 "# tables: do not edit.\n"
		 "\n"
		 "# The command that the line has so far, if any.\n"
		 "function __s390memctl_current\n"
		 "\tset -l skip no\n"
		 "\tfor word in (commandline -opc)[2..-1]\n"
		 "\t\tif test $skip = yes\n"
		 "\t\t\tset skip no\n"
		 "\t\t\tcontinue\n"
		 "\t\tend\n"
		 "\t\tswitch $word\n"
		 "\t\t\tcase");
	for (row = options_table; row->name; row++) {
		if (!row->arg)
			continue;
		buf_addf(b, " --%s", row->name);
		if (row->letter)
			buf_addf(b, " -%c", row->letter);
	}
	buf_adds(b,
		 "\n"
		 "\t\t\t\tset skip yes\n"
		 "\t\t\tcase '-*'\n"
		 "\t\t\tcase '*'\n"
		 "\t\t\t\techo $word\n"
		 "\t\t\t\treturn\n"
		 "\t\tend\n"
		 "\tend\n"
		 "end\n"
		 "\n"
		 "function __s390memctl_no_command\n"
		 "\tset -l current (__s390memctl_current)\n"
		 "\ttest -z \"$current\"\n"
		 "end\n"
		 "\n"
		 "function __s390memctl_command\n"
		 "\tset -l current (__s390memctl_current)\n"
		 "\ttest \"$current\" = $argv[1]\n"
		 "end\n"
		 "\n"
		 "complete -c s390memctl -f\n");
	add_options(b, "__s390memctl_no_command", options_table);
	for (i = 0; command_table[i]; i++)
		add_command(b, command_table[i]);
}
