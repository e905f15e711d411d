/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Translations of virtual addresses a second, page by page: one after the other
 * and at random, over ranges of several sizes, beside libkdumpfile's addrxlat
 * (where it was there when this was built) on the same tables, in one run.
 *
 * The tables are those of a Linux kernel: region-second, region-third and
 * segment table, a page table a segment; the frames lie in random order. Each
 * figure is the median of several rounds, ours and the peer's in turn; "cold"
 * starts each round with an empty TLB.
 *
 * Usage: bench-translate [ROUNDS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_LIBADDRXLAT
#include <libkdumpfile/addrxlat.h>
#endif

#include "arch/dat-bits.h"
#include "arch/tlb.h"
#include "arch/translate.h"
#include "base/endian.h"

#define MIB		((uint64_t)1 << 20)
#define PAGE		4096ULL
#define VIRTUAL_BASE	0x0000000100000000ULL	/* where the range begins */
#define TABLES_AT	0x100000ULL		/* absolute address of the tables */
#define STORAGE_BYTES	(64ULL << 30)
#define TRANSLATIONS	(8ULL << 20)		/* per measurement, about */
#define MAX_ROUNDS	99

struct machine {
	uint8_t *tables;	/* absolute TABLES_AT to ... */
	size_t bytes;
	size_t used;
	struct s390_regs regs;
	struct storage storage;
	uint64_t pages;
	uint64_t *order;	/* random virtual addresses in the range */
};

static uint64_t random64(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

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
			 random64() % (STORAGE_BYTES / PAGE - 1024) * PAGE + 1024 * PAGE);
	}
	m->regs.crs[1] = top | 2 << 2 | ASCE_LENGTH;
	m->pages = size / PAGE;
	for (i = 0; i < m->pages; i++)
		m->order[i] = VIRTUAL_BASE + random64() % size;
}


static struct tlb tlb;

static uint64_t our_sequential(struct machine *m, void *state)
{
	uint64_t i, sum = 0;
	struct translation t;

	for (i = 0; i < m->pages; i++) {
		if (!translate(state, VIRTUAL_BASE + i * PAGE, &t))
			abort();
		sum += t.absolute;
	}
	return sum;
}

static uint64_t our_random(struct machine *m, void *state)
{
	uint64_t i, sum = 0;
	struct translation t;

	for (i = 0; i < m->pages; i++) {
		if (!translate(state, m->order[i], &t))
			abort();
		sum += t.absolute;
	}
	return sum;
}

static void open_space(struct machine *m, struct address_space *as)
{
	struct translation_context context = {
		.regs = &m->regs, .storage = &m->storage, .facilities = FACILITY_ALL, .tlb = &tlb,
	};
	struct reference reference = REFERENCE_INIT(SPACE_PRIMARY, REFERENCE_FETCH);

	address_space_open(as, &context, &reference);
}

#ifdef HAVE_LIBADDRXLAT
static addrxlat_ctx_t *ctx;
static addrxlat_sys_t *sys;
static addrxlat_meth_t meth;

static void put_page(const addrxlat_buffer_t *buf)
{
	(void)buf;
}

static addrxlat_status get_page(const addrxlat_cb_t *cb, addrxlat_buffer_t *buf)
{
	const struct machine *m = cb->priv;
	uint64_t at = (buf->addr.addr & -PAGE) - TABLES_AT;

	if (at >= m->bytes)
		return ADDRXLAT_ERR_NODATA;
	buf->addr.addr &= -PAGE;
	buf->ptr = m->tables + at;
	buf->size = PAGE;
	buf->byte_order = ADDRXLAT_BIG_ENDIAN;
	buf->put_page = put_page;
	return ADDRXLAT_OK;
}

static unsigned long read_caps(const addrxlat_cb_t *cb)
{
	(void)cb;
	return ADDRXLAT_CAPS(ADDRXLAT_MACHPHYSADDR);
}

static void open_peer(struct machine *m)
{
	static const addrxlat_paging_form_t form = {
		.pte_format = ADDRXLAT_PTE_S390X, .nfields = 5, .fieldsz = { 12, 8, 11, 11, 11 },
	};
	addrxlat_cb_t *cb;

	ctx = addrxlat_ctx_new();
	sys = addrxlat_sys_new();
	cb = ctx && sys ? addrxlat_ctx_add_cb(ctx) : NULL;
	if (!cb)
		abort();
	cb->priv = m;
	cb->get_page = get_page;
	cb->read_caps = read_caps;
	meth.kind = ADDRXLAT_PGT;
	meth.target_as = ADDRXLAT_MACHPHYSADDR;
	meth.param.pgt.root.as = ADDRXLAT_MACHPHYSADDR;
	meth.param.pgt.pf = form;
}

static uint64_t peer_walk(uint64_t va)
{
	addrxlat_step_t step;

	memset(&step, 0, sizeof(step));
	step.ctx = ctx;
	step.sys = sys;
	step.meth = &meth;
	step.base.as = ADDRXLAT_KVADDR;
	step.base.addr = va;
	if (addrxlat_walk(&step) != ADDRXLAT_OK) {
		fprintf(stderr, "bench-translate: addrxlat: %s\n", addrxlat_ctx_get_err(ctx));
		abort();
	}
	return step.base.addr;
}

