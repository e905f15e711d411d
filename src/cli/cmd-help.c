/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "cli/help.h"
#include "cli/options.h"

static const struct {
	int code;
	const char *meaning;
} exit_codes[] = {
	{ 0, "done" },
	{ 1, "the answer is no: an access would fail, a value differs, nothing is found" },
	{ 2, "access exception of the guest" },
	{ 3, "part of the output could not be made" },
	{ 4, "the guest could not be attached to, or the host failed" },
	{ 5, "refused: no --write, a protected guest, a VMM not safe to work on" },
	{ 64, "bad command line, number, expression or file" },
};

static void show_options(struct out *o, const struct command_option *row)
{
	struct buf left = BUF_INIT;

	for (; row && row->name; row++) {
		buf_reset(&left);
		if (row->letter)
			buf_addf(&left, "-%c, ", row->letter);
		else
			buf_adds(&left, "    ");
		buf_addf(&left, "--%s%s%s", row->name, row->arg ? "=" : "",
			 row->arg ? row->arg : "");
		out_text(o, "  %-23s %s\n", buf_str(&left), row->help);
	}
	buf_free(&left);
}

static void show_commands(struct out *o)
{
	const struct command *cmd;
	struct buf left = BUF_INIT;
	size_t i;

	out_array(o, "commands");
	for (i = 0; command_table[i]; i++) {
		cmd = command_table[i];
		buf_reset(&left);
		buf_addf(&left, "%s%s%s", cmd->name, cmd->args[0] ? " " : "", cmd->args);
		out_text(o, "  %-24s %s%s\n", buf_str(&left), cmd->summary,
			 cmd->flags & CMD_NEEDS_WRITE ? " (--write)" : "");
		out_object(o, NULL);
		out_str(o, "name", cmd->name);
		out_str(o, "args", cmd->args);
		out_str(o, "summary", cmd->summary);
		out_bool(o, "needs_target", cmd->flags & CMD_NEEDS_TARGET);
		out_bool(o, "needs_write", cmd->flags & CMD_NEEDS_WRITE);
		out_close(o);
	}
	out_close(o);
	buf_free(&left);
}

static void show_exit_codes(struct out *o)
{
	size_t i;

	out_array(o, "exit_codes");
	for (i = 0; i < sizeof(exit_codes) / sizeof(exit_codes[0]); i++) {
		out_text(o, "  %2d  %s\n", exit_codes[i].code, exit_codes[i].meaning);
		out_object(o, NULL);
		out_num(o, "code", exit_codes[i].code);
		out_str(o, "meaning", exit_codes[i].meaning);
		out_close(o);
	}
	out_close(o);
}

void help_usage(struct out *o)
{
	out_text(o, "usage: s390memctl [OPTION...] COMMAND [ARG...]\n"
		    "       s390memctl [OPTION...] -e CMD... | -f FILE\n"
		    "       s390memctl [OPTION...]\n"
		    "\n"
		    "Read, write, check and dump the logical memory of a running KVM guest on IBM Z.\n"
		    "Without a command it is a shell.\n"
		    "\n"
		    "Options:\n");
	show_options(o, options_table);
	out_text(o, "\nCommands:\n");
	show_commands(o);
	out_text(o, "\nExit codes:\n");
	show_exit_codes(o);
	out_text(o, "\nMore: s390memctl help COMMAND, s390memctl help exceptions, man s390memctl\n");
}

static void help_overview(struct out *o)
{
	show_commands(o);
	out_text(o, "\nAddresses: C numbers; symbol, symbol+offset (with --symbols);\n"
		    "%%r15, %%a15, %%c15, %%psw, %%pswm, %%prefix, %%r15+160\n"
		    "\nExit codes:\n");
	show_exit_codes(o);
	out_text(o, "\n'help COMMAND' tells more, 'help exceptions' the program interruptions,\n"
		    "'help 0011' one of them. Names may be shortened as long as they are unambiguous.\n");
}

static void help_command(struct out *o, const struct command *cmd)
{
	const struct command_option *row;

	out_text(o, "%s%s%s%s\n\n%s", cmd->name, cmd->options ? " [OPTION...]" : "",
		 cmd->args[0] ? " " : "", cmd->args, cmd->help);
	if (cmd->flags & CMD_NEEDS_WRITE)
		out_text(o, "\nChanges the guest: only with --write.\n");
	if (cmd->options) {
		out_text(o, "\nOptions:\n");
		show_options(o, cmd->options);
	}
	out_text(o, "\nExample:\n%s", cmd->example);
	out_str(o, "name", cmd->name);
	out_str(o, "args", cmd->args);
	out_str(o, "summary", cmd->summary);
	out_str(o, "help", cmd->help);
	out_str(o, "example", cmd->example);
	out_array(o, "options");
	for (row = cmd->options; row && row->name; row++) {
		out_object(o, NULL);
		out_str(o, "name", row->name);
		if (row->arg)
			out_str(o, "arg", row->arg);
		out_str(o, "help", row->help);
		out_close(o);
	}
	out_close(o);
}

static void show_exception(struct out *o, const struct pgm *pgm)
{
	out_text(o, "%04x  %s\n      %s\n", pgm->code, pgm->name, pgm->meaning);
	out_object(o, NULL);
	out_hex(o, "code", pgm->code);
	out_str(o, "name", pgm->name);
	out_str(o, "meaning", pgm->meaning);
	out_close(o);
}

static void help_exceptions(struct out *o)
{
	size_t count, i;
	const struct pgm *table = pgm_table(&count);

	out_array(o, "exceptions");
	for (i = 0; i < count; i++)
		show_exception(o, &table[i]);
	out_close(o);
}

/* A program-interruption code in hex digits, with 0x or without. */
static struct error *help_code(struct out *o, const char *text)
{
	struct buf shown = BUF_INIT;
	const struct pgm *pgm;
	struct error *err;
	unsigned long code;
	char *end;

	errno = 0;
	code = strtoul(text, &end, 16);
	if (*end || errno || code > 0xffff) {
		buf_add_escaped(&shown, text, strlen(text));
		err = error_new(ERROR_USAGE, "'%s' is no program-interruption code: up to four hex digits",
				buf_str(&shown));
		buf_free(&shown);
		return err;
	}
	pgm = pgm_find((uint16_t)code);
	if (!pgm)
		return error_hint(error_new(ERROR_NO, "no program interruption has the code %04lx",
					    code), "'help exceptions' lists them");
	out_array(o, "exceptions");
	show_exception(o, pgm);
	out_close(o);
	return NULL;
}

static struct error *run_help(struct session *s, const struct command_args *args)
{
	const char *topic = args->argc ? args->argv[0] : NULL;
	const struct command *cmd;
	struct error *err;

	if (!topic) {
		help_overview(s->out);
		return NULL;
	}
	if (!strcmp(topic, "exceptions")) {
		help_exceptions(s->out);
		return NULL;
	}
	if (isdigit((unsigned char)topic[0]))
		return help_code(s->out, topic);
	err = command_lookup(topic, &cmd);
	if (!err)
		help_command(s->out, cmd);
	return err;
}

const struct command cmd_help = {
	.name = "help",
	.args = "[TOPIC]",
	.max_args = 1,
	.summary = "tell about commands and exceptions",
	.help =
"Without a topic list the commands. A topic is a command, \"exceptions\" for all\n"
"program interruptions, or the code of one in hex digits.\n",
	.example =
"$ s390memctl help 0011\n"
"0011  page-translation exception\n"
"      the page-table entry is invalid: the page is not in the guest's memory\n",
	.run = run_help,
};
