/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/dat.h"

#include <stddef.h>

#include "arch/dat-bits.h"
#include "arch/pgm.h"
#include "arch/prefix.h"
#include "arch/prot.h"
#include "arch/tlb.h"
#include "arch/trace.h"
#include "base/endian.h"
#include "base/simd.h"

#define INDEX_BITS	11	/* of region and segment indexes */
#define INDEX_MASK	0x7ffU
#define INDEX_TOP_SHIFT	9	/* TF and TL speak of the two leftmost bits of an index */
#define PAGE_BYTES	4096ULL
#define PTE_BITS	(PTE_ZERO | PTE_INVALID | PTE_PROTECT | PTE_IEP)

/* Table levels, in order of table-type and designation-type bits. */
enum { SEGMENT, REGION_THIRD, REGION_SECOND, REGION_FIRST };

static const struct {
	enum step_kind kind;
	uint16_t code;		/* translation exception that an invalid entry causes */
	uint8_t shift;		/* log2 of the bytes that an entry covers */
} levels[] = {
	[SEGMENT] = { STEP_SEGMENT, PGM_SEGMENT_TRANSLATION, SEGMENT_SHIFT },
	[REGION_THIRD] = { STEP_REGION_THIRD, PGM_REGION_THIRD, REGION_THIRD_SHIFT },
	[REGION_SECOND] = { STEP_REGION_SECOND, PGM_REGION_SECOND, 42 },
	[REGION_FIRST] = { STEP_REGION_FIRST, PGM_REGION_FIRST, 53 },
};

/* What the tables above the page table say of a segment. */
struct segment {
	uint64_t origin;	/* of the page table; of the large frame */
	uint64_t flags;		/* as in TLB entries: PTE_PROTECT, PTE_IEP, frame size */
	int accf;		/* ACC and F as in a storage key, or -1 */
};

/* Bytes from va to the end of its block of 2^shift bytes; 0 for 2^64. */
static uint64_t rest(uint64_t va, unsigned int shift)
{
	uint64_t size = shift < 64 ? 1ULL << shift : 0;

	return size - (va & (size - 1));
}

static bool fail(struct translation *t, uint16_t code, struct translation_step *step)
{
	t->code = code;
	if (step)
		step->code = code;
	return false;
}

/*
 * Check an index into a table of a level against table offset and length. False:
 * outside; t gets the exception, for all the table's addresses on that side.
 */
static bool check_bounds(unsigned int level, uint64_t va, unsigned int offset,
			 unsigned int length, struct translation_step *step,
			 struct translation *t)
{
	unsigned int shift = levels[level].shift;
	unsigned int top = va >> (shift + INDEX_TOP_SHIFT) & 3;

	if (top >= offset && top <= length)
		return true;
	if (top < offset)
		limit_length(t, ((uint64_t)(offset - top) << (shift + INDEX_TOP_SHIFT)) -
				(va & ((1ULL << (shift + INDEX_TOP_SHIFT)) - 1)));
	else
		limit_length(t, rest(va, shift + INDEX_BITS));
	return fail(t, levels[level].code, step);
}

/* Fetch an entry of a table (or of the page table). False: t tells why not. */
static bool fetch_entry(const struct address_space *as, enum step_kind kind, unsigned int index,
			uint64_t addr, uint64_t *entry, struct translation_step **step,
			struct translation *t)
{
	const struct translation_context *c = &as->context;
	uint8_t raw[8];
	int rc;

	if (c->tlb && !c->trace) {
		rc = tlb_read_entry(c->tlb, c->storage, addr, entry);
	} else {
		rc = c->storage->read_absolute(c->storage->arg, addr, raw, sizeof(raw));
		*entry = rc ? 0 : get_be64(raw);
	}
	*step = trace_add(c->trace, kind);
	if (*step) {
		(*step)->address = (*step)->absolute = addr;
		(*step)->index = index;
		(*step)->words = rc == 0;
		(*step)->value[0] = *entry;
		(*step)->edat1 = as->edat1;
		(*step)->edat2 = as->edat2;
		(*step)->private_space = as->asce & ASCE_PRIVATE;
	}
	if (rc < 0)
		t->error = -rc;
	else if (rc)
		fail(t, PGM_ADDRESSING, *step);
	return rc == 0;
}

