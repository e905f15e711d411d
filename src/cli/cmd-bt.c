/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/psw.h"
#include "base/buf.h"
#include "cli/command.h"
#include "cli/cpus.h"
#include "cli/session.h"
#include "cli/show-backtrace.h"
#include "linux/kernel.h"
#include "linux/stack.h"
#include "linux/tasks.h"

struct bt {
	struct session *s;
	struct kernel *k;
	const struct symbols *symbols;
	struct unwinder *unwinder;
	struct backtrace trace;
};

static void tell_cpu(struct bt *b, int cpu, const struct s390_regs *regs)
{
	struct buf words = BUF_INIT;

	psw_describe(regs->psw_mask, regs->psw_addr, &words);
	out_text(b->s->out, "CPU %d: PSW %016" PRIx64 " %016" PRIx64 "\n     %s\n", cpu,
		 regs->psw_mask, regs->psw_addr, buf_str(&words));
	out_num(b->s->out, "cpu", cpu);
	out_bool(b->s->out, "user_mode", regs->psw_mask & PSW_MASK_PSTATE);
	buf_free(&words);
	if (regs->psw_mask & PSW_MASK_PSTATE)
		out_text(b->s->out, "     user mode: nothing is on the CPU's kernel stack\n");
}

static struct error *show_cpu(struct bt *b, int cpu)
{
	struct s390_regs regs;
	struct error *err;

	err = session_switch_cpu(b->s, cpu);
	if (!err)
		err = backtrace_take(b->s, b->unwinder, &regs, &b->trace);
	if (err)
		return error_prefix(err, "CPU %d", cpu);
	out_object(b->s->out, NULL);
	tell_cpu(b, cpu, &regs);
	backtrace_show(b->s, b->symbols, &b->trace);
	out_close(b->s->out);
	return NULL;
}

static struct error *show_cpus(struct bt *b, const int *ids, size_t count)
{
	int own = b->s->target->vcpu;
	struct error *err = NULL;
	size_t i;

	for (i = 0; i < count && !session_interrupted(b->s); i++) {
		out_text(b->s->out, "%s", i ? "\n" : "");
		err = command_first_error(err, show_cpu(b, ids[i]));
	}
	return command_first_error(err, session_switch_cpu(b->s, own));
}

/* The task with a thread id, from all of them. */
struct wanted {
	int32_t pid;
	bool found;
	struct task_info info;
};

static bool compare_task(void *arg, const struct task_info *info)
{
	struct wanted *w = arg;

	/* The idle tasks of all CPUs have 0. */
	if (info->pid != w->pid)
		return true;
	w->found = true;
	w->info = *info;
	return false;
}

static struct error *find_pid(struct tasks *tasks, uint64_t pid, struct task_info *info)
{
	struct wanted w = { .pid = (int32_t)pid };
	struct error *err = tasks_each(tasks, true, compare_task, &w);

	if (w.found) {
		error_free(err);
		*info = w.info;
		return NULL;
	}
	return err ? err : error_hint(error_new(ERROR_NO, "there is no task %" PRIu64, pid),
				      "'ps' lists them");
}

static struct error *find_task(struct bt *b, const char *text, struct task_info *info)
{
	struct tasks *tasks = NULL;
	struct error *err;
	uint64_t number;

	err = session_addr(b->s, text, &number);
	if (!err)
		err = tasks_open(b->k, &tasks);
	if (!err && number <= TASKS_MAX)
		err = find_pid(tasks, number, info);
	else if (!err)
		err = tasks_info(tasks, number, info);
	tasks_close(tasks);
	return err;
}

static struct error *show_task(struct bt *b, const char *text)
{
	struct task_info info = { .pid = 0 };
	struct buf comm = BUF_INIT;
	struct error *err = find_task(b, text, &info);

	if (err)
		return err;
	if (info.is_current) {
		err = error_new(ERROR_NO, "task %d runs now, on CPU %d", info.pid, info.cpu);
		return error_hint(err, "bt -c %d shows what is on its stack", info.cpu);
	}
	backtrace_task(b->unwinder, info.ksp, &b->trace);
	buf_add_escaped(&comm, info.comm, strlen(info.comm));
	out_text(b->s->out, "task %d (%s), %s, task_struct at %016" PRIx64 "\n", info.pid,
		 buf_str(&comm), info.state_name, info.addr);
	out_object(b->s->out, NULL);
	out_num(b->s->out, "pid", info.pid);
	out_str(b->s->out, "comm", buf_str(&comm));
	out_hex(b->s->out, "task", info.addr);
	out_str(b->s->out, "state", info.state_name);
	backtrace_show(b->s, b->symbols, &b->trace);
	out_close(b->s->out);
	buf_free(&comm);
	return NULL;
}

