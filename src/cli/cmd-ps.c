/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/session.h"
#include "linux/tasks.h"
#include "sym/expr.h"

#define PID_BITS	31

struct ps {
	struct session *s;
	const struct command_args *args;
	bool threads;
	bool full;		/* JSON: there are more than a document takes */
	size_t shown;
};

/* A word of the command line: a number is a PID (or TID), else a pattern of names. */
static bool matches(const char *word, const struct task_info *info)
{
	uint64_t number;
	struct error *err = number_parse(word, "PID", PID_BITS, 0, &number);

	if (err) {
		error_free(err);
		return !fnmatch(word, info->comm, 0);
	}
	return (int32_t)number == info->pid || (int32_t)number == info->tgid;
}

static bool is_wanted(const struct ps *ps, const struct task_info *info)
{
	int i;

	for (i = 0; i < ps->args->argc; i++)
		if (matches(ps->args->argv[i], info))
			return true;
	return !ps->args->argc;
}

static void add_number(struct buf *b, int32_t number)
{
	if (number < 0)
		buf_addf(b, " %7s", "?");
	else
		buf_addf(b, " %7" PRId32, number);
}

static void show_text(struct ps *ps, const struct task_info *info, const char *comm)
{
	struct buf b = BUF_INIT;

	buf_addc(&b, info->is_current ? '>' : ' ');
	add_number(&b, info->tgid);
	if (ps->threads)
		add_number(&b, info->pid);
	add_number(&b, info->ppid);
	if (info->cpu < 0)
		buf_adds(&b, "   ?");
	else
		buf_addf(&b, " %3" PRId32, info->cpu);
	buf_addf(&b, "  %016" PRIx64 "  %c   ", info->addr, info->state);
	buf_addf(&b, info->is_kernel ? "[%s]" : "%s", comm);
	out_text(ps->s->out, "%s\n", buf_str(&b));
	if (buf_failed(&b))
		out_nomem(ps->s->out);
	buf_free(&b);
}

static void show_json(struct out *o, const struct task_info *info, const char *comm)
{
	out_object(o, NULL);
	out_num(o, "pid", info->tgid);
	out_num(o, "tid", info->pid);
	if (info->ppid >= 0)
		out_num(o, "ppid", info->ppid);
	if (info->cpu >= 0)
		out_num(o, "cpu", info->cpu);
	out_str(o, "comm", comm);
	out_str(o, "state", (char[]){ info->state, '\0' });
	out_str(o, "state_name", info->state_name);
	out_bool(o, "current", info->is_current);
	out_bool(o, "kernel_thread", info->is_kernel);
	out_hex(o, "task", info->addr);
	out_hex(o, "stack", info->stack);
	out_hex(o, "flags", info->flags);
	out_close(o);
}

static bool show_task(void *arg, const struct task_info *info)
{
	struct buf comm = BUF_INIT;
	struct ps *ps = arg;

	if (!is_wanted(ps, info))
		return true;
	if (ps->s->json && ps->shown == COMMAND_JSON_MAX) {
		ps->full = true;
		return false;
	}
	ps->shown++;
	buf_add_escaped(&comm, info->comm, strlen(info->comm));
	if (ps->s->json)
		show_json(ps->s->out, info, buf_str(&comm));
	else
		show_text(ps, info, buf_str(&comm));
	if (buf_failed(&comm))
		out_nomem(ps->s->out);
	buf_free(&comm);
	return !ps->s->pipe_closed;
}

static struct error *run_ps(struct session *s, const struct command_args *args)
{
	struct ps ps = { .s = s, .args = args, .threads = command_opt(args, "threads") };
	struct tasks *t = NULL;
	struct kernel *k;
	struct error *err;

	err = session_kernel(s, &k);
	if (!err)
		err = tasks_open(k, &t);
	if (err)
		return err;
	out_text(s->out, ">     PID%s    PPID CPU  TASK              ST  COMM\n",
		 ps.threads ? "     TID" : "");
	out_array(s->out, "tasks");
	err = tasks_each(t, ps.threads, show_task, &ps);
	out_close(s->out);
	tasks_close(t);
	if (!err && ps.full)
		err = error_hint(error_new(ERROR_PARTIAL, "stopped after %d tasks: a JSON document takes no more",
					   COMMAND_JSON_MAX),
				 "select by PID or name, or leave out --json");
	if (!err && args->argc && !ps.shown)
		err = error_new(ERROR_NO, "no such process");
	return err;
}

static const struct command_option options[] = {
	{ "threads", 't', NULL, "all threads, not only the first of each process" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_ps = {
	.name = "ps",
	.args = "[PID|NAME]...",
	.max_args = -1,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show the processes of the guest's Linux",
	.help =
"Show the processes of the guest: process, its parent, the CPU it runs or ran on,\n"
"the address of its task_struct, its state and its name, that of a kernel thread in\n"
"brackets. \">\" marks what a CPU runs at this moment. States are those of ps(1): R\n"
"running or ready, S sleeping, D sleeping where no signal wakes it, I an idle kernel\n"
"thread, T stopped, t stopped by a debugger, Z zombie, X dead, P parked. With -t all\n"
"threads are shown, with their TIDs. Arguments select by PID, TID or name, in which\n"
"* and ? are wildcards. The types of the guest's kernel are needed: of a vmlinux with\n"
"debug information, or its own BTF. The exit code is 3 if a list was damaged or a\n"
"task could not be read; the others are shown even so. With --json it ends after\n"
"100000 tasks, with exit code 3.\n",
	.example =
"$ s390memctl -d web1.elf ps -t 'th*' spinner zombie 'swap*'\n"
">     PID     TID    PPID CPU  TASK              ST  COMM\n"
"        0       0       0   0  000003ffffd74f00  R   [swapper/0]\n"
">       0       0       1   1  000000000068bc00  R   [swapper/1]\n"
"      140     140       1   0  000000000262e400  S   threads\n"
"      140     142       1   0  000000000262bc00  S   thread-one\n"
"      140     143       1   0  0000000002629400  S   thread two\n"
"      140     144       1   1  000000000256a800  S   thread\\n3\n"
"      145     145       1   0  00000000026ce400  Z   zombie\n"
">     149     149       1   0  00000000026ca800  R   spinner\n",
	.see_also = "log sys",
	.answers_no = "no process was selected, or the types of the kernel are missing",
	.run = run_ps,
};
