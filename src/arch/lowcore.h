/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The assigned storage locations of a CPU, its lowcore (SA22-7832 chapter 3,
 * "Assigned Storage Locations"): what interruptions leave there, from where
 * they take their new PSWs, and where Store Status saves registers.
 */
#ifndef S390MEMCTL_ARCH_LOWCORE_H
#define S390MEMCTL_ARCH_LOWCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define LOWCORE_SIZE	0x2000U		/* bytes from real address 0 on */

/* What a field holds, which says how it is shown. */
enum lowcore_kind {
	LOWCORE_NUMBER,		/* a number that says all it has to say, in hex */
	LOWCORE_ADDRESS,	/* of storage; may be that of a symbol */
	LOWCORE_PSW,		/* mask and address, 16 bytes */
	LOWCORE_REGISTERS,	/* sixteen of length / 16 bytes each */
	LOWCORE_BYTES,		/* a block that is shown where it is not zero */
	LOWCORE_ILC,		/* instruction-length code, in bits 5-6 */
	LOWCORE_EXTERNAL_CODE,
	LOWCORE_PROGRAM_CODE,
	LOWCORE_DXC,		/* data-exception code or vector-exception code */
	LOWCORE_PER_CODE,
	LOWCORE_ACCESS_ID,	/* an access register's number */
	LOWCORE_TEID,		/* translation-exception identification */
	LOWCORE_MACHINE_CHECK,
	LOWCORE_EXTERNAL_DAMAGE,
	LOWCORE_SUBCHANNEL,	/* subsystem-identification word */
	LOWCORE_IO_WORD,	/* I/O-interruption-identification word */
};

struct lowcore_field {
	uint16_t offset;	/* real address */
	uint16_t length;	/* bytes */
	enum lowcore_kind kind;
	const char *key;	/* JSON: "external_old_psw" */
	const char *name;	/* "external old PSW" */
};

/* All fields in order of their offsets; *count gets their number. */
const struct lowcore_field *lowcore_table(size_t *count);
/* The field with this key; NULL if there is none. */
const struct lowcore_field *lowcore_find(const char *key);
/* The number in a field of 1, 2, 4 or 8 bytes. lowcore: LOWCORE_SIZE bytes. 0 for other fields. */
uint64_t lowcore_number(const struct lowcore_field *field, const void *lowcore);
/*
 * Append what a field means in words, one line; nothing where its value says
 * all. For a field whose meaning depends on another one (the
 * translation-exception identification, on the program-interruption code) that
 * one is looked at, too. lowcore: LOWCORE_SIZE bytes.
 */
void lowcore_describe(const struct lowcore_field *field, const void *lowcore, struct buf *out);
/*
 * Append a program-interruption code in words: its name, and the PER event and
 * the aborted transaction that it may be combined with (SA22-7832 chapter 6,
 * "Program-Interruption Code").
 */
void lowcore_describe_program(uint16_t code, struct buf *out);
/*
 * Append the translation-exception identification of an exception, bit by bit:
 * address, space, fetch or store, kind of protection (SA22-7832 chapter 3;
 * trans_exc_ending() in arch/s390/kvm/gaccess.c). code: the
 * program-interruption code. Nothing is appended if the exception leaves none.
 * access_id: the exception access identification at real 160.
 */
void lowcore_describe_teid(uint16_t code, uint64_t teid, uint8_t access_id, struct buf *out);
/* Name of an external-interruption code; NULL if it has none. */
const char *lowcore_external_name(uint16_t code);

#endif
