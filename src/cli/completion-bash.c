/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/completion.h"

#include "cli/options.h"

/* A function that prints the options of a command; '' is the program. */
static void add_option_names(struct buf *b, const char *command, const struct command_option *row)
{
	buf_addf(b, "\t'%s') printf '%%s\\n'", command);
	for (; row && row->name; row++) {
		buf_addf(b, " --%s%s", row->name, row->arg ? "=" : "");
		if (row->letter)
			buf_addf(b, " -%c", row->letter);
	}
	buf_adds(b, " ;;\n");
}

static void add_completion(struct buf *b, struct completion_arg arg)
{
	switch (arg.kind) {
	case COMPLETION_NONE:
		buf_adds(b, "none");
		break;
	case COMPLETION_FILES:
		buf_adds(b, "files");
		break;
	case COMPLETION_WORDS:
		buf_addf(b, "words %s", arg.words);
		break;
	case COMPLETION_LIVE:
		buf_addf(b, "live %s", arg.words);
		break;
	}
}

static void add_option_args(struct buf *b, const char *command, const struct command_option *row)
{
	for (; row && row->name; row++) {
		if (!row->arg)
			continue;
		buf_addf(b, "\t'%s --%s'", command, row->name);
		if (row->letter)
			buf_addf(b, " | '%s -%c'", command, row->letter);
		buf_adds(b, ") echo ");
		add_completion(b, completion_of_option(row));
		buf_adds(b, " ;;\n");
	}
}

static const char script_head[] =
"# SPDX-License-Identifier: GPL-3.0-or-later\n"
"# shellcheck shell=bash\n"
"#\n"
"# Completion for s390memctl in bash, made by \"s390memctl completion bash\" from its\n"
"# tables: do not edit. Needs nothing of the package bash-completion.\n"
"\n";

static const char script_body[] =
"# What completes an argument: \"words WORD...\", \"live KIND\", \"files\" or \"none\".\n"
"_s390memctl_reply() {\n"
"\tlocal kind=$1 word\n"
"\n"
"\tshift\n"
"\tcase $kind in\n"
"\tfiles)\n"
"\t\tcompopt -o filenames 2>/dev/null\n"
"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
"\t\t;;\n"
"\twords)\n"
"\t\tmapfile -t COMPREPLY < <(compgen -W \"$*\" -- \"$cur\")\n"
"\t\t;;\n"
"\tlive)\n"
"\t\twhile IFS= read -r word; do\n"
"\t\t\t[[ $word != \"$cur\"* ]] || COMPREPLY+=(\"$(printf '%q' \"$word\")\")\n"
"\t\tdone < <(\"${program[@]}\" completion \"$1\" 2>/dev/null)\n"
"\t\t;;\n"
"\tesac\n"
"}\n"
"\n"
"_s390memctl() {\n"
"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev='' word command='' option='' i kind\n"
"\tlocal program=(\"${COMP_WORDS[0]}\")\n"
"\tCOMPREPLY=()\n"
"\n"
"\t# \"--name=value\" comes as three words.\n"
"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
"\t\tword=${COMP_WORDS[i]}\n"
"\t\tif [[ $word == = ]]; then\n"
"\t\t\toption=$prev\n"
"\t\telif [[ -n $option ]]; then\n"
"\t\t\tcase \"$command $option\" in\n"
"\t\t\t' --pid' | ' -p') program+=(\"--pid=$word\") ;;\n"
"\t\t\t' --guest' | ' -g') program+=(\"--guest=$word\") ;;\n"
"\t\t\tesac\n"
"\t\t\toption=\n"
"\t\telif [[ $word == -* ]]; then\n"
"\t\t\tif [[ -n $(_s390memctl_arg \"$command $word\") ]]; then\n"
"\t\t\t\toption=$word\n"
"\t\t\tfi\n"
"\t\telif [[ -z $command ]]; then\n"
"\t\t\tcommand=$word\n"
"\t\tfi\n"
"\t\tprev=$word\n"
"\tdone\n"
"\tif [[ $cur == = ]]; then\n"
"\t\toption=$prev\n"
"\t\tcur=\n"
"\tfi\n"
"\tif [[ -n $option ]]; then\n"
"\t\tread -ra kind <<<\"$(_s390memctl_arg \"$command $option\")\"\n"
"\telif [[ $cur == -* ]]; then\n"
"\t\tread -ra kind <<<\"words $(_s390memctl_options \"$command\" | tr '\\n' ' ')\"\n"
"\t\tcompopt -o nospace 2>/dev/null\n"
"\telif [[ -z $command ]]; then\n"
"\t\tread -ra kind <<<\"words $(_s390memctl_commands)\"\n"
"\telse\n"
"\t\tread -ra kind <<<\"$(_s390memctl_args \"$command\")\"\n"
"\tfi\n"
"\t_s390memctl_reply \"${kind[@]}\"\n"
"\t# An option is complete with a blank, or with its \"=\".\n"
"\tif [[ $cur == -* && ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != *= ]]; then\n"
"\t\tcompopt +o nospace 2>/dev/null\n"
"\tfi\n"
"\treturn 0\n"
"}\n"
"complete -F _s390memctl s390memctl\n";

void completion_bash(struct buf *b)
{
	size_t i;

	buf_adds(b, script_head);
	buf_adds(b, "_s390memctl_commands() {\n\tprintf '%s '");
	for (i = 0; command_table[i]; i++)
		buf_addf(b, " %s", command_table[i]->name);
	buf_adds(b, "\n}\n\n# Options of a command; of the program, if it is empty.\n"
		    "_s390memctl_options() {\n\tcase $1 in\n");
	add_option_names(b, "", options_table);
	for (i = 0; command_table[i]; i++) {
		if (command_table[i]->options)
			add_option_names(b, command_table[i]->name, command_table[i]->options);
	}
	buf_adds(b, "\tesac\n}\n\n# \"COMMAND OPTION\": what its argument is; nothing if it takes none.\n"
		    "_s390memctl_arg() {\n\tcase $1 in\n");
	add_option_args(b, "", options_table);
	for (i = 0; command_table[i]; i++)
		add_option_args(b, command_table[i]->name, command_table[i]->options);
	buf_adds(b, "\tesac\n}\n\n# The arguments of a command.\n_s390memctl_args() {\n\tcase $1 in\n");
	for (i = 0; command_table[i]; i++) {
		struct completion_arg arg = completion_of_command(command_table[i]);

		if (arg.kind == COMPLETION_NONE)
			continue;
		buf_addf(b, "\t%s) echo ", command_table[i]->name);
		add_completion(b, arg);
		buf_adds(b, " ;;\n");
	}
	buf_adds(b, "\t*) echo none ;;\n\tesac\n}\n\n");
	buf_adds(b, script_body);
}
