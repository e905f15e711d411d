/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loops that a compiler makes vector code of: on x86-64 a second time with vectors of
 * 32 bytes, for CPUs that have them.
 *
 *	static inline SIMD_INLINE int sum(...)
 *	{ ... }
 *	#ifdef SIMD_AVX2
 *	SIMD_AVX2 static int sum_avx2(...)
 *	{ return sum(...); }
 *	#endif
 */
#ifndef S390MEMCTL_BASE_SIMD_H
#define S390MEMCTL_BASE_SIMD_H

#include <stdbool.h>

#define SIMD_INLINE __attribute__((always_inline))

#if defined(__x86_64__) && !defined(__AVX2__)
#define SIMD_AVX2 __attribute__((target("avx2")))

/* May a function that is SIMD_AVX2 be called? */
static inline bool simd_has_avx2(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
static inline bool simd_has_avx2(void)
{
	return false;
}
#endif

#endif
