/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The types that a Linux kernel has of itself (BTF), in the guest's memory. Untrusted. */
#ifndef S390MEMCTL_LINUX_BTF_H
#define S390MEMCTL_LINUX_BTF_H

#include "base/error.h"
#include "linux/kernel.h"
#include "sym/types.h"

#define BTF_MAX		(64UL << 20)	/* bytes that are believed */

/*
 * Load the BTF between the symbols __start_BTF and __stop_BTF, or, where they are
 * not known (kallsyms of functions only), search the kernel's image for its
 * header (struct btf_header in include/uapi/linux/btf.h). Errors: ERROR_NO:
 * there is none, or it is damaged; those of kmem_read().
 */
struct error *btf_load(struct kernel *k, struct types **types);

#endif
