/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "assert-vcpu.h"
#include "proctree.h"
#include "target/kvm/discover.h"

static struct proctree tree;

static int make_tree(void **state)
{
	(void)state;
	tree_make(&tree, 0, 0x1ffffffffffULL);
	return 0;
}

static int remove_tree(void **state)
{
	(void)state;
	tree_remove(&tree);
	return 0;
}

static struct vmm_info get_vmm(pid_t pid)
{
	struct vmm_info vmm;

	assert_null(vmm_get(tree.root, pid, &vmm));
	return vmm;
}

static void assert_error(struct error *err, const char *message)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	assert_string_equal(err->message, message);
	error_free(err);
}

/* What /proc says of the vCPU's thread, in all forms, and what follows from it. */
static void vcpu_states(void **state)
{
	static const struct {
		const char *comm, *text;
		unsigned int guest;
		pid_t tid;
		bool sure;
		enum vcpu_state vcpu_state;
	} cases[] = {
		{ "CPU 0/KVM", "running\n", 0, 301, false, VCPU_UNKNOWN },
		{ "CPU 0/KVM", NULL, 0, 301, false, VCPU_UNKNOWN },
		{ "CPU 0/KVM", "garbage\n", 0, 301, false, VCPU_UNKNOWN },
		{ "CPU 0/KVM", "-1 0x7ffc 0x7f01\n", 0, 301, false, VCPU_OUTSIDE },
		{ "CPU 0/KVM", TREE_POLL, 0, 301, false, VCPU_OUTSIDE },
		/* Without a name: the only one that has run a guest. */
		{ "qemu", "running\n", 7, 301, false, VCPU_UNKNOWN },
		{ "qemu", TREE_POLL, 7, 301, false, VCPU_OUTSIDE },
		{ "qemu", "running\n", 0, 0, false, VCPU_UNKNOWN },
		/* Names that are not QEMU's. */
		{ "CPU 00/KVM", TREE_POLL, 0, 0, false, VCPU_UNKNOWN },
		{ "CPU 0/TCG", TREE_POLL, 0, 0, false, VCPU_UNKNOWN },
		{ "CPU 0/KVM ", TREE_POLL, 0, 0, false, VCPU_UNKNOWN },
		{ "CPU -0/KVM", TREE_POLL, 0, 0, false, VCPU_UNKNOWN },
		{ "CPU 1/KVM", TREE_POLL, 0, 0, false, VCPU_UNKNOWN },
		{ "CPU 1/KVM", TREE_POLL, 7, 0, false, VCPU_UNKNOWN },
	};
	struct vmm_info vmm;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tree_process(&tree, 300 + 10 * (int)i, 0, "qemu");
		tree_kvm_fd(&tree, 300 + 10 * (int)i, 8, -1);
		tree_kvm_fd(&tree, 300 + 10 * (int)i, 9, 0);
		tree_thread(&tree, 300 + 10 * (int)i, 301 + 10 * (int)i, cases[i].comm,
			    cases[i].text, cases[i].guest);
		vmm = get_vmm(300 + 10 * (int)i);
		assert_int_equal(vmm.nr_vcpus, 1);
		assert_vcpu(&vmm.vcpus[0], 0, 9, 8, cases[i].tid ? cases[i].tid + 10 * (int)i : 0,
			    cases[i].sure, cases[i].vcpu_state);
		vmm_free(&vmm);
	}
}

/* Other calls, other fds, the kernel's own threads, stopped ones. */
static void calls_that_are_not_kvm_run(void **state)
{
	struct vmm_info vmm;
	char text[128];

	(void)state;
	tree_process(&tree, 400, 0, "vmm");
	tree_kvm_fd(&tree, 400, 8, -1);
	tree_kvm_fd(&tree, 400, 9, 0);
	tree_thread(&tree, 400, 401, "a", tree_ioctl(9, 0xae81), 0);
	tree_thread(&tree, 400, 402, "b", tree_ioctl(8, TREE_KVM_RUN), 0);
	snprintf(text, sizeof(text), "%d 0x9 0xae80 0x0 0x0 0x0 0x0 0x7000 0x7001\n", SYS_ioctl + 1);
	tree_thread(&tree, 400, 403, "c", text, 0);
	/* A kernel worker shows the call of its creator, without stack and program counter. */
	snprintf(text, sizeof(text), "%d 0x9 0xae80 0x0 0x0 0x0 0x0 0x0 0x0\n", SYS_ioctl);
	tree_thread(&tree, 400, 404, "kvm-nx-lpage-re", text, 0);
	vmm = get_vmm(400);
	assert_vcpu(&vmm.vcpus[0], 0, 9, 8, 0, false, VCPU_UNKNOWN);
	vmm_free(&vmm);

	/* Upper halves of the arguments do not count, as for the kernel. */
	snprintf(text, sizeof(text),
		 "%d 0xffffffff00000009 0x10000ae80 0x0 0x0 0x0 0x0 0x7000 0x7001\n", SYS_ioctl);
	tree_thread(&tree, 400, 405, "d", text, 0);
	vmm = get_vmm(400);
	assert_vcpu(&vmm.vcpus[0], 0, 9, 8, 405, true, VCPU_IN_RUN);
	vmm_free(&vmm);

	/* Stopped by a signal inside KVM_RUN: the call has ended, the thread is told. */
	tree_file(&tree, "405 (d) T 1 1 1 0 -1 4194560 1 0 0 0 2 3 0 0 20 0 4 0 1400 1000 50\n",
		  "400/task/405/stat");
	vmm = get_vmm(400);
	assert_vcpu(&vmm.vcpus[0], 0, 9, 8, 405, true, VCPU_OUTSIDE);
	vmm_free(&vmm);
}

