/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/deadline.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "cli/signals.h"

#define MICROSECONDS	1000000ULL

/*
 * The timer goes on every 100 ms: a system call that was entered between the
 * look at the flag and the signal is interrupted by the next one.
 */
#define AGAIN_US	100000

struct error *deadline_begin(uint64_t ns)
{
	const uint64_t us = ns / 1000;
	struct itimerval timer = {
		.it_interval = { .tv_usec = AGAIN_US },
		.it_value = { .tv_sec = (time_t)(us / MICROSECONDS),
			      .tv_usec = (suseconds_t)(us % MICROSECONDS) },
	};

	signals_note_alarm(true);
	if (setitimer(ITIMER_REAL, &timer, NULL))
		return error_os(ERROR_TARGET, errno, "setitimer");
	return NULL;
}

bool deadline_is_over(void)
{
	return *signals_flag() == SIGALRM;
}

bool deadline_end(void)
{
	const struct itimerval none = { .it_value = { .tv_sec = 0 } };

	setitimer(ITIMER_REAL, &none, NULL);
	return signals_note_alarm(false);
}
