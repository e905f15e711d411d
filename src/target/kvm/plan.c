/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/plan.h"

#include <stddef.h>

uint32_t plan_chunk(uint64_t addr, uint64_t len, uint32_t limit)
{
	uint32_t room = limit - (uint32_t)(addr & (limit - 1));

	return len < room ? (uint32_t)len : room;
}

/* The length of the prefix that ends with the nr-th page fragment (1: the first) of a range. */
static uint64_t fragment_end(uint64_t addr, uint64_t len, uint64_t nr)
{
	uint64_t end = nr * PLAN_PAGE - addr % PLAN_PAGE;

	return end < len ? end : len;
}

/* Narrow to adjacent lengths: *good is accessible, *bad is not. */
static struct error *bisect_bytes(plan_probe_fn *probe, void *arg,
				  uint64_t *good, uint64_t bad, uint16_t *code)
{
	struct error *err;
	uint64_t mid;
	uint16_t c;

	while (bad - *good > 1) {
		mid = *good + (bad - *good) / 2;
		err = probe(arg, mid, &c);
		if (err)
			return err;
		if (c) {
			bad = mid;
			*code = c;
		} else {
			*good = mid;
		}
	}
	return NULL;
}

struct error *plan_bisect(uint64_t addr, uint64_t len, plan_probe_fn *probe,
			  void *arg, uint64_t *good, uint16_t *code)
{
	uint64_t lo = 0, hi, mid, start, end;
	struct error *err;
	uint16_t c;

	/* Fragments: the first lo are accessible, the first hi are not. */
	hi = (addr % PLAN_PAGE + len + PLAN_PAGE - 1) / PLAN_PAGE;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		err = probe(arg, fragment_end(addr, len, mid), &c);
		if (err)
			return err;
		if (c) {
			hi = mid;
			*code = c;
		} else {
			lo = mid;
		}
	}
	start = lo ? fragment_end(addr, len, lo) : 0;
	end = fragment_end(addr, len, hi);
	*good = start;
	if (end - start == 1)
		return NULL;
	err = probe(arg, start + 1, &c);
	if (err)
		return err;
	if (c) {
		*code = c;
		return NULL;
	}
	*good = start + 1;
	return bisect_bytes(probe, arg, good, end, code);
}
