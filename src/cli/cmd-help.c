/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "cli/dialect.h"
#include "base/edit-distance.h"
#include "cli/exit-codes.h"
#include "cli/help.h"
#include "cli/manpage.h"
#include "cli/options.h"
#include "cli/session.h"

#define SIMILAR_MAX 2	/* mistakes that a name may have to be told as meant */

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

/* cmd: NULL for all exit codes. */
static void show_exit_codes(struct out *o, const struct command *cmd)
{
	size_t count, i;
	const struct exit_code *table = exit_codes(&count);
	const char *meaning;

	out_array(o, "exit_codes");
	for (i = 0; i < count; i++) {
		meaning = cmd ? exit_code_of(cmd, &table[i]) : table[i].meaning;
		if (!meaning)
			continue;
		out_text(o, "  %2d  %s\n", table[i].code, meaning);
		out_object(o, NULL);
		out_num(o, "code", table[i].code);
		out_str(o, "meaning", meaning);
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
	show_exit_codes(o, NULL);
	out_text(o, "\nMore: s390memctl help COMMAND, s390memctl help exceptions, man s390memctl\n");
}

static void help_overview(struct out *o)
{
	show_commands(o);
	out_text(o, "\nAddresses: C numbers; symbol, module!symbol; %%r15, %%a15, %%c15, %%psw, %%pswm,\n"
		    "%%prefix; $last; + - * & | << >> ( ) as in C, *ADDR: what stands there\n"
		    "\nExit codes:\n");
	show_exit_codes(o, NULL);
	out_text(o, "\n'help COMMAND' tells more, 'help exceptions' the program interruptions,\n"
		    "'help 0011' one of them. Names may be shortened as long as they are unambiguous.\n");
}

static void show_see_also(struct out *o, const struct command *cmd)
{
	const char *p = command_see_also(cmd);
	char name[COMMAND_NAME_MAX + 1];

	out_text(o, "\nSee also: ");
	out_array(o, "see_also");
	for (; (p = command_next_name(p, name)) != NULL;) {
		out_text(o, "%s%s", name, *p ? ", " : "\n");
		out_str(o, NULL, name);
	}
	out_close(o);
}

static void document_options(struct out *o, const struct command_option *row)
{
	char letter[2] = "";

	out_array(o, "options");
	for (; row && row->name; row++) {
		out_object(o, NULL);
		out_str(o, "name", row->name);
		letter[0] = row->letter;
		if (row->letter)
			out_str(o, "letter", letter);
		if (row->arg)
			out_str(o, "arg", row->arg);
		out_str(o, "help", row->help);
		out_close(o);
	}
	out_close(o);
}

static void help_command(struct out *o, const struct command *cmd)
{
	out_text(o, "%s - %s\n\n%s%s%s%s\n\n%s", cmd->name, cmd->summary, cmd->name,
		 cmd->options ? " [OPTION...]" : "", cmd->args[0] ? " " : "", cmd->args, cmd->help);
	if (cmd->flags & CMD_NEEDS_WRITE)
		out_text(o, "\nChanges the guest: only with --write.\n");
	if (cmd->options) {
		out_text(o, "\nOptions:\n");
		show_options(o, cmd->options);
	}
	out_str(o, "name", cmd->name);
	out_str(o, "args", cmd->args);
	out_str(o, "summary", cmd->summary);
	out_str(o, "help", cmd->help);
	document_options(o, cmd->options);
	out_text(o, "\nExample:\n%s", cmd->example);
	out_str(o, "example", cmd->example);
	out_text(o, "\nExit codes:\n");
	show_exit_codes(o, cmd);
	show_see_also(o, cmd);
}

/* advice: what to do about it, too (JSON always has it). */
static void show_exception(struct out *o, const struct pgm *pgm, bool advice)
{
	out_text(o, "%04x  %s\n      %s\n", pgm->code, pgm->name, pgm->meaning);
	if (advice)
		out_text(o, "      %s\n", pgm->advice);
	out_object(o, NULL);
	out_hex(o, "code", pgm->code);
	out_str(o, "name", pgm->name);
	out_str(o, "meaning", pgm->meaning);
	out_str(o, "advice", pgm->advice);
	out_close(o);
}

static void help_exceptions(struct out *o)
{
	size_t count, i;
	const struct pgm *table = pgm_table(&count);

	out_array(o, "exceptions");
	for (i = 0; i < count; i++)
		show_exception(o, &table[i], false);
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
	show_exception(o, pgm, true);
	out_close(o);
	return NULL;
}

static bool is_blank_or_end(char c)
{
	return c == ' ' || !c;
}

/* Whether topic is the name of an exception, with its last word ("exception") or without. */
static bool is_exception_name(const struct pgm *pgm, const char *topic)
{
	size_t len = strlen(topic);
	const char *last = strrchr(pgm->name, ' ');

	if (strncasecmp(pgm->name, topic, len) != 0 || !is_blank_or_end(pgm->name[len]))
		return false;
	return len && (!pgm->name[len] || pgm->name + len == last);
}

/* The nearest name of an exception, as a topic is written: without its last word. */
static struct error *unknown_topic(const char *topic, struct error *err)
{
	unsigned int distance, nearest = SIMILAR_MAX + 1;
	size_t count, i, len, best_len = 0;
	const struct pgm *table = pgm_table(&count), *best = NULL;

	for (i = 0; strlen(topic) > 4 && i < count; i++) {
		len = (size_t)(strrchr(table[i].name, ' ') - table[i].name);
		distance = edit_distance(topic, strlen(topic), table[i].name, len, SIMILAR_MAX);
		if (distance < nearest) {
			nearest = distance;
			best = &table[i];
			best_len = len;
		}
	}
	if (!best)
		return err;
	return error_hint(err, "did you mean '%.*s'?", (int)best_len, best->name);
}

/* A command, or an exception by its name. */
static struct error *help_name(struct out *o, const char *topic)
{
	size_t count, i;
	const struct pgm *table = pgm_table(&count);
	const struct command *cmd;
	struct error *err;

	for (i = 0; i < count && !is_exception_name(&table[i], topic); i++)
		;
	if (i < count) {
		out_array(o, "exceptions");
		show_exception(o, &table[i], true);
		out_close(o);
		return NULL;
	}
	err = command_lookup(topic, &cmd);
	if (err)
		return unknown_topic(topic, err);
	help_command(o, cmd);
	return NULL;
}

static struct error *run_help(struct session *s, const struct command_args *args)
{
	const char *topic = args->argc ? args->argv[0] : NULL;
	const char *page = command_opt(args, "man");

	if (page)
		return manpage_show(s->out, page);
	if (!topic)
		help_overview(s->out);
	else if (!strcmp(topic, "exceptions"))
		help_exceptions(s->out);
	else if (!strcmp(topic, "dialects"))
		dialect_show(s->out, NULL);
	else if (dialect_is_name(topic))
		dialect_show(s->out, topic);
	else if (isdigit((unsigned char)topic[0]))
		return help_code(s->out, topic);
	else
		return help_name(s->out, topic);
	return NULL;
}

static const struct command_option options[] = {
	{ "man", 0, "PAGE", "the source of a manual page: commands or exceptions" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_help = {
	.name = "help",
	.args = "[TOPIC]",
	.max_args = 1,
	.options = options,
	.summary = "tell about commands and exceptions",
	.help =
"Without a topic list the commands. A topic is a command, \"exceptions\" for all\n"
"program interruptions, or one of these by its code in hex digits or by its name;\n"
"\"dialects\" for the command lines of gdb, crash and z/VM CP that are understood, or\n"
"one of their commands.\n"
"\n"
"The manual pages s390memctl-commands(7) and s390memctl-exceptions(7) are made of\n"
"the same texts, by --man.\n",
	.example =
"$ s390memctl help 0011\n"
"0011  page-translation exception\n"
"      the page-table entry is invalid: the page is not mapped or is paged out\n"
"      a page that is paged out comes back when the guest touches it: read again later, or pass over it\n",
	.see_also = "apropos version",
	.answers_no = "no program interruption has that code",
	.run = run_help,
};
