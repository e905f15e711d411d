/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/signals.h"

#define NS_PER_S 1000000000ULL

void follow_stamp(const struct out *o, char stamp[FOLLOW_STAMP_MAX])
{
	bool json = out_is_json(o);
	struct timespec ts;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (json)
		gmtime_r(&ts.tv_sec, &tm);
	else
		localtime_r(&ts.tv_sec, &tm);
	len = strftime(stamp, FOLLOW_STAMP_MAX - 8, json ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
	snprintf(stamp + len, FOLLOW_STAMP_MAX - len, ".%03ld%s", ts.tv_nsec / 1000000,
		 json ? "Z" : "");
}

/* Signals are let in only in ppoll(2), so that none is lost between a look and the wait. */
struct error *follow_wait(struct session *s, uint64_t interval_ns)
{
	const struct timespec interval = {
		.tv_sec = (time_t)(interval_ns / NS_PER_S),
		.tv_nsec = (long)(interval_ns % NS_PER_S),
	};
	/* Of no events: that the reader has gone is told all the same. */
	struct pollfd output = { .fd = STDOUT_FILENO };
	sigset_t ours, before;
	int ready = 0;

	signals_set(&ours);
	sigprocmask(SIG_BLOCK, &ours, &before);
	if (!session_interrupted(s))
		ready = ppoll(&output, 1, &interval, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ready > 0)
		return error_os(ERROR_TARGET, EPIPE, "standard output");
	return NULL;
}

struct error *follow_next(struct session *s, const char *command)
{
	struct error *err;

	out_end(s->out, 0);
	err = out_flush(s->out);
	out_begin(s->out, command);
	return err;
}
