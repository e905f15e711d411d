/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch/dat-bits.h"
#include "arch/pgm.h"
#include "arch/psw.h"
#include "base/buf.h"
#include "cli/access.h"
#include "cli/walk-space.h"

#define REGISTERS_MAX 12
#define ALE_PRIVATE (1ULL << 56)	/* of an access-list entry's first doubleword */

/* A register that has had a say, and what. */
struct used_register {
	char name[8];
	uint64_t value;
	unsigned int digits;
	const char *what;
};

struct used_registers {
	unsigned int count;
	struct used_register list[REGISTERS_MAX];
};

static void use(struct used_registers *u, const char *letters, int number, uint64_t value,
		unsigned int digits, const char *what)
{
	struct used_register *r;
	unsigned int i;

	if (u->count == REGISTERS_MAX)
		return;
	r = &u->list[u->count];
	if (number < 0)
		snprintf(r->name, sizeof(r->name), "%s", letters);
	else
		snprintf(r->name, sizeof(r->name), "%s%d", letters, number);
	for (i = 0; i < u->count; i++) {
		if (!strcmp(u->list[i].name, r->name))
			return;
	}
	r->value = value;
	r->digits = digits;
	r->what = what;
	u->count++;
}

static void use_control(struct used_registers *u, const struct s390_regs *regs, int number,
			const char *what)
{
	use(u, "CR", number, regs->crs[number], 16, what);
}

static void use_space(struct used_registers *u, const struct s390_regs *regs, enum space space)
{
	if (space == SPACE_PRIMARY)
		use_control(u, regs, 1, "primary ASCE");
	else if (space == SPACE_SECONDARY)
		use_control(u, regs, 7, "secondary ASCE");
	else if (space == SPACE_HOME)
		use_control(u, regs, 13, "home ASCE");
}

/* Which registers has a step looked at? */
static void use_of_step(struct used_registers *u, const struct s390_regs *regs,
			const struct translation_step *step)
{
	switch (step->kind) {
	case STEP_SPACE:
		if (step->from == FROM_PSW)
			use(u, "PSW", -1, regs->psw_mask, 16, NULL);
		use_space(u, regs, step->space);
		break;
	case STEP_ALET:
		if (step->from == FROM_ACCESS_REGISTER && step->index)
			use(u, "AR", step->index, regs->acrs[step->index], 8, "ALET");
		if (step->value[0] < 2)
			use_space(u, regs, step->value[0] ? SPACE_SECONDARY : SPACE_PRIMARY);
		break;
	case STEP_ALD:
		use_control(u, regs, step->index,
			    step->index == 2 ? "dispatchable-unit-control-table origin"
					     : "primary-ASTE origin");
		break;
	case STEP_ALE:
		if (step->words && (step->value[0] & ALE_PRIVATE))
			use_control(u, regs, 8, "extended authorization index in bits 32-47");
		break;
	case STEP_ASCE:
	case STEP_LOW_ADDRESS:
	case STEP_KEY:
		use_control(u, regs, 0, NULL);
		break;
	default:
		break;
	}
	if (step->real)
		use(u, "prefix", -1, regs->prefix, 8, NULL);
}

/* The bits of control register 0 that translation and protection look at. */
static void describe_cr0(uint64_t cr0, struct buf *out)
{
	static const struct {
		uint64_t bit;
		const char *text;
	} bits[] = {
		{ CR0_EDAT, "enhanced DAT" },
		{ CR0_LOW_ADDRESS_PROTECTION, "low-address protection" },
		{ CR0_FETCH_OVERRIDE, "fetch-protection override" },
		{ CR0_STORAGE_OVERRIDE, "storage-protection override" },
		{ CR0_IEP, "instruction-execution protection" },
	};
	size_t i, start = out->len;

	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		if (cr0 & bits[i].bit)
			buf_addf(out, "%s%s", out->len > start ? ", " : "", bits[i].text);
	}
	if (out->len == start)
		buf_adds(out, "nothing that counts here is on");
}

static void show_registers(struct out *o, const struct s390_regs *regs,
			   const struct translation_trace *trace)
{
	struct used_registers used = { .count = 0 };
	const struct used_register *r;
	struct buf words = BUF_INIT;
	unsigned int i;

	for (i = 0; i < trace->count; i++)
		use_of_step(&used, regs, &trace->steps[i]);
	out_array(o, "registers");
	for (r = used.list; r < used.list + used.count; r++) {
		buf_reset(&words);
		if (r->what)
			buf_adds(&words, r->what);
		else if (!strcmp(r->name, "PSW"))
			psw_describe(regs->psw_mask, regs->psw_addr, &words);
		else if (!strcmp(r->name, "CR0"))
			describe_cr0(r->value, &words);
		out_text(o, "%-6s  %0*" PRIx64 "%s%s\n", r->name, (int)r->digits, r->value,
			 words.len ? "  " : "", buf_str(&words));
		out_object(o, NULL);
		out_str(o, "name", r->name);
		out_hex(o, "value", r->value);
		if (words.len)
			out_str(o, "text", buf_str(&words));
		out_close(o);
	}
	out_close(o);
	buf_free(&words);
}

