/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/debuginfod.h"

#ifndef HAVE_LIBDEBUGINFOD

struct error *debuginfod_fetch(const char *build_id, const struct kernel_options *opt,
			       char **path)
{
	(void)build_id;
	(void)opt;
	*path = NULL;
	return error_new(ERROR_NO, "this s390memctl was built without libdebuginfod");
}

#else

#include <elfutils/debuginfod.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct query {
	const struct kernel_options *opt;
	struct timespec start;
	uint64_t timeout_ns;
	bool timed_out;
};

static uint64_t since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)(now.tv_sec - start->tv_sec) * 1000000000UL +
	       (uint64_t)now.tv_nsec - (uint64_t)start->tv_nsec;
}

/* Called about once a second; not 0 ends the query. */
static int on_progress(debuginfod_client *client, long done, long total)
{
	struct query *q = debuginfod_get_user_data(client);

	if (q->opt->interrupted && *q->opt->interrupted)
		return 1;
	q->timed_out = since(&q->start) >= q->timeout_ns;
	if (!q->timed_out && q->opt->progress)
		q->opt->progress(q->opt->progress_arg, done > 0 ? (uint64_t)done : 0,
				 total > 0 ? (uint64_t)total : 0);
	return q->timed_out;
}

static struct error *explain(const struct query *q, const char *build_id, int errnum)
{
	struct error *err;

	if (q->opt->interrupted && *q->opt->interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	if (q->timed_out)
		return error_new(ERROR_NO, "debuginfod did not bring %s within %llu s", build_id,
				 (unsigned long long)(q->timeout_ns / 1000000000UL));
	if (errnum == ENOSYS) {
		err = error_new(ERROR_NO, "no debuginfod server is configured");
		return error_hint(err, "set DEBUGINFOD_URLS");
	}
	return error_os(ERROR_NO, errnum, "debuginfod: %s", build_id);
}

struct error *debuginfod_fetch(const char *build_id, const struct kernel_options *opt,
			       char **path)
{
	struct query q = {
		.opt = opt,
		.timeout_ns = opt->debuginfod_timeout_ns ? opt->debuginfod_timeout_ns :
							   DEBUGINFOD_TIMEOUT_NS,
	};
	debuginfod_client *client = debuginfod_begin();
	int fd;

	*path = NULL;
	if (!client)
		return error_nomem();
	clock_gettime(CLOCK_MONOTONIC, &q.start);
	debuginfod_set_user_data(client, &q);
	debuginfod_set_progressfn(client, on_progress);
	log_verbose(opt->log, 1, "asking debuginfod for build id %s", build_id);
	/* A length of 0: the build id is text. */
	fd = debuginfod_find_debuginfo(client, (const unsigned char *)build_id, 0, path);
	debuginfod_end(client);
	if (opt->progress)
		opt->progress(opt->progress_arg, 0, UINT64_MAX);
	if (fd < 0) {
		free(*path);
		*path = NULL;
		return explain(&q, build_id, -fd);
	}
	close(fd);
	return NULL;
}

#endif
