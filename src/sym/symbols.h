/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All symbols of a guest: tables of its kernel, its modules and its programs,
 * each at the place where it runs. Addresses are those of the running guest.
 */
#ifndef S390MEMCTL_SYM_SYMBOLS_H
#define S390MEMCTL_SYM_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sym/symtab.h"

struct symbols;

/* A symbol, or a place in one. */
struct symbol_info {
	const char *name;
	uint64_t value;		/* address in the guest */
	uint64_t size;		/* bytes, 0: not known */
	uint64_t offset;	/* symbols_nearest(): of the address behind value */
	const char *module;	/* "ext4", "" for the kernel itself and single files */
	const struct symtab *tab;	/* where it stands */
	uint64_t bias;		/* address in the guest minus that in tab */
	const char *section;	/* its name, "" if not known; untrusted, as the name is */
	char type;		/* as nm(1) tells it */
	bool absolute;		/* a number, no address */
	bool kernel;		/* of the kernel's address space: not of a user's program */
};

/* None yet. NULL: no memory. */
struct symbols *symbols_new(void);
/* Free, with all tables; NULL is allowed. */
void symbols_free(struct symbols *s);
/*
 * Add a table, which is owned from then on, also on error. bias: address in
 * the guest minus that in the table, modulo 2^64. module: its name, copied, or
 * "". kernel: its addresses are of the kernel's address space. Tables added
 * first go first where names are the same. Errors: no memory.
 */
struct error *symbols_add(struct symbols *s, struct symtab *tab, uint64_t bias,
			  const char *module, bool kernel);
/*
 * Add the symbols of FILE, or of FILE@ADDR, as --symbols takes it: with ADDR, a
 * C number, the file's lowest address (symtab_base()) is at ADDR in the guest,
 * else symbols are where the file says. A file that exists under the whole name
 * goes first, so that names may have an @. *idx (may be NULL): number of the
 * table; *placed (may be NULL): an ADDR was given. Errors: ERROR_USAGE with path
 * and reason.
 */
struct error *symbols_add_file(struct symbols *s, const char *file, size_t *idx, bool *placed);
/* Number of tables; 0 for NULL. */
size_t symbols_count(const struct symbols *s);
/* The idx-th table; NULL behind the last. *bias, *module may be NULL. */
const struct symtab *symbols_table(const struct symbols *s, size_t idx, uint64_t *bias,
				   const char **module);
/* Whether the idx-th table is that of a FILE@ADDR, and to say so. */
bool symbols_is_placed(const struct symbols *s, size_t idx);
void symbols_set_placed(struct symbols *s, size_t idx);
/* Nothing is looked up in the idx-th table: another one has its symbols where they are. */
void symbols_set_hidden(struct symbols *s, size_t idx, bool hidden);
bool symbols_is_hidden(const struct symbols *s, size_t idx);
/* Free all tables but the first n. */
void symbols_truncate(struct symbols *s, size_t n);
/*
 * more(arg) is called once, by the first symbols_find() or symbols_nearest() that
 * finds nothing: it may add tables, and says whether it has. NULL: none.
 */
void symbols_set_more(struct symbols *s, bool (*more)(void *arg), void *arg);
/* Change the bias of the idx-th table: the kernel's offset has become known. */
void symbols_set_bias(struct symbols *s, size_t idx, uint64_t bias);
/*
 * The symbol of a name, or of module!name. false if there is none. info may be
 * NULL. NULL for s: no symbols.
 */
bool symbols_find(const struct symbols *s, const char *name, struct symbol_info *info);
/*
 * The same in the tables of the kernel itself: neither in programs nor in modules,
 * so that nothing is added for it (symbols_set_more()).
 */
bool symbols_find_kernel(const struct symbols *s, const char *name, struct symbol_info *info);
/* The nearest symbol at or below an address, within its section's end. false if there is none. */
bool symbols_nearest(const struct symbols *s, uint64_t addr, struct symbol_info *info);
/*
 * One symbol after the other of all tables, those of a table in its own order;
 * pos: two zeros at first. false at the end.
 */
bool symbols_next(const struct symbols *s, size_t pos[2], struct symbol_info *info);
/* As symtab_complete() and symtab_similar(), over all tables. */
const char *symbols_complete(const struct symbols *s, const char *prefix, size_t idx);
const char *symbols_similar(const struct symbols *s, const char *name);
/*
 * Append "name", "name+0x10" or "name+0x10 [module]" for an address, escaped;
 * false and nothing appended if no symbol is near.
 */
struct buf;
bool symbols_format(const struct symbols *s, uint64_t addr, struct buf *b);
/* The same for what symbols_find() or symbols_nearest() has told. */
void symbols_format_info(const struct symbol_info *info, struct buf *b);

#endif
