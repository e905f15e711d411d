/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that appears under its name only when it is complete. Until then it
 * has no name (O_TMPFILE), or where the file system cannot do that a hidden
 * temporary one in the same folder, which is removed again.
 */
#ifndef S390MEMCTL_CLI_OUTFILE_H
#define S390MEMCTL_CLI_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct outfile;

/*
 * Begin a file, mode 0600. force: a regular file of this name may be replaced.
 * Errors: ERROR_REFUSED if the name is taken, ERROR_USAGE if it cannot be a
 * file's name, ERROR_TARGET with path and errno otherwise.
 */
struct error *outfile_open(const char *path, bool force, struct outfile **file);
/* Its descriptor, as long as it is open: for somebody else's writing from its beginning on. */
int outfile_fd(const struct outfile *f);
/* Write len bytes at an offset; all of them or ERROR_TARGET. */
struct error *outfile_write(struct outfile *f, uint64_t offset, const void *data, size_t len);
/* Make it exactly size bytes long; what was not written reads as zeros. */
struct error *outfile_set_size(struct outfile *f, uint64_t size);
/*
 * Bring it to disk and give it its name; it is closed then. A name that was
 * taken meanwhile is ERROR_REFUSED unless force. After an error nothing is left.
 */
struct error *outfile_commit(struct outfile *f);
/* Throw it away. NULL is allowed. */
void outfile_abort(struct outfile *f);

/*
 * Open a file to add to, made with mode 0600 if it is missing. It must be a regular one with this
 * name alone, of our user or root, and not behind a symbolic link: else whoever owns the folder
 * could read what is added, or choose what it is added to.
 *
 * kind: of the error where the system refuses it
 * what: "file" or of which sort, for messages
 * fd:   set, to be closed by the caller; -1 after an error
 * Errors: ERROR_REFUSED if it is none of these, kind with path and errno otherwise.
 */
struct error *outfile_append(enum error_kind kind, const char *what, const char *path, int *fd);

#endif
