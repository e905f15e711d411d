/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that QEMU writes into for us. It is one in memory that QEMU gets the
 * descriptor of, so that its user, mount namespace and sandbox do not matter;
 * where QEMU cannot open that by a path, a temporary file.
 */
#ifndef S390MEMCTL_TARGET_QMP_SINK_H
#define S390MEMCTL_TARGET_QMP_SINK_H

#include <limits.h>

#include "target/qmp/client.h"

struct qmp_sink {
	int fd;			/* what was written; -1: not open */
	json_int_t fdset;	/* the set in QEMU that it is in; -1: none */
	char path[PATH_MAX];	/* by which QEMU opens it; "": not known yet */
	char folder[PATH_MAX];	/* of a temporary file, else "" */
};

/* Make the file. ERROR_TARGET. */
struct error *qmp_sink_open(struct qmp_sink *s);
/* Take it back from QEMU and remove it; one that is not open (fd -1) is allowed. */
void qmp_sink_close(struct qmp_sink *s, struct qmp *q);
/* Empty it: before it is written, and when it was read, for its memory. ERROR_TARGET. */
struct error *qmp_sink_clear(struct qmp_sink *s);
/*
 * Give QEMU the descriptor, by this name (getfd); the next command that names it
 * takes it. The file is emptied. Errors as of qmp_execute().
 */
struct error *qmp_sink_send(struct qmp_sink *s, struct qmp *q, const char *name);
/*
 * Make a command that opens the file by its path; it is emptied before.
 *
 * arguments: an object, which gets the member, prefix and path, and is
 * released. Errors as of qmp_execute().
 */
struct error *qmp_sink_execute(struct qmp_sink *s, struct qmp *q, const char *command,
			       json_t *arguments, const char *member, const char *prefix);
/*
 * Read len bytes at offset. ERROR_TARGET: fewer were written, or I/O; what
 * names them in the message ("pmemsave").
 */
struct error *qmp_sink_read(const struct qmp_sink *s, uint64_t offset, void *buf, size_t len,
			    const char *what);

#endif
