/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of the QEMU Machine Protocol (QEMU docs/interop/qmp-spec.rst) on a
 * unix socket. What the other side sends is not trusted: a line has a bounded
 * length, a command bounded time, and a message that is not of the protocol ends
 * the connection.
 */
#ifndef S390MEMCTL_TARGET_QMP_CLIENT_H
#define S390MEMCTL_TARGET_QMP_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"

#define QMP_LINE_MAX	0x100000	/* bytes of one message */

struct qmp {
	int fd;			/* -1: not connected */
	char name[128];		/* of the socket, printable */
	pid_t peer;		/* process that made the socket, as seen from here; 0: not told */
	uid_t peer_uid;		/* of it */
	char version[64];	/* of QEMU, "7.2.22", printable */
	int timeout_ms;		/* for the answer to one command */
	const volatile int *interrupted;	/* set by signal handlers; may be NULL */
	const struct log *log;
	uint64_t id;		/* of the last command */
	struct buf input;	/* received and not taken yet */
	bool broken;		/* the connection cannot be used any more */
};

/*
 * Connect to the QMP socket at path and get it ready for commands. q->timeout_ms,
 * q->interrupted and q->log are set by the caller, the rest is set here.
 * ERROR_TARGET: no such socket, no QMP, or no answer in time - QEMU talks to
 * one client a socket; ERROR_PARTIAL: interrupted. q is closed then.
 */
struct error *qmp_open(struct qmp *q, const char *path);
/* The same on a connected socket, which is closed with q; name tells its name. */
struct error *qmp_open_fd(struct qmp *q, int fd, const char *name);
/* Close the connection; one that is not open (fd -1) is allowed. */
void qmp_close(struct qmp *q);

/*
 * Make a command and wait for its answer; events are passed over.
 *
 * arguments: an object, or NULL; it is released in any case. fd: a file
 * descriptor to send along, or -1. *result: what it returns, to be released
 * with json_decref(); may be NULL. ERROR_TARGET: QEMU refuses it, in its own
 * words, and q->broken is not set; or the connection has failed, and it is.
 */
struct error *qmp_execute(struct qmp *q, const char *command, json_t *arguments, int fd,
			  json_t **result);
/*
 * Make a command of the human monitor, on the CPU of this index (-1: none).
 * *text: what it prints, any bytes, to be freed by the caller. Errors as of
 * qmp_execute().
 */
struct error *qmp_human(struct qmp *q, const char *line, int cpu, char **text);
/* An answer that is not as QEMU's documentation says: an ERROR_TARGET that names the command. */
struct error *qmp_bad_answer(const struct qmp *q, const char *command, const char *what)
	__attribute__((returns_nonnull, warn_unused_result));

#endif
