/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <cmocka.h>

#include "assert-vcpu.h"
#include "proctree.h"
#include "target/kvm/discover.h"

#define NOBODY 65534
#define ALL_CAPS 0x1ffffffffffULL

static struct proctree tree;

static int make_tree(void **state)
{
	(void)state;
	tree_make(&tree, 0, ALL_CAPS);
	return 0;
}

static int remove_tree(void **state)
{
	(void)state;
	if (getuid() == 0 && seteuid(0))
		return -1;
	tree_remove(&tree);
	return 0;
}

/* The name of a user on this machine, or the number. */
static const char *user_name(uid_t uid)
{
	static char number[16];
	const struct passwd *pw = getpwuid(uid);

	snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	return pw ? pw->pw_name : number;
}

static struct vmm_list get_list(size_t count)
{
	struct vmm_list list;

	assert_null(vmm_list_get(tree.root, &list));
	assert_int_equal(list.count, count);
	return list;
}

static struct vmm_info get_vmm(pid_t pid)
{
	struct vmm_info vmm;

	assert_null(vmm_get(tree.root, pid, &vmm));
	return vmm;
}

static void assert_error(struct error *err, const char *message, const char *hint)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_string_equal(err->message, message);
	if (hint)
		assert_string_equal(err->hint, hint);
	else
		assert_null(err->hint);
	error_free(err);
}

static void no_vmm(void **state)
{
	struct vmm_list list;
	struct vmm_info vmm;

	(void)state;
	tree_process(&tree, 100, 0, "bash");
	list = get_list(0);
	assert_int_equal(list.unseen, 0);
	vmm_list_free(&list);
	assert_error(vmm_list_get("/nowhere", &list),
		     "cannot list the processes in /nowhere: No such file or directory", NULL);
	assert_error(vmm_select(tree.root, 0, NULL, &vmm), "no VMM is running", NULL);
	assert_error(vmm_select(tree.root, 0, "a\n", &vmm), "no VMM has the guest name 'a\\n'", NULL);
}

static void one_vmm(void **state)
{
	struct vmm_list list;
	struct utsname uts;
	const struct vmm_info *vmm;

	(void)state;
	tree_qemu(&tree, 200, "guest=web,debug-threads=on");
	list = get_list(1);
	vmm = &list.vmms[0];
	assert_int_equal(vmm->pid, 200);
	assert_true(vmm->start_time == 1200);
	assert_int_equal(vmm->uid, 0);
	assert_string_equal(vmm->user, user_name(0));
	assert_string_equal(vmm->guest, "web");
	assert_string_equal(vmm->name, "web");
	assert_string_equal(vmm->exe, "qemu-system-any");
	uname(&uts);
	assert_string_equal(vmm->arch, uts.machine);
	assert_true(vmm->fds_readable);
	assert_int_equal(vmm->vms, 1);
	assert_int_equal(vmm->vm_fds[0], 8);
	assert_int_equal(vmm->permit.layer, PERMIT_OK);
	assert_string_equal(vmm->permit.why, "");
	assert_int_equal(vmm->nr_vcpus, 2);
	assert_vcpu(&vmm->vcpus[0], 0, 9, 8, 201, true, VCPU_IN_RUN);
	assert_vcpu(&vmm->vcpus[1], 1, 11, 8, 202, true, VCPU_IN_RUN);
	assert_int_equal(vmm->vcpus[1].permit.layer, PERMIT_OK);
	vmm_list_free(&list);
	assert_int_equal(list.count, 0);
}

