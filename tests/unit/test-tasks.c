/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lists of tasks, right and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "linux-memory.h"
#include "linux/addr-set.h"
#include "linux/tasks.h"

#define TASKS		0x2000	/* task_struct of the n-th task: 256 bytes each */
#define TASK_SIZE	256U
#define SIGNALS		0x8000	/* signal_struct of the n-th task: 64 bytes each */
#define SIGNAL_SIZE	64U
#define NR_TASKS	8U
#define LOWCORES	0x10000
#define ROUNDS		3000

/* Offsets in the task_struct of this kernel, as in its VMCOREINFO below. */
enum {
	T_STATE = 0, T_EXIT = 4, T_FLAGS = 8, T_PID = 12, T_TGID = 16, T_CPU = 20, T_COMM = 24,
	T_PARENT = 40, T_TASKS = 48, T_NODE = 64, T_SIGNAL = 80, T_STACK = 88, T_MM = 96,
	T_KSP = 104,
};

#define INFO_BUT_SYMBOLS \
	"SYMBOL(lowcore_ptr)=1000\nLENGTH(lowcore_ptr)=4\n" \
	"OFFSET(lowcore.current_task)=832\nOFFSET(lowcore.percpu_offset)=952\n" \
	"OFFSET(lowcore.last_update_clock)=784\n" \
	"OFFSET(task_struct.__state)=0\nOFFSET(task_struct.exit_state)=4\n" \
	"OFFSET(task_struct.flags)=8\nOFFSET(task_struct.pid)=12\nOFFSET(task_struct.tgid)=16\n" \
	"OFFSET(task_struct.thread_info.cpu)=20\nOFFSET(task_struct.comm)=24\n" \
	"OFFSET(task_struct.real_parent)=40\nOFFSET(task_struct.tasks)=48\n" \
	"OFFSET(task_struct.thread_node)=64\nOFFSET(task_struct.signal)=80\n" \
	"OFFSET(task_struct.stack)=88\nOFFSET(task_struct.mm)=96\n" \
	"OFFSET(task_struct.thread.ksp)=104\nOFFSET(signal_struct.thread_head)=16\n" \
	"OFFSET(rq.idle)=8\n"
#define INFO		"SYMBOL(init_task)=2000\nSYMBOL(runqueues)=1100\n" \
	INFO_BUT_SYMBOLS

static struct buf shown;
static size_t nr_shown, limit;
static struct addr_set distinct;

static bool show(void *arg, const struct task_info *info)
{
	assert_ptr_equal(arg, &shown);
	assert_true(addr_set_add(&distinct, info->addr + 1));
	assert_non_null(strchr("RSDTtXZPI", info->state));
	assert_true(strlen(info->comm) <= TASK_COMM_MAX);
	buf_addf(&shown, "%s%d/%d<%d %s %c%s\n", info->is_current ? ">" : "", info->tgid, info->pid,
		 info->ppid, info->comm, info->state, info->is_kernel ? " kernel" : "");
	return ++nr_shown != limit;
}

static struct error *read_tasks(struct linux_memory *m, bool threads)
{
	struct tasks *t;
	struct error *err;

	buf_reset(&shown);
	nr_shown = 0;
	err = tasks_open(&m->k, &t);
	if (!err)
		err = tasks_each(t, threads, show, &shown);
	tasks_close(t);
	addr_set_free(&distinct);
	return err;
}

static uint64_t task_at(unsigned int n)
{
	return TASKS + n * TASK_SIZE;
}

static void put_task(struct linux_memory *m, unsigned int n, uint32_t tgid, unsigned int parent,
		     const char *comm)
{
	uint64_t addr = task_at(n);

	fake_guest_put32(&m->guest, addr + T_STATE, 1);
	fake_guest_put32(&m->guest, addr + T_PID, n);
	fake_guest_put32(&m->guest, addr + T_TGID, tgid);
	fake_guest_put32(&m->guest, addr + T_CPU, n % 2);
	strncpy((char *)m->guest.memory + addr + T_COMM, comm, TASK_COMM_MAX);
	fake_guest_put64(&m->guest, addr + T_PARENT, task_at(parent));
	fake_guest_put64(&m->guest, addr + T_SIGNAL, SIGNALS + tgid * SIGNAL_SIZE);
}

/* A list through a member of tasks, from a head back to it. */
static void put_list(struct linux_memory *m, uint64_t head, uint64_t member,
		     const unsigned int *tasks, size_t nr)
{
	uint64_t at = head;
	size_t i;

	for (i = 0; i < nr; i++) {
		fake_guest_put64(&m->guest, at, task_at(tasks[i]) + member);
		at = task_at(tasks[i]) + member;
	}
	fake_guest_put64(&m->guest, at, head);
}

