/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/confirm.h"

#include <stdio.h>
#include <unistd.h>

/* Whether the line that is typed next begins with y; Ctrl-C and the end of input are no. */
static bool read_answer(void)
{
	char c, first = '\0';

	while (read(STDIN_FILENO, &c, 1) == 1) {
		if (c == '\n')
			return first == 'y' || first == 'Y';
		if (!first && c != ' ')
			first = c;
	}
	return false;
}

struct error *confirm_change(struct session *s, const char *command)
{
	if (!s->interactive || !s->settings.confirm)
		return NULL;
	fprintf(stderr, "%s changes the guest %s. Go on? (y or n) ", command,
		s->target ? s->target->name : "");
	fflush(stderr);
	if (read_answer())
		return NULL;
	return error_hint(error_new(ERROR_REFUSED, "not confirmed: nothing was changed"),
			  "'set confirm off' does not ask");
}
