/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an empty line does in the shell: the last command again, from where it ended. */
#ifndef S390MEMCTL_CLI_REPEAT_H
#define S390MEMCTL_CLI_REPEAT_H

#include <stdint.h>

#include "cli/command.h"

struct repeat;

void repeat_free(struct repeat *r);
/*
 * For commands: an empty line is this command again, with all its options, and
 * address next, or if last is given (not 0) the range from next to last, in the
 * place of its first nr_words arguments. The address space is that of the first
 * argument, or the one that was taken for it. next 0: there is nothing behind.
 */
void repeat_set(struct session *s, const struct command_args *args, int nr_words, uint64_t next,
		uint64_t last);
/* An empty line does nothing. */
void repeat_forget(struct session *s);
/* The command line; NULL: none. */
const char *repeat_line(const struct session *s);
/* The address in it, with its space; NULL: none. */
const char *repeat_address(const struct session *s);

#endif
