/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Linux security module thinks of two processes, as far as /proc tells. */
#ifndef S390MEMCTL_TARGET_KVM_LSM_H
#define S390MEMCTL_TARGET_KVM_LSM_H

#include <stdbool.h>

enum lsm_kind {
	LSM_NONE,
	LSM_SELINUX,
	LSM_APPARMOR,
};

struct lsm_info {
	enum lsm_kind kind;
	char own[128];		/* our context or profile, printable */
	char other[128];	/* the other process's */
	bool enforcing;		/* SELinux: denials count */
	bool deny_ptrace;	/* SELinux: the boolean forbids every ptrace */
	/*
	 * Forbidden for sure (deny_ptrace), or very probably: an enforced
	 * AppArmor profile attached to a process of another one.
	 */
	bool denies;
};

/* "SELinux", "AppArmor", "none". */
const char *lsm_name(enum lsm_kind kind);

/*
 * Look at attr/current of both processes and at selinuxfs where
 * self/mounts says that it is. own, other: from procfs_open(). Linux
 * security/apparmor/ipc.c, security/selinux/selinuxfs.c.
 */
void lsm_look(int own, int other, struct lsm_info *info);

#endif
