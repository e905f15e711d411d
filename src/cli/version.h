/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Version and features, for the version command and --version. */
#ifndef S390MEMCTL_CLI_VERSION_H
#define S390MEMCTL_CLI_VERSION_H

#include "out/out.h"

/* Show them: text lines, or members of the open JSON document. */
void version_show(struct out *o);

#endif
