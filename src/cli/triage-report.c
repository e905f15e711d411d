/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Triage for people: what is found, in the order in which they need it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch/psw.h"
#include "cli/show-backtrace.h"
#include "cli/triage.h"
#include "linux/printk.h"

#define LEVEL_ERR	3	/* messages up to this level are bad news */

static enum report_tone tone_of(enum cpu_state state)
{
	static const enum report_tone tones[] = {
		[CPU_UNKNOWN] = REPORT_NOTE, [CPU_IDLE] = REPORT_GOOD, [CPU_USER] = REPORT_GOOD,
		[CPU_KERNEL] = REPORT_GOOD, [CPU_LOOPING] = REPORT_BAD,
		[CPU_DISABLED_WAIT] = REPORT_BAD,
	};

	return tones[state];
}

static void show_summary(const struct triage *t, struct report *r)
{
	const struct triage_fact *panic = triage_fact(t, "panic");
	const struct session *s = t->s;
	char label[32];
	size_t i;

	report_heading(r, 1, "Triage of %s",
		       s->dump_path ? s->dump_path : s->target->name[0] ? s->target->name :
		       s->qmp_path ? s->qmp_path : "a guest");
	if (panic)
		report_fact(r, REPORT_BAD, "panic", "%s", panic->text);
	for (i = 0; i < t->nr_cpus; i++) {
		snprintf(label, sizeof(label), "CPU %d", t->cpus[i].id);
		report_fact(r, tone_of(t->cpus[i].state), label, "%s: %s",
			    cpu_state_name(t->cpus[i].state), buf_str(&t->cpus[i].why));
	}
	if (!t->nr_cpus)
		report_line(r, REPORT_BAD, "The registers of the CPUs are not known.");
	if (t->nr_blocked)
		report_fact(r, REPORT_BAD, "blocked tasks", "%zu in uninterruptible sleep",
			    t->nr_blocked);
	report_fact(r, REPORT_NOTE, "took", "%" PRIu64 " ms%s", t->elapsed_ns / 1000000,
		    t->timed_out ? ", when the time limit was reached" : "");
}

static void show_facts(const struct triage *t, struct report *r)
{
	size_t i;

	if (!t->nr_facts)
		return;
	report_heading(r, 2, "System");
	for (i = 0; i < t->nr_facts; i++)
		report_fact(r, REPORT_PLAIN, t->facts[i].label, "%s", t->facts[i].text);
}

static void show_task(const struct task_info *task, struct report *r)
{
	report_fact(r, REPORT_PLAIN, "task", "%s, PID %d%s, %s, task_struct %016" PRIx64,
		    task->comm, (int)task->pid, task->is_kernel ? " (kernel thread)" : "",
		    task->state_name, task->addr);
}

static void show_frame(const struct triage *t, size_t number, const struct frame *f,
		       struct report *r)
{
	struct buf place = BUF_INIT, line = BUF_INIT, psw = BUF_INIT;

	if (!frame_format(t->k->symbols, f, &place, NULL))
		buf_adds(&place, f->user ? "user program" : "?");
	frame_line(t->s, t->k->symbols, f, &line);
	if (f->how == FRAME_PT_REGS) {
		psw_describe(f->psw_mask, f->pc, &psw);
		report_code(r, REPORT_PLAIN, "     interruption: PSW %016" PRIx64 " %016" PRIx64 ": %s",
			    f->psw_mask, f->pc, buf_str(&psw));
	}
	report_code(r, REPORT_PLAIN, "#%-3zu %016" PRIx64 "  %-36s [%s]%s%s", number, f->pc,
		    buf_str(&place), frame_how_name(f->how), line.len ? "  " : "", buf_str(&line));
	buf_free(&place);
	buf_free(&line);
	buf_free(&psw);
}

static void show_stack(const struct triage *t, const struct backtrace *bt, struct report *r)
{
	size_t i;

	for (i = 0; bt && i < bt->count; i++)
		show_frame(t, i, &bt->frames[i], r);
	if (bt && bt->end[0])
		report_code(r, REPORT_NOTE, "     ends here: %s", bt->end);
}

static void show_lock(const struct triage_cpu *cpu, struct report *r)
{
	if (!cpu->has_lock)
		return;
	if (!cpu->lock.has_lock) {
		report_fact(r, REPORT_BAD, "hint", "waits for a spin lock in %s",
			    cpu->lock.function);
		return;
	}
	report_fact(r, REPORT_BAD, "hint",
		    "waits for a spin lock in %s; a register points to %016" PRIx64 "%s%s%s, held by CPU %u if that is the lock",
		    cpu->lock.function, cpu->lock.lock,
		    cpu->lock_symbol.len ? " <" : "", buf_str(&cpu->lock_symbol),
		    cpu->lock_symbol.len ? ">" : "", cpu->lock.holder);
}

