/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A translation-lookaside buffer (SA22-7832 chapter 3, "Translation-Lookaside
 * Buffer"): whole page tables, decoded, one for each 1 MiB segment, and blocks
 * of the tables above them. So a sequence of pages costs one walk a page table.
 *
 * It knows address spaces by ASCE, prefix and the enhanced-DAT facilities in
 * force, and serves any number of them. It belongs to one storage whose tables
 * do not change; the owner calls tlb_flush() when they may have.
 */
#ifndef S390MEMCTL_ARCH_TLB_H
#define S390MEMCTL_ARCH_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/dat-bits.h"
#include "arch/storage.h"

#define TLB_SEGMENTS	8192	/* a good size: 8 GiB of pages, up to 16 MiB of host memory */
#define TLB_SPACES	16	/* address spaces known at a time */
#define TLB_BLOCKS	64	/* 4 KiB blocks of region and segment tables */
#define TLB_BLOCK_ENTRIES 512

/*
 * A decoded entry: the 4 KiB block's absolute address, PTE_ZERO, PTE_INVALID,
 * PTE_PROTECT (of this table and all above it), PTE_IEP, and these:
 */
#define TLB_ABSOLUTE	PTE_FRAME
#define TLB_OUTSIDE	UINT64_C(0x80)		/* the frame is not in the configuration */
#define TLB_FRAME_SIZE	UINT64_C(0x03)		/* 0: 4 KiB, 1: 1 MiB, 2: 2 GiB frame */
#define TLB_UNUSABLE	(PTE_ZERO | PTE_INVALID | TLB_OUTSIDE)

struct tlb_space {
	uint64_t asce;
	uint64_t id;		/* 0: free */
	uint32_t prefix;
	bool edat1, edat2;
};

struct tlb_block {
	uint64_t address;	/* absolute, a multiple of 4096; 1: free */
	uint64_t entries[TLB_BLOCK_ENTRIES];
};

struct tlb {
	uint64_t slot_mask;	/* number of segments - 1 */
	uint64_t *tags;		/* per segment, tlb_tag() or 0 */
	uint64_t (*pages)[PAGE_TABLE_ENTRIES];
	bool *runs;		/* per segment: its pages are alike and contiguous in absolute storage */
	struct tlb_block *blocks;
	struct tlb_space spaces[TLB_SPACES];
	unsigned int next_space;
	uint64_t last_id;
	uint64_t present_from, present_bytes; /* storage known to be there */
	uint64_t walks;		/* statistics: page tables walked to */
};

/* Set up an empty TLB for segments (a power of two) segments; false: no memory. */
bool tlb_init(struct tlb *tlb, size_t segments);
/* Forget everything. Address spaces that are open stay so: identities are not used again. */
void tlb_flush(struct tlb *tlb);
/* Free the memory. */
void tlb_deinit(struct tlb *tlb);

/*
 * The number by which tlb knows this address space, never 0. It is given to no
 * other one before 2^20 more have been asked for.
 */
uint64_t tlb_space_id(struct tlb *tlb, uint64_t asce, uint32_t prefix, bool edat1, bool edat2);

/*
 * Read the 8-byte table entry at absolute address addr through the blocks.
 * 0, STORAGE_OUTSIDE or -errno.
 */
int tlb_read_entry(struct tlb *tlb, const struct storage *storage, uint64_t addr, uint64_t *entry);

/*
 * How many entries behind that at absolute address addr, which was read last, have a
 * bit of mask: as far as its 4 KiB block goes.
 */
unsigned int tlb_alike_behind(const struct tlb *tlb, uint64_t addr, uint64_t mask);

/* What a segment's tag is while space id and 1 MiB segment are in its slot. */
static inline uint64_t tlb_tag(uint64_t id, uint64_t segment)
{
	return id << 44 | segment;
}

/* The slot of a segment; segments that follow each other have slots that do. */
static inline size_t tlb_slot(const struct tlb *tlb, uint64_t id, uint64_t segment)
{
	return (segment + id * 0x509) & tlb->slot_mask;
}

/* The decoded page table of a segment, NULL if it is not here. */
static inline const uint64_t *tlb_find(const struct tlb *tlb, uint64_t id, uint64_t segment)
{
	size_t slot = tlb_slot(tlb, id, segment);

	return tlb->tags[slot] == tlb_tag(id, segment) ? tlb->pages[slot] : NULL;
}

#endif