/* Where frames come from, if not from the best source. */
static void tell_source(struct bt *b)
{
	const char *why = unwinder_without_cfi(b->unwinder);

	out_bool(b->s->out, "cfi", !why);
	if (!why)
		return;
	log_note(&b->s->log, "by the back chain, without call-frame information: %s", why);
	out_str(b->s->out, "cfi_missing", why);
}

static struct error *show(struct bt *b, const struct command_args *args)
{
	struct error *err;
	int *ids = NULL;
	size_t count;

	if (!args->argc) {
		err = session_choose_cpus(b->s, command_opt(args, "cpu"), &ids, &count);
		if (err)
			return err;
	}
	out_array(b->s->out, "backtraces");
	err = args->argc ? show_task(b, args->argv[0]) : show_cpus(b, ids, count);
	out_close(b->s->out);
	tell_source(b);
	free(ids);
	return err;
}

static struct error *run_bt(struct session *s, const struct command_args *args)
{
	struct bt *b;
	struct error *err;

	if (args->argc && command_opt(args, "cpu"))
		return error_new(ERROR_USAGE, "a task or a CPU: give one or the other");
	b = calloc(1, sizeof(*b));
	if (!b)
		return error_nomem();
	b->s = s;
	err = session_kernel(s, &b->k);
	if (!err)
		err = session_symbols(s, &b->symbols);
	if (!err) {
		b->unwinder = unwinder_new(b->k);
		err = b->unwinder ? show(b, args) : error_nomem();
	}
	unwinder_free(b->unwinder);
	free(b);
	return err;
}

static const struct command_option options[] = {
	{ "cpu", 'c', "CPU", "what this CPU does, or all" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_bt = {
	.name = "bt",
	.args = "[TASK]",
	.max_args = 1,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show what the guest's kernel is doing: a backtrace",
	.help =
"Show the functions that are being executed on the kernel stack of the vCPU, of\n"
"another CPU or of all (-c), or of a task that sleeps: TASK is its thread id, or the\n"
"address of its task_struct. Each frame tells how it was found: [cfi] by the\n"
"call-frame information of the guest's vmlinux, [backchain] by the chain of stack\n"
"frames that each Linux for s390 keeps, where that file is missing or does not know,\n"
"[interruption] by the registers that an interruption has saved, after its PSW, and\n"
"[old PSW] by the lowcore, where it has not saved them yet;\n"
"[r14] is a guess about a function that makes no frame. Of a CPU that runs a user's\n"
"program there is just its PSW. A CPU that runs on is not stopped while its stack is\n"
"read: the stack is copied as soon as its registers are known.\n",
	.example =
"$ s390memctl -d panic.elf -s vmlinux bt\n"
"CPU 0: PSW 0002000180000000 000000000010fdee\n"
"     DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts none, disabled wait, code 0x10fdee\n"
"     kernel stack\n"
"#0   000000000010fdee  stop_run+0x4e                        [registers]  arch/s390/include/asm/processor.h:309\n"
"#1   000000000010ff4e  on_panic_notify+0x36                 [cfi]  arch/s390/kernel/ipl.c:1826\n"
"#2   0000000000178e36  atomic_notifier_call_chain+0x4e      [cfi]  kernel/notifier.c:87\n"
"#3   0000000000a17d42  panic+0x152                          [cfi]  kernel/panic.c:366\n"
"#4   00000000006bf738  sysrq_handle_crash+0x28              [cfi]  drivers/tty/sysrq.c:155\n"
"[...]\n"
"     interruption, registers at 0000037ffff2bf38\n"
"     PSW 0705200180000000 00000000011112ea: DAT on, primary space, key 0, problem state, cc 2, 64-bit, interrupts I/O external machine-check\n"
"#12  00000000011112ea  user program                         [interruption]\n",
	.see_also = "ps lowcore dis regs",
	.answers_no = "there is no such task, or it runs now",
	.run = run_bt,
};
