/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random control blocks for access-register translation. */
#include <string.h>

#include "arch/prefix.h"
#include "base/endian.h"
#include "differential.h"

#define ALE_ENTRIES	1024	/* of the longest access list */

/* Store at a real address; where there is no memory nothing happens. */
static void put_real(struct case_data *c, uint64_t real, const void *data, size_t len)
{
	uint8_t *host = vm_host(c->vm, prefix_apply(c->cpu->prefix & PREFIX_MASK, real), len);

	if (host)
		memcpy(host, data, len);
}

/* A real address below 2^31 for a control block, seldom without memory behind it. */
static uint32_t place_block(struct case_data *c, uint64_t len, uint64_t align)
{
	uint64_t place;

	/* Near the end of 31 bits, so that what lies behind may be beyond. */
	if (mistake(c))
		return (0x80000000 - align - random_below(c->prng, 0x2000)) & -align;
	if (mistake(c))
		return random64(c->prng) & 0x7fffffff & -align;
	place = random_place(c, len, align, true);
	/* What prefixing swaps, from either side. */
	if (random_percent(c->prng, 20) && len <= PREFIX_AREA) {
		place = random_below(c->prng, (PREFIX_AREA - len) / align + 1) * align;
		if (random_percent(c->prng, 50))
			place += c->cpu->prefix & PREFIX_MASK;
	}
	return prefix_apply(c->cpu->prefix & PREFIX_MASK, place) & 0x7fffffff;
}

/* The authority-table entry that the extended authorization index selects. */
static uint32_t build_authority(struct case_data *c, unsigned int eax)
{
	uint32_t table = place_block(c, 0x8000, 4);
	uint8_t byte = random64(c->prng), bit = 0x40 >> eax % 4 * 2;

	byte |= bit;
	if (random_percent(c->prng, 20))
		byte &= ~bit;
	put_real(c, table + eax / 4, &byte, 1);
	return table;
}

/* The ASN-second-table entry; its address. */
static uint32_t build_aste(struct case_data *c, uint64_t asce, uint32_t sequence, unsigned int eax)
{
	uint32_t aste = place_block(c, 64, 64), words[6], length = eax / 16;

	words[0] = build_authority(c, eax) | (random64(c->prng) & 3);
	if (mistake(c))
		words[0] |= 0x80000000;
	/* The length counts sixteens of entries, minus one: just enough, one less, any. */
	if (random_percent(c->prng, 50))
		length += random_below(c->prng, 0x1000 - length);
	else if (random_percent(c->prng, 20))
		length--;
	length &= 0xfff;
	words[1] = (random64(c->prng) & 0xffff000f) | length << 4;
	words[2] = asce >> 32;
	words[3] = asce;
	words[4] = random64(c->prng);
	words[5] = mistake(c) ? random64(c->prng) : sequence;
	put_real(c, aste, words, sizeof(words));
	return aste;
}

/* The access-list entry at real address addr. */
static void build_ale(struct case_data *c, uint32_t addr, unsigned int alesn, uint64_t asce)
{
	unsigned int eax = c->regs.crs[8] >> 16 & 0xffff;
	uint32_t words[4];

	words[3] = random64(c->prng);
	words[2] = build_aste(c, asce, words[3], eax) | (random64(c->prng) & 0x8000003f);
	words[1] = random64(c->prng);
	words[0] = (random64(c->prng) & 0x7c00ffff) | alesn << 16;
	if (random_percent(c->prng, 40)) {
		words[0] |= 0x01000000;			/* private */
		if (random_percent(c->prng, 30))
			words[0] = (words[0] & 0xffff0000) | eax;
	}
	if (random_percent(c->prng, 25))
		words[0] |= 0x02000000;			/* fetch-only */
	if (mistake(c))
		words[0] |= 0x80000000;
	if (mistake(c))
		words[0] ^= 1U << (16 + random_below(c->prng, 8));
	put_real(c, addr, words, sizeof(words));
}

uint32_t build_access_list(struct case_data *c, uint64_t asce)
{
	unsigned int alen = random_below(c->prng, ALE_ENTRIES), alesn = random_below(c->prng, 256);
	bool primary = random_percent(c->prng, 50);
	uint32_t block = place_block(c, 64, 64), list = place_block(c, 16 * ALE_ENTRIES, 128), ald;
	uint32_t length = alen / 8;

	if (random_percent(c->prng, 50))
		length += random_below(c->prng, 128 - length);
	if (mistake(c))
		length = random_below(c->prng, 128);
	ald = list | length | (random64(c->prng) & 0x80000000);
	/* The entry first: where blocks overlap, later ones matter more. */
	build_ale(c, list + 16 * alen, alesn, asce);
	put_real(c, block + 16, &ald, sizeof(ald));
	c->regs.crs[primary ? 5 : 2] = (random64(c->prng) & 0xffffffff8000003f) | block;
	if (mistake(c))
		alen = random_below(c->prng, 0x10000);
	return (mistake(c) ? random64(c->prng) & 0xfe000000 : 0) | (uint32_t)primary << 24 |
	       alesn << 16 | alen;
}
