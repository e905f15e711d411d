/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/permit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/printable.h"
#include "target/kvm/lsm.h"
#include "target/kvm/procfs.h"
#include "target/kvm/threads.h"

#define CAP_SYS_PTRACE_BIT	(1ULL << 19)	/* <linux/capability.h> */
#define INITIAL_USERNS		"user:[4026531837]"	/* <linux/proc_ns.h> PROC_USER_INIT_INO */
#define MAX_ANCESTORS		4096

#define BE_ROOT	"run s390memctl as root, or as the VMM's user; see SECURITY.md for ways by sudo and polkit"

/* Both sides of the question. */
struct sides {
	const char *proc;
	pid_t own_pid, pid;
	int own_dir, dir;	/* their directories in proc */
	struct procfs_status own, other;
	bool cap;		/* we have CAP_SYS_PTRACE, somewhere */
	bool cap_counts;	/* ... in the user namespace of the other one too */
};

const char *permit_layer_name(enum permit_layer layer)
{
	static const char *const names[] = {
		[PERMIT_OK] = "ok",
		[PERMIT_UID] = "uid",
		[PERMIT_USERNS] = "user namespace",
		[PERMIT_DUMPABLE] = "dumpable",
		[PERMIT_CAPS] = "capabilities",
		[PERMIT_YAMA] = "yama",
		[PERMIT_LSM] = "lsm",
		[PERMIT_TRACER] = "tracer",
		[PERMIT_GONE] = "gone",
		[PERMIT_SELF] = "self",
		[PERMIT_UNKNOWN] = "unknown",
	};

	return names[layer];
}

__attribute__((format(printf, 4, 5)))
static bool deny(struct permit *p, enum permit_layer layer, const char *hint,
		 const char *fmt, ...)
{
	va_list ap;

	p->layer = layer;
	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
	snprintf(p->hint, sizeof(p->hint), "%s", hint);
	return true;
}

/*
 * Does our CAP_SYS_PTRACE count in the other's user namespace? It does in the
 * initial one for all, else for its own namespace and those below. The other's
 * link can be read in another namespace only with the capability there:
 * that is PTRACE_MODE_READ's own rule (security/commoncap.c
 * cap_ptrace_access_check()).
 */
static bool capability_counts(const struct sides *s)
{
	char own[64], other[64];
	int ret;

	if (!s->cap)
		return false;
	ret = procfs_readlink(s->own_dir, "ns/user", own, sizeof(own));
	if (ret < 0 || !strcmp(own, INITIAL_USERNS))
		return true;	/* a kernel without user namespaces, or the initial one */
	return procfs_readlink(s->dir, "ns/user", other, sizeof(other)) >= 0;
}

/* The user id of the other one that is not ours; all three count. */
static uid_t foreign_uid(const struct sides *s)
{
	const struct procfs_status *t = &s->other;

	if (t->euid != s->own.uid)
		return t->euid;
	return t->uid != s->own.uid ? t->uid : t->suid;
}

static bool check_ids(const struct sides *s, struct permit *p)
{
	const struct procfs_status *t = &s->other;
	uid_t own = s->own.uid, uid = foreign_uid(s);
	gid_t gid = s->own.gid;
	char user[64], self[64];

	if (s->cap_counts ||
	    (uid == own && gid == t->gid && gid == t->egid && gid == t->sgid))
		return false;
	printable_user(user, sizeof(user), uid);
	printable_user(self, sizeof(self), own);
	if (s->cap)
		return deny(p, PERMIT_USERNS,
			    "run s390memctl outside of this container or user namespace",
			    "it is in another user namespace, where our CAP_SYS_PTRACE does not count");
	if (uid == own)
		return deny(p, PERMIT_UID, BE_ROOT,
			    "its group is %u, ours is %u, and we lack CAP_SYS_PTRACE",
			    (unsigned int)(gid != t->egid ? t->egid : gid != t->gid ? t->gid : t->sgid),
			    (unsigned int)gid);
	if (own == 0)
		return deny(p, PERMIT_UID,
			    "run s390memctl with CAP_SYS_PTRACE (a container: --cap-add SYS_PTRACE)",
			    "it belongs to user %s (%u), and our root lacks CAP_SYS_PTRACE",
			    user, (unsigned int)uid);
	return deny(p, PERMIT_UID, BE_ROOT,
		    "it belongs to user %s (%u), we are user %s (%u) without CAP_SYS_PTRACE",
		    user, (unsigned int)uid, self, (unsigned int)own);
}

/* The files of a process that is not dumpable belong to root (fs/proc/base.c task_dump_owner()). */
static bool check_dumpable(const struct sides *s, struct permit *p)
{
	struct stat st;

	if (s->cap_counts || fstatat(s->dir, "status", &st, 0) || st.st_uid == s->other.euid)
		return false;
	return deny(p, PERMIT_DUMPABLE, BE_ROOT,
		    "it is not dumpable (it changed its user, has file capabilities or asked "
		    "for it), and we lack CAP_SYS_PTRACE");
}

