/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where does an access fail? The kernel tells the exception but not the
 * address, so it is asked again with CHECK_ONLY for parts of the range.
 */
#include <errno.h>

#include "target/kvm/memop.h"
#include "target/kvm/plan.h"

#define MIB	0x100000ULL

struct probe {
	struct live *l;
	struct transfer *x;
	unsigned int slot;
	uint64_t addr;
};

/* One CHECK_ONLY call. */
static struct error *check_call(const struct probe *p, uint64_t addr, uint32_t len, uint16_t *code)
{
	struct error *err;
	int64_t result;

	*code = 0;
	err = transfer_yield(p->l, p->x);
	if (err)
		return err;
	err = transfer_call(p->l, p->x, p->slot, addr, len, KVMU_MEMOP_F_CHECK_ONLY, 0, &result);
	if (err)
		return err;
	if (result < 0)
		return live_memop_error(p->l, p->x->op, (int)-result, addr);
	*code = (uint16_t)result;
	return NULL;
}

/*
 * Check a prefix of the range. For absolute storage without a key the kernel
 * looks at the first address only (check_gpa_range(), vm_check_access_key());
 * memory slots of s390 consist of whole MiBs, so the first byte of each MiB
 * is asked for.
 */
static struct error *check_prefix(void *arg, uint64_t len, uint16_t *code)
{
	const struct probe *p = arg;
	struct error *err = check_call(p, p->addr, (uint32_t)len, code);
	uint64_t next = (p->addr | (MIB - 1)) + 1;

	if (!p->x->on_vm)
		return err;
	while (!err && !*code && next > p->addr && next - p->addr < len) {
		err = check_call(p, next, 1, code);
		next += MIB;
	}
	return err;
}

struct error *locate_check(struct live *l, struct transfer *x, unsigned int slot,
			   uint64_t addr, uint32_t len, uint32_t *good, uint16_t *code)
{
	struct probe p = { .l = l, .x = x, .slot = slot, .addr = addr };
	struct error *err;
	uint64_t n = 0;

	*good = 0;
	err = check_prefix(&p, len, code);
	if (err)
		return err;
	if (!*code) {
		*good = len;
		return NULL;
	}
	err = plan_bisect(addr, len, check_prefix, &p, &n, code);
	*good = (uint32_t)n;
	return err;
}

/* Can a part of the range be at fault, so that the rest is worth trying? */
static bool is_partial(int64_t result)
{
	return result > 0 || result == -EFAULT || result == -EOPNOTSUPP;
}

/* The error of a page that CHECK_ONLY finds nothing wrong with. */
static struct error *unexplained(struct live *l, const struct transfer *x, uint64_t addr,
				 int64_t result)
{
	if (result < 0)
		return live_memop_error(l, x->op, (int)-result, addr);
	return error_hint(transfer_access_error(x, (uint16_t)result, addr),
			  "the guest's own check of this address finds nothing wrong: the host cannot get at the page behind it, or the guest is changing it");
}

/* The size of the page fragment at addr. */
static uint32_t fragment(uint64_t addr, uint32_t left)
{
	return plan_chunk(addr, left, PLAN_PAGE);
}

/* Read page by page what CHECK_ONLY has found nothing wrong with. */
static struct error *read_fragments(struct live *l, struct transfer *x, unsigned int slot,
				    uint64_t addr, uint32_t size, void *dst, uint32_t *good)
{
	struct error *err;
	int64_t result;
	uint32_t n;

	for (*good = 0; *good < size; *good += n) {
		n = fragment(addr + *good, size - *good);
		err = transfer_yield(l, x);
		if (!err)
			err = transfer_call(l, x, slot, addr + *good, n, 0, 0, &result);
		if (err)
			return err;
		if (result)
			return unexplained(l, x, addr + *good, result);
		err = live_peek(l, transfer_data_addr(l, x, slot), (char *)dst + *good, n);
		if (err)
			return err;
	}
	return NULL;
}

struct error *locate_read(struct live *l, struct transfer *x, unsigned int slot,
			  uint64_t addr, uint32_t size, int64_t result, void *dst,
			  uint32_t *good)
{
	struct error *err;
	uint16_t code;
	uint32_t n;

	*good = 0;
	if (!is_partial(result) || x->is_sida)
		return live_memop_error(l, x->op, (int)-result, addr);
	if (result < 0)
		return read_fragments(l, x, slot, addr, size, dst, good);
	err = locate_check(l, x, slot, addr, size, &n, &code);
	if (err)
		return err;
	if (!code)
		return read_fragments(l, x, slot, addr, size, dst, good);
	if (n) {
		err = transfer_call(l, x, slot, addr, n, 0, 0, &result);
		if (err)
			return err;
		if (result)
			return read_fragments(l, x, slot, addr, n, dst, good);
		err = live_peek(l, transfer_data_addr(l, x, slot), dst, n);
		if (err)
			return err;
	}
	*good = n;
	return transfer_access_error(x, code, addr + n);
}

struct error *locate_write(struct live *l, struct transfer *x, unsigned int slot,
			   uint64_t addr, uint32_t size, int64_t result, const void *src,
			   uint32_t *good)
{
	struct error *err;
	uint32_t n;

	*good = 0;
	if (!is_partial(result) || x->is_sida)
		return live_memop_error(l, x->op, (int)-result, addr);
	for (; *good < size; *good += n) {
		n = fragment(addr + *good, size - *good);
		err = transfer_yield(l, x);
		/* On the stack the data have moved with a new stop. */
		if (!err && x->area.stack)
			err = live_poke(l, transfer_data_addr(l, x, slot),
					(const char *)src + *good, n);
		if (!err)
			err = transfer_call(l, x, slot, addr + *good, n, 0,
					    x->area.stack ? 0 : *good, &result);
		if (err)
			return err;
		if (result)
			return unexplained(l, x, addr + *good, result);
	}
	return NULL;
}
