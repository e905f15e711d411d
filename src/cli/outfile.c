/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

#define TEMPORARY_TRIES 16

struct outfile {
	int dir;		/* the folder, O_PATH */
	int fd;
	bool force;
	char *shown;		/* path, printable */
	char *name;		/* last component of the path */
	char temporary[64];	/* name in dir; "" as long as it has none */
};

static struct error *file_error(const struct outfile *f, int errnum)
{
	struct error *err = error_os(ERROR_TARGET, errnum, "file '%s'", f->shown);

	if (errnum == ENOSPC || errnum == EDQUOT)
		return error_hint(err, "free some space there, or name a file elsewhere");
	if (errnum == EROFS)
		return error_hint(err, "name a file on a writable file system");
	return err;
}

/* May the name be given to the file? */
static struct error *check_name(const struct outfile *f)
{
	struct stat st;

	if (fstatat(f->dir, f->name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? NULL : file_error(f, errno);
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_REFUSED, "file '%s' exists and is no regular file",
				 f->shown);
	if (!f->force)
		return error_hint(error_new(ERROR_REFUSED, "file '%s' exists", f->shown),
				  "--force replaces it");
	return NULL;
}

static void random_name(char *name, size_t size)
{
	unsigned long long random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = (unsigned long long)getpid();
	snprintf(name, size, ".s390memctl-%016llx.tmp", random);
}

/* The file itself: without a name, else with a hidden one. */
static struct error *open_temporary(struct outfile *f)
{
	int i;

	f->fd = openat(f->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (f->fd >= 0)
		return NULL;
	if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL)
		return file_error(f, errno);
	for (i = 0; i < TEMPORARY_TRIES; i++) {
		random_name(f->temporary, sizeof(f->temporary));
		f->fd = openat(f->dir, f->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
			       0600);
		if (f->fd >= 0)
			return NULL;
		if (errno != EEXIST)
			break;
	}
	f->temporary[0] = '\0';
	return file_error(f, errno);
}

/* Take the path apart into folder and name. */
static struct error *open_folder(struct outfile *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf folder = BUF_INIT;
	struct error *err = NULL;

	f->name = strdup(slash ? slash + 1 : path);
	if (slash == path)
		buf_adds(&folder, "/");
	else if (slash)
		buf_add(&folder, path, (size_t)(slash - path));
	else
		buf_adds(&folder, ".");
	if (!f->name || buf_failed(&folder)) {
		err = error_nomem();
	} else if (!f->name[0] || !strcmp(f->name, ".") || !strcmp(f->name, "..")) {
		err = error_new(ERROR_USAGE, "'%s' is no file's name", f->shown);
	} else {
		f->dir = open(buf_str(&folder), O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (f->dir < 0)
			err = file_error(f, errno);
	}
	buf_free(&folder);
	return err;
}

struct error *outfile_open(const char *path, bool force, struct outfile **file)
{
	struct outfile *f = calloc(1, sizeof(*f));
	struct buf shown = BUF_INIT;
	struct error *err;

	if (!f)
		return error_nomem();
	f->dir = -1;
	f->fd = -1;
	f->force = force;
	buf_add_escaped(&shown, path, strlen(path));
	f->shown = strdup(buf_str(&shown));
	buf_free(&shown);
	err = f->shown ? open_folder(f, path) : error_nomem();
	if (!err)
		err = check_name(f);
	if (!err)
		err = open_temporary(f);
	if (err) {
		outfile_abort(f);
		return err;
	}
	*file = f;
	return NULL;
}

int outfile_fd(const struct outfile *f)
{
	return f->fd;
}

struct error *outfile_write(struct outfile *f, uint64_t offset, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = pwrite(f->fd, p, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return file_error(f, n < 0 ? errno : ENOSPC);
		p += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return NULL;
}

struct error *outfile_set_size(struct outfile *f, uint64_t size)
{
	if (size > INT64_MAX)
		return file_error(f, EFBIG);
	return ftruncate(f->fd, (off_t)size) ? file_error(f, errno) : NULL;
}

/* Give an unnamed file a name in dir that nothing has. */
static int link_unnamed(const struct outfile *f, const char *name)
{
	char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	return linkat(AT_FDCWD, path, f->dir, name, AT_SYMLINK_FOLLOW);
}

/* Rename the temporary name to the final one, which nothing may have. */
static int rename_noreplace(struct outfile *f)
{
	if (!renameat2(f->dir, f->temporary, f->dir, f->name, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* This file system cannot; a hard link never replaces anything either. */
	if (linkat(f->dir, f->temporary, f->dir, f->name, 0))
		return -1;
	return unlinkat(f->dir, f->temporary, 0);
}

static struct error *give_name(struct outfile *f)
{
	int ret;

	if (!f->force) {
		ret = f->temporary[0] ? rename_noreplace(f) : link_unnamed(f, f->name);
		if (ret && errno == EEXIST)
			return error_hint(error_new(ERROR_REFUSED, "file '%s' exists by now",
						    f->shown),
					  "--force replaces it");
	} else {
		if (!f->temporary[0]) {
			random_name(f->temporary, sizeof(f->temporary));
			if (link_unnamed(f, f->temporary)) {
				ret = errno;
				f->temporary[0] = '\0';
				return file_error(f, ret);
			}
		}
		ret = renameat(f->dir, f->temporary, f->dir, f->name);
	}
	if (ret)
		return file_error(f, errno);
	f->temporary[0] = '\0';
	return NULL;
}

/* Make the new name last through a crash of the host; not all file systems can. */
static void sync_folder(const struct outfile *f)
{
	int fd = openat(f->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

struct error *outfile_commit(struct outfile *f)
{
	struct error *err = NULL;

	if (fsync(f->fd))
		err = file_error(f, errno);
	if (!err)
		err = give_name(f);
	if (!err)
		sync_folder(f);
	outfile_abort(f);
	return err;
}

void outfile_abort(struct outfile *f)
{
	if (!f)
		return;
	if (f->temporary[0])
		unlinkat(f->dir, f->temporary, 0);
	if (f->fd >= 0)
		close(f->fd);
	if (f->dir >= 0)
		close(f->dir);
	free(f->shown);
	free(f->name);
	free(f);
}

static struct error *check_appended(int fd, enum error_kind kind, const char *what, const char *shown)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_os(kind, errno, "%s '%s'", what, shown);
	if (!S_ISREG(st.st_mode))
		return error_new(ERROR_REFUSED, "%s '%s' is no regular file", what, shown);
	if (st.st_uid != geteuid() && st.st_uid)
		return error_new(ERROR_REFUSED, "%s '%s' belongs to another user", what, shown);
	if (st.st_nlink > 1)
		return error_new(ERROR_REFUSED, "%s '%s' has another name, too", what, shown);
	return NULL;
}

struct error *outfile_append(enum error_kind kind, const char *what, const char *path, int *fd)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, path, strlen(path));
	/* O_NONBLOCK: a FIFO without a reader must not hang the program. */
	*fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY |
			 O_NONBLOCK, 0600);
	if (*fd >= 0)
		err = check_appended(*fd, kind, what, buf_str(&shown));
	else if (errno == ELOOP)
		err = error_new(ERROR_REFUSED, "%s '%s' is a symbolic link", what, buf_str(&shown));
	else
		err = error_os(kind, errno, "%s '%s'", what, buf_str(&shown));
	buf_free(&shown);
	if (err && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	return err;
}
