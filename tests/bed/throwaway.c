/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * throwaway: run a tiny guest once, whatever comes of it.
 * throwaway --esop: exit 0 when KVM may be used by QEMU, that is when the
 * kernel knows of the enhanced-suppression-on-protection facility.
 *
 * The first SIE after IPL of Hercules 3.13 fetches zeros instead of the
 * guest's instructions; the ones after it are right.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUEST_SIZE (1 << 20)
#define CODE 0x10000
#define PSW_MASK 0x0000000180000000ULL	/* 64-bit addressing */
#define NOPR 0x0700
/* DIAGNOSE 0x501 is KVM's breakpoint: the guest exits to us. */
#define DIAG_501_HIGH 0x8300
#define DIAG_501_LOW 0x0501

static void put_code(unsigned char *memory)
{
	uint16_t code[] = { NOPR, NOPR, NOPR, NOPR, DIAG_501_HIGH, DIAG_501_LOW };

	memcpy(memory + CODE, code, sizeof(code));
}

static int run_once(int kvm)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_SIZE,
	};
	struct kvm_run *run;
	unsigned char *memory;
	int vm, vcpu, size;

	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	memory = mmap(NULL, 2 * GUEST_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vm < 0 || size < 0 || memory == MAP_FAILED)
		return -1;
	/* A memory slot is aligned to 1 MiB. */
	memory = (void *)(((uintptr_t)memory + GUEST_SIZE - 1) &
			  ~(uintptr_t)(GUEST_SIZE - 1));
	put_code(memory);
	region.userspace_addr = (uintptr_t)memory;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		return -1;
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0)
		return -1;
	run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		return -1;
	run->psw_mask = PSW_MASK;
	run->psw_addr = CODE;
	/* Zeros raise operation exceptions for ever: do not wait for them. */
	alarm(2);
	return ioctl(vcpu, KVM_RUN, 0);
}

int main(int argc, char **argv)
{
	int kvm = open("/dev/kvm", O_RDWR);

	if (kvm < 0) {
		perror("/dev/kvm");
		return 1;
	}
	if (argc == 2 && !strcmp(argv[1], "--esop"))
		return ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_S390_COW) <= 0;
	if (run_once(kvm))
		perror("throwaway");
	return 0;
}
