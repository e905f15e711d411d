/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dump file. A regular one is mapped; where the mapping fails, because the file
 * shrinks while it is read or by an I/O error, pread(2) tells what is the matter.
 */
#ifndef S390MEMCTL_TARGET_DUMP_FILE_H
#define S390MEMCTL_TARGET_DUMP_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/filemap.h"

struct dump_file {
	int fd;			/* -1: none */
	uint64_t size;		/* bytes */
	char name[256];		/* printable */
	struct filemap map;	/* of the whole file, or none: not to be copied */
};

/* Open a regular file or block device for reading. ERROR_TARGET. */
struct error *dump_file_open(struct dump_file *f, const char *path);
/* Close it; a file that is not open is allowed. */
void dump_file_close(struct dump_file *f);
/* Read up to len bytes at offset; *got: fewer only at the end of the file. 0 or -errno. */
int dump_file_pread(const struct dump_file *f, uint64_t offset, void *buf, size_t len,
		    size_t *got);
/*
 * Up to *len bytes at offset where they lie in this process; *len is cut to what
 * there is. NULL: they cannot be had in this way. dump_file_seen() tells afterwards
 * whether what was looked at were the file's bytes: 0 or -errno.
 */
const void *dump_file_look(const struct dump_file *f, uint64_t offset, size_t *len);
int dump_file_seen(const struct dump_file *f);
/* Read exactly len bytes; what names them in the error ("program header"). ERROR_TARGET. */
struct error *dump_file_read(const struct dump_file *f, uint64_t offset, void *buf, size_t len,
			     const char *what);
/* Are len bytes at offset within the file? */
int dump_file_has(const struct dump_file *f, uint64_t offset, uint64_t len);

#endif
