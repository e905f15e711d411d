/* SPDX-License-Identifier: GPL-3.0-or-later */
/* KVM_S390_MEMOP_ABSOLUTE_CMPXCHG: kvm_s390_vm_mem_op_cmpxchg(), arch/s390/kvm/kvm-s390.c. */
#include <errno.h>
#include <string.h>

#include "target/kvm/memop.h"

/* Behind the mem_op struct in the stack area. */
#define CAS_NEW	64U
#define CAS_OLD	80U

static struct error *cas_validate(const struct live *l, const struct access *a, size_t size)
{
	if (size != 1 && size != 2 && size != 4 && size != 8 && size != 16)
		return error_new(ERROR_USAGE, "compare-and-exchange works on 1, 2, 4, 8 or 16 bytes, not on %zu",
				 size);
	if (a->addr & (size - 1))
		return error_new(ERROR_USAGE, "address %#llx is not a multiple of %zu",
				 (unsigned long long)a->addr, size);
	if (a->space != SPACE_ABSOLUTE)
		return error_new(ERROR_USAGE, "compare-and-exchange works on absolute addresses only");
	if (LIVE_HOST_IS_S390 && l->extension >= 0 && !(l->extension & KVMU_MEM_OP_EXT_CMPXCHG))
		return error_hint(error_new(ERROR_TARGET,
					    "this kernel cannot do compare-and-exchange (KVM_CAP_S390_MEM_OP_EXTENSION is %d)",
					    l->extension), "it needs Linux 6.3");
	return NULL;
}

/* Make the call in the stopped thread; found: what lies behind old_addr afterwards. */
static struct error *cas_call(struct live *l, const struct transfer *x, const void *old,
			      const void *new_, size_t size, void *found)
{
	uint64_t area = live_stack_area(l);
	unsigned char data[CAS_OLD + 16] = { 0 };
	struct kvmu_s390_mem_op op = transfer_op(x, x->addr, (uint32_t)size, 0, area + CAS_NEW);
	struct error *err;
	int64_t result;

	op.op = KVMU_MEMOP_ABSOLUTE_CMPXCHG;
	op.old_addr = area + CAS_OLD;
	memcpy(data, &op, sizeof(op));
	memcpy(data + CAS_NEW, new_, size);
	memcpy(data + CAS_OLD, old, size);
	err = live_poke(l, area, data, sizeof(data));
	if (!err)
		err = live_memop(l, true, area, &result);
	if (err)
		return err;
	if (result < 0)
		return live_memop_error(l, op.op, (int)-result, x->addr);
	if (result)
		return transfer_access_error(x, (uint16_t)result, x->addr);
	return live_peek(l, area + CAS_OLD, found, size);
}

struct error *live_cas(struct target *t, const struct access *a, void *old, const void *new_,
		       size_t size, bool *success)
{
	struct live *l = live_of(t);
	unsigned char found[16];
	struct transfer x;
	struct error *err;

	*success = false;
	if (l->not_s390)
		return live_memop_error(l, KVMU_MEMOP_ABSOLUTE_CMPXCHG, EINVAL, a->addr);
	err = cas_validate(l, a, size);
	if (!err)
		err = transfer_init(l, a, true, &x);
	if (!err)
		err = transfer_stop(l, &x);
	if (err)
		return err;
	err = live_finish(l, cas_call(l, &x, old, new_, size, found));
	l->t.last_space = SPACE_ABSOLUTE;
	if (err)
		return err;
	/* The kernel tells a failure only by putting there what it has found, which differs then. */
	*success = !memcmp(found, old, size);
	memcpy(old, found, size);
	if (*success)
		l->t.stats.bytes += size;
	return NULL;
}
