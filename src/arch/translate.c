/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/translate.h"

#include <errno.h>
#include <stddef.h>

#include "arch/art.h"
#include "arch/dat-bits.h"
#include "arch/dat.h"
#include "arch/pgm.h"
#include "arch/prefix.h"
#include "arch/prot.h"
#include "arch/psw.h"
#include "arch/tlb.h"
#include "arch/trace.h"
#include "base/simd.h"

#define PAGE_BYTES	4096ULL
#define GROUP		16	/* pages looked at together */
#define MASK_24		0xffffffULL
#define MASK_31		0x7fffffffULL
#define LONGEST		UINT64_MAX	/* what length says for 2^64, too */

/* Translation-exception identification, real 168. */
#define TEID_ADDRESS	(~0xfffULL)
#define TEID_STORE	0x400ULL	/* bits 52-53: 01 store, 10 fetch */
#define TEID_FETCH	0x800ULL
#define TEID_56		0x80ULL
#define TEID_60		0x08ULL
#define TEID_61		0x04ULL

/* PSW bits 16-17 that mean a space. */
enum { ASC_PRIMARY, ASC_AR, ASC_SECONDARY, ASC_HOME };

static uint64_t address_mask(const struct s390_regs *regs, const struct reference *reference)
{
	switch (reference->amode) {
	case 24:
		return MASK_24;
	case 31:
		return MASK_31;
	case 64:
		return UINT64_MAX;
	}
	return reference->space == SPACE_AUTO ? psw_address_mask(regs->psw_mask) : UINT64_MAX;
}

/* SPACE_AUTO by the PSW; instructions come from the primary or the home space. */
static enum space resolve_space(const struct s390_regs *regs, const struct reference *reference)
{
	enum space space = reference->space;

	if (space != SPACE_AUTO)
		return space;
	space = psw_space(regs->psw_mask);
	if (reference->type == REFERENCE_INSTRUCTION_FETCH &&
	    (space == SPACE_AR || space == SPACE_SECONDARY))
		space = SPACE_PRIMARY;
	return space;
}

/* The space's ASCE: from a control register, from the caller, by an ALET. */
static void find_asce(struct address_space *as, const struct reference *reference)
{
	const struct s390_regs *regs = as->context.regs;

	as->asc = ASC_PRIMARY;
	switch (as->space) {
	case SPACE_PRIMARY:
		as->asce = regs->crs[1];
		break;
	case SPACE_SECONDARY:
		as->asc = ASC_SECONDARY;
		as->asce = regs->crs[7];
		break;
	case SPACE_HOME:
		as->asc = ASC_HOME;
		as->asce = regs->crs[13];
		break;
	case SPACE_AR:
		as->asc = ASC_AR;
		/* Access register 0 is taken to hold zeros. */
		access_register_translation(as, as->ar ? regs->acrs[as->ar] : 0);
		break;
	case SPACE_ALET:
		as->asc = ASC_AR;
		access_register_translation(as, reference->alet);
		break;
	case SPACE_ASCE:
		as->asce = reference->asce;
		break;
	case SPACE_REAL:
	case SPACE_ABSOLUTE:
		as->dat = false;
		break;
	default:
		as->error = EINVAL;
		break;
	}
	if (reference->space == SPACE_AUTO)
		as->asc = (regs->psw_mask & PSW_MASK_ASC) >> 46;
}

/* What control register 0 has in force for this reference. */
static void apply_controls(struct address_space *as)
{
	uint64_t cr0 = as->context.regs->crs[0];
	unsigned int facilities = as->context.facilities;
	/* Private spaces are exempt from what protects or opens the low addresses. */
	bool private = as->dat && (as->asce & ASCE_PRIVATE);
	bool absolute = as->space == SPACE_ABSOLUTE;

	as->low_address = as->type == REFERENCE_STORE && (cr0 & CR0_LOW_ADDRESS_PROTECTION) &&
			  !private && !absolute;
	as->fetch_override = as->type != REFERENCE_STORE && (cr0 & CR0_FETCH_OVERRIDE) &&
			     !private && !absolute;
	as->storage_override = (cr0 & CR0_STORAGE_OVERRIDE) && !absolute;
	as->edat1 = (cr0 & CR0_EDAT) && (facilities & FACILITY_EDAT_1);
	as->edat2 = as->edat1 && (facilities & FACILITY_EDAT_2);
	as->iep = (cr0 & CR0_IEP) && (facilities & FACILITY_IEP);
}

