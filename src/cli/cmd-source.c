/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/script.h"
#include "cli/session.h"

static struct error *run_source(struct session *s, const struct command_args *args)
{
	return script_source(s, args->argv[0], false, &s->lines_code);
}

const struct command cmd_source = {
	.name = "source",
	.args = "FILE",
	.min_args = 1,
	.max_args = 1,
	.flags = CMD_RUNS_LINES,
	.summary = "run the command lines of a file",
	.help =
"Run the lines of FILE as if they were typed here, up to the first whose exit code\n"
"is not 0, which becomes that of source; messages name file and line. Files may\n"
"source others, 8 deep.\n",
	.example =
"demo/0 [ro,live]> source checks.s390\n",
	.see_also = "alias set",
	.run = run_source,
};
