/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/session.h"

static struct error *run_quit(struct session *s, const struct command_args *args)
{
	(void)args;
	s->quit = true;
	return NULL;
}

const struct command cmd_quit = {
	.name = "quit",
	.args = "",
	.summary = "let the guest go and end",
	.help =
"End the shell or the script; Ctrl-D on an empty line does the same.\n",
	.example =
"s390memctl> quit\n",
	.see_also = "help",
	.run = run_quit,
};
