/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VM, its vCPUs and their threads: Documentation/virt/kvm/api.rst, arch/s390/kvm/kvm-s390.c. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "testvmm.h"

#define PGM_NEW_PSW	0x1d0
#define ANSWER_SECONDS	20	/* emulated machines can be slow */
#define TLS_CHECK	0x746c735f63686563UL
#define MASK_SIZE	((_NSIG - 1) / 8)	/* what the kernel fills in of a sigset_t */

static bool fail(const struct vm *vm, const char *what)
{
	fprintf(stderr, "testvmm: %s: %s: %s\n", vm->name, what, strerror(errno));
	return false;
}

/* Give the kernel all memslots of the VM, or (SIZE of all 0) take them away. */
static bool set_memslots(struct vm *vm, bool present)
{
	struct kvm_userspace_memory_region region;
	unsigned int i;

	for (i = 0; i < vm->nr_slots; i++) {
		memset(&region, 0, sizeof(region));
		region.slot = i;
		region.flags = vm->slots[i].readonly ? KVM_MEM_READONLY : 0;
		region.guest_phys_addr = vm->slots[i].addr;
		region.memory_size = present ? vm->slots[i].size : 0;
		region.userspace_addr = (uintptr_t)vm->slots[i].host;
		if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
			return fail(vm, "KVM_SET_USER_MEMORY_REGION");
	}
	return true;
}

static bool set_keys(struct vm *vm)
{
	struct kvm_s390_skeys skeys;
	uint8_t *bytes;
	unsigned int i;
	int rc;

	for (i = 0; i < vm->nr_keys; i++) {
		const struct range *range = &vm->keys[i];

		bytes = malloc(range->size >> 12);
		if (!bytes)
			return fail(vm, "storage keys");
		memset(bytes, range->arg, range->size >> 12);
		memset(&skeys, 0, sizeof(skeys));
		skeys.start_gfn = range->addr >> 12;
		skeys.count = range->size >> 12;
		skeys.skeydata_addr = (uintptr_t)bytes;
		rc = ioctl(vm->fd, KVM_S390_SET_SKEYS, &skeys);
		free(bytes);
		if (rc)
			return fail(vm, "KVM_S390_SET_SKEYS");
	}
	for (i = 0; i < vm->nr_protects; i++) {
		const struct range *range = &vm->protects[i];

		if (mprotect(guest_host(vm, range->addr, range->size), range->size, range->arg))
			return fail(vm, "mprotect");
	}
	return true;
}

static bool create_cpu(struct vmm *vmm, struct cpu *cpu)
{
	int size = ioctl(vmm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	cpu->fd = ioctl(cpu->vm->fd, KVM_CREATE_VCPU, cpu->id);
	if (cpu->fd < 0)
		return fail(cpu->vm, "KVM_CREATE_VCPU");
	cpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
	if (cpu->run == MAP_FAILED)
		return fail(cpu->vm, "mmap of kvm_run");
	if (pipe(cpu->wake))
		return fail(cpu->vm, "pipe");
	pthread_mutex_init(&cpu->lock, NULL);
	pthread_cond_init(&cpu->cond, NULL);
	return true;
}

static bool set_registers(struct cpu *cpu)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	struct kvm_fpu fpu;
	unsigned int i;

	if (ioctl(cpu->fd, KVM_S390_INITIAL_RESET, 0))
		return fail(cpu->vm, "KVM_S390_INITIAL_RESET");
	if (ioctl(cpu->fd, KVM_GET_SREGS, &sregs))
		return fail(cpu->vm, "KVM_GET_SREGS");
	for (i = 0; i < 16; i++)
		if (cpu->crs_given & 1 << i)
			sregs.crs[i] = cpu->crs[i];
	memcpy(sregs.acrs, cpu->acrs, sizeof(sregs.acrs));
	memcpy(regs.gprs, cpu->gprs, sizeof(regs.gprs));
	memset(&fpu, 0, sizeof(fpu));
	fpu.fpc = cpu->fpc;
	memcpy(fpu.fprs, cpu->fprs, sizeof(fpu.fprs));
	if (ioctl(cpu->fd, KVM_SET_SREGS, &sregs) || ioctl(cpu->fd, KVM_SET_REGS, &regs) ||
	    ioctl(cpu->fd, KVM_SET_FPU, &fpu))
		return fail(cpu->vm, "setting registers");
	return true;
}

/*
 * KVM takes PSW and prefix over from kvm_run only in KVM_RUN. While the VM has no memslot,
 * KVM_RUN does that and then fails with EFAULT, because the prefix area is not there: no guest
 * instruction runs and the PSW stays what it is.
 */
static bool load_psw(struct cpu *cpu)
{
	int rc;

	cpu->run->psw_mask = cpu->psw_mask;
	cpu->run->psw_addr = cpu->psw_addr;
	cpu->run->s.regs.prefix = cpu->prefix;
	cpu->run->kvm_dirty_regs = KVM_SYNC_PREFIX;
	rc = ioctl(cpu->fd, KVM_RUN, 0);
	if (rc != -1 || errno != EFAULT) {
		fprintf(stderr, "testvmm: %s: KVM_RUN without memory: %d (%s), not EFAULT\n",
			cpu->vm->name, rc, strerror(errno));
		return false;
	}
	if (cpu->run->psw_mask != cpu->psw_mask || cpu->run->psw_addr != cpu->psw_addr) {
		fprintf(stderr, "testvmm: %s: the PSW was not taken over\n", cpu->vm->name);
		return false;
	}
	return true;
}

