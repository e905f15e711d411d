/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record of one translation: every control block and table entry that was
 * read, where, and what it means.
 */
#ifndef S390MEMCTL_ARCH_TRACE_H
#define S390MEMCTL_ARCH_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/space.h"
#include "base/buf.h"

enum step_kind {
	STEP_SPACE,		/* which space, and what designates it */
	STEP_ALET,		/* access-list-entry token */
	STEP_ALD,		/* access-list designation */
	STEP_ALE,		/* access-list entry */
	STEP_ASTE,		/* ASN-second-table entry */
	STEP_AUTHORITY,		/* authority-table entry */
	STEP_ASCE,		/* address-space-control element */
	STEP_REGION_FIRST,	/* translation-table entries */
	STEP_REGION_SECOND,
	STEP_REGION_THIRD,
	STEP_SEGMENT,
	STEP_PAGE,
	STEP_REAL,		/* a real address, and the absolute one it is */
	STEP_ABSOLUTE,		/* an absolute address, from a large frame or as given */
	STEP_LOW_ADDRESS,	/* low-address protection met */
	STEP_KEY,		/* storage key compared with the access key */
};

/* What a step was about, where kind alone does not tell. */
enum step_from {
	FROM_NOTHING,
	FROM_CONTROL_REGISTER,	/* number in index */
	FROM_ACCESS_REGISTER,	/* number in index */
	FROM_COMMAND,		/* given by the caller */
	FROM_ASTE,
	FROM_PSW,
	FROM_TABLE,		/* STEP_KEY: the ACCF bits of a table entry */
};

struct translation_step {
	enum step_kind kind;
	enum step_from from;
	enum space space;	/* STEP_SPACE */
	uint16_t code;		/* the exception that this step raised, or 0 */
	uint16_t index;		/* register, ALEN, table index, access key */
	bool real;		/* address is real; else absolute */
	bool edat1, edat2;	/* STEP_REGION_FIRST to STEP_SEGMENT: in force */
	bool private_space;	/* the ASCE's private-space control */
	uint64_t address;	/* what was read, or the address translated */
	uint64_t absolute;	/* the same after prefixing */
	uint8_t words;		/* how many of value[] were read; 0: nothing could be read */
	uint64_t value[3];	/* what was read; entries shorter than 8 bytes right-aligned in value[0] */
};

#define TRACE_STEPS	20	/* more than the longest translation has */

struct translation_trace {
	unsigned int count;
	struct translation_step steps[TRACE_STEPS];
};

/* The next free step, zeroed, of that kind; NULL if trace is NULL or full. */
struct translation_step *trace_add(struct translation_trace *trace, enum step_kind kind);

/* The last step of that kind; NULL if there is none, or trace is NULL. */
struct translation_step *trace_find(struct translation_trace *trace, enum step_kind kind);

/* Name of what a step looked at: "region-second-table entry", "access-list designation"... */
const char *step_name(enum step_kind kind);

/*
 * Append one line without newline that says what the step read, where, and what
 * it means: "segment-table entry 0x7ff at absolute 0000000001003ff8 is
 * 0000000001234000: page table at 0000000001234000". With an exception its name
 * and code stand at the end.
 */
void step_describe(const struct translation_step *step, struct buf *out);

#endif