/* The ASCE's own checks: its type and its length. */
static bool check_asce(const struct address_space *as, uint64_t va, unsigned int level,
		       struct translation *t)
{
	struct translation_step *step = trace_add(as->context.trace, STEP_ASCE);
	unsigned int bits = levels[level].shift + INDEX_BITS;

	if (step) {
		step->words = 1;
		step->value[0] = as->asce;
		step->address = va;
	}
	if (bits < 64 && va >> bits) {
		limit_length(t, 0 - va);
		return fail(t, PGM_ASCE_TYPE, step);
	}
	return check_bounds(level, va, 0, as->asce & ASCE_LENGTH, step, t);
}

/* Fill in seg from a format-1 entry: a frame of 2^shift bytes. */
static void large_frame(struct segment *seg, uint64_t entry, unsigned int level)
{
	seg->origin = entry & (level == SEGMENT ? STE_FRAME : RTTE_FRAME);
	seg->flags |= (entry & (RSTE_PROTECT | RSTE_IEP)) | (level == SEGMENT ? 1 : 2);
	if (entry & RSTE_ACCF_VALID)
		seg->accf = (entry & RSTE_ACCF) >> 8;
}

/*
 * Go through the tables down to the segment table: page table or large frame.
 * seg comes without flags, accf -1. False: t has the exception and the bytes it holds for.
 */
static bool find_segment(const struct address_space *as, uint64_t va, struct segment *seg,
			 struct translation *t)
{
	unsigned int level = (as->asce & ASCE_TYPE) >> 2;
	uint64_t table = as->asce & ASCE_ORIGIN;
	bool private = as->asce & ASCE_PRIVATE;
	struct translation_step *step;
	unsigned int index;
	uint64_t entry, behind;
	bool edat, good;

	if (!check_asce(as, va, level, t))
		return false;
	for (;; level--) {
		index = va >> levels[level].shift & INDEX_MASK;
		good = fetch_entry(as, levels[level].kind, index, table + 8 * index, &entry, &step, t);
		behind = 0;
		if (good && (entry & RSTE_INVALID) && as->context.tlb && !as->context.trace)
			/* Those beyond the table's length mean the same exception. */
			behind = tlb_alike_behind(as->context.tlb, table + 8 * index, RSTE_INVALID);
		limit_length(t, rest(va, levels[level].shift) + (behind << levels[level].shift));
		if (!good)
			return false;
		if (entry & RSTE_INVALID)
			return fail(t, levels[level].code, step);
		if ((entry & RSTE_TYPE) >> 2 != level)
			return fail(t, PGM_TRANSLATION_SPEC, step);
		edat = level == REGION_THIRD ? as->edat2 : as->edat1;
		if (level <= REGION_THIRD && private && (entry & RSTE_COMMON) &&
		    (level == SEGMENT || edat))
			return fail(t, PGM_TRANSLATION_SPEC, step);
		if (level <= REGION_THIRD && edat && (entry & RSTE_FORMAT)) {
			large_frame(seg, entry, level);
			return true;
		}
		if (level == SEGMENT || as->edat1)
			seg->flags |= entry & RSTE_PROTECT;
		if (level == SEGMENT) {
			seg->origin = entry & STE_ORIGIN;
			return true;
		}
		if (!check_bounds(level - 1, va, (entry & RSTE_OFFSET) >> 6, entry & RSTE_LENGTH,
				  step, t))
			return false;
		table = entry & RSTE_ORIGIN;
	}
}

/*
 * Whether the block at absolute address addr is in the configuration; *length:
 * the bytes for which the answer holds, 0 for all.
 */
