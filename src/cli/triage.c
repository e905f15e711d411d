/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Triage: its order of events, and what the guest says about itself. */
#include "cli/triage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/deadline.h"
#include "linux/printk.h"
#include "linux/sysinfo.h"

void triage_problem(struct triage *t, struct error *err, const char *fmt, ...)
{
	struct triage_problem *problems;
	struct buf part = BUF_INIT;
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	buf_addv(&part, fmt, ap);
	va_end(ap);
	problems = realloc(t->problems, (t->nr_problems + 1) * sizeof(*problems));
	t->nomem |= !problems || buf_failed(&part);
	if (problems) {
		t->problems = problems;
		problems[t->nr_problems++] = (struct triage_problem){
			.part = strdup(buf_str(&part)),
			.message = strdup(err->message),
			.hint = err->hint ? strdup(err->hint) : NULL,
		};
	}
	buf_free(&part);
	error_free(err);
}

bool triage_goes_on(struct triage *t)
{
	if (!session_interrupted(t->s))
		return true;
	if (deadline_is_over() && !t->timed_out) {
		t->timed_out = true;
		triage_problem(t, error_hint(error_new(ERROR_PARTIAL, "the time limit is over: the rest was not looked at"),
					     "give more with --timeout"), "time");
	}
	return false;
}

static void take_fact(void *arg, const struct sys_fact *fact)
{
	struct triage *t = arg;
	struct triage_fact *facts, *new;

	if (!fact->text)
		return;
	facts = realloc(t->facts, (t->nr_facts + 1) * sizeof(*facts));
	if (!facts) {
		t->nomem = true;
		return;
	}
	t->facts = facts;
	new = &facts[t->nr_facts++];
	*new = (struct triage_fact){
		.key = strdup(fact->key), .label = strdup(fact->label),
		.text = strdup(fact->text), .is_number = fact->is_number,
		.number = fact->number,
	};
	t->nomem |= !new->key || !new->label || !new->text;
}

static bool take_record(void *arg, const struct log_record *r)
{
	struct triage *t = arg;
	struct triage_line *line;

	/* kernel_log() hands over no more than it was asked for. */
	if (t->nr_log == TRIAGE_LOG)
		return false;
	line = &t->log[t->nr_log++];
	*line = (struct triage_line){ .time_ns = r->time_ns, .level = r->level };
	log_record_text(r, &line->text);
	t->nomem |= buf_failed(&line->text);
	return true;
}

static void collect_log(struct triage *t)
{
	t->log = calloc(TRIAGE_LOG, sizeof(*t->log));
	if (!t->log) {
		t->nomem = true;
		return;
	}
	triage_problem(t, kernel_log(t->k, TRIAGE_LOG, 0, take_record, t), "log");
}

static bool take_task(void *arg, const struct task_info *info)
{
	struct triage *t = arg;

	t->nr_all_tasks++;
	if (info->state != 'D')
		return true;
	t->nr_blocked++;
	if (t->nr_tasks < TRIAGE_TASKS)
		t->tasks[t->nr_tasks++].info = *info;
	return true;
}

static void collect_tasks(struct triage *t, struct tasks *tasks)
{
	size_t i;

	triage_problem(t, tasks_each(tasks, true, take_task, t), "tasks");
	t->has_tasks = true;
	for (i = 0; i < t->nr_tasks && triage_goes_on(t); i++) {
		t->tasks[i].stack = calloc(1, sizeof(*t->tasks[i].stack));
		t->nomem |= !t->tasks[i].stack;
		if (t->tasks[i].stack)
			backtrace_task(t->unwinder, t->tasks[i].info.ksp, t->tasks[i].stack);
	}
}

/* What needs to know Linux. */
static void collect_linux(struct triage *t)
{
	struct tasks *tasks = NULL;

	t->unwinder = unwinder_new(t->k);
	if (!t->unwinder) {
		t->nomem = true;
		return;
	}
	triage_problem(t, tasks_open(t->k, &tasks), "tasks");
	triage_explain(t, tasks);
	if (triage_goes_on(t))
		triage_problem(t, sysinfo_each(t->k, take_fact, t), "system");
	if (triage_goes_on(t))
		collect_log(t);
	if (tasks && triage_goes_on(t))
		collect_tasks(t, tasks);
	tasks_close(tasks);
}

static struct error *collect(struct triage *t)
{
	struct error *err = triage_sample(t);

	if (err)
		return err;
	if (triage_goes_on(t)) {
		err = session_kernel(t->s, &t->k);
		if (err)
			t->k = NULL;
		triage_problem(t, err, "Linux");
	}
	if (t->k && triage_goes_on(t))
		triage_problem(t, kernel_load_modules(t->k), "modules");
	if (t->k && triage_goes_on(t))
		collect_linux(t);
	else
		triage_explain(t, NULL);
	triage_goes_on(t);
	return NULL;
}

struct error *triage_collect(struct triage *t, struct session *s, uint64_t timeout_ns)
{
	struct target_stats before;
	uint64_t start = clock_ns();
	struct error *err;

	*t = (struct triage){ .s = s };
	err = session_attach(s);
	if (!err)
		err = deadline_begin(timeout_ns);
	if (err)
		return err;
	before = s->target->stats;
	err = collect(t);
	deadline_end();
	triage_share_cost(t, &before);
	t->elapsed_ns = clock_ns() - start;
	if (!err && t->nomem)
		err = error_nomem();
	return err;
}

const struct triage_fact *triage_fact(const struct triage *t, const char *key)
{
	size_t i;

	for (i = 0; i < t->nr_facts; i++) {
		if (!strcmp(t->facts[i].key, key))
			return &t->facts[i];
	}
	return NULL;
}

void triage_free(struct triage *t)
{
	size_t i;

	triage_free_cpus(t);
	unwinder_free(t->unwinder);
	for (i = 0; i < t->nr_facts; i++) {
		free(t->facts[i].key);
		free(t->facts[i].label);
		free(t->facts[i].text);
	}
	for (i = 0; i < t->nr_log; i++)
		buf_free(&t->log[i].text);
	for (i = 0; i < t->nr_tasks; i++)
		free(t->tasks[i].stack);
	for (i = 0; i < t->nr_problems; i++) {
		free(t->problems[i].part);
		free(t->problems[i].message);
		free(t->problems[i].hint);
	}
	free(t->facts);
	free(t->log);
	free(t->problems);
	*t = (struct triage){ .s = t->s };
}
