/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Linux keeps in a CPU's lowcore beside the architected fields: struct lowcore of asm/lowcore.h. */
#ifndef S390MEMCTL_LINUX_LOWCORE_H
#define S390MEMCTL_LINUX_LOWCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/lowcore.h"
#include "base/error.h"
#include "linux/kernel.h"

/* A member of struct lowcore as this kernel has it. */
struct linux_lowcore_field {
	const char *name;	/* "kernel_stack" */
	bool is_address;	/* kernel virtual; may be that of a symbol */
	bool is_absolute;	/* one for all CPUs: stands in the lowcore at absolute 0 alone */
	uint16_t offset;
	uint8_t length;		/* bytes: 1, 2, 4, 8 */
};

#define LINUX_LOWCORE_MAX	64	/* fields there are at most */

/*
 * Those members that this kernel has, in order of their offsets. fields has room
 * for LINUX_LOWCORE_MAX. Without types of the kernel only the few that are the
 * same in all kernels; *missing (not NULL, to be freed) tells why then, else it
 * is NULL.
 */
void linux_lowcore_fields(struct kernel *k, struct linux_lowcore_field *fields, size_t *count,
			  struct error **missing);
/* The number in a field. lowcore: LOWCORE_SIZE bytes. */
uint64_t linux_lowcore_number(const struct linux_lowcore_field *field, const void *lowcore);
/* The field of this name among count; NULL if it is not there. */
const struct linux_lowcore_field *linux_lowcore_find(const struct linux_lowcore_field *fields,
						     size_t count, const char *name);
/*
 * Read all of the lowcore at this absolute address (the CPU's prefix). lowcore has
 * room for LOWCORE_SIZE bytes. Errors: as kmem_read_absolute().
 */
struct error *linux_lowcore_read(struct kernel *k, uint64_t prefix, void *lowcore);

#endif
