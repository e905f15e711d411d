/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A VM whose vCPUs never run: memory, keys, PSWs, prefixes. Documentation/virt/kvm/api.rst. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/prefix.h"
#include "arch/psw.h"
#include "differential.h"

#define MIB	(1ULL << 20)

/*
 * Memory at zero; a piece around 2 GiB, where addresses of control blocks end;
 * and one that only long addresses reach.
 */
static const struct {
	uint64_t addr, size;
} layout[MAX_SLOTS] = {
	{ 0, 6 * MIB },
	{ 0x7ff00000, 2 * MIB },
	{ 0x10280000000, 1 * MIB },
};

static bool fail(const char *what)
{
	fprintf(stderr, "differential: %s: %s\n", what, strerror(errno));
	return false;
}

uint8_t *vm_host(const struct vm *vm, uint64_t addr, uint64_t len)
{
	unsigned int i;

	for (i = 0; i < MAX_SLOTS; i++) {
		const struct slot *slot = &vm->slots[i];

		if (addr - slot->addr < slot->size && len <= slot->size - (addr - slot->addr))
			return slot->host + (addr - slot->addr);
	}
	return NULL;
}

/* The callbacks of src/arch */

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	const uint8_t *host = vm_host(arg, addr, len);

	if (!host)
		return STORAGE_OUTSIDE;
	memcpy(buf, host, len);
	return 0;
}

static uint64_t extent(void *arg, uint64_t addr, bool *present)
{
	const struct vm *vm = arg;
	uint64_t next = 0;
	unsigned int i;

	*present = false;
	for (i = 0; i < MAX_SLOTS; i++) {
		const struct slot *slot = &vm->slots[i];

		if (addr - slot->addr < slot->size) {
			*present = true;
			return slot->size - (addr - slot->addr);
		}
		if (slot->addr > addr && (!next || slot->addr < next))
			next = slot->addr;
	}
	return next - addr;
}

static int get_key(void *arg, uint64_t addr, uint8_t *key)
{
	const struct vm *vm = arg;
	unsigned int i;

	for (i = 0; i < MAX_SLOTS; i++) {
		const struct slot *slot = &vm->slots[i];

		if (addr - slot->addr < slot->size) {
			*key = slot->keys[(addr - slot->addr) / PAGE];
			return 0;
		}
	}
	return STORAGE_OUTSIDE;
}

static bool test_bit_of(const __u64 *list, unsigned int nr)
{
	return list[nr / 64] >> (63 - nr % 64) & 1;
}

/*
 * Which facilities that matter here KVM lets the VM have; some are taken away at
 * random. Without the module that edat.py makes, TCG leaves none.
 */
static bool set_facilities(struct vm *vm, struct prng *prng)
{
	static const unsigned int numbers[] = { 8, 78, 130 };
	struct kvm_s390_vm_cpu_machine machine;
	struct kvm_s390_vm_cpu_processor processor;
	struct kvm_device_attr attr = { .group = KVM_S390_VM_CPU_MODEL };
	unsigned int i;

	attr.attr = KVM_S390_VM_CPU_MACHINE;
	attr.addr = (uintptr_t)&machine;
	if (ioctl(vm->fd, KVM_GET_DEVICE_ATTR, &attr))
		return fail("KVM_S390_VM_CPU_MACHINE");
	attr.attr = KVM_S390_VM_CPU_PROCESSOR;
	attr.addr = (uintptr_t)&processor;
	if (ioctl(vm->fd, KVM_GET_DEVICE_ATTR, &attr))
		return fail("KVM_S390_VM_CPU_PROCESSOR");
	vm->facilities = 0;
	for (i = 0; i < 3; i++) {
		uint64_t bit = 1ULL << (63 - numbers[i] % 64);
		__u64 *word = &processor.fac_list[numbers[i] / 64];

		*word |= bit;
		if (random_percent(prng, 30))
			*word &= ~bit;
		if ((*word & bit) && test_bit_of(machine.fac_mask, numbers[i]))
			vm->facilities |= 1U << i;
	}
	if (ioctl(vm->fd, KVM_SET_DEVICE_ATTR, &attr))
		return fail("setting KVM_S390_VM_CPU_PROCESSOR");
	return true;
}

/* Contents that differ from word to word, so that data tell where they come from. */
static void fill(struct slot *slot, struct prng *prng)
{
	uint64_t *word = (uint64_t *)slot->host, i;

	for (i = 0; i < slot->size / 8; i++)
		word[i] = random64(prng);
}

