/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Make a dump for the benchmarks of whole programs.
 *
 * Usage: make-image FILE DATA-MIB MAPPED-MIB
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "dump-image.h"

int main(int argc, char **argv)
{
	struct image image;

	if (argc != 4) {
		fprintf(stderr, "usage: make-image FILE DATA-MIB MAPPED-MIB\n");
		return 64;
	}
	image_make(&image, argv[1], strtoull(argv[2], NULL, 10) * BENCH_MIB,
		   strtoull(argv[3], NULL, 10) * BENCH_MIB, 0);
	return 0;
}
