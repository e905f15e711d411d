/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of what was changed in a guest. A command's change is told to
 * syslog(3), once when it begins and once with its result. With --audit each
 * piece of it (at most AUDIT_PIECE bytes) is a JSON line in a file too, with
 * the old and the new bytes: one line before, one with the result after.
 */
#ifndef S390MEMCTL_CLI_AUDIT_H
#define S390MEMCTL_CLI_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "arch/space.h"
#include "base/error.h"

#define AUDIT_PIECE 65536

struct audit;

/* One change, or one piece of it. */
struct audit_record {
	const char *command;	/* "write" */
	const char *guest;	/* name, may be "" */
	int pid;		/* of the VMM */
	int vcpu;
	enum space space;
	int ar;			/* access register, SPACE_AR */
	uint32_t alet;		/* SPACE_ALET */
	uint64_t asce;		/* SPACE_ASCE */
	int key;		/* access key, or -1 */
	uint64_t addr;
	uint64_t len;		/* bytes */
	const void *old;	/* len bytes, or NULL: unknown */
	const void *new_;	/* len bytes */
};

/*
 * Open an audit file for appending, making it with mode 0600; symbolic links
 * and anything but a regular file are refused. Errors: ERROR_REFUSED.
 */
struct error *audit_open(const char *path, struct audit **audit);
/* Close; NULL is allowed. */
void audit_close(struct audit *audit);
/*
 * Record that a piece is about to be changed; on disk when this returns. NULL
 * audit: nothing. Errors: ERROR_REFUSED; the piece must not be changed then.
 */
struct error *audit_before(struct audit *audit, const struct audit_record *r);
/*
 * Record how it ended. done: bytes changed. result: "done", or what failed.
 * Errors: ERROR_TARGET.
 */
struct error *audit_after(struct audit *audit, const struct audit_record *r,
			  uint64_t done, const char *result);
/*
 * Tell syslog of a whole change: result NULL before it begins, else how it
 * ended. Of old and new at most the first 32 bytes are told, of which
 * r->old and r->new_ must have min(r->len, 32).
 */
void audit_syslog(const struct audit_record *r, uint64_t done, const char *result);

#endif
