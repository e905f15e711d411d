/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a VMM one whose threads a system call may be injected into? */
#ifndef S390MEMCTL_TARGET_KVM_VMMCHECK_H
#define S390MEMCTL_TARGET_KVM_VMMCHECK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/log.h"

/*
 * Look at a thread before anything is stopped: instruction set of the program,
 * shadow stacks, seccomp. Results in ERROR_REFUSED with the reason where a
 * call could kill the VMM or could not return; ERROR_TARGET if the process is gone
 * or may not be looked at.
 *
 * suspend_seccomp: --suspend-seccomp was given.
 */
struct error *vmmcheck(pid_t pid, pid_t tid, bool suspend_seccomp, const struct log *log);

#endif
