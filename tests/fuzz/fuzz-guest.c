/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest that means harm: what it has in its storage and registers, seen by the
 * commands that translate addresses and know Linux. The first byte chooses the
 * line, the second text or JSON, the rest is the guest (guest.h).
 */
#include "guest.h"

static const char *const lines[] = {
	"log", "ps --threads", "sys", "modules", "bt", "triage --timeout=2s", "regs", "lowcore",
	"map --space=home 0-0xffffffff", "map --max-ranges=200 --contiguous 0-0x3fffffff", "translate 0x1000", "translate ar3:0x2000",
	"translate home:0x100000", "check 0x1000 4K", "read 0x1000 4K", "read ar5:0x10 64",
	"sym 0x100000", "sym init_task", "print init_task", "print --all struct task 0x10000",
	"ptype task", "sizeof task_struct", "dis 0x1000 64", "read -t str --count=9 0x1000",
	"search -t str 0-0x1fffff x", "bt 1", "print &init_task", "lowcore --cpu=all", "bt --cpu=all",
	"read *%r15 16", "bt 5",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	size_t line = (size_t)fuzz_number(&in, 1) % (sizeof(lines) / sizeof(*lines));
	bool json = fuzz_number(&in, 1) & 1;
	struct fuzz_guest *g = fuzz_guest_new(&in);

	fuzz_run_lines(g, json, lines + line, 1);
	fuzz_guest_free(g);
	return 0;
}
