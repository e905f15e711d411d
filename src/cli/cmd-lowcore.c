/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "arch/psw.h"
#include "base/buf.h"
#include "base/endian.h"
#include "cli/command.h"
#include "cli/cpus.h"
#include "cli/session.h"
#include "linux/kernel.h"
#include "linux/lowcore.h"

#define NAME_WIDTH	50

struct view {
	struct session *s;
	struct out *o;
	struct kernel *k;
	const struct symbols *symbols;
	unsigned char lowcore[LOWCORE_SIZE];
	unsigned char absolute[LOWCORE_SIZE];	/* at absolute 0 */
	struct buf words;	/* of the field at hand */
	struct buf symbol;	/* of the address at hand */
	struct linux_lowcore_field fields[LINUX_LOWCORE_MAX];
	size_t nr_fields;
};

static bool is_zero(const unsigned char *p, size_t len)
{
	while (len && !*p) {
		p++;
		len--;
	}
	return !len;
}

static bool find_symbol(struct view *v, uint64_t addr)
{
	buf_reset(&v->symbol);
	return addr && symbols_format(v->symbols, addr, &v->symbol);
}

/* Text: value, symbol and words of a field on its line. */
static void show_line(struct view *v, unsigned int offset, const char *name, uint64_t value,
		      unsigned int length)
{
	out_text(v->o, "%04x  %-*s %0*" PRIx64, offset, NAME_WIDTH, name, 2 * (int)length, value);
	if (v->symbol.len)
		out_text(v->o, " <%s>", buf_str(&v->symbol));
	if (v->words.len)
		out_text(v->o, "  %s", buf_str(&v->words));
	out_text(v->o, "\n");
}

static void show_number(struct view *v, const struct lowcore_field *f)
{
	uint64_t value = lowcore_number(f, v->lowcore);

	if (f->kind == LOWCORE_ADDRESS)
		find_symbol(v, value);
	show_line(v, f->offset, f->name, value, f->length);
	out_hex(v->o, "value", value);
}

/* Of a PSW without DAT the address is a real one: where does the kernel see it? */
static uint64_t psw_virtual(const struct view *v, uint64_t mask, uint64_t addr)
{
	addr &= psw_address_mask(mask);
	return !(mask & PSW_MASK_DAT) && v->k->has_phys ? addr - v->k->phys : addr;
}

static void show_psw(struct view *v, const struct lowcore_field *f)
{
	uint64_t mask = get_be64(v->lowcore + f->offset);
	uint64_t addr = get_be64(v->lowcore + f->offset + 8);

	/* Those of programs are not the kernel's, and a disabled wait has a code instead. */
	if (!(mask & PSW_MASK_PSTATE) && (mask & PSW_MASK_DAT || !(mask & PSW_MASK_WAIT)))
		find_symbol(v, psw_virtual(v, mask, addr));
	out_text(v->o, "%04x  %-*s %016" PRIx64 " %016" PRIx64, f->offset, NAME_WIDTH, f->name,
		 mask, addr);
	if (v->symbol.len)
		out_text(v->o, " <%s>", buf_str(&v->symbol));
	out_text(v->o, "\n");
	if (v->words.len)
		out_text(v->o, "      %s\n", buf_str(&v->words));
	out_hex(v->o, "mask", mask);
	out_hex(v->o, "address", addr);
}

static void show_registers(struct view *v, const struct lowcore_field *f)
{
	const unsigned char *p = v->lowcore + f->offset;
	unsigned int size = f->length / 16U, i;
	bool zero = is_zero(p, f->length);
	uint64_t value;

	out_text(v->o, "%04x  %s%s\n", f->offset, f->name, zero ? ": all zero" : "");
	out_array(v->o, "values");
	for (i = 0; i < 16; i++) {
		value = size == 8 ? get_be64(p + 8 * i) : get_be32(p + 4 * i);
		if (!zero)
			out_text(v->o, "%s%0*" PRIx64 "%s", i % 4 ? "  " : "      ", 2 * (int)size,
				 value, i % 4 == 3 ? "\n" : "");
		out_hex(v->o, NULL, value);
	}
	out_close(v->o);
}

static void show_bytes(struct view *v, const struct lowcore_field *f)
{
	const unsigned char *p = v->lowcore + f->offset;
	bool zero = is_zero(p, f->length);
	unsigned int i;

	out_text(v->o, "%04x  %s%s\n", f->offset, f->name, zero ? ": all zero" : "");
	for (i = 0; !zero && i + 8 <= f->length; i += 8)
		out_text(v->o, "%s%016" PRIx64 "%s", i % 32 ? "  " : "      ", get_be64(p + i),
			 i % 32 == 24 ? "\n" : "");
	out_bytes(v->o, "bytes", p, f->length);
}

static void show_field(struct view *v, const struct lowcore_field *f)
{
	buf_reset(&v->symbol);
	buf_reset(&v->words);
	lowcore_describe(f, v->lowcore, &v->words);
	out_object(v->o, NULL);
	out_hex(v->o, "offset", f->offset);
	out_num(v->o, "length", f->length);
	out_str(v->o, "key", f->key);
	out_str(v->o, "name", f->name);
	if (f->kind == LOWCORE_PSW)
		show_psw(v, f);
	else if (f->kind == LOWCORE_REGISTERS)
		show_registers(v, f);
	else if (f->kind == LOWCORE_BYTES)
		show_bytes(v, f);
	else
		show_number(v, f);
	if (v->symbol.len)
		out_str(v->o, "symbol", buf_str(&v->symbol));
	if (v->words.len)
		out_str(v->o, "words", buf_str(&v->words));
	out_close(v->o);
}

