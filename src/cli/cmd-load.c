/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "cli/access.h"
#include "cli/infile.h"
#include "cli/store.h"

static struct error *run_load(struct session *s, const struct command_args *args)
{
	struct error *err = NULL;
	struct infile file;
	uint64_t len = 0;

	if (args->argc > 2)
		err = length_parse(args->argv[2], "length", &len);
	if (!err)
		err = infile_open(args->argv[0], &file);
	if (err)
		return err;
	if (len > file.size)
		err = error_new(ERROR_USAGE, "file '%s' has %" PRIu64 " bytes, fewer than %" PRIu64,
				file.shown, file.size, len);
	else
		err = store_at(s, args, args->argv[1], len ? len : file.size, infile_source,
			       &file);
	infile_close(&file);
	return err;
}

static const struct command_option options[] = {
	ACCESS_OPTIONS,
	ACCESS_OPTION_INJECT,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_load = {
	.name = "load",
	.args = "FILE ADDR [LEN]",
	.min_args = 2,
	.max_args = 3,
	.flags = CMD_NEEDS_TARGET | CMD_NEEDS_WRITE,
	.options = options,
	.summary = "write a file's bytes to guest memory",
	.help =
"Write the bytes of a file (the first LEN of them, or all) to the guest's memory\n"
"from ADDR on. The whole range is checked first. If it fails half-way all the\n"
"same - a file that becomes shorter, a guest that unmaps a page - it is told\n"
"exactly which bytes were written.\n",
	.example =
"$ s390memctl -w -g web1 load --space=abs page.bin 0x200000\n"
"old:\n"
"0000000000200000  00000000 00000000 00000000 00000000  |................|\n"
"*\n"
"0000000000200070  00000000 00000000 00000000 00000000  |................|\n"
"... 3904 bytes ...\n"
"0000000000200fc0  00000000 00000000 00000000 00000000  |................|\n"
"*\n"
"0000000000200ff0  00000000 00000000 00000000 00000000  |................|\n"
"new:\n"
"0000000000200000  c1c2c3c4 c1c2c3c4 c1c2c3c4 c1c2c3c4  |................|\n"
"*\n"
"0000000000200070  c1c2c3c4 c1c2c3c4 c1c2c3c4 c1c2c3c4  |................|\n"
"... 3904 bytes ...\n"
"0000000000200fc0  c1c2c3c4 c1c2c3c4 c1c2c3c4 c1c2c3c4  |................|\n"
"*\n"
"0000000000200ff0  c1c2c3c4 c1c2c3c4 c1c2c3c4 c1c2c3c4  |................|\n"
"4096 bytes written, 0000000000200000-0000000000200fff\n",
	.see_also = "dump write check",
	.run = run_load,
};
