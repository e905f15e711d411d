/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/prot.h"

#include <stddef.h>

#include "arch/pgm.h"
#include "arch/trace.h"

#define LOW_BYTES	512
#define SECOND_LOW	4096ULL		/* 4096-4607 are protected like 0-511 */
#define OVERRIDE_END	2048ULL		/* fetch-protection override: 0-2047 */
#define OVERRIDE_ACC	9		/* storage-protection override */
#define BLOCK		4096ULL

#define KEY_ACC_SHIFT	4
#define KEY_FETCH	0x08		/* F */

bool low_address_allows(const struct address_space *as, struct translation *t)
{
	uint64_t ea = t->effective, low;

	if (!as->low_address)
		return true;
	low = ea < SECOND_LOW ? ea : ea - SECOND_LOW;
	if (low < LOW_BYTES) {
		struct translation_step *step = trace_add(as->context.trace, STEP_LOW_ADDRESS);

		t->code = PGM_PROTECTION;
		t->protection = PROTECTION_LOW_ADDRESS;
		limit_length(t, LOW_BYTES - low);
		if (step) {
			step->address = ea;
			step->code = t->code;
		}
		return false;
	}
	/* The next protected byte: 4096, or 0 after a wrap, which ends t->length anyway. */
	if (ea < SECOND_LOW)
		limit_length(t, SECOND_LOW - ea);
	return true;
}

static bool is_fetch(const struct address_space *as)
{
	return as->type != REFERENCE_STORE;
}

/* Whether the keys allow it; cuts t->length where the override that does ends. */
static bool keys_match(const struct address_space *as, uint8_t storage_key, struct translation *t)
{
	unsigned int acc = storage_key >> KEY_ACC_SHIFT;

	if (acc == as->key)
		return true;
	if (is_fetch(as)) {
		if (!(storage_key & KEY_FETCH))
			return true;
		if (as->storage_override && acc == OVERRIDE_ACC)
			return true;
		if (as->fetch_override && t->effective < OVERRIDE_END) {
			limit_length(t, OVERRIDE_END - t->effective);
			return true;
		}
		return false;
	}
	return as->storage_override && acc == OVERRIDE_ACC;
}

bool key_allows(const struct address_space *as, int accf, struct translation *t)
{
	const struct storage *storage = as->context.storage;
	struct translation_step *step;
	uint8_t key = accf;
	int rc = 0;

	if (as->key == 0 || (!storage->get_key && accf < 0))
		return true;
	if (accf < 0) {
		limit_length(t, BLOCK - t->absolute % BLOCK);
		rc = storage->get_key(storage->arg, t->absolute, &key);
	}
	if (rc < 0)
		t->error = -rc;
	else if (rc)
		t->code = PGM_ADDRESSING;
	else if (!keys_match(as, key, t)) {
		t->code = PGM_PROTECTION;
		t->protection = PROTECTION_KEY;
	}
	step = trace_add(as->context.trace, STEP_KEY);
	if (step) {
		step->absolute = step->address = t->absolute;
		step->index = as->key;
		step->words = rc == 0;
		step->value[0] = key;
		step->from = accf < 0 ? FROM_NOTHING : FROM_TABLE;
		step->code = t->code;
	}
	return !t->code && !t->error;
}
