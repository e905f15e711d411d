/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "cli/access.h"
#include "cli/infile.h"
#include "cli/store.h"
#include "cli/values.h"

static struct error *copy_values(void *arg, uint64_t offset, void *buf, size_t n)
{
	const struct buf *values = arg;

	memcpy(buf, values->data + offset, n);
	return NULL;
}

static struct error *collect_values(struct session *s, const struct command_args *args,
				    struct buf *values)
{
	enum mem_type type;
	struct error *err;
	int i;

	err = values_type(command_opt(args, "type"), MEM_HEX, ~(1U << MEM_RAW), &type);
	for (i = 1; !err && i < args->argc; i++)
		err = values_add(values, type, s->settings.codepage, args->argv[i]);
	if (!err && values->len == 0)
		err = error_new(ERROR_USAGE, "nothing to write: the values have no bytes");
	return err;
}

static struct error *write_at(struct session *s, const struct command_args *args, uint64_t len,
			      store_source *source, void *arg)
{
	struct access a;
	struct error *err = access_parse(s, args, &a);

	if (!err)
		err = access_addr(s, args->argv[0], &a);
	if (!err)
		err = access_check_range(a.addr, len);
	if (!err)
		err = access_ready(s, &a);
	return err ? err : store_range(s, args, &a, len, source, arg);
}

static struct error *write_file(struct session *s, const struct command_args *args,
				const char *path)
{
	struct infile file;
	struct error *err;

	if (args->argc > 1)
		return error_new(ERROR_USAGE, "values beside --from: give one or the other");
	if (command_opt(args, "type"))
		return error_new(ERROR_USAGE, "--type means nothing with --from");
	err = infile_open(path, &file);
	if (err)
		return err;
	err = write_at(s, args, file.size, infile_source, &file);
	infile_close(&file);
	return err;
}

static struct error *run_write(struct session *s, const struct command_args *args)
{
	const char *from = command_opt(args, "from");
	struct buf values = BUF_INIT;
	struct error *err;

	if (from)
		return write_file(s, args, from);
	if (args->argc < 2)
		return error_new(ERROR_USAGE, "no values to write");
	err = collect_values(s, args, &values);
	if (!err)
		err = write_at(s, args, values.len, copy_values, &values);
	buf_free(&values);
	return err;
}

static const struct command_option options[] = {
	{ "type", 't', "TYPE", "hex (default), u8, u16, u32, u64, str or ebcdic" },
	{ "from", 0, "FILE", "write the bytes of this file" },
	ACCESS_OPTIONS,
	ACCESS_OPTION_INJECT,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_write = {
	.name = "write",
	.args = "ADDR [VALUE...]",
	.min_args = 1,
	.max_args = -1,
	.flags = CMD_NEEDS_TARGET | CMD_NEEDS_WRITE,
	.options = options,
	.summary = "change guest memory",
	.help =
"Write values to the guest's memory from ADDR on, one behind the other: bytes\n"
"in hex digits, or as -t says big-endian numbers, or text. The whole range is\n"
"checked first; if any of it could not be stored, nothing is. Old and new bytes\n"
"are shown, and recorded by syslog and in the file of --audit.\n",
	.example =
"$ s390memctl -w -g web1 write 0x10000000 -t u32 17 -1\n"
"old:\n"
"0000000010000000  00000000 00000000                    |........|\n"
"new:\n"
"0000000010000000  00000011 ffffffff                    |........|\n"
"8 bytes written, 0000000010000000-0000000010000007\n"
"s390memctl: primary space, as the PSW says\n",
	.see_also = "fill load cas check read",
	.run = run_write,
};
