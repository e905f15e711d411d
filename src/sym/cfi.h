/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Call-frame information of an ELF file (.debug_frame, .eh_frame), by elfutils:
 * from the registers in a function to those in its caller.
 */
#ifndef S390MEMCTL_SYM_CFI_H
#define S390MEMCTL_SYM_CFI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The general registers of one frame. DWARF numbers 0-15 are those of s390x. */
struct cfi_regs {
	uint64_t gprs[16];
	uint16_t known;		/* bit n: gprs[n] means something */
	uint64_t pc;
	/*
	 * pc is behind a call: its instruction, which may be the last one of its
	 * function, is what counts. Else pc was interrupted.
	 */
	bool after_call;
};

struct cfi;

/* Fetch 8 bytes, big-endian, of a stack. false: it cannot be read. */
typedef bool cfi_read_fn(void *arg, uint64_t addr, uint64_t *value);

/*
 * Open the file. bias: address in the guest minus that in the file. ERROR_NO if
 * it has no call-frame information, ERROR_USAGE if it cannot be read; both with
 * path and reason. The file is untrusted.
 */
struct error *cfi_open(const char *path, uint64_t bias, struct cfi **cfi);
/* Free; NULL is allowed. */
void cfi_close(struct cfi *cfi);
/*
 * One frame up. read, arg: the stack. *caller gets the caller's registers, as far
 * as they can be known; its after_call is set. false: nothing is known about
 * pc, or what is known cannot be worked out from these registers.
 */
bool cfi_step(struct cfi *cfi, const struct cfi_regs *regs, cfi_read_fn *read, void *arg,
	      struct cfi_regs *caller);

#endif