/* Whether entries of the TLB alone decide, and which of their bits forbid it. */
static void prepare_tlb(struct address_space *as)
{
	struct tlb *tlb = as->context.tlb;

	if (!tlb || as->context.trace || !as->dat || (as->asce & ASCE_REAL) || as->code ||
	    as->error)
		return;
	as->tlb_id = tlb_space_id(tlb, as->asce, as->prefix, as->edat1, as->edat2);
	if (as->low_address || as->key)
		return;
	as->refuse = TLB_UNUSABLE;
	if (as->type == REFERENCE_STORE)
		as->refuse |= PTE_PROTECT;
	if (as->type == REFERENCE_INSTRUCTION_FETCH && as->iep)
		as->refuse |= PTE_IEP;
}

static void trace_space(struct address_space *as, const struct reference *reference)
{
	struct translation_step *step = trace_add(as->context.trace, STEP_SPACE);

	if (!step)
		return;
	step->space = as->space;
	step->index = as->ar;
	step->from = reference->space == SPACE_AUTO ? FROM_PSW : FROM_COMMAND;
}

void address_space_open(struct address_space *as, const struct translation_context *context,
			const struct reference *reference)
{
	*as = (struct address_space){
		.context = *context,
		.space = resolve_space(context->regs, reference),
		.type = reference->type,
		.ar = reference->ar & 15,
		.key = reference->key > 0 ? reference->key & 15 : 0,
		.dat = true,
		.mask = address_mask(context->regs, reference),
		.prefix = context->regs->prefix & PREFIX_MASK,
	};
	trace_space(as, reference);
	find_asce(as, reference);
	apply_controls(as);
	prepare_tlb(as);
}

/* The identification that an exception leaves, as trans_exc_ending() in gaccess.c. */
static void identify_exception(const struct address_space *as, struct translation *t)
{
	static const uint64_t protections[] = {
		[PROTECTION_LOW_ADDRESS] = TEID_56,
		[PROTECTION_KEY] = TEID_60,
		[PROTECTION_ACCESS_LIST] = TEID_60 | TEID_61,
		[PROTECTION_DAT] = TEID_61,
		[PROTECTION_IEP] = TEID_56 | TEID_61,
	};

	switch (t->code) {
	case PGM_PROTECTION:
		t->teid = protections[t->protection];
		/* fall through */
	case PGM_ASCE_TYPE:
	case PGM_PAGE_TRANSLATION:
	case PGM_SEGMENT_TRANSLATION:
	case PGM_REGION_FIRST:
	case PGM_REGION_SECOND:
	case PGM_REGION_THIRD:
		t->teid |= (t->effective & TEID_ADDRESS) | as->asc |
			   (as->type == REFERENCE_STORE ? TEID_STORE : TEID_FETCH);
		/* fall through */
	case PGM_ALEN_TRANSLATION:
	case PGM_ALE_SEQUENCE:
	case PGM_ASTE_VALIDITY:
	case PGM_ASTE_SEQUENCE:
	case PGM_EXTENDED_AUTHORITY:
		t->exception_access_id = as->ar;
		break;
	}
}

/* Without DAT tables: real addresses, or absolute ones. */
static bool translate_real(const struct address_space *as, struct translation *t)
{
	const struct storage *storage = as->context.storage;
	bool absolute = as->space == SPACE_ABSOLUTE, present = true;
	struct translation_step *step;

	if (as->dat) {
		step = trace_add(as->context.trace, STEP_ASCE);
		if (step) {
			step->words = 1;
			step->value[0] = as->asce;
			step->address = t->effective;
		}
	}
	t->absolute = t->effective;
	if (!absolute) {
		t->absolute = prefix_apply(as->prefix, t->effective);
		limit_length(t, prefix_run(as->prefix, t->effective));
	}
	step = trace_add(as->context.trace, absolute ? STEP_ABSOLUTE : STEP_REAL);
	if (step) {
		step->real = !absolute;
		step->address = t->effective;
		step->absolute = t->absolute;
	}
	if (storage->extent)
		limit_length(t, storage->extent(storage->arg, t->absolute, &present));
	if (!present) {
		t->code = PGM_ADDRESSING;
		if (step)
			step->code = t->code;
		return false;
	}
	return key_allows(as, -1, t);
}

/* Everything, in the order of priority. */
static bool translate_slowly(const struct address_space *as, uint64_t ea, struct translation *t)
{
	bool ok;

	*t = (struct translation){ .effective = ea, .length = LONGEST };
	limit_length(t, as->mask - ea + 1);
	if (as->error || as->code) {
		t->error = as->error;
		t->code = as->code;
		t->protection = PROTECTION_ACCESS_LIST;
		ok = false;
	} else if (!low_address_allows(as, t)) {
		ok = false;
	} else if (as->dat && !(as->asce & ASCE_REAL)) {
		ok = dat_translate(as, ea, t);
	} else {
		ok = translate_real(as, t);
	}
	if (!ok)
		identify_exception(as, t);
	return ok;
}

