/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/dump/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/printable.h"

static struct error *find_size(struct dump_file *f)
{
	struct stat st;
	off_t end;

	if (fstat(f->fd, &st) < 0)
		return error_os(ERROR_TARGET, errno, "dump '%s'", f->name);
	if (S_ISREG(st.st_mode)) {
		f->size = (uint64_t)st.st_size;
		filemap_open(&f->map, f->fd, f->size);
		return NULL;
	}
	if (!S_ISBLK(st.st_mode))
		return error_new(ERROR_TARGET, "dump '%s' is neither a regular file nor a block device",
				 f->name);
	end = lseek(f->fd, 0, SEEK_END);
	if (end < 0)
		return error_os(ERROR_TARGET, errno, "dump '%s'", f->name);
	f->size = (uint64_t)end;
	return NULL;
}

struct error *dump_file_open(struct dump_file *f, const char *path)
{
	struct error *err;

	printable(f->name, sizeof(f->name), path);
	/* Not to wait for a writer, should it be a FIFO. */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (f->fd < 0)
		return error_os(ERROR_TARGET, errno, "dump '%s'", f->name);
	err = find_size(f);
	if (err)
		dump_file_close(f);
	return err;
}

void dump_file_close(struct dump_file *f)
{
	filemap_close(&f->map);
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

int dump_file_pread(const struct dump_file *f, uint64_t offset, void *buf, size_t len, size_t *got)
{
	ssize_t n;

	if (filemap_is_good(&f->map) && dump_file_has(f, offset, len)) {
		memcpy(buf, f->map.data + offset, len);
		*got = len;
		if (filemap_is_good(&f->map))
			return 0;
	}
	for (*got = 0; *got < len; *got += (size_t)n) {
		if (offset > INT64_MAX - *got)
			return 0;
		n = pread(f->fd, (char *)buf + *got, len - *got, (off_t)(offset + *got));
		if (n < 0 && errno == EINTR) {
			n = 0;
			continue;
		}
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
	}
	return 0;
}

const void *dump_file_look(const struct dump_file *f, uint64_t offset, size_t *len)
{
	if (!filemap_is_good(&f->map) || offset >= f->size)
		return NULL;
	if (*len > f->size - offset)
		*len = (size_t)(f->size - offset);
	return filemap_populate(&f->map, (size_t)offset, *len) ? f->map.data + offset : NULL;
}

int dump_file_seen(const struct dump_file *f)
{
	return filemap_is_good(&f->map) ? 0 : -ENODATA;
}

struct error *dump_file_read(const struct dump_file *f, uint64_t offset, void *buf, size_t len,
			     const char *what)
{
	size_t got;
	int rc = dump_file_pread(f, offset, buf, len, &got);

	if (rc)
		return error_os(ERROR_TARGET, -rc, "dump '%s': %s at offset %" PRIu64, f->name, what,
				offset);
	if (got < len)
		return error_new(ERROR_TARGET,
				 "dump '%s' is truncated: %zu bytes of %s at offset %" PRIu64 " pass its end at %" PRIu64,
				 f->name, len, what, offset, f->size);
	return NULL;
}

int dump_file_has(const struct dump_file *f, uint64_t offset, uint64_t len)
{
	return offset <= f->size && len <= f->size - offset;
}
