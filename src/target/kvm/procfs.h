/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readers of /proc texts (proc(5), Linux Documentation/filesystems/proc.rst).
 * A process chooses its name, arguments and mappings itself, and may end
 * between any two reads: every read is bounded, every field is checked, and
 * all reads of one process go through one directory descriptor, so that a
 * reused PID is never taken for the old process.
 *
 * Functions that return int give 0 (or a count) or a negative errno. -ENOENT
 * and -ESRCH mean that the process or thread is gone, see procfs_is_gone();
 * -EINVAL that the text is not in the kernel's format.
 */
#ifndef S390MEMCTL_TARGET_KVM_PROCFS_H
#define S390MEMCTL_TARGET_KVM_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

#define PROCFS_COMM_MAX		64	/* the kernel's are shorter: 15, of workers up to 63 */
#define PROCFS_TEXT_MAX		65536	/* stat, status, syscall, ... */
#define PROCFS_CMDLINE_MAX	(8U << 20)	/* execve(2) allows 6 MiB at most */

/* /proc/PID/stat */
struct procfs_stat {
	char comm[PROCFS_COMM_MAX];	/* raw, without the parentheses */
	char state;			/* R, S, D, T (stopped), t (traced), Z, X ... */
	unsigned long long start_time;	/* field 22, clock ticks since boot */
	int cpu;			/* field 39, that it runs on or ran on last; -1: not told */
	bool realtime;			/* field 40, a real-time priority */
	unsigned long long guest_time;	/* field 43, clock ticks spent running a guest */
};

/* /proc/PID/status; what the kernel does not print is 0, seccomp -1. */
struct procfs_status {
	pid_t tgid;
	pid_t ppid;
	pid_t tracer;		/* 0: none that can be seen from here */
	uid_t uid, euid, suid;
	gid_t gid, egid, sgid;
	uint64_t cap_prm, cap_eff;
	int seccomp;
};

enum procfs_syscall_kind {
	PROCFS_RUNNING,		/* on a CPU, nothing is known */
	PROCFS_NO_SYSCALL,	/* blocked, but not in a system call */
	PROCFS_IN_SYSCALL,	/* blocked in a system call */
};

/* /proc/PID/syscall */
struct procfs_syscall {
	enum procfs_syscall_kind kind;
	long nr;		/* system call number, the VMM's architecture's */
	uint64_t args[6];
	uint64_t sp, pc;	/* both 0: a kernel worker of the process, no user thread */
};

/* A line of /proc/PID/maps. */
struct procfs_map {
	uint64_t start, end;	/* first byte, byte behind the last */
	bool read, write, exec, shared;
	uint64_t offset;	/* in the file */
	uint64_t inode;		/* 0: anonymous */
	const char *path;	/* as printed, escapes left; "" if none; inside the text given */
};

/* Whether an error means that the process or thread has ended. */
bool procfs_is_gone(int ret);
/* Whether an error means that permission is missing. */
bool procfs_is_denied(int ret);

/* Open PROC/PID. A descriptor (the caller closes it) or -errno. */
int procfs_open(const char *proc, pid_t pid);
/* Open task/TID below a descriptor of procfs_open(). A descriptor or -errno. */
int procfs_open_task(int dir, pid_t tid);
/* The PIDs of all processes in PROC, ascending, as procfs_numbers(). 0 or -errno. */
int procfs_pids(const char *proc, int **pids, size_t *count);
/* Our own PID in this PROC (the target of PROC/self), 0 if it has none. */
pid_t procfs_self(const char *proc);

/*
 * Append the text of a file to out, max bytes at most. A longer one is cut
 * there without an error.
 */
int procfs_read(int dir, const char *path, size_t max, struct buf *out);
/*
 * Read the target of a symbolic link, NUL-terminated. Returns its length;
 * -ENAMETOOLONG if it does not fit.
 */
int procfs_readlink(int dir, const char *path, char *target, size_t size);
/*
 * The entries of a directory that are numbers, ascending: TIDs of
 * "task", fds of "fd". *numbers is allocated; all others are left out.
 */
int procfs_numbers(int dir, const char *path, int **numbers, size_t *count);

/* Read stat, status, syscall below dir (a process or a thread). */
int procfs_stat(int dir, struct procfs_stat *st);
int procfs_status(int dir, struct procfs_status *st);
int procfs_syscall(int dir, struct procfs_syscall *sc);

/*
 * The base name of the program (exe), without " (deleted)", raw; "" with the
 * error if the link cannot be read.
 */
int procfs_exe(int dir, char *name, size_t size);

/* Take apart the text of stat (status, syscall); NUL-terminated. 0 or -EINVAL. */
int procfs_parse_stat(const char *text, struct procfs_stat *st);
int procfs_parse_status(const char *text, struct procfs_status *st);
int procfs_parse_syscall(const char *text, struct procfs_syscall *sc);
/*
 * Take the next line off a text of maps; *text goes to the line behind it. The
 * line is cut in place. 1: *map is valid; 0: end of the text; -EINVAL: this
 * line is malformed, the next may be tried.
 */
int procfs_next_map(char **text, struct procfs_map *map);

#endif
