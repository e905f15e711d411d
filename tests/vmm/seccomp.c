/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A vCPU thread behind an allowlist of system calls, as crosvm and cloud-hypervisor have one: the
 * only ioctl it lets through is KVM_RUN, any other call ends the process.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "testvmm.h"

#define LOAD(offset)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define RETURN(action)	BPF_STMT(BPF_RET | BPF_K, (action))
/* Go on if the loaded word is VALUE, else skip the next N instructions. */
#define UNLESS_SKIP(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (n))
#define ALLOW(nr)	UNLESS_SKIP((nr), 1), RETURN(SECCOMP_RET_ALLOW)

/* The right half of argument 1: this is a big-endian machine. */
#define REQUEST		(offsetof(struct seccomp_data, args[1]) + 4)

bool seccomp_allowlist(void)
{
	struct sock_filter filter[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_read),
		ALLOW(SYS_write),
		ALLOW(SYS_futex),
		ALLOW(SYS_rt_sigprocmask),
		ALLOW(SYS_sigreturn),	/* of handlers without SA_SIGINFO */
		ALLOW(SYS_munmap),
		ALLOW(SYS_madvise),
		ALLOW(SYS_exit),
		ALLOW(SYS_exit_group),
		UNLESS_SKIP(SYS_ioctl, 3),
		LOAD(REQUEST),
		UNLESS_SKIP(KVM_RUN, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
