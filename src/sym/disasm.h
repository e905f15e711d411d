/* SPDX-License-Identifier: GPL-3.0-or-later */
/* z/Architecture instructions as text, by libopcodes of GNU binutils. */
#ifndef S390MEMCTL_SYM_DISASM_H
#define S390MEMCTL_SYM_DISASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define INSTRUCTION_MAX	6U	/* bytes of the longest instruction */

/* One instruction, taken apart. */
struct instruction {
	unsigned int length;	/* bytes: 2, 4 or 6; of what is no instruction 2 or 4 */
	struct buf mnemonic;	/* "brasl"; ".long" and the like for what is none */
	struct buf operands;	/* "%r14,0x8a1984" */
	bool has_target;	/* it names an address relative to itself */
	uint64_t target;
};

/* Append to out what is to be said of an address that an instruction names. */
typedef void disasm_address_fn(void *arg, uint64_t addr, struct buf *out);

/* Whether this program was built with libopcodes. */
bool disasm_available(void);
/*
 * Length in bytes of the instruction that begins with this byte: SA22-7832
 * chapter 5, "Instruction Formats". Needs no libopcodes.
 */
unsigned int instruction_length(unsigned char first);
/*
 * Take one instruction apart. addr: its address; bytes: len of them, which may be
 * more than it has, and are untrusted. address: called for relative addresses
 * (NULL: they are shown as they are), with arg. insn is to be freed with
 * instruction_free(), whatever is returned. false: there is no libopcodes, or
 * there are too few bytes.
 */
bool disasm(uint64_t addr, const void *bytes, size_t len, disasm_address_fn *address, void *arg,
	    struct instruction *insn);
/* Free its texts. */
void instruction_free(struct instruction *insn);

#endif