/* init_task, three processes of which one has two more threads, one idle task. */
static struct linux_memory *make_tasks(const char *info)
{
	static const unsigned int processes[] = { 1, 2, 5 }, threads[] = { 2, 3, 4 };
	struct linux_memory *m = linux_memory_new(info);

	put_task(m, 0, 0, 0, "swapper/0");
	put_task(m, 1, 1, 0, "init");
	put_task(m, 2, 2, 1, "many");
	put_task(m, 3, 2, 1, "thread");
	put_task(m, 4, 2, 1, "of sixteen bytes");
	put_task(m, 5, 5, 0, "kthreadd");
	put_task(m, 6, 0, 0, "swapper/1");
	fake_guest_put32(&m->guest, task_at(6) + T_PID, 0);
	fake_guest_put32(&m->guest, task_at(5) + T_FLAGS, 0x00200040);
	put_list(m, task_at(0) + T_TASKS, T_TASKS, processes, 3);
	put_list(m, SIGNALS + 1 * SIGNAL_SIZE + 16, T_NODE, processes, 1);
	put_list(m, SIGNALS + 2 * SIGNAL_SIZE + 16, T_NODE, threads, 3);
	put_list(m, SIGNALS + 5 * SIGNAL_SIZE + 16, T_NODE, processes + 2, 1);
	/* Two CPUs; the first one's lowcore is at 0, as ours is by prefixing. */
	fake_guest_put64(&m->guest, 0x1000, LOWCORES);
	fake_guest_put64(&m->guest, 0x1008, LOWCORES + 0x2000);
	fake_guest_put64(&m->guest, 832, task_at(1));
	fake_guest_put64(&m->guest, LOWCORES + 832, task_at(1));
	fake_guest_put64(&m->guest, LOWCORES + 0x2000 + 832, task_at(3));
	fake_guest_put64(&m->guest, LOWCORES + 0x2000 + 952, 0x100);
	fake_guest_put64(&m->guest, 0x1100 + 8, task_at(0));
	fake_guest_put64(&m->guest, 0x1200 + 8, task_at(6));
	return m;
}

#define SWAPPERS	"0/0<0 swapper/0 S\n0/0<0 swapper/1 S\n"
#define MANY		"2/2<1 many S\n"
#define THREADS		">2/3<1 thread S\n2/4<1 of sixteen bytes S\n"
#define KTHREADD	"5/5<0 kthreadd S kernel\n"

static void check(struct linux_memory *m, bool threads, const char *text)
{
	assert_null(read_tasks(m, threads));
	assert_string_equal(buf_str(&shown), text);
}

/* What is there is shown, and then an error tells what is wrong. */
static void check_damaged(struct linux_memory *m, const char *text, const char *message)
{
	struct error *err = read_tasks(m, true);

	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	assert_string_equal(buf_str(&shown), text);
	assert_non_null(strstr(err->message, message));
	error_free(err);
}

static void all(void **state)
{
	struct linux_memory *m = make_tasks(INFO);

	(void)state;
	check(m, false, SWAPPERS ">1/1<0 init S\n" MANY KTHREADD);
	check(m, true, SWAPPERS ">1/1<0 init S\n" MANY THREADS KTHREADD);
	limit = 4;
	check(m, true, SWAPPERS ">1/1<0 init S\n" MANY);
	limit = 0;
	m->interrupted = 1;
	check_damaged(m, "", "interrupted");
	linux_memory_free(m);
}

/* By state, exit_state and letters of fs/proc/array.c. */
static void states(void **state)
{
	static const struct {
		uint32_t state, exit;
		char letter;
		const char *name;
	} cases[] = {
		{ 0, 0, 'R', "running" }, { 1, 0, 'S', "sleeping" }, { 2, 0, 'D', "disk sleep" },
		{ 4, 0, 'T', "stopped" }, { 8, 0, 't', "tracing stop" }, { 0x40, 0, 'P', "parked" },
		{ 0x402, 0, 'I', "idle" }, { 0x80, 0x10, 'X', "dead" },
		{ 0x80, 0x20, 'Z', "zombie" },
		{ 0x102, 0, 'D', "disk sleep" }, { 0x1000, 0, 'D', "disk sleep" },
		{ 0x8000, 0, 'D', "disk sleep" }, { 0x800, 0, 'R', "running" },
	};
	struct linux_memory *m = make_tasks(INFO);
	struct task_info info;
	struct tasks *t;
	size_t i;

	(void)state;
	assert_null(tasks_open(&m->k, &t));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_guest_put32(&m->guest, task_at(1) + T_STATE, cases[i].state);
		fake_guest_put32(&m->guest, task_at(1) + T_EXIT, cases[i].exit);
		assert_null(tasks_info(t, task_at(1), &info));
		assert_int_equal(info.state, cases[i].letter);
		assert_string_equal(info.state_name, cases[i].name);
	}
	tasks_close(t);
	linux_memory_free(m);
}

