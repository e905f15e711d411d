/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Least privilege for a process that holds a guest's memory: no dumps of it, no
 * new privileges, no capabilities that are not needed.
 */
#ifndef S390MEMCTL_BASE_HARDEN_H
#define S390MEMCTL_BASE_HARDEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The capabilities that are kept where they are there: to look into other
 * processes and stop their threads (CAP_SYS_PTRACE), to read and write files
 * as root does (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH).
 */
#define HARDEN_KEEP	(UINT64_C(1) << 1 | UINT64_C(1) << 2 | UINT64_C(1) << 19)
/* PTRACE_O_SUSPEND_SECCOMP asks for this one, too: CAP_SYS_ADMIN. */
#define HARDEN_KEEP_SUSPEND	(UINT64_C(1) << 21)
/* To give a QEMU of another user the file that it writes: CAP_CHOWN. */
#define HARDEN_KEEP_QMP		(UINT64_C(1) << 0)

/*
 * Give up what is not needed, for this process and what it starts: core dumps
 * (RLIMIT_CORE of 1 byte, which keeps programs of core_pattern from being
 * started, too: core(5)), privileges of set-user-ID programs
 * (PR_SET_NO_NEW_PRIVS), capabilities but those in the mask keep, from all
 * sets. Without CAP_SYS_PTRACE the effective and permitted ones stay: only who has
 * all of a process's capabilities may look into it then
 * (security/commoncap.c cap_ptrace_access_check()). What the system refuses is left
 * as it is.
 */
void harden_process(uint64_t keep);
/*
 * Whether this program has been given more than its user has: by a set-user-ID or
 * set-group-ID bit, or by file capabilities (capabilities(7): without these only the ambient
 * ones, or all of root's, are permitted after execve(2)).
 */
bool harden_has_owners_rights(void);
/*
 * Forbid for good, by a filter of system calls (seccomp(2), needs no_new_privs):
 * to start programs, and what changes the system itself - modules, mounts,
 * namespaces, kexec, BPF, clocks; they fail with EPERM, clone3(2) with ENOSYS. Threads and
 * fork(2) go on to work. Not for a shell, whose user starts programs. false: the kernel
 * has no such filters, or refuses this one.
 */
bool harden_forbid_programs(void);

#endif
