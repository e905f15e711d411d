/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tree that looks like /proc, in a directory of its own, with the texts that
 * the kernel would print.
 */
#ifndef PROCTREE_H
#define PROCTREE_H

#include <stddef.h>
#include <sys/types.h>

#define TREE_SELF 9999	/* the PID that self points to */

struct proctree {
	char root[64];
};

/* Make a tree with TREE_SELF in it: user and group uid, the capabilities given. */
void tree_make(struct proctree *t, uid_t uid, unsigned long long caps);
void tree_remove(struct proctree *t);

/* A file (link) below the root, with all directories above it; replaces what is there. */
void tree_file(const struct proctree *t, const char *text, const char *path_fmt, ...)
	__attribute__((format(printf, 3, 4)));
void tree_bytes(const struct proctree *t, const void *data, size_t len,
		const char *path_fmt, ...)
	__attribute__((format(printf, 4, 5)));
void tree_link(const struct proctree *t, const char *target, const char *path_fmt, ...)
	__attribute__((format(printf, 3, 4)));
void tree_unlink(const struct proctree *t, const char *path_fmt, ...)
	__attribute__((format(printf, 2, 3)));
void tree_chmod(const struct proctree *t, mode_t mode, const char *path_fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A process with its main thread: stat, status, cmdline (one argument: comm), an empty fd. */
void tree_process(const struct proctree *t, pid_t pid, uid_t uid, const char *comm);
/* A thread; syscall: text of that file, NULL for none. guest: its guest_time. */
void tree_thread(const struct proctree *t, pid_t pid, pid_t tid, const char *comm,
		 const char *syscall, unsigned int guest);
/* status of a process (tid 0) or thread, whose tracer and capabilities are given. */
void tree_status(const struct proctree *t, pid_t pid, pid_t tid, uid_t uid, gid_t gid,
		 pid_t ppid, pid_t tracer, unsigned long long caps);
/* cmdline: arguments, ended by NULL. */
void tree_cmdline(const struct proctree *t, pid_t pid, ...);
/* An fd that is a VM (vcpu -1) or a vCPU. */
void tree_kvm_fd(const struct proctree *t, pid_t pid, int fd, int vcpu);
/* The text of syscall of a thread blocked in ioctl(fd, request); valid until the next call. */
const char *tree_ioctl(unsigned int fd, unsigned long request);
/*
 * A QEMU of this host's architecture with one VM (fd 8) and vCPUs 0 and 1 (fds
 * 9, 11), whose threads pid + 1 and pid + 2 are in KVM_RUN. name: for -name.
 */
void tree_qemu(const struct proctree *t, pid_t pid, const char *name);

#define TREE_KVM_RUN	0xae80UL
/* The text of syscall of a thread blocked in another call. */
#define TREE_POLL	"7 0x1 0x2 0x3 0x4 0x5 0x6 0x7ffc 0x7f01\n"

#endif
