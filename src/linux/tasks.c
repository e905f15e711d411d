/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/tasks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"
#include "linux/addr-set.h"
#include "linux/layout.h"

#define PF_KTHREAD	0x00200000U
#define PARENTS_MAX	1000U	/* generations from a task up to init_task */
#define UNREADABLE_MAX	1000U	/* tasks, until we give up */
#define TASK_SIZE_MAX	0x10000U	/* bytes of a task_struct that are looked at */

/* Offsets in struct task_struct, but for the last two, in bytes. */
struct task_layout {
	uint64_t new_state, old_state, exit_state, flags, pid, tgid, comm, real_parent;
	uint64_t tasks, thread_node, signal, stack, mm, ksp;
	uint64_t info_cpu, cpu;
	uint64_t thread_head;	/* in struct signal_struct */
	uint64_t rq_idle;	/* in struct rq */
};

struct tasks {
	struct kernel *k;
	struct task_layout layout;
	struct kernel_cpu cpus[KERNEL_CPUS_MAX];
	size_t nr_cpus;
	uint64_t current;	/* of the target's own CPU, 0: not known */
	size_t span;		/* bytes of a task_struct that hold all that we want */
	unsigned char *raw;	/* the task_struct that was read last */
};

#define ROW(type, member, field, optional) \
	{ type, member, offsetof(struct task_layout, field), optional }

static const struct layout_row rows[] = {
	ROW("task_struct", "__state", new_state, true),	/* 5.14 and newer: 32 bits */
	ROW("task_struct", "state", old_state, true),	/* before: 64 bits */
	ROW("task_struct", "exit_state", exit_state, false),
	ROW("task_struct", "flags", flags, false),
	ROW("task_struct", "pid", pid, false),
	ROW("task_struct", "tgid", tgid, false),
	ROW("task_struct", "comm", comm, false),
	ROW("task_struct", "real_parent", real_parent, false),
	ROW("task_struct", "tasks", tasks, false),
	ROW("task_struct", "thread_node", thread_node, false),
	ROW("task_struct", "signal", signal, false),
	ROW("task_struct", "stack", stack, false),
	ROW("task_struct", "mm", mm, false),
	ROW("task_struct", "thread.ksp", ksp, false),
	ROW("task_struct", "thread_info.cpu", info_cpu, true),	/* 5.16 and newer */
	ROW("task_struct", "cpu", cpu, true),
	ROW("signal_struct", "thread_head", thread_head, false),
	ROW("rq", "idle", rq_idle, true),
};

#define NR_ROWS	(sizeof(rows) / sizeof(rows[0]))

/* By the bits of state and exit_state: task_state_array of fs/proc/array.c. */
static const struct {
	uint32_t bits;
	char letter;
	const char *name;
} states[] = {
	{ 0x40, 'P', "parked" },
	{ 0x20, 'Z', "zombie" },
	{ 0x10, 'X', "dead" },
	{ 0x08, 't', "tracing stop" },
	{ 0x04, 'T', "stopped" },
	{ 0x02, 'D', "disk sleep" },
	{ 0x01, 'S', "sleeping" },
	{ 0, 'R', "running" },
};

#define TASK_IDLE	0x402U	/* TASK_UNINTERRUPTIBLE | TASK_NOLOAD */
#define TASK_RTLOCK_FROZEN	0x9000U	/* TASK_RTLOCK_WAIT (5.16), TASK_FROZEN (6.1): as D */
#define TASK_UNINTERRUPTIBLE	0x2U

/* task_state_index() of include/linux/sched.h. */
static void set_state(struct task_info *info, uint32_t state, uint32_t exit_state)
{
	size_t i;

	if ((state & TASK_IDLE) == TASK_IDLE && !exit_state) {
		info->state = 'I';
		info->state_name = "idle";
		return;
	}
	if (state & TASK_RTLOCK_FROZEN)
		state = TASK_UNINTERRUPTIBLE;
	for (i = 0; states[i].bits && !(states[i].bits & (state | exit_state)); i++)
		;
	info->state = states[i].letter;
	info->state_name = states[i].name;
}

static bool is_current(const struct tasks *t, uint64_t addr)
{
	size_t i;

	for (i = 0; i < t->nr_cpus; i++)
		if (t->cpus[i].current_task == addr)
			return true;
	return t->current && t->current == addr;
}

/* The bytes of all members that are in task_struct itself, with room for the widest of them. */
static struct error *set_span(struct tasks *t)
{
	uint64_t at;
	size_t i;

	for (i = 0; i < NR_ROWS; i++) {
		at = *(const uint64_t *)(const void *)((const char *)&t->layout + rows[i].at);
		if (at == LAYOUT_NONE || strcmp(rows[i].type, "task_struct") != 0)
			continue;
		if (at > TASK_SIZE_MAX - TASK_COMM_MAX)
			return error_new(ERROR_USAGE, "task_struct.%s of the guest's kernel cannot be at %"
					 PRIu64, rows[i].member, at);
		if (at + TASK_COMM_MAX > t->span)
			t->span = at + TASK_COMM_MAX;
	}
	t->raw = malloc(t->span);
	return t->raw ? NULL : error_nomem();
}

