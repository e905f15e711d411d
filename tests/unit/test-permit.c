/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proctree.h"
#include "target/kvm/permit.h"

#define NOBODY 65534
#define CAP_SYS_PTRACE_BIT (1ULL << 19)
#define ALL_CAPS 0x1ffffffffffULL
#define VMM 500

static struct proctree tree;
static uid_t owner;	/* of the tree's files */

static int make_tree(void **state)
{
	(void)state;
	owner = geteuid();
	tree_make(&tree, owner, 0);
	tree_process(&tree, VMM, owner, "qemu");
	tree_thread(&tree, VMM, VMM + 1, "CPU 0/KVM", "running\n", 0);
	return 0;
}

static int remove_tree(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

/* Who we are: user, group, capabilities. */
static void we_are(uid_t uid, gid_t gid, unsigned long long caps)
{
	tree_status(&tree, TREE_SELF, 0, uid, gid, 1, 0, caps);
}

static void assert_permit(enum permit_layer layer, const char *why, const char *hint)
{
	struct permit p;

	permit_predict(tree.root, VMM, 0, &p);
	assert_string_equal(permit_layer_name(p.layer), permit_layer_name(layer));
	assert_string_equal(p.why, why);
	assert_string_equal(p.hint, hint);
}

#define ROOT_HINT "run s390memctl as root, or as the VMM's user; see SECURITY.md for ways by sudo and polkit"

/* "NAME (UID)" or "UID (UID)" */
static const char *user(uid_t uid)
{
	static char text[2][64];
	static int turn;
	const struct passwd *pw = getpwuid(uid);

	turn = !turn;
	if (pw)
		snprintf(text[turn], sizeof(text[turn]), "%s (%u)", pw->pw_name, (unsigned int)uid);
	else
		snprintf(text[turn], sizeof(text[turn]), "%u (%u)", (unsigned int)uid,
			 (unsigned int)uid);
	return text[turn];
}

static void same_user(void **state)
{
	(void)state;
	assert_permit(PERMIT_OK, "", "");
	we_are(4711, 4711, CAP_SYS_PTRACE_BIT);
	assert_permit(PERMIT_OK, "", "");
}

/* status of a process whose ids differ: real, effective and saved user, effective and saved group. */
static const char *status_ids(uid_t uid, uid_t euid, uid_t suid, gid_t egid, gid_t sgid)
{
	static char text[256];

	snprintf(text, sizeof(text), "Tgid:\t500\nPPid:\t1\nUid:\t%u\t%u\t%u\t%u\n"
		 "Gid:\t%u\t%u\t%u\t%u\n", uid, euid, suid, euid, egid, egid, sgid, egid);
	return text;
}

static void other_user(void **state)
{
	char why[256];

	(void)state;
	we_are(4711, 4711, ALL_CAPS & ~CAP_SYS_PTRACE_BIT);
	snprintf(why, sizeof(why), "it belongs to user %s, we are user %s without CAP_SYS_PTRACE",
		 user(owner), user(4711));
	assert_permit(PERMIT_UID, why, ROOT_HINT);
	/* A root without the capability: a container. */
	we_are(0, 0, 0);
	tree_status(&tree, VMM, 0, 4712, 4712, 1, 0, 0);
	assert_permit(PERMIT_UID, "it belongs to user 4712 (4712), and our root lacks CAP_SYS_PTRACE",
		      "run s390memctl with CAP_SYS_PTRACE (a container: --cap-add SYS_PTRACE)");
	/* The group counts too. */
	we_are(owner, 4711, 0);
	tree_status(&tree, VMM, 0, owner, 4712, 1, 0, 0);
	assert_permit(PERMIT_UID, "its group is 4712, ours is 4711, and we lack CAP_SYS_PTRACE",
		      ROOT_HINT);
	we_are(owner, owner, 0);
	tree_file(&tree, status_ids(owner, owner, owner, owner, 4712), "%d/status", VMM);
	snprintf(why, sizeof(why), "its group is %u, ours is %u, and we lack CAP_SYS_PTRACE",
		 4712U, (unsigned int)owner);
	assert_permit(PERMIT_UID, why, ROOT_HINT);
	/* All three ids of the VMM count: it may have been another user's. */
	we_are(4711, 4711, 0);
	tree_file(&tree, status_ids(4711, 4711, 0, 4711, 4711), "%d/status", VMM);
	snprintf(why, sizeof(why), "it belongs to user %s, we are user %s without CAP_SYS_PTRACE",
		 user(0), user(4711));
	assert_permit(PERMIT_UID, why, ROOT_HINT);
}

static void user_namespaces(void **state)
{
	(void)state;
	we_are(4711, 4711, ALL_CAPS);
	tree_link(&tree, "user:[4026531837]", "%d/ns/user", TREE_SELF);
	assert_permit(PERMIT_OK, "", "");
	tree_link(&tree, "user:[4026532999]", "%d/ns/user", TREE_SELF);
	tree_link(&tree, "user:[4026532999]", "%d/ns/user", VMM);
	assert_permit(PERMIT_OK, "", "");
	/* What cannot be read is out of reach. */
	tree_unlink(&tree, "%d/ns/user", VMM);
	assert_permit(PERMIT_USERNS,
		      "it is in another user namespace, where our CAP_SYS_PTRACE does not count",
		      "run s390memctl outside of this container or user namespace");
}

static void not_dumpable(void **state)
{
	(void)state;
	/* The kernel would have given the file to root: here it is the owner's. */
	we_are(4711, 4711, 0);
	tree_status(&tree, VMM, 0, 4711, 4711, 1, 0, 0);
	assert_permit(PERMIT_DUMPABLE,
		      "it is not dumpable (it changed its user, has file capabilities or asked for it), and we lack CAP_SYS_PTRACE",
		      ROOT_HINT);
	we_are(4711, 4711, CAP_SYS_PTRACE_BIT);
	assert_permit(PERMIT_OK, "", "");
}

static void more_capabilities(void **state)
{
	(void)state;
	tree_status(&tree, VMM, 0, owner, owner, 1, 0, 0x3000);
	assert_permit(PERMIT_CAPS,
		      "it holds capabilities that we lack (mask 0x3000), and we lack CAP_SYS_PTRACE",
		      ROOT_HINT);
	we_are(owner, owner, 0x1000);
	assert_permit(PERMIT_CAPS,
		      "it holds capabilities that we lack (mask 0x2000), and we lack CAP_SYS_PTRACE",
		      ROOT_HINT);
	we_are(owner, owner, 0x3000);
	assert_permit(PERMIT_OK, "", "");
	we_are(owner, owner, CAP_SYS_PTRACE_BIT);
	assert_permit(PERMIT_OK, "", "");
}

static void yama(void **state)
{
	static const char scope[] = "sys/kernel/yama/ptrace_scope";

	(void)state;
	tree_file(&tree, "0\n", scope);
	assert_permit(PERMIT_OK, "", "");
	tree_file(&tree, "1\n", scope);
	assert_permit(PERMIT_YAMA,
		      "Yama permits our own descendants only (kernel.yama.ptrace_scope = 1)",
		      "run s390memctl as root, or as root: sysctl kernel.yama.ptrace_scope=0");
	/* Our grandchild. */
	tree_process(&tree, 400, owner, "sh");
	tree_status(&tree, 400, 0, owner, owner, TREE_SELF, 0, 0);
	tree_status(&tree, VMM, 0, owner, owner, 400, 0, 0);
	assert_permit(PERMIT_OK, "", "");
	/* A circle of parents ends the search. */
	tree_status(&tree, 400, 0, owner, owner, VMM, 0, 0);
	assert_permit(PERMIT_YAMA,
		      "Yama permits our own descendants only (kernel.yama.ptrace_scope = 1)",
		      "run s390memctl as root, or as root: sysctl kernel.yama.ptrace_scope=0");
	tree_file(&tree, "2\n", scope);
	assert_permit(PERMIT_YAMA, "Yama asks for CAP_SYS_PTRACE (kernel.yama.ptrace_scope = 2)",
		      "run s390memctl as root, or as root: sysctl kernel.yama.ptrace_scope=0");
	we_are(owner, owner, CAP_SYS_PTRACE_BIT);
	assert_permit(PERMIT_OK, "", "");
	tree_file(&tree, "3\n", scope);
	assert_permit(PERMIT_YAMA, "Yama forbids every attach (kernel.yama.ptrace_scope = 3)",
		      "this cannot be undone: reboot with kernel.yama.ptrace_scope below 3");
	tree_file(&tree, "", scope);
	assert_permit(PERMIT_OK, "", "");
}

static void selinux(void **state)
{
	char mounts[256];

	(void)state;
	snprintf(mounts, sizeof(mounts), "proc /proc proc rw 0 0\nselinuxfs %s/fs/selinux selinuxfs "
		 "rw,nosuid,noexec,relatime 0 0\nnone", tree.root);
	tree_file(&tree, mounts, "%d/mounts", TREE_SELF);
	tree_file(&tree, "1", "fs/selinux/enforce");
	tree_file(&tree, "0 0", "fs/selinux/booleans/deny_ptrace");
	tree_file(&tree, "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023", "%d/attr/current",
		  TREE_SELF);
	tree_file(&tree, "system_u:system_r:svirt_t:s0:c1,c2\n", "%d/attr/current", VMM);
	assert_permit(PERMIT_OK, "", "");
	tree_file(&tree, "1 1", "fs/selinux/booleans/deny_ptrace");
	we_are(0, 0, ALL_CAPS);
	assert_permit(PERMIT_LSM, "SELinux forbids every attach (the boolean deny_ptrace is on)",
		      "as root: setsebool deny_ptrace off");
	tree_file(&tree, "0", "fs/selinux/enforce");
	assert_permit(PERMIT_OK, "", "");
}

static void apparmor(void **state)
{
	(void)state;
	tree_file(&tree, "unconfined\n", "%d/attr/apparmor/current", TREE_SELF);
	tree_file(&tree, "libvirt-1 (enforce)\n", "%d/attr/apparmor/current", VMM);
	assert_permit(PERMIT_OK, "", "");
	tree_file(&tree, "docker-default (enforce)\n", "%d/attr/apparmor/current", TREE_SELF);
	assert_permit(PERMIT_LSM,
		      "AppArmor confines us by 'docker-default (enforce)', it is 'libvirt-1 (enforce)'",
		      "run s390memctl unconfined, or permit it: ptrace (trace) peer=PROFILE");
	tree_file(&tree, "docker-default (enforce)\n", "%d/attr/apparmor/current", VMM);
	assert_permit(PERMIT_OK, "", "");
	tree_file(&tree, "x (complain)\n", "%d/attr/apparmor/current", TREE_SELF);
	assert_permit(PERMIT_OK, "", "");
}

static void tracer(void **state)
{
	struct permit p;

	(void)state;
	tree_process(&tree, 600, owner, "gdb\033");
	tree_file(&tree, "Tgid:\t600\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n", "601/status");
	tree_file(&tree, "601 (worker) S 1", "601/stat");
	/* One thread is traced, by a thread of gdb: the other is free. */
	tree_status(&tree, VMM, VMM + 1, owner, owner, 1, 600, 0);
	assert_permit(PERMIT_OK, "", "");
	permit_predict(tree.root, VMM, VMM + 1, &p);
	assert_int_equal(p.layer, PERMIT_TRACER);
	assert_int_equal(p.tracer, 600);
	assert_string_equal(p.tracer_name, "gdb\\x1b");
	assert_string_equal(p.why, "process 600 (gdb\\x1b) is tracing it");
	assert_string_equal(p.hint, "wait until process 600 has detached, or end it");
	permit_predict(tree.root, VMM, VMM, &p);
	assert_int_equal(p.layer, PERMIT_OK);
	tree_status(&tree, VMM, VMM, owner, owner, 1, 601, 0);
	permit_predict(tree.root, VMM, VMM, &p);
	assert_int_equal(p.layer, PERMIT_TRACER);
	assert_int_equal(p.tracer, 600);
	/* All threads. A kernel worker is no free one. */
	tree_thread(&tree, VMM, VMM + 2, "vhost", "16 0x1 0x2 0x0 0x0 0x0 0x0 0x0 0x0\n", 0);
	tree_status(&tree, VMM, VMM, owner, owner, 1, 600, 0);
	assert_permit(PERMIT_TRACER, "process 600 (gdb\\x1b) is tracing it",
		      "wait until process 600 has detached, or end it");
}

static void nobody_there(void **state)
{
	struct permit p;

	(void)state;
	permit_predict(tree.root, 4711, 0, &p);
	assert_int_equal(p.layer, PERMIT_GONE);
	permit_predict(tree.root, VMM, 4711, &p);
	assert_int_equal(p.layer, PERMIT_GONE);
	assert_string_equal(p.why, "it has ended");
	permit_predict(tree.root, TREE_SELF, 0, &p);
	assert_int_equal(p.layer, PERMIT_SELF);
	tree_unlink(&tree, "self");
	permit_predict(tree.root, VMM, 0, &p);
	assert_int_equal(p.layer, PERMIT_UNKNOWN);
	assert_int_equal(permit_seccomp_mode(tree.root, VMM, VMM + 1), 2);
	assert_int_equal(permit_seccomp_mode(tree.root, VMM, 4711), -1);
	assert_int_equal(permit_seccomp_mode(tree.root, 4711, 4711), -1);
}

static void assert_explained(pid_t tid, int errnum, const char *message, const char *hint)
{
	struct error *err = permit_explain(tree.root, VMM, tid, errnum, "pidfd_getfd");

	assert_int_equal(err->kind, ERROR_TARGET);
	assert_int_equal(err->errnum, errnum);
	assert_string_equal(err->message, message);
	assert_string_equal(err->hint, hint);
	error_free(err);
}

static void explanations(void **state)
{
	(void)state;
	tree_file(&tree, "1\n", "sys/kernel/yama/ptrace_scope");
	assert_explained(VMM + 1, EPERM, "process 500: pidfd_getfd: Operation not permitted: "
			 "Yama permits our own descendants only (kernel.yama.ptrace_scope = 1)",
			 "run s390memctl as root, or as root: sysctl kernel.yama.ptrace_scope=0");
	tree_file(&tree, "0\n", "sys/kernel/yama/ptrace_scope");
	/* Nothing predicts it: our own seccomp filter, then AppArmor. */
	assert_explained(0, EPERM, "process 500: pidfd_getfd: Operation not permitted: "
			 "a seccomp filter on s390memctl itself may forbid the call",
			 "run s390memctl outside of the container or sandbox");
	tree_file(&tree, "unconfined\n", "%d/attr/apparmor/current", TREE_SELF);
	tree_file(&tree, "libvirt-1 (enforce)\n", "%d/attr/apparmor/current", VMM);
	assert_explained(0, EACCES, "process 500: pidfd_getfd: Permission denied: "
			 "AppArmor may forbid it: we are 'unconfined', it is 'libvirt-1 (enforce)'",
			 "the denial is in the kernel's log: dmesg | grep DENIED");
	assert_explained(4711, ESRCH, "process 500: pidfd_getfd: No such process: it has ended",
			 "'s390memctl list' shows what is running");
	assert_explained(VMM + 1, ESRCH, "process 500: pidfd_getfd: No such process: "
			 "the thread is ending, or another one took its place", "try again");
}

/* What the real kernel says must be what was predicted. */

enum setup { PLAIN = 0, UNDUMPABLE = 1, TRACED = 2 };

static void give_up_root(uid_t uid)
{
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_DUMPABLE, 1))
		_exit(99);
}

