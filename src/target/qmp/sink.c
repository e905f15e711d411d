/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/qmp/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct error *qmp_sink_open(struct qmp_sink *s)
{
	*s = (struct qmp_sink){ .fdset = -1 };
	s->fd = memfd_create("s390memctl", MFD_CLOEXEC);
	return s->fd < 0 ? error_os(ERROR_TARGET, errno, "a file in memory") : NULL;
}

static void remove_fdset(struct qmp_sink *s, struct qmp *q)
{
	if (s->fdset >= 0 && q->fd >= 0 && !q->broken)
		error_free(qmp_execute(q, "remove-fd", json_pack("{s:I}", "fdset-id", s->fdset), -1, NULL));
	s->fdset = -1;
}

static void remove_file(struct qmp_sink *s)
{
	if (!s->folder[0])
		return;
	unlink(s->path);
	rmdir(s->folder);
	s->folder[0] = '\0';
}

void qmp_sink_close(struct qmp_sink *s, struct qmp *q)
{
	if (s->fd < 0)
		return;
	remove_fdset(s, q);
	remove_file(s);
	close(s->fd);
	s->fd = -1;
}

struct error *qmp_sink_clear(struct qmp_sink *s)
{
	if (ftruncate(s->fd, 0) < 0 || lseek(s->fd, 0, SEEK_SET) < 0)
		return error_os(ERROR_TARGET, errno, "the file that QEMU writes into");
	return NULL;
}

struct error *qmp_sink_send(struct qmp_sink *s, struct qmp *q, const char *name)
{
	struct error *err = qmp_sink_clear(s);

	return err ? err : qmp_execute(q, "getfd", json_pack("{s:s}", "fdname", name), s->fd, NULL);
}

/* Put the descriptor into QEMU for good, and learn its number there. */
static struct error *use_descriptor(struct qmp_sink *s, struct qmp *q)
{
	json_int_t number = -1;
	struct error *err;
	json_t *result;
	int rc;

	err = qmp_execute(q, "add-fd", NULL, s->fd, &result);
	if (err)
		return err;
	rc = json_unpack(result, "{s:I, s:I}", "fdset-id", &s->fdset, "fd", &number);
	json_decref(result);
	if (rc || number < 0)
		return qmp_bad_answer(q, "add-fd", "names no descriptor");
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%lld", (long long)number);
	return NULL;
}

static struct error *file_error(const struct qmp_sink *s, int errnum)
{
	return error_os(ERROR_TARGET, errnum, "temporary file in '%s'", s->folder);
}

static struct error *make_folder(struct qmp_sink *s)
{
	const char *tmp = getenv("TMPDIR");
	struct error *err = NULL;
	int len;

	len = snprintf(s->folder, sizeof(s->folder), "%s/s390memctl-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
	if (len >= (int)(sizeof(s->folder) - sizeof("/memory")))
		err = file_error(s, ENAMETOOLONG);
	else if (!mkdtemp(s->folder))
		err = file_error(s, errno);
	if (err) {
		s->folder[0] = '\0';
		return err;
	}
	memcpy(s->path, s->folder, (size_t)len);
	strcpy(s->path + len, "/memory");
	return NULL;
}

/* A file that QEMU's user can write, and only he and we can read. */
static struct error *use_file(struct qmp_sink *s, struct qmp *q)
{
	struct error *err;
	int fd;

	remove_fdset(s, q);
	err = make_folder(s);
	if (err)
		return err;
	fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return file_error(s, errno);
	close(s->fd);
	s->fd = fd;
	if (q->peer_uid == geteuid() || q->peer_uid == (uid_t)-1)
		return NULL;
	/* If we may not give it away, QEMU will tell. */
	if (!fchown(fd, q->peer_uid, (gid_t)-1) && chmod(s->folder, 0711) < 0)
		return file_error(s, errno);
	return NULL;
}

static struct error *execute(struct qmp_sink *s, struct qmp *q, const char *command,
			     const json_t *arguments, const char *member, const char *prefix)
{
	json_t *all = json_copy((json_t *)(uintptr_t)arguments);
	struct error *err = qmp_sink_clear(s);

	if (!err && (!all || json_object_set_new(all, member, json_sprintf("%s%s", prefix, s->path))))
		err = error_nomem();
	if (!err)
		return qmp_execute(q, command, all, -1, NULL);
	json_decref(all);
	return err;
}

/* Is it worth while to try in another way? */
static bool is_refused(const struct error *err, const struct qmp *q)
{
	return err && err->kind == ERROR_TARGET && !q->broken;
}

struct error *qmp_sink_execute(struct qmp_sink *s, struct qmp *q, const char *command,
			       json_t *arguments, const char *member, const char *prefix)
{
	struct error *err = NULL;

	if (!arguments)
		return error_nomem();
	if (!s->path[0])
		err = use_descriptor(s, q);
	if (!err)
		err = execute(s, q, command, arguments, member, prefix);
	if (is_refused(err, q) && !s->folder[0]) {
		log_verbose(q->log, 1, "%s: trying with a temporary file", err->message);
		error_free(err);
		err = use_file(s, q);
		if (!err)
			err = execute(s, q, command, arguments, member, prefix);
	}
	json_decref(arguments);
	return err;
}

struct error *qmp_sink_read(const struct qmp_sink *s, uint64_t offset, void *buf, size_t len,
			    const char *what)
{
	size_t got;
	ssize_t n;

	for (got = 0; got < len; got += (size_t)n) {
		n = pread(s->fd, (char *)buf + got, len - got, (off_t)(offset + got));
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			return error_os(ERROR_TARGET, errno, "what QEMU writes for %s", what);
		else if (n == 0)
			return error_new(ERROR_TARGET, "QEMU has written %zu bytes fewer for %s than it was asked for",
					 len - got, what);
	}
	return NULL;
}
