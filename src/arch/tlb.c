/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/tlb.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"

#define BLOCK_BYTES	4096U
#define BLOCK_FREE	1	/* no address of a block */
#define ID_BITS		20	/* of a tag */

bool tlb_init(struct tlb *tlb, size_t segments)
{
	memset(tlb, 0, sizeof(*tlb));
	tlb->slot_mask = segments - 1;
	tlb->tags = calloc(segments, sizeof(*tlb->tags));
	/* Not cleared: a segment that is never used costs no memory. */
	tlb->pages = malloc(segments * sizeof(*tlb->pages));
	tlb->runs = calloc(segments, sizeof(*tlb->runs));
	tlb->blocks = malloc(TLB_BLOCKS * sizeof(*tlb->blocks));
	if (!tlb->tags || !tlb->pages || !tlb->runs || !tlb->blocks) {
		tlb_deinit(tlb);
		return false;
	}
	tlb_flush(tlb);
	return true;
}

void tlb_flush(struct tlb *tlb)
{
	size_t i;

	memset(tlb->tags, 0, (tlb->slot_mask + 1) * sizeof(*tlb->tags));
	memset(tlb->spaces, 0, sizeof(tlb->spaces));
	for (i = 0; i < TLB_BLOCKS; i++)
		tlb->blocks[i].address = BLOCK_FREE;
	tlb->next_space = 0;
	tlb->present_from = tlb->present_bytes = 0;
}

void tlb_deinit(struct tlb *tlb)
{
	free(tlb->tags);
	free(tlb->pages);
	free(tlb->runs);
	free(tlb->blocks);
	memset(tlb, 0, sizeof(*tlb));
}

uint64_t tlb_space_id(struct tlb *tlb, uint64_t asce, uint32_t prefix, bool edat1, bool edat2)
{
	struct tlb_space *space;
	unsigned int i;

	for (i = 0; i < TLB_SPACES; i++) {
		space = &tlb->spaces[i];
		if (space->id && space->asce == asce && space->prefix == prefix &&
		    space->edat1 == edat1 && space->edat2 == edat2)
			return space->id;
	}
	if (tlb->last_id == (1U << ID_BITS) - 1) {
		tlb_flush(tlb);
		tlb->last_id = 0;
	}
	space = &tlb->spaces[tlb->next_space++ % TLB_SPACES];
	*space = (struct tlb_space){ asce, ++tlb->last_id, prefix, edat1, edat2 };
	return space->id;
}

static struct tlb_block *find_block(const struct tlb *tlb, uint64_t addr)
{
	uint64_t number = addr / BLOCK_BYTES;

	return &tlb->blocks[(number ^ number / TLB_BLOCKS) % TLB_BLOCKS];
}

int tlb_read_entry(struct tlb *tlb, const struct storage *storage, uint64_t addr, uint64_t *entry)
{
	struct tlb_block *block = find_block(tlb, addr);
	uint64_t base = addr & -(uint64_t)BLOCK_BYTES;
	uint8_t raw[BLOCK_BYTES];
	unsigned int i;
	int rc;

	if (block->address != base) {
		rc = storage->read_absolute(storage->arg, base, raw, sizeof(raw));
		if (rc) {
			*entry = 0;
			return rc;
		}
		for (i = 0; i < BLOCK_BYTES / 8; i++)
			block->entries[i] = get_be64(raw + 8 * i);
		block->address = base;
	}
	*entry = block->entries[addr % BLOCK_BYTES / 8];
	return 0;
}

unsigned int tlb_alike_behind(const struct tlb *tlb, uint64_t addr, uint64_t mask)
{
	const struct tlb_block *block = find_block(tlb, addr);
	unsigned int first = addr % BLOCK_BYTES / 8 + 1, i = first;

	if (block->address != (addr & -(uint64_t)BLOCK_BYTES))
		return 0;
	while (i < TLB_BLOCK_ENTRIES && (block->entries[i] & mask))
		i++;
	return i - first;
}
