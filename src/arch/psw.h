/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program-status word (SA22-7832 chapter 4, "Program-Status Word Format").
 * Bit numbers are the architecture's: bit 0 is the most significant.
 */
#ifndef S390MEMCTL_ARCH_PSW_H
#define S390MEMCTL_ARCH_PSW_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/space.h"
#include "base/buf.h"

#define PSW_MASK_PER	0x4000000000000000ULL	/* bit 1 */
#define PSW_MASK_DAT	0x0400000000000000ULL	/* bit 5 */
#define PSW_MASK_IO	0x0200000000000000ULL	/* bit 6 */
#define PSW_MASK_EXT	0x0100000000000000ULL	/* bit 7 */
#define PSW_MASK_KEY	0x00f0000000000000ULL	/* bits 8-11 */
#define PSW_MASK_MCHECK	0x0004000000000000ULL	/* bit 13 */
#define PSW_MASK_WAIT	0x0002000000000000ULL	/* bit 14 */
#define PSW_MASK_PSTATE	0x0001000000000000ULL	/* bit 15 */
#define PSW_MASK_ASC	0x0000c00000000000ULL	/* bits 16-17 */
#define PSW_MASK_CC	0x0000300000000000ULL	/* bits 18-19 */
#define PSW_MASK_PM	0x00000f0000000000ULL	/* bits 20-23 */
#define PSW_MASK_RI	0x0000008000000000ULL	/* bit 24 */
#define PSW_MASK_EA	0x0000000100000000ULL	/* bit 31 */
#define PSW_MASK_BA	0x0000000080000000ULL	/* bit 32 */

/* The access key of a PSW, 0-15. */
unsigned int psw_key(uint64_t mask);
/* The condition code of a PSW, 0-3. */
unsigned int psw_cc(uint64_t mask);
/* 24, 31 or 64: the addressing mode; EA without BA (invalid) counts as 24. */
unsigned int psw_amode(uint64_t mask);
/*
 * The mask of effective addresses in this PSW's addressing mode, as
 * kvm_s390_logical_to_effective() (arch/s390/kvm/gaccess.h) applies it.
 */
uint64_t psw_address_mask(uint64_t mask);
/* The space that logical accesses use under this PSW: real, primary, secondary, home or AR. */
enum space psw_space(uint64_t mask);
/*
 * Append the PSW in words, comma-separated, one line: "DAT on, primary space,
 * key 0, supervisor state, cc 2, 64-bit, interrupts I/O external machine-check,
 * wait (enabled)" - or "disabled wait, code 0x...", and reserved bits that are
 * on ("invalid: ..."). See SA22-7832 chapter 4 for early PSW specification.
 */
void psw_describe(uint64_t mask, uint64_t addr, struct buf *out);

#endif
