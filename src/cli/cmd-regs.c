/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "arch/psw.h"
#include "base/buf.h"
#include "cli/command.h"
#include "cli/session.h"

/* For --symbolize. */
struct symbolizer {
	struct session *s;
	const struct symbols *symbols;	/* NULL: nothing is named */
	bool kernel;		/* addresses are the kernel's: that is running */
};

/*
 * Append the symbol that an address is in, and for the instruction address, in
 * another buffer, the line. A user's program has the same addresses for other
 * things than its kernel.
 */
static bool name_address(const struct symbolizer *n, bool kernel, uint64_t addr, struct buf *name,
			 struct buf *line)
{
	struct symbol_info info;

	if (!symbols_nearest(n->symbols, addr, &info) || info.kernel != kernel)
		return false;
	symbols_format_info(&info, name);
	if (line)
		session_line(n->s, &info, addr, line);
	return true;
}

static void show_psw_symbol(struct out *o, const struct symbolizer *n, uint64_t addr)
{
	struct buf name = BUF_INIT, line = BUF_INIT;

	if (name_address(n, n->kernel, addr, &name, &line)) {
		out_text(o, "     in %s%s%s\n", buf_str(&name), line.len ? ", " : "", buf_str(&line));
		out_str(o, "symbol", buf_str(&name));
		if (line.len)
			out_str(o, "line", buf_str(&line));
	}
	buf_free(&name);
	buf_free(&line);
}

/* Text: a line below registers that are addresses of symbols. */
static void show_symbols(struct out *o, const struct symbolizer *n, const char *label,
			 const uint64_t *regs, int first, int last)
{
	bool is_control = label[0] == 'c';
	struct buf b = BUF_INIT;
	int i;

	for (i = first; i <= last; i++) {
		struct buf name = BUF_INIT;

		if (name_address(n, is_control || n->kernel, regs[i], &name, NULL))
			buf_addf(&b, "%s%s%d %s", b.len ? ", " : "", label, i, buf_str(&name));
		buf_free(&name);
	}
	if (b.len)
		out_text(o, "     %s\n", buf_str(&b));
	buf_free(&b);
}

/* JSON: the same of all registers, by their names. */
static void tell_symbols(struct out *o, const struct symbolizer *n, const struct s390_regs *regs)
{
	struct buf b = BUF_INIT;
	char key[8];
	int i;

	if (!n->symbols)
		return;
	out_object(o, "symbols");
	for (i = 0; i < 32; i++) {
		bool is_control = i >= 16;

		buf_reset(&b);
		if (!name_address(n, is_control || n->kernel,
				  is_control ? regs->crs[i - 16] : regs->gprs[i], &b, NULL))
			continue;
		snprintf(key, sizeof(key), "%c%d", is_control ? 'c' : 'r', i % 16);
		out_str(o, key, buf_str(&b));
	}
	out_close(o);
	buf_free(&b);
}

static void show_psw(struct out *o, const struct symbolizer *n, const struct s390_regs *regs)
{
	struct buf words = BUF_INIT;

	psw_describe(regs->psw_mask, regs->psw_addr, &words);
	out_text(o, "PSW  %016" PRIx64 " %016" PRIx64 "\n     %s\n", regs->psw_mask,
		 regs->psw_addr, buf_str(&words));
	out_object(o, "psw");
	show_psw_symbol(o, n, regs->psw_addr);
	out_hex(o, "mask", regs->psw_mask);
	out_hex(o, "address", regs->psw_addr);
	out_num(o, "key", psw_key(regs->psw_mask));
	out_num(o, "condition_code", psw_cc(regs->psw_mask));
	out_num(o, "addressing_mode", psw_amode(regs->psw_mask));
	out_str(o, "space", space_short_name(psw_space(regs->psw_mask)));
	out_bool(o, "dat", regs->psw_mask & PSW_MASK_DAT);
	out_bool(o, "problem_state", regs->psw_mask & PSW_MASK_PSTATE);
	out_bool(o, "wait", regs->psw_mask & PSW_MASK_WAIT);
	out_str(o, "words", buf_str(&words));
	out_close(o);
	buf_free(&words);
}

