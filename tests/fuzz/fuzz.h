/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the fuzz targets have in common. Each is a program of libFuzzer: see run.sh. */
#ifndef S390MEMCTL_TESTS_FUZZ_FUZZ_H
#define S390MEMCTL_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must be so whatever the input is; a finding if it is not. */
#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

#define FUZZ_PATH	32	/* bytes of a path of fuzz_file() */

/* Put data into an unnamed file, always the same one, and tell its path. */
void fuzz_file(const uint8_t *data, size_t size, char path[FUZZ_PATH]);
/* The input as a string, to be freed. */
char *fuzz_string(const uint8_t *data, size_t size);
/*
 * What is printed. fuzz_print_check() closes the stream and has a look: text is
 * UTF-8 without anything that a terminal obeys, JSON is documents of printable ASCII,
 * one a line.
 */
struct fuzz_print {
	FILE *stream;
	char *text;
	size_t len;
};

void fuzz_print_begin(struct fuzz_print *p);
void fuzz_print_check(struct fuzz_print *p, bool json);

/* The input, taken apart from its beginning. */
struct fuzz_input {
	const uint8_t *data;
	size_t left;
};

/* The next n bytes (1-8), big-endian; those that are missing count as zero. */
uint64_t fuzz_number(struct fuzz_input *in, unsigned int n);
/* The next len bytes, or as many as are left (*len). */
const uint8_t *fuzz_bytes(struct fuzz_input *in, size_t *len);

#endif
