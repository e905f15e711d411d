/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion in the shell: commands, their options, topics of help, symbols, files. */
#ifndef S390MEMCTL_CLI_COMPLETE_H
#define S390MEMCTL_CLI_COMPLETE_H

#include "cli/session.h"

/* Tell readline how to complete for this session, which must outlive its use. */
void complete_setup(const struct session *s);
/*
 * The idx-th name that can stand at a place: first: the first word of a line,
 * which begins with text; else a later one of command's. NULL behind the last.
 * The result is allocated.
 */
char *complete_name(const struct session *s, const char *command, const char *text, size_t idx);

#endif
