/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VMM for x86-64 with one vCPU that replaces its own program while it runs, and
 * compares the registers of the vCPU's thread after each KVM_RUN. "READY" is printed once
 * the guest counts. Commands, one a line: "exec": execve(2) of itself; "count": the
 * guest's counter, and how often registers were wrong; "quit".
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

#define CHANGED		(-9999)

/* KVM_RUN with a pattern in all registers that a system call keeps; -errno, or CHANGED. */
long checked_run(int fd);

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)
#define EACH_REGISTER(do) \
	do(rbx, 0x11111111) do(rbp, 0x22222222) do(r8, 0x33333333) do(r9, 0x44444444) \
	do(r10, 0x55555555) do(r12, 0x66666666) do(r13, 0x77777777) do(r14, 0x12345678) \
	do(r15, 0x23456781) do(rsi, 0xae80)
#define EACH_XMM(do) \
	do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12) do(13) \
	do(14) do(15)
#define SET(reg, value) "mov $" #value ", %" #reg "\n"
#define COMPARE(reg, value) "cmp $" #value ", %" #reg "\n jne 1f\n"
#define SET_XMM(n) "lea " #n "(%rbx), %rcx\n movq %rcx, %xmm" #n "\n"
#define COMPARE_XMM(n) "lea " #n "(%rbx), %rcx\n movq %xmm" #n ", %rdx\n cmp %rcx, %rdx\n jne 1f\n"

__asm__(".globl checked_run\n"
	"checked_run:\n"
	"push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
	EACH_REGISTER(SET)
	EACH_XMM(SET_XMM)
	"xor %edx, %edx\n mov $16, %eax\n"
	"syscall\n"
	EACH_REGISTER(COMPARE)
	EACH_XMM(COMPARE_XMM)
	"jmp 2f\n"
	"1: mov $" NUMBER(CHANGED) ", %rax\n"
	"2: pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	"ret\n");

static int vcpu_fd;
static volatile unsigned int changed;
static const volatile uint32_t *counter;

static void fail(const char *what)
{
	fprintf(stderr, "execvmm: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* As in any VMM: a KVM_RUN that was interrupted is made again. */
static void *run(void *arg)
{
	long ret;

	pthread_setname_np(pthread_self(), "CPU 0/KVM");
	for (;;) {
		ret = checked_run(vcpu_fd);
		if (ret == CHANGED)
			changed++;
		else if (ret != 0 && ret != -EINTR && ret != -EAGAIN)
			break;
	}
	errno = (int)-ret;
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
		printf("%u %u\n", *counter, changed);
	}
	return 0;
}
