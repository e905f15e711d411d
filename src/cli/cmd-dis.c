/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/psw.h"
#include "base/buf.h"
#include "cli/access.h"
#include "cli/repeat.h"
#include "sym/disasm.h"
#include "sym/expr.h"

#define COUNT		16U		/* instructions, if no number is given */
#define COUNT_MAX	1000000U
#define BEFORE		8U		/* of COUNT, before that of the PSW */
#define CHUNK		6144U		/* bytes read at once: whole instructions fit at its end by chance only */
#define START_MAX	65536U		/* bytes before the PSW that are looked through for its function's start */

struct dis {
	struct session *s;
	const struct symbols *symbols;
	struct access access;
	bool has_psw;
	uint64_t psw_addr;
	enum space psw_space;	/* that instructions are shown of without an address; else SPACE_AUTO */
	bool not_kernel;	/* the kernel's symbols mean nothing in that space */
	size_t left;		/* instructions still to be shown */
	struct buf symbol;	/* of the instruction at hand */
	struct buf bytes;
};

static bool find_symbol(const struct dis *d, uint64_t addr, struct symbol_info *info)
{
	return symbols_nearest(d->symbols, addr, info) && !(d->not_kernel && info->kernel);
}

static bool add_symbol(const struct dis *d, uint64_t addr, struct buf *out)
{
	struct symbol_info info;

	return find_symbol(d, addr, &info) && symbols_format(d->symbols, addr, out);
}

static void show_target(void *arg, uint64_t addr, struct buf *out)
{
	const struct dis *d = arg;

	buf_addf(out, "%016" PRIx64 " <", addr);
	if (add_symbol(d, addr, out)) {
		buf_addc(out, '>');
	} else {
		/* Take back what introduces a symbol. */
		out->len -= 2;
		out->data[out->len] = '\0';
	}
}

static void show_json(struct dis *d, uint64_t addr, const unsigned char *bytes,
		      const struct instruction *insn, bool known)
{
	struct out *o = d->s->out;
	struct buf target = BUF_INIT;

	out_object(o, NULL);
	out_hex(o, "address", addr);
	if (d->symbol.len)
		out_str(o, "symbol", buf_str(&d->symbol));
	out_bytes(o, "bytes", bytes, insn->length);
	if (known) {
		out_str(o, "mnemonic", buf_str(&insn->mnemonic));
		out_str(o, "operands", buf_str(&insn->operands));
	}
	if (known && insn->has_target) {
		out_hex(o, "target", insn->target);
		if (add_symbol(d, insn->target, &target))
			out_str(o, "target_symbol", buf_str(&target));
	}
	if (d->has_psw && addr == d->psw_addr)
		out_bool(o, "psw", true);
	out_close(o);
	buf_free(&target);
}

/* Blanks that keep what stands behind the symbols of a function in one column. */
static int symbol_padding(size_t len)
{
	return 7 - (int)((len + 7) % 8);
}

static void show_text(struct dis *d, uint64_t addr, const unsigned char *bytes,
		      const struct instruction *insn, bool known)
{
	unsigned int i;

	buf_reset(&d->bytes);
	for (i = 0; i < insn->length; i++)
		buf_addf(&d->bytes, "%02x", bytes[i]);
	out_text(d->s->out, "%s %016" PRIx64, d->has_psw && addr == d->psw_addr ? "=>" : "  ",
		 addr);
	if (d->symbol.len)
		out_text(d->s->out, " <%s>%*s", buf_str(&d->symbol), symbol_padding(d->symbol.len), "");
	out_text(d->s->out, "  %-12s  %s", buf_str(&d->bytes),
		 known ? buf_str(&insn->mnemonic) : "?");
	if (known && insn->operands.len)
		out_text(d->s->out, "%*s %s", insn->mnemonic.len < 7 ? 7 - (int)insn->mnemonic.len : 0,
			 "", buf_str(&insn->operands));
	out_text(d->s->out, "\n");
}

/* One instruction, all of whose bytes are there; its length. */
static unsigned int show(struct dis *d, uint64_t addr, const unsigned char *bytes)
{
	struct instruction insn;
	bool known = disasm(addr, bytes, instruction_length(bytes[0]), show_target, d, &insn);

	buf_reset(&d->symbol);
	add_symbol(d, addr, &d->symbol);
	if (out_is_json(d->s->out))
		show_json(d, addr, bytes, &insn, known);
	else
		show_text(d, addr, bytes, &insn, known);
	instruction_free(&insn);
	return insn.length;
}