static struct error *prepare(struct tasks *t)
{
	struct error *err = layout_fill(t->k, rows, NR_ROWS, &t->layout);

	if (!err && t->layout.new_state == LAYOUT_NONE && t->layout.old_state == LAYOUT_NONE)
		err = error_new(ERROR_NO, "task_struct has no state");
	if (!err)
		err = set_span(t);
	if (err)
		return err;
	/* Without them no task is shown as running, or only that of one CPU. */
	error_free(kernel_cpus(t->k, t->cpus, &t->nr_cpus));
	error_free(kernel_current(t->k, &t->current));
	return NULL;
}

struct error *tasks_open(struct kernel *k, struct tasks **t)
{
	struct error *err;

	*t = calloc(1, sizeof(**t));
	if (!*t)
		return error_nomem();
	(*t)->k = k;
	err = prepare(*t);
	if (err) {
		tasks_close(*t);
		*t = NULL;
	}
	return err;
}

void tasks_close(struct tasks *t)
{
	if (!t)
		return;
	wipe_free(t->raw, t->span);
	free(t);
}

const struct kernel_cpu *tasks_cpus(const struct tasks *t, size_t *nr)
{
	*nr = t->nr_cpus;
	return t->cpus;
}

static void read_parent(struct tasks *t, uint64_t parent, struct task_info *info)
{
	uint32_t tgid;
	struct error *err = kmem_u32(&t->k->mem, parent + t->layout.tgid, &tgid);

	info->ppid = err ? -1 : (int32_t)tgid;
	error_free(err);
}

static int32_t get_cpu(const struct tasks *t, const unsigned char *raw)
{
	const struct task_layout *l = &t->layout;
	uint64_t at = l->info_cpu != LAYOUT_NONE ? l->info_cpu : l->cpu;

	return at == LAYOUT_NONE ? -1 : (int32_t)get_be32(raw + at);
}

struct error *tasks_info(struct tasks *t, uint64_t addr, struct task_info *info)
{
	const struct task_layout *l = &t->layout;
	const unsigned char *raw = t->raw;
	struct error *err = kmem_read(&t->k->mem, addr, t->raw, t->span);

	if (err)
		return err;
	*info = (struct task_info){
		.addr = addr,
		.pid = (int32_t)get_be32(raw + l->pid),
		.tgid = (int32_t)get_be32(raw + l->tgid),
		.cpu = get_cpu(t, raw),
		.flags = get_be32(raw + l->flags),
		.stack = get_be64(raw + l->stack),
		.ksp = get_be64(raw + l->ksp),
		.mm = get_be64(raw + l->mm),
		.is_current = is_current(t, addr),
	};
	info->is_kernel = info->flags & PF_KTHREAD;
	memcpy(info->comm, raw + l->comm, TASK_COMM_MAX);
	set_state(info, l->new_state != LAYOUT_NONE ? get_be32(raw + l->new_state) :
		  (uint32_t)get_be64(raw + l->old_state), get_be32(raw + l->exit_state));
	read_parent(t, get_be64(raw + l->real_parent), info);
	return NULL;
}

/* A walk over all tasks: what it has met, and what went wrong. */
struct tour {
	struct tasks *t;
	bool threads;
	tasks_callback *callback;
	void *arg;
	struct addr_set seen;
	bool stopped;		/* by the callback, or because it makes no sense any more */
	size_t unreadable;	/* tasks */
	struct error *damage;	/* the first that was met */
};

static void note_damage(struct tour *tour, struct error *err)
{
	if (tour->damage)
		error_free(err);
	else
		tour->damage = err;
}

