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

#include <dlfcn.h>
#include <elfutils/debuginfod.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIBRARY "libdebuginfod.so.1"

/*
 * The library is loaded when a server is asked: with all that it needs for HTTPS it
 * would triple the time in which the program starts.
 */
struct library {
	void *handle;
	__typeof__(&debuginfod_begin) begin;
	__typeof__(&debuginfod_end) end;
	__typeof__(&debuginfod_set_user_data) set_user_data;
	__typeof__(&debuginfod_get_user_data) get_user_data;
	__typeof__(&debuginfod_set_progressfn) set_progressfn;
	__typeof__(&debuginfod_find_debuginfo) find_debuginfo;
};

struct query {
	const struct kernel_options *opt;
	struct timespec start;
	uint64_t timeout_ns;
	bool timed_out;
};

/* A function, as POSIX permits to take it from dlsym(). */
static bool get_function(const struct library *lib, const char *name, void *function)
{
	void *found = dlsym(lib->handle, name);

	memcpy(function, &found, sizeof(found));
	return found;
}

/*
 * Never unloaded again: libcurl and what it loads have threads and handlers that
 * would not survive it.
 */
static bool load(struct library *lib)
{
	lib->handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	return lib->handle && get_function(lib, "debuginfod_begin", &lib->begin) &&
	       get_function(lib, "debuginfod_end", &lib->end) &&
	       get_function(lib, "debuginfod_set_user_data", &lib->set_user_data) &&
	       get_function(lib, "debuginfod_get_user_data", &lib->get_user_data) &&
	       get_function(lib, "debuginfod_set_progressfn", &lib->set_progressfn) &&
	       get_function(lib, "debuginfod_find_debuginfo", &lib->find_debuginfo);
}

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
	struct library lib;
	struct query *q;

	/* It is loaded already. */
	if (!load(&lib))
		return 1;
	q = lib.get_user_data(client);
	if (q->opt->interrupted && *q->opt->interrupted)
		return 1;
	q->timed_out = since(&q->start) >= q->timeout_ns;
	if (!q->timed_out)
		work_show(&q->opt->work, WORK_FETCH, done > 0 ? (uint64_t)done : 0,
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
	debuginfod_client *client;
	struct library lib;
	int fd;

	*path = NULL;
	if (!load(&lib))
		return error_new(ERROR_NO, "%s, which --debuginfod needs, cannot be loaded", LIBRARY);
	client = lib.begin();
	if (!client)
		return error_nomem();
	clock_gettime(CLOCK_MONOTONIC, &q.start);
	lib.set_user_data(client, &q);
	lib.set_progressfn(client, on_progress);
	log_verbose(opt->log, 1, "asking debuginfod for build id %s", build_id);
	/* A length of 0: the build id is text. */
	fd = lib.find_debuginfo(client, (const unsigned char *)build_id, 0, path);
	lib.end(client);
	work_end(&opt->work, WORK_FETCH);
	if (fd < 0) {
		free(*path);
		*path = NULL;
		return explain(&q, build_id, -fd);
	}
	close(fd);
	return NULL;
}

#endif
