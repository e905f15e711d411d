/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion in the shell: commands, aliases, options and what they take,
 * settings, topics of help, address spaces, registers, symbols, files.
 */
#ifndef S390MEMCTL_CLI_COMPLETE_H
#define S390MEMCTL_CLI_COMPLETE_H

#include "cli/session.h"

/* Tell readline how to complete for this session, which must outlive its use. */
void complete_setup(struct session *s);
/*
 * The idx-th text that can stand at a place of a line, in the place of the word
 * text that was begun. before: the part of the line before the word, "" for its
 * first one. NULL behind the last. The result is allocated.
 */
char *complete_word(const struct session *s, const char *before, const char *text, size_t idx);

#endif
