/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Translations of virtual addresses a second, page by page: one after the other
 * and at random, beside libkdumpfile's addrxlat (where it was there when this was
 * built) on the same tables, in one run.
 *
 * The tables are those of a Linux kernel: region-second, region-third and
 * segment table, a page table a segment; the frames lie in random order. Each
 * figure is the median of several rounds, ours and the peer's in turn; "first
 * time" starts each round with an empty TLB.
 *
 * Usage: bench-translate [ROUNDS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addrxlat-peer.h"
#include "arch/dat-bits.h"
#include "arch/tlb.h"
#include "arch/translate.h"
#include "base/endian.h"
#include "bench.h"

#define MIB		BENCH_MIB
#define PAGE		4096ULL
#define MEDIUM		(512 * MIB)	/* also 1/8 and 8 times as much */
#define VIRTUAL_BASE	0x0000000100000000ULL	/* where the range begins */
#define TABLES_AT	0x100000ULL		/* absolute address of the tables */
#define STORAGE_BYTES	(64ULL << 30)
#define TRANSLATIONS	(8ULL << 20)		/* per measurement, about */

struct machine {
	uint8_t *tables;	/* absolute TABLES_AT to ... */
	size_t bytes;
	size_t used;
	struct s390_regs regs;
	struct storage storage;
	uint64_t pages;
	uint64_t *order;	/* random virtual addresses in the range */
};

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	const struct machine *m = arg;

	if (addr < TABLES_AT || addr - TABLES_AT > m->bytes - len)
		return STORAGE_OUTSIDE;
	memcpy(buf, m->tables + (addr - TABLES_AT), len);
	return 0;
}

static uint64_t extent(void *arg, uint64_t addr, bool *present)
{
	(void)arg;
	*present = addr < STORAGE_BYTES;
	return *present ? STORAGE_BYTES - addr : 0 - addr;
}

static uint64_t new_table(struct machine *m, size_t bytes, uint64_t fill)
{
	size_t at = (m->used + bytes - 1) & ~(bytes - 1), i;

	m->used = at + bytes;
	if (m->used > m->bytes) {
		fprintf(stderr, "bench-translate: no room for tables\n");
		exit(1);
	}
	for (i = 0; i < bytes; i += 8)
		put_be64(m->tables + at + i, fill);
	return TABLES_AT + at;
}

/* The table that entry index of table leads to, made where it is missing. */
static uint64_t lower_table(struct machine *m, uint64_t table, unsigned int index,
			    unsigned int level)
{
	uint8_t *entry = m->tables + (table - TABLES_AT) + 8 * index;
	uint64_t lower;

	if (!(get_be64(entry) & RSTE_INVALID))
		return get_be64(entry) & (level ? RSTE_ORIGIN : STE_ORIGIN);
	if (level)
		lower = new_table(m, 16384, RSTE_INVALID | (level - 1) << 2);
	else
		lower = new_table(m, PAGE_TABLE_BYTES, PTE_INVALID);
	put_be64(entry, lower | level << 2 | (level ? RSTE_LENGTH : 0));
	return lower;
}

static void build_tables(struct machine *m, uint64_t size)
{
	uint64_t top, table, va, i;

	m->used = 0;
	top = new_table(m, 16384, RSTE_INVALID | 2 << 2);
	for (i = 0; i < size / PAGE; i++) {
		va = VIRTUAL_BASE + i * PAGE;
		table = lower_table(m, top, va >> 42 & 0x7ff, 2);
		table = lower_table(m, table, va >> 31 & 0x7ff, 1);
		table = lower_table(m, table, va >> 20 & 0x7ff, 0);
		put_be64(m->tables + (table - TABLES_AT) + 8 * (va >> 12 & 0xff),
			 bench_random() % (STORAGE_BYTES / PAGE - 1024) * PAGE + 1024 * PAGE);
	}
	m->regs.crs[1] = top | 2 << 2 | ASCE_LENGTH;
	m->pages = size / PAGE;
	for (i = 0; i < m->pages; i++)
		m->order[i] = VIRTUAL_BASE + bench_random() % size;
}

static struct tlb tlb;

static void open_space(struct machine *m, struct address_space *as)
{
	struct translation_context context = {
		.regs = &m->regs, .storage = &m->storage, .facilities = FACILITY_ALL, .tlb = &tlb,
	};
	struct reference reference = REFERENCE_INIT(SPACE_PRIMARY, REFERENCE_FETCH);

	address_space_open(as, &context, &reference);
}

static uint64_t our_walk(const struct address_space *as, uint64_t virtual)
{
	struct translation t;

	if (!translate(as, virtual, &t))
		abort();
	return t.absolute;
}

/* The sums of all absolute addresses, by each of the ways. */

