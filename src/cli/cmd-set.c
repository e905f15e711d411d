/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/session.h"
#include "cli/settings.h"

static void show_row(struct session *s, const struct setting *row)
{
	struct buf value = BUF_INIT;

	settings_show(s, row, &value);
	out_text(s->out, "%-10s %-10s  %s\n", row->name, buf_str(&value), row->help);
	out_object(s->out, NULL);
	out_str(s->out, "name", row->name);
	out_str(s->out, "value", buf_str(&value));
	out_str(s->out, "takes", row->arg);
	out_str(s->out, "help", row->help);
	out_close(s->out);
	buf_free(&value);
}

/* One setting, or all. */
static struct error *show(struct session *s, const char *name)
{
	const struct setting *row;
	struct error *err = NULL;

	if (name)
		err = settings_find(name, &row);
	if (err)
		return err;
	out_array(s->out, "settings");
	if (name) {
		show_row(s, row);
	} else {
		for (row = settings_table; row->name; row++)
			show_row(s, row);
	}
	out_close(s->out);
	return NULL;
}

static struct error *run_show(struct session *s, const struct command_args *args)
{
	return show(s, args->argc ? args->argv[0] : NULL);
}

static struct error *run_set(struct session *s, const struct command_args *args)
{
	struct buf value = BUF_INIT;
	struct error *err;
	int i;

	if (args->argc < 2)
		return show(s, args->argc ? args->argv[0] : NULL);
	for (i = 1; i < args->argc; i++)
		buf_addf(&value, "%s%s", i > 1 ? " " : "", args->argv[i]);
	err = buf_failed(&value) ? error_nomem() :
		settings_set(s, args->argv[0], buf_str(&value), false);
	buf_free(&value);
	return err;
}

const struct command cmd_set = {
	.name = "set",
	.args = "[NAME [VALUE...]]",
	.flags = CMD_WORDS,
	.max_args = -1,
	.summary = "change a setting of the session",
	.help =
"Change how the commands that follow work: the address space, key and engine that\n"
"are used where none is given, how memory is shown, colours, the pager, symbols.\n"
"Without VALUE show the setting, without NAME all of them; 'show' tells what each\n"
"takes. Names may be shortened. Settings that should last are lines of the file\n"
"~/.config/s390memctl/rc, which the shell reads when it starts.\n",
	.example =
"demo/0 [ro,live]> set space home\n"
"demo/0 [ro,live] home> set codepage IBM273\n",
	.see_also = "show source alias",
	.run = run_set,
};

const struct command cmd_show = {
	.name = "show",
	.args = "[NAME]",
	.max_args = 1,
	.summary = "show the settings of the session",
	.help =
"Show a setting, or all of them: its value, and what it is for.\n",
	.example =
"$ s390memctl show space\n"
"space      auto        --space where none is given\n",
	.see_also = "set",
	.run = run_show,
};
