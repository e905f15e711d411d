/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/info-linux.h"
#include "cli/session.h"

static void show_fact(struct out *o, const struct target_fact *fact)
{
	out_text(o, "%-22s %s\n", fact->label, fact->value);
	if (fact->is_number)
		out_num(o, fact->key, strtoll(fact->value, NULL, 10));
	else if (fact->is_bool)
		out_bool(o, fact->key, !strcmp(fact->value, "yes"));
	else
		out_str(o, fact->key, fact->value);
}

/* All files of -s. */
static void show_symbols(struct out *o, const struct session *s)
{
	const struct symtab *tab;
	size_t i;

	for (i = 0; i < s->nr_symbol_files; i++) {
		tab = symbols_table(s->symbols, i, NULL, NULL);
		out_text(o, "%-22s %zu\n", "symbols", symtab_count(tab));
		out_text(o, "%-22s %s\n", "symbols' build id", symtab_build_id(tab));
		if (i)
			continue;
		out_num(o, "symbols", (long long)symtab_count(tab));
		out_str(o, "symbols_build_id", symtab_build_id(tab));
	}
}

static struct error *run_info(struct session *s, const struct command_args *args)
{
	struct target_fact fact;
	struct error *err;
	size_t i;

	(void)args;
	err = session_attach(s);
	if (err)
		return err;
	for (i = 0; s->target->ops->fact(s->target, i, &fact); i++)
		show_fact(s->out, &fact);
	show_symbols(s->out, s);
	return info_linux(s);
}

const struct command cmd_info = {
	.name = "info",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.summary = "tell what was found and how the guest is accessed",
	.help =
"Tell which VMM, VM and vCPU were chosen, what the host's KVM can do, and which\n"
"way to the guest was taken: the ioctl directly, or injected into the vCPU's\n"
"thread. --verbose tells why.\n"
"\n"
"Of a guest that is a Linux, its release and build id are told, how far its kernel\n"
"was moved (KASLR), and where its symbols come from.\n",
	.example =
"$ s390memctl -g web1 info\n"
"VMM process            4711\n"
"VMM program            qemu-system-s390x\n"
"guest name             web1\n"
"vCPU id                0\n"
"engine                 injection\n"
"because                KVM answers EIO to other processes than the VM's own\n"
"bytes a call           65536\n"
"[...]\n",
	.see_also = "list regs version",
	.exits = "4 5",
	.run = run_info,
};