static void refresh(void **state)
{
	struct vmm_info vmm;
	struct vcpu_info v;

	(void)state;
	tree_qemu(&tree, 1100, "a");
	vmm = get_vmm(1100);
	v = vmm.vcpus[0];
	vmm_free(&vmm);
	tree_file(&tree, "running\n", "1100/task/1101/syscall");
	assert_null(vcpu_refresh(tree.root, 1100, &v));
	assert_vcpu(&v, 0, 9, 8, 1101, true, VCPU_UNKNOWN);
	tree_file(&tree, TREE_POLL, "1100/task/1101/syscall");
	assert_null(vcpu_refresh(tree.root, 1100, &v));
	assert_vcpu(&v, 0, 9, 8, 1101, true, VCPU_OUTSIDE);
	/* It is seen in KVM_RUN on another fd: it was not ours any more. */
	v.tid_sure = true;
	tree_file(&tree, tree_ioctl(77, TREE_KVM_RUN), "1100/task/1101/syscall");
	assert_null(vcpu_refresh(tree.root, 1100, &v));
	assert_vcpu(&v, 0, 9, 8, 0, false, VCPU_UNKNOWN);
	tree_file(&tree, TREE_POLL, "1100/task/1101/syscall");
	/* Another thread runs the vCPU now. */
	tree_thread(&tree, 1100, 1105, "new", tree_ioctl(9, TREE_KVM_RUN), 0);
	assert_null(vcpu_refresh(tree.root, 1100, &v));
	assert_vcpu(&v, 0, 9, 8, 1105, true, VCPU_IN_RUN);
	/* That one ends; the name is a guess. */
	tree_unlink(&tree, "1100/task/1105/stat");
	assert_null(vcpu_refresh(tree.root, 1100, &v));
	assert_vcpu(&v, 0, 9, 8, 1101, false, VCPU_OUTSIDE);
	/* The guess runs another vCPU. */
	tree_file(&tree, tree_ioctl(11, TREE_KVM_RUN), "1100/task/1101/syscall");
	assert_null(vcpu_refresh(tree.root, 1100, &v));
	assert_vcpu(&v, 0, 9, 8, 0, false, VCPU_UNKNOWN);
	assert_error(vcpu_refresh(tree.root, 4711, &v), "process 4711 has ended");
}

static void candidates(void **state)
{
	static const pid_t wanted[] = { 1203, 1205, 1204, 1206, 1209, 1202, 1207 };
	struct vcpu_info v = { .id = 2, .fd = 9, .vm_fd = 8, .tid = 1205, .tid_sure = true };
	pid_t *tids;
	size_t count;
	char text[128];

	(void)state;
	tree_process(&tree, 1200, 0, "qemu");
	tree_thread(&tree, 1200, 1201, "other", tree_ioctl(11, TREE_KVM_RUN), 9);
	tree_thread(&tree, 1200, 1202, "rcu", TREE_POLL, 0);
	tree_thread(&tree, 1200, 1203, "any", tree_ioctl(9, TREE_KVM_RUN), 0);
	tree_thread(&tree, 1200, 1204, "CPU 2/KVM", "running\n", 0);
	tree_thread(&tree, 1200, 1205, "seen", "running\n", 0);
	tree_thread(&tree, 1200, 1206, "guest", "running\n", 3);
	tree_thread(&tree, 1200, 1207, "CPU 1/KVM", "running\n", 3);
	snprintf(text, sizeof(text), "%d 0x9 0xae80 0x0 0x0 0x0 0x0 0x0 0x0\n", SYS_ioctl);
	tree_thread(&tree, 1200, 1208, "vhost", text, 0);
	tree_thread(&tree, 1200, 1209, "busy", "running\n", 0);
	assert_null(vcpu_candidates(tree.root, 1200, &v, &tids, &count));
	assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
	assert_memory_equal(tids, wanted, sizeof(wanted));
	free(tids);
	/* A VMM with one thread; the kernel's worker is no other. */
	tree_process(&tree, 1300, 0, "tiny");
	tree_thread(&tree, 1300, 1301, "kvm-nx-lpage-re", text, 0);
	assert_null(vcpu_candidates(tree.root, 1300, &v, &tids, &count));
	assert_int_equal(count, 1);
	assert_int_equal(tids[0], 1300);
	free(tids);
	assert_error(vcpu_candidates(tree.root, 4711, &v, &tids, &count), "process 4711 has ended");
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, make_tree, remove_tree)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TREE_TEST(vcpu_states),
		TREE_TEST(calls_that_are_not_kvm_run),
		TREE_TEST(refresh),
		TREE_TEST(candidates),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
