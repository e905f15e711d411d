/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Borrow a vCPU, look at it and at the host's KVM, and choose how calls are made. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/kvm/live.h"
#include "target/kvm/permit.h"
#include "target/kvm/procfs.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define DEFAULT_MAX_STOP_NS	10000000ULL
#define LOGICAL_LIMIT		65536U	/* what every kernel has had so far; also the size of a scratch slot */

/* Detach and free everything. */
static void live_free(struct live *l)
{
	inject_close(l->inj);
	storage_free(l);
	if (l->run)
		munmap(l->run, l->run_size);
	if (l->vcpu_fd >= 0)
		close(l->vcpu_fd);
	if (l->vm_fd >= 0)
		close(l->vm_fd);
	if (l->pidfd >= 0)
		close(l->pidfd);
	free(l->proc);
	free(l);
}

static struct error *live_close(struct target *t)
{
	struct live *l = live_of(t);
	struct error *err = NULL;

	/* With the VMM its mapping has gone, too. */
	if (l->scratch.addr && !live_is_gone(l)) {
		err = scratch_put(l);
		if (err && live_is_gone(l)) {
			error_free(err);
			err = NULL;
		}
	}
	live_free(l);
	return err;
}

static const struct target_ops live_ops = {
	.name = "kvm",
	.live = true,
	.has_ioctl = true,
	.read = engine_read,
	.write = engine_write,
	.check = engine_check,
	.probe = engine_probe,
	.cas = live_cas,
	.regs = live_regs,
	.walk = engine_walk,
	.keys = live_keys,
	.fact = live_fact,
	.close = live_close,
};

static struct live *live_new(const struct vmm_info *vmm, const struct vcpu_info *vcpu,
			     const struct kvm_options *opt)
{
	struct live *l = calloc(1, sizeof(*l));
	const char *no_load = getenv("S390MEMCTL_NO_AR_LOAD");

	if (!l)
		return NULL;
	l->t.ops = &live_ops;
	l->t.log = opt->log;
	l->t.pid = vmm->pid;
	l->t.vcpu = vcpu->id;
	snprintf(l->t.name, sizeof(l->t.name), "%s", vmm->name);
	snprintf(l->exe, sizeof(l->exe), "%s", vmm->exe);
	snprintf(l->user, sizeof(l->user), "%s", vmm->user);
	l->proc = strdup(opt->proc ? opt->proc : "/proc");
	l->max_stop_ns = opt->max_stop_ns ? opt->max_stop_ns : DEFAULT_MAX_STOP_NS;
	l->suspend_seccomp = opt->suspend_seccomp;
	l->interrupted = opt->interrupted;
	l->pid = vmm->pid;
	l->start_time = vmm->start_time;
	l->vcpu = *vcpu;
	l->pidfd = l->vcpu_fd = l->vm_fd = -1;
	l->limit = l->extension = -1;
	/* A test aid: calls in AR mode are made without the guest's access registers. */
	l->ar_load = !(no_load && strcmp(no_load, "1") == 0);
	if (l->proc)
		return l;
	live_free(l);
	return NULL;
}

/* Get hold of the process, and make sure that it is the one that was selected. */
static struct error *open_process(struct live *l)
{
	struct procfs_stat st;
	int dir, ret;

	l->pidfd = (int)syscall(SYS_pidfd_open, l->pid, 0);
	if (l->pidfd < 0 && errno == ENOSYS)
		return error_new(ERROR_TARGET, "this kernel has no pidfd_open(2): Linux 5.6 or newer is needed");
	if (l->pidfd < 0)
		return permit_explain(l->proc, l->pid, 0, errno, "pidfd_open");
	dir = procfs_open(l->proc, l->pid);
	ret = dir < 0 ? dir : procfs_stat(dir, &st);
	if (dir >= 0)
		close(dir);
	if (ret < 0)
		return permit_explain(l->proc, l->pid, 0, -ret, "reading stat");
	if (l->start_time && st.start_time != l->start_time)
		return error_new(ERROR_TARGET, "PID %d is another process by now: the VMM has ended",
				 l->pid);
	return NULL;
}

/*
 * Borrow a file descriptor, and make sure that it is what it should be: its
 * link must begin with what and, where id is not negative, end with ":id".
 */
static struct error *borrow(struct live *l, int theirs, const char *what, int id, int *ours)
{
	char path[64], link[128], expected[64];
	ssize_t n;

	*ours = (int)syscall(SYS_pidfd_getfd, l->pidfd, theirs, 0);
	if (*ours < 0 && errno == ENOSYS)
		return error_new(ERROR_TARGET, "this kernel has no pidfd_getfd(2): Linux 5.6 or newer is needed");
	if (*ours < 0 && errno == EBADF)
		return error_new(ERROR_TARGET, "PID %d has no fd %d any more: the VM has been closed",
				 l->pid, theirs);
	if (*ours < 0)
		return permit_explain(l->proc, l->pid, 0, errno, "pidfd_getfd");
	if (id >= 0)
		snprintf(expected, sizeof(expected), "anon_inode:%s:%d", what, id);
	else
		snprintf(expected, sizeof(expected), "anon_inode:%s", what);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *ours);
	n = readlink(path, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = '\0';
	if (n > 0 && strcmp(link, expected) != 0)
		return error_new(ERROR_TARGET, "fd %d of PID %d is no longer %s: the VM has been closed",
				 theirs, l->pid, expected);
	return NULL;
}

