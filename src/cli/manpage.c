/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/manpage.h"

#include <ctype.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "cli/command.h"
#include "cli/exit-codes.h"

#define MAN_DATE "2026-11-23"

/* What roff takes for something else, and how the character itself is written. */
static const struct {
	char c;
	const char *roff;
} special[] = {
	{ '\\', "\\e" }, { '-', "\\-" }, { '^', "\\(ha" }, { '~', "\\(ti" }, { '`', "\\(ga" },
	{ '\'', "\\(aq" },
};

static void add_char(struct buf *b, char c)
{
	size_t i;

	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (special[i].c == c) {
			buf_adds(b, special[i].roff);
			return;
		}
	}
	buf_addc(b, c);
}

/* One line of text, of len bytes; a dot at its beginning is no macro. */
static void add_line(struct buf *b, const char *text, size_t len)
{
	size_t i;

	if (len && text[0] == '.')
		buf_adds(b, "\\&");
	for (i = 0; i < len; i++)
		add_char(b, text[i]);
	buf_addc(b, '\n');
}

/* Lines that stay as they are, as those of an example. */
static void add_verbatim(struct buf *b, const char *text)
{
	size_t len;

	buf_adds(b, ".PP\n.EX\n");
	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		add_line(b, text, len);
	}
	buf_adds(b, ".EE\n");
}

/* Paragraphs, with empty lines between them; an indented line stays a line of its own. */
static void add_prose(struct buf *b, const char *text)
{
	bool begins = true, indented;
	size_t len;

	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		if (!len) {
			begins = true;
			continue;
		}
		indented = *text == ' ';
		if (begins)
			buf_adds(b, ".PP\n");
		else if (indented)
			buf_adds(b, ".br\n");
		begins = false;
		add_line(b, text + (indented ? strspn(text, " ") : 0),
			 len - (indented ? strspn(text, " ") : 0));
	}
}

/* Arguments: names of values in italics, words to be typed in bold. */
static void add_args(struct buf *b, const char *args)
{
	const char *p = args;
	char font = 'R', wanted;

	for (; *p; p++) {
		wanted = 'R';
		if (isalnum((unsigned char)*p) || *p == '=')
			wanted = islower((unsigned char)*p) ? 'B' : 'I';
		if (wanted != font)
			buf_addf(b, "\\f%c", wanted);
		font = wanted;
		add_char(b, *p);
	}
	if (font != 'R')
		buf_adds(b, "\\fR");
}

static void add_synopsis(struct buf *b, const struct command *cmd)
{
	buf_addf(b, "\\fB%s\\fR", cmd->name);
	if (cmd->options)
		buf_adds(b, " [\\fIOPTION\\fR...]");
	if (cmd->args[0])
		buf_addc(b, ' ');
	add_args(b, cmd->args);
	buf_addc(b, '\n');
}

static void add_options(struct buf *b, const struct command_option *row)
{
	if (row && row->name)
		buf_adds(b, ".PP\nOptions:\n");
	for (; row && row->name; row++) {
		buf_adds(b, ".TP\n");
		if (row->letter)
			buf_addf(b, "\\fB\\-%c\\fR, ", row->letter);
		buf_adds(b, "\\fB\\-\\-");
		for (const char *p = row->name; *p; p++)
			add_char(b, *p);
		buf_adds(b, "\\fR");
		if (row->arg)
			buf_addf(b, "=\\fI%s\\fR", row->arg);
		buf_addc(b, '\n');
		add_line(b, row->help, strlen(row->help));
	}
}

static void add_exit_codes(struct buf *b, const struct command *cmd)
{
	size_t count, i;
	const struct exit_code *table = exit_codes(&count);
	const char *meaning;

	buf_adds(b, ".PP\nExit codes:\n");
	for (i = 0; i < count; i++) {
		meaning = exit_code_of(cmd, &table[i]);
		if (!meaning)
			continue;
		buf_addf(b, ".TP\n%d\n", table[i].code);
		add_line(b, meaning, strlen(meaning));
	}
}

static void add_see_also(struct buf *b, const struct command *cmd)
{
	const char *p = command_see_also(cmd);
	char name[COMMAND_NAME_MAX + 1];

	buf_adds(b, ".PP\nSee also: ");
	while ((p = command_next_name(p, name)) != NULL)
		buf_addf(b, "\\fB%s\\fR%s", name, *p ? ", " : ".\n");
}

static void add_command(struct buf *b, const struct command *cmd)
{
	buf_addf(b, ".SS \"%s \\- ", cmd->name);
	for (const char *p = cmd->summary; *p; p++)
		add_char(b, *p);
	buf_adds(b, "\"\n");
	add_synopsis(b, cmd);
	add_prose(b, cmd->help);
	if (cmd->flags & CMD_NEEDS_WRITE)
		buf_adds(b, ".PP\nChanges the guest: only with\n.BR \\-\\-write .\n");
	add_options(b, cmd->options);
	buf_adds(b, ".PP\nExample:\n");
	add_verbatim(b, cmd->example);
	add_exit_codes(b, cmd);
	add_see_also(b, cmd);
}

