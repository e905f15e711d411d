/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/session.h"
#include "linux/sysinfo.h"

#define UNKNOWN_MAX	32U	/* facts: more than there are */

struct sys_shown {
	struct session *s;
	size_t nr_unknown;
	struct {
		const char *key;
		char *reason;
	} unknown[UNKNOWN_MAX];
};

static void show_text(struct out *o, const struct sys_fact *fact)
{
	if (!fact->text)
		out_text(o, "%-14s not known: %s\n", fact->label, fact->source);
	else if (*fact->source)
		out_text(o, "%-14s %s (%s)\n", fact->label, fact->text, fact->source);
	else
		out_text(o, "%-14s %s\n", fact->label, fact->text);
}

static void show_json(struct sys_shown *shown, const struct sys_fact *fact)
{
	struct out *o = shown->s->out;

	if (fact->text && fact->is_number) {
		out_num(o, fact->key, fact->number);
	} else if (fact->text) {
		out_str(o, fact->key, fact->text);
	} else if (shown->nr_unknown < UNKNOWN_MAX) {
		out_null(o, fact->key);
		shown->unknown[shown->nr_unknown].key = fact->key;
		shown->unknown[shown->nr_unknown].reason = strdup(fact->source);
		shown->nr_unknown++;
	}
}

static void show_fact(void *arg, const struct sys_fact *fact)
{
	struct sys_shown *shown = arg;

	if (shown->s->json)
		show_json(shown, fact);
	else
		show_text(shown->s->out, fact);
}

/* What is null above, and why. */
static void show_unknown(struct sys_shown *shown)
{
	struct out *o = shown->s->out;
	size_t i;

	out_array(o, "unknown");
	for (i = 0; i < shown->nr_unknown; i++) {
		out_object(o, NULL);
		out_str(o, "fact", shown->unknown[i].key);
		out_str(o, "reason", shown->unknown[i].reason ? shown->unknown[i].reason : "");
		out_close(o);
		free(shown->unknown[i].reason);
	}
	out_close(o);
}

static struct error *run_sys(struct session *s, const struct command_args *args)
{
	struct sys_shown shown = { .s = s };
	struct kernel *k;
	struct error *err;

	(void)args;
	err = session_kernel(s, &k);
	if (err)
		return err;
	err = sysinfo_each(k, show_fact, &shown);
	show_unknown(&shown);
	return err;
}

const struct command cmd_sys = {
	.name = "sys",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.summary = "tell which Linux the guest runs, and how it does",
	.help =
"Tell what uname, uptime, free and /proc would tell in the guest: release, command\n"
"line, CPUs, uptime and time of the day (as of the last timer tick), load, memory,\n"
"taint flags, and from the kernel's log whether it has panicked, met an oops, hung\n"
"tasks, soft lockups or RCU stalls; then the kernel's build id, how far it was moved\n"
"from its link address (KASLR), and where its symbols come from. What is not known\n"
"is shown with the reason: most of it needs symbols of data, which Linux 6.1 of\n"
"Debian has not in its kallsyms, so that a vmlinux is needed there. In JSON such a\n"
"member is null, and the array \"unknown\" tells why.\n",
	.example =
"$ s390memctl -d web1.elf sys\n"
"release        6.12.95+deb12-s390x\n"
"version        #1 SMP Debian 6.12.95-1~bpo12+1 (2026-07-05)\n"
"machine        s390x\n"
"node name      web1\n"
"command line   console=ttysclp0 quiet printk.devkmsg=on panic=0 crash\n"
"CPUs online    2\n"
"uptime         0 days, 00:00:05.46 (as of the kernel's last timer tick)\n"
"time           2026-11-23T00:59:55Z (as of the kernel's last timer tick)\n"
"load average   0.00 0.00 0.00\n"
"memory         234416 KiB\n"
"memory free    221476 KiB\n"
"tainted        no\n"
"panic          sysrq triggered crash\n"
"build id       bd904051734038d294a976d0b082d0794c7f6eef\n"
"kernel offset  0x3fffe854000 (VMCOREINFO)\n"
"symbols from   the guest's kallsyms\n",
	.see_also = "log ps info",
	.run = run_sys,
};