static bool check_caps(const struct sides *s, struct permit *p)
{
	uint64_t more = s->other.cap_prm & ~s->own.cap_prm;

	if (s->cap_counts || !more)
		return false;
	return deny(p, PERMIT_CAPS, BE_ROOT,
		    "it holds capabilities that we lack (mask %#llx), and we lack CAP_SYS_PTRACE",
		    (unsigned long long)more);
}

static bool is_descendant(const struct sides *s)
{
	struct procfs_status status = s->other;
	int dir, ret, i;

	for (i = 0; i < MAX_ANCESTORS && status.ppid > 0; i++) {
		if (status.ppid == s->own_pid)
			return true;
		dir = procfs_open(s->proc, status.ppid);
		if (dir < 0)
			return false;
		ret = procfs_status(dir, &status);
		close(dir);
		if (ret)
			return false;
	}
	return false;
}

/* -1: no Yama in this kernel. */
static int yama_scope(const char *proc)
{
	struct buf text = BUF_INIT;
	char *path;
	int scope = -1;

	if (asprintf(&path, "%s/sys/kernel/yama/ptrace_scope", proc) < 0)
		return -1;
	if (!procfs_read(AT_FDCWD, path, 16, &text) && buf_str(&text)[0] >= '0' &&
	    buf_str(&text)[0] <= '9')
		scope = atoi(buf_str(&text));
	free(path);
	buf_free(&text);
	return scope;
}

/* security/yama/yama_lsm.c yama_ptrace_access_check(). */
static bool check_yama(const struct sides *s, struct permit *p)
{
	int scope = yama_scope(s->proc);

	if (scope <= 0)
		return false;
	if (scope >= 3)
		return deny(p, PERMIT_YAMA,
			    "this cannot be undone: reboot with kernel.yama.ptrace_scope below 3",
			    "Yama forbids every attach (kernel.yama.ptrace_scope = %d)", scope);
	if (s->cap_counts)
		return false;
	if (scope == 2)
		return deny(p, PERMIT_YAMA,
			    "run s390memctl as root, or as root: sysctl kernel.yama.ptrace_scope=0",
			    "Yama asks for CAP_SYS_PTRACE (kernel.yama.ptrace_scope = 2)");
	if (is_descendant(s))
		return false;
	return deny(p, PERMIT_YAMA,
		    "run s390memctl as root, or as root: sysctl kernel.yama.ptrace_scope=0",
		    "Yama permits our own descendants only (kernel.yama.ptrace_scope = 1)");
}

static bool check_lsm(const struct sides *s, struct permit *p)
{
	struct lsm_info lsm;

	lsm_look(s->own_dir, s->dir, &lsm);
	if (!lsm.denies)
		return false;
	if (lsm.kind == LSM_SELINUX)
		return deny(p, PERMIT_LSM, "as root: setsebool deny_ptrace off",
			    "SELinux forbids every attach (the boolean deny_ptrace is on)");
	return deny(p, PERMIT_LSM,
		    "run s390memctl unconfined, or permit it: ptrace (trace) peer=PROFILE",
		    "AppArmor confines us by '%.80s', it is '%.80s'", lsm.own, lsm.other);
}

/* The tracer of a thread below dir, 0 if none; -1 if the thread is gone. */
static pid_t thread_tracer(int dir, pid_t tid)
{
	struct procfs_status status;
	int task, ret;

	task = procfs_open_task(dir, tid);
	if (task < 0)
		return -1;
	ret = procfs_status(task, &status);
	close(task);
	return ret ? -1 : status.tracer;
}

/* The tracer that all threads have, 0 if one is free. */
static pid_t common_tracer(int dir)
{
	struct thread_info *threads;
	size_t i, count;
	pid_t tracer = 0, t;

	if (threads_look(dir, &threads, &count))
		return 0;
	for (i = 0; i < count; i++) {
		if (threads[i].worker)
			continue;
		t = thread_tracer(dir, threads[i].tid);
		if (t > 0)
			tracer = t;
		if (!t)
			break;
	}
	free(threads);
	return i < count ? 0 : tracer;
}

static bool check_tracer(const struct sides *s, pid_t tid, struct permit *p)
{
	struct procfs_status status;
	struct procfs_stat st;
	pid_t tracer = tid ? thread_tracer(s->dir, tid) : common_tracer(s->dir);
	char hint[64];
	int dir;

	if (tracer <= 0)
		return false;
	p->tracer = tracer;
	strcpy(p->tracer_name, "?");
	dir = procfs_open(s->proc, tracer);
	if (dir >= 0) {
		/* A thread of the tracer is named, its process is meant. */
		if (!procfs_status(dir, &status) && status.tgid)
			p->tracer = status.tgid;
		if (!procfs_stat(dir, &st))
			printable(p->tracer_name, sizeof(p->tracer_name), st.comm);
		close(dir);
	}
	snprintf(hint, sizeof(hint), "wait until process %d has detached, or end it", (int)p->tracer);
	return deny(p, PERMIT_TRACER, hint, "process %d (%s) is tracing it", (int)p->tracer,
		    p->tracer_name);
}

