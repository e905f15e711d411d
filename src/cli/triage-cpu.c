/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Triage: what the CPUs do. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/psw.h"
#include "base/clock.h"
#include "base/endian.h"
#include "cli/cpus.h"
#include "cli/show-backtrace.h"
#include "cli/triage.h"

/* What the guest has paid between two looks at the figures. */
static void add_cost(struct target_stats *sum, const struct target_stats *before,
		     const struct target_stats *after)
{
	uint64_t stopped = after->stopped_ns - before->stopped_ns, longest;

	sum->stops += after->stops - before->stops;
	sum->calls += after->calls - before->calls;
	sum->stopped_ns += stopped;
	sum->bytes += after->bytes - before->bytes;
	/* No single stop was longer than all together, or than the longest ever. */
	longest = stopped < after->longest_ns ? stopped : after->longest_ns;
	if (longest > sum->longest_ns)
		sum->longest_ns = longest;
}

static void take_sample(struct triage *t, struct triage_cpu *cpu, uint64_t start)
{
	const struct target_stats before = t->s->target->stats;
	struct error *err = session_switch_cpu(t->s, cpu->id);
	struct target *target = t->s->target;
	struct judge_sample *sample;

	if (!err)
		err = target->ops->regs(target, true, &cpu->regs);
	if (err) {
		/* Once is enough. */
		if (cpu->nr_samples || cpu->has_regs)
			error_free(err);
		else
			triage_problem(t, err, "CPU %d", cpu->id);
		return;
	}
	add_cost(&cpu->cost, &before, &target->stats);
	cpu->has_regs = true;
	sample = &cpu->samples[cpu->nr_samples++];
	*sample = (struct judge_sample){
		.mask = cpu->regs.psw_mask, .addr = cpu->regs.psw_addr, .ns = clock_ns() - start,
	};
}

struct error *triage_sample(struct triage *t)
{
	const struct timespec pause = { .tv_nsec = TRIAGE_PAUSE_NS };
	const int samples = t->s->target->ops->live ? TRIAGE_SAMPLES : 1;
	const int own = t->s->target->vcpu;
	uint64_t start = clock_ns();
	struct error *err;
	size_t i;
	int *ids;
	int n;

	err = session_cpus(t->s, &ids, &t->nr_cpus);
	if (err)
		return err;
	t->cpus = calloc(t->nr_cpus ? t->nr_cpus : 1, sizeof(*t->cpus));
	if (!t->cpus) {
		free(ids);
		t->nr_cpus = 0;
		return error_nomem();
	}
	for (i = 0; i < t->nr_cpus; i++)
		t->cpus[i].id = ids[i];
	free(ids);
	for (n = 0; n < samples && triage_goes_on(t); n++) {
		if (n)
			nanosleep(&pause, NULL);
		for (i = 0; i < t->nr_cpus && triage_goes_on(t); i++)
			take_sample(t, &t->cpus[i], start);
	}
	return session_switch_cpu(t->s, own);
}

/* A kernel address as a symbol, or as a number. */
static void add_address(const struct triage *t, uint64_t addr, struct buf *b)
{
	if (!t->k || !symbols_format(t->k->symbols, addr, b))
		buf_addf(b, "%016" PRIx64, addr);
}

static void explain_psw(struct triage *t, struct triage_cpu *cpu)
{
	struct symbol_info info;

	psw_describe(cpu->regs.psw_mask, cpu->regs.psw_addr, &cpu->psw);
	if (!t->k || (cpu->regs.psw_mask & PSW_MASK_PSTATE))
		return;
	if (!symbols_nearest(t->k->symbols, cpu->regs.psw_addr, &info))
		return;
	symbols_format(t->k->symbols, cpu->regs.psw_addr, &cpu->place);
	session_line(t->s, &info, cpu->regs.psw_addr, &cpu->line);
}

/* The last program interruption, as the lowcore has it. */
static void explain_lowcore(struct triage *t, struct triage_cpu *cpu)
{
	const struct lowcore_field *code = lowcore_find("program_code");
	const struct lowcore_field *teid = lowcore_find("teid");
	const struct lowcore_field *psw = lowcore_find("program_old_psw");
	unsigned char lowcore[LOWCORE_SIZE];
	struct error *err;

	err = kmem_read_absolute(&t->k->mem, cpu->regs.prefix, lowcore, sizeof(lowcore));
	if (err) {
		triage_problem(t, err, "CPU %d: lowcore", cpu->id);
		return;
	}
	cpu->has_lowcore = true;
	if (!code || !teid || !psw)
		return;
	cpu->pgm_code = (uint16_t)lowcore_number(code, lowcore);
	cpu->teid = lowcore_number(teid, lowcore);
	if (!cpu->pgm_code)
		return;
	/* The translation-exception identification names the exception it is of. */
	lowcore_describe(teid, lowcore, &cpu->program);
	if (!cpu->program.len)
		lowcore_describe(code, lowcore, &cpu->program);
	add_address(t, get_be64(lowcore + psw->offset + 8), &cpu->program_psw);
}