static void fds_match_exactly(void **state)
{
	static const char *const others[] = {
		"anon_inode:kvm-vcpu", "anon_inode:kvm-vcpu:", "anon_inode:kvm-vcpu:x",
		"anon_inode:kvm-vcpu:1x", "anon_inode:kvm-vcpu:-1", "anon_inode:kvm-vcpu:01",
		"anon_inode:kvm-vcpu:2147483648", "anon_inode:kvm-vcpu:99999999999999999999",
		"anon_inode:kvm-vcpu-stats:1", "anon_inode:[kvm-vcpu:1]", "anon_inode:[kvm-vm]",
		"anon_inode:kvm-vm-stats", "anon_inode:kvm-vm ", "kvm-vm", "/tmp/anon_inode:kvm-vm",
		"anon_inode:kvm-vmx", "anon_inode:kvm-device",
	};
	struct vmm_info vmm;
	size_t i;

	(void)state;
	tree_process(&tree, 500, 0, "vmm");
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		tree_link(&tree, others[i], "500/fd/%zu", 20 + i);
	assert_error(vmm_get(tree.root, 500, &vmm), "process 500 (vmm) holds no KVM VM",
		     "'s390memctl list' shows the processes that do");
	tree_kvm_fd(&tree, 500, 100, -1);
	tree_kvm_fd(&tree, 500, 101, 2147483647);
	vmm = get_vmm(500);
	assert_int_equal(vmm.vms, 1);
	assert_int_equal(vmm.nr_vcpus, 1);
	assert_int_equal(vmm.vcpus[0].id, 2147483647);
	vmm_free(&vmm);
}

static void two_vms_in_one_process(void **state)
{
	const struct vcpu_info *vcpu;
	struct vmm_info vmm;

	(void)state;
	tree_qemu(&tree, 600, "two");
	tree_kvm_fd(&tree, 600, 20, -1);
	tree_kvm_fd(&tree, 600, 21, 0);
	/* Thread names do not tell which VM they mean. */
	tree_thread(&tree, 600, 610, "CPU 0/KVM", "running\n", 0);
	vmm = get_vmm(600);
	assert_int_equal(vmm.vms, 2);
	assert_int_equal(vmm.vm_fds[0], 8);
	assert_int_equal(vmm.vm_fds[1], 20);
	assert_int_equal(vmm.nr_vcpus, 3);
	assert_vcpu(&vmm.vcpus[0], 0, 9, -1, 601, true, VCPU_IN_RUN);
	assert_vcpu(&vmm.vcpus[1], 0, 21, -1, 0, false, VCPU_UNKNOWN);
	assert_vcpu(&vmm.vcpus[2], 1, 11, -1, 602, true, VCPU_IN_RUN);

	assert_error(vmm_select_vcpu(&vmm, 0, -1, &vcpu),
		     "PID 600 has 2 vCPUs with the id 0: vCPU 0 (fd 9), vCPU 0 (fd 21)",
		     "choose one with --vcpu-fd FD");
	assert_null(vcpu);
	assert_null(vmm_select_vcpu(&vmm, 1, -1, &vcpu));
	assert_ptr_equal(vcpu, &vmm.vcpus[2]);
	assert_null(vmm_select_vcpu(&vmm, 0, 21, &vcpu));
	assert_ptr_equal(vcpu, &vmm.vcpus[1]);
	assert_null(vmm_select_vcpu(&vmm, 0, 11, &vcpu));
	assert_ptr_equal(vcpu, &vmm.vcpus[2]);
	assert_error(vmm_select_vcpu(&vmm, 5, -1, &vcpu),
		     "PID 600 has no vCPU 5; there are: vCPU 0 (fd 9), vCPU 0 (fd 21), vCPU 1 (fd 11)",
		     "choose one with -c ID");
	assert_error(vmm_select_vcpu(&vmm, 0, 8, &vcpu),
		     "fd 8 of PID 600 is no vCPU; there are: vCPU 0 (fd 9), vCPU 0 (fd 21), vCPU 1 (fd 11)",
		     "choose one with -c ID");
	vmm_free(&vmm);

	tree_process(&tree, 650, 0, "vmm");
	tree_kvm_fd(&tree, 650, 8, -1);
	vmm = get_vmm(650);
	assert_error(vmm_select_vcpu(&vmm, 0, -1, &vcpu), "the VM of PID 650 has no vCPU",
		     "it may be starting: try again");
	vmm_free(&vmm);
}