/* Sixteen registers of 64 bits, four a line. */
static void show_64(struct out *o, const struct symbolizer *n, const char *key, const char *label,
		    const uint64_t *regs)
{
	int i;

	out_array(o, key);
	for (i = 0; i < 16; i++) {
		out_text(o, "%s%-2d  %016" PRIx64 "%s", label, i, regs[i],
			 i % 4 == 3 ? "\n" : "  ");
		if (i % 4 == 3 && !out_is_json(o))
			show_symbols(o, n, label, regs, i - 3, i);
		out_hex(o, NULL, regs[i]);
	}
	out_close(o);
}

/* Sixteen registers of 32 bits, four a line, in the columns of the others. */
static void show_32(struct out *o, const char *key, const char *label, const uint32_t *regs)
{
	int i;

	out_array(o, key);
	for (i = 0; i < 16; i++) {
		out_text(o, "%s%-2d  %08" PRIx32 "%s", label, i, regs[i],
			 i % 4 == 3 ? "\n" : "          ");
		out_hex(o, NULL, regs[i]);
	}
	out_close(o);
}

static struct error *run_regs(struct session *s, const struct command_args *args)
{
	struct symbolizer n = { .s = s };
	bool stop = !command_opt(args, "no-stop");
	struct s390_regs regs;
	struct out *o = s->out;
	const char *state;
	struct error *err;

	err = session_attach(s);
	if (!err)
		err = s->target->ops->regs(s->target, stop, &regs);
	if (!err && command_opt(args, "symbolize"))
		err = session_symbols(s, &n.symbols);
	if (err)
		return err;
	n.kernel = !(regs.psw_mask & PSW_MASK_PSTATE);
	state = !s->target->ops->live ? "from the dump" :
		regs.coherent ? "stopped" : "as of last exit";
	out_text(o, "vCPU %d, %s\n", s->target->vcpu, state);
	out_num(o, "vcpu", s->target->vcpu);
	out_str(o, "state", state);
	show_psw(o, &n, &regs);
	out_text(o, "prefix %08" PRIx32 "  FPC %08" PRIx32 "\n", regs.prefix, regs.fpc);
	out_hex(o, "prefix", regs.prefix);
	out_hex(o, "fpc", regs.fpc);
	show_64(o, &n, "gprs", "r", regs.gprs);
	show_32(o, "acrs", "a", regs.acrs);
	show_64(o, &n, "crs", "c", regs.crs);
	tell_symbols(o, &n, &regs);
	return NULL;
}

static const struct command_option options[] = {
	{ "symbolize", 'S', NULL, "name the symbols that PSW and registers point into" },
	{ "no-stop", 0, NULL, "do not let the vCPU stand still: as of its last exit, may be old" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_regs = {
	.name = "regs",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show the vCPU's registers, the PSW in words",
	.help =
"Show the PSW and what its bits mean, the prefix, the general (r), access (a) and\n"
"control (c) registers of the vCPU. It stands still for an instant, so that all\n"
"belongs together; with --no-stop it does not, and the registers are those of its\n"
"last exit to the VMM: of an idle guest usually right, of a busy one old.\n"
"\n"
"With --symbolize the symbols that PSW, general and control registers point into are\n"
"named below them: those of the kernel while the kernel is running, those of programs\n"
"(--symbols=FILE@ADDR) in problem state.\n",
	.example =
"$ s390memctl -p 4711 regs\n"
"vCPU 0, stopped\n"
"PSW  0706c00180000000 000000000010f2c6\n"
"     DAT on, home space, key 0, supervisor state, cc 0, 64-bit, interrupts I/O external machine-check, wait (enabled)\n"
"prefix 00008000  FPC 00000000\n"
"r0   0000000000000000  r1   000000000010f2c0  r2   0000000000000000  r3   0000000000000002\n"
"[...]\n",
	.see_also = "info dis",
	.exits = "4 5",
	.run = run_regs,
};
