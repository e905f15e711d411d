/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A regular file whose bytes are written to a guest. */
#ifndef S390MEMCTL_CLI_INFILE_H
#define S390MEMCTL_CLI_INFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct infile {
	int fd;
	uint64_t size;		/* bytes, at least 1 */
	char shown[160];	/* path, printable, shortened to fit */
};

/* Open a file. Errors: ERROR_USAGE: unreadable, empty, no regular file. */
struct error *infile_open(const char *path, struct infile *file);
/* A store_source: n bytes from offset on. ERROR_TARGET if the file has fewer by now. */
struct error *infile_source(void *arg, uint64_t offset, void *buf, size_t n);
/* Close it. */
void infile_close(struct infile *file);

#endif
