/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes that may be very many: all of them up to a limit, else beginning and end. */
#ifndef S390MEMCTL_CLI_EXCERPT_H
#define S390MEMCTL_CLI_EXCERPT_H

#include <stddef.h>
#include <stdint.h>

#include "out/out.h"

#define EXCERPT_HEAD 128
#define EXCERPT_TAIL 64

struct excerpt {
	uint64_t total;			/* bytes added */
	unsigned char head[EXCERPT_HEAD];
	unsigned char tail[EXCERPT_TAIL];	/* the last bytes behind head, in order */
	size_t tail_len;
};

/* The next len bytes. */
void excerpt_add(struct excerpt *e, const void *data, size_t len);
/*
 * Show it: text is "LABEL:" and a hexdump with addresses from addr on; JSON is
 * the member LABEL, or LABEL_head and LABEL_tail if there are more bytes than
 * head and tail hold. Errors: out of memory.
 */
struct error *excerpt_show(const struct excerpt *e, struct out *o, const char *label,
			   uint64_t addr);

#endif