bool translate(const struct address_space *as, uint64_t addr, struct translation *t)
{
	uint64_t ea = addr & as->mask, entry, size;
	const uint64_t *entries;

	if (!as->refuse)
		return translate_slowly(as, ea, t);
	entries = tlb_find(as->context.tlb, as->tlb_id, ea >> SEGMENT_SHIFT);
	if (!entries)
		return translate_slowly(as, ea, t);
	entry = entries[ea >> PAGE_SHIFT & (PAGE_TABLE_ENTRIES - 1)];
	if (entry & (as->refuse | TLB_FRAME_SIZE)) {
		if (entry & as->refuse)
			return translate_slowly(as, ea, t);
		t->frame_shift = (entry & TLB_FRAME_SIZE) == 1 ? SEGMENT_SHIFT : REGION_THIRD_SHIFT;
	} else {
		t->frame_shift = PAGE_SHIFT;
	}
	size = 1ULL << t->frame_shift;
	t->code = 0;
	t->error = 0;
	t->flags = TRANSLATED_DAT | (entry & PTE_PROTECT ? TRANSLATED_PROTECTED : 0) |
		   (entry & PTE_IEP ? TRANSLATED_IEP : 0);
	t->effective = ea;
	t->absolute = (entry & TLB_ABSOLUTE) | (ea & (PAGE_BYTES - 1));
	t->length = size - (ea & (size - 1));
	if (t->length - 1 > as->mask - ea)
		t->length = as->mask - ea + 1;
	return true;
}

/*
 * How many pages behind the first, of count at most, go on where the one before ends
 * and are alike? In groups, for vectors, as far as whole ones do.
 */
static inline SIMD_INLINE unsigned int follow(const uint64_t *entries, unsigned int count)
{
	unsigned int n, i;
	uint64_t differ;

	for (n = 0; n + GROUP <= count; n += GROUP) {
		differ = 0;
		for (i = 0; i < GROUP; i++)
			differ |= entries[n + i + 1] ^ (entries[n + i] + PAGE_BYTES);
		if (differ)
			break;
	}
	while (n < count && entries[n + 1] == entries[n] + PAGE_BYTES)
		n++;
	return n;
}

#ifdef SIMD_AVX2
SIMD_AVX2 static unsigned int follow_avx2(const uint64_t *entries, unsigned int count)
{
	return follow(entries, count);
}
#endif

/* How far a run of 4 KiB pages goes on within the page table of the page before next. */
static uint64_t same_table(const struct address_space *as, uint64_t next)
{
	unsigned int index = next >> PAGE_SHIFT & (PAGE_TABLE_ENTRIES - 1);
	const uint64_t *entries;

	if (!as->refuse || index == 0)
		return 0;
	entries = tlb_find(as->context.tlb, as->tlb_id, next >> SEGMENT_SHIFT);
	if (!entries)
		return 0;
	if (as->context.tlb->runs[tlb_slot(as->context.tlb, as->tlb_id, next >> SEGMENT_SHIFT)])
		return (PAGE_TABLE_ENTRIES - index) * PAGE_BYTES;
#ifdef SIMD_AVX2
	if (simd_has_avx2())
		return follow_avx2(entries + index - 1, PAGE_TABLE_ENTRIES - index) * PAGE_BYTES;
#endif
	return follow(entries + index - 1, PAGE_TABLE_ENTRIES - index) * PAGE_BYTES;
}

/* frames: the run ends, too, where their size changes. */
static bool run(const struct address_space *as, uint64_t addr, uint64_t max, bool frames,
		struct translation *t)
{
	struct translation next;
	uint64_t more;

	if (!translate(as, addr, t))
		return false;
	/* A run ends where addresses wrap. */
	while (t->length < max && t->length - 1 != as->mask - t->effective) {
		more = same_table(as, t->effective + t->length);
		if (!more) {
			if (!translate(as, t->effective + t->length, &next) ||
			    next.absolute != t->absolute + t->length || next.flags != t->flags ||
			    (frames && next.frame_shift != t->frame_shift))
				break;
			more = next.length;
		}
		/* Real and absolute storage go on up to 2^64: no overflow. */
		t->length += more < max - t->length ? more : max - t->length;
	}
	if (t->length > max)
		t->length = max;
	return true;
}

bool translate_run(const struct address_space *as, uint64_t addr, uint64_t max,
		   struct translation *t)
{
	return run(as, addr, max, false, t);
}

bool translate_frames(const struct address_space *as, uint64_t addr, uint64_t max,
		      struct translation *t)
{
	return run(as, addr, max, true, t);
}

bool translate_check(const struct address_space *as, uint64_t addr, uint64_t len,
		     struct translation *t, uint64_t *done)
{
	*done = 0;
	do {
		if (!translate_run(as, addr + *done, len - *done, t))
			return false;
		*done += t->length;
	} while (*done < len);
	return true;
}