static void add_head(struct buf *b, const char *name, const char *upper, const char *title)
{
	buf_addf(b,
		 ".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
		 ".\\\" Made by \"make update-man\" from the tables of the program: do not edit.\n"
		 ".TH S390MEMCTL\\-%s 7 %s \"s390memctl %s\" \"s390memctl Manual\"\n"
		 ".SH NAME\n"
		 "s390memctl\\-%s \\- %s\n", upper, MAN_DATE, PACKAGE_VERSION, name, title);
}

static void page_commands(struct buf *b)
{
	size_t i;

	add_head(b, "commands", "COMMANDS", "the commands of s390memctl");
	buf_adds(b,
		 ".SH SYNOPSIS\n"
		 ".B s390memctl\n"
		 "[\\fIOPTION\\fR...]\n"
		 ".I COMMAND\n"
		 "[\\fIARG\\fR...]\n"
		 ".SH DESCRIPTION\n"
		 "A command\\(aqs name may be shortened as long as it is unambiguous; its options may\n"
		 "stand anywhere behind it. All arguments are understood before the guest is\n"
		 "touched. What addresses, ranges and address spaces look like, and what stands\n"
		 "behind\n"
		 ".BR \\-\\-space ,\n"
		 ".BR \\-\\-engine ,\n"
		 ".BR \\-\\-ar ,\n"
		 ".B \\-\\-key\n"
		 "and\n"
		 ".BR \\-\\-inject ,\n"
		 "tells\n"
		 ".BR s390memctl (1).\n"
		 "The same texts are shown by\n"
		 ".B help\n"
		 ".IR COMMAND .\n"
		 ".PP\n"
		 "In examples, what begins with\n"
		 ".B s390memctl:\n"
		 "is a note on standard error.\n"
		 ".SH COMMANDS\n");
	for (i = 0; command_table[i]; i++)
		add_command(b, command_table[i]);
	buf_adds(b,
		 ".SH SEE ALSO\n"
		 ".BR s390memctl (1),\n"
		 ".BR s390memctl\\-exceptions (7)\n");
}

static void page_exceptions(struct buf *b)
{
	size_t count, i;
	const struct pgm *table = pgm_table(&count);

	add_head(b, "exceptions", "EXCEPTIONS", "program interruptions, and what to do about them");
	buf_adds(b,
		 ".SH DESCRIPTION\n"
		 "An access to the memory of a guest ends with the program interruption that the\n"
		 "guest itself would meet, and\n"
		 ".B s390memctl\n"
		 "names it by its code, four hexadecimal digits, as in\n"
		 ".BR \"page\\-translation exception (0011)\" .\n"
		 "The same codes stand in a guest\\(aqs lowcore, and in the messages of its operating\n"
		 "system. The second paragraph of each tells what to do.\n"
		 ".PP\n"
		 "A code may have the bits 0080 (PER) and 0200 (transaction) besides.\n"
		 "The same texts are shown by\n"
		 ".B help exceptions\n"
		 "and\n"
		 ".B help\n"
		 ".IR CODE .\n"
		 ".SH PROGRAM INTERRUPTIONS\n");
	for (i = 0; i < count; i++) {
		buf_addf(b, ".TP\n\\fB%04x\\fR  ", table[i].code);
		add_line(b, table[i].name, strlen(table[i].name));
		add_line(b, table[i].meaning, strlen(table[i].meaning));
		buf_adds(b, ".IP\n");
		add_line(b, table[i].advice, strlen(table[i].advice));
	}
	buf_adds(b,
		 ".SH SEE ALSO\n"
		 ".BR s390memctl (1),\n"
		 ".BR s390memctl\\-commands (7)\n"
		 ".PP\n"
		 "z/Architecture Principles of Operation, SA22\\-7832, chapter 6.\n");
}

struct error *manpage_show(struct out *o, const char *page)
{
	static const struct {
		const char *name;
		void (*make)(struct buf *b);
	} pages[] = { { "commands", page_commands }, { "exceptions", page_exceptions } };
	struct buf b = BUF_INIT;
	struct error *err = NULL;
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].name, page) != 0)
			continue;
		pages[i].make(&b);
		out_text(o, "%s", buf_str(&b));
		out_str(o, "page", buf_str(&b));
		if (buf_failed(&b))
			err = error_nomem();
		buf_free(&b);
		return err;
	}
	buf_add_escaped(&b, page, strlen(page));
	err = error_new(ERROR_USAGE, "'%s' is no page: commands or exceptions", buf_str(&b));
	buf_free(&b);
	return err;
}
