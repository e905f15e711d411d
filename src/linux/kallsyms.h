/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of symbols that a Linux kernel has of itself, in the guest's memory. Untrusted. */
#ifndef S390MEMCTL_LINUX_KALLSYMS_H
#define S390MEMCTL_LINUX_KALLSYMS_H

#include "base/error.h"
#include "linux/kmem.h"
#include "linux/vmcoreinfo.h"
#include "linux/work.h"
#include "sym/symtab.h"

/* What is believed of a guest; a kernel of 2025 has 160,000 symbols. */
#define KALLSYMS_MAX		2000000U	/* symbols */
#define KALLSYMS_NAME_MAX	512U		/* bytes of a name: KSYM_NAME_LEN of include/linux/kallsyms.h */
#define KALLSYMS_NAMES_MAX	(64U << 20)	/* bytes of all names, compressed or not */

/*
 * Load the table that VMCOREINFO leads to (kallsyms_expand_symbol() and
 * kallsyms_sym_address() in kernel/kallsyms.c, crash_save_vmcoreinfo_init() in
 * kernel/vmcore_info.c). Its addresses are those in the guest. work is told how far
 * it is. Errors: ERROR_NO
 * where it is not there or is damaged, with the reason; ERROR_ACCESS where it
 * cannot be read; ERROR_TARGET; ERROR_PARTIAL when interrupted.
 */
struct error *kallsyms_load(struct kmem *m, const struct vmcoreinfo *info,
			    const struct work *work, struct symtab **tab);

#endif
