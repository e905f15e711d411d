/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of a memory dump: address, words, ASCII (and EBCDIC on request);
 * repeated lines collapse to "*", a hole is one line with its exception.
 */
#ifndef S390MEMCTL_OUT_HEXDUMP_H
#define S390MEMCTL_OUT_HEXDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out/ebcdic.h"
#include "out/out.h"
#include "out/value.h"

#define HEXDUMP_COLUMNS_MAX 64

enum mem_type { MEM_HEX, MEM_U8, MEM_U16, MEM_U32, MEM_U64, MEM_STR, MEM_EBCDIC, MEM_RAW };

/* The type that a name (hex u8 u16 u32 u64 str ebcdic raw) means, or -1. */
int mem_type_parse(const char *name);
/* Bytes of one value of a type: 1, 2, 4, 8. */
size_t mem_type_size(enum mem_type type);

struct hexdump;

/*
 * Start a dump of a type. Text goes to o line by line as data comes; in JSON
 * mode the runs become the array "runs" of the open document: {address,
 * length, data} or {address, length, code, name}; with u8..u64 "values" (u64 as
 * strings) and "rest" for bytes that are less than one, with str "text" and
 * "terminated" (by a NUL byte, where it ends), with ebcdic "text". Address,
 * length and code are strings "0x...".
 *
 * Raw text mode writes the bytes alone; holes are notes on stderr.
 * ebcdic: the code page; required for MEM_EBCDIC, makes an EBCDIC column beside
 * ASCII for MEM_HEX, may be NULL else. It must outlive the dump. NULL: out of
 * memory.
 */
struct hexdump *hexdump_new(struct out *o, enum mem_type type,
			    const struct ebcdic *ebcdic);
/* How lines look; what is 0 is as usual. */
struct hexdump_look {
	enum value_format format;	/* of u8..u64 */
	size_t columns;		/* bytes of a line: a multiple of 8, HEXDUMP_COLUMNS_MAX at most; 16 */
	bool plain;		/* for screen readers: no bars, repeated lines are counted */
	size_t strings;		/* MEM_STR: so many, each behind the NUL byte of the one before */
	value_symbol *symbol;	/* for VALUE_ADDRESS; JSON: "symbols", an array beside "values" */
	bool symbolize;		/* MEM_HEX: name symbols that aligned 8-byte words point into; JSON: "symbols" */
	void *arg;
};

/* To be called before the first bytes come. */
void hexdump_look(struct hexdump *h, const struct hexdump_look *look);
/* The next bytes, from addr on, in address order. */
void hexdump_data(struct hexdump *h, uint64_t addr, const void *data, size_t len);
/* A hole with its program-interruption code, in address order. */
void hexdump_hole(struct hexdump *h, uint64_t addr, uint64_t len, uint16_t code);
/* Text mode: a line about the bytes from addr on, which come next; printable text. */
void hexdump_remark(struct hexdump *h, uint64_t addr, const char *text);
/* Whether all that was wanted has come: the strings have ended. */
bool hexdump_is_complete(const struct hexdump *h);
/* The address behind the last byte that was shown (for strings behind the NUL byte). */
uint64_t hexdump_next(const struct hexdump *h);
/* Print what is pending and free. */
void hexdump_end(struct hexdump *h);

#endif
