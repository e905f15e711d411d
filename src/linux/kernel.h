/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Linux that runs in a guest: which one it is, where it lies, its symbols
 * and types. From its own memory (VMCOREINFO, os_info, lowcore, kallsyms, BTF),
 * and from files of the host that match it.
 */
#ifndef S390MEMCTL_LINUX_KERNEL_H
#define S390MEMCTL_LINUX_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "linux/kmem.h"
#include "linux/modules.h"
#include "linux/place.h"
#include "linux/vmcoreinfo.h"
#include "linux/work.h"
#include "sym/symbols.h"
#include "sym/types.h"

struct kernel_options {
	const char *const *symbol_files;	/* FILE or FILE@ADDR, in the order given */
	size_t nr_symbol_files;
	/*
	 * Where symbols are gathered, never NULL: the tables of symbol_files
	 * (symbols_add_file()), in that order. The kernel's get their bias here,
	 * others are added, and taken away by kernel_close().
	 */
	struct symbols *symbols;
	const char *debug_dir;		/* --debug-dir, NULL: the usual places only */
	bool debuginfod;		/* ask debuginfod servers, too */
	uint64_t debuginfod_timeout_ns;	/* for how long at most */
	bool force_symbols;		/* a build id that does not match is only warned about */
	const struct log *log;
	const volatile int *interrupted;
	struct work work;		/* who is told how far what takes long is */
};

/* Where the symbols of the kernel come from. */
enum kernel_symbols {
	KERNEL_SYMBOLS_NONE,
	KERNEL_SYMBOLS_FILE,		/* a vmlinux with DWARF or a plain symbol table */
	KERNEL_SYMBOLS_KALLSYMS,	/* the guest's own tables */
};

struct kernel {
	struct kmem mem;
	struct kernel_options opt;
	struct vmcoreinfo info;		/* empty if there is none */
	struct kernel_place place;	/* what the guest says of where it lies */
	char release[65];		/* "6.1.0-41-s390x", printable, or "" */
	char build_id[65];		/* hex digits, or "" */
	bool has_offset;
	uint64_t offset;		/* address in the guest minus that in vmlinux, of the kernel image */
	bool has_phys;
	uint64_t phys;			/* absolute address minus virtual address of the kernel image, modulo 2^64 */
	char offset_source[64];		/* for people: "VMCOREINFO", "lowcore" */
	enum kernel_symbols source;
	char vmlinux[4096];		/* path of the file, or "" */
	struct symbols *symbols;	/* those of opt */
	struct types *types;		/* NULL until kernel_types() */
	bool modules_loaded;
	struct modules modules;		/* empty until kernel_load_modules() */
	size_t nr_own_tables;		/* of symbols, without those of modules */
	char *debug_file;		/* what debuginfod has brought, or NULL */
};

/*
 * Find out about the Linux in a target, as far as it can be: what is not there
 * is left empty, which is no error. Errors: ERROR_REFUSED for a symbol file whose
 * build id is not the guest's; ERROR_TARGET where the guest's memory cannot be got
 * at; ERROR_PARTIAL when interrupted.
 */
struct error *kernel_open(struct target *t, const struct kernel_options *opt,
			  struct kernel **out);
/*
 * Which Linux it is: release and build id, by VMCOREINFO, else by what stands in
 * the image if k->place tells where it is. kernel_open() does it; again when the
 * place has become known later. Errors: ERROR_TARGET, ERROR_PARTIAL.
 */
struct error *kernel_identify(struct kernel *k);
/* Free; NULL is allowed. */
void kernel_close(struct kernel *k);
/*
 * The guest has run on: take the registers anew, forget translations and modules.
 * *same: it is still the kernel of kernel_open(); else k is to be closed, and
 * another to be opened. Errors: ERROR_TARGET, ERROR_PARTIAL.
 */
struct error *kernel_refresh(struct kernel *k, bool *same);
/*
 * The kernel's types, opened at the first call: DWARF or BTF of vmlinux, else
 * BTF in the guest's memory. Errors: ERROR_NO with the reason and a hint.
 */
struct error *kernel_types(struct kernel *k, struct types **types);
/* Add the symbols of the guest's modules, once. Errors: what is missing for it. */
struct error *kernel_load_modules(struct kernel *k);
/*
 * Address of a symbol of the kernel itself: by VMCOREINFO, else by its table.
 * ERROR_NO names it, with the hint where symbols could come from.
 */
struct error *kernel_symbol(struct kernel *k, const char *name, uint64_t *addr);
/* The same where it may be missing: false then. */
bool kernel_has_symbol(struct kernel *k, const char *name, uint64_t *addr);

#endif
