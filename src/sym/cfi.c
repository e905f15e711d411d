/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/cfi.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdlib.h>

#include "sym/elf-file.h"

#define STACK_DEPTH	16	/* values; expressions of compilers need three */
#define OPERATIONS_MAX	64	/* of one expression */

struct cfi {
	struct elf_file *file;
	Dwarf *dwarf;
	uint64_t bias;
	Dwarf_CFI *tables[2];	/* .debug_frame, .eh_frame; either may be missing */
};

/* An expression is worked out with these. */
struct machine {
	const struct cfi_regs *regs;
	cfi_read_fn *read;
	void *arg;
	bool has_cfa;
	uint64_t cfa;
	uint64_t stack[STACK_DEPTH];
	unsigned int depth;
	bool is_value;		/* the result is the value itself, else its address */
};

static struct error *open_tables(struct cfi *c, const char *path)
{
	GElf_Ehdr ehdr;
	struct error *err;
	Elf *elf;

	err = elf_file_open(path, &c->file);
	if (err)
		return err;
	elf = elf_file_elf(c->file);
	/* Addresses of a relocatable file are no addresses yet. */
	if (gelf_getehdr(elf, &ehdr) && ehdr.e_type != ET_REL) {
		c->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
		c->tables[0] = c->dwarf ? dwarf_getcfi(c->dwarf) : NULL;
		c->tables[1] = dwarf_getcfi_elf(elf);
	}
	if (c->tables[0] || c->tables[1])
		return elf_file_check(c->file);
	return error_new(ERROR_NO, "%s: has no call-frame information", elf_file_path(c->file));
}

struct error *cfi_open(const char *path, uint64_t bias, struct cfi **cfi)
{
	struct cfi *c = calloc(1, sizeof(*c));
	struct error *err;

	*cfi = NULL;
	if (!c)
		return error_nomem();
	c->bias = bias;
	err = open_tables(c, path);
	if (err)
		cfi_close(c);
	else
		*cfi = c;
	return err;
}

void cfi_close(struct cfi *cfi)
{
	if (!cfi)
		return;
	/* The first one is the Dwarf's. */
	dwarf_cfi_end(cfi->tables[1]);
	dwarf_end(cfi->dwarf);
	elf_file_close(cfi->file);
	free(cfi);
}

static bool push(struct machine *m, uint64_t value)
{
	if (m->depth == STACK_DEPTH)
		return false;
	m->stack[m->depth++] = value;
	return true;
}

static bool pop(struct machine *m, uint64_t *value)
{
	if (!m->depth)
		return false;
	*value = m->stack[--m->depth];
	return true;
}

static bool get_register(const struct machine *m, uint64_t number, uint64_t *value)
{
	if (number > 15 || !(m->regs->known & 1U << number))
		return false;
	*value = m->regs->gprs[number];
	return true;
}

static bool push_register(struct machine *m, uint64_t number, uint64_t offset)
{
	uint64_t value;

	return get_register(m, number, &value) && push(m, value + offset);
}

/* Operations of two values. */
static bool combine(struct machine *m, uint8_t atom)
{
	uint64_t a, b;

	if (!pop(m, &b) || !pop(m, &a))
		return false;
	switch (atom) {
	case DW_OP_plus:
		return push(m, a + b);
	case DW_OP_minus:
		return push(m, a - b);
	case DW_OP_and:
		return push(m, a & b);
	case DW_OP_or:
		return push(m, a | b);
	default:
		return false;
	}
}

