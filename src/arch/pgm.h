/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Program interruptions (SA22-7832 chapter 6, "Program Interruption"): names,
 * meanings, and what an access exception says about the addresses behind it.
 */
#ifndef S390MEMCTL_ARCH_PGM_H
#define S390MEMCTL_ARCH_PGM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
	PGM_PROTECTION = 0x04,
	PGM_ADDRESSING = 0x05,
	PGM_SEGMENT_TRANSLATION = 0x10,
	PGM_PAGE_TRANSLATION = 0x11,
	PGM_TRANSLATION_SPEC = 0x12,
	PGM_ALET_SPECIFICATION = 0x28,
	PGM_ALEN_TRANSLATION = 0x29,
	PGM_ALE_SEQUENCE = 0x2a,
	PGM_ASTE_VALIDITY = 0x2b,
	PGM_ASTE_SEQUENCE = 0x2c,
	PGM_EXTENDED_AUTHORITY = 0x2d,
	PGM_ASCE_TYPE = 0x38,
	PGM_REGION_FIRST = 0x39,
	PGM_REGION_SECOND = 0x3a,
	PGM_REGION_THIRD = 0x3b,
};

struct pgm {
	uint16_t code;		/* without the PER bit 0x80 and the 0x200 bit, but for those two rows */
	const char *name;	/* "page-translation exception" */
	const char *meaning;	/* one line, what it tells about the access */
	const char *advice;	/* one line, what to do about it */
};

/* The row of a program-interruption code, or NULL if the code is none. PER (0x80) in combination is looked through. */
const struct pgm *pgm_find(uint16_t code);
/* Name for any code, "program interruption" for unknown ones; never NULL. */
const char *pgm_name(uint16_t code);
/*
 * Whether DAT has found a table entry invalid, or the tables too few for the address.
 * code: without the PER bit.
 */
bool pgm_is_translation(uint16_t code);
/* All rows in order of code; *count gets their number. */
const struct pgm *pgm_table(size_t *count);
/*
 * The first address behind addr that the exception says nothing about: the end
 * of the page for page-grained exceptions, of the 1 MiB, 2 GiB, 4 TiB, 8 PiB
 * that an invalid segment- or region-table entry (or a table too short) covers.
 * SA22-7832 chapter 3, "Dynamic Address Translation".
 *
 * addr: failing address. Result: > addr, or 0 for "all addresses that follow".
 * Codes that are no translation exceptions give the next 4 KiB boundary;
 * access-register translation exceptions and ASCE-type give 0.
 */
uint64_t pgm_range_end(uint16_t code, uint64_t addr);
/*
 * Make the typed error of an access exception. The message reads like
 * "page-translation exception (0011) on fetch from 0000000000401000, primary
 * space" - with ", access register 5", ", key 9" where they apply; no space is
 * named for SPACE_AUTO. The hint is the meaning of the code.
 */
struct error *pgm_access_error(const struct error_access *access)
	__attribute__((returns_nonnull, warn_unused_result));

#endif
