/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Would attaching be permitted, and if not, which layer forbids it? Linux
 * kernel/ptrace.c __ptrace_may_access(), security/yama/yama_lsm.c,
 * Documentation/admin-guide/LSM/Yama.rst.
 */
#ifndef S390MEMCTL_TARGET_KVM_PERMIT_H
#define S390MEMCTL_TARGET_KVM_PERMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

enum permit_layer {
	PERMIT_OK,
	PERMIT_UID,		/* another user's process and no CAP_SYS_PTRACE */
	PERMIT_USERNS,		/* capability held in another user namespace than the target's */
	PERMIT_DUMPABLE,	/* not dumpable (setuid, file capabilities, prctl) */
	PERMIT_CAPS,		/* it holds capabilities that we lack */
	PERMIT_YAMA,		/* kernel.yama.ptrace_scope */
	PERMIT_LSM,		/* SELinux, AppArmor */
	PERMIT_TRACER,		/* another tracer has the thread */
	PERMIT_GONE,		/* no such process */
	PERMIT_SELF,		/* it is ourselves */
	PERMIT_UNKNOWN,		/* our own credentials cannot be read */
};

struct permit {
	enum permit_layer layer;
	pid_t tracer;		/* PERMIT_TRACER: its PID (thread-group leader) */
	char tracer_name[32];	/* its comm, printable */
	char why[256];		/* one line: what forbids it */
	char hint[256];		/* what to do */
};

/* A word for a layer: "uid", "yama", ... */
const char *permit_layer_name(enum permit_layer layer);

/*
 * Predict from /proc whether this process may attach to thread tid of pid
 * (tid 0: any thread). Prediction only: the kernel has the last word. why and
 * hint are printable, "" if nothing forbids it.
 */
void permit_predict(const char *proc, pid_t pid, pid_t tid, struct permit *p);

/*
 * Explain a failure errnum (EPERM, EACCES, ESRCH, EBUSY) of pidfd_getfd,
 * ptrace or process_vm_readv on pid/tid: what names the call. Always an
 * ERROR_TARGET with a hint: "process 12: pidfd_getfd: Operation not permitted:
 * it belongs to user qemu (107), we are user joe (1000) without CAP_SYS_PTRACE".
 */
struct error *permit_explain(const char *proc, pid_t pid, pid_t tid, int errnum,
			     const char *what);

/*
 * Seccomp mode of a thread: 0 none, 1 strict, 2 filter; -1 unknown. From
 * /proc/PID/task/TID/status.
 */
int permit_seccomp_mode(const char *proc, pid_t pid, pid_t tid);

#endif
