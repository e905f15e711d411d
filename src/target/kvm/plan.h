/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a range is cut into calls, and how the first failing byte of one is
 * found. No I/O: the answers come through a callback.
 */
#ifndef S390MEMCTL_TARGET_KVM_PLAN_H
#define S390MEMCTL_TARGET_KVM_PLAN_H

#include <stdint.h>

#include "base/error.h"

#define PLAN_PAGE	4096U

/*
 * The size of the next call: at most limit bytes, ending where a block of
 * limit bytes ends, so that a range of many calls touches no page twice.
 *
 * addr: of the next byte. len: bytes left, at least 1. limit: a power of two.
 */
uint32_t plan_chunk(uint64_t addr, uint64_t len, uint32_t limit);

/*
 * Would an access to the first len bytes succeed? *code: 0, or the
 * program-interruption code. A prefix of a range that is accessible must be
 * accessible: the kernel checks a range in address order, page fragment by
 * page fragment (guest_range_to_gpas(), arch/s390/kvm/gaccess.c).
 */
typedef struct error *plan_probe_fn(void *arg, uint64_t len, uint16_t *code);

/*
 * Find the first byte of a range that is not accessible, by bisection: first
 * over pages, then over the bytes of the failing page where its first byte is
 * accessible (low-address protection ends at byte 512, fetch-protection
 * override at 2048).
 *
 * addr, len: a range known to fail with *code, 1 <= len. *good: bytes before
 * the failing one. *code: its program-interruption code. Errors: the
 * callback's.
 */
struct error *plan_bisect(uint64_t addr, uint64_t len, plan_probe_fn *probe,
			  void *arg, uint64_t *good, uint16_t *code);

#endif