static void many_vcpus_are_not_all_told(void **state)
{
	const struct vcpu_info *vcpu;
	struct vmm_info vmm;
	int i;

	(void)state;
	tree_process(&tree, 600, 0, "vmm");
	tree_kvm_fd(&tree, 600, 3, -1);
	for (i = 0; i < 248; i++)
		tree_kvm_fd(&tree, 600, 300 - i, i);
	vmm = get_vmm(600);
	assert_int_equal(vmm.nr_vcpus, 248);
	assert_null(vmm_select_vcpu(&vmm, 247, -1, &vcpu));
	assert_vcpu(vcpu, 247, 53, 3, 0, false, VCPU_UNKNOWN);
	assert_error(vmm_select_vcpu(&vmm, 248, -1, &vcpu),
		     "PID 600 has no vCPU 248; there are: vCPU 0 (fd 300), vCPU 1 (fd 299), "
		     "vCPU 2 (fd 298), vCPU 3 (fd 297), vCPU 4 (fd 296), vCPU 5 (fd 295), "
		     "vCPU 6 (fd 294), vCPU 7 (fd 293), vCPU 8 (fd 292), vCPU 9 (fd 291), "
		     "vCPU 10 (fd 290), vCPU 11 (fd 289), vCPU 12 (fd 288), vCPU 13 (fd 287), "
		     "vCPU 14 (fd 286), vCPU 15 (fd 285) and 232 more", "choose one with -c ID");
	vmm_free(&vmm);
}

static void harmful_names(void **state)
{
	struct vmm_info vmm;

	(void)state;
	tree_qemu(&tree, 700, "guest=a\nb\033]0;x\a\\");
	tree_link(&tree, "/opt/q\n\033[2J", "700/exe");
	vmm = get_vmm(700);
	assert_string_equal(vmm.guest, "a\nb\033]0;x\a\\");
	assert_string_equal(vmm.name, "a\\nb\\x1b]0;x\\x07\\\\");
	assert_string_equal(vmm.exe, "q\\n\\x1b[2J");
	vmm_free(&vmm);
	/* Chosen as it is, and as it is shown. */
	assert_null(vmm_select(tree.root, 0, "a\nb\033]0;x\a\\", &vmm));
	vmm_free(&vmm);
	assert_null(vmm_select(tree.root, 0, "a\\nb\\x1b]0;x\\x07\\\\", &vmm));
	vmm_free(&vmm);
	assert_error(vmm_select(tree.root, 0, "a", &vmm),
		     "no VMM has the guest name 'a'; there are: PID 700 (a\\nb\\x1b]0;x\\x07\\\\)", NULL);

	tree_process(&tree, 710, 0, "x) S 1\n\033[31m(y");
	assert_error(vmm_get(tree.root, 710, &vmm),
		     "process 710 (x) S 1\\n\\x1b[31m(y) holds no KVM VM",
		     "'s390memctl list' shows the processes that do");
}

static void long_names(void **state)
{
	struct vmm_info vmm;
	char name[4096];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	tree_qemu(&tree, 700, name);
	name[sizeof(name) - 2] = 'y';
	tree_qemu(&tree, 710, name);
	assert_null(vmm_select(tree.root, 0, name, &vmm));
	assert_int_equal(vmm.pid, 710);
	assert_int_equal(strlen(vmm.name), sizeof(vmm.name) - 1);
	assert_string_equal(vmm.guest, name);
	vmm_free(&vmm);
}

static void huge_cmdline(void **state)
{
	const size_t size = 9 << 20;
	char *text = calloc(1, size);
	struct vmm_info vmm;

	(void)state;
	assert_non_null(text);
	tree_qemu(&tree, 700, "x");
	memcpy(text, "q\0-name\0first\0", 14);
	memset(text + 14, 'a', 7 << 20);
	memcpy(text + 14 + (7 << 20), "\0-name\0second", 14);
	memcpy(text + size - 20, "\0-name\0third", 13);
	tree_bytes(&tree, text, size, "700/cmdline");
	free(text);
	vmm = get_vmm(700);
	/* What is behind the bound does not count. */
	assert_string_equal(vmm.name, "second");
	vmm_free(&vmm);
	tree_file(&tree, "", "700/cmdline");
	vmm = get_vmm(700);
	assert_null(vmm.guest);
	assert_string_equal(vmm.name, "");
	vmm_free(&vmm);
}

