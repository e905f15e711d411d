/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ELF dumps made for benchmarks: one CPU, translation tables as a kernel has them. */
#ifndef S390MEMCTL_TESTS_DUMP_IMAGE_H
#define S390MEMCTL_TESTS_DUMP_IMAGE_H

#include <stdint.h>

#define IMAGE_VIRTUAL	0x80000000ULL	/* where the virtual range begins */
#define IMAGE_DATA	0x100000ULL	/* offset of absolute 0 in the file */

struct image {
	uint64_t data;		/* bytes, from absolute 0 on; a multiple of 1 MiB, up to 2 GiB */
	uint64_t mapped;	/* bytes of the virtual range, up to 8 GiB: frames come again if it is longer */
	uint64_t tables;	/* absolute: region-third table, segment and page tables */
};

/*
 * Write a dump to path, replacing what is there. Its data are random, or with
 * zeros nine pages of ten are nothing but zeros, and the others hold pointers
 * among zeros. The frames of the range lie in runs of 1 MiB, not in order; prefixing changes nothing.
 * Exits on errors.
 */
void image_make(struct image *image, const char *path, uint64_t data, uint64_t mapped, int zeros);

#endif
