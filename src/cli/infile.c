/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

struct error *infile_open(const char *path, struct infile *file)
{
	struct buf shown = BUF_INIT;
	struct error *err = NULL;
	struct stat st;

	buf_add_escaped(&shown, path, strlen(path));
	snprintf(file->shown, sizeof(file->shown), "%s", buf_str(&shown));
	buf_free(&shown);
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file->fd < 0)
		return error_os(ERROR_USAGE, errno, "file '%s'", file->shown);
	if (fstat(file->fd, &st))
		err = error_os(ERROR_USAGE, errno, "file '%s'", file->shown);
	else if (!S_ISREG(st.st_mode))
		err = error_new(ERROR_USAGE, "file '%s' is no regular file", file->shown);
	else if (st.st_size == 0)
		err = error_new(ERROR_USAGE, "file '%s' is empty", file->shown);
	else
		file->size = (uint64_t)st.st_size;
	if (err)
		infile_close(file);
	return err;
}

struct error *infile_source(void *arg, uint64_t offset, void *buf, size_t n)
{
	const struct infile *file = arg;
	char *p = buf;
	ssize_t got;

	while (n) {
		got = pread(file->fd, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_os(ERROR_TARGET, errno, "file '%s'", file->shown);
		if (got == 0)
			return error_new(ERROR_TARGET, "file '%s' has become shorter: %" PRIu64
					 " bytes instead of %" PRIu64, file->shown, offset,
					 file->size);
		p += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return NULL;
}

void infile_close(struct infile *file)
{
	close(file->fd);
	file->fd = -1;
}