static void show_cost(const struct triage_cpu *cpu, struct report *r)
{
	if (!cpu->cost.stops)
		return;
	report_fact(r, REPORT_NOTE, "stood still",
		    "%" PRIu64 " times, %.1f us in all, no longer than %.1f us at once",
		    cpu->cost.stops, (double)cpu->cost.stopped_ns / 1000,
		    (double)cpu->cost.longest_ns / 1000);
}

static void show_cpu(const struct triage *t, const struct triage_cpu *cpu, struct report *r)
{
	report_heading(r, 2, "CPU %d", cpu->id);
	report_fact(r, tone_of(cpu->state), "state", "%s: %s", cpu_state_name(cpu->state),
		    buf_str(&cpu->why));
	if (!cpu->has_regs)
		return;
	report_fact(r, REPORT_PLAIN, "PSW", "%016" PRIx64 " %016" PRIx64, cpu->regs.psw_mask,
		    cpu->regs.psw_addr);
	report_fact(r, REPORT_PLAIN, "", "%s", buf_str(&cpu->psw));
	if (cpu->place.len)
		report_fact(r, REPORT_PLAIN, "at", "%s%s%s", buf_str(&cpu->place),
			    cpu->line.len ? ", " : "", buf_str(&cpu->line));
	if (cpu->has_task)
		show_task(&cpu->task, r);
	show_lock(cpu, r);
	if (cpu->pgm_code)
		report_fact(r, REPORT_PLAIN, "last program check", "%04x: %s, at %s",
			    cpu->pgm_code, buf_str(&cpu->program), buf_str(&cpu->program_psw));
	show_cost(cpu, r);
	if (cpu->stack && cpu->stack->count)
		report_line(r, REPORT_PLAIN, "Backtrace:");
	show_stack(t, cpu->stack, r);
}

static void show_tasks(const struct triage *t, struct report *r)
{
	size_t i;

	if (!t->has_tasks)
		return;
	report_heading(r, 2, "Tasks");
	report_fact(r, REPORT_PLAIN, "tasks", "%zu, %zu of them in uninterruptible sleep",
		    t->nr_all_tasks, t->nr_blocked);
	for (i = 0; i < t->nr_tasks; i++) {
		show_task(&t->tasks[i].info, r);
		show_stack(t, t->tasks[i].stack, r);
	}
	if (t->nr_blocked > t->nr_tasks)
		report_line(r, REPORT_NOTE, "%zu more are not shown.", t->nr_blocked - t->nr_tasks);
}

static void show_log(const struct triage *t, struct report *r)
{
	const char *text, *end;
	size_t i;

	if (!t->nr_log)
		return;
	report_heading(r, 2, "Log: the last %zu messages", t->nr_log);
	for (i = 0; i < t->nr_log; i++) {
		text = buf_str(&t->log[i].text);
		do {
			end = strchrnul(text, '\n');
			report_code(r, t->log[i].level <= LEVEL_ERR ? REPORT_BAD : REPORT_PLAIN,
				       "[%5" PRIu64 ".%06" PRIu64 "] %.*s",
				       t->log[i].time_ns / 1000000000,
				       t->log[i].time_ns / 1000 % 1000000, (int)(end - text), text);
			text = end + 1;
		} while (*end && *text);
	}
}

static void show_problems(const struct triage *t, struct report *r)
{
	size_t i;

	if (!t->nr_problems)
		return;
	report_heading(r, 2, "What could not be done");
	for (i = 0; i < t->nr_problems; i++)
		report_fact(r, REPORT_NOTE, t->problems[i].part, "%s%s%s%s",
			    t->problems[i].message, t->problems[i].hint ? " (" : "",
			    t->problems[i].hint ? t->problems[i].hint : "",
			    t->problems[i].hint ? ")" : "");
}

void triage_report(const struct triage *t, struct report *r)
{
	size_t i;

	show_summary(t, r);
	show_facts(t, r);
	for (i = 0; i < t->nr_cpus; i++)
		show_cpu(t, &t->cpus[i], r);
	show_tasks(t, r);
	show_log(t, r);
	show_problems(t, r);
}
