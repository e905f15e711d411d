/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vector registers of this machine, for tests that they stay as they are. */
#ifndef S390MEMCTL_TESTS_VECTORS_H
#define S390MEMCTL_TESTS_VECTORS_H

#include <stdbool.h>
#include <stdint.h>

/* Does this machine have any beyond those of floating point? */
bool vectors_exist(void);

/*
 * Fill those that C code does not use here, let a loop run for a while, and look whether
 * they still hold the same. seed: of what they hold.
 */
bool vectors_stay(uint64_t seed);

#endif
