/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ELF file that may be anything, as libelf and libdw get it: mapped, so that of a
 * large one only what is needed is read, and so that one that shrinks meanwhile does
 * not kill us. Untrusted.
 */
#ifndef S390MEMCTL_SYM_ELF_FILE_H
#define S390MEMCTL_SYM_ELF_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct Elf;
struct elf_file;

/*
 * Open a regular file, not a compressed one. Errors: ERROR_USAGE with path and reason
 * (cannot be read, no ELF file; more headers, notes, or compressed sections, or larger
 * ones, than are believed, as a sparse file can have any number); no memory.
 */
struct error *elf_file_open(const char *path, struct elf_file **f);
/* The same for one that may be compressed, of no more than UNPACKED_MAX bytes (sym/unpack.h). */
struct error *elf_file_open_packed(const char *path, struct elf_file **f);
/* Close it, when nothing that libelf or libdw has told of it is needed any more; NULL is allowed. */
void elf_file_close(struct elf_file *f);
/* Its path, printable; as it was given. */
const char *elf_file_path(const struct elf_file *f);
const char *elf_file_raw_path(const struct elf_file *f);
/* What libelf has made of it: an ELF file. It is closed by elf_file_close(). */
struct Elf *elf_file_elf(const struct elf_file *f);
/*
 * Whether all that was read from it so far was there: else zeros were read in its place.
 * Errors: ERROR_USAGE with path and reason. NULL for f: no error.
 */
struct error *elf_file_check(const struct elf_file *f);
/* Whether len bytes at an offset lie within the file. */
bool elf_file_has(const struct elf_file *f, uint64_t offset, uint64_t len);
/* That something does not: ERROR_USAGE. */
struct error *elf_file_truncated(const struct elf_file *f);
/*
 * Copy len bytes at an offset, 256 MiB at most. *data gets them, with a NUL byte behind
 * them, and is to be freed. Errors: ERROR_USAGE with path and reason; no memory.
 */
struct error *elf_file_copy(const struct elf_file *f, uint64_t offset, uint64_t len, void **data);

#endif
