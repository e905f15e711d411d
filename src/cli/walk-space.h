/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target's address spaces by our own translation, for the commands that show it. */
#ifndef S390MEMCTL_CLI_WALK_SPACE_H
#define S390MEMCTL_CLI_WALK_SPACE_H

#include "arch/trace.h"
#include "arch/translate.h"
#include "cli/session.h"
#include "target/walk.h"

struct walk_space {
	struct walk *walk;	/* of the target; valid until its next operation */
	struct access access;
	struct address_space as;
};

/*
 * Open the space of an access.
 *
 * tlb: one of the caller's, empty, for a look that the target's need not keep; NULL:
 * the target's. trace: records the steps, and no TLB is used; or NULL. Errors: those of
 * the target's walk operation, ERROR_REFUSED where it has none, or for a key
 * where keys are not known; ERROR_USAGE for the SIDA. An exception of
 * access-register translation is none: translate() tells it.
 */
struct error *walk_space_open(struct session *s, const struct access *a, enum reference_type type,
			      struct tlb *tlb, struct translation_trace *trace, struct walk_space *ws);
/*
 * What the translations were made for is the target's last space, for
 * access_tell_space(): the reads of tables have left another one there.
 */
void walk_space_done(struct session *s, const struct walk_space *ws);
/* The error of a translation in this space that has failed. */
struct error *walk_space_error(const struct walk_space *ws, const struct translation *t)
	__attribute__((returns_nonnull));

#endif
