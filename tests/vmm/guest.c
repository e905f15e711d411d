/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guest memory, and dynamic-address-translation tables in it.
 * Formats: Principles of Operation (SA22-7832), chapter 3, "Translation Tables".
 */
#include <string.h>

#include "testvmm.h"

#define TABLE_SIZE	0x4000UL	/* region and segment tables: always 2048 entries */
#define PAGE_TABLE_SIZE	0x800UL
#define ENTRY_INVALID	0x20UL		/* region and segment tables */
#define PTE_INVALID	0x400UL
#define ORIGIN_TABLE	(~0xfffUL)
#define ORIGIN_PAGE_TABLE (~0x7ffUL)

uint8_t *guest_host(const struct vm *vm, uint64_t addr, uint64_t len)
{
	unsigned int i;

	for (i = 0; i < vm->nr_slots; i++) {
		const struct memslot *slot = &vm->slots[i];

		if (addr >= slot->addr && addr - slot->addr < slot->size &&
		    len <= slot->size - (addr - slot->addr))
			return slot->host + (addr - slot->addr);
	}
	return NULL;
}

uint64_t guest_alloc(struct vm *vm, uint64_t size, uint64_t align)
{
	uint64_t addr = (vm->tables + align - 1) & ~(align - 1);
	uint8_t *host;

	if (!addr || addr + size > vm->tables_end)
		return 0;
	host = guest_host(vm, addr, size);
	if (!host)
		return 0;
	memset(host, 0, size);
	vm->tables = addr + size;
	return addr;
}

bool guest_put64(const struct vm *vm, uint64_t addr, uint64_t value)
{
	uint8_t *host = guest_host(vm, addr, sizeof(value));

	if (!host)
		return false;
	memcpy(host, &value, sizeof(value));
	return true;
}

bool guest_put32(const struct vm *vm, uint64_t addr, uint32_t value)
{
	uint8_t *host = guest_host(vm, addr, sizeof(value));

	if (!host)
		return false;
	memcpy(host, &value, sizeof(value));
	return true;
}

/* A new table of LEVEL, all entries invalid. */
static uint64_t new_table(struct vm *vm, enum level level)
{
	uint64_t size = level == LEVEL_PAGE ? PAGE_TABLE_SIZE : TABLE_SIZE;
	uint64_t invalid = level == LEVEL_PAGE ? PTE_INVALID : ENTRY_INVALID | (uint64_t)level << 2;
	uint64_t table = guest_alloc(vm, size, level == LEVEL_PAGE ? PAGE_TABLE_SIZE : 0x1000);
	uint64_t off;

	for (off = 0; table && off < size; off += 8)
		guest_put64(vm, table + off, invalid);
	return table;
}

uint64_t dat_new_asce(struct vm *vm, enum level level)
{
	uint64_t table = new_table(vm, level);

	return table ? table | (uint64_t)level << 2 : 0;
}

static unsigned int table_index(enum level level, uint64_t vaddr)
{
	if (level == LEVEL_PAGE)
		return vaddr >> 12 & 0xff;
	return vaddr >> (20 + 11 * level) & 0x7ff;
}

uint64_t dat_entry(struct vm *vm, uint64_t asce, uint64_t vaddr, enum level level)
{
	int at = asce >> 2 & 3;
	uint64_t table = asce & ORIGIN_TABLE, entry, addr, origin;

	if (level > at)
		return 0;
	for (;; at--) {
		addr = table + table_index(at, vaddr) * 8;
		if (!guest_host(vm, addr, 8))
			return 0;
		if (at == (int)level)
			return addr;
		memcpy(&entry, guest_host(vm, addr, 8), 8);
		origin = at == LEVEL_SEGMENT ? ORIGIN_PAGE_TABLE : ORIGIN_TABLE;
		if (!(entry & origin)) {
			table = new_table(vm, at - 1);
			if (!table)
				return 0;
			/* table offset 0, and for tables with a length: all 2048 entries */
			entry = table | (entry & 0x21c) | (at > LEVEL_SEGMENT ? 3 : 0);
			guest_put64(vm, addr, entry);
		}
		table = entry & origin;
	}
}
