/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest that the input makes: storage that is zero where it says nothing, and
 * the registers of one CPU. The input is a sequence of records, each with its kind
 * in the first byte; an unknown kind is taken modulo 3:
 *
 *	0 address[3] length[2] bytes	what stands in absolute storage
 *	1 length[2] text		VMCOREINFO, with its note and the lowcore's word
 *	2 register value[8]		0-15 general, 16-31 control, 32-47 access registers,
 *					48 PSW mask, 49 PSW address, 50 prefix
 */
#ifndef S390MEMCTL_TESTS_FUZZ_GUEST_H
#define S390MEMCTL_TESTS_FUZZ_GUEST_H

#include "cli/session.h"
#include "fuzz.h"
#include "target/walk.h"

#define FUZZ_GUEST_SIZE	0x200000U	/* bytes of storage */

struct fuzz_guest;

/* Make a guest of what is left of the input, and take that. To be freed by fuzz_guest_free(). */
struct fuzz_guest *fuzz_guest_new(struct fuzz_input *in);
void fuzz_guest_free(struct fuzz_guest *g);
struct target *fuzz_guest_target(struct fuzz_guest *g);

/*
 * Run lines of commands on a guest, in text mode or JSON, as a script would.
 * What they print is checked, no file is written.
 */
void fuzz_run_lines(struct fuzz_guest *g, bool json, const char *const *lines, size_t count);

#endif