static uint64_t in_order(struct machine *m, struct address_space *as)
{
	uint64_t i, sum = 0;

	for (i = 0; i < m->pages; i++)
		sum += our_walk(as, VIRTUAL_BASE + i * PAGE);
	return sum;
}

static uint64_t first_time(struct machine *m, struct address_space *as)
{
	tlb_flush(&tlb);
	open_space(m, as);
	return in_order(m, as);
}

static uint64_t at_random(struct machine *m, struct address_space *as)
{
	uint64_t i, sum = 0;

	for (i = 0; i < m->pages; i++)
		sum += our_walk(as, m->order[i]);
	return sum;
}

static uint64_t peer_in_order(struct machine *m, struct address_space *as)
{
	uint64_t i, sum = 0;

	(void)as;
	for (i = 0; i < m->pages; i++)
		sum += addrxlat_peer_walk(VIRTUAL_BASE + i * PAGE);
	return sum;
}

static uint64_t peer_at_random(struct machine *m, struct address_space *as)
{
	uint64_t i, sum = 0;

	(void)as;
	for (i = 0; i < m->pages; i++)
		sum += addrxlat_peer_walk(m->order[i]);
	return sum;
}

typedef uint64_t way_fn(struct machine *m, struct address_space *as);

/* The ways, with the peer's that has the same sum. */
static const struct way {
	const char *what;
	way_fn *ours, *theirs;
	double target;
} ways[] = {
	{ "translations in order", in_order, peer_in_order, 10 },
	{ "the same, each page for the first time", first_time, peer_in_order, 10 },
	{ "translations at random", at_random, peer_at_random, 2 },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* Seconds for the range once, of about count translations. */
static double measure(struct machine *m, way_fn *way, struct address_space *as, uint64_t count,
		      uint64_t *sum)
{
	uint64_t repeat = (count + m->pages - 1) / m->pages, i;
	double start = bench_now();

	for (i = 0; i < repeat; i++)
		*sum = way(m, as);
	return (bench_now() - start) / (double)repeat;
}

/* Medians for the range once, of one way and of its peer, in turn; *theirs is 0 without a peer. */
static double compare(struct machine *m, const struct way *way, unsigned int rounds, double *theirs)
{
	double our[BENCH_ROUNDS_MAX], their[BENCH_ROUNDS_MAX] = { 0 };
	uint64_t our_sum = 0, their_sum = 0;
	struct address_space as;
	unsigned int i;

	open_space(m, &as);
	for (i = 0; i < rounds; i++) {
		our[i] = measure(m, way->ours, &as, TRANSLATIONS, &our_sum);
		if (!theirs || !addrxlat_peer_is_there())
			continue;
		their[i] = measure(m, way->theirs, &as, TRANSLATIONS / 8, &their_sum);
		if (our_sum != their_sum) {
			fprintf(stderr, "bench-translate: addrxlat translates differently\n");
			exit(2);
		}
	}
	if (theirs)
		*theirs = bench_median(their, rounds);
	return bench_median(our, rounds);
}

static void bench(struct machine *m, unsigned int rounds)
{
	struct addrxlat_tables tables = { .bytes = m->tables, .at = TABLES_AT, .len = m->bytes };
	double seconds[WAYS][3], theirs = 0;
	unsigned int i, size;

	for (size = 0; size < 3; size++) {
		build_tables(m, MEDIUM / 8 << 3 * size);
		tlb_flush(&tlb);
		addrxlat_peer_open(&tables, m->regs.crs[1]);
		for (i = 0; i < WAYS; i++) {
			seconds[i][size] = compare(m, &ways[i], rounds, size == 1 ? &theirs : NULL);
			if (size == 1)
				bench_speed(ways[i].what, "addrxlat_walk()",
					    (double)m->pages / seconds[i][1] / 1e6,
					    theirs > 0 ? (double)m->pages / theirs / 1e6 : 0, "M/s",
					    ways[i].target);
		}
	}
	for (i = 0; i < WAYS; i++)
		bench_growth(ways[i].what, "64, 512, 4096 MiB", seconds[i]);
}

int main(int argc, char **argv)
{
	unsigned int rounds = bench_rounds(argc > 1 ? argv[1] : NULL, 5);
	struct machine m = { .bytes = 64 * MIB };

	m.tables = aligned_alloc(PAGE, m.bytes);
	m.order = malloc(8 * MEDIUM / PAGE * sizeof(*m.order));
	if (!m.tables || !m.order || !tlb_init(&tlb, TLB_SEGMENTS))
		bench_fail("memory");
	m.storage = (struct storage){ &m, read_absolute, extent, NULL };
	bench(&m, rounds);
	tlb_deinit(&tlb);
	free(m.order);
	free(m.tables);
	return 0;
}
