/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "temp-dir.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char temp_dir[] = "/tmp/s390memctl-test-XXXXXX";

const char *temp_path(const char *name)
{
	static char path[sizeof(temp_dir) + 256];

	snprintf(path, sizeof(path), "%s/%s", temp_dir, name);
	return path;
}

int temp_dir_make(void **state)
{
	(void)state;
	return mkdtemp(temp_dir) ? 0 : -1;
}

int temp_dir_remove(void **state)
{
	DIR *d = opendir(temp_dir);
	struct dirent *entry;

	(void)state;
	if (!d)
		return -1;
	while ((entry = readdir(d)))
		unlink(temp_path(entry->d_name));
	closedir(d);
	return rmdir(temp_dir);
}
