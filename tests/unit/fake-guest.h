/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest that is an array: absolute storage, and the registers of one CPU, which
 * a test fills as it likes. DAT is off and prefix is 0 unless the test changes
 * that, so that virtual, real and absolute addresses are the same.
 */
#ifndef S390MEMCTL_TESTS_FAKE_GUEST_H
#define S390MEMCTL_TESTS_FAKE_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "linux/kmem.h"
#include "target/target.h"
#include "target/walk.h"

struct fake_guest {
	struct target target;	/* for kernel_open() */
	struct target_ops ops;
	struct walk walk;
	struct s390_regs regs;	/* as the walk's at the next call of target_ops.walk */
	unsigned char *memory;
	size_t size;
	uint64_t reads;		/* accesses to storage so far */
	struct kmem kmem;	/* over target, ready */
};

/* size bytes of zeros, at least 0x2000. Never fails: the test ends if it does. */
void fake_guest_init(struct fake_guest *g, size_t size);
void fake_guest_free(struct fake_guest *g);
/* Begin anew with kmem: the test has changed registers or translation tables. */
void fake_guest_refresh(struct fake_guest *g);

/* Store big-endian numbers, bytes and texts with their zero byte; they must fit. */
void fake_guest_put16(struct fake_guest *g, uint64_t addr, uint16_t value);
void fake_guest_put32(struct fake_guest *g, uint64_t addr, uint32_t value);
void fake_guest_put64(struct fake_guest *g, uint64_t addr, uint64_t value);
void fake_guest_put(struct fake_guest *g, uint64_t addr, const void *data, size_t len);
void fake_guest_puts(struct fake_guest *g, uint64_t addr, const char *text);

/*
 * Store VMCOREINFO at addr (even, not 0): a note with this text, and its address in
 * the lowcore.
 */
void fake_guest_vmcoreinfo(struct fake_guest *g, uint64_t addr, const char *text);

/*
 * Map size bytes from virtual on (both multiples of 4096, within one segment of 1
 * MiB, below 2 GiB) to absolute: a segment table at 0x10000 and a page table at
 * 0x14000 of the fake storage, CR1 and CR13, DAT on. Calls fake_guest_refresh().
 */
void fake_guest_map(struct fake_guest *g, uint64_t virtual, uint64_t absolute, uint64_t size);

#endif
