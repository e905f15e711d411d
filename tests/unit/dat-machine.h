/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine of test-dat.c: registers and storage, set up by statements of tests/dat. */
#ifndef TEST_DAT_MACHINE_H
#define TEST_DAT_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/regs.h"
#include "arch/storage.h"
#include "arch/tlb.h"
#include "arch/trace.h"

#define MAX_PAGES	512
#define MAX_RANGES	8
#define MAX_KEYS	64
#define MAX_WORDS	32
#define PAGE		4096ULL

struct range {
	uint64_t addr, bytes;
};

struct machine {
	struct s390_regs regs;
	unsigned int facilities;
	bool accf;
	bool host_fails;		/* reads fail with EIO */
	struct range ranges[MAX_RANGES];
	unsigned int nr_ranges;
	struct {
		uint64_t addr;
		uint8_t data[PAGE];
	} pages[MAX_PAGES];
	unsigned int nr_pages;
	struct {
		uint64_t addr;
		uint8_t key;
	} keys[MAX_KEYS];
	unsigned int nr_keys;
	struct translation_trace trace;	/* of the last case */
	unsigned int traced;		/* lines of it compared */
	struct tlb tlb;
	/* where we are, for messages */
	const char *file;
	unsigned int line, cases, failures;
	char *words[MAX_WORDS];
	unsigned int nr_words;
};

/* The only one. */
extern struct machine machine;
/* Its storage; reads of it never cross a page, or complain. */
extern const struct storage storage;

/* Print file, line and a message, and count a failure. */
void complain(struct machine *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A hexadecimal number that text is. */
bool number(const char *text, uint64_t *value);
/* Word i of the line as a hexadecimal number; complains if it is none. */
uint64_t word(struct machine *m, unsigned int i);
/* Registers zero, DAT on, primary space, 64-bit; no storage. */
void reset(struct machine *m);
/* Run the line as a statement; false if it is none. */
bool run_statement(struct machine *m);

#endif
