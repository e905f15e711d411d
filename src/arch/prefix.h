/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prefixing (SA22-7832 chapter 3, "Prefixing"): real to absolute addresses. */
#ifndef S390MEMCTL_ARCH_PREFIX_H
#define S390MEMCTL_ARCH_PREFIX_H

#include <stdint.h>

#define PREFIX_AREA	0x2000ULL	/* bytes that prefixing swaps */
#define PREFIX_MASK	0x7fffe000U	/* bits of the prefix register that count */

/*
 * The absolute address of real address real: 0-8191 and prefix to prefix+8191
 * are swapped. prefix: as from PREFIX_MASK. The swap is its own inverse.
 * _kvm_s390_real_to_abs() in arch/s390/kvm/gaccess.h.
 */
static inline uint64_t prefix_apply(uint32_t prefix, uint64_t real)
{
	if (real < PREFIX_AREA)
		return real + prefix;
	if (real - prefix < PREFIX_AREA)
		return real - prefix;
	return real;
}

/*
 * How many bytes from real address real on stay contiguous under prefixing; 0
 * means all up to 2^64.
 */
static inline uint64_t prefix_run(uint32_t prefix, uint64_t real)
{
	if (real < PREFIX_AREA)
		return PREFIX_AREA - real;
	if (real < prefix)
		return prefix - real;
	if (real - prefix < PREFIX_AREA)
		return PREFIX_AREA - (real - prefix);
	return 0 - real;
}

#endif
