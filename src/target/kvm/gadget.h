/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Find the instructions that injection runs, in the VMM's own code. */
#ifndef S390MEMCTL_TARGET_KVM_GADGET_H
#define S390MEMCTL_TARGET_KVM_GADGET_H

#include "target/kvm/inject-arch.h"

/*
 * Look through the read-only executable mappings of process pid that stay
 * mapped as long as it lives: libc, the dynamic linker, the vdso, the program
 * itself. What counts is the process's memory, not the files.
 *
 * Errors: ERROR_REFUSED if there is no gadget, ERROR_TARGET if the memory or
 * /proc/PID/maps cannot be read.
 */
struct error *gadget_find(pid_t pid, struct inject_gadget *g);

#endif
