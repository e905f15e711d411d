/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Source lines by DWARF, through libdw: .debug_aranges tells the compilation
 * unit of an address, and of that one alone the lines are read.
 */
#ifndef S390MEMCTL_SYM_LINES_H
#define S390MEMCTL_SYM_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "sym/symbols.h"

struct lines;

/*
 * Open an ELF file, untrusted, for its lines. Errors: ERROR_USAGE with path and
 * reason; ERROR_NO: it has no DWARF, or is relocatable (a module), where
 * addresses are no addresses yet.
 */
struct error *lines_open(const char *path, struct lines **l);
/* Free; NULL is allowed. */
void lines_close(struct lines *l);
/*
 * Append "FILE:LINE" of an address as it stands in the file, escaped, the name
 * without the directory of the build before it. false and nothing appended if
 * that is not known. l may be NULL.
 */
bool lines_find(struct lines *l, uint64_t addr, struct buf *b);

/* Lines of several files, opened when they are first asked for. */
struct lines_cache;

/* Empty. NULL: no memory. */
struct lines_cache *lines_cache_new(void);
/* Free, with all files; NULL is allowed. */
void lines_cache_free(struct lines_cache *c);
/*
 * The same for an address of the guest, in a table that symbols_nearest() has
 * told: the file is the table's. A file without lines is asked once. c may be NULL.
 */
bool lines_cache_find(struct lines_cache *c, const struct symtab *tab, uint64_t bias,
		      uint64_t addr, struct buf *b);

#endif
