/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest's Linux knows about itself: uname(1), uptime(1), free(1), and its end, if it had one. */
#ifndef S390MEMCTL_LINUX_SYSINFO_H
#define S390MEMCTL_LINUX_SYSINFO_H

#include <stdbool.h>

#include "base/error.h"
#include "linux/kernel.h"

/* One fact, in order of display. */
struct sys_fact {
	const char *key;	/* JSON member, "uptime_ms" */
	const char *label;	/* for people, "uptime" */
	const char *text;	/* printable, maybe of several lines; NULL: not known */
	bool is_number;		/* number is the value in JSON */
	long long number;
	const char *source;	/* where it comes from if that is not obvious, or why it is not known; or "" */
};

typedef void sysinfo_callback(void *arg, const struct sys_fact *fact);

/*
 * Hand all facts to a callback, those that are not known with the reason.
 * Errors: ERROR_PARTIAL when interrupted.
 */
struct error *sysinfo_each(struct kernel *k, sysinfo_callback *callback, void *arg);

#endif
