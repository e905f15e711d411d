/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random translation tables, mostly such that they map the case's range. */
#include <string.h>

#include "arch/dat-bits.h"
#include "base/endian.h"
#include "differential.h"

#define SEGMENT_LEVEL	0
#define REGION3_LEVEL	1
#define ENTRY_JUNK	0xd10ULL	/* bits that mean something in some entries only: 52, 53, 55, 59 */

static bool is_built(const struct case_data *c, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < c->nr_entries; i++) {
		if (c->entries[i] == addr)
			return true;
	}
	return false;
}

static void put_entry(struct case_data *c, uint64_t addr, uint64_t entry)
{
	uint8_t *host = vm_host(c->vm, addr, 8);

	if (!host)
		return;
	put_be64(host, entry);
	if (c->nr_entries < MAX_ENTRIES)
		c->entries[c->nr_entries++] = addr;
}

/*
 * The origin of a table whose entry index lies in memory; the table's beginning
 * need not, and its address may even wrap.
 */
static uint64_t place_table(struct case_data *c, unsigned int index, uint64_t align)
{
	uint64_t within = 8ULL * index % align;

	return random_place(c, align, align, false) - (8ULL * index - within);
}

static uint64_t random_frame(struct case_data *c)
{
	if (random_percent(c->prng, 10))
		return random_below(c->prng, 2) * PAGE;
	if (random_percent(c->prng, 10))
		return c->cpu->prefix + random_below(c->prng, 2) * PAGE;
	return random_place(c, PAGE, PAGE, false);
}

static unsigned int index_of(uint64_t va, unsigned int level)
{
	return va >> (20 + 11 * level) & 0x7ff;
}

/* One bit, or the whole origin, or what the level's checks look at. */
static uint64_t spoil(struct case_data *c, uint64_t entry)
{
	switch (random_below(c->prng, 7)) {
	case 0:
	case 1:
		return entry | RSTE_INVALID;
	case 2:
		return (entry & ~RSTE_TYPE) | (random64(c->prng) & RSTE_TYPE);
	case 3:
		return (entry & ~(RSTE_OFFSET | RSTE_LENGTH)) |
		       (random64(c->prng) & (RSTE_OFFSET | RSTE_LENGTH));
	case 4:
		return (entry & ~RSTE_ORIGIN) | (random64(c->prng) & RSTE_ORIGIN);
	case 5:
		return entry | RSTE_COMMON;
	default:
		return entry ^ 1ULL << random_below(c->prng, 64);
	}
}

/* A frame of 1 MiB or 2 GiB; some are in memory to a part only. */
static uint64_t large_entry(struct case_data *c, unsigned int level)
{
	uint64_t entry = random_place(c, PAGE, PAGE, false);

	entry &= level == SEGMENT_LEVEL ? STE_FRAME : RTTE_FRAME;
	return entry | RSTE_FORMAT | (random64(c->prng) & (RSTE_ACCF_VALID | RSTE_ACCF | RSTE_IEP));
}

/* An entry of a region or segment table on the way to va. */
static uint64_t new_entry(struct case_data *c, unsigned int level, uint64_t va)
{
	unsigned int facility = level == SEGMENT_LEVEL ? FACILITY_EDAT_1 : FACILITY_EDAT_2;
	unsigned int lower, top;
	uint64_t entry;

	if (level <= REGION3_LEVEL && (c->vm->facilities & facility) && random_percent(c->prng, 12)) {
		entry = large_entry(c, level);
	} else if (level == SEGMENT_LEVEL) {
		entry = place_table(c, va >> 12 & 0xff, PAGE_TABLE_BYTES);
	} else {
		lower = index_of(va, level - 1);
		top = lower >> 9;
		entry = place_table(c, lower, PAGE);
		entry |= random_below(c->prng, top + 1) << 6 | (top + random_below(c->prng, 4 - top));
	}
	if (random_percent(c->prng, 12))
		entry |= RSTE_PROTECT;
	if (random_percent(c->prng, 12))
		entry |= random64(c->prng) & ENTRY_JUNK;
	entry |= level << 2;
	return mistake(c) ? spoil(c, entry) : entry;
}

static uint64_t new_page_entry(struct case_data *c)
{
	uint64_t pte = random_frame(c) | (random64(c->prng) & (0xff | PTE_IEP));

	if (random_percent(c->prng, 12))
		pte |= PTE_PROTECT;
	if (!mistake(c))
		return pte;
	switch (random_below(c->prng, 4)) {
	case 0:
		return pte | PTE_INVALID;
	case 1:
		return pte | PTE_ZERO;
	case 2:
		return (pte & ~PTE_FRAME) | (random64(c->prng) & PTE_FRAME);
	default:
		return pte ^ 1ULL << random_below(c->prng, 64);
	}
}

/* Build what is missing on the way to the page at va. */
static void map_page(struct case_data *c, uint64_t asce, uint64_t va)
{
	int level = (asce & ASCE_TYPE) >> 2;
	uint64_t table = asce & ASCE_ORIGIN, addr, entry;
	const uint8_t *host;

	for (; level >= 0; level--) {
		addr = table + 8 * index_of(va, level);
		if (!is_built(c, addr))
			put_entry(c, addr, new_entry(c, level, va));
		host = vm_host(c->vm, addr, 8);
		if (!host)
			return;
		entry = get_be64(host);
		if (entry & RSTE_INVALID)
			return;
		table = entry & (level == SEGMENT_LEVEL ? STE_ORIGIN : RSTE_ORIGIN);
	}
	addr = table + 8 * (va >> 12 & 0xff);
	if (!is_built(c, addr))
		put_entry(c, addr, new_page_entry(c));
}

void map_range(struct case_data *c, uint64_t asce, uint64_t mask)
{
	unsigned int type = (asce & ASCE_TYPE) >> 2;
	uint64_t offset = c->addr % PAGE, i, va;

	if (asce & ASCE_REAL)
		return;
	for (i = 0; i < offset + c->length; i += PAGE) {
		va = (c->addr - offset + i) & mask;
		if (type == 3 || !(va >> (31 + 11 * type)))
			map_page(c, asce, va);
	}
}

uint64_t build_space(struct case_data *c, unsigned int type)
{
	unsigned int index = index_of(c->addr, type), top = index >> 9;
	uint64_t asce = place_table(c, index, PAGE) | type << 2;

	asce |= top + random_below(c->prng, 4 - top);
	asce |= random64(c->prng) & (ASCE_SUBSPACE | ASCE_ALTERATION | ASCE_SWITCH);
	if (random_percent(c->prng, 30))
		asce |= ASCE_PRIVATE;
	if (random_percent(c->prng, 4))
		asce |= ASCE_REAL;
	if (random_percent(c->prng, 8))
		asce = (asce & ~ASCE_LENGTH) | random_below(c->prng, 4);
	if (mistake(c))
		asce ^= 1ULL << random_below(c->prng, 64);
	if (mistake(c))
		asce ^= random64(c->prng) & (ASCE_TYPE | ASCE_LENGTH);
	return asce;
}
