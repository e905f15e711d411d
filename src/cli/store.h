/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How write, fill and load change guest memory: the whole range is checked
 * first, every piece is recorded with its old bytes before it is written, and
 * old and new bytes are shown.
 */
#ifndef S390MEMCTL_CLI_STORE_H
#define S390MEMCTL_CLI_STORE_H

#include "cli/command.h"
#include "cli/session.h"

/* Put the n new bytes from offset on into buf. */
typedef struct error *store_source(void *arg, uint64_t offset, void *buf, size_t n);

/*
 * Write len bytes (at least 1) at a->addr; a has been checked with
 * access_check_range(). Attaches.
 *
 * Errors: those of the target; the message says how many bytes were written,
 * and which.
 */
struct error *store_range(struct session *s, const struct command_args *args,
			  const struct access *a, uint64_t len, store_source *source, void *arg);

/*
 * The same as a command that shows its progress: addr is the word that tells
 * where, the rest of the access is in the options. Errors: those of the words, too.
 */
struct error *store_at(struct session *s, const struct command_args *args, const char *addr,
		       uint64_t len, store_source *source, void *arg);

#endif
