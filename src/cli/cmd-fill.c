/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/access.h"
#include "cli/store.h"

static struct error *fill_piece(void *arg, uint64_t offset, void *buf, size_t n)
{
	const unsigned char *byte = arg;

	(void)offset;
	memset(buf, *byte, n);
	return NULL;
}

static struct error *run_fill(struct session *s, const struct command_args *args)
{
	uint64_t len = 0, value = 0;
	unsigned char byte;
	struct error *err;

	err = length_parse(args->argv[1], "length", &len);
	if (!err)
		err = number_parse(args->argv[2], "byte", 8, 1, &value);
	if (err)
		return err;
	byte = (unsigned char)value;
	return store_at(s, args, args->argv[0], len, fill_piece, &byte);
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
