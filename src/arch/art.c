/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/art.h"

#include <stddef.h>

#include "arch/pgm.h"
#include "arch/prefix.h"
#include "arch/trace.h"
#include "base/endian.h"

#define ALET_PRIMARY		0
#define ALET_SECONDARY		1
#define ALET_RESERVED		0xfe000000U	/* bits 0-6 */
#define ALET_PRIMARY_LIST	0x01000000U	/* bit 7: the primary-space access list */

#define DUCT_OR_ASTE		0x7fffffc0U	/* origin in CR2 and CR5 */
#define ALD_OFFSET		16		/* of the access-list designation in either */
#define ALD_ORIGIN		0x7fffff80U
#define ALD_LENGTH		0x7fU		/* units of 8 entries, minus one */
#define ADDRESS_31		0x7fffffffU

#define ALE_BYTES		16
#define ALE_INVALID		0x80000000U	/* of the first word */
#define ALE_FETCH_ONLY		0x02000000U
#define ALE_PRIVATE		0x01000000U
#define ALE_ASTE		0x7fffffc0U	/* of the third word */

#define ASTE_BYTES		24		/* that are used here, of 64 */
#define ASTE_INVALID		0x80000000U	/* of the first word */
#define ASTE_AUTHORITY_TABLE	0x7ffffffcU	/* of the first word */
#define SECONDARY_AUTHORITY	0x40		/* of the leftmost pair of bits in a byte */

struct ale {
	uint32_t word, aste, sequence;
};

struct aste {
	uint32_t word, authority, sequence;
	uint64_t asce;
};

static bool fail(struct address_space *as, uint16_t code, struct translation_step *step)
{
	as->code = code;
	if (step)
		step->code = code;
	return false;
}

/* Read a control block at a real address; it does not cross a page. */
static bool read_real(struct address_space *as, enum step_kind kind, unsigned int index,
		      uint32_t real, uint8_t *raw, size_t len, struct translation_step **step)
{
	const struct storage *storage = as->context.storage;
	uint64_t absolute = prefix_apply(as->prefix, real);
	int rc = storage->read_absolute(storage->arg, absolute, raw, len);
	unsigned int i;

	*step = trace_add(as->context.trace, kind);
	if (*step) {
		(*step)->real = true;
		(*step)->address = real;
		(*step)->absolute = absolute;
		(*step)->index = index;
		if (rc == 0 && len < 8) {
			(*step)->words = 1;
			(*step)->value[0] = len == 4 ? get_be32(raw) : *raw;
		}
		for (i = 0; rc == 0 && i < len / 8; i++) {
			(*step)->words = i + 1;
			(*step)->value[i] = get_be64(raw + 8 * i);
		}
	}
	if (rc < 0)
		as->error = -rc;
	else if (rc)
		fail(as, PGM_ADDRESSING, *step);
	return rc == 0;
}

/* Access-list designation and access-list entry. */
static bool find_ale(struct address_space *as, uint32_t alet, struct ale *ale)
{
	const uint64_t *crs = as->context.regs->crs;
	uint32_t block = (alet & ALET_PRIMARY_LIST ? crs[5] : crs[2]) & DUCT_OR_ASTE;
	unsigned int alen = alet & 0xffff;
	struct translation_step *step;
	uint8_t raw[ALE_BYTES];
	uint32_t ald;

	if (!read_real(as, STEP_ALD, alet & ALET_PRIMARY_LIST ? 5 : 2, block + ALD_OFFSET, raw, 4,
		       &step))
		return false;
	ald = get_be32(raw);
	if (alen / 8 > (ald & ALD_LENGTH))
		return fail(as, PGM_ALEN_TRANSLATION, step);
	/* A carry beyond 31 bits is an addressing exception. */
	if (ADDRESS_31 - (ald & ALD_ORIGIN) < alen * ALE_BYTES)
		return fail(as, PGM_ADDRESSING, step);

	if (!read_real(as, STEP_ALE, alen, (ald & ALD_ORIGIN) + alen * ALE_BYTES, raw, ALE_BYTES,
		       &step))
		return false;
	ale->word = get_be32(raw);
	ale->aste = get_be32(raw + 8) & ALE_ASTE;
	ale->sequence = get_be32(raw + 12);
	if (ale->word & ALE_INVALID)
		return fail(as, PGM_ALEN_TRANSLATION, step);
	if ((ale->word >> 16 & 0xff) != (alet >> 16 & 0xff))
		return fail(as, PGM_ALE_SEQUENCE, step);
	return true;
}

