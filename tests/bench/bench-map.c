/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command map over the address space of a kernel, beside libkdumpfile's
 * addrxlat that translates the same pages one by one: on a dump with 512 MiB in
 * runs of 256 pages, and on the dump of a Linux guest. Both have mapped the dump
 * before, and neither keeps a translation.
 *
 * Usage: bench-map [DIRECTORY [ROUNDS [DUMP]]]
 * DIRECTORY: on tmpfs, with room for 600 MiB (/dev/shm). DUMP: of a Linux guest.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "addrxlat-peer.h"
#include "arch/dat-bits.h"
#include "arch/translate.h"
#include "base/endian.h"
#include "bench-session.h"
#include "bench.h"
#include "dump-image.h"
#include "target/dump/dump.h"
#include "target/walk.h"

#define MIB	BENCH_MIB
#define PAGE	4096ULL
#define MEDIUM	(512 * MIB)
#define END	(1ULL << 53)	/* of what the tables of a kernel can map */

/* The pages of a space. */
struct pages {
	uint64_t *addrs;
	size_t count, room;
	uint64_t asce;
};

static void add_run(struct pages *p, uint64_t addr, uint64_t len)
{
	for (; len >= PAGE; addr += PAGE, len -= PAGE) {
		if (p->count == p->room) {
			p->room = p->room ? 2 * p->room : 65536;
			p->addrs = realloc(p->addrs, p->room * sizeof(*p->addrs));
			if (!p->addrs)
				bench_fail("memory");
		}
		p->addrs[p->count++] = addr;
	}
}

static void find_pages(const char *dump, enum space space, struct pages *p)
{
	const struct log log = { .stream = stderr };
	struct dump_options options = { .log = &log };
	struct reference reference = REFERENCE_INIT(space, REFERENCE_FETCH);
	struct translation_context context;
	struct address_space as;
	struct translation t;
	struct target *target;
	struct walk *w;
	uint64_t addr;

	if (dump_open(dump, 0, &options, &target) || target->ops->walk(target, &w)) {
		fprintf(stderr, "bench-map: %s cannot be opened\n", dump);
		exit(2);
	}
	context = (struct translation_context){
		.regs = &w->regs, .storage = &w->storage.storage, .facilities = w->facilities, .tlb = &w->tlb,
	};
	address_space_open(&as, &context, &reference);
	for (addr = 0; addr < END; addr += t.length) {
		if (translate(&as, addr, &t))
			add_run(p, addr, t.length);
		else if (t.length >= END - addr)
			break;	/* the last hole goes up to 2^64 */
	}
	p->asce = as.asce;
	target->ops->close(target);
}

/* All absolute storage of a dump that has it in one piece, from address 0 on. */
static struct addrxlat_tables map_storage(const char *dump)
{
	struct addrxlat_tables storage = { .bytes = NULL };
	int fd = open(dump, O_RDONLY | O_CLOEXEC);
	unsigned char *file;
	struct stat st;
	uint64_t at;
	int i;

	file = fd < 0 || fstat(fd, &st) ? MAP_FAILED :
		mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED)
		bench_fail(dump);
	close(fd);
	at = get_be64(file + offsetof(Elf64_Ehdr, e_phoff));
	for (i = 0; i < get_be16(file + offsetof(Elf64_Ehdr, e_phnum)); i++, at += sizeof(Elf64_Phdr)) {
		if (get_be32(file + at) != PT_LOAD || get_be64(file + at + offsetof(Elf64_Phdr, p_paddr)))
			continue;
		storage.bytes = file + get_be64(file + at + offsetof(Elf64_Phdr, p_offset));
		storage.len = get_be64(file + at + offsetof(Elf64_Phdr, p_filesz));
	}
	if (!storage.bytes) {
		fprintf(stderr, "bench-map: %s has its storage elsewhere\n", dump);
		exit(2);
	}
	return storage;
}

static double peer_map(const struct pages *p)
{
	static volatile uint64_t sum;
	double start = bench_now();
	size_t i;

	for (i = 0; i < p->count; i++)
		sum += addrxlat_peer_walk(p->addrs[i]);
	return bench_now() - start;
}

static void compare(const char *what, const char *dump, enum space space, unsigned int rounds)
{
	double our[BENCH_ROUNDS_MAX], their[BENCH_ROUNDS_MAX] = { 0 }, our_time, their_time;
	struct addrxlat_tables storage;
	struct bench_session session;
	struct pages pages = { 0 };
	char line[32], name[128];
	unsigned int i;

	find_pages(dump, space, &pages);
	storage = map_storage(dump);
	addrxlat_peer_open(&storage, pages.asce);
	snprintf(line, sizeof(line), "map --space=%s", space == SPACE_HOME ? "home" : "pri");
	bench_session_begin(&session, dump);
	bench_session_run(&session, line, 0);
	for (i = 0; i < rounds; i++) {
		our[i] = bench_session_run(&session, line, 0);
		if (addrxlat_peer_is_there())
			their[i] = peer_map(&pages);
	}
	bench_session_end(&session);
	our_time = bench_median(our, rounds);
	their_time = bench_median(their, rounds);
	snprintf(name, sizeof(name), "%s (%zu pages)", what, pages.count);
	bench_speed(name, "addrxlat_walk()", (double)pages.count / our_time / 1e6,
		    their_time > 0 ? (double)pages.count / their_time / 1e6 : 0, "M pages/s", 20);
	free(pages.addrs);
}

static void growth(const char *path, unsigned int rounds)
{
	double seconds[3], times[BENCH_ROUNDS_MAX];
	struct bench_session session;
	struct image image;
	unsigned int i, j;

	for (i = 0; i < 3; i++) {
		image_make(&image, path, 64 * MIB, MEDIUM / 8 << 3 * i, 0);
		bench_session_begin(&session, path);
		bench_session_run(&session, "map --space=pri", 0);
		for (j = 0; j < rounds; j++)
			times[j] = bench_session_run(&session, "map --space=pri", 0);
		bench_session_end(&session);
		seconds[i] = bench_median(times, rounds);
	}
	bench_growth("map", "64, 512, 4096 MiB", seconds);
}

int main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : "/dev/shm";
	unsigned int rounds = bench_rounds(argc > 2 ? argv[2] : NULL, 15);
	struct image image;
	char path[256];

	snprintf(path, sizeof(path), "%s/bench-map.%d", directory, (int)getpid());
	if (argc > 3)
		compare("map of Linux's address space", argv[3], SPACE_HOME, rounds);
	image_make(&image, path, 64 * MIB, 512 * MIB, 0);
	compare("map of 512 MiB in runs of 256 pages", path, SPACE_PRIMARY, rounds);
	growth(path, rounds);
	unlink(path);
	return 0;
}
