/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question in the shell before something is changed. */
#ifndef S390MEMCTL_CLI_CONFIRM_H
#define S390MEMCTL_CLI_CONFIRM_H

#include "cli/session.h"

/*
 * With "set confirm on" in the shell: ask on the terminal whether a command may
 * change the guest. ERROR_REFUSED unless the answer begins with y.
 */
struct error *confirm_change(struct session *s, const char *command);

#endif