/* A process of a user that waits for its end; ready: closed when it is set up. */
static pid_t start_sleeper(uid_t uid, int setup)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		if (uid)
			give_up_root(uid);
		if (setup & UNDUMPABLE)
			prctl(PR_SET_DUMPABLE, 0);
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || write(ready[1], "r", 1) != 1)
			_exit(99);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	if (setup & TRACED)
		assert_int_equal(ptrace(PTRACE_SEIZE, pid, 0, 0), 0);
	return pid;
}

/* As a user: predict, then try. 0 if both agree that it works, 1 if both that not; else more. */
static int predict_and_try(uid_t uid, pid_t target, enum permit_layer *layer)
{
	int status, got[2], pid;
	struct permit p;

	assert_int_equal(pipe(got), 0);
	pid = fork();
	if (!pid) {
		bool works;

		if (uid)
			give_up_root(uid);
		permit_predict("/proc", target, target, &p);
		works = ptrace(PTRACE_SEIZE, target, 0, 0) == 0;
		if (write(got[1], &p.layer, sizeof(p.layer)) != sizeof(p.layer))
			_exit(98);
		_exit(works == (p.layer == PERMIT_OK) ? !works : 2 + works);
	}
	assert_true(pid > 0);
	assert_int_equal(read(got[0], layer, sizeof(*layer)), sizeof(*layer));
	close(got[0]);
	close(got[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void predictions_come_true(void **state)
{
	static const struct {
		uid_t own, other;
		int setup;
		int result;	/* -1: as Yama has it */
		enum permit_layer layer;
	} cases[] = {
		{ 0, 0, PLAIN, 0, PERMIT_OK },
		{ 0, 4711, PLAIN, 0, PERMIT_OK },
		{ 0, 4711, UNDUMPABLE, 0, PERMIT_OK },
		{ 0, 4711, TRACED, 1, PERMIT_TRACER },
		{ 4711, 4711, PLAIN, -1, PERMIT_OK },
		{ 4711, 4712, PLAIN, 1, PERMIT_UID },
		{ 4711, 0, PLAIN, 1, PERMIT_UID },
		{ 4711, 4711, UNDUMPABLE, 1, PERMIT_DUMPABLE },
		{ 4711, 4711, TRACED, -1, PERMIT_TRACER },
	};
	enum permit_layer layer;
	size_t i;
	pid_t target;
	int result;

	(void)state;
	if (geteuid()) {
		print_message("# this needs root\n");
		skip();
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		target = start_sleeper(cases[i].other, cases[i].setup);
		result = predict_and_try(cases[i].own, target, &layer);
		kill(target, SIGKILL);
		waitpid(target, NULL, 0);
		if (cases[i].result < 0) {
			/* With Yama another reason may come first: both agree all the same. */
			assert_in_range(result, 0, 1);
			assert_true(layer == cases[i].layer || layer == PERMIT_YAMA);
		} else {
			assert_int_equal(result, cases[i].result);
			assert_int_equal(layer, cases[i].layer);
		}
	}
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, make_tree, remove_tree)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TREE_TEST(same_user),
		TREE_TEST(other_user),
		TREE_TEST(user_namespaces),
		TREE_TEST(not_dumpable),
		TREE_TEST(more_capabilities),
		TREE_TEST(yama),
		TREE_TEST(selinux),
		TREE_TEST(apparmor),
		TREE_TEST(tracer),
		TREE_TEST(nobody_there),
		TREE_TEST(explanations),
		cmocka_unit_test(predictions_come_true),
	};

	return cmocka_run_group_tests_name("permit", tests, NULL, NULL);
}
