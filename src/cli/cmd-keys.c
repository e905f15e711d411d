/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "cli/access.h"
#include "cli/page-keys.h"
#include "cli/range-arg.h"

static struct error *show_keys(struct session *s, const struct access *a, uint64_t len)
{
	struct page_keys_holes holes = { .bytes = 0 };
	struct error *err;

	out_hex(s->out, "address", a->addr & ~(PAGE_KEYS_PAGE - 1));
	err = page_keys_list(s, a, len, &holes);
	if (err && err->kind != ERROR_PARTIAL)
		return err;
	err = command_first_error(err, access_tell_space(s, a));
	if (err || !holes.bytes)
		return err;
	if (!holes.keys)
		return access_hole_error(s, a, false, holes.addr, holes.code);
	return error_new(ERROR_PARTIAL, "%" PRIu64 " of %" PRIu64 " bytes have no storage key",
			 holes.bytes, holes.bytes + holes.keys);
}

static struct error *run_keys(struct session *s, const struct command_args *args)
{
	struct range_arg range = { .addr = NULL };
	uint64_t len = PAGE_KEYS_PAGE;
	struct access a;
	struct error *err;

	err = access_parse(s, args, &a);
	if (!err)
		err = args->argc == 1 ? range_arg_word(args->argv[0], true, &range) :
			range_arg_pair(args->argv[0], args->argv[1], &range);
	if (!err)
		err = range_arg_eval(s, &range, &a, &len);
	/* An address alone: its page. */
	if (!err && args->argc == 1 && !range.len && !range.last)
		len = 1;
	range_arg_free(&range);
	if (!err)
		err = access_ready(s, &a);
	return err ? err : show_keys(s, &a, len);
}

static const struct command_option options[] = {
	ACCESS_OPTION_SPACE,
	ACCESS_OPTION_AR,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_keys = {
	.name = "keys",
	.args = "ADDR [LEN]",
	.min_args = 1,
	.max_args = 2,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show storage keys",
	.help =
"Show the storage keys of the 4 KiB blocks that the pages of the range lie in (of\n"
"one page without LEN): access-control bits, fetch protection, reference and change\n"
"bits. Equal keys that follow each other are one line. Instead of ADDR LEN one\n"
"word may name the range: FIRST-LAST, FIRST:LAST, ADDR.LEN or ADDR+LEN. Dumps hold\n"
"no storage keys.\n",
	.example =
"$ s390memctl -g web1 keys abs:0x11f000+16K\n"
"000000000011f000-000000000011ffff  06  access control 0, referenced, changed\n"
"0000000000120000-0000000000120fff  38  access control 3, fetch-protected\n"
"0000000000121000-0000000000122fff  06  access control 0, referenced, changed\n",
	.see_also = "read check",
	.run = run_keys,
};
