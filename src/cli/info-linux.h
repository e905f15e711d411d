/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `info` tells about the Linux in the guest. */
#ifndef S390MEMCTL_CLI_INFO_LINUX_H
#define S390MEMCTL_CLI_INFO_LINUX_H

#include "cli/session.h"

/*
 * Tell its release, build id, where it is and where its symbols come from; nothing
 * if there is none. Errors: those of session_kernel(), but for a guest whose
 * memory cannot be got at.
 */
struct error *info_linux(struct session *s);

#endif
