/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proctree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PATH_SIZE 512

/* A test that cannot make its tree tests nothing. */
static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "proctree: %s: %s\n", what, strerror(errno));
	abort();
}

static void make_path(const struct proctree *t, char *path, const char *fmt, va_list ap)
{
	int len = snprintf(path, PATH_SIZE, "%s/", t->root);
	char *p;

	vsnprintf(path + len, (size_t)(PATH_SIZE - len), fmt, ap);
	for (p = strchr(path + len, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		must(!mkdir(path, 0755) || errno == EEXIST, path);
		*p = '/';
	}
}

static void write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "w");

	must(f != NULL, path);
	must(fwrite(data, 1, len, f) == len, path);
	must(!fclose(f), path);
}

void tree_bytes(const struct proctree *t, const void *data, size_t len,
		const char *path_fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;

	va_start(ap, path_fmt);
	make_path(t, path, path_fmt, ap);
	va_end(ap);
	write_file(path, data, len);
}

void tree_file(const struct proctree *t, const char *text, const char *path_fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;

	va_start(ap, path_fmt);
	make_path(t, path, path_fmt, ap);
	va_end(ap);
	write_file(path, text, strlen(text));
}

void tree_link(const struct proctree *t, const char *target, const char *path_fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;

	va_start(ap, path_fmt);
	make_path(t, path, path_fmt, ap);
	va_end(ap);
	unlink(path);
	must(!symlink(target, path), path);
}

void tree_unlink(const struct proctree *t, const char *path_fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;

	va_start(ap, path_fmt);
	make_path(t, path, path_fmt, ap);
	va_end(ap);
	must(!unlink(path), path);
}

void tree_chmod(const struct proctree *t, mode_t mode, const char *path_fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;

	va_start(ap, path_fmt);
	make_path(t, path, path_fmt, ap);
	va_end(ap);
	must(!chmod(path, mode), path);
}

static void put_stat(const struct proctree *t, pid_t pid, pid_t tid, const char *comm,
		     unsigned int guest)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "%d (%s) S 1 1 1 0 -1 4194560 1 0 0 0 2 3 0 0 20 0 4 0 %d 1000 50 "
		 "18446744073709551615 1 1 0 0 0 0 0 4096 0 0 0 0 17 1 0 0 0 %u 0 0 0 0 0 0 0 0 0\n",
		 (int)(tid ? tid : pid), comm, 1000 + (int)pid, guest);
	if (tid)
		tree_file(t, text, "%d/task/%d/stat", (int)pid, (int)tid);
	else
		tree_file(t, text, "%d/stat", (int)pid);
}

void tree_status(const struct proctree *t, pid_t pid, pid_t tid, uid_t uid, gid_t gid,
		 pid_t ppid, pid_t tracer, unsigned long long caps)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "Name:\tx\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\n"
		 "PPid:\t%d\nTracerPid:\t%d\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n"
		 "FDSize:\t64\nGroups:\t0 1 2\nThreads:\t4\nCapInh:\t0000000000000000\n"
		 "CapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t000001ffffffffff\n"
		 "NoNewPrivs:\t0\nSeccomp:\t2\nSeccomp_filters:\t1\n",
		 (int)pid, (int)(tid ? tid : pid), (int)ppid, (int)tracer, uid, uid, uid, uid,
		 gid, gid, gid, gid, caps, caps);
	if (tid)
		tree_file(t, text, "%d/task/%d/status", (int)pid, (int)tid);
	else
		tree_file(t, text, "%d/status", (int)pid);
}

void tree_thread(const struct proctree *t, pid_t pid, pid_t tid, const char *comm,
		 const char *syscall, unsigned int guest)
{
	put_stat(t, pid, tid, comm, guest);
	tree_status(t, pid, tid, 0, 0, 1, 0, 0);
	if (syscall)
		tree_file(t, syscall, "%d/task/%d/syscall", (int)pid, (int)tid);
}

