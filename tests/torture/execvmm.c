/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VMM for x86-64 with one vCPU that replaces its own program while it runs, and what
 * its new program then looks like. "READY" is printed once the guest counts.
 * Commands, one a line: "exec": execve(2) of itself; "count": the guest's counter; "quit".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUEST_SIZE	4096
#define COUNTER		0x800

static int vcpu_fd;
static const volatile uint32_t *counter;

static void fail(const char *what)
{
	fprintf(stderr, "execvmm: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* As in any VMM: a KVM_RUN that was interrupted is made again. */
static void *run(void *arg)
{
	pthread_setname_np(pthread_self(), "CPU 0/KVM");
	while (ioctl(vcpu_fd, KVM_RUN, 0) == 0 || errno == EINTR || errno == EAGAIN)
		;
	fail("KVM_RUN");
	return arg;
}

/* incl 0x800; jmp back: real mode, never leaves the guest by itself */
static void create_guest(void)
{
	static const uint8_t code[] = { 0x66, 0xff, 0x06, COUNTER & 0xff, COUNTER >> 8, 0xeb, 0xf9 };
	struct kvm_userspace_memory_region region = { .memory_size = GUEST_SIZE };
	struct kvm_sregs sregs;
	struct kvm_regs regs = { .rflags = 2 };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm;
	uint8_t *memory;

	vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		fail("/dev/kvm");
	memory = mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		fail("mmap");
	memcpy(memory, code, sizeof(code));
	counter = (const volatile uint32_t *)(memory + COUNTER);
	region.userspace_addr = (uintptr_t)memory;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
		fail("KVM_SET_USER_MEMORY_REGION");
	vcpu_fd = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu_fd < 0 || ioctl(vcpu_fd, KVM_GET_SREGS, &sregs) < 0)
		fail("KVM_CREATE_VCPU");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu_fd, KVM_SET_SREGS, &sregs) < 0 || ioctl(vcpu_fd, KVM_SET_REGS, &regs) < 0)
		fail("KVM_SET_REGS");
}

int main(int argc, char **argv)
{
	char line[16];
	pthread_t thread;

	(void)argc;
	create_guest();
	if (pthread_create(&thread, NULL, run, NULL))
		fail("pthread_create");
	while (*counter < 100)
		usleep(1000);
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	puts("READY");
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n")) {
		if (!strcmp(line, "exec\n") && execv("/proc/self/exe", argv) < 0)
			fail("exec");
		printf("%u\n", *counter);
	}
	return 0;
}