static void show_step(struct out *o, unsigned int number, const struct translation_step *step)
{
	struct buf text = BUF_INIT;
	unsigned int i;

	step_describe(step, &text);
	out_text(o, "%2u  %s\n", number, buf_str(&text));
	out_object(o, NULL);
	out_str(o, "step", step_name(step->kind));
	out_str(o, "text", buf_str(&text));
	/* What stands in storage, and where. */
	if (step->kind != STEP_SPACE && step->kind != STEP_ALET && step->kind != STEP_ASCE) {
		if (step->real)
			out_hex(o, "real", step->address);
		out_hex(o, "absolute", step->absolute);
	}
	if (step->kind >= STEP_REGION_FIRST && step->kind <= STEP_PAGE)
		out_num(o, "index", step->index);
	if (step->words) {
		out_array(o, "value");
		for (i = 0; i < step->words; i++)
			out_hex(o, NULL, step->value[i]);
		out_close(o);
	}
	if (step->code) {
		out_hex(o, "code", step->code);
		out_str(o, "name", pgm_name(step->code));
	}
	out_close(o);
	buf_free(&text);
}

static const char *frame_name(unsigned int shift)
{
	return shift == REGION_THIRD_SHIFT ? "2 GiB" : shift == SEGMENT_SHIFT ? "1 MiB" : "4 KiB";
}

static void show_result(struct out *o, const struct walk_space *ws, const struct translation *t)
{
	bool not_executable = ws->as.iep && (t->flags & TRANSLATED_IEP);

	out_text(o, "absolute %016" PRIx64, t->absolute);
	out_hex(o, "absolute", t->absolute);
	out_hex(o, "length", t->length);
	if (t->flags & TRANSLATED_DAT) {
		out_text(o, ", %s frame%s%s", frame_name(t->frame_shift),
			 t->flags & TRANSLATED_PROTECTED ? ", protected" : "",
			 not_executable ? ", not for instructions" : "");
		out_num(o, "frame_size", 1LL << t->frame_shift);
		out_bool(o, "protected", t->flags & TRANSLATED_PROTECTED);
		out_bool(o, "executable", !not_executable);
	}
	out_text(o, "\n");
}

static const char *type_name(enum reference_type type)
{
	static const char *const names[] = {
		[REFERENCE_FETCH] = "fetch",
		[REFERENCE_STORE] = "store",
		[REFERENCE_INSTRUCTION_FETCH] = "instruction fetch",
	};

	return names[type];
}

static struct error *translate_address(struct session *s, const struct access *a,
				       enum reference_type type)
{
	struct translation_trace trace = { .count = 0 };
	struct walk_space ws;
	struct translation t;
	struct error *err;
	unsigned int i;
	bool ok;

	err = walk_space_open(s, a, type, NULL, &trace, &ws);
	if (err)
		return err;
	ok = translate(&ws.as, a->addr, &t);
	out_text(s->out, "%s at %016" PRIx64 "\n", type_name(type), t.effective);
	out_hex(s->out, "address", t.effective);
	out_str(s->out, "operation", type_name(type));
	show_registers(s->out, &ws.walk->regs, &trace);
	out_array(s->out, "steps");
	for (i = 0; i < trace.count; i++)
		show_step(s->out, i + 1, &trace.steps[i]);
	out_close(s->out);
	if (ok)
		show_result(s->out, &ws, &t);
	else
		err = walk_space_error(&ws, &t);
	walk_space_done(s, &ws);
	return command_first_error(err, access_tell_space(s, a));
}

static struct error *run_translate(struct session *s, const struct command_args *args)
{
	bool store = command_opt(args, "store"), instruction = command_opt(args, "instruction");
	struct access a;
	struct error *err;

	if (store && instruction)
		return error_new(ERROR_USAGE, "--store and --instruction exclude each other");
	err = access_parse(s, args, &a);
	if (!err)
		err = access_addr(s, args->argv[0], &a);
	if (!err)
		err = access_ready(s, &a);
	if (err)
		return err;
	return translate_address(s, &a, store ? REFERENCE_STORE :
				 instruction ? REFERENCE_INSTRUCTION_FETCH : REFERENCE_FETCH);
}

static const struct command_option options[] = {
	{ "store", 0, NULL, "as for a store; otherwise as for a fetch" },
	{ "instruction", 0, NULL, "as for the fetch of an instruction" },
	ACCESS_OPTION_SPACE,
	ACCESS_OPTION_AR,
	ACCESS_OPTION_KEY,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_translate = {
	.name = "translate",
	.args = "ADDR",
	.min_args = 1,
	.max_args = 1,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show step by step how an address is translated",
	.help =
"Show how a CPU gets from a logical address to the absolute one: the registers\n"
"that have a say, access-register translation, every table entry with its address\n"
"and what it means, the frame, prefixing, and what protection applies. Where the\n"
"translation fails, the exception stands at the step that fails, and the exit\n"
"code is 2.\n",
	.example =
"$ s390memctl -d web1.elf translate home:0x1234\n"
"fetch at 0000000000001234\n"
"CR13    0000000001290007  home ASCE\n"
"CR0     0000000014166a10  low-address protection, instruction-execution protection\n"
"prefix  0199c000\n"
" 1  home space, control register 13, as asked for\n"
" 2  address-space-control element 0000000001290007: region-third table at absolute 0000000001290000, entries 0x0-0x7ff\n"
" 3  region-third-table entry 0x0 at absolute 0000000001290000 is 000000000fff0007: segment table at absolute 000000000fff0000, entries 0x0-0x7ff\n"
" 4  segment-table entry 0x0 at absolute 000000000fff0000 is 000000000ffff000: page table at absolute 000000000ffff000\n"
" 5  page-table entry 0x1 at absolute 000000000ffff008 is 000000000000113d: page at real 0000000000001000, not for instructions\n"
" 6  real address 0000000000001234: absolute 000000000199d234, by prefixing\n"
"absolute 000000000199d234, 4 KiB frame, not for instructions\n",
	.see_also = "check map regs",
	.run = run_translate,
};