/* One operation of those that call-frame information of s390 has. */
static bool execute(struct machine *m, const Dwarf_Op *op)
{
	uint64_t value;

	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
		return push_register(m, op->atom - DW_OP_breg0, op->number);
	if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31) {
		m->is_value = true;
		return push_register(m, op->atom - DW_OP_reg0, 0);
	}
	if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
		return push(m, op->atom - DW_OP_lit0);
	switch (op->atom) {
	case DW_OP_bregx:
		return push_register(m, op->number, op->number2);
	case DW_OP_regx:
		m->is_value = true;
		return push_register(m, op->number, 0);
	case DW_OP_call_frame_cfa:
		return m->has_cfa && push(m, m->cfa);
	case DW_OP_plus_uconst:
		return pop(m, &value) && push(m, value + op->number);
	case DW_OP_addr:
	case DW_OP_const1u:
	case DW_OP_const1s:
	case DW_OP_const2u:
	case DW_OP_const2s:
	case DW_OP_const4u:
	case DW_OP_const4s:
	case DW_OP_const8u:
	case DW_OP_const8s:
	case DW_OP_constu:
	case DW_OP_consts:
		return push(m, op->number);
	case DW_OP_dup:
		return pop(m, &value) && push(m, value) && push(m, value);
	case DW_OP_drop:
		return pop(m, &value);
	case DW_OP_deref:
		return pop(m, &value) && m->read(m->arg, value, &value) && push(m, value);
	case DW_OP_stack_value:
		m->is_value = true;
		return true;
	case DW_OP_nop:
		return true;
	default:
		return combine(m, op->atom);
	}
}

/* What an expression without jumps comes to: what is on top of the stack in the end. */
static bool evaluate(struct machine *m, const Dwarf_Op *ops, size_t count, uint64_t *value)
{
	size_t i;

	m->depth = 0;
	m->is_value = false;
	if (count > OPERATIONS_MAX)
		return false;
	for (i = 0; i < count; i++) {
		if (!execute(m, &ops[i]))
			return false;
	}
	return pop(m, value);
}

/* The caller's value of one register. */
static void find_register(struct machine *m, Dwarf_Frame *frame, unsigned int number,
			  struct cfi_regs *caller)
{
	Dwarf_Op mem[3], *ops;
	uint64_t value;
	size_t count;

	if (dwarf_frame_register(frame, (int)number, mem, &ops, &count))
		return;
	if (!count && !ops) {
		if (!get_register(m, number, &value))
			return;
	} else if (!count || !evaluate(m, ops, count, &value) ||
		   (!m->is_value && !m->read(m->arg, value, &value))) {
		return;
	}
	caller->gprs[number] = value;
	caller->known |= (uint16_t)(1U << number);
}

static bool unwind(Dwarf_Frame *frame, const struct cfi_regs *regs, cfi_read_fn *read, void *arg,
		   struct cfi_regs *caller)
{
	struct machine m = { .regs = regs, .read = read, .arg = arg };
	Dwarf_Op *ops;
	bool is_signal = false;
	unsigned int i;
	size_t count;
	int ra;

	ra = dwarf_frame_info(frame, NULL, NULL, &is_signal);
	if (ra < 0 || ra > 15 || dwarf_frame_cfa(frame, &ops, &count))
		return false;
	if (!count || !evaluate(&m, ops, count, &m.cfa))
		return false;
	m.has_cfa = true;
	for (i = 0; i < 16; i++)
		find_register(&m, frame, i, caller);
	if (!(caller->known & 1U << ra))
		return false;
	caller->pc = caller->gprs[ra];
	caller->after_call = !is_signal;
	return true;
}

bool cfi_step(struct cfi *cfi, const struct cfi_regs *regs, cfi_read_fn *read, void *arg,
	      struct cfi_regs *caller)
{
	uint64_t pc = regs->pc - (regs->after_call ? 1 : 0);
	struct error *err;
	Dwarf_Frame *frame;
	bool done = false;
	size_t i;

	for (i = 0; i < 2 && !done; i++) {
		*caller = (struct cfi_regs){ .known = 0 };
		if (!cfi->tables[i] || dwarf_cfi_addrframe(cfi->tables[i], pc - cfi->bias, &frame))
			continue;
		done = unwind(frame, regs, read, arg, caller);
		free(frame);
	}
	err = elf_file_check(cfi->file);
	error_free(err);
	return done && !err;
}