static bool find_aste(struct address_space *as, const struct ale *ale, struct aste *aste)
{
	struct translation_step *step;
	uint8_t raw[ASTE_BYTES];

	if (!read_real(as, STEP_ASTE, 0, ale->aste, raw, sizeof(raw), &step))
		return false;
	aste->word = get_be32(raw);
	aste->authority = get_be32(raw + 4);
	aste->asce = get_be64(raw + 8);
	aste->sequence = get_be32(raw + 20);
	if (aste->word & ASTE_INVALID)
		return fail(as, PGM_ASTE_VALIDITY, step);
	if (aste->sequence != ale->sequence)
		return fail(as, PGM_ASTE_SEQUENCE, step);
	return true;
}

/* Whether the extended authorization index in CR8 allows the use of the entry. */
static bool check_authority(struct address_space *as, const struct ale *ale,
			    const struct aste *aste)
{
	unsigned int eax = as->context.regs->crs[8] >> 16 & 0xffff;
	uint32_t table = aste->word & ASTE_AUTHORITY_TABLE;
	struct translation_step *step;
	uint8_t byte;

	if (!(ale->word & ALE_PRIVATE) || (ale->word & 0xffff) == eax)
		return true;
	if (eax / 16 > (aste->authority >> 4 & 0xfff)) {
		step = trace_add(as->context.trace, STEP_AUTHORITY);
		if (step)
			step->index = eax;
		return fail(as, PGM_EXTENDED_AUTHORITY, step);
	}
	/* A carry beyond 31 bits: Linux makes an address of it that is never there. */
	if (ADDRESS_31 - table < eax / 4) {
		step = trace_add(as->context.trace, STEP_AUTHORITY);
		if (step) {
			step->index = eax;
			step->real = true;
			step->address = step->absolute = (uint64_t)table + eax / 4;
		}
		return fail(as, PGM_ADDRESSING, step);
	}
	if (!read_real(as, STEP_AUTHORITY, eax, table + eax / 4, &byte, 1, &step))
		return false;
	if (!(byte & SECONDARY_AUTHORITY >> eax % 4 * 2))
		return fail(as, PGM_EXTENDED_AUTHORITY, step);
	return true;
}

void access_register_translation(struct address_space *as, uint32_t alet)
{
	struct translation_step *step = trace_add(as->context.trace, STEP_ALET);
	struct aste aste;
	struct ale ale;

	if (step) {
		step->words = 1;
		step->value[0] = alet;
		step->index = as->ar;
		step->from = as->space == SPACE_ALET ? FROM_COMMAND : FROM_ACCESS_REGISTER;
	}
	if (alet == ALET_PRIMARY || alet == ALET_SECONDARY) {
		as->asce = as->context.regs->crs[alet == ALET_PRIMARY ? 1 : 7];
		return;
	}
	if (alet & ALET_RESERVED) {
		fail(as, PGM_ALET_SPECIFICATION, step);
		return;
	}
	if (!find_ale(as, alet, &ale) || !find_aste(as, &ale, &aste) ||
	    !check_authority(as, &ale, &aste))
		return;
	if ((ale.word & ALE_FETCH_ONLY) && as->type == REFERENCE_STORE) {
		fail(as, PGM_PROTECTION, trace_find(as->context.trace, STEP_ALE));
		return;
	}
	as->asce = aste.asce;
}
