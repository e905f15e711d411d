/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Formats of address-space-control element and translation-table entries
 * (SA22-7832 chapter 3, "Control" and "Translation Tables"), and the bits of
 * control register 0 that translation and protection look at.
 */
#ifndef S390MEMCTL_ARCH_DAT_BITS_H
#define S390MEMCTL_ARCH_DAT_BITS_H

#include <stdint.h>

/* Control register 0; bit numbers are the architecture's. */
#define CR0_LOW_ADDRESS_PROTECTION	UINT64_C(0x0000000010000000)	/* bit 35 */
#define CR0_FETCH_OVERRIDE		UINT64_C(0x0000000002000000)	/* bit 38 */
#define CR0_STORAGE_OVERRIDE		UINT64_C(0x0000000001000000)	/* bit 39 */
#define CR0_EDAT			UINT64_C(0x0000000000800000)	/* bit 40 */
#define CR0_IEP				UINT64_C(0x0000000000100000)	/* bit 43 */

/* Address-space-control element */
#define ASCE_ORIGIN	UINT64_C(0xfffffffffffff000)	/* bits 0-51 */
#define ASCE_SUBSPACE	UINT64_C(0x200)		/* G, bit 54 */
#define ASCE_PRIVATE	UINT64_C(0x100)		/* P, bit 55 */
#define ASCE_ALTERATION	UINT64_C(0x080)		/* S, bit 56 */
#define ASCE_SWITCH	UINT64_C(0x040)		/* X, bit 57 */
#define ASCE_REAL	UINT64_C(0x020)		/* R, bit 58 */
#define ASCE_TYPE	UINT64_C(0x00c)		/* DT, bits 60-61 */
#define ASCE_LENGTH	UINT64_C(0x003)		/* TL, bits 62-63 */

/* Region- and segment-table entries */
#define RSTE_ORIGIN	UINT64_C(0xfffffffffffff000)	/* of the next lower table */
#define RSTE_ACCF_VALID	UINT64_C(0x10000)		/* AV, bit 47, where FC is one */
#define RSTE_ACCF	UINT64_C(0x0f800)		/* ACC and F, bits 48-52 */
#define RSTE_FORMAT	UINT64_C(0x00400)		/* FC, bit 53 */
#define RSTE_PROTECT	UINT64_C(0x00200)		/* P, bit 54 */
#define RSTE_IEP	UINT64_C(0x00100)		/* bit 55, where FC is one */
#define RSTE_OFFSET	UINT64_C(0x000c0)		/* TF, bits 56-57 */
#define RSTE_INVALID	UINT64_C(0x00020)		/* I, bit 58 */
#define RSTE_COMMON	UINT64_C(0x00010)		/* CR or CS, bit 59 */
#define RSTE_TYPE	UINT64_C(0x0000c)		/* TT, bits 60-61 */
#define RSTE_LENGTH	UINT64_C(0x00003)		/* TL, bits 62-63 */
#define STE_ORIGIN	UINT64_C(0xfffffffffffff800)	/* of the page table, bits 0-52 */
#define RTTE_FRAME	UINT64_C(0xffffffff80000000)	/* 2 GiB, bits 0-32 */
#define STE_FRAME	UINT64_C(0xfffffffffff00000)	/* 1 MiB, bits 0-43 */

/* Page-table entry */
#define PTE_FRAME	UINT64_C(0xfffffffffffff000)	/* bits 0-51 */
#define PTE_ZERO	UINT64_C(0x800)		/* bit 52, must be zero */
#define PTE_INVALID	UINT64_C(0x400)		/* I, bit 53 */
#define PTE_PROTECT	UINT64_C(0x200)		/* P, bit 54 */
#define PTE_IEP		UINT64_C(0x100)		/* bit 55 */

/* log2 of the bytes that an entry covers, by table. */
#define PAGE_SHIFT		12
#define SEGMENT_SHIFT		20
#define REGION_THIRD_SHIFT	31

#define PAGE_TABLE_ENTRIES	256
#define PAGE_TABLE_BYTES	0x800

#endif
