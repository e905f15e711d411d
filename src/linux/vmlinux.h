/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ELF file of a guest's kernel: given, looked for, checked, and put where the guest has it. */
#ifndef S390MEMCTL_LINUX_VMLINUX_H
#define S390MEMCTL_LINUX_VMLINUX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/log.h"

struct kernel;

/*
 * Of the symbol files of k->opt, which are in k->symbols, the first that is a
 * Linux kernel must have the guest's build id (or --force-symbols), and gets the
 * guest's offset unless it was given an address. Errors: ERROR_REFUSED for
 * another kernel's file; ERROR_TARGET, ERROR_PARTIAL. Modules among them are not
 * looked up in before module_files_find() knows where they are.
 */
struct error *vmlinux_take_given(struct kernel *k);

/*
 * Look for a file with the guest's build id in the usual folders, then in
 * --debug-dir, then by debuginfod, and load the first that has symbols. None
 * found is no error: k->source stays KERNEL_SYMBOLS_NONE. Errors: ERROR_PARTIAL
 * when interrupted; no memory.
 */
struct error *vmlinux_find(struct kernel *k);

/*
 * Whether a release, which comes from the guest, can be part of a path: letters,
 * digits and . _ + ~ - only, none of it leads into another folder.
 */
bool vmlinux_is_release(const char *release);

/*
 * The idx-th place of a vmlinux; false behind the last. release and build_id may
 * be "", debug_dir NULL.
 */
bool vmlinux_candidate(const char *release, const char *build_id, const char *debug_dir,
		       size_t idx, char *path, size_t size);

#endif
