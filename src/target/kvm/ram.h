/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guest RAM in the VMM's own address space, from a text of /proc/PID/maps. No
 * I/O; which of the candidates it is, if any, has to be proven (prove.c).
 */
#ifndef S390MEMCTL_TARGET_KVM_RAM_H
#define S390MEMCTL_TARGET_KVM_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RAM_MIB		0x100000ULL
#define RAM_CANDIDATES	256U	/* as many as are looked at */

/* A part of the VMM's address space that may be absolute storage from 0 on. */
struct ram_candidate {
	uint64_t start;		/* address in the VMM, a multiple of a MiB */
	uint64_t size;		/* bytes, a multiple of a MiB, at least one */
	uint64_t max;		/* it may go on up to here */
	bool exact;		/* the mapping begins and ends at those places */
};

/*
 * Find the candidates: memory slots of s390 begin at whole MiBs and consist of
 * whole MiBs (kvm_arch_prepare_memory_region(), arch/s390/kvm/kvm-s390.c), are
 * readable and writable, and no code. Mappings of devices are left out, and
 * small ones are taken at every MiB within them: the kernel merges neighbours.
 *
 * maps: NUL-terminated, is cut into lines. c: gets at most max candidates, in
 * order of address. Result: how many.
 */
size_t ram_find(char *maps, struct ram_candidate *c, size_t max);

#endif
