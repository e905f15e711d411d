/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A live vCPU of a running VMM as a target. */
#ifndef S390MEMCTL_TARGET_KVM_KVM_H
#define S390MEMCTL_TARGET_KVM_KVM_H

#include "target/kvm/discover.h"
#include "target/target.h"

struct kvm_options {
	const char *proc;	/* "/proc" */
	const struct log *log;
	uint64_t max_stop_ns;	/* --max-stop */
	bool suspend_seccomp;	/* --suspend-seccomp */
	const volatile int *interrupted;	/* set by signal handlers */
};

/*
 * Attach to a vCPU: borrow its fd with pidfd_getfd(2), map its kvm_run, probe
 * the host's KVM, try the ioctl directly and choose injection where the
 * kernel answers EIO. Nothing of the VMM is stopped yet, nothing mapped in it.
 *
 * vmm, vcpu: from vmm_select() and vmm_select_vcpu(). *target: to be closed
 * with its close operation. Errors: ERROR_TARGET naming the layer that
 * forbids it, ERROR_REFUSED for VMMs that cannot be worked on safely.
 */
struct error *kvm_attach(const struct vmm_info *vmm,
			 const struct vcpu_info *vcpu,
			 const struct kvm_options *opt, struct target **target);

#endif
