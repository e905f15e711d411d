/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/access.h"
#include "cli/progress.h"
#include "cli/store.h"

struct filler {
	unsigned char byte;
	struct progress progress;
};

static struct error *fill_piece(void *arg, uint64_t offset, void *buf, size_t n)
{
	struct filler *f = arg;

	progress_update(&f->progress, offset);
	memset(buf, f->byte, n);
	return NULL;
}

static struct error *run_fill(struct session *s, const struct command_args *args)
{
	struct filler f = { 0 };
	struct access a;
	struct error *err;
	uint64_t len = 0, byte = 0;

	err = length_parse(args->argv[1], "length", &len);
	if (!err)
		err = number_parse(args->argv[2], "byte", 8, 1, &byte);
	if (!err)
		err = access_parse(s, args, &a);
	if (!err)
		err = access_addr(s, args->argv[0], &a);
	if (!err)
		err = access_check_range(a.addr, len);
	if (!err)
		err = access_ready(s, &a);
	if (err)
		return err;
	f.byte = (unsigned char)byte;
	progress_start(&f.progress, &s->log, len);
	err = store_range(s, args, &a, len, fill_piece, &f);
	progress_end(&f.progress);
	return err;
}

static const struct command_option options[] = {
	ACCESS_OPTIONS,
	ACCESS_OPTION_INJECT,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_fill = {
	.name = "fill",
	.args = "ADDR LEN BYTE",
	.min_args = 3,
	.max_args = 3,
	.flags = CMD_NEEDS_TARGET | CMD_NEEDS_WRITE,
	.options = options,
	.summary = "set guest memory to one byte's value",
	.help =
"Set LEN bytes of the guest's memory from ADDR on to BYTE, a number from -128 to\n"
"255. The whole range is checked first; old and new bytes are shown.\n",
	.example =
"$ s390memctl -w -g web1 fill --space=abs 0x200000 16 0xff\n"
"old:\n"
"0000000000200000  68656c6c 6f20776f 726c6400 00000000  |hello world.....|\n"
"new:\n"
"0000000000200000  ffffffff ffffffff ffffffff ffffffff  |................|\n"
"16 bytes written, 0000000000200000-000000000020000f\n",
	.see_also = "write check read",
	.run = run_fill,
};
