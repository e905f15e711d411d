/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads of 4 KiB by virtual address from an ELF dump, in order and at random, each
 * of which has to be translated by tables of 4 KiB frames; beside libkdumpfile's
 * kdump_read() of the same addresses, by the same tables.
 *
 * Usage: bench-read [DIRECTORY [ROUNDS]]
 *        bench-read -l DUMP BYTES
 * DIRECTORY: on tmpfs, with room for 600 MiB (/dev/shm). -l: just the GB/s of such reads
 * of a Linux guest's home space from 1 MiB on.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_LIBADDRXLAT
#include <libkdumpfile/addrxlat.h>
#include <libkdumpfile/kdumpfile.h>
#endif

#include "bench.h"
#include "dump-image.h"
#include "target/dump/dump.h"

#define PAGE	4096ULL
#define MIB	BENCH_MIB
#define DATA	(512 * MIB)
#define LARGEST	(4096 * MIB)

static uint64_t order[LARGEST / PAGE];	/* pages of the range, as they are read */
static uint64_t sum;			/* of what is read: it is read */
static unsigned char buf[PAGE];

static void take(void)
{
	uint64_t word;

	memcpy(&word, buf + PAGE / 2, sizeof(word));
	sum += word;
}

static double our_reads(struct target *t, enum space space, uint64_t base, uint64_t count)
{
	double start = bench_now();
	struct access a = ACCESS_INIT(0);
	struct error *err;
	uint64_t i;
	size_t done;

	a.space = space;
	for (i = 0; i < count; i++) {
		a.addr = base + order[i] * PAGE;
		err = t->ops->read(t, &a, buf, PAGE, &done);
		if (err)
			abort();
		take();
	}
	return bench_now() - start;
}

#ifdef HAVE_LIBADDRXLAT
static kdump_ctx_t *kdump;

/* The dump with the range's tables as those of kernel addresses. */
static void open_peer(const char *path, const struct image *image)
{
	static const addrxlat_paging_form_t form = {
		.pte_format = ADDRXLAT_PTE_S390X, .nfields = 4, .fieldsz = { 12, 8, 11, 11 },
	};
	addrxlat_meth_t meth = { .kind = ADDRXLAT_PGT, .target_as = ADDRXLAT_MACHPHYSADDR };
	addrxlat_range_t range = { .meth = ADDRXLAT_SYS_METH_PGT };
	addrxlat_map_t *map = addrxlat_map_new();
	addrxlat_ctx_t *ctx;
	addrxlat_sys_t *sys;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	kdump = kdump_new();
	if (fd < 0 || !kdump || !map || kdump_open_fd(kdump, fd) != KDUMP_OK ||
	    kdump_get_addrxlat(kdump, &ctx, &sys) != KDUMP_OK) {
		fprintf(stderr, "bench-read: %s\n", kdump_get_err(kdump));
		exit(2);
	}
	meth.param.pgt.root.as = ADDRXLAT_MACHPHYSADDR;
	meth.param.pgt.root.addr = image->tables;
	meth.param.pgt.pf = form;
	range.endoff = IMAGE_VIRTUAL + image->mapped - 1;
	addrxlat_sys_set_meth(sys, ADDRXLAT_SYS_METH_PGT, &meth);
	if (addrxlat_map_set(map, 0, &range) != ADDRXLAT_OK)
		abort();
	addrxlat_sys_set_map(sys, ADDRXLAT_SYS_MAP_KV_PHYS, map);
	addrxlat_sys_set_map(sys, ADDRXLAT_SYS_MAP_HW, map);
}

static double peer_reads(uint64_t count)
{
	double start = bench_now();
	uint64_t i;
	size_t len;

	for (i = 0; i < count; i++) {
		len = PAGE;
		if (kdump_read(kdump, KDUMP_KVADDR, IMAGE_VIRTUAL + order[i] * PAGE, buf, &len) != KDUMP_OK) {
			fprintf(stderr, "bench-read: %s\n", kdump_get_err(kdump));
			exit(2);
		}
		take();
	}
	return bench_now() - start;
}
#else
static void open_peer(const char *path, const struct image *image)
{
	(void)path;
	(void)image;
}

static double peer_reads(uint64_t count)
{
	(void)count;
	return 0;
}
#endif

static void fill_order(uint64_t count, int random)
{
	uint64_t i;

	for (i = 0; i < count; i++)
		order[i] = random ? bench_random() % count : i;
}

/* GB/s of both, on 512 MiB. */
static void compare(struct target *t, const char *what, int random, unsigned int rounds)
{
	double ours[BENCH_ROUNDS_MAX], theirs[BENCH_ROUNDS_MAX], our_time, their_time;
	uint64_t expected = 0;
	unsigned int i;

	fill_order(DATA / PAGE, random);
	for (i = 0; i < rounds; i++) {
		sum = 0;
		ours[i] = our_reads(t, SPACE_PRIMARY, IMAGE_VIRTUAL, DATA / PAGE);
		expected = sum;
		sum = 0;
		theirs[i] = peer_reads(DATA / PAGE);
		if (theirs[i] > 0 && sum != expected) {
			fprintf(stderr, "bench-read: kdump_read() reads something else\n");
			exit(2);
		}
	}
	our_time = bench_median(ours, rounds);
	their_time = bench_median(theirs, rounds);
	bench_speed(what, "kdump_read()", DATA / our_time / 1e9,
		    their_time > 0 ? DATA / their_time / 1e9 : 0, "GB/s", 1);
}

static void growth(struct target *t, unsigned int rounds)
{
	double seconds[3], times[BENCH_ROUNDS_MAX];
	uint64_t size = 64 * MIB;
	unsigned int i, j;

	for (i = 0; i < 3; i++, size *= 8) {
		fill_order(size / PAGE, 0);
		for (j = 0; j < rounds; j++)
			times[j] = our_reads(t, SPACE_PRIMARY, IMAGE_VIRTUAL, size / PAGE);
		seconds[i] = bench_median(times, rounds);
	}
	bench_growth("reads of 4 KiB", "64, 512, 4096 MiB", seconds);
}

static struct target *open_target(const char *path)
{
	const struct log log = { .stream = stderr };
	const struct dump_options options = { .log = &log };
	struct target *t;

	if (dump_open(path, 0, &options, &t)) {
		fprintf(stderr, "bench-read: %s cannot be opened\n", path);
		exit(2);
	}
	return t;
}

static int read_linux(const char *dump, const char *size)
{
	struct target *t = open_target(dump);
	uint64_t bytes = strtoull(size, NULL, 10);

	if (bytes > LARGEST)
		return 64;
	fill_order(bytes / PAGE, 0);
	printf("%g\n", (double)bytes / our_reads(t, SPACE_HOME, MIB, bytes / PAGE) / 1e9);
	t->ops->close(t);
	return 0;
}

int main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : "/dev/shm";
	struct image image;
	unsigned int rounds;
	struct target *t;
	char path[256];

	if (argc == 4 && !strcmp(argv[1], "-l"))
		return read_linux(argv[2], argv[3]);
	rounds = bench_rounds(argc > 2 ? argv[2] : NULL, 7);
	snprintf(path, sizeof(path), "%s/bench-read.%d", directory, (int)getpid());
	image_make(&image, path, DATA, LARGEST, 0);
	t = open_target(path);
	open_peer(path, &image);
	unlink(path);
	compare(t, "reads of 4 KiB of virtual memory, 512 MiB in order", 0, rounds);
	compare(t, "the same at random", 1, rounds);
	growth(t, rounds);
	t->ops->close(t);
	return 0;
}
