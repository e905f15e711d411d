/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/session.h"
#include "linux/printk.h"
#include "sym/expr.h"

static struct error *parse_level(const char *name, size_t len, unsigned int *levels)
{
	unsigned int i;

	for (i = 0; i < LOG_LEVELS; i++) {
		if (strlen(log_level_name(i)) == len && !memcmp(log_level_name(i), name, len)) {
			*levels |= 1U << i;
			return NULL;
		}
	}
	return error_hint(error_new(ERROR_USAGE, "no level '%.*s'", (int)len, name),
			  "levels are emerg, alert, crit, err, warn, notice, info and debug");
}

/* "err,warn" as a mask. */
static struct error *parse_levels(const char *text, unsigned int *levels)
{
	struct error *err = NULL;
	size_t len;

	*levels = 0;
	while (text && !err) {
		len = strcspn(text, ",");
		err = parse_level(text, len, levels);
		text = text[len] ? text + len + 1 : NULL;
	}
	return err;
}

static void show_json(struct out *o, const struct log_record *r, struct buf *b)
{
	out_object(o, NULL);
	out_hex(o, "sequence", r->sequence);
	out_hex(o, "time_ns", r->time_ns);
	out_str(o, "level", log_level_name(r->level));
	out_num(o, "facility_number", r->facility);
	if (*log_facility_name(r->facility))
		out_str(o, "facility", log_facility_name(r->facility));
	buf_reset(b);
	log_record_caller(r, b);
	if (b->len)
		out_str(o, "caller", buf_str(b));
	buf_reset(b);
	log_record_text(r, b);
	out_str(o, "text", buf_str(b));
	out_close(o);
}

static bool show_record(void *arg, const struct log_record *r)
{
	struct session *s = arg;
	struct buf b = BUF_INIT;

	if (s->json) {
		show_json(s->out, r, &b);
	} else {
		log_record_format(r, &b);
		out_text(s->out, "%s", buf_str(&b));
	}
	if (buf_failed(&b))
		out_nomem(s->out);
	buf_free(&b);
	return !s->pipe_closed;
}

static struct error *run_log(struct session *s, const struct command_args *args)
{
	const char *lines = command_opt(args, "lines");
	unsigned int levels = 0;
	struct kernel *k;
	uint64_t last = 0;
	struct error *err;

	err = parse_levels(command_opt(args, "level"), &levels);
	if (!err && lines)
		err = number_parse(lines, "number of messages", 32, 0, &last);
	if (!err && lines && !last)
		err = error_new(ERROR_USAGE, "the number of messages is 0");
	if (!err)
		err = session_kernel(s, &k);
	if (err)
		return err;
	out_array(s->out, "records");
	err = kernel_log(k, last, levels, show_record, s);
	out_close(s->out);
	return err;
}

static const struct command_option options[] = {
	{ "lines", 'n', "N", "only the last N messages" },
	{ "level", 'l', "LEVEL,...", "only those of emerg, alert, crit, err, warn, notice, info, debug" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_log = {
	.name = "log",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show the log of the guest's kernel",
	.help =
"Show the ring buffer of the guest's printk(), as dmesg would in the guest: time\n"
"since the boot in seconds, text; further lines of a message stand below its first.\n"
"Whatever is no printable text is escaped. Both formats of the buffer are known,\n"
"that of Linux 5.10 and newer, and that of 3.5 to 5.9. No symbols are needed where\n"
"the kernel has told its VMCOREINFO, which it does early in the boot. In JSON every\n"
"message has its sequence number, level, facility and who wrote it too: T1 is the\n"
"thread 1, C0 is CPU 0 outside any thread. The exit code is 3 if a part of the\n"
"buffer is damaged.\n",
	.example =
"$ s390memctl -d web1.elf log\n"
"[    0.441667] Linux version 6.12.95+deb12-s390x (debian-kernel@lists.debian.org) [...]\n"
"[    0.442970] setup: Linux is running under KVM in 64-bit mode\n"
"[    0.449213] setup: The maximum memory size is 256MB\n"
"[...]\n"
"$ s390memctl -g web1 log -n 2\n"
"[    4.062360] two\n"
"               lines\n"
"[    4.062730] bytes \\x1b[31m \\x80\\xff\\\\ tab\\t end\n",
	.see_also = "sys ps",
	.answers_no = "no log of a Linux was found",
	.run = run_log,
};
