/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VMCOREINFO, the text in which a Linux kernel tells about itself: lines KEY=VALUE. Untrusted. */
#ifndef S390MEMCTL_LINUX_VMCOREINFO_H
#define S390MEMCTL_LINUX_VMCOREINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/kmem.h"

struct vmcoreinfo {
	char *text;		/* with a NUL byte behind it, or NULL */
	size_t len;
	size_t size;		/* bytes that are to be wiped, if it was read from a guest */
};

/*
 * Find the kernel's VMCOREINFO by its lowcore (0xe0c, of absolute 0), check and
 * copy it. There is none early in the boot or in another system: *info is empty
 * then, no error.
 */
struct error *vmcoreinfo_read(struct kmem *m, struct vmcoreinfo *info);
/* Free; empty is allowed. */
void vmcoreinfo_free(struct vmcoreinfo *info);
/* Copy the value of a key such as "OSRELEASE" to buf, cut to its size; false if there is none. */
bool vmcoreinfo_get(const struct vmcoreinfo *info, const char *key, char *buf, size_t size);
/* The same as a number in the given base (0: C rules). false if it is none. */
bool vmcoreinfo_number(const struct vmcoreinfo *info, const char *key, int base, uint64_t *value);
/* SYMBOL(name), OFFSET(type.member), SIZE(type), NUMBER(name), LENGTH(name). false if it is not there. */
bool vmcoreinfo_symbol(const struct vmcoreinfo *info, const char *name, uint64_t *value);
bool vmcoreinfo_offset(const struct vmcoreinfo *info, const char *member, uint64_t *value);
bool vmcoreinfo_size(const struct vmcoreinfo *info, const char *type, uint64_t *value);

#endif