static void without_symbols(void **state)
{
	struct linux_memory *m = make_tasks(INFO_BUT_SYMBOLS);
	struct error *err;

	(void)state;
	/* init_task by way of the parents of what runs; no idle tasks but that one. */
	check(m, false, "0/0<0 swapper/0 S\n>1/1<0 init S\n" MANY KTHREADD);
	/* Without an end: init_task is not found. */
	fake_guest_put64(&m->guest, task_at(0) + T_PARENT, task_at(1));
	err = read_tasks(m, false);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_NO);
	error_free(err);
	linux_memory_free(m);
}

static void loops(void **state)
{
	struct linux_memory *m = make_tasks(INFO);

	(void)state;
	/* The list of processes comes back to its second one. */
	fake_guest_put64(&m->guest, task_at(5) + T_TASKS, task_at(2) + T_TASKS);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n" MANY THREADS KTHREADD,
		      "the list of processes comes back to what it has had");
	/* One that points to itself. */
	fake_guest_put64(&m->guest, task_at(2) + T_TASKS, task_at(2) + T_TASKS);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n" MANY THREADS,
		      "the list of processes comes back");
	linux_memory_free(m);
	m = make_tasks(INFO);
	fake_guest_put64(&m->guest, task_at(3) + T_NODE, task_at(2) + T_NODE);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n" MANY ">2/3<1 thread S\n" KTHREADD,
		      "a list of threads comes back");
	/* A list of threads goes on in that of another process. */
	fake_guest_put64(&m->guest, task_at(1) + T_NODE, task_at(3) + T_NODE);
	fake_guest_put64(&m->guest, task_at(3) + T_NODE, task_at(3) + T_NODE);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n>2/3<1 thread S\n" MANY KTHREADD,
		      "a list of threads comes back");
	linux_memory_free(m);
}

static void wild_pointers(void **state)
{
	struct linux_memory *m = make_tasks(INFO);

	(void)state;
	fake_guest_put64(&m->guest, task_at(2) + T_TASKS, 0xdead000000000100ULL);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n" MANY THREADS, "a task at dead0000000000d0");
	fake_guest_put64(&m->guest, task_at(2) + T_TASKS, 0);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n" MANY THREADS, "the list of processes is cut");
	fake_guest_put64(&m->guest, task_at(2) + T_SIGNAL, UINT64_MAX - 20);
	fake_guest_put64(&m->guest, task_at(2) + T_PARENT, 0xdead000000000000ULL);
	check_damaged(m, SWAPPERS ">1/1<0 init S\n2/2<-1 many S\n", "the threads of the task");
	fake_guest_put64(&m->guest, 0x1200 + 8, UINT64_MAX);
	fake_guest_put64(&m->guest, task_at(0) + T_TASKS, UINT64_MAX);
	check_damaged(m, "0/0<0 swapper/0 S\n", "a task at");
	linux_memory_free(m);
}

static void bad_layout(void **state)
{
	static const char *const infos[] = {
		"OFFSET(task_struct.pid)=2000000\n" INFO, "OFFSET(task_struct.comm)=65530\n" INFO,
		"OFFSET(lowcore.current_task)=9000\n" INFO, "OFFSET(task_struct.tasks)=-1\n" INFO,
	};
	struct linux_memory *m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(infos) / sizeof(infos[0]); i++) {
		m = make_tasks(infos[i]);
		error_free(read_tasks(m, true));
		linux_memory_free(m);
	}
}

/* Whatever stands there: each place in memory is shown once at most. */
static void hostile(void **state)
{
	struct linux_memory *m = make_tasks(INFO);
	unsigned char *good = linux_memory_copy(m);
	unsigned int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		memcpy(m->guest.memory, good, LINUX_MEMORY);
		linux_memory_damage(m, TASKS, TASKS + NR_TASKS * TASK_SIZE, 1 + round % 50);
		linux_memory_damage(m, SIGNALS, SIGNALS + NR_TASKS * SIGNAL_SIZE, 1 + round % 7);
		if (round % 2)
			linux_memory_damage(m, 0x1000, 0x1300, 1 + round % 20);
		error_free(read_tasks(m, round % 3));
	}
	free(good);
	linux_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all),
		cmocka_unit_test(states),
		cmocka_unit_test(without_symbols),
		cmocka_unit_test(loops),
		cmocka_unit_test(wild_pointers),
		cmocka_unit_test(bad_layout),
		cmocka_unit_test(hostile),
	};
	int failed = cmocka_run_group_tests_name("tasks", tests, NULL, NULL);

	buf_free(&shown);
	return failed;
}
