/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command search over 512 MiB of virtual memory in an ELF dump, for 8 bytes that
 * are nowhere: in random bytes, in memory that is mostly zeros with a pattern like
 * a pointer, and at aligned addresses only; beside glibc's memmem() of the same
 * bytes, and beside just reading them. Each of them opens and maps the dump anew.
 *
 * Usage: bench-search [DIRECTORY [ROUNDS]]
 * DIRECTORY: on tmpfs, with room for 600 MiB (/dev/shm).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "bench-session.h"
#include "dump-image.h"

#define MIB	BENCH_MIB
#define DATA	(512 * MIB)
#define LARGEST	(4096 * MIB)

static char path[256];

static double ours(const char *options, const char *pattern, uint64_t len)
{
	char line[160];

	snprintf(line, sizeof(line), "search %s 0x%llx+0x%llx %s", options, IMAGE_VIRTUAL,
		 (unsigned long long)len, pattern);
	return bench_command(path, line, 1);
}

static const unsigned char *map_data(void)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *data = fd < 0 ? MAP_FAILED :
		mmap(NULL, DATA, PROT_READ, MAP_SHARED, fd, (off_t)IMAGE_DATA);

	if (data == MAP_FAILED)
		bench_fail(path);
	close(fd);
	return data;
}

static double peer_memmem(const unsigned char *pattern)
{
	double start = bench_now();
	const unsigned char *data = map_data();

	if (memmem(data, DATA, pattern, 8)) {
		fprintf(stderr, "bench-search: the pattern is there\n");
		exit(2);
	}
	munmap((void *)data, DATA);
	return bench_now() - start;
}

static double peer_reading(void)
{
	double start = bench_now();
	const unsigned char *data = map_data(), *p;
	uint64_t sums[8] = { 0 }, words[8];
	static volatile uint64_t sum;
	unsigned int i;

	for (p = data; p < data + DATA; p += sizeof(words)) {
		memcpy(words, p, sizeof(words));
		for (i = 0; i < 8; i++)
			sums[i] += words[i];
	}
	for (i = 0; i < 8; i++)
		sum += sums[i];
	munmap((void *)data, DATA);
	return bench_now() - start;
}

static void compare(const char *what, const char *text, const unsigned char *pattern,
		    unsigned int rounds, double target)
{
	double our[BENCH_ROUNDS_MAX], their[BENCH_ROUNDS_MAX];
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		our[i] = ours("", text, DATA);
		their[i] = peer_memmem(pattern);
	}
	bench_speed(what, "memmem()", DATA / bench_median(our, rounds) / 1e9,
		    DATA / bench_median(their, rounds) / 1e9, "GB/s", target);
}

static void compare_aligned(const char *what, const char *text, unsigned int rounds)
{
	double our[BENCH_ROUNDS_MAX], their[BENCH_ROUNDS_MAX];
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		our[i] = ours("--align=8", text, DATA);
		their[i] = peer_reading();
	}
	bench_speed(what, "reading the bytes", DATA / bench_median(our, rounds) / 1e9,
		    DATA / bench_median(their, rounds) / 1e9, "GB/s", 0.8);
}

static void growth(const char *text, unsigned int rounds)
{
	double seconds[3], times[BENCH_ROUNDS_MAX];
	uint64_t size = 64 * MIB;
	unsigned int i, j;

	for (i = 0; i < 3; i++, size *= 8) {
		for (j = 0; j < rounds; j++)
			times[j] = ours("", text, size);
		seconds[i] = bench_median(times, rounds);
	}
	bench_growth("search", "64, 512, 4096 MiB", seconds);
}

int main(int argc, char **argv)
{
	static const unsigned char random[8] = { 0x9d, 0x3c, 0xe7, 0x21, 0x58, 0xb4, 0x6f, 0x1a };
	static const unsigned char pointer[8] = { 0, 0, 0, 0, 0x0d, 0xea, 0xdb, 0xe1 };
	static const char *const random_text = "9d3ce72158b46f1a", *const pointer_text = "000000000deadbe1";
	const char *directory = argc > 1 ? argv[1] : "/dev/shm";
	unsigned int rounds = bench_rounds(argc > 2 ? argv[2] : NULL, 7);
	struct image image;

	snprintf(path, sizeof(path), "%s/bench-search.%d", directory, (int)getpid());
	image_make(&image, path, DATA, LARGEST, 0);
	compare("search of 512 MiB of random bytes", random_text, random, rounds, 0.9);
	growth(random_text, rounds);
	image_make(&image, path, DATA, DATA, 1);
	compare("search of 512 MiB of mostly zeros for a pointer", pointer_text, pointer, rounds, 5);
	compare_aligned("the same at multiples of 8", pointer_text, rounds);
	unlink(path);
	return 0;
}
