/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/harden.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAPABILITIES	64	/* bits of the masks; the kernel refuses those it does not know */

/*
 * The low 32 bits of clone(2)'s flags, all that the kernel looks at: the first argument, or the
 * second one (CONFIG_CLONE_BACKWARDS2 of arch/s390).
 */
#if defined(__s390x__)
#define ARCHITECTURE	AUDIT_ARCH_S390X
#define CLONE_FLAGS	(offsetof(struct seccomp_data, args[1]) + 4)
#elif defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#define CLONE_FLAGS	offsetof(struct seccomp_data, args[0])
#endif
/* From here on the numbers are those of x32, which has the same ARCHITECTURE. */
#define X32_BIT		0x40000000U

/* Newer ones have the same number on all architectures; older headers do not know them. */
#define NR_OPEN_TREE		428U
#define NR_MOVE_MOUNT		429U
#define NR_FSOPEN		430U
#define NR_FSCONFIG		431U
#define NR_FSMOUNT		432U
#define NR_FSPICK		433U
#define NR_CLONE3		435U
#define NR_MOUNT_SETATTR	442U
#define NR_OPEN_TREE_ATTR	467U

#define NAMESPACES	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
			 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static const uint32_t forbidden[] = {
	SYS_execve, SYS_execveat,
	SYS_init_module, SYS_finit_module, SYS_delete_module,
	SYS_kexec_load, SYS_kexec_file_load, SYS_reboot,
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff,
	NR_FSOPEN, NR_FSCONFIG, NR_FSMOUNT, NR_FSPICK, NR_OPEN_TREE, NR_OPEN_TREE_ATTR,
	NR_MOVE_MOUNT, NR_MOUNT_SETATTR,
	SYS_unshare, SYS_setns,
	SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
	SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
	SYS_sethostname, SYS_setdomainname, SYS_acct, SYS_syslog,
};

#define NR_FORBIDDEN	(sizeof(forbidden) / sizeof(forbidden[0]))
#define HEAD		4	/* instructions before those of the numbers */
#define TAIL		7	/* and behind them */

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

static struct sock_filter load(size_t offset)
{
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* What comparison (BPF_JEQ...) with value leads to: how many instructions are passed over. */
static struct sock_filter compare(uint16_t comparison, uint32_t value, size_t yes, size_t no)
{
	return (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | comparison | BPF_K), value,
					    (uint8_t)yes, (uint8_t)no);
}

static struct sock_filter answer(uint32_t action)
{
	return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
}

/*
 * The flags of clone3(2) are in memory, where no filter can see them. Where it is not there
 * libc uses clone(2), for threads, too (glibc sysdeps/unix/sysv/linux/clone-internal.c).
 */
bool harden_forbid_programs(void)
{
	struct sock_filter code[HEAD + NR_FORBIDDEN + TAIL], *tail = code + HEAD + NR_FORBIDDEN;
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]), .filter = code,
	};
	size_t i, last = program.len - 1U;

	/* Another architecture's call: to the end, where it is refused. */
	code[0] = load(offsetof(struct seccomp_data, arch));
	code[1] = compare(BPF_JEQ, ARCHITECTURE, 0, last - 2);
	code[2] = load(offsetof(struct seccomp_data, nr));
	code[3] = compare(BPF_JGE, X32_BIT, last - 4, 0);
	for (i = 0; i < NR_FORBIDDEN; i++)
		code[HEAD + i] = compare(BPF_JEQ, forbidden[i], last - HEAD - i - 1, 0);
	tail[0] = compare(BPF_JEQ, NR_CLONE3, 4, 0);
	tail[1] = compare(BPF_JEQ, SYS_clone, 0, 2);
	tail[2] = load(CLONE_FLAGS);
	tail[3] = compare(BPF_JSET, NAMESPACES, 2, 0);
	tail[4] = answer(SECCOMP_RET_ALLOW);
	tail[5] = answer(SECCOMP_RET_ERRNO | ENOSYS);
	tail[6] = answer(SECCOMP_RET_ERRNO | EPERM);
	return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
