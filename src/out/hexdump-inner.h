/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between hexdump.c and hexdump-json.c. */
#ifndef S390MEMCTL_HEXDUMP_INNER_H
#define S390MEMCTL_HEXDUMP_INNER_H

#include "base/buf.h"
#include "out/hexdump.h"

struct hexdump {
	struct out *o;
	enum mem_type type;
	const struct ebcdic *ebcdic;	/* NULL: no EBCDIC */
	struct hexdump_look look;

	bool in_run;
	uint64_t next;		/* address behind the last byte of the run */
	uint64_t run_addr;	/* JSON and strings: where the run began */
	uint64_t run_len;

	/* lines: the one that is being filled, and the last full one */
	unsigned char line[HEXDUMP_COLUMNS_MAX];
	size_t line_len;
	unsigned char last[HEXDUMP_COLUMNS_MAX];
	bool have_last;
	size_t repeats;		/* full lines equal to last that were not printed */

	bool ended;		/* strings: the NUL byte was met */
	size_t strings;		/* that have ended */
	struct buf text;	/* values of a line */
	struct buf held;	/* JSON: the run; strings: bytes not printed yet */
};

/*
 * The next aligned 8-byte word of len bytes from addr on that is an address in a
 * symbol, which is put into h->text; *at: where to begin, then behind it. false:
 * there is none.
 */
bool hexdump_next_symbol(struct hexdump *h, uint64_t addr, const unsigned char *p, size_t len,
			 size_t *at);
/* The next bytes of a string up to its NUL byte, EBCDIC as ASCII. */
void hexdump_hold_string(struct hexdump *h, const unsigned char *p, size_t len);

/* The run's next bytes, its end, and a hole: of JSON. */
void hexdump_json_data(struct hexdump *h, const unsigned char *p, size_t len);
void hexdump_json_end(struct hexdump *h);
void hexdump_json_hole(struct hexdump *h, uint64_t addr, uint64_t len, uint16_t code);

#endif