/*
 * Where the machine has no SIE, a vCPU in KVM_RUN takes one program interruption after the other.
 * Its program-new PSW is made the wanted PSW, so that the vCPU keeps its addressing mode, address
 * space and key all the time. With SIE, put a loop (hex ADDR a7f40000) where the PSW points.
 */
static bool set_program_new_psw(struct cpu *cpu)
{
	uint64_t addr = cpu->prefix + PGM_NEW_PSW;

	if (guest_put64(cpu->vm, addr, cpu->psw_mask) &&
	    guest_put64(cpu->vm, addr + 8, cpu->psw_addr))
		return true;
	fprintf(stderr, "testvmm: %s: no memory at the prefix area of vCPU %d\n", cpu->vm->name,
		cpu->id);
	return false;
}

bool vm_create(struct vmm *vmm, struct vm *vm)
{
	unsigned int i;

	vm->vmm = vmm;
	vm->fd = ioctl(vmm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0) {
		fail(vm, "KVM_CREATE_VM");
		if (errno == EINVAL)
			fprintf(stderr, "testvmm: is /proc/sys/vm/allocate_pgste 1?\n");
		return false;
	}
	for (i = 0; i < vm->nr_cpus; i++) {
		struct cpu *cpu = vm->cpus[i];

		if (!create_cpu(vmm, cpu) || !set_registers(cpu) || !load_psw(cpu))
			return false;
		if (cpu->mode != RUN_IDLE && !set_program_new_psw(cpu))
			return false;
	}
	return set_memslots(vm, true) && set_keys(vm);
}

static __thread unsigned long tls_check;

/* The thread's own state that an injected system call must leave alone. */
static bool state_changed(const sigset_t *mask)
{
	sigset_t now;

	pthread_sigmask(SIG_SETMASK, NULL, &now);
	return tls_check != TLS_CHECK || memcmp(&now, mask, MASK_SIZE);
}

static void serve_request(struct cpu *cpu)
{
	struct request *request;

	pthread_mutex_lock(&cpu->lock);
	request = cpu->request;
	cpu->request = NULL;
	if (request) {
		request->fn(cpu, request->arg);
		request->done = true;
		pthread_cond_signal(&cpu->cond);
	}
	pthread_mutex_unlock(&cpu->lock);
}

/* One KVM_RUN; a vCPU that cannot go on becomes idle. */
static void run_once(struct cpu *cpu)
{
	unsigned long bad;
	int rc = kvm_run_checked(cpu->fd, KVM_RUN, &bad);
	int error = errno;

	cpu->corrupted += bad;
	if (rc == 0) {
		cpu->exits[0]++;
		cpu->exit_reason = cpu->run->exit_reason;
		/* a disabled wait, or what only a real VMM could handle */
		cpu->mode = RUN_IDLE;
	} else if (error == EINTR) {
		cpu->exits[1]++;
	} else {
		cpu->exits[2]++;
		cpu->last_errno = error;
		cpu->mode = RUN_IDLE;
	}
}

static void *cpu_thread(void *arg)
{
	struct cpu *cpu = arg;
	sigset_t mask;
	char name[16], byte;

	snprintf(name, sizeof(name), "CPU %d/KVM", cpu->id);
	prctl(PR_SET_NAME, name, 0, 0, 0);
	cpu->tid = syscall(SYS_gettid);	/* also links syscall(), for static builds */
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	tls_check = TLS_CHECK;
	if (cpu->vm->vmm->allowlist && !seccomp_allowlist())
		fail(cpu->vm, "seccomp");
	while (!__atomic_load_n(&cpu->stop, __ATOMIC_ACQUIRE)) {
		/* cleared before the request is looked for: see cpu_kick() */
		__atomic_store_n(&cpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&cpu->loops, 1, __ATOMIC_RELAXED);
		serve_request(cpu);
		if (__atomic_load_n(&cpu->stop, __ATOMIC_ACQUIRE))
			break;
		if (cpu->mode != RUN_IDLE)
			run_once(cpu);
		else if (read(cpu->wake[0], &byte, 1) < 0 && errno != EINTR)
			cpu->last_errno = errno;
		cpu->corrupted += state_changed(&mask);
	}
	return NULL;
}

bool cpu_start(struct cpu *cpu)
{
	int rc;

	cpu->stop = false;
	rc = pthread_create(&cpu->thread, NULL, cpu_thread, cpu);
	if (rc) {
		errno = rc;
		return fail(cpu->vm, "pthread_create");
	}
	return true;
}

/* As QEMU does it: immediate_exit for a KVM_RUN not yet begun, the signal for one under way. */
static void cpu_kick(struct cpu *cpu)
{
	__atomic_store_n(&cpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	pthread_kill(cpu->thread, SIGUSR1);
	if (cpu->mode == RUN_IDLE && write(cpu->wake[1], "", 1) != 1)
		perror("testvmm: write");
}

void cpu_stop(struct cpu *cpu)
{
	__atomic_store_n(&cpu->stop, true, __ATOMIC_RELEASE);
	if (write(cpu->wake[1], "", 1) != 1)
		perror("testvmm: write");
	cpu_kick(cpu);
	pthread_join(cpu->thread, NULL);
}

bool cpu_call(struct cpu *cpu, void (*fn)(struct cpu *cpu, void *arg), void *arg)
{
	struct request request = { .fn = fn, .arg = arg };
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ANSWER_SECONDS;
	pthread_mutex_lock(&cpu->lock);
	cpu->request = &request;
	cpu_kick(cpu);
	while (!request.done && rc == 0)
		rc = pthread_cond_timedwait(&cpu->cond, &cpu->lock, &until);
	cpu->request = NULL;
	pthread_mutex_unlock(&cpu->lock);
	return request.done;
}
