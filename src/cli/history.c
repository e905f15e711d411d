/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/history.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/history.h>

#include "base/buf.h"

/* Is it our own folder? Made if it is missing and make is set. */
static bool own_folder(const char *path, bool make)
{
	struct stat st;

	if (make && mkdir(path, 0700) && errno != EEXIST)
		return false;
	return !stat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Whether somebody else could put a link where the file is to be. */
static bool others_write(const char *path)
{
	struct stat st;

	return stat(path, &st) || (st.st_mode & (S_IWGRP | S_IWOTH));
}

/* The file's path; false if there is no place for it. */
static bool history_path(struct buf *path, bool make)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	buf_reset(path);
	if (state && state[0] == '/') {
		buf_adds(path, state);
	} else {
		if (!home || home[0] != '/')
			return false;
		buf_adds(path, home);
		if (!own_folder(buf_str(path), false))
			return false;
		buf_adds(path, "/.local");
		if (make)
			mkdir(buf_str(path), 0700);
		buf_adds(path, "/state");
	}
	if (!own_folder(buf_str(path), make))
		return false;
	buf_adds(path, "/s390memctl");
	if (!own_folder(buf_str(path), make) || others_write(buf_str(path)))
		return false;
	buf_adds(path, "/history");
	return !buf_failed(path);
}

/* Is it our own file, by this name alone, or not there? Nobody else can put one in its place. */
static bool own_file(const char *path, const struct log *log)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT;
	if (S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1)
		return true;
	log_verbose(log, 1, "history '%s' is no file of this user alone", path);
	return false;
}

void history_load(const struct log *log)
{
	struct buf path = BUF_INIT;
	int ret;

	using_history();
	stifle_history(HISTORY_LINES);
	if (history_path(&path, false) && own_file(buf_str(&path), log)) {
		ret = read_history(buf_str(&path));
		if (ret && ret != ENOENT)
			log_verbose(log, 1, "history '%s': %s", buf_str(&path), strerror(ret));
	}
	buf_free(&path);
}

/* Lines of this session. */
static int added;

/* One line of what was typed or pasted. */
static void note(const char *line)
{
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;

	if (!line[0] || (last && !strcmp(last->line, line)))
		return;
	add_history(line);
	if (added < HISTORY_LINES)
		added++;
}

void history_note(const char *line)
{
	char *copy = strdup(line), *rest = copy, *one;

	while ((one = strsep(&rest, "\n")))
		note(one);
	free(copy);
}

void history_save(const struct log *log)
{
	struct buf path = BUF_INIT;
	mode_t mask = umask(077);
	int ret;

	if (history_path(&path, true) && own_file(buf_str(&path), log)) {
		/* Another shell may have saved lines meanwhile. */
		ret = append_history(added, buf_str(&path));
		if (ret == ENOENT)
			ret = write_history(buf_str(&path));
		if (!ret && chmod(buf_str(&path), 0600))
			ret = errno;
		if (!ret)
			ret = history_truncate_file(buf_str(&path), HISTORY_LINES);
		if (ret)
			log_verbose(log, 1, "history '%s': %s", buf_str(&path), strerror(ret));
	}
	umask(mask);
	buf_free(&path);
}