static bool is_present(const struct address_space *as, uint64_t addr, uint64_t *length)
{
	const struct storage *storage = as->context.storage;
	struct tlb *tlb = as->context.tlb;
	bool present = true;

	*length = 0;
	if (!storage->extent)
		return true;
	if (tlb && addr - tlb->present_from < tlb->present_bytes) {
		*length = tlb->present_bytes - (addr - tlb->present_from);
		return true;
	}
	*length = storage->extent(storage->arg, addr, &present);
	if (tlb && present) {
		tlb->present_from = addr;
		tlb->present_bytes = *length;
	}
	return present;
}

static unsigned int frame_shift(uint64_t entry)
{
	static const uint8_t shifts[] = { PAGE_SHIFT, SEGMENT_SHIFT, REGION_THIRD_SHIFT, 0 };

	return shifts[entry & TLB_FRAME_SIZE];
}

/* The TLB entry of a page, from its page-table entry and what the tables above say. */
static uint64_t decode_page(const struct address_space *as, uint64_t flags, uint64_t pte)
{
	uint64_t frame = prefix_apply(as->prefix, pte & PTE_FRAME), length;

	flags |= pte & PTE_BITS;
	if (!(flags & (PTE_INVALID | PTE_ZERO)) && !is_present(as, frame, &length))
		flags |= TLB_OUTSIDE;
	return frame | flags;
}

/* The TLB entry of the page with address va within a large frame. */
static uint64_t decode_large(const struct address_space *as, const struct segment *seg,
			     uint64_t va)
{
	uint64_t size = 1ULL << frame_shift(seg->flags), length;
	uint64_t frame = seg->origin | (va & (size - 1) & PTE_FRAME);

	return frame | seg->flags | (is_present(as, frame, &length) ? 0 : TLB_OUTSIDE);
}

/* What is known of all absolute storage, to look at a page table as a whole. */
struct plain {
	uint64_t prefix;
	uint64_t from, bytes;	/* storage that is there */
};

/*
 * Fill in entries for a page table. True: they are alike and contiguous. Without
 * branches, for vectors.
 */
static inline SIMD_INLINE bool decode_run(uint64_t flags, const uint64_t *restrict raw,
					  uint64_t *restrict entries)
{
	uint64_t first = (be64toh(raw[0]) & (PTE_FRAME | PTE_BITS)) | flags, differ = 0;
	unsigned int i;

	for (i = 0; i < PAGE_TABLE_ENTRIES; i++) {
		entries[i] = (be64toh(raw[i]) & (PTE_FRAME | PTE_BITS)) | flags;
		differ |= entries[i] ^ (first + i * PAGE_BYTES);
	}
	return !differ;
}

/*
 * Is nothing special about the entries: no frame is subject to prefixing, all of them
 * are there, or are not used? Likewise.
 */
static inline SIMD_INLINE bool are_plain(const struct plain *p, const uint64_t *entries)
{
	uint64_t prefix = p->prefix, from = p->from, bytes = p->bytes, frame, odd = 0;
	unsigned int i;

	for (i = 0; i < PAGE_TABLE_ENTRIES; i++) {
		frame = entries[i] & PTE_FRAME;
		odd |= -(uint64_t)(frame < PREFIX_AREA) | -(uint64_t)(frame - prefix < PREFIX_AREA) |
		       (-(uint64_t)(frame - from >= bytes) & (entries[i] & PTE_INVALID ? 0 : ~(uint64_t)0));
	}
	return !odd;
}

#ifdef SIMD_AVX2
SIMD_AVX2 static bool decode_run_avx2(uint64_t flags, const uint64_t *raw, uint64_t *entries)
{
	return decode_run(flags, raw, entries);
}

SIMD_AVX2 static bool are_plain_avx2(const struct plain *p, const uint64_t *entries)
{
	return are_plain(p, entries);
}
#else
#define decode_run_avx2 decode_run
#define are_plain_avx2 are_plain
#endif

