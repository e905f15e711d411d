/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manual pages of the tables: commands, program interruptions. */
#ifndef S390MEMCTL_CLI_MANPAGE_H
#define S390MEMCTL_CLI_MANPAGE_H

#include "out/out.h"

/*
 * The source, in man(7), of s390memctl-commands(7) or s390memctl-exceptions(7).
 * page: "commands" or "exceptions"; ERROR_USAGE for others. JSON: a member "page".
 */
struct error *manpage_show(struct out *o, const char *page);

#endif
