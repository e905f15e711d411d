/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef S390MEMCTL_BASE_CLOCK_H
#define S390MEMCTL_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some start, of a clock that nobody sets. */
static inline uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

#endif
