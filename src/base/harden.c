/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/harden.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAPABILITIES	64	/* bits of the masks; the kernel refuses those it does not know */

#if defined(__s390x__)
#define ARCHITECTURE	AUDIT_ARCH_S390X
#elif defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#endif
/* From here on the numbers are those of x32, which has the same ARCHITECTURE. */
#define X32_BIT		0x40000000U

static const uint32_t forbidden[] = {
	SYS_execve, SYS_execveat,
	SYS_init_module, SYS_finit_module, SYS_delete_module,
	SYS_kexec_load, SYS_kexec_file_load, SYS_reboot,
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff,
	SYS_unshare, SYS_setns,
	SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
	SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
	SYS_sethostname, SYS_setdomainname, SYS_acct, SYS_syslog,
};

#define NR_FORBIDDEN	(sizeof(forbidden) / sizeof(forbidden[0]))
#define HEAD		4	/* instructions before those of the numbers */

static void forbid_core_dumps(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
	setrlimit(RLIMIT_CORE, &limit);
}

static void drop_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	unsigned int i;
	uint32_t mask;
	bool may_trace;

	/* The bounding set first: to change it takes CAP_SETPCAP. */
	for (i = 0; i < CAPABILITIES; i++) {
		if (!(keep >> i & 1))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &header, data))
		return;
	may_trace = data[CAP_TO_INDEX(CAP_SYS_PTRACE)].permitted & CAP_TO_MASK(CAP_SYS_PTRACE);
	for (i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		mask = (uint32_t)(keep >> 32 * i);
		if (may_trace) {
			data[i].permitted &= mask;
			data[i].effective &= mask;
		}
		data[i].inheritable = 0;
	}
	syscall(SYS_capset, &header, data);
}

void harden_process(uint64_t keep)
{
	forbid_core_dumps();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	drop_capabilities(keep);
}

bool harden_has_owners_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	unsigned int i;

	if (getuid() != geteuid() || getgid() != getegid())
		return true;
	if (!geteuid() || syscall(SYS_capget, &header, data))
		return false;
	for (i = 0; i < CAPABILITIES; i++) {
		if ((data[CAP_TO_INDEX(i)].permitted & CAP_TO_MASK(i)) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) != 1)
			return true;
	}
	return false;
}

bool harden_forbid_programs(void)
{
	const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
	struct sock_filter code[HEAD + NR_FORBIDDEN + 2];
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]), .filter = code,
	};
	size_t i, last = program.len - 1U;

	/* Another architecture's call: to the end, where it is refused. */
	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					       offsetof(struct seccomp_data, arch));
	code[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, last - 2);
	code[2] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					       offsetof(struct seccomp_data, nr));
	code[3] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, last - 4, 0);
	for (i = 0; i < NR_FORBIDDEN; i++)
		code[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, forbidden[i],
							      last - HEAD - i - 1, 0);
	code[last - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[last] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refuse);
	return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
