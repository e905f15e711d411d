/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shell's history: $XDG_STATE_HOME/s390memctl/history (by default
 * ~/.local/state), at most HISTORY_LINES lines, readable for its owner alone.
 * It is not kept where the folder belongs to somebody else (sudo).
 */
#ifndef S390MEMCTL_CLI_HISTORY_H
#define S390MEMCTL_CLI_HISTORY_H

#include "base/log.h"

#define HISTORY_LINES 1000

/* Load it, if there is one. */
void history_load(const struct log *log);
/* Add a line, or each of several, unless it is the last one again. */
void history_note(const char *line);
/* Add the lines of this session to the file; a failure is told with --verbose only. */
void history_save(const struct log *log);

#endif