/* Read len bytes as far as that goes; *done is more than 0 if err is NULL. */
static struct error *fetch(struct dis *d, uint64_t addr, void *buf, size_t len, size_t *done)
{
	struct access a = d->access;

	a.addr = addr;
	if (len - 1 > UINT64_MAX - addr)
		len = (size_t)(UINT64_MAX - addr) + 1;
	return d->s->target->ops->read(d->s->target, &a, buf, len, done);
}

/* Show instructions from addr on, up to a hole: that is the error then; *next: what comes behind. */
static struct error *show_from(struct dis *d, uint64_t addr, uint64_t *next)
{
	unsigned char buf[CHUNK];
	struct error *err = NULL;
	size_t want, done, at;

	while (!err && d->left) {
		want = d->left < CHUNK / INSTRUCTION_MAX ? d->left * INSTRUCTION_MAX : CHUNK;
		err = fetch(d, addr, buf, want, &done);
		at = 0;
		while (at < done && d->left && instruction_length(buf[at]) <= done - at) {
			at += show(d, addr + at, buf + at);
			d->left--;
		}
		if (!d->left) {
			/* What lies behind the last one is nobody's business. */
			error_free(err);
			err = NULL;
		} else if (!err && !at) {
			err = error_new(ERROR_PARTIAL, "the instruction at %016" PRIx64 " goes past the last address",
					addr);
		}
		addr += at;
		*next = addr;
		if (!err && session_interrupted(d->s))
			err = error_new(ERROR_PARTIAL, "interrupted");
	}
	return err;
}

/*
 * The address of the BEFORE-th instruction before pc, where instructions from
 * one on lead to pc: bytes[0..len-1] end at pc.
 */
static uint64_t step_back(uint64_t pc, const unsigned char *bytes, size_t len, size_t start)
{
	size_t starts[BEFORE], count = 0, at;

	for (at = start; at < len; at += instruction_length(bytes[at]))
		starts[count++ % BEFORE] = at;
	if (at != len || !count)
		return pc;
	return pc - len + starts[count < BEFORE ? 0 : count % BEFORE];
}

/*
 * Where to begin so that a few instructions are seen before pc: at its
 * function's start it is known where one begins; without, the longest way that
 * meets pc is taken.
 */
static uint64_t begin_before(struct dis *d, uint64_t pc)
{
	struct symbol_info info;
	unsigned char *bytes;
	uint64_t begin = pc;
	size_t len, start, done;

	/* Of the function before, if this one begins at pc. */
	if (pc && find_symbol(d, pc - 1, &info) && pc - info.value <= START_MAX)
		len = (size_t)(pc - info.value);
	else
		len = BEFORE * INSTRUCTION_MAX;
	if (len > pc || !len)
		return pc;
	bytes = malloc(len);
	if (!bytes)
		return pc;
	error_free(fetch(d, pc - len, bytes, len, &done));
	if (done == len) {
		begin = step_back(pc, bytes, len, 0);
		for (start = 2; begin == pc && start < len; start += 2)
			begin = step_back(pc, bytes, len, start);
	}
	wipe_free(bytes, len);
	return begin;
}

/* Instructions are fetched from primary space but in home-space mode. */
static enum space instruction_space(uint64_t psw_mask)
{
	enum space space = psw_space(psw_mask);

	return space == SPACE_AR || space == SPACE_SECONDARY ? SPACE_PRIMARY : space;
}

/*
 * The space that the PSW's instruction is in. A live CPU may be in another one
 * when it is read, so it is told by its address-space-control element where
 * s390memctl's own translation works.
 */
static void use_psw_space(struct dis *d, const struct s390_regs *regs)
{
	struct target *t = d->s->target;
	struct walk *w = NULL;
	struct error *err;

	d->psw_space = instruction_space(regs->psw_mask);
	d->access.space = d->psw_space;
	if (d->psw_space == SPACE_REAL || !t->ops->walk)
		return;
	err = t->ops->walk(t, &w);
	if (!err) {
		d->access.space = SPACE_ASCE;
		d->access.asce = regs->crs[d->psw_space == SPACE_HOME ? 13 : 1];
	}
	error_free(err);
}

static void choose_space(struct dis *d, const struct s390_regs *regs, bool given)
{
	enum space space = d->access.space;

	if (space == SPACE_AUTO) {
		space = instruction_space(regs->psw_mask);
		if (!given)
			use_psw_space(d, regs);
		else if (space != psw_space(regs->psw_mask))
			d->access.space = space;
	}
	d->not_kernel = (space == SPACE_PRIMARY && regs->crs[1] != regs->crs[13]) ||
			(space == SPACE_SECONDARY && regs->crs[7] != regs->crs[13]);
}

