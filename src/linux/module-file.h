/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symbols of a guest's modules from their files on the host. */
#ifndef S390MEMCTL_LINUX_MODULE_FILE_H
#define S390MEMCTL_LINUX_MODULE_FILE_H

#include "base/error.h"
#include "linux/kernel.h"
#include "linux/module-layout.h"

/*
 * Look for the files of all modules (mod->file): among those of --symbols that were
 * given no address, and below lib/modules/RELEASE in the folders where the kernel's
 * vmlinux is looked for, too. A file must have the
 * module's build id. None found is no error. Errors: ERROR_PARTIAL when interrupted.
 */
struct error *module_files_find(struct kernel *k, struct modules *m);

/*
 * Add the symbols of mod->file where the guest has its sections. Errors: ERROR_NO,
 * ERROR_USAGE where they cannot be taken; ERROR_TARGET; no memory.
 */
struct error *module_file_add(struct kernel *k, const struct module_layout *l, struct module *mod);

#endif
