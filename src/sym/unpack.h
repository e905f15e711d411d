/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files compressed as the kernel's build does it to modules: gzip, xz, zstd, if this libdw can.
 * Anything is expected of them.
 */
#ifndef S390MEMCTL_SYM_UNPACK_H
#define S390MEMCTL_SYM_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#define UNPACKED_MAX (256U << 20)	/* bytes; large modules with DWARF have half of it */

/*
 * Unpack a compressed ELF file of size bytes into a file in memory, which *unpacked is the
 * descriptor of. A child does it, with half a GiB of memory and half a minute of CPU, as some KiB may want any amount of both. false: it is none, it is damaged,
 * it wants more.
 */
bool unpack_file(int fd, uint64_t size, int *unpacked);

#endif
