/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "cli/access.h"
#include "cli/audit.h"
#include "cli/values.h"

#define CAS_MAX 16
#define CAS_TYPES (1U << MEM_HEX | 1U << MEM_U8 | 1U << MEM_U16 | 1U << MEM_U32 | 1U << MEM_U64)

struct exchange {
	struct access access;
	size_t size;			/* 1, 2, 4, 8, 16 */
	unsigned char expected[CAS_MAX];
	unsigned char found[CAS_MAX];
	unsigned char new_[CAS_MAX];
	bool success;
};

static void show_value(struct out *o, const char *key, const unsigned char *value, size_t size)
{
	size_t i;

	out_bytes(o, key, value, size);
	out_text(o, "%-5s ", key);
	for (i = 0; i < size; i++)
		out_text(o, "%02x", value[i]);
	out_text(o, "\n");
}

static struct error *exchange(struct session *s, struct exchange *x)
{
	struct target *t = s->target;
	struct audit_record r = {
		.command = "cas",
		.guest = t->name,
		.pid = t->pid,
		.vcpu = t->vcpu,
		.space = SPACE_ABSOLUTE,
		.key = x->access.key,
		.addr = x->access.addr,
		.len = x->size,
		.old = x->expected,
		.new_ = x->new_,
	};
	struct error *err, *recorded;
	const char *result;
	uint64_t done;

	err = audit_before(s->audit, &r);
	if (err)
		return err;
	audit_syslog(&r, 0, NULL);
	memcpy(x->found, x->expected, x->size);
	err = t->ops->cas(t, &x->access, x->found, x->new_, x->size, &x->success);
	result = err ? err->message : x->success ? "done" : "differs";
	done = !err && x->success ? x->size : 0;
	recorded = audit_after(s->audit, &r, done, result);
	audit_syslog(&r, done, result);
	return command_first_error(err, recorded);
}

static struct error *tell_result(struct session *s, const struct exchange *x)
{
	struct out *o = s->out;

	out_hex(o, "address", x->access.addr);
	out_hex(o, "length", x->size);
	out_str(o, "space", space_short_name(SPACE_ABSOLUTE));
	out_bool(o, "exchanged", x->success);
	show_value(o, "old", x->expected, x->size);
	show_value(o, "new", x->new_, x->size);
	if (x->success) {
		out_text(o, "exchanged, absolute %016" PRIx64 "\n", x->access.addr);
		return NULL;
	}
	show_value(o, "found", x->found, x->size);
	return error_new(ERROR_NO, "not exchanged: absolute %016" PRIx64 " holds another value",
			 x->access.addr);
}

/* OLD and NEW; both as long as the type says, or with -t hex as long as they are. */
static struct error *parse_values(const struct command_args *args, struct exchange *x)
{
	struct buf old = BUF_INIT, new_ = BUF_INIT;
	enum mem_type type;
	struct error *err;

	err = values_type(command_opt(args, "type"), MEM_U64, CAS_TYPES, &type);
	if (!err)
		err = values_add(&old, type, NULL, args->argv[1]);
	if (!err)
		err = values_add(&new_, type, NULL, args->argv[2]);
	if (!err && old.len != new_.len)
		err = error_new(ERROR_USAGE, "OLD and NEW differ in length: %zu and %zu bytes",
				old.len, new_.len);
	if (!err && (old.len > CAS_MAX || (old.len & (old.len - 1))))
		err = error_new(ERROR_USAGE, "%zu bytes cannot be exchanged at once: 1, 2, 4, 8 or 16 can",
				old.len);
	if (!err) {
		x->size = old.len;
		memcpy(x->expected, old.data, old.len);
		memcpy(x->new_, new_.data, new_.len);
	}
	buf_free(&old);
	buf_free(&new_);
	return err;
}

static struct error *run_cas(struct session *s, const struct command_args *args)
{
	struct exchange x = { .access = ACCESS_INIT(0) };
	const char *key = command_opt(args, "key");
	unsigned int number = 0;
	struct error *err;

	x.access.space = SPACE_ABSOLUTE;
	err = parse_values(args, &x);
	if (!err && key) {
		err = access_number(key, "access key", 15, &number);
		x.access.key = (int16_t)number;
	}
	if (!err)
		err = access_addr(s, args->argv[0], &x.access);
	if (!err && x.access.space != SPACE_ABSOLUTE)
		err = error_new(ERROR_USAGE, "cas works in absolute storage only, not in %s",
				space_name(x.access.space));
	if (!err && x.access.addr % x.size)
		err = error_new(ERROR_USAGE, "address 0x%" PRIx64 " is no multiple of the %zu bytes to exchange",
				x.access.addr, x.size);
	if (!err)
		err = session_attach(s);
	if (!err)
		err = exchange(s, &x);
	return err ? err : tell_result(s, &x);
}

static const struct command_option options[] = {
	{ "type", 't', "TYPE", "u64 (default), u8, u16, u32, or hex for 1, 2, 4, 8 or 16 bytes" },
	ACCESS_OPTION_KEY,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_cas = {
	.name = "cas",
	.args = "ADDR OLD NEW",
	.min_args = 3,
	.max_args = 3,
	.flags = CMD_NEEDS_TARGET | CMD_NEEDS_WRITE,
	.options = options,
	.summary = "compare and exchange a value in absolute memory",
	.help =
"If the value at the absolute address ADDR is OLD, replace it by NEW, in one step\n"
"that no vCPU can come between. Otherwise nothing is changed, the value found is\n"
"shown, and the exit code is 1. ADDR must be a multiple of the value's size. Needs\n"
"Linux 6.3 on the host.\n",
	.example =
"$ s390memctl -w -g web1 cas 0x200000 0 1 -t u32\n"
"old   00000000\n"
"new   00000001\n"
"exchanged, absolute 0000000000200000\n",
	.see_also = "read write",
	.answers_no = "another value than OLD was there",
	.run = run_cas,
};
