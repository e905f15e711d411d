/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/trace.h"

#include <inttypes.h>
#include <string.h>

#include "arch/dat-bits.h"
#include "arch/pgm.h"

struct translation_step *trace_add(struct translation_trace *trace, enum step_kind kind)
{
	struct translation_step *step;

	if (!trace || trace->count >= TRACE_STEPS)
		return NULL;
	step = &trace->steps[trace->count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	return step;
}

struct translation_step *trace_find(struct translation_trace *trace, enum step_kind kind)
{
	unsigned int i;

	for (i = trace ? trace->count : 0; i-- > 0;) {
		if (trace->steps[i].kind == kind)
			return &trace->steps[i];
	}
	return NULL;
}

static const char *const names[] = {
	[STEP_SPACE] = "space",
	[STEP_ALET] = "access-list-entry token",
	[STEP_ALD] = "access-list designation",
	[STEP_ALE] = "access-list entry",
	[STEP_ASTE] = "ASN-second-table entry",
	[STEP_AUTHORITY] = "authority-table entry",
	[STEP_ASCE] = "address-space-control element",
	[STEP_REGION_FIRST] = "region-first-table entry",
	[STEP_REGION_SECOND] = "region-second-table entry",
	[STEP_REGION_THIRD] = "region-third-table entry",
	[STEP_SEGMENT] = "segment-table entry",
	[STEP_PAGE] = "page-table entry",
	[STEP_REAL] = "real address",
	[STEP_ABSOLUTE] = "absolute address",
	[STEP_LOW_ADDRESS] = "low-address protection",
	[STEP_KEY] = "storage key",
};

const char *step_name(enum step_kind kind)
{
	return names[kind];
}

/* " 0x12 at absolute 0000000000012090 is 0000000000013000: " */
static void add_where(const struct translation_step *step, bool index, struct buf *out)
{
	unsigned int i;

	buf_adds(out, step_name(step->kind));
	if (index)
		buf_addf(out, " 0x%x", step->index);
	buf_addf(out, " at %s %016" PRIx64, step->real ? "real" : "absolute", step->address);
	if (step->real && step->absolute != step->address)
		buf_addf(out, " (absolute %016" PRIx64 ")", step->absolute);
	if (!step->words) {
		buf_adds(out, " is not in the configuration");
		return;
	}
	buf_adds(out, " is");
	for (i = 0; i < step->words; i++) {
		if (step->kind == STEP_ALD)
			buf_addf(out, " %08" PRIx64, step->value[i]);
		else if (step->kind == STEP_AUTHORITY)
			buf_addf(out, " %02" PRIx64, step->value[i]);
		else
			buf_addf(out, " %016" PRIx64, step->value[i]);
	}
}

static void add_flag(struct buf *out, uint64_t flag, const char *text)
{
	if (flag)
		buf_addf(out, ", %s", text);
}

static void describe_space(const struct translation_step *step, struct buf *out)
{
	static const uint8_t registers[SPACE_COUNT] = {
		[SPACE_PRIMARY] = 1, [SPACE_SECONDARY] = 7, [SPACE_HOME] = 13
	};

	buf_adds(out, space_name(step->space));
	if (step->space == SPACE_AR)
		buf_addf(out, ", access register %u", step->index);
	else if (registers[step->space])
		buf_addf(out, ", control register %u", registers[step->space]);
	buf_adds(out, step->from == FROM_PSW ? ", by the PSW" : ", as asked for");
}

static void describe_alet(const struct translation_step *step, struct buf *out)
{
	uint32_t alet = step->value[0];

	buf_addf(out, "%s %08" PRIx32, step_name(step->kind), alet);
	if (step->from == FROM_ACCESS_REGISTER)
		buf_addf(out, " in access register %u", step->index);
	if (alet == 0)
		buf_adds(out, ": primary space, control register 1");
	else if (alet == 1)
		buf_adds(out, ": secondary space, control register 7");
	else
		buf_addf(out, ": entry 0x%x of the %s access list, sequence number 0x%x",
			 (unsigned int)(alet & 0xffff),
			 alet & 0x01000000 ? "primary-space" : "dispatchable-unit",
			 (unsigned int)(alet >> 16 & 0xff));
}

static void describe_ald(const struct translation_step *step, struct buf *out)
{
	add_where(step, false, out);
	if (!step->words)
		return;
	buf_addf(out, ": access list at real %016" PRIx64 ", %u entries",
		 step->value[0] & 0x7fffff80, ((unsigned int)step->value[0] % 128 + 1) * 8);
}

static void describe_ale(const struct translation_step *step, struct buf *out)
{
	uint64_t first = step->value[0];

	add_where(step, true, out);
	if (!step->words)
		return;
	buf_addf(out, ": ASN-second-table entry at real %016" PRIx64 ", sequence number 0x%x",
		 step->value[1] >> 32 & 0x7fffffc0, (unsigned int)(first >> 48 & 0xff));
	add_flag(out, first >> 63, "invalid");
	add_flag(out, first >> 57 & 1, "fetch-only");
	if (first >> 56 & 1)
		buf_addf(out, ", private to authorization index 0x%x",
			 (unsigned int)(first >> 32 & 0xffff));
}

static void describe_aste(const struct translation_step *step, struct buf *out)
{
	add_where(step, false, out);
	if (!step->words)
		return;
	buf_addf(out, ": address-space-control element %016" PRIx64
		 ", authority table at real %016" PRIx64 ", %u entries",
		 step->value[1], step->value[0] >> 32 & 0x7ffffffc,
		 ((unsigned int)(step->value[0] >> 4 & 0xfff) + 1) * 16);
	add_flag(out, step->value[0] >> 63, "invalid");
}

static void describe_authority(const struct translation_step *step, struct buf *out)
{
	if (!step->words && !step->address) {
		buf_addf(out, "%s 0x%x is beyond the table's end", step_name(step->kind),
			 step->index);
		return;
	}
	add_where(step, true, out);
	if (step->words)
		buf_addf(out, ": secondary authority %s",
			 step->value[0] & 0x40 >> step->index % 4 * 2 ? "given" : "denied");
}

/* "region-second table": what an ASCE or an entry of that level (TT + 1) leads to. */
static const char *table_name(unsigned int level)
{
	static const char *const tables[] = {
		"page table", "segment table", "region-third table", "region-second table",
		"region-first table"
	};

	return tables[level];
}

/* ", entries 0x200-0x5ff" */
static void add_bounds(uint64_t offset, uint64_t length, struct buf *out)
{
	if (offset > length)
		buf_adds(out, " without entries");
	else
		buf_addf(out, ", entries 0x%x-0x%x", (unsigned int)offset * 512,
			 (unsigned int)length * 512 + 511);
}

static void describe_asce(const struct translation_step *step, struct buf *out)
{
	uint64_t asce = step->value[0];

	buf_addf(out, "%s %016" PRIx64 ": ", step_name(step->kind), asce);
	if (asce & ASCE_REAL) {
		buf_adds(out, "real space");
	} else {
		buf_addf(out, "%s at absolute %016" PRIx64, table_name(((asce & ASCE_TYPE) >> 2) + 1),
			 asce & ASCE_ORIGIN);
		add_bounds(0, asce & ASCE_LENGTH, out);
	}
	add_flag(out, asce & ASCE_PRIVATE, "private");
	add_flag(out, asce & ASCE_SUBSPACE, "subspace group");
	add_flag(out, asce & ASCE_ALTERATION, "storage-alteration events");
	add_flag(out, asce & ASCE_SWITCH, "space-switch events");
}

/* Level by kind: 0 segment table ... 3 region-first table. */
static unsigned int level_of(enum step_kind kind)
{
	return STEP_SEGMENT - kind;
}

static void describe_frame(const struct translation_step *step, struct buf *out)
{
	uint64_t entry = step->value[0];

	if (step->kind == STEP_SEGMENT)
		buf_addf(out, ": 1 MiB frame at absolute %016" PRIx64, entry & STE_FRAME);
	else
		buf_addf(out, ": 2 GiB frame at absolute %016" PRIx64, entry & RTTE_FRAME);
	if (entry & RSTE_ACCF_VALID)
		buf_addf(out, ", access control %u%s", (unsigned int)(entry >> 12 & 15),
			 entry & 0x800 ? ", fetch-protected" : "");
	add_flag(out, entry & RSTE_IEP, "not for instructions");
}

static void describe_entry(const struct translation_step *step, struct buf *out)
{
	unsigned int level = level_of(step->kind);
	uint64_t entry = step->value[0];
	bool edat = step->kind == STEP_SEGMENT ? step->edat1 : step->edat2;

	add_where(step, true, out);
	if (!step->words)
		return;
	if ((entry & RSTE_TYPE) >> 2 != level) {
		buf_addf(out, ": of type %u, not %u", (unsigned int)(entry & RSTE_TYPE) >> 2, level);
		add_flag(out, entry & RSTE_INVALID, "invalid");
		return;
	}
	if (level <= 1 && edat && (entry & RSTE_FORMAT)) {
		describe_frame(step, out);
	} else if (level == 0) {
		buf_addf(out, ": page table at absolute %016" PRIx64, entry & STE_ORIGIN);
	} else {
		buf_addf(out, ": %s at absolute %016" PRIx64, table_name(level),
			 entry & RSTE_ORIGIN);
		add_bounds((entry & RSTE_OFFSET) >> 6, entry & RSTE_LENGTH, out);
	}
	add_flag(out, (level == 0 || step->edat1) && (entry & RSTE_PROTECT), "protected");
	add_flag(out, (level == 0 || (level == 1 && edat)) && (entry & RSTE_COMMON), "common");
	add_flag(out, entry & RSTE_INVALID, "invalid");
}

static void describe_page(const struct translation_step *step, struct buf *out)
{
	uint64_t pte = step->value[0];

	add_where(step, true, out);
	if (!step->words)
		return;
	buf_addf(out, ": page at real %016" PRIx64, pte & PTE_FRAME);
	add_flag(out, pte & PTE_PROTECT, "protected");
	add_flag(out, pte & PTE_IEP, "not for instructions");
	add_flag(out, pte & PTE_ZERO, "bit 52 is one");
	add_flag(out, pte & PTE_INVALID, "invalid");
}

static void describe_address(const struct translation_step *step, struct buf *out)
{
	buf_addf(out, "%s %016" PRIx64, step_name(step->kind), step->address);
	if (step->kind == STEP_REAL) {
		buf_addf(out, ": absolute %016" PRIx64, step->absolute);
		add_flag(out, step->absolute != step->address, "by prefixing");
	}
}

static void describe_key(const struct translation_step *step, struct buf *out)
{
	unsigned int key = step->value[0];

	if (!step->words) {
		buf_addf(out, "storage key at absolute %016" PRIx64 " is not known", step->absolute);
		return;
	}
	buf_addf(out, "%s of absolute %016" PRIx64 " is %02x: access control %u",
		 step->from == FROM_TABLE ? "table entry's key" : "storage key", step->absolute, key,
		 key >> 4);
	add_flag(out, key & 8, "fetch-protected");
	add_flag(out, key & 4, "referenced");
	add_flag(out, key & 2, "changed");
	buf_addf(out, "; access key %u", step->index);
}

static void describe_low_address(const struct translation_step *step, struct buf *out)
{
	buf_addf(out, "address %016" PRIx64 " is under low-address protection", step->address);
}

void step_describe(const struct translation_step *step, struct buf *out)
{
	static void (*const describe[])(const struct translation_step *, struct buf *) = {
		[STEP_SPACE] = describe_space,
		[STEP_ALET] = describe_alet,
		[STEP_ALD] = describe_ald,
		[STEP_ALE] = describe_ale,
		[STEP_ASTE] = describe_aste,
		[STEP_AUTHORITY] = describe_authority,
		[STEP_ASCE] = describe_asce,
		[STEP_REGION_FIRST] = describe_entry,
		[STEP_REGION_SECOND] = describe_entry,
		[STEP_REGION_THIRD] = describe_entry,
		[STEP_SEGMENT] = describe_entry,
		[STEP_PAGE] = describe_page,
		[STEP_REAL] = describe_address,
		[STEP_ABSOLUTE] = describe_address,
		[STEP_LOW_ADDRESS] = describe_low_address,
		[STEP_KEY] = describe_key,
	};

	describe[step->kind](step, out);
	if (step->code)
		buf_addf(out, ": %s (%04x)", pgm_name(step->code), step->code);
}