static bool add_memory(struct vm *vm, unsigned int i, struct prng *prng)
{
	struct kvm_userspace_memory_region region = { .slot = i };
	struct slot *slot = &vm->slots[i];

	slot->addr = layout[i].addr;
	slot->size = layout[i].size;
	slot->mapped = mmap(NULL, slot->size + MIB, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	slot->keys = malloc(slot->size / PAGE);
	if (slot->mapped == MAP_FAILED || !slot->keys)
		return fail("memory");
	/* KVM maps guest memory by host segments. */
	slot->host = (uint8_t *)(((uintptr_t)slot->mapped + MIB - 1) & -MIB);
	fill(slot, prng);
	region.guest_phys_addr = slot->addr;
	region.memory_size = slot->size;
	region.userspace_addr = (uintptr_t)slot->host;
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
		return fail("KVM_SET_USER_MEMORY_REGION");
	return true;
}

/* ACC mostly of a few values, so that access keys match at times; 9 is the override's. */
static bool set_keys(struct vm *vm, struct slot *slot, struct prng *prng)
{
	static const uint8_t acc[] = { 0, 3, 5, 5, 9, 9, 12, 15 };
	struct kvm_s390_skeys skeys = { .start_gfn = slot->addr / PAGE };
	uint64_t i;

	for (i = 0; i < slot->size / PAGE; i++)
		slot->keys[i] = acc[random_below(prng, 8)] << 4 | random_below(prng, 8) << 1;
	skeys.count = slot->size / PAGE;
	skeys.skeydata_addr = (uintptr_t)slot->keys;
	if (ioctl(vm->fd, KVM_S390_SET_SKEYS, &skeys))
		return fail("KVM_S390_SET_SKEYS");
	return true;
}

static uint64_t random_psw_mask(struct prng *prng, unsigned int number, bool ar)
{
	static const uint64_t modes[] = {
		0, PSW_MASK_BA, PSW_MASK_BA | PSW_MASK_EA, PSW_MASK_BA | PSW_MASK_EA,
		PSW_MASK_BA | PSW_MASK_EA, PSW_MASK_BA | PSW_MASK_EA, PSW_MASK_EA, PSW_MASK_BA,
	};
	uint64_t mask = random64(prng) & (PSW_MASK_KEY | PSW_MASK_CC | PSW_MASK_PM | PSW_MASK_PSTATE);
	uint64_t asc = number % 4;

	mask |= modes[random_below(prng, 8)];
	/* One in eight has DAT off; of the others half are in access-register mode. */
	if (number % 8 != 7)
		mask |= PSW_MASK_DAT;
	if (ar && random_percent(prng, 33))
		asc = 1;
	if (!ar && asc == 1)
		asc = 3;
	return mask | asc << 46;
}

/* Mostly in memory; low ones, so that real addresses near it are found by chance. */
static uint32_t random_prefix(struct prng *prng)
{
	switch (random_below(prng, 6)) {
	case 0:
		return 0;
	case 1:
		return random_below(prng, 4) * PREFIX_AREA;
	case 2:
		return random64(prng) & PREFIX_MASK;
	case 3:
		return (layout[1].addr + random_below(prng, layout[1].size)) & PREFIX_MASK;
	default:
		return random_below(prng, layout[0].size) & PREFIX_MASK;
	}
}

/*
 * KVM takes PSW and prefix over from kvm_run only in KVM_RUN. While the VM has no
 * memory, KVM_RUN does that and then fails with EFAULT: nothing is run.
 */
static bool load_psw(struct cpu *cpu)
{
	int rc;

	cpu->run->psw_mask = cpu->psw_mask;
	cpu->run->psw_addr = 0x10000;
	cpu->run->s.regs.prefix = cpu->prefix;
	cpu->run->kvm_dirty_regs = KVM_SYNC_PREFIX;
	rc = ioctl(cpu->fd, KVM_RUN, 0);
	if (rc == -1 && errno == EFAULT && cpu->run->psw_mask == cpu->psw_mask &&
	    cpu->run->s.regs.prefix == cpu->prefix)
		return true;
	fprintf(stderr, "differential: KVM_RUN without memory: %d, %s\n", rc, strerror(errno));
	return false;
}

static bool create_cpu(struct vm *vm, unsigned int number, struct prng *prng, bool ar)
{
	struct cpu *cpu = &vm->cpus[number];

	cpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, number);
	if (cpu->fd < 0)
		return fail("KVM_CREATE_VCPU");
	vm->nr_cpus = number + 1;
	cpu->run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
	if (cpu->run == MAP_FAILED)
		return fail("mmap of kvm_run");
	if (ioctl(cpu->fd, KVM_S390_INITIAL_RESET, 0))
		return fail("KVM_S390_INITIAL_RESET");
	cpu->psw_mask = random_psw_mask(prng, number, ar);
	cpu->prefix = random_prefix(prng);
	return load_psw(cpu);
}

bool vm_create(struct vm *vm, int kvm, struct prng *prng, bool ar)
{
	unsigned int i;

	memset(vm, 0, sizeof(*vm));
	vm->run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	vm->storage = (struct storage){ vm, read_absolute, extent, get_key };
	vm->fd = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return fail("KVM_CREATE_VM (is /proc/sys/vm/allocate_pgste 1?)");
	if (!set_facilities(vm, prng))
		return false;
	for (i = 0; i < MAX_CPUS; i++) {
		if (!create_cpu(vm, i, prng, ar))
			return false;
	}
	for (i = 0; i < MAX_SLOTS; i++) {
		if (!add_memory(vm, i, prng) || !set_keys(vm, &vm->slots[i], prng))
			return false;
	}
	return true;
}

void vm_destroy(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nr_cpus; i++) {
		munmap(vm->cpus[i].run, vm->run_size);
		close(vm->cpus[i].fd);
	}
	close(vm->fd);
	for (i = 0; i < MAX_SLOTS; i++) {
		munmap(vm->slots[i].mapped, vm->slots[i].size + MIB);
		free(vm->slots[i].keys);
	}
}

bool cpu_set_registers(const struct cpu *cpu, const struct s390_regs *regs)
{
	struct kvm_sregs sregs;

	memcpy(sregs.acrs, regs->acrs, sizeof(sregs.acrs));
	memcpy(sregs.crs, regs->crs, sizeof(sregs.crs));
	if (ioctl(cpu->fd, KVM_SET_SREGS, &sregs))
		return fail("KVM_SET_SREGS");
	return true;
}
