/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/memop.h"

#include "arch/pgm.h"

/* The kernel must have the extension that an access needs; on other hosts KVM itself will say no. */
static struct error *need_extension(const struct live *l, int bit, const char *what,
				    const char *since)
{
	if (!LIVE_HOST_IS_S390 || l->extension < 0 || l->extension & bit)
		return NULL;
	return error_hint(error_new(ERROR_TARGET, "this kernel cannot do %s (KVM_CAP_S390_MEM_OP_EXTENSION is %d)",
				    what, l->extension),
			  "it needs Linux %s", since);
}

static struct error *init_absolute(struct live *l, struct transfer *x)
{
	x->on_vm = true;
	x->op = x->store ? KVMU_MEMOP_ABSOLUTE_WRITE : KVMU_MEMOP_ABSOLUTE_READ;
	x->context = (struct live_context){ .space = SPACE_ABSOLUTE, .mask = UINT64_MAX };
	if (l->vcpu.vm_fd < 0)
		return error_hint(error_new(ERROR_TARGET,
					    "PID %d has several VMs, and which of them vCPU %d (fd %d) belongs to cannot be told",
					    l->pid, l->vcpu.id, l->vcpu.fd),
				  "absolute storage is an operation of the VM; use a logical address");
	if (x->inject)
		return error_new(ERROR_USAGE, "an exception cannot be delivered for absolute storage: no vCPU makes that access");
	return need_extension(l, KVMU_MEM_OP_EXT_BASE, "accesses to absolute storage", "5.18");
}

static struct error *init_sida(struct transfer *x)
{
	x->is_sida = true;
	x->op = x->store ? KVMU_MEMOP_SIDA_WRITE : KVMU_MEMOP_SIDA_READ;
	x->context = (struct live_context){ .space = SPACE_SIDA, .mask = UINT64_MAX };
	if (x->addr > UINT32_MAX)
		return error_new(ERROR_USAGE, "offset %#llx is past the end of every SIDA",
				 (unsigned long long)x->addr);
	if (x->key >= 0 || x->inject)
		return error_new(ERROR_USAGE, "the SIDA knows neither access keys nor exceptions");
	return NULL;
}

struct error *transfer_init(struct live *l, const struct access *a, bool store,
			    struct transfer *x)
{
	struct error *err;

	*x = (struct transfer){
		.op = store ? KVMU_MEMOP_LOGICAL_WRITE : KVMU_MEMOP_LOGICAL_READ,
		.store = store, .addr = a->addr, .inject = a->inject, .ar = a->ar, .key = a->key,
		.area = { .stack = true, .slots = 1, .slot_size = STACK_DATA },
	};
	if (a->ar > 15)
		return error_new(ERROR_USAGE, "there is no access register %u", a->ar);
	if (a->key < -1 || a->key > 15)
		return error_new(ERROR_USAGE, "there is no access key %d", a->key);
	x->context = l->pinned;
	if (a->space == SPACE_ABSOLUTE)
		err = init_absolute(l, x);
	else if (a->space == SPACE_SIDA)
		err = init_sida(x);
	else if (a->space == SPACE_AUTO)
		err = NULL;
	else
		err = error_hint(error_new(ERROR_USAGE, "the kernel translates by the vCPU's PSW only, not in %s",
					   space_name(a->space)),
				 "--engine=walk translates in every space");
	if (!err && a->key >= 0) {
		x->flags = KVMU_MEMOP_F_SKEY_PROTECTION;
		err = need_extension(l, KVMU_MEM_OP_EXT_BASE, "accesses with a key", "5.18");
	}
	return err;
}

struct error *transfer_choose_area(struct live *l, struct transfer *x, uint64_t len)
{
	struct error *err;

	x->area = (struct area){ .stack = true, .slots = 1, .slot_size = STACK_DATA };
	if (len <= STACK_DATA)
		return NULL;
	err = scratch_get(l);
	if (err || !l->scratch.addr)
		return err;
	x->area = (struct area){ .slots = SCRATCH_SLOTS, .slot_size = SCRATCH_SLOT_SIZE };
	return NULL;
}

struct error *transfer_stop(struct live *l, struct transfer *x)
{
	if (x->on_vm || x->is_sida)
		return live_stop(l);
	return live_stop_in(l, x->ar, &x->context);
}

struct error *transfer_yield(struct live *l, struct transfer *x)
{
	return live_yield(l, x->ar, x->on_vm || x->is_sida ? NULL : &x->context);
}

uint64_t transfer_op_addr(const struct live *l, const struct transfer *x, unsigned int slot)
{
	if (x->area.stack)
		return live_stack_area(l);
	return l->scratch.addr + SCRATCH_OPS + slot * sizeof(struct kvmu_s390_mem_op);
}

uint64_t transfer_data_addr(const struct live *l, const struct transfer *x, unsigned int slot)
{
	if (x->area.stack)
		return live_stack_area(l) + sizeof(struct kvmu_s390_mem_op);
	return l->scratch.addr + SCRATCH_BUFFERS + (uint64_t)slot * SCRATCH_SLOT_SIZE;
}

struct kvmu_s390_mem_op transfer_op(const struct transfer *x, uint64_t addr, uint32_t size,
				    uint64_t flags, uint64_t buf)
{
	struct kvmu_s390_mem_op op = {
		.gaddr = addr, .flags = x->flags | flags, .size = size, .op = x->op, .buf = buf,
	};

	if (x->is_sida) {
		op.gaddr = 0;
		op.sida_offset = (uint32_t)addr;
		return op;
	}
	if (!x->on_vm)
		op.ar = x->ar;
	if (x->key >= 0)
		op.key = (uint8_t)x->key;
	return op;
}

struct error *transfer_call(struct live *l, const struct transfer *x, unsigned int slot,
			    uint64_t addr, uint32_t size, uint64_t flags, uint32_t buf_offset,
			    int64_t *result)
{
	uint64_t where = transfer_op_addr(l, x, slot);
	struct kvmu_s390_mem_op op = transfer_op(x, addr, size, flags,
						 transfer_data_addr(l, x, slot) + buf_offset);
	struct error *err;

	*result = 0;
	err = live_poke(l, where, &op, sizeof(op));
	return err ? err : live_memop(l, x->on_vm, where, result);
}

struct error *transfer_access_error(const struct transfer *x, uint16_t code, uint64_t addr)
{
	struct error_access access = {
		.code = code,
		.addr = addr & x->context.mask,
		.space = (uint8_t)x->context.space,
		.ar = x->ar,
		.key = x->key,
		.store = x->store,
	};

	return pgm_access_error(&access);
}
