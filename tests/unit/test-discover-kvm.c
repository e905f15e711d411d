/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Discovery in the real /proc, of a process with two real VMs. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/kvm.h>
#include <cmocka.h>

#include "target/kvm/discover.h"

#define NR_VCPUS 4

/* What the VMM tells about itself: two VMs with vCPUs 0 and 1 each. */
struct told {
	int vm_fds[2];
	int fds[NR_VCPUS];	/* vCPU 0 of both, vCPU 1 of both */
	pid_t tids[NR_VCPUS];	/* threads in KVM_RUN; 0: none */
};

static struct told told;

/*
 * A vCPU other than the first waits in KVM_RUN for a start-up interrupt that
 * nobody sends.
 */
static void *run_vcpu(void *arg)
{
	int i = *(int *)arg;

	__atomic_store_n(&told.tids[i], gettid(), __ATOMIC_RELEASE);
	for (;;)
		ioctl(told.fds[i], KVM_RUN, 0);
	return NULL;
}

static void must(int ok)
{
	if (!ok)
		_exit(99);
}

static int make_vm(int kvm, int which)
{
	int vm = ioctl(kvm, KVM_CREATE_VM, 0), i;

	must(vm >= 0);
#ifdef KVM_CREATE_IRQCHIP
	must(!ioctl(vm, KVM_CREATE_IRQCHIP, 0));
#endif
	for (i = 0; i < 2; i++) {
		told.fds[2 * i + which] = ioctl(vm, KVM_CREATE_VCPU, i);
		must(told.fds[2 * i + which] >= 0);
	}
	return vm;
}

static void vmm(int report)
{
	static int vcpu[] = { 2, 3 };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), i;
	pthread_t thread;

	must(kvm >= 0 && !prctl(PR_SET_PDEATHSIG, SIGKILL));
	told.vm_fds[0] = make_vm(kvm, 0);
	told.vm_fds[1] = make_vm(kvm, 1);
	for (i = 0; i < 2; i++)
		must(!pthread_create(&thread, NULL, run_vcpu, &vcpu[i]));
	while (!__atomic_load_n(&told.tids[2], __ATOMIC_ACQUIRE) ||
	       !__atomic_load_n(&told.tids[3], __ATOMIC_ACQUIRE))
		usleep(1000);
	must(write(report, &told, sizeof(told)) == sizeof(told));
	for (;;)
		pause();
}

/* Look until both threads are in (out of) KVM_RUN, for some seconds. */
static struct vmm_info look_until(pid_t pid, enum vcpu_state state)
{
	struct vmm_info info;
	int i;

	for (i = 0; i < 500; i++) {
		assert_null(vmm_get("/proc", pid, &info));
		assert_int_equal(info.nr_vcpus, NR_VCPUS);
		if (info.vcpus[2].state == state && info.vcpus[3].state == state)
			break;
		vmm_free(&info);
		usleep(10000);
	}
	assert_true(i < 500);
	return info;
}

static void check_vcpus(const struct vmm_info *info)
{
	const struct vcpu_info *v;
	int i;

	assert_int_equal(info->vms, 2);
	assert_int_equal(info->vm_fds[0], told.vm_fds[0]);
	assert_int_equal(info->vm_fds[1], told.vm_fds[1]);
	for (i = 0; i < NR_VCPUS; i++) {
		v = &info->vcpus[i];
		assert_int_equal(v->id, i / 2);
		assert_int_equal(v->fd, told.fds[i]);
		assert_int_equal(v->vm_fd, -1);
		assert_int_equal(v->tid, told.tids[i]);
		assert_int_equal(v->tid_sure, told.tids[i] != 0);
	}
}

static void two_real_vms(void **state)
{
	struct vmm_info info;
	struct vcpu_info vcpu;
	struct error *err;
	int report[2], pid;

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	if (access("/dev/kvm", R_OK | W_OK)) {
		print_message("# /dev/kvm cannot be used here\n");
		skip();
	}
	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (!pid)
		vmm(report[1]);
	assert_true(pid > 0);
	close(report[1]);
	assert_int_equal(read(report[0], &told, sizeof(told)), sizeof(told));
	close(report[0]);

	info = look_until(pid, VCPU_IN_RUN);
	check_vcpus(&info);
	assert_int_equal(info.permit.layer, PERMIT_OK);
	vcpu = info.vcpus[3];
	vmm_free(&info);
	/* Stopped: KVM_RUN has ended, the threads are known all the same. */
	assert_int_equal(kill(pid, SIGSTOP), 0);
	info = look_until(pid, VCPU_OUTSIDE);
	check_vcpus(&info);
	vmm_free(&info);
	assert_int_equal(kill(pid, SIGCONT), 0);
	info = look_until(pid, VCPU_IN_RUN);
	vmm_free(&info);
	assert_null(vcpu_refresh("/proc", pid, &vcpu));
	assert_int_equal(vcpu.tid, told.tids[3]);
	/* A zombie has no threads that could be looked at. */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	err = vcpu_refresh("/proc", pid, &vcpu);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	error_free(err);
}

/* Processes come and go while the list is made: no error, no leak, nothing invented. */
static void list_among_dying_processes(void **state)
{
	struct timespec start, now;
	struct vmm_list list;
	pid_t pid;
	int i;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pid_t child = fork();

			if (!child)
				_exit(0);
			if (child > 0)
				waitpid(child, NULL, 0);
		}
	}
	assert_true(pid > 0);
	for (i = 0; i < 200; i++) {
		assert_null(vmm_list_get("/proc", &list));
		vmm_list_free(&list);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= 3)
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(i > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_real_vms),
		cmocka_unit_test(list_among_dying_processes),
	};

	return cmocka_run_group_tests_name("discover-kvm", tests, NULL, NULL);
}
