/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types of a program, from DWARF or from BTF: what `print`, `offsetof` and
 * `sizeof` show, and what offsets of members those need who read the kernel's
 * structures. Nothing is read before it is asked for.
 */
#ifndef S390MEMCTL_SYM_TYPES_H
#define S390MEMCTL_SYM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct types;

/*
 * Types of an ELF file's DWARF, or of its section .BTF if it has no DWARF; path
 * is untrusted in content. Errors: ERROR_USAGE with path and reason (ERROR_NO
 * when it has neither); ERROR_PARTIAL when interrupted, here and in all that is asked
 * later.
 *
 * interrupted: not 0 is the end; kept; NULL: nothing interrupts
 */
struct error *types_open_elf(const char *path, const volatile int *interrupted, struct types **t);
/*
 * Types of BTF as it stands in a kernel's memory or in a file: data is copied;
 * untrusted. Errors: ERROR_USAGE with the reason; ERROR_PARTIAL as above.
 */
struct error *types_open_btf(const void *data, size_t len, const volatile int *interrupted,
			     struct types **t);
/* Free; NULL is allowed. */
void types_close(struct types *t);
/* "DWARF" or "BTF". */
const char *types_source(const struct types *t);

/*
 * Offset and size in bytes of a member: types_member(t, "task_struct",
 * "thread.ksp", ...), through anonymous members, too. type: a structure or
 * union without its keyword, or a typedef. *size may be NULL. Errors: ERROR_NO
 * when there is no such type or member, or it is a bit field; ERROR_USAGE for
 * damaged data. NULL for t: ERROR_NO.
 */
struct error *types_member(struct types *t, const char *type, const char *member,
			   uint64_t *offset, uint64_t *size);
/* Size in bytes of a type: "task_struct", "unsigned int". Errors as types_member(). */
struct error *types_size(struct types *t, const char *type, uint64_t *size);
/*
 * The value of an enumerator, such as "MOD_TEXT". false if there is none.
 */
bool types_enumerator(struct types *t, const char *name, int64_t *value);

#endif