static void explain_task(struct triage *t, struct triage_cpu *cpu, struct tasks *tasks)
{
	const struct kernel_cpu *rows;
	struct error *err;
	size_t nr, i;

	rows = tasks_cpus(tasks, &nr);
	for (i = 0; i < nr; i++) {
		if (rows[i].cpu == (unsigned int)cpu->id)
			break;
	}
	if (i == nr || !rows[i].current_task)
		return;
	err = tasks_info(tasks, rows[i].current_task, &cpu->task);
	cpu->has_task = !err;
	triage_problem(t, err, "CPU %d: current task", cpu->id);
}

/* The stack, with the registers that belong to it: those of the samples are old by now. */
static void explain_stack(struct triage *t, struct triage_cpu *cpu)
{
	const struct target_stats before = t->s->target->stats;
	struct s390_regs regs;
	struct error *err;

	cpu->stack = calloc(1, sizeof(*cpu->stack));
	if (!cpu->stack) {
		t->nomem = true;
		return;
	}
	err = session_switch_cpu(t->s, cpu->id);
	if (!err)
		err = backtrace_take(t->s, t->unwinder, &regs, cpu->stack);
	if (!err)
		cpu->regs = regs;
	triage_problem(t, err, "CPU %d: backtrace", cpu->id);
	add_cost(&cpu->cost, &before, &t->s->target->stats);
}

static void explain_cpu(struct triage *t, struct triage_cpu *cpu, struct tasks *tasks)
{
	cpu->state = judge_cpu(cpu->samples, cpu->nr_samples, t->k ? t->k->symbols : NULL,
			       &cpu->why);
	if (!cpu->has_regs)
		return;
	if (t->unwinder && triage_goes_on(t))
		explain_stack(t, cpu);
	explain_psw(t, cpu);
	if (!t->k || !triage_goes_on(t))
		return;
	explain_lowcore(t, cpu);
	if (tasks && triage_goes_on(t))
		explain_task(t, cpu, tasks);
	cpu->has_lock = spinlock_hint(&t->k->mem, t->k->symbols, &cpu->regs,
				      (unsigned int)t->nr_cpus, &cpu->lock);
	if (cpu->has_lock && cpu->lock.has_lock)
		symbols_format(t->k->symbols, cpu->lock.lock, &cpu->lock_symbol);
}

void triage_explain(struct triage *t, struct tasks *tasks)
{
	const int own = t->s->target->vcpu;
	size_t i;

	for (i = 0; i < t->nr_cpus; i++)
		explain_cpu(t, &t->cpus[i], tasks);
	error_free(session_switch_cpu(t->s, own));
}

void triage_share_cost(struct triage *t, const struct target_stats *before)
{
	struct target_stats rest = *before;
	struct triage_cpu *own = NULL;
	size_t i;

	for (i = 0; i < t->nr_cpus; i++) {
		rest.stops += t->cpus[i].cost.stops;
		rest.calls += t->cpus[i].cost.calls;
		rest.stopped_ns += t->cpus[i].cost.stopped_ns;
		rest.bytes += t->cpus[i].cost.bytes;
		if (t->cpus[i].id == t->s->target->vcpu)
			own = &t->cpus[i];
	}
	if (own)
		add_cost(&own->cost, &rest, &t->s->target->stats);
}

void triage_free_cpus(struct triage *t)
{
	struct triage_cpu *cpu;
	size_t i;

	for (i = 0; i < t->nr_cpus; i++) {
		cpu = &t->cpus[i];
		buf_free(&cpu->why);
		buf_free(&cpu->psw);
		buf_free(&cpu->place);
		buf_free(&cpu->line);
		buf_free(&cpu->program);
		buf_free(&cpu->program_psw);
		buf_free(&cpu->lock_symbol);
		free(cpu->stack);
	}
	free(t->cpus);
	t->cpus = NULL;
	t->nr_cpus = 0;
}