static uint64_t peer_sequential(struct machine *m, void *state)
{
	uint64_t i, sum = 0;

	(void)state;
	for (i = 0; i < m->pages; i++)
		sum += peer_walk(VIRTUAL_BASE + i * PAGE);
	return sum;
}

static uint64_t peer_random(struct machine *m, void *state)
{
	uint64_t i, sum = 0;

	(void)state;
	for (i = 0; i < m->pages; i++)
		sum += peer_walk(m->order[i]);
	return sum;
}
#endif


static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

enum { COLD, SEQUENTIAL, RANDOM, PEER_SEQUENTIAL, PEER_RANDOM, COLUMNS };

/* Millions of translations a second of one way, over the range again and again. */
static double measure(struct machine *m, int column, struct address_space *as, uint64_t *sum)
{
	uint64_t repeat = (TRANSLATIONS + m->pages - 1) / m->pages, i;
	double start = now();

	if (column >= PEER_SEQUENTIAL)
		repeat = (repeat + 7) / 8;
	for (i = 0; i < repeat; i++) {
		switch (column) {
		case COLD:
			tlb_flush(&tlb);
			open_space(m, as);
			*sum = our_sequential(m, as);
			break;
		case SEQUENTIAL:
			*sum = our_sequential(m, as);
			break;
		case RANDOM:
			*sum = our_random(m, as);
			break;
#ifdef HAVE_LIBADDRXLAT
		case PEER_SEQUENTIAL:
			*sum = peer_sequential(m, NULL);
			break;
		case PEER_RANDOM:
			*sum = peer_random(m, NULL);
			break;
#endif
		default:
			return 0;
		}
	}
	return repeat * m->pages / (now() - start) / 1e6;
}

static void check_sums(const uint64_t *sums)
{
#ifdef HAVE_LIBADDRXLAT
	if (sums[SEQUENTIAL] != sums[PEER_SEQUENTIAL] || sums[RANDOM] != sums[PEER_RANDOM]) {
		fprintf(stderr, "bench-translate: addrxlat translates differently\n");
		exit(1);
	}
#endif
	if (sums[COLD] != sums[SEQUENTIAL])
		exit(1);
}

static void bench(struct machine *m, uint64_t size, unsigned int rounds)
{
	double figures[COLUMNS][MAX_ROUNDS], value[COLUMNS];
	struct address_space as;
	uint64_t sums[COLUMNS] = { 0 };
	unsigned int round, column;

	build_tables(m, size);
#ifdef HAVE_LIBADDRXLAT
	meth.param.pgt.root.addr = m->regs.crs[1] & ASCE_ORIGIN;
#endif
	open_space(m, &as);
	for (round = 0; round < rounds; round++) {
		for (column = 0; column < COLUMNS; column++)
			figures[column][round] = measure(m, column, &as, &sums[column]);
	}
	check_sums(sums);
	for (column = 0; column < COLUMNS; column++)
		value[column] = median(figures[column], rounds);
	printf("%6" PRIu64 "  %8.1f %8.1f %8.1f", size / MIB, value[COLD], value[SEQUENTIAL],
	       value[RANDOM]);
	if (value[PEER_SEQUENTIAL] > 0)
		printf("  %8.1f %8.1f  %7.1f %7.1f", value[PEER_SEQUENTIAL], value[PEER_RANDOM],
		       value[SEQUENTIAL] / value[PEER_SEQUENTIAL],
		       value[RANDOM] / value[PEER_RANDOM]);
	printf("\n");
}

int main(int argc, char **argv)
{
	static const uint64_t sizes[] = { 64 * MIB, 512 * MIB, 1024 * MIB, 4096 * MIB };
	unsigned int rounds = argc > 1 ? atoi(argv[1]) : 5, i;
	struct machine m = { .bytes = 64 * MIB };

	if (rounds < 1 || rounds > MAX_ROUNDS)
		return 2;
	m.tables = aligned_alloc(PAGE, m.bytes);
	m.order = malloc(4096 * MIB / PAGE * sizeof(*m.order));
	if (!m.tables || !m.order || !tlb_init(&tlb, TLB_SEGMENTS)) {
		free(m.tables);
		free(m.order);
		return 1;
	}
	m.storage = (struct storage){ &m, read_absolute, extent, NULL };
#ifdef HAVE_LIBADDRXLAT
	open_peer(&m);
	printf("million translations a second, medians of %u rounds\n"
	       "                 s390memctl                addrxlat         ratio\n"
	       "   MiB      cold  sequent   random   sequent   random  sequent  random\n", rounds);
#else
	printf("million translations a second, medians of %u rounds\n"
	       "   MiB      cold  sequent   random\n", rounds);
#endif
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		bench(&m, sizes[i], rounds);
	tlb_deinit(&tlb);
	free(m.order);
	free(m.tables);
	return 0;
}
