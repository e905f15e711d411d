/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/outfile.h"
#include "cli/triage.h"

#define TIMEOUT_NS	30000000000ULL	/* default of --timeout */
#define TIMEOUT_MAX_S	3600

static struct error *write_html(const struct report *r, const char *path, bool force)
{
	struct outfile *file = NULL;
	struct buf html = BUF_INIT;
	struct error *err = report_html(r, &html);

	if (!err)
		err = outfile_open(path, force, &file);
	if (!err)
		err = outfile_write(file, 0, html.data, html.len);
	if (!err) {
		err = outfile_commit(file);
		file = NULL;
	}
	outfile_abort(file);
	buf_free(&html);
	return err;
}

static struct error *show_text(struct session *s, const struct report *r)
{
	struct buf text = BUF_INIT;
	struct error *err = report_text(r, &text);

	if (!err)
		out_text(s->out, "%s", buf_str(&text));
	buf_free(&text);
	return err;
}

static struct error *show(struct session *s, const struct triage *t,
			  const struct command_args *args)
{
	const char *path = command_opt(args, "output");
	struct report *r = report_new();
	struct error *err = NULL;

	if (!r)
		return error_nomem();
	triage_report(t, r);
	if (out_is_json(s->out))
		triage_json(t, s->out);
	if (path)
		err = write_html(r, path, command_opt(args, "force") != NULL);
	else
		err = show_text(s, r);
	report_free(r);
	if (!err && t->timed_out)
		err = error_new(ERROR_PARTIAL, "the time limit was reached, the rest was not looked at");
	return err;
}

static struct error *run_triage(struct session *s, const struct command_args *args)
{
	const char *timeout = command_opt(args, "timeout");
	uint64_t ns = TIMEOUT_NS;
	struct error *err = NULL;
	struct triage t;

	if (command_opt(args, "force") && !command_opt(args, "output"))
		return error_new(ERROR_USAGE, "--force means nothing without --output");
	if (timeout)
		err = options_time(timeout, TIMEOUT_MAX_S, &ns);
	if (err)
		return err;
	err = triage_collect(&t, s, ns);
	if (!err)
		err = show(s, &t, args);
	triage_free(&t);
	return err;
}

static const struct command_option options[] = {
	{ "timeout", 0, "TIME", "look no longer than this (30s)" },
	{ "output", 'o', "FILE", "write a report in HTML to FILE" },
	{ "force", 0, NULL, "replace FILE if it exists" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_triage = {
	.name = "triage",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "tell what every CPU of the guest does, and why",
	.help =
"Look at all of the guest once, without changing anything, and report: what each\n"
"CPU does - idle, in a program, in the kernel, looping, in a disabled wait, whose\n"
"code is explained - by its PSW, sampled several times where the guest is live;\n"
"where that is, by symbol and line; its current task; its last program\n"
"interruption; its backtrace; who may hold the spin lock it waits for; what the\n"
"system says about itself, the text of a panic; tasks in uninterruptible sleep with\n"
"their backtraces; the last 50 messages of the log. A part that fails is reported\n"
"at the end, and the others go on. A CPU stands still for its registers only, how\n"
"long is told. --output writes one file of HTML, to send with a ticket, that needs\n"
"nothing from elsewhere; --json is for machines. Exit code 3: the time limit was\n"
"reached before the end.\n",
	.example =
"$ s390memctl -d crashed.elf triage\n"
"Triage of crashed.elf\n"
"=====================\n"
"panic                  sysrq triggered crash\n"
"CPU 0                  user: in a program\n"
"CPU 1                  disabled-wait: disabled wait, code 0x10fdee: stop_run+0x4e, where the kernel has stopped itself\n"
"blocked tasks          1 in uninterruptible sleep\n"
"took                   73 ms\n"
"[...]\n"
"CPU 1\n"
"-----\n"
"PSW                    0002000180000000 000000000010fdee\n"
"                       DAT off, real storage, key 0, supervisor state, cc 0, 64-bit, interrupts none, disabled wait, code 0x10fdee\n"
"at                     stop_run+0x4e, arch/s390/include/asm/processor.h:309\n"
"task                   init, PID 1, running, task_struct 00000000019d3600\n"
"last program check     0011: page-translation exception: store, page 000003ffc86f9000, secondary space, at raw_copy_to_user_key+0x2c\n"
"Backtrace:\n"
"  #0   000000000010fdee  stop_run+0x4e                        [registers]  arch/s390/include/asm/processor.h:309\n"
"  #1   000000000010ff4e  on_panic_notify+0x36                 [cfi]  arch/s390/kernel/ipl.c:1826\n"
"  #2   0000000000178e36  atomic_notifier_call_chain+0x4e      [cfi]  kernel/notifier.c:87\n"
"  #3   0000000000a17d42  panic+0x152                          [cfi]  kernel/panic.c:366\n"
"  #4   00000000006bf738  sysrq_handle_crash+0x28              [cfi]  drivers/tty/sysrq.c:155\n"
"[...]\n",
	.see_also = "bt ps log sys lowcore",
	.run = run_triage,
};