/* The same of a run of entries that begins with this one, which is valid. */
static bool is_run_plain(const struct plain *p, uint64_t entry)
{
	uint64_t first = entry & PTE_FRAME, last = first + (PAGE_TABLE_ENTRIES - 1) * PAGE_BYTES;

	return first >= PREFIX_AREA && last >= first &&
	       (last < p->prefix || first >= p->prefix + PREFIX_AREA) &&
	       first - p->from < p->bytes && last - p->from < p->bytes;
}

/* Fill in the TLB's entries of a segment from its page table, big-endian. True: they are one run. */
static bool decode_table(const struct address_space *as, uint64_t flags, const uint64_t *raw,
			 uint64_t *entries)
{
	const struct tlb *tlb = as->context.tlb;
	bool wide = simd_has_avx2(), in_part = as->context.storage->extent;
	const struct plain plain = {
		.prefix = as->prefix,
		.from = in_part ? tlb->present_from : 0,
		.bytes = in_part ? tlb->present_bytes : UINT64_MAX,
	};
	unsigned int i;

	if (wide ? decode_run_avx2(flags, raw, entries) : decode_run(flags, raw, entries)) {
		if (!(entries[0] & TLB_UNUSABLE) && is_run_plain(&plain, entries[0]))
			return true;
	}
	if (wide ? are_plain_avx2(&plain, entries) : are_plain(&plain, entries))
		return false;
	for (i = 0; i < PAGE_TABLE_ENTRIES; i++)
		entries[i] = decode_page(as, flags, be64toh(raw[i]));
	return false;
}

/*
 * Fill in the TLB's entries of a large frame's segment. False: the frame is not
 * wholly in the configuration, its pages have to be looked at one by one.
 */
static bool decode_segment(const struct address_space *as, const struct segment *seg, uint64_t va,
			   uint64_t *entries)
{
	uint64_t size = 1ULL << frame_shift(seg->flags), length;
	uint64_t frame = seg->origin | (va & (size - 1) & STE_FRAME);
	unsigned int i;

	if (!is_present(as, seg->origin, &length) || (length && length < size))
		return false;
	for (i = 0; i < PAGE_TABLE_ENTRIES; i++)
		entries[i] = (frame + i * PAGE_BYTES) | seg->flags;
	return true;
}

/* Put a segment into the TLB. NULL: that cannot be done. */
static const uint64_t *fill(const struct address_space *as, uint64_t va, const struct segment *seg)
{
	const struct storage *storage = as->context.storage;
	uint64_t id = as->tlb_id, number = va >> SEGMENT_SHIFT;
	struct tlb *tlb = as->context.tlb;
	size_t slot = tlb_slot(tlb, id, number);
	uint64_t raw[PAGE_TABLE_ENTRIES];

	tlb->tags[slot] = 0;
	if (seg->flags & TLB_FRAME_SIZE) {
		if (!decode_segment(as, seg, va, tlb->pages[slot]))
			return NULL;
		tlb->runs[slot] = true;
	} else {
		if (storage->read_absolute(storage->arg, seg->origin, raw, sizeof(raw)))
			return NULL;
		tlb->runs[slot] = decode_table(as, seg->flags, raw, tlb->pages[slot]);
	}
	tlb->tags[slot] = tlb_tag(id, number);
	tlb->walks++;
	return tlb->pages[slot];
}

