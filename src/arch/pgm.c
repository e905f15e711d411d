/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/pgm.h"

#include <inttypes.h>

#include "arch/space.h"
#include "base/buf.h"

#define PGM_PER		0x80
#define PGM_TX_ABORT	0x200

/* log2 of the bytes that one table entry covers, by the exception it raises. */
#define SHIFT_PAGE	12
#define SHIFT_SEGMENT	20
#define SHIFT_REGION_3	31
#define SHIFT_REGION_2	42
#define SHIFT_REGION_1	53

static const struct pgm *find_exactly(uint16_t code)
{
	size_t low = 0, high, mid;
	const struct pgm *table = pgm_table(&high);

	while (low < high) {
		mid = low + (high - low) / 2;
		if (table[mid].code == code)
			return &table[mid];
		if (table[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct pgm *pgm_find(uint16_t code)
{
	uint16_t without_per = code & ~PGM_PER;
	const struct pgm *row;

	row = find_exactly(code);
	if (!row)
		row = find_exactly(without_per);
	if (!row)
		row = find_exactly(without_per & ~PGM_TX_ABORT);
	return row;
}

const char *pgm_name(uint16_t code)
{
	const struct pgm *row = pgm_find(code);

	return row ? row->name : "program interruption";
}

bool pgm_is_translation(uint16_t code)
{
	return code == PGM_SEGMENT_TRANSLATION || code == PGM_PAGE_TRANSLATION ||
	       (code >= PGM_ASCE_TYPE && code <= PGM_REGION_THIRD);
}

/* The next multiple of 2^shift above addr; 0 when that is 2^64. */
static uint64_t next_boundary(uint64_t addr, unsigned int shift)
{
	return ((addr >> shift) + 1) << shift;
}

uint64_t pgm_range_end(uint16_t code, uint64_t addr)
{
	switch (code & ~(PGM_PER | PGM_TX_ABORT)) {
	case PGM_SEGMENT_TRANSLATION:
		return next_boundary(addr, SHIFT_SEGMENT);
	case PGM_REGION_THIRD:
		return next_boundary(addr, SHIFT_REGION_3);
	case PGM_REGION_SECOND:
		return next_boundary(addr, SHIFT_REGION_2);
	case PGM_REGION_FIRST:
		return next_boundary(addr, SHIFT_REGION_1);
	case PGM_ASCE_TYPE:
	case PGM_ALET_SPECIFICATION:
	case PGM_ALEN_TRANSLATION:
	case PGM_ALE_SEQUENCE:
	case PGM_ASTE_VALIDITY:
	case PGM_ASTE_SEQUENCE:
	case PGM_EXTENDED_AUTHORITY:
		return 0;
	default:
		return next_boundary(addr, SHIFT_PAGE);
	}
}

struct error *pgm_access_error(const struct error_access *access)
{
	const struct pgm *row = pgm_find(access->code);
	struct buf where = BUF_INIT;
	struct error *err;

	/* SPACE_AUTO: the space is not known, so nothing is claimed. */
	if (access->space != SPACE_AUTO)
		buf_addf(&where, ", %s", space_name(access->space));
	if (access->space == SPACE_AR)
		buf_addf(&where, ", access register %u", access->ar);
	if (access->key >= 0)
		buf_addf(&where, ", key %d", access->key);
	err = error_from_access(access, "%s (%04x) on %s %016" PRIx64 "%s",
				pgm_name(access->code), access->code,
				access->store ? "store to" : "fetch from",
				access->addr, buf_str(&where));
	buf_free(&where);
	return row ? error_hint(err, "%s", row->meaning) : err;
}
