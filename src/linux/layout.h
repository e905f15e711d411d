/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the members of a kernel's structures lie: by its VMCOREINFO, which is
 * exact and needs no file, else by its types. All of it is untrusted.
 */
#ifndef S390MEMCTL_LINUX_LAYOUT_H
#define S390MEMCTL_LINUX_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/kernel.h"

#define LAYOUT_NONE	UINT64_MAX	/* an optional member that is not there */
#define LAYOUT_MAX	0x100000U	/* offsets and sizes up to here are believed, bytes */

/* One wanted number. */
struct layout_row {
	const char *type;	/* "prb_desc" */
	const char *member;	/* "state_var"; NULL: the size of the type is wanted */
	size_t at;		/* offset of the uint64_t in the structure that is filled */
	bool optional;		/* it may be missing: LAYOUT_NONE then */
};

/*
 * Fill the uint64_t members of a structure of the caller's with offsets and
 * sizes in bytes, a row each. Errors: ERROR_NO that names the first one that
 * is not known and where it could come from, ERROR_USAGE for one past
 * LAYOUT_MAX.
 */
struct error *layout_fill(struct kernel *k, const struct layout_row *rows, size_t nr,
			  void *numbers);
/*
 * The offset of one member, and its size in bytes (0: not known; may be NULL).
 * Errors as layout_fill().
 */
struct error *layout_member(struct kernel *k, const char *type, const char *member,
			    uint64_t *offset, uint64_t *size);

#endif