static struct error *parse_count(const char *text, size_t *count)
{
	unsigned int n;
	struct error *err = access_number(text, "number of instructions", COUNT_MAX, &n);

	if (!err && !n)
		err = error_new(ERROR_USAGE, "the number of instructions is 0");
	if (!err)
		*count = n;
	return err;
}

/* Where to begin: at the address given, or before that of the PSW. */
static struct error *find_begin(struct dis *d, bool given, uint64_t *begin)
{
	struct s390_regs regs;
	struct error *err = d->s->target->ops->regs(d->s->target, true, &regs);

	if (err && !given)
		return err;
	if (!err) {
		d->has_psw = true;
		d->psw_addr = regs.psw_addr & psw_address_mask(regs.psw_mask);
		choose_space(d, &regs, given);
	}
	error_free(err);
	*begin = given ? d->access.addr : begin_before(d, d->psw_addr);
	return NULL;
}

static struct error *tell_space(struct dis *d)
{
	struct error *err;

	if (d->psw_space == SPACE_AUTO)
		return access_tell_space(d->s, &d->access);
	err = out_flush(d->s->out);
	out_str(d->s->out, "space", space_short_name(d->psw_space));
	if (!err && !out_is_json(d->s->out))
		log_note(&d->s->log, "%s, as the PSW says", space_name(d->psw_space));
	return err;
}

static struct error *run_dis(struct session *s, const struct command_args *args)
{
	struct dis d = { .s = s, .left = COUNT };
	struct error *err, *err2;
	uint64_t begin = 0, next = 0;

	if (!disasm_available())
		return error_hint(error_new(ERROR_REFUSED, "this s390memctl was built without libopcodes of GNU binutils"),
				  "install it and build anew, or 'read' shows the bytes");
	err = access_parse(s, args, &d.access);
	if (!err && args->argc > 1)
		err = parse_count(args->argv[1], &d.left);
	if (!err && args->argc > 0)
		err = access_addr(s, args->argv[0], &d.access);
	if (!err)
		err = access_ready(s, &d.access);
	if (!err)
		err = session_symbols(s, &d.symbols);
	if (!err)
		err = find_begin(&d, args->argc > 0, &begin);
	if (err)
		return err;
	out_array(s->out, "instructions");
	err = show_from(&d, begin, &next);
	repeat_set(s, args, args->argc > 0, next, 0);
	out_close(s->out);
	if (buf_failed(&d.symbol) || buf_failed(&d.bytes))
		out_nomem(s->out);
	buf_free(&d.symbol);
	buf_free(&d.bytes);
	if (err && err->kind != ERROR_ACCESS)
		return err;
	err2 = tell_space(&d);
	return command_first_error(err, err2);
}

static const struct command_option options[] = {
	ACCESS_OPTIONS,
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_dis = {
	.name = "dis",
	.args = "[ADDR [N]]",
	.max_args = 2,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show instructions",
	.help =
"Show N instructions (default 16) from ADDR on, or those around the one that the\n"
"PSW of the vCPU points to; that one is marked with an arrow. It is the next one to\n"
"be executed: of a CPU that waits, the one behind the wait. Symbols stand where they\n"
"are known, with relative addresses too. A hole in the address space ends it, with\n"
"the exception that is met there. Needs an s390memctl built with libopcodes of GNU\n"
"binutils; version tells.\n",
	.example =
"$ s390memctl -g web1 dis\n"
"[...]\n"
"   000003ffff404800 <arch_cpu_idle+0x90>        c01000000008  larl    %r1,000003ffff404810 <arch_cpu_idle+0xa0>\n"
"   000003ffff404806 <arch_cpu_idle+0x96>        e310f0a80024  stg     %r1,168(%r15)\n"
"   000003ffff40480c <arch_cpu_idle+0x9c>        b2b2f0a0      lpswe   160(%r15)\n"
"=> 000003ffff404810 <arch_cpu_idle+0xa0>        e3f0f0b00004  lg      %r15,176(%r15)\n"
"   000003ffff404816 <arch_cpu_idle+0xa6>        07fe          br      %r14\n"
"[...]\n"
"s390memctl: home space, as the PSW says\n",
	.see_also = "regs read sym bt",
	.run = run_dis,
};
