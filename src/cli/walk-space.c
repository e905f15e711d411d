/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/walk-space.h"

#include <inttypes.h>

#include "arch/pgm.h"

/* What our translation cannot answer, before the target is asked. */
static struct error *check_access(const struct target *t, const struct access *a)
{
	struct s390_regs regs;

	if (a->space == SPACE_SIDA)
		return error_new(ERROR_USAGE, "the secure instruction data area has no translation");
	if (!t->ops->walk)
		return error_new(ERROR_REFUSED, "addresses of this guest cannot be translated here");
	/* Does a dump hold the registers at all? */
	if (!t->ops->live && a->space != SPACE_ABSOLUTE)
		return t->ops->regs((struct target *)t, false, &regs);
	return NULL;
}

struct error *walk_space_open(struct session *s, const struct access *a, enum reference_type type,
			      struct tlb *tlb, struct translation_trace *trace, struct walk_space *ws)
{
	const struct reference reference = {
		.space = a->space,
		.ar = a->ar,
		.alet = a->alet,
		.asce = a->asce,
		.type = type,
		.key = a->key,
	};
	struct translation_context context;
	struct error *err = check_access(s->target, a);

	if (!err)
		err = s->target->ops->walk(s->target, &ws->walk);
	if (err)
		return err;
	if (a->key > 0 && !ws->walk->storage.storage.get_key)
		return error_hint(error_new(ERROR_REFUSED, "storage keys are not known here, so an access with key %d cannot be tried",
					    a->key),
				  "leave --key out");
	context = (struct translation_context){
		.regs = &ws->walk->regs,
		.storage = &ws->walk->storage.storage,
		.facilities = ws->walk->facilities,
		.tlb = trace ? NULL : tlb ? tlb : &ws->walk->tlb,
		.trace = trace,
	};
	ws->access = *a;
	address_space_open(&ws->as, &context, &reference);
	return NULL;
}

void walk_space_done(struct session *s, const struct walk_space *ws)
{
	s->target->last_space = ws->as.space;
}

struct error *walk_space_error(const struct walk_space *ws, const struct translation *t)
{
	const struct walk_storage *storage = &ws->walk->storage;
	const struct error_access payload = {
		.code = t->code,
		.addr = t->effective,
		.space = (uint8_t)ws->as.space,
		.ar = ws->access.ar,
		.key = ws->access.key,
		.store = ws->as.type == REFERENCE_STORE,
	};

	if (!t->error)
		return pgm_access_error(&payload);
	if (storage->failure)
		return storage->failure(storage->storage.arg, t->error);
	return error_os(ERROR_TARGET, t->error, "the guest's storage for address %016" PRIx64,
			t->effective);
}