/* Ask the host's KVM what it can do; kvm_run's size with it. */
static void probe_host(struct live *l)
{
	const struct log *log = l->t.log;
	const char *no_absolute = getenv("S390MEMCTL_NO_ABSOLUTE");
	uint32_t limit;
	int kvm, size;

	l->run_size = KVMU_RUN_S390_SIZE;
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0) {
		log_verbose(log, 1, "/dev/kvm: %s; assuming what every kernel has", strerror(errno));
	} else {
		size = ioctl(kvm, KVMU_GET_VCPU_MMAP_SIZE, 0);
		if (size >= KVMU_RUN_S390_SIZE)
			l->run_size = (size_t)size;
		l->limit = ioctl(kvm, KVMU_CHECK_EXTENSION, KVMU_CAP_S390_MEM_OP);
		l->extension = ioctl(kvm, KVMU_CHECK_EXTENSION, KVMU_CAP_S390_MEM_OP_EXTENSION);
		close(kvm);
		/* A test aid: what a kernel before 5.18 says. */
		if (no_absolute && strcmp(no_absolute, "1") == 0)
			l->extension = 0;
		log_verbose(log, 1,
			    "KVM_CAP_S390_MEM_OP is %d, KVM_CAP_S390_MEM_OP_EXTENSION is %d, kvm_run has %zu bytes",
			    l->limit, l->extension, l->run_size);
	}
	limit = l->limit >= 4096 && (uint32_t)l->limit < LOGICAL_LIMIT ? (uint32_t)l->limit : LOGICAL_LIMIT;
	while (limit & (limit - 1))
		limit &= limit - 1;
	l->t.cap_limit = l->chunk = limit;
}

/* The access-register guard needs kvm_run, and to write there; on other hosts it is only looked at. */
static struct error *map_run(struct live *l)
{
	int prot = LIVE_HOST_IS_S390 ? PROT_READ | PROT_WRITE : PROT_READ;
	void *p = mmap(NULL, l->run_size, prot, MAP_SHARED, l->vcpu_fd, 0);

	if (p != MAP_FAILED) {
		l->run = p;
		return NULL;
	}
	return error_os(ERROR_TARGET, errno, "cannot map kvm_run of vCPU %d (fd %d) of PID %d",
			l->vcpu.id, l->vcpu.fd, l->pid);
}

/*
 * Try the ioctl directly, on nothing: check one byte. KVM answers EIO to a
 * process whose address space is not the VM's (virt/kvm/kvm_main.c,
 * kvm_vcpu_ioctl()), before it looks at anything else.
 */
static struct error *choose_engine(struct live *l)
{
	struct kvmu_s390_mem_op op = {
		.op = KVMU_MEMOP_LOGICAL_READ, .flags = KVMU_MEMOP_F_CHECK_ONLY, .size = 1,
	};
	int ret = ioctl(l->vcpu_fd, KVMU_S390_MEM_OP, &op);

	if (ret < 0 && errno == EIO) {
		l->engine = ENGINE_INJECTION;
		l->why_engine = "KVM answers EIO to other processes than the VM's own";
	} else if (ret >= 0 || errno == EINTR || errno == EAGAIN) {
		l->engine = ENGINE_DIRECT;
		l->why_engine = "KVM answers this process";
	} else if (errno == ENOTTY || errno == EINVAL) {
		l->engine = ENGINE_DIRECT;
		l->why_engine = "KVM answers this process, but does not know the operation";
		l->not_s390 = !LIVE_HOST_IS_S390;
	} else {
		return error_os(ERROR_TARGET, errno, "KVM_S390_MEM_OP on the borrowed fd of vCPU %d of PID %d",
				l->vcpu.id, l->pid);
	}
	log_verbose(l->t.log, 1, "%s: %s", l->engine == ENGINE_DIRECT ? "calling directly" :
		    "calls will be injected into the vCPU's thread", l->why_engine);
	return NULL;
}

static struct error *attach(struct live *l)
{
	struct error *err;

	err = open_process(l);
	if (!err)
		err = borrow(l, l->vcpu.fd, "kvm-vcpu", l->vcpu.id, &l->vcpu_fd);
	if (!err && l->vcpu.vm_fd >= 0)
		err = borrow(l, l->vcpu.vm_fd, "kvm-vm", -1, &l->vm_fd);
	if (err)
		return err;
	log_verbose(l->t.log, 1, "borrowed fd %d (vCPU %d) of PID %d", l->vcpu.fd, l->vcpu.id, l->pid);
	probe_host(l);
	err = map_run(l);
	return err ? err : choose_engine(l);
}

struct error *kvm_attach(const struct vmm_info *vmm, const struct vcpu_info *vcpu,
			 const struct kvm_options *opt, struct target **target)
{
	struct live *l = live_new(vmm, vcpu, opt);
	struct error *err;

	if (!l)
		return error_nomem();
	err = attach(l);
	if (err) {
		live_free(l);
		return err;
	}
	*target = &l->t;
	return NULL;
}
