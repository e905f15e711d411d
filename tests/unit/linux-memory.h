/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's kernel that is nothing but some real storage and a VMCOREINFO: for tests of what reads it. */
#ifndef TESTS_UNIT_LINUX_MEMORY_H
#define TESTS_UNIT_LINUX_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "fake-guest.h"
#include "linux/kernel.h"

#define LINUX_MEMORY	0x20000U	/* bytes of storage, from address 0 on */

struct linux_memory {
	struct fake_guest guest;
	int interrupted;
	uint64_t rng;		/* state of random numbers */
	struct kernel k;
};

/* A kernel with storage of zeros that tells text as its VMCOREINFO; DAT is off. */
struct linux_memory *linux_memory_new(const char *text);
void linux_memory_free(struct linux_memory *m);
/* A copy of all storage, to be freed. */
unsigned char *linux_memory_copy(const struct linux_memory *m);
/* A pseudo-random number: the same sequence in every run. */
uint64_t linux_memory_random(struct linux_memory *m);
/*
 * Change count words of 8 bytes between two addresses: to random numbers, small
 * ones, and addresses between them.
 */
void linux_memory_damage(struct linux_memory *m, uint64_t first, uint64_t last, size_t count);

#endif
