/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who holds the spin lock that a CPU waits for: a hint, made from its registers. */
#ifndef S390MEMCTL_LINUX_SPINLOCK_H
#define S390MEMCTL_LINUX_SPINLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/regs.h"
#include "linux/kmem.h"
#include "sym/symbols.h"

struct spinlock_hint {
	const char *function;	/* in which the CPU waits */
	uint64_t lock;		/* address of the lock, if has_lock */
	bool has_lock;
	unsigned int holder;	/* CPU that holds it, if has_lock */
};

/*
 * Is the CPU in one of the kernel's functions that wait for a spin lock? Then
 * *hint says which, and if a register holds the address of a lock word that
 * names one of nr_cpus CPUs as its holder, that one: bits 16-31 of the word are
 * the number of the CPU plus 1 (Linux 4.15 and later,
 * arch/s390/lib/spinlock.c).
 */
bool spinlock_hint(struct kmem *m, const struct symbols *symbols, const struct s390_regs *regs,
		   unsigned int nr_cpus, struct spinlock_hint *hint);

#endif
