/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * makedumpfile's flattened form of a dump: pieces, each with its place in the
 * file that they make up together. That file is made in an unnamed file, since
 * libkdumpfile before 0.5.3 reads nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/endian.h"
#include "target/dump/image.h"

#define SIGNATURE	"makedumpfile"
#define FLAT_TYPE		1	/* "flattened", at offset 16 */
#define FLAT_VERSION		1	/* at offset 24 */
#define HEADER_SIZE	4096
#define PIECE_HEADER	16
#define COPY		0x100000	/* bytes copied at once */
#define SLACK		0x4000000	/* holes that the plain file may have beyond the flat one's size */

static bool recognise(const unsigned char *head, size_t len)
{
	return len >= 16 && !memcmp(head, SIGNATURE, sizeof(SIGNATURE));
}

/* A file without a name, which is gone when it is closed. */
static struct error *open_unnamed(const char *for_what, int *fd)
{
	const char *dir = getenv("TMPDIR");
	struct buf path = BUF_INIT, shown = BUF_INIT;
	struct error *err = NULL;

	/* Not /tmp, which is often memory - unless there is nothing else. */
	if (!dir || !dir[0])
		dir = access("/var/tmp", W_OK) ? "/tmp" : "/var/tmp";
	*fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (*fd < 0) {
		/* Not every file system can do that. */
		buf_addf(&path, "%s/s390memctl-XXXXXX", dir);
		*fd = buf_failed(&path) ? -1 : mkostemp(path.data, O_CLOEXEC);
		if (*fd >= 0)
			unlink(path.data);
	}
	if (*fd < 0) {
		buf_add_escaped(&shown, dir, strlen(dir));
		err = error_hint(error_os(ERROR_TARGET, errno, "dump '%s' is flattened, and a plain copy cannot be made in '%s'",
					  for_what, buf_str(&shown)),
				 "set TMPDIR to a directory with room for it");
	}
	buf_free(&path);
	buf_free(&shown);
	return err;
}

static struct error *write_all(int fd, uint64_t offset, const char *p, size_t len)
{
	ssize_t n;

	for (; len; p += n, offset += (size_t)n, len -= (size_t)n) {
		n = pwrite(fd, p, len, (off_t)offset);
		if (n < 0 && errno != EINTR)
			return error_hint(error_os(ERROR_TARGET, errno, "making a plain copy of a flattened dump"),
					  "set TMPDIR to a directory with room for it");
		if (n < 0)
			n = 0;
	}
	return NULL;
}

static struct error *copy_piece(const struct dump *d, struct dump_file *plain, uint64_t from,
				uint64_t to, uint64_t len, char *buf)
{
	struct error *err = NULL;
	size_t n;

	for (; len && !err; from += n, to += n, len -= n) {
		if (d->interrupted && *d->interrupted)
			return error_new(ERROR_TARGET, "interrupted");
		n = len < COPY ? (size_t)len : COPY;
		err = dump_file_read(&d->file, from, buf, n, "data");
		if (!err)
			err = write_all(plain->fd, to, buf, n);
		if (!err && to + n > plain->size)
			plain->size = to + n;
	}
	return err;
}

static struct error *bad_piece(const struct dump *d, uint64_t pos, uint64_t to, uint64_t len)
{
	return error_new(ERROR_TARGET,
			 "dump '%s': the piece at offset %" PRIu64 " claims to be %" PRId64 " bytes for offset %" PRId64 ": damaged or truncated",
			 d->file.name, pos, (int64_t)len, (int64_t)to);
}

static struct error *copy_pieces(const struct dump *d, struct dump_file *plain, char *buf)
{
	const uint64_t limit = d->file.size + SLACK;
	unsigned char head[PIECE_HEADER];
	uint64_t pos = HEADER_SIZE, to, len;
	struct error *err;

	for (;;) {
		err = dump_file_read(&d->file, pos, head, sizeof(head), "piece header");
		if (err)
			return err;
		to = get_be64(head);
		len = get_be64(head + 8);
		if (to == UINT64_MAX && len == UINT64_MAX)
			return NULL;
		if (!len || !dump_file_has(&d->file, pos + PIECE_HEADER, len) || to > limit ||
		    len > limit - to)
			return bad_piece(d, pos, to, len);
		err = copy_piece(d, plain, pos + PIECE_HEADER, to, len, buf);
		if (err)
			return err;
		pos += PIECE_HEADER + len;
	}
}

static struct error *unflatten(const struct dump *d, struct dump_file *plain)
{
	struct error *err;
	char *buf;

	err = open_unnamed(d->file.name, &plain->fd);
	if (err)
		return err;
	buf = malloc(COPY);
	err = buf ? copy_pieces(d, plain, buf) : error_nomem();
	wipe_free(buf, COPY);
	return err;
}

static struct error *open_flat(struct dump *d)
{
	struct dump_file plain = { .fd = -1 };
	unsigned char head[32];
	struct error *err;

	if (d->flattened)
		return error_new(ERROR_TARGET, "dump '%s' is flattened twice", d->file.name);
	err = dump_file_read(&d->file, 0, head, sizeof(head), "header");
	if (err)
		return err;
	if (get_be64(head + 16) != FLAT_TYPE || get_be64(head + 24) != FLAT_VERSION)
		return error_new(ERROR_TARGET, "dump '%s' is flattened in a way that is not known: type %" PRIu64 ", version %" PRIu64,
				 d->file.name, get_be64(head + 16), get_be64(head + 24));
	log_note(d->t.log, "dump '%s' is flattened: making a plain copy", d->file.name);
	err = unflatten(d, &plain);
	if (err) {
		dump_file_close(&plain);
		return err;
	}
	snprintf(plain.name, sizeof(plain.name), "%s", d->file.name);
	dump_file_close(&d->file);
	d->file = plain;
	filemap_open(&d->file.map, d->file.fd, d->file.size);
	d->flattened = true;
	return dump_read_image(d);
}

const struct dump_format format_flat = {
	.name = "flattened",
	.recognise = recognise,
	.open = open_flat,
};
