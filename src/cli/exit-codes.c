/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/exit-codes.h"

#include <stdlib.h>
#include <string.h>

static const struct exit_code table[] = {
	{ 0, "done" },
	{ 1, "the answer is no: an access would fail, a value differs, nothing is found" },
	{ 2, "access exception of the guest" },
	{ 3, "part of the output could not be made" },
	{ 4, "the guest could not be attached to, or the host failed" },
	{ 5, "refused: no --write, a protected guest, a VMM not safe to work on" },
	{ 64, "bad command line, number, expression or file" },
};

const struct exit_code *exit_codes(size_t *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

const char *exit_code_of(const struct command *cmd, const struct exit_code *row)
{
	const char *exits = cmd->exits;
	char *end;

	if (row->code == 0 || row->code == 64)
		return row->meaning;
	if (row->code == 1)
		return cmd->answers_no;
	if (!exits)
		exits = cmd->flags & CMD_NEEDS_TARGET ? "2 3 4 5" : "4";
	/* The write gate is none of the others' business. */
	if (row->code == 5 && !(cmd->flags & CMD_NEEDS_WRITE) && strchr(exits, '5'))
		return "refused: a protected guest, a VMM not safe to work on";
	while (*exits) {
		if (strtol(exits, &end, 10) == row->code)
			return row->meaning;
		if (end == exits)
			break;
		exits = end;
	}
	return NULL;
}
