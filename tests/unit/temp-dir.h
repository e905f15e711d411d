/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder for the files of a group of tests. */
#ifndef S390MEMCTL_TESTS_UNIT_TEMP_DIR_H
#define S390MEMCTL_TESTS_UNIT_TEMP_DIR_H

/* Its path. */
extern char temp_dir[];

/* A name in the folder, in a buffer that the next call overwrites. */
const char *temp_path(const char *name);
/* Set-up and tear-down of a group of tests: the folder, removed with the files in it. */
int temp_dir_make(void **state);
int temp_dir_remove(void **state);

#endif
