/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Storage keys (KVM_S390_GET_SKEYS: kvm_s390_get_skeys(), arch/s390/kvm/kvm-s390.c)
 * and facilities (KVM_S390_VM_CPU_PROCESSOR: kvm_s390_get_processor(), same file)
 * of the VM, by calls on its fd.
 */
#include <errno.h>
#include <string.h>

#include "arch/pgm.h"
#include "arch/translate.h"
#include "target/kvm/live.h"

#define PAGE		4096ULL
#define KEYS_PER_CALL	2048U	/* behind the struct in the stack area */

_Static_assert(sizeof(struct kvmu_s390_skeys) + KEYS_PER_CALL <= INJECT_STACK_AREA, "stack area");

static struct error *no_vm_fd(const struct live *l)
{
	return error_new(ERROR_TARGET,
			 "PID %d has several VMs, and which of them vCPU %d (fd %d) belongs to cannot be told",
			 l->pid, l->vcpu.id, l->vcpu.fd);
}

/* One KVM_S390_GET_SKEYS while the thread stands. *result: 0, 1 (none in use), -errno. */
static struct error *call_get_skeys(struct live *l, uint64_t gfn, size_t count, uint8_t *keys,
				    int64_t *result)
{
	uint64_t area = live_stack_area(l);
	struct kvmu_s390_skeys args = {
		.start_gfn = gfn, .count = count, .skeydata_addr = area + sizeof(args),
	};
	struct error *err = live_poke(l, area, &args, sizeof(args));

	if (!err)
		err = live_vm_ioctl(l, KVMU_S390_GET_SKEYS, area, result);
	if (err || *result)
		return err;
	return live_peek(l, area + sizeof(args), keys, count);
}

static struct error *skeys_error(struct live *l, int errnum, uint64_t addr)
{
	const struct error_access payload = {
		.code = PGM_ADDRESSING, .addr = addr, .space = SPACE_ABSOLUTE, .key = -1,
	};

	if (errnum == EFAULT)
		return pgm_access_error(&payload);
	if (errnum == EINVAL && !LIVE_HOST_IS_S390)
		return live_memop_error(l, KVMU_MEMOP_ABSOLUTE_READ, errnum, addr);
	return error_os(ERROR_TARGET, errnum, "the storage keys of absolute %#llx (KVM_S390_GET_SKEYS)",
			(unsigned long long)addr);
}

/* Calls while the thread stands, with breaks. The kernel gives all keys of a call or none. */
static struct error *get_stopped(struct live *l, uint64_t addr, size_t count, uint8_t *keys,
				 size_t *done, bool *unused)
{
	size_t n, limit = KEYS_PER_CALL;
	struct error *err;
	int64_t result;

	for (*done = 0; *done < count;) {
		n = count - *done < limit ? count - *done : limit;
		err = live_yield(l, 0, NULL);
		if (!err)
			err = call_get_skeys(l, addr / PAGE + *done, n, keys + *done, &result);
		if (err)
			return err;
		if (result == 1) {
			*unused = true;
			memset(keys, 0, count);
			*done = count;
		} else if (!result) {
			*done += n;
		} else if (result == -EFAULT && n > 1) {
			/* A hole in it: up to there. */
			limit = n / 2;
		} else {
			return skeys_error(l, (int)-result, addr + *done * PAGE);
		}
	}
	return NULL;
}

struct error *skeys_get(struct live *l, uint64_t addr, size_t count, uint8_t *keys, size_t *done,
			bool *unused)
{
	struct error *err;

	*done = 0;
	*unused = false;
	if (addr % PAGE || !count || count > (UINT64_MAX - addr) / PAGE + 1)
		return error_new(ERROR_USAGE, "%zu storage keys from %#llx: no range of 4 KiB blocks",
				 count, (unsigned long long)addr);
	if (l->vcpu.vm_fd < 0)
		return no_vm_fd(l);
	err = live_stop(l);
	return err ? err : live_finish(l, get_stopped(l, addr, count, keys, done, unused));
}

struct error *live_keys(struct target *t, uint64_t addr, size_t count, uint8_t *keys, size_t *done)
{
	bool unused;
	struct error *err;

	if (live_of(t)->not_s390)
		return live_memop_error(live_of(t), KVMU_MEMOP_ABSOLUTE_READ, EINVAL, addr);
	err = skeys_get(live_of(t), addr, count, keys, done, &unused);
	if (err || !unused)
		return err;
	*done = 0;
	return error_new(ERROR_TARGET, "the guest uses no storage keys: it has never set one");
}

/* The installed ones among those that matter, from a list of facility bits. */
static unsigned int from_list(const uint64_t *list)
{
	static const struct {
		unsigned int bit, facility;
	} rows[] = { { 8, FACILITY_EDAT_1 }, { 78, FACILITY_EDAT_2 }, { 130, FACILITY_IEP } };
	unsigned int found = 0;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (list[rows[i].bit / 64] >> (63 - rows[i].bit % 64) & 1)
			found |= rows[i].facility;
	return found;
}

#ifdef __s390x__
/* What this host has, the most that its guests can have: STORE FACILITY LIST EXTENDED. */
static unsigned int host_facilities(void)
{
	struct {
		uint64_t bits[4];
	} list = { { 0 } };
	register unsigned long r0 __asm__("0") = 3;

	__asm__ volatile(".insn s,0xb2b00000,%0" : "=Q"(list), "+d"(r0) : : "cc");
	return from_list(list.bits);
}
#else
static unsigned int host_facilities(void)
{
	return 0;
}
#endif

/* Ask KVM for the guest's while the thread stands. *result: 0 or -errno. */
static struct error *call_get_processor(struct live *l, struct kvmu_s390_processor *p,
					int64_t *result)
{
	uint64_t area = live_stack_area(l);
	struct kvmu_device_attr attr = {
		.group = KVMU_S390_VM_CPU_MODEL, .attr = KVMU_S390_VM_CPU_PROCESSOR,
		.addr = area + sizeof(attr),
	};
	struct error *err = live_poke(l, area, &attr, sizeof(attr));

	_Static_assert(sizeof(attr) + sizeof(*p) <= INJECT_STACK_AREA, "stack area");
	if (!err)
		err = live_vm_ioctl(l, KVMU_GET_DEVICE_ATTR, area, result);
	if (err || *result)
		return err;
	return live_peek(l, area + sizeof(attr), p, sizeof(*p));
}

struct error *live_facilities(struct live *l, unsigned int *facilities)
{
	struct kvmu_s390_processor p = { 0 };
	struct error *err;
	int64_t result = -1;

	*facilities = host_facilities();
	if (l->vcpu.vm_fd < 0)
		return NULL;
	err = live_stop(l);
	if (!err)
		err = live_finish(l, call_get_processor(l, &p, &result));
	if (err)
		return err;
	if (!result)
		*facilities = from_list(p.fac_list);
	else
		log_verbose(l->t.log, 1, "KVM does not tell the guest's facilities: %s",
			    strerror((int)-result));
	log_verbose(l->t.log, 1, "the guest has EDAT-1: %s, EDAT-2: %s",
		    *facilities & FACILITY_EDAT_1 ? "yes" : "no",
		    *facilities & FACILITY_EDAT_2 ? "yes" : "no");
	return NULL;
}
