/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A random case: a vCPU, its registers, an address, a length. */
#include <string.h>

#include "arch/dat-bits.h"
#include "arch/prefix.h"
#include "arch/psw.h"
#include "differential.h"

#define TABLES_AT	0x100000ULL	/* where most tables and control blocks are put */
#define TABLES_BYTES	0x400000ULL

bool mistake(struct case_data *c)
{
	return random_percent(c->prng, c->mistakes);
}

uint64_t random_place(struct case_data *c, uint64_t len, uint64_t align, bool low)
{
	unsigned int choice = random_below(c->prng, 20);
	uint64_t addr = TABLES_AT, size = TABLES_BYTES;

	if (choice < 6) {
		const struct slot *slot = &c->vm->slots[choice % (low ? 2 : MAX_SLOTS)];

		addr = slot->addr;
		size = slot->size;
	}
	if (low && addr + size > 0x80000000)
		size = 0x80000000 - addr;
	return addr + random_below(c->prng, (size - len) / align + 1) * align;
}

/* Bytes of an address that a table of that type describes. */
static uint64_t describable(unsigned int type)
{
	return type == 3 ? UINT64_MAX : (1ULL << (31 + 11 * type)) - 1;
}

static uint32_t random_length(struct prng *prng)
{
	switch (random_below(prng, 20)) {
	case 0:
		return 1 + random_below(prng, MAX_LENGTH);
	case 1: case 2: case 3: case 4: case 5:
		return 1 + random_below(prng, 3 * PAGE);
	case 6: case 7: case 8: case 9:
		return 1 + random_below(prng, PAGE);
	default:
		return 1 + random_below(prng, 16);
	}
}

/* Where low-address protection and fetch-protection override begin and end, or near. */
static uint64_t low_address(struct case_data *c)
{
	static const uint16_t boundaries[] = { 0, 0x200, 0x800, 0x1000, 0x1200, 0x2000 };

	if (random_percent(c->prng, 50))
		return random_below(c->prng, 0x2400);
	return boundaries[random_below(c->prng, 6)] - random_below(c->prng, 3);
}

/* An address without tables: near memory's pieces, prefix and boundaries. */
static uint64_t real_address(struct case_data *c)
{
	const struct slot *slot = &c->vm->slots[random_below(c->prng, MAX_SLOTS)];
	uint64_t near = random_below(c->prng, 0x3000);

	switch (random_below(c->prng, 6)) {
	case 0:
		return low_address(c);
	case 1:
		return c->cpu->prefix + near - PAGE;
	case 2:
		return slot->addr + slot->size - near;
	case 3:
		return random64(c->prng) >> random_below(c->prng, 64);
	default:
		return slot->addr + random_below(c->prng, slot->size);
	}
}

static uint64_t virtual_address(struct case_data *c, unsigned int type, uint64_t mask)
{
	uint64_t limit = describable(type), addr = random64(c->prng) & limit;

	switch (random_below(c->prng, 12)) {
	case 0:
	case 1:
		return low_address(c) & mask;
	case 2:
		return mask - random_below(c->prng, 0x1800);
	case 3:
		/* Around the end of a segment, a region... */
		addr &= -(1ULL << (20 + 11 * random_below(c->prng, 4)));
		return (addr - random_below(c->prng, 0x1800)) & limit;
	case 4:
		return random_percent(c->prng, 50) ? random64(c->prng) : addr;
	default:
		return addr;
	}
}

static void set_control_register_0(struct case_data *c)
{
	uint64_t bits = CR0_LOW_ADDRESS_PROTECTION | CR0_FETCH_OVERRIDE | CR0_STORAGE_OVERRIDE |
			CR0_EDAT | CR0_IEP;

	/* Each in force in half of the cases, enhanced DAT in three quarters. */
	c->regs.crs[0] &= bits;
	if (random_percent(c->prng, 50))
		c->regs.crs[0] |= CR0_EDAT;
}

/* The register or the access list by which asce is reached under the PSW. */
static void install_asce(struct case_data *c, uint64_t asce)
{
	uint32_t *alet = &c->regs.acrs[c->ar];

	switch (psw_space(c->regs.psw_mask)) {
	case SPACE_PRIMARY:
		c->regs.crs[1] = asce;
		return;
	case SPACE_SECONDARY:
		c->regs.crs[7] = asce;
		return;
	case SPACE_HOME:
		c->regs.crs[13] = asce;
		return;
	default:
		break;
	}
	switch (random_below(c->prng, 8)) {
	case 0:
		*alet = 0;
		break;
	case 1:
		*alet = 1;
		break;
	default:
		*alet = build_access_list(c, asce);
		break;
	}
	if (c->ar == 0 || *alet == 0)
		c->regs.crs[1] = asce;
	else if (*alet == 1)
		c->regs.crs[7] = asce;
}

static void random_registers(struct case_data *c)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		c->regs.crs[i] = random64(c->prng);
		c->regs.acrs[i] = random64(c->prng);
	}
	c->regs.psw_mask = c->cpu->psw_mask;
	c->regs.prefix = c->cpu->prefix;
	set_control_register_0(c);
}

void build_case(struct case_data *c, const struct vm *vm, struct prng *prng)
{
	uint64_t mask, asce;
	unsigned int type;

	memset(c, 0, sizeof(*c));
	c->vm = vm;
	c->prng = prng;
	c->cpu = &vm->cpus[random_below(prng, vm->nr_cpus)];
	c->ar = random_below(prng, 16);
	c->key = random_below(prng, 16);
	c->length = random_length(prng);
	/* A third of the cases is free of mistakes. */
	c->mistakes = random_below(prng, 3) * 3;
	random_registers(c);
	mask = psw_address_mask(c->regs.psw_mask);
	if (!(c->regs.psw_mask & PSW_MASK_DAT)) {
		c->addr = real_address(c);
	} else {
		type = random_below(prng, 4);
		c->addr = virtual_address(c, type, mask) & mask;
		asce = build_space(c, type);
		if (asce & ASCE_REAL)
			c->addr = real_address(c) & mask;
		map_range(c, asce, mask);
		install_asce(c, asce);
	}
	/* Bits beyond the addressing mode do not count. */
	if (random_percent(prng, 50))
		c->addr = (c->addr & mask) | (random64(prng) & ~mask);
}
