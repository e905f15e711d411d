/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output of a command in the shell that is longer than the screen goes through a
 * pager. Up to a screen it is held back, for PAGER_HOLD_MS at most: what has not
 * filled the screen by then is shown as it comes.
 */
#ifndef S390MEMCTL_CLI_PAGER_H
#define S390MEMCTL_CLI_PAGER_H

#include "cli/session.h"

#define PAGER_HOLD_MS 1000

struct pager;

/* Begin for one command; NULL: there is to be none. */
struct pager *pager_begin(struct session *s);
/* The command has ended: show the rest and wait for the pager's end. NULL is allowed. */
void pager_end(struct session *s, struct pager *p);

#endif
