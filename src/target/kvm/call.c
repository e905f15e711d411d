/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One KVM_S390_MEM_OP in the stopped vCPU thread, and what its errors mean.
 *
 * The access-register guard. Kernels without commit 01be7f53dfc2 ("KVM: s390:
 * fix access register usage in ioctls", Linux 6.9) store the calling thread's
 * access registers over the guest's copy in kvm_run when the vCPU stands in
 * access-register mode, translate by them, and load them into the guest at
 * the next KVM_RUN. No version number tells whether a kernel does so. So:
 *
 * 1. The guest's access registers are saved from kvm_run at each stop.
 * 2. They are loaded into the thread for the duration of the call, where the
 *    instructions at hand allow it. An old kernel then stores what was there
 *    already and translates by the right ALET; a new one does not look.
 * 3. After each call, while the thread stands, kvm_run is compared with what
 *    was saved, and written back when it differs.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/kvm/live.h"

#define RETRIES	8	/* of EAGAIN and EINTR in one stop */

struct error *live_poke(const struct live *l, uint64_t addr, const void *buf, size_t len)
{
	if (l->engine == ENGINE_INJECTION)
		return live_gone_error(l, inject_poke(l->inj, addr, buf, len));
	memcpy((void *)(uintptr_t)addr, buf, len);
	return NULL;
}

struct error *live_peek(const struct live *l, uint64_t addr, void *buf, size_t len)
{
	if (l->engine == ENGINE_INJECTION)
		return live_gone_error(l, inject_peek(l->inj, addr, buf, len));
	memcpy(buf, (const void *)(uintptr_t)addr, len);
	return NULL;
}

uint64_t live_stack_area(const struct live *l)
{
	if (l->engine == ENGINE_INJECTION)
		return inject_stack_area(l->inj);
	return (uint64_t)(uintptr_t)l->local_area;
}

/* Compare the guest's access registers with those saved, and repair them. loaded: they were in the thread. */
static void guard_access_registers(struct live *l, bool loaded)
{
	uint8_t *acrs = l->run + KVMU_RUN_ACRS;

	__sync_synchronize();
	if (!memcmp(acrs, l->acrs, sizeof(l->acrs))) {
		if (!loaded && l->ar_bug == ANSWER_UNKNOWN)
			l->ar_bug = ANSWER_NO;
		return;
	}
	memcpy(acrs, l->acrs, sizeof(l->acrs));
	__sync_synchronize();
	if (l->ar_bug != ANSWER_YES)
		log_warn(l->t.log,
			 "this kernel lacks commit 01be7f53dfc2: it has used the VMM's access registers instead of the guest's, so the result is from the wrong address space; the guest's were overwritten and have been restored");
	l->ar_bug = ANSWER_YES;
	l->t.ar_bug_met = true;
}

/* ioctl(fd, KVM_S390_MEM_OP, op) by the thread, or by ourselves. */
static struct error *make_ioctl(struct live *l, bool on_vm, uint64_t op_addr, int64_t *result)
{
	uint64_t args[6] = {
		(uint64_t)(on_vm ? l->vcpu.vm_fd : l->vcpu.fd), KVMU_S390_MEM_OP, op_addr,
	};
	const uint32_t *acrs = l->ar_mode && l->ar_load && !on_vm ? l->acrs : NULL;
	struct error *err;
	int ret;

	if (l->engine == ENGINE_DIRECT) {
		ret = ioctl(on_vm ? l->vm_fd : l->vcpu_fd, KVMU_S390_MEM_OP, op_addr);
		*result = ret < 0 ? -errno : ret;
		l->t.stats.calls++;
		err = NULL;
	} else {
		err = inject_call(l->inj, SYS_ioctl, args, acrs, result);
		if (err && acrs && err->kind == ERROR_REFUSED) {
			log_verbose(l->t.log, 1,
				    "access registers cannot be loaded for the call: %s", err->message);
			error_free(err);
			l->ar_load = false;
			acrs = NULL;
			err = inject_call(l->inj, SYS_ioctl, args, NULL, result);
		}
	}
	if (l->ar_mode && !on_vm)
		guard_access_registers(l, acrs != NULL);
	return err;
}

struct error *live_vm_ioctl(struct live *l, uint64_t request, uint64_t arg, int64_t *result)
{
	uint64_t args[6] = { (uint64_t)l->vcpu.vm_fd, request, arg };
	struct error *err = live_check_vm(l);
	int ret;

	if (err)
		return err;
	l->calls_in_stop++;
	if (l->engine == ENGINE_INJECTION)
		return live_gone_error(l, inject_call(l->inj, SYS_ioctl, args, NULL, result));
	ret = ioctl(l->vm_fd, request, arg);
	*result = ret < 0 ? -errno : ret;
	l->t.stats.calls++;
	return NULL;
}

struct error *live_memop(struct live *l, bool on_vm, uint64_t op_addr, int64_t *result)
{
	struct error *err = on_vm ? live_check_vm(l) : NULL;
	int tries = 0;

	if (err)
		return err;
	l->calls_in_stop++;
	do
		err = make_ioctl(l, on_vm, op_addr, result);
	while (!err && (*result == -EAGAIN || *result == -EINTR) && ++tries < RETRIES);
	err = live_gone_error(l, err);
	log_verbose(l->t.log, 3, "KVM_S390_MEM_OP: %lld", err ? -1LL : (long long)*result);
	return err;
}

/* On which operations an errno means what: api.rst "KVM_S390_MEM_OP", arch/s390/kvm/kvm-s390.c. */
static const struct memop_errno {
	int errnum;
	const char *meaning;
	const char *hint;
} memop_errnos[] = {
	{ EFAULT, "the host could not get at the guest's memory, at a table of it, or at the buffer",
	  "the VMM's memory behind the address is not accessible (punched out, a truncated file, a failed page)" },
	{ EIO, "the VM is dead, or does not belong to this process (any more)", NULL },
	{ EOPNOTSUPP, "the guest memory slot is read-only", NULL },
	{ ENOTTY, "the file descriptor knows no KVM_S390_MEM_OP", NULL },
	{ EBADF, "the file descriptor has been closed in the VMM", "the VM or the vCPU has gone" },
	{ E2BIG, "more than the kernel moves in one call, or past the end of the SIDA", NULL },
	{ EINVAL, "the kernel does not know this operation, or not these flags", NULL },
	{ ENOMEM, "the host is out of memory", NULL },
	{ EINTR, "interrupted by a fatal signal to the VMM", NULL },
	{ EAGAIN, "the kernel went on asking to try again", "try again" },
	{ EPERM, "a filter in the VMM forbids the call", NULL },
	{ EACCES, "a security module forbids the call", NULL },
	{ ENOSYS, "a filter in the VMM forbids the call", NULL },
};

static const char *op_name(uint32_t op)
{
	static const char *const names[] = {
		"logical read", "logical write", "SIDA read", "SIDA write",
		"absolute read", "absolute write", "absolute compare-and-exchange",
	};

	return op < sizeof(names) / sizeof(names[0]) ? names[op] : "operation";
}

/*
 * Is this a guest in protected mode? Only for one of those does the kernel
 * allow reads of the SIDA (kvm_s390_vcpu_memsida_op()).
 */
static bool probe_protected(struct live *l)
{
	uint64_t area = live_stack_area(l);
	struct kvmu_s390_mem_op op = {
		.op = KVMU_MEMOP_SIDA_READ, .size = 1, .buf = area + sizeof(op),
	};
	struct error *err;
	int64_t result = -1;

	err = live_poke(l, area, &op, sizeof(op));
	if (!err)
		err = live_memop(l, false, area, &result);
	if (!err)
		l->is_protected = result == 0 ? ANSWER_YES : ANSWER_NO;
	error_free(err);
	return l->is_protected == ANSWER_YES;
}

/* KVM has said that it does not know the ioctl. */
static struct error *not_s390(struct live *l)
{
	l->not_s390 = true;
	return error_hint(error_new(ERROR_TARGET,
				    "vCPU %d of PID %d is not an s390 one: the KVM of this host does not know KVM_S390_MEM_OP",
				    l->vcpu.id, l->pid),
			  "guest memory can be worked on where KVM runs on IBM Z");
}

struct error *live_memop_error(struct live *l, uint32_t op, int errnum, uint64_t addr)
{
	const struct memop_errno *row = NULL;
	struct error *err;
	size_t i;

	if (!LIVE_HOST_IS_S390 && (errnum == EINVAL || errnum == ENOTTY))
		return not_s390(l);
	if (errnum == EINVAL && op != KVMU_MEMOP_SIDA_READ && op != KVMU_MEMOP_SIDA_WRITE &&
	    probe_protected(l))
		return error_hint(error_new(ERROR_REFUSED,
					    "the guest runs in protected mode (IBM Secure Execution): its memory is encrypted, the kernel refuses every %s",
					    op_name(op)),
				  "only the secure instruction data area can be read and written: --space=sida");
	for (i = 0; i < sizeof(memop_errnos) / sizeof(memop_errnos[0]) && !row; i++)
		if (memop_errnos[i].errnum == errnum)
			row = &memop_errnos[i];
	err = error_os(ERROR_TARGET, errnum, "%s at %#llx: %s", op_name(op),
		       (unsigned long long)addr, row ? row->meaning : "unexpected error");
	if (errnum == EINVAL && (op == KVMU_MEMOP_SIDA_READ || op == KVMU_MEMOP_SIDA_WRITE))
		return error_hint(err, "the SIDA exists only while a guest runs in protected mode");
	if (row && row->hint)
		err = error_hint(err, "%s", row->hint);
	if (errnum == EIO || errnum == EBADF)
		err->fatal = true;
	return err;
}