/* All that can forbid it, in the kernel's order. */
static void predict(const struct sides *s, pid_t tid, struct permit *p)
{
	if (s->own_pid == s->pid) {
		deny(p, PERMIT_SELF, "give the PID of a VMM", "it is s390memctl itself");
		return;
	}
	if (check_ids(s, p) || check_dumpable(s, p) || check_caps(s, p) ||
	    check_yama(s, p) || check_lsm(s, p))
		return;
	check_tracer(s, tid, p);
}

/* Open both sides; false and p filled in if that fails. */
static bool open_sides(const char *proc, pid_t pid, pid_t tid, struct sides *s,
		       struct permit *p)
{
	memset(s, 0, sizeof(*s));
	s->proc = proc;
	s->pid = pid;
	s->own_pid = procfs_self(proc);
	s->own_dir = procfs_open(proc, s->own_pid);
	s->dir = procfs_open(proc, pid);
	if (s->dir < 0 || procfs_status(s->dir, &s->other) ||
	    (tid && thread_tracer(s->dir, tid) < 0)) {
		deny(p, PERMIT_GONE, "'s390memctl list' shows what is running", "it has ended");
		return false;
	}
	if (s->own_dir < 0 || procfs_status(s->own_dir, &s->own)) {
		deny(p, PERMIT_UNKNOWN, "is /proc mounted for this PID namespace?",
		     "our own credentials cannot be read in %.200s/self", proc);
		return false;
	}
	s->cap = s->own.cap_eff & CAP_SYS_PTRACE_BIT;
	s->cap_counts = capability_counts(s);
	return true;
}

static void close_sides(const struct sides *s)
{
	if (s->own_dir >= 0)
		close(s->own_dir);
	if (s->dir >= 0)
		close(s->dir);
}

void permit_predict(const char *proc, pid_t pid, pid_t tid, struct permit *p)
{
	struct sides s;

	memset(p, 0, sizeof(*p));
	if (open_sides(proc, pid, tid, &s, p))
		predict(&s, tid, p);
	close_sides(&s);
}

/* What else may have refused, where nothing predicts it. */
static void explain_unpredicted(const struct sides *s, int errnum, struct permit *p)
{
	struct lsm_info lsm;

	lsm_look(s->own_dir, s->dir, &lsm);
	if (errnum == ESRCH)
		deny(p, PERMIT_UNKNOWN, "try again", "the thread is ending, or another one took its place");
	else if (errnum == EBUSY)
		deny(p, PERMIT_UNKNOWN, "try again", "it is being changed by the kernel");
	else if (lsm.kind == LSM_SELINUX && lsm.enforcing)
		deny(p, PERMIT_LSM, "the denial is in the audit log: ausearch -m avc -ts recent",
		     "SELinux may forbid it: we are %.80s, it is %.80s", lsm.own, lsm.other);
	else if (lsm.kind == LSM_APPARMOR && (strcmp(lsm.own, "unconfined") ||
					      strcmp(lsm.other, "unconfined")))
		deny(p, PERMIT_LSM, "the denial is in the kernel's log: dmesg | grep DENIED",
		     "AppArmor may forbid it: we are '%.80s', it is '%.80s'", lsm.own, lsm.other);
	else if (s->own.seccomp > 0)
		deny(p, PERMIT_UNKNOWN, "run s390memctl outside of the container or sandbox",
		     "a seccomp filter on s390memctl itself may forbid the call");
	else
		deny(p, PERMIT_UNKNOWN, "see the kernel's log (dmesg) and the audit log",
		     "/proc shows no reason; a sandbox around s390memctl (Landlock, BPF) may forbid it");
}

struct error *permit_explain(const char *proc, pid_t pid, pid_t tid, int errnum,
			     const char *what)
{
	struct error *err;
	struct permit p;
	struct sides s;

	memset(&p, 0, sizeof(p));
	if (open_sides(proc, pid, tid, &s, &p)) {
		predict(&s, tid, &p);
		if (p.layer == PERMIT_OK)
			explain_unpredicted(&s, errnum, &p);
	}
	close_sides(&s);
	err = error_new(ERROR_TARGET, "process %d: %s: %s: %s", (int)pid, what,
			strerror(errnum), p.why);
	if (err != error_nomem())
		err->errnum = errnum;
	return error_hint(err, "%s", p.hint);
}

int permit_seccomp_mode(const char *proc, pid_t pid, pid_t tid)
{
	struct procfs_status status;
	int dir, task, ret;

	dir = procfs_open(proc, pid);
	if (dir < 0)
		return -1;
	task = procfs_open_task(dir, tid);
	close(dir);
	if (task < 0)
		return -1;
	ret = procfs_status(task, &status);
	close(task);
	return ret ? -1 : status.seccomp;
}