/* The entry of one page, decoded. False: an exception on the way to it. */
static bool find_entry(const struct address_space *as, uint64_t va, bool use_tlb, uint64_t *entry,
		       int *accf, struct translation_step **step, struct translation *t)
{
	unsigned int index = va >> PAGE_SHIFT & (PAGE_TABLE_ENTRIES - 1);
	const uint64_t *entries = NULL;
	struct segment seg = { .accf = -1 };

	*accf = -1;
	*step = NULL;
	if (use_tlb)
		entries = tlb_find(as->context.tlb, as->tlb_id, va >> SEGMENT_SHIFT);
	if (!entries) {
		if (!find_segment(as, va, &seg, t))
			return false;
		if (as->context.accf)
			*accf = seg.accf;
		if (use_tlb)
			entries = fill(as, va, &seg);
	}
	if (entries) {
		*entry = entries[index];
	} else if (seg.flags & TLB_FRAME_SIZE) {
		*entry = decode_large(as, &seg, va);
	} else {
		limit_length(t, rest(va, PAGE_SHIFT));
		if (!fetch_entry(as, STEP_PAGE, index, seg.origin + 8 * index, entry, step, t))
			return false;
		*entry = decode_page(as, seg.flags, *entry);
	}
	return true;
}

/* Record the frame's address, as the entry gives it. */
static struct translation_step *trace_frame(const struct address_space *as, uint64_t entry,
					    uint64_t absolute)
{
	struct translation_step *step;

	step = trace_add(as->context.trace,
			 entry & TLB_FRAME_SIZE ? STEP_ABSOLUTE : STEP_REAL);
	if (step) {
		step->absolute = absolute;
		step->address = entry & TLB_FRAME_SIZE ? absolute
						       : prefix_apply(as->prefix, absolute);
		step->real = step->kind == STEP_REAL;
	}
	return step;
}

static bool refuse_protected(const struct address_space *as, uint64_t entry,
			     struct translation_step *step, struct translation *t)
{
	if (as->type == REFERENCE_STORE && (entry & PTE_PROTECT))
		t->protection = PROTECTION_DAT;
	else if (as->type == REFERENCE_INSTRUCTION_FETCH && (entry & PTE_IEP) && as->iep)
		t->protection = PROTECTION_IEP;
	else
		return true;
	return fail(t, PGM_PROTECTION, step);
}

/* Bytes behind the page with address va that the TLB knows to be invalid in the same page table. */
static uint64_t invalid_pages_behind(const struct address_space *as, uint64_t va)
{
	const uint64_t *entries = tlb_find(as->context.tlb, as->tlb_id, va >> SEGMENT_SHIFT);
	unsigned int index = va >> PAGE_SHIFT & (PAGE_TABLE_ENTRIES - 1), last = index;

	if (!entries)
		return 0;
	while (last + 1 < PAGE_TABLE_ENTRIES && (entries[last + 1] & PTE_INVALID))
		last++;
	return (last - index) * PAGE_BYTES;
}

bool dat_translate(const struct address_space *as, uint64_t va, struct translation *t)
{
	/* The TLB does not know whether a frame's key comes from its entry. */
	bool use_tlb = as->context.tlb && !as->context.trace && !(as->context.accf && as->key);
	struct translation_step *step;
	uint64_t entry, length;
	bool present;
	int accf;

	if (!find_entry(as, va, use_tlb, &entry, &accf, &step, t))
		return false;
	t->frame_shift = frame_shift(entry);
	if (entry & PTE_INVALID) {
		limit_length(t, rest(va, PAGE_SHIFT) + (use_tlb ? invalid_pages_behind(as, va) : 0));
		return fail(t, PGM_PAGE_TRANSLATION, step);
	}
	limit_length(t, rest(va, t->frame_shift));
	if (entry & PTE_ZERO)
		return fail(t, PGM_TRANSLATION_SPEC, step);
	t->flags = TRANSLATED_DAT | (entry & PTE_PROTECT ? TRANSLATED_PROTECTED : 0) |
		   (entry & PTE_IEP ? TRANSLATED_IEP : 0);
	t->absolute = (entry & TLB_ABSOLUTE) | (va & (PAGE_BYTES - 1));
	step = trace_frame(as, entry, t->absolute);
	if (!refuse_protected(as, entry, step, t))
		return false;
	present = is_present(as, t->absolute, &length);
	limit_length(t, length);
	if (!present)
		return fail(t, PGM_ADDRESSING, step);
	return key_allows(as, accf, t);
}
