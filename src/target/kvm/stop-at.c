/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/stop-at.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void stop_at(const char *step)
{
	static unsigned long seen;
	const char *wanted = getenv("S390MEMCTL_TEST_STOP_AT");
	size_t len = strlen(step);

	if (!wanted || strncmp(wanted, step, len) || (wanted[len] && wanted[len] != ':'))
		return;
	if (++seen == (wanted[len] ? strtoul(wanted + len + 1, NULL, 10) : 1))
		raise(SIGSTOP);
}
