/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Storage keys of the pages of an address space. */
#ifndef S390MEMCTL_CLI_PAGE_KEYS_H
#define S390MEMCTL_CLI_PAGE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cli/session.h"

#define PAGE_KEYS_MAX 256	/* pages asked for at once */
#define PAGE_KEYS_PAGE UINT64_C(4096)

struct page_key {
	uint16_t code;		/* 0, or the exception that the page's translation meets */
	uint8_t key;		/* as the target's keys operation gives it */
};

/*
 * The keys of count pages, 1 to PAGE_KEYS_MAX, from that of a->addr on. An
 * absolute space needs no translation, others the target's walk operation. What
 * has no frame has its exception in code. The target's last_space is set.
 * Errors: those of walk and keys; ERROR_TARGET where the target knows no keys.
 */
struct error *page_keys_get(struct session *s, const struct access *a, size_t count,
			    struct page_key *keys);
/* What a list of keys has left out. */
struct page_keys_holes {
	uint64_t keys;		/* bytes of pages with a key */
	uint64_t bytes;		/* bytes of pages without */
	uint64_t addr;		/* the first of them, */
	uint16_t code;		/* and why */
};

/*
 * List the keys of the pages that len bytes from a->addr on lie in: text lines,
 * JSON array "keys"; equal ones that follow each other are one. Errors: those of
 * page_keys_get(); ERROR_PARTIAL when interrupted.
 */
struct error *page_keys_list(struct session *s, const struct access *a, uint64_t len,
			     struct page_keys_holes *holes);
/* Append "16  access control 1, fetch-protected, referenced, changed". */
void page_keys_describe(uint8_t key, struct buf *out);

#endif