static void things_that_vanish(void **state)
{
	struct vmm_list list;
	struct vmm_info vmm;

	(void)state;
	tree_qemu(&tree, 800, "a");
	/* A thread, an fd, a process that end between readdir and open. */
	tree_unlink(&tree, "800/task/801/stat");
	tree_link(&tree, "gone", "800/task/803");
	tree_link(&tree, "gone", "801");
	tree_process(&tree, 802, 0, "dying");
	tree_kvm_fd(&tree, 802, 8, -1);
	tree_unlink(&tree, "802/stat");
	tree_file(&tree, "", "800/fd/33");
	list = get_list(1);
	assert_vcpu(&list.vmms[0].vcpus[0], 0, 9, 8, 0, false, VCPU_UNKNOWN);
	assert_vcpu(&list.vmms[0].vcpus[1], 1, 11, 8, 802, true, VCPU_IN_RUN);
	vmm_list_free(&list);
	assert_error(vmm_get(tree.root, 801, &vmm), "there is no process 801", NULL);
	assert_error(vmm_get(tree.root, 12345, &vmm), "there is no process 12345", NULL);
	assert_error(vmm_select(tree.root, 12345, NULL, &vmm), "there is no process 12345", NULL);
}

static void a_thread_is_no_process(void **state)
{
	struct vmm_info vmm;

	(void)state;
	tree_process(&tree, 820, 0, "qemu");
	tree_file(&tree, "Tgid:\t800\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n", "820/status");
	assert_error(vmm_get(tree.root, 820, &vmm), "process 820 (qemu) holds no KVM VM",
		     "820 is a thread of process 800: use that PID");
}

static void selection(void **state)
{
	struct vmm_info vmm;
	int i;

	(void)state;
	tree_qemu(&tree, 12, "a,debug-threads=on");
	assert_null(vmm_select(tree.root, 0, NULL, &vmm));
	assert_int_equal(vmm.pid, 12);
	vmm_free(&vmm);
	tree_qemu(&tree, 40, "guest=a");
	tree_qemu(&tree, 70, "process=none");
	assert_error(vmm_select(tree.root, 0, "a", &vmm),
		     "guest name 'a' matches 2 VMMs: PID 12 (a), PID 40 (a)", "choose one with -p PID");
	assert_error(vmm_select(tree.root, 0, NULL, &vmm),
		     "3 VMMs are running: PID 12 (a), PID 40 (a), PID 70",
		     "choose one with -p PID or -g NAME");
	assert_error(vmm_select(tree.root, 0, "A", &vmm),
		     "no VMM has the guest name 'A'; there are: PID 12 (a), PID 40 (a), PID 70", NULL);
	assert_error(vmm_select(tree.root, 0, "", &vmm),
		     "no VMM has the guest name ''; there are: PID 12 (a), PID 40 (a), PID 70", NULL);
	assert_null(vmm_select(tree.root, 40, NULL, &vmm));
	assert_int_equal(vmm.pid, 40);
	vmm_free(&vmm);
	assert_null(vmm_select(tree.root, 40, "a", &vmm));
	vmm_free(&vmm);
	assert_error(vmm_select(tree.root, 40, "b", &vmm),
		     "the guest of PID 40 is 'a', not the one that -g asks for",
		     "give -p or -g, not both");
	for (i = 0; i < 15; i++)
		tree_qemu(&tree, 100 + 10 * i, "b");
	assert_error(vmm_select(tree.root, 0, NULL, &vmm),
		     "18 VMMs are running: PID 12 (a), PID 40 (a), PID 70, PID 100 (b), PID 110 (b), "
		     "PID 120 (b), PID 130 (b), PID 140 (b), PID 150 (b), PID 160 (b), PID 170 (b), "
		     "PID 180 (b), PID 190 (b), PID 200 (b), PID 210 (b), PID 220 (b) and 2 more",
		     "choose one with -p PID or -g NAME");
}

