/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Triage for machines. */
#include "cli/show-backtrace.h"
#include "cli/triage.h"

static void add_text(struct out *o, const char *key, const struct buf *b)
{
	if (b->len)
		out_str(o, key, buf_str(b));
}

static void add_facts(const struct triage *t, struct out *o)
{
	size_t i;

	out_object(o, "system");
	for (i = 0; i < t->nr_facts; i++) {
		if (t->facts[i].is_number)
			out_num(o, t->facts[i].key, t->facts[i].number);
		else
			out_str(o, t->facts[i].key, t->facts[i].text);
	}
	out_close(o);
}

static void add_task(struct out *o, const char *key, const struct task_info *task)
{
	const char state[] = { task->state, '\0' };

	out_object(o, key);
	out_num(o, "pid", task->pid);
	out_num(o, "tgid", task->tgid);
	out_str(o, "comm", task->comm);
	out_str(o, "state", state);
	out_bool(o, "kernel_thread", task->is_kernel);
	out_hex(o, "address", task->addr);
}

static void add_program(struct out *o, const struct triage_cpu *cpu)
{
	if (!cpu->pgm_code)
		return;
	out_object(o, "last_program_interruption");
	out_num(o, "code", cpu->pgm_code);
	out_str(o, "text", buf_str(&cpu->program));
	out_hex(o, "teid", cpu->teid);
	out_str(o, "at", buf_str(&cpu->program_psw));
	out_close(o);
}

static void add_lock(struct out *o, const struct triage_cpu *cpu)
{
	if (!cpu->has_lock)
		return;
	out_object(o, "waits_for_lock");
	out_str(o, "function", cpu->lock.function);
	if (cpu->lock.has_lock) {
		out_hex(o, "address", cpu->lock.lock);
		add_text(o, "symbol", &cpu->lock_symbol);
		out_num(o, "holder_cpu", cpu->lock.holder);
	}
	out_close(o);
}

static void add_cost(struct out *o, const struct triage_cpu *cpu)
{
	out_object(o, "stopped");
	out_num(o, "stops", (long long)cpu->cost.stops);
	out_num(o, "total_ns", (long long)cpu->cost.stopped_ns);
	out_num(o, "longest_ns", (long long)cpu->cost.longest_ns);
	out_close(o);
}

static void add_stack(const struct triage *t, struct out *o, const struct backtrace *bt)
{
	if (!bt)
		return;
	out_object(o, "backtrace");
	backtrace_show(t->s, t->k->symbols, bt);
	out_close(o);
}

static void add_cpu(const struct triage *t, struct out *o, const struct triage_cpu *cpu)
{
	out_object(o, NULL);
	out_num(o, "cpu", cpu->id);
	out_str(o, "state", cpu_state_name(cpu->state));
	out_str(o, "why", buf_str(&cpu->why));
	out_num(o, "samples", (long long)cpu->nr_samples);
	if (cpu->has_regs) {
		out_hex(o, "psw_mask", cpu->regs.psw_mask);
		out_hex(o, "psw_address", cpu->regs.psw_addr);
		out_str(o, "psw_text", buf_str(&cpu->psw));
		add_text(o, "symbol", &cpu->place);
		add_text(o, "line", &cpu->line);
		out_hex(o, "prefix", cpu->regs.prefix);
	}
	if (cpu->has_task) {
		add_task(o, "task", &cpu->task);
		out_close(o);
	}
	add_program(o, cpu);
	add_lock(o, cpu);
	add_stack(t, o, cpu->stack);
	add_cost(o, cpu);
	out_close(o);
}

static void add_tasks(const struct triage *t, struct out *o)
{
	size_t i;

	if (!t->has_tasks)
		return;
	out_object(o, "tasks");
	out_num(o, "count", (long long)t->nr_all_tasks);
	out_num(o, "uninterruptible", (long long)t->nr_blocked);
	out_array(o, "blocked");
	for (i = 0; i < t->nr_tasks; i++) {
		add_task(o, NULL, &t->tasks[i].info);
		add_stack(t, o, t->tasks[i].stack);
		out_close(o);
	}
	out_close(o);
	out_close(o);
}

static void add_log(const struct triage *t, struct out *o)
{
	size_t i;

	out_array(o, "log");
	for (i = 0; i < t->nr_log; i++) {
		out_object(o, NULL);
		out_num(o, "time_ns", (long long)t->log[i].time_ns);
		out_num(o, "level", t->log[i].level);
		out_str(o, "text", buf_str(&t->log[i].text));
		out_close(o);
	}
	out_close(o);
}

static void add_problems(const struct triage *t, struct out *o)
{
	size_t i;

	out_array(o, "problems");
	for (i = 0; i < t->nr_problems; i++) {
		out_object(o, NULL);
		out_str(o, "part", t->problems[i].part);
		out_str(o, "message", t->problems[i].message);
		if (t->problems[i].hint)
			out_str(o, "hint", t->problems[i].hint);
		out_close(o);
	}
	out_close(o);
}

void triage_json(const struct triage *t, struct out *o)
{
	const struct target *target = t->s->target;
	size_t i;

	out_object(o, "target");
	out_str(o, "kind", target->ops->name);
	out_bool(o, "live", target->ops->live);
	if (target->name[0])
		out_str(o, "guest", target->name);
	if (target->pid)
		out_num(o, "pid", target->pid);
	if (t->s->dump_path)
		out_str(o, "dump", t->s->dump_path);
	out_close(o);
	out_num(o, "elapsed_ms", (long long)(t->elapsed_ns / 1000000));
	out_bool(o, "timed_out", t->timed_out);
	add_facts(t, o);
	out_array(o, "cpus");
	for (i = 0; i < t->nr_cpus; i++)
		add_cpu(t, o, &t->cpus[i]);
	out_close(o);
	add_tasks(t, o);
	add_log(t, o);
	add_problems(t, o);
}
