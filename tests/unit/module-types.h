/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BTF of what tells of a kernel's modules, for tests. */
#ifndef S390MEMCTL_TESTS_UNIT_MODULE_TYPES_H
#define S390MEMCTL_TESTS_UNIT_MODULE_TYPES_H

#include "base/buf.h"

/* Where members of struct module are: bytes. */
#define MODULE_LIST	8U
#define MODULE_NAME	24U
#define MODULE_KALLSYMS	128U
#define MODULE_SIZE	160U

/*
 * Big-endian types of struct module and what it points to, as Linux 6.12 has them, but at
 * other offsets; out is to be freed.
 */
void module_types(struct buf *out);

#endif