/* Hand over a task. *next, *signal: its links. Errors: only those that end all. */
static struct error *visit(struct tour *tour, uint64_t addr, uint64_t link, uint64_t *next,
			   uint64_t *signal)
{
	struct tasks *t = tour->t;
	struct task_info info;
	struct error *err;

	*next = 0;
	*signal = 0;
	if (t->k->mem.interrupted && *t->k->mem.interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	err = tasks_info(t, addr, &info);
	if (err && err->kind == ERROR_ACCESS) {
		note_damage(tour, error_prefix(err, "a task at %016" PRIx64, addr));
		tour->stopped = ++tour->unreadable >= UNREADABLE_MAX;
		return NULL;
	}
	if (err)
		return err;
	*next = get_be64(t->raw + link);
	*signal = get_be64(t->raw + t->layout.signal);
	if (!tour->callback(tour->arg, &info))
		tour->stopped = true;
	return NULL;
}

/* Whether a task is one that has not been handed over yet. */
static bool is_new(struct tour *tour, uint64_t addr, const char *list)
{
	if (tour->seen.nr < TASKS_MAX && addr_set_add(&tour->seen, addr))
		return true;
	note_damage(tour, error_new(ERROR_PARTIAL, tour->seen.failed ? "no memory for %s" :
				    tour->seen.nr >= TASKS_MAX ? "%s has no end" :
				    "%s comes back to what it has had", list));
	return false;
}

/* The other threads of a process: a list in its signal_struct. */
static struct error *visit_threads(struct tour *tour, uint64_t leader, uint64_t signal)
{
	const struct task_layout *l = &tour->t->layout;
	uint64_t head = signal + l->thread_head, node, task, unused;
	struct error *err = kmem_u64(&tour->t->k->mem, head, &node);
	bool met = false;

	if (err && err->kind == ERROR_ACCESS) {
		note_damage(tour, error_prefix(err, "the threads of the task at %016" PRIx64, leader));
		return NULL;
	}
	while (!err && node && node != head && !tour->stopped) {
		task = node - l->thread_node;
		if (task == leader && !met) {
			met = true;
			err = kmem_u64(&tour->t->k->mem, node, &node);
			continue;
		}
		if (!is_new(tour, task, "a list of threads"))
			break;
		err = visit(tour, task, l->thread_node, &node, &unused);
	}
	return err;
}

/* The list of processes, from init_task on. */
static struct error *visit_processes(struct tour *tour, uint64_t init_task)
{
	const struct task_layout *l = &tour->t->layout;
	uint64_t head = init_task + l->tasks, node, signal, task;
	struct error *err = kmem_u64(&tour->t->k->mem, head, &node);

	while (!err && node && node != head && !tour->stopped) {
		task = node - l->tasks;
		if (!is_new(tour, task, "the list of processes"))
			break;
		err = visit(tour, task, l->tasks, &node, &signal);
		if (!err && tour->threads && signal && !tour->stopped)
			err = visit_threads(tour, task, signal);
	}
	if (!err && !node && !tour->stopped)
		note_damage(tour, error_new(ERROR_PARTIAL, "the list of processes is cut"));
	return err;
}

/* The idle tasks, which are in no list: rq.idle of each CPU; else those that run now. */
static struct error *visit_idle(struct tour *tour, uint64_t init_task)
{
	struct tasks *t = tour->t;
	uint64_t runqueues, task, unused;
	struct error *err;
	size_t i;

	addr_set_add(&tour->seen, init_task);
	err = visit(tour, init_task, t->layout.tasks, &unused, &unused);
	if (err || t->layout.rq_idle == LAYOUT_NONE ||
	    !kernel_has_symbol(t->k, "runqueues", &runqueues))
		return err;
	for (i = 0; i < t->nr_cpus && !err && !tour->stopped; i++) {
		err = kmem_u64(&t->k->mem, runqueues + t->cpus[i].percpu_offset +
			       t->layout.rq_idle, &task);
		if (err && err->kind == ERROR_ACCESS) {
			note_damage(tour, error_prefix(err, "the idle task of CPU %u", t->cpus[i].cpu));
			err = NULL;
		} else if (!err && addr_set_add(&tour->seen, task)) {
			err = visit(tour, task, t->layout.tasks, &unused, &unused);
		}
	}
	return err;
}

/* From any task up to the one that is its own parent. */
static struct error *climb(struct tasks *t, uint64_t task, uint64_t *init_task)
{
	struct error *err = NULL;
	unsigned int i;
	uint64_t parent;

	for (i = 0; i < PARENTS_MAX && !err; i++) {
		err = kmem_u64(&t->k->mem, task + t->layout.real_parent, &parent);
		if (err || parent == task)
			break;
		task = parent;
	}
	if (err)
		return err;
	if (i == PARENTS_MAX)
		return error_new(ERROR_NO, "no parent of the running tasks is its own parent");
	*init_task = task;
	return NULL;
}

/* By its symbol; where that is not known, from what the CPUs run. */
static struct error *find_init_task(struct tasks *t, uint64_t *init_task)
{
	struct error *err = kernel_symbol(t->k, "init_task", init_task), *other;
	size_t i;

	/* The target's own CPU last: it is mostly one of the others, too. */
	for (i = 0; i <= t->nr_cpus && err; i++) {
		other = climb(t, i < t->nr_cpus ? t->cpus[i].current_task : t->current, init_task);
		if (!other) {
			error_free(err);
			return NULL;
		}
		error_free(other);
	}
	return err;
}

/* Both went wrong: what ended the walk, else what was met on the way. */
static struct error *end_tour(struct tour *tour, struct error *err)
{
	addr_set_free(&tour->seen);
	if (err) {
		error_free(tour->damage);
		return err;
	}
	if (tour->damage)
		tour->damage->kind = ERROR_PARTIAL;
	return tour->damage;
}

struct error *tasks_each(struct tasks *t, bool threads, tasks_callback *callback, void *arg)
{
	struct tour tour = { .t = t, .threads = threads, .callback = callback, .arg = arg };
	uint64_t init_task;
	struct error *err;

	err = find_init_task(t, &init_task);
	if (err)
		return err;
	err = visit_idle(&tour, init_task);
	if (!err && !tour.stopped)
		err = visit_processes(&tour, init_task);
	return end_tour(&tour, err);
}
