/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

/* In the order in which `help` shows them. */
const struct command *const command_table[] = {
	&cmd_list,
	&cmd_info,
	&cmd_regs,
	&cmd_dis,
	&cmd_modules,
	&cmd_sym,
	&cmd_ps,
	&cmd_log,
	&cmd_sys,
	&cmd_read,
	&cmd_check,
	&cmd_translate,
	&cmd_map,
	&cmd_keys,
	&cmd_search,
	&cmd_diff,
	&cmd_watch,
	&cmd_dump,
	&cmd_write,
	&cmd_fill,
	&cmd_load,
	&cmd_cas,
	&cmd_help,
	&cmd_apropos,
	&cmd_version,
	&cmd_quit,
	NULL,
};