void tree_process(const struct proctree *t, pid_t pid, uid_t uid, const char *comm)
{
	char path[PATH_SIZE];

	put_stat(t, pid, 0, comm, 0);
	tree_status(t, pid, 0, uid, uid, 1, 0, 0);
	tree_cmdline(t, pid, comm, NULL);
	tree_thread(t, pid, pid, comm, NULL, 0);
	snprintf(path, sizeof(path), "%s/%d/fd", t->root, (int)pid);
	must(!mkdir(path, 0755) || errno == EEXIST, path);
	tree_link(t, "/dev/null", "%d/fd/0", (int)pid);
}

void tree_cmdline(const struct proctree *t, pid_t pid, ...)
{
	char *text = NULL, *more;
	const char *arg;
	size_t len = 0;
	va_list ap;

	va_start(ap, pid);
	while ((arg = va_arg(ap, const char *))) {
		more = realloc(text, len + strlen(arg) + 1);
		must(more != NULL, "cmdline");
		text = more;
		strcpy(text + len, arg);
		len += strlen(arg) + 1;
	}
	va_end(ap);
	tree_bytes(t, text, len, "%d/cmdline", (int)pid);
	free(text);
}

void tree_kvm_fd(const struct proctree *t, pid_t pid, int fd, int vcpu)
{
	char target[64] = "anon_inode:kvm-vm";

	if (vcpu >= 0)
		snprintf(target, sizeof(target), "anon_inode:kvm-vcpu:%d", vcpu);
	tree_link(t, target, "%d/fd/%d", (int)pid, fd);
}

void tree_make(struct proctree *t, uid_t uid, unsigned long long caps)
{
	char self[16];

	strcpy(t->root, "/tmp/s390memctl-proctree-XXXXXX");
	must(mkdtemp(t->root) != NULL, t->root);
	must(!chmod(t->root, 0755), t->root);
	tree_process(t, TREE_SELF, uid, "s390memctl");
	tree_status(t, TREE_SELF, 0, uid, uid, 1, 0, caps);
	tree_link(t, "/usr/bin/s390memctl", "%d/exe", TREE_SELF);
	snprintf(self, sizeof(self), "%d", TREE_SELF);
	tree_link(t, self, "self");
}

const char *tree_ioctl(unsigned int fd, unsigned long request)
{
	static char text[128];

	snprintf(text, sizeof(text), "%d 0x%x 0x%lx 0x0 0x1 0x5641 0x0 0x7f3049d47530 0x7f304bbecd6b\n",
		 SYS_ioctl, fd, request);
	return text;
}

void tree_qemu(const struct proctree *t, pid_t pid, const char *name)
{
	struct utsname uts;
	char qemu[64];

	must(!uname(&uts), "uname");
	snprintf(qemu, sizeof(qemu), "qemu-system-%.40s", uts.machine);
	tree_process(t, pid, 0, "qemu");
	tree_cmdline(t, pid, qemu, "-m", "64", "-name", name, NULL);
	tree_link(t, "/usr/bin/qemu-system-any", "%d/exe", (int)pid);
	tree_link(t, "/dev/kvm", "%d/fd/3", (int)pid);
	tree_link(t, "anon_inode:[eventfd]", "%d/fd/4", (int)pid);
	tree_link(t, "anon_inode:kvm-vcpu-stats:0", "%d/fd/12", (int)pid);
	tree_link(t, "anon_inode:kvm-vm-stats", "%d/fd/13", (int)pid);
	tree_kvm_fd(t, pid, 8, -1);
	tree_kvm_fd(t, pid, 9, 0);
	tree_kvm_fd(t, pid, 11, 1);
	tree_thread(t, pid, pid, "qemu", TREE_POLL, 0);
	tree_thread(t, pid, pid + 1, "CPU 0/KVM", tree_ioctl(9, TREE_KVM_RUN), 5);
	tree_thread(t, pid, pid + 2, "CPU 1/KVM", tree_ioctl(11, TREE_KVM_RUN), 5);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_remove(struct proctree *t)
{
	must(!nftw(t->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS), t->root);
}
