/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool procfs_is_gone(int ret)
{
	return ret == -ENOENT || ret == -ESRCH;
}

bool procfs_is_denied(int ret)
{
	return ret == -EACCES || ret == -EPERM;
}

static int open_dir(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

int procfs_open(const char *proc, pid_t pid)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/%d", proc, (int)pid) < 0)
		return -ENOMEM;
	fd = open_dir(AT_FDCWD, path);
	free(path);
	return fd;
}

int procfs_open_task(int dir, pid_t tid)
{
	char path[32];

	snprintf(path, sizeof(path), "task/%d", (int)tid);
	return open_dir(dir, path);
}

/* A positive number that fills the whole text, without sign or leading zeros. */
static bool parse_number(const char *text, int *number)
{
	long value = 0;
	const char *p;

	if (text[0] == '0' && text[1])
		return false;
	for (p = text; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		value = value * 10 + (*p - '0');
		if (value > INT_MAX)
			return false;
	}
	*number = (int)value;
	return p != text;
}

pid_t procfs_self(const char *proc)
{
	char target[32];
	int dir, ret, pid;

	dir = open_dir(AT_FDCWD, proc);
	if (dir < 0)
		return 0;
	ret = procfs_readlink(dir, "self", target, sizeof(target));
	close(dir);
	return ret > 0 && parse_number(target, &pid) ? pid : 0;
}

int procfs_read(int dir, const char *path, size_t max, struct buf *out)
{
	char chunk[4096];
	ssize_t got;
	int fd, ret = 0;

	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	while (max) {
		got = read(fd, chunk, max < sizeof(chunk) ? max : sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		buf_add(out, chunk, (size_t)got);
		max -= (size_t)got;
	}
	close(fd);
	if (!ret && buf_failed(out))
		ret = -ENOMEM;
	return ret;
}

int procfs_readlink(int dir, const char *path, char *target, size_t size)
{
	ssize_t len = readlinkat(dir, path, target, size);

	if (len < 0)
		return -errno;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	target[len] = '\0';
	return (int)len;
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static int read_numbers(DIR *stream, int **numbers, size_t *count)
{
	size_t size = 0;
	struct dirent *entry;
	int number, *more;

	for (;;) {
		errno = 0;
		entry = readdir(stream);
		if (!entry)
			return -errno;
		if (!parse_number(entry->d_name, &number))
			continue;
		if (*count == size) {
			size = size ? size * 2 : 64;
			more = reallocarray(*numbers, size, sizeof(**numbers));
			if (!more)
				return -ENOMEM;
			*numbers = more;
		}
		(*numbers)[(*count)++] = number;
	}
}

int procfs_numbers(int dir, const char *path, int **numbers, size_t *count)
{
	DIR *stream;
	int fd, ret;

	*numbers = NULL;
	*count = 0;
	fd = open_dir(dir, path);
	if (fd < 0)
		return fd;
	stream = fdopendir(fd);
	if (!stream) {
		ret = -errno;
		close(fd);
		return ret;
	}
	ret = read_numbers(stream, numbers, count);
	closedir(stream);
	if (ret) {
		free(*numbers);
		*numbers = NULL;
		*count = 0;
		return ret;
	}
	if (*count)
		qsort(*numbers, *count, sizeof(**numbers), compare_ints);
	return 0;
}

int procfs_pids(const char *proc, int **pids, size_t *count)
{
	int dir, ret;

	*pids = NULL;
	*count = 0;
	dir = open_dir(AT_FDCWD, proc);
	if (dir < 0)
		return dir;
	ret = procfs_numbers(dir, ".", pids, count);
	close(dir);
	return ret;
}

int procfs_exe(int dir, char *name, size_t size)
{
	static const char deleted[] = " (deleted)";
	const size_t tail = sizeof(deleted) - 1;
	char path[PATH_MAX];
	const char *base;
	int len;

	name[0] = '\0';
	len = procfs_readlink(dir, "exe", path, sizeof(path));
	if (len < 0)
		return len;
	if ((size_t)len > tail && !strcmp(path + len - tail, deleted))
		path[len - tail] = '\0';
	base = strrchr(path, '/');
	snprintf(name, size, "%s", base ? base + 1 : path);
	return 0;
}

typedef int (*parser)(const char *text, void *result);

/* Read a text whole and take it apart. */
static int read_parsed(int dir, const char *path, parser parse, void *result)
{
	struct buf text = BUF_INIT;
	int ret;

	ret = procfs_read(dir, path, PROCFS_TEXT_MAX, &text);
	if (!ret)
		ret = parse(buf_str(&text), result);
	buf_free(&text);
	return ret;
}

static int parse_stat(const char *text, void *result)
{
	return procfs_parse_stat(text, result);
}

static int parse_status(const char *text, void *result)
{
	return procfs_parse_status(text, result);
}

static int parse_syscall(const char *text, void *result)
{
	return procfs_parse_syscall(text, result);
}

int procfs_stat(int dir, struct procfs_stat *st)
{
	return read_parsed(dir, "stat", parse_stat, st);
}

int procfs_status(int dir, struct procfs_status *st)
{
	return read_parsed(dir, "status", parse_status, st);
}

int procfs_syscall(int dir, struct procfs_syscall *sc)
{
	return read_parsed(dir, "syscall", parse_syscall, sc);
}
