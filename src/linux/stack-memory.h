/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stacks as they were when they were looked at first: of a CPU that runs on they
 * change, and a stack is read as a whole so that its words belong together.
 */
#ifndef S390MEMCTL_LINUX_STACK_MEMORY_H
#define S390MEMCTL_LINUX_STACK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux/kmem.h"

#define STACK_SIZE	0x4000ULL	/* THREAD_SIZE: stacks are so large, and aligned so */
#define STACKS_MAX	8U		/* a CPU has five: kernel, async, nodat, mcck, restart */

struct stack_copy {
	uint64_t base;
	size_t len;			/* bytes from base on that could be read */
	unsigned char data[STACK_SIZE];
};

struct stack_memory {
	struct kmem *mem;
	unsigned int count;
	struct stack_copy copies[STACKS_MAX];
};

/* The lowest address of the stack that an address is on. */
static inline uint64_t stack_base(uint64_t addr)
{
	return addr & ~(STACK_SIZE - 1);
}

/*
 * Copy len bytes of a stack to buf. false: they cannot be read, are on no single
 * stack, or on one more than STACKS_MAX.
 */
bool stack_read(struct stack_memory *m, uint64_t addr, void *buf, size_t len);
/* One big-endian word. For cfi_step(); memory is a struct stack_memory. */
bool stack_word(void *memory, uint64_t addr, uint64_t *value);

#endif