static void show_linux(struct view *v)
{
	const struct linux_lowcore_field *f;
	uint64_t value;
	size_t i;

	out_array(v->o, "linux");
	for (i = 0; i < v->nr_fields; i++) {
		f = &v->fields[i];
		value = linux_lowcore_number(f, f->is_absolute ? v->absolute : v->lowcore);
		buf_reset(&v->symbol);
		buf_reset(&v->words);
		if (f->is_address)
			find_symbol(v, value);
		show_line(v, f->offset, f->name, value, f->length);
		out_object(v->o, NULL);
		out_hex(v->o, "offset", f->offset);
		out_num(v->o, "length", f->length);
		out_str(v->o, "name", f->name);
		out_hex(v->o, "value", value);
		if (v->symbol.len)
			out_str(v->o, "symbol", buf_str(&v->symbol));
		out_close(v->o);
	}
	out_close(v->o);
}

static struct error *show_cpu(struct view *v, int cpu)
{
	const struct lowcore_field *table;
	struct s390_regs regs;
	struct error *err;
	size_t count, i;

	err = session_switch_cpu(v->s, cpu);
	if (!err)
		err = v->s->target->ops->regs(v->s->target, true, &regs);
	if (!err)
		err = linux_lowcore_read(v->k, regs.prefix, v->lowcore);
	if (!err)
		err = linux_lowcore_read(v->k, 0, v->absolute);
	if (err)
		return error_prefix(err, "CPU %d", cpu);
	out_text(v->o, "CPU %d, lowcore at absolute %08" PRIx32 "\n", cpu, regs.prefix);
	out_object(v->o, NULL);
	out_num(v->o, "cpu", cpu);
	out_hex(v->o, "prefix", regs.prefix);
	out_array(v->o, "fields");
	table = lowcore_table(&count);
	for (i = 0; i < count; i++)
		show_field(v, &table[i]);
	out_close(v->o);
	if (v->nr_fields) {
		out_text(v->o, "Linux:\n");
		show_linux(v);
	}
	out_close(v->o);
	return NULL;
}

static struct error *show_cpus(struct view *v, const int *ids, size_t count)
{
	struct error *err = NULL, *missing = NULL;
	int own = v->s->target->vcpu;
	size_t i;

	if (v->k->release[0] || v->k->source != KERNEL_SYMBOLS_NONE)
		linux_lowcore_fields(v->k, v->fields, &v->nr_fields, &missing);
	out_array(v->o, "cpus");
	for (i = 0; i < count; i++) {
		if (session_interrupted(v->s))
			break;
		out_text(v->o, "%s", i ? "\n" : "");
		err = command_first_error(err, show_cpu(v, ids[i]));
	}
	out_close(v->o);
	if (missing) {
		log_note(&v->s->log, "most of Linux' own fields are not known: %s", missing->message);
		out_str(v->o, "linux_missing", missing->message);
	}
	error_free(missing);
	return command_first_error(err, session_switch_cpu(v->s, own));
}

static struct error *run_lowcore(struct session *s, const struct command_args *args)
{
	struct view *v = calloc(1, sizeof(*v));
	struct error *err;
	int *ids = NULL;
	size_t count;

	if (!v)
		return error_nomem();
	v->s = s;
	v->o = s->out;
	err = session_choose_cpus(s, command_opt(args, "cpu"), &ids, &count);
	if (!err)
		err = session_kernel(s, &v->k);
	if (!err)
		err = session_symbols(s, &v->symbols);
	if (!err)
		err = show_cpus(v, ids, count);
	if (buf_failed(&v->words) || buf_failed(&v->symbol))
		out_nomem(v->o);
	buf_free(&v->words);
	buf_free(&v->symbol);
	free(ids);
	free(v);
	return err;
}

static const struct command_option options[] = {
	{ "cpu", 'c', "CPU", "that of this CPU, or of all" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_lowcore = {
	.name = "lowcore",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show what interruptions have left behind",
	.help =
"Show the assigned storage locations of a CPU (real address 0 to 8191, by its\n"
"prefix): old and new PSWs, interruption codes and parameters, the\n"
"translation-exception identification bit by bit, the machine-check code, the areas\n"
"where Store Status saves registers; all in words, with symbols. What an\n"
"interruption has stored stays until the next one of its kind. Of a Linux guest\n"
"whose kernel's types are known, its own fields follow: current task, stacks,\n"
"address spaces. -c all shows every CPU's.\n",
	.example =
"$ s390memctl -q qmp.sock -c 1 lowcore\n"
"CPU 1, lowcore at absolute 01d9e000\n"
"0080  external-interruption parameter                    01d67000\n"
"0084  external interruption: CPU address                 0000\n"
"0086  external-interruption code                         1004  clock comparator\n"
"[...]\n"
"008e  program-interruption code                          0011  page-translation exception\n"
"[...]\n"
"00a8  translation-exception identification               00000000010f3800  page-translation exception: fetch, page 00000000010f3000, primary space\n"
"[...]\n"
"0130  external old PSW                                   0706c00180000000 0000000000a31c36 <psw_idle_exit>\n"
"      DAT on, home space, key 0, supervisor state, cc 0, 64-bit, interrupts I/O external machine-check, wait (enabled)\n"
"[...]\n",
	.see_also = "regs bt",
	.run = run_lowcore,
};
