/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Debugging information from debuginfod servers, where the user has asked for it. */
#ifndef S390MEMCTL_LINUX_DEBUGINFOD_H
#define S390MEMCTL_LINUX_DEBUGINFOD_H

#include "base/error.h"
#include "linux/kernel.h"

/* Default of --debuginfod-timeout. */
#define DEBUGINFOD_TIMEOUT_NS	90000000000UL

/*
 * Fetch the debugging information of a build id (hex digits) from the servers of
 * $DEBUGINFOD_URLS, or from the cache of debuginfod-find(1). *path: of the file
 * there, to be freed. Of opt count debuginfod_timeout_ns (0: the default),
 * interrupted, log, work. Errors: ERROR_NO: no server has it, none is
 * configured, none answers, time is up, built without libdebuginfod;
 * ERROR_PARTIAL when interrupted.
 */
struct error *debuginfod_fetch(const char *build_id, const struct kernel_options *opt,
			       char **path);

#endif