/* Borrowed fds: this process and others of its program are no VMMs. */
static void own_processes_are_left_out(void **state)
{
	struct vmm_list list;

	(void)state;
	tree_kvm_fd(&tree, TREE_SELF, 8, -1);
	tree_process(&tree, 900, 0, "s390memctl");
	tree_link(&tree, "/usr/bin/s390memctl", "900/exe");
	tree_kvm_fd(&tree, 900, 8, -1);
	tree_process(&tree, 910, 0, "s390memctl");
	tree_link(&tree, "/usr/bin/other", "910/exe");
	tree_kvm_fd(&tree, 910, 8, -1);
	list = get_list(1);
	assert_int_equal(list.vmms[0].pid, 910);
	vmm_list_free(&list);
}

/* As a user to whom these directories are closed. */
static void unreadable_fds(void **state)
{
	struct vmm_list list;
	struct vmm_info vmm;
	char message[256];
	int len;

	(void)state;
	len = snprintf(message, sizeof(message), "process 1000: reading its file descriptors: "
		       "Permission denied: it belongs to user %s (0), we are user ", user_name(0));
	snprintf(message + len, sizeof(message) - (size_t)len,
		 "%s (65534) without CAP_SYS_PTRACE", user_name(NOBODY));
	tree_status(&tree, TREE_SELF, 0, NOBODY, NOBODY, 1, 0, 0);
	tree_qemu(&tree, 1000, "hidden");
	tree_unlink(&tree, "1000/exe");
	tree_process(&tree, 1010, 0, "bash");
	tree_process(&tree, 1020, 0, "renamed");
	tree_thread(&tree, 1020, 1021, "CPU 3/KVM", NULL, 0);
	tree_process(&tree, 1030, 0, "qemu-kvm");
	tree_cmdline(&tree, 1030, "", NULL);
	tree_chmod(&tree, 0, "1000/fd");
	tree_chmod(&tree, 0, "1010/fd");
	tree_chmod(&tree, 0, "1020/fd");
	tree_chmod(&tree, 0, "1030/fd");
	if (getuid() == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	list = get_list(3);
	assert_int_equal(list.unseen, 1);
	assert_int_equal(list.vmms[0].pid, 1000);
	assert_string_equal(list.vmms[0].name, "hidden");
	assert_false(list.vmms[0].fds_readable);
	assert_int_equal(list.vmms[0].vms, 0);
	assert_int_equal(list.vmms[0].nr_vcpus, 0);
	assert_int_equal(list.vmms[0].permit.layer, PERMIT_UID);
	assert_int_equal(list.vmms[1].pid, 1020);
	assert_int_equal(list.vmms[2].pid, 1030);
	vmm_list_free(&list);
	assert_error(vmm_select(tree.root, 0, "hidden", &vmm), message,
		     "run s390memctl as root, or as the VMM's user; see SECURITY.md for ways by sudo and polkit");
	assert_error(vmm_select(tree.root, 0, "other", &vmm),
		     "no VMM has the guest name 'other'; there are: PID 1000 (hidden), PID 1020, PID 1030",
		     "1 process could not be looked into: run as root to see all");
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	tree_chmod(&tree, 0755, "1000/fd");
	tree_chmod(&tree, 0755, "1010/fd");
	tree_chmod(&tree, 0755, "1020/fd");
	tree_chmod(&tree, 0755, "1030/fd");
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, make_tree, remove_tree)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TREE_TEST(no_vmm),
		TREE_TEST(one_vmm),
		TREE_TEST(fds_match_exactly),
		TREE_TEST(two_vms_in_one_process),
		TREE_TEST(many_vcpus_are_not_all_told),
		TREE_TEST(harmful_names),
		TREE_TEST(long_names),
		TREE_TEST(huge_cmdline),
		TREE_TEST(things_that_vanish),
		TREE_TEST(a_thread_is_no_process),
		TREE_TEST(selection),
		TREE_TEST(own_processes_are_left_out),
		TREE_TEST(unreadable_fds),
	};

	return cmocka_run_group_tests_name("discover", tests, NULL, NULL);
}
