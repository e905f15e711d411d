/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/psw.h"
#include "base/endian.h"

#define LOWCORE_VMCORE_INFO	0xe0c
#define SEGMENT_TABLE		0x10000
#define PAGE_TABLE		0x14000
#define ENTRIES			2048	/* of a segment table */
#define PAGES			256	/* of a page table */
#define INVALID_SEGMENT		0x20
#define INVALID_PAGE		0x400
#define TABLE_LENGTH		3	/* of an ASCE: four times 512 entries */

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct fake_guest *g = arg;

	g->reads++;
	if (addr >= g->size || len > g->size - addr)
		return STORAGE_OUTSIDE;
	memcpy(buf, g->memory + addr, len);
	return 0;
}

static uint64_t extent(void *arg, uint64_t addr, bool *present)
{
	const struct fake_guest *g = arg;

	*present = addr < g->size;
	return *present ? g->size - addr : UINT64_MAX - addr;
}

static struct fake_guest *guest_of(struct target *t)
{
	return (struct fake_guest *)((char *)t - offsetof(struct fake_guest, target));
}

static struct error *get_walk(struct target *t, struct walk **w)
{
	struct fake_guest *g = guest_of(t);

	walk_set_regs(&g->walk, &g->regs);
	walk_flush(&g->walk);
	*w = &g->walk;
	return NULL;
}

static struct error *get_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	(void)stop;
	*regs = guest_of(t)->regs;
	return NULL;
}

void fake_guest_init(struct fake_guest *g, size_t size)
{
	const struct walk_storage storage = {
		.storage = { .arg = g, .read_absolute = read_absolute, .extent = extent },
		.read_only = "a fake guest cannot be written to",
	};

	*g = (struct fake_guest){ .size = size };
	g->memory = calloc(1, size);
	assert_non_null(g->memory);
	g->regs.psw_mask = PSW_MASK_EA | PSW_MASK_BA;
	g->regs.coherent = true;
	g->ops = (struct target_ops){ .name = "fake", .walk = get_walk, .regs = get_regs };
	g->target.ops = &g->ops;
	assert_null(walk_init(&g->walk, &storage, FACILITY_ALL));
	assert_null(kmem_init(&g->kmem, &g->target, NULL));
}

void fake_guest_free(struct fake_guest *g)
{
	kmem_deinit(&g->kmem);
	walk_deinit(&g->walk);
	free(g->memory);
}

void fake_guest_refresh(struct fake_guest *g)
{
	kmem_deinit(&g->kmem);
	assert_null(kmem_init(&g->kmem, &g->target, NULL));
}

void fake_guest_put(struct fake_guest *g, uint64_t addr, const void *data, size_t len)
{
	assert_true(addr < g->size && len <= g->size - addr);
	memcpy(g->memory + addr, data, len);
}

void fake_guest_puts(struct fake_guest *g, uint64_t addr, const char *text)
{
	fake_guest_put(g, addr, text, strlen(text) + 1);
}

void fake_guest_put16(struct fake_guest *g, uint64_t addr, uint16_t value)
{
	unsigned char raw[2];

	put_be16(raw, value);
	fake_guest_put(g, addr, raw, sizeof(raw));
}

void fake_guest_put32(struct fake_guest *g, uint64_t addr, uint32_t value)
{
	unsigned char raw[4];

	put_be32(raw, value);
	fake_guest_put(g, addr, raw, sizeof(raw));
}

void fake_guest_put64(struct fake_guest *g, uint64_t addr, uint64_t value)
{
	unsigned char raw[8];

	put_be64(raw, value);
	fake_guest_put(g, addr, raw, sizeof(raw));
}

void fake_guest_vmcoreinfo(struct fake_guest *g, uint64_t addr, const char *text)
{
	fake_guest_put64(g, LOWCORE_VMCORE_INFO, addr);
	fake_guest_put32(g, addr, sizeof("VMCOREINFO"));
	fake_guest_put32(g, addr + 4, (uint32_t)strlen(text));
	fake_guest_put32(g, addr + 8, 0);
	fake_guest_puts(g, addr + 12, "VMCOREINFO");
	fake_guest_puts(g, addr + 24, text);
}

void fake_guest_map(struct fake_guest *g, uint64_t virtual, uint64_t absolute, uint64_t size)
{
	uint64_t segment = virtual >> 20, page = virtual >> 12 & 0xff, i;

	assert_true(segment < ENTRIES && page + (size >> 12) <= PAGES);
	for (i = 0; i < ENTRIES; i++)
		fake_guest_put64(g, SEGMENT_TABLE + 8 * i, INVALID_SEGMENT);
	for (i = 0; i < PAGES; i++)
		fake_guest_put64(g, PAGE_TABLE + 8 * i, INVALID_PAGE);
	fake_guest_put64(g, SEGMENT_TABLE + 8 * segment, PAGE_TABLE);
	for (i = 0; i < size >> 12; i++)
		fake_guest_put64(g, PAGE_TABLE + 8 * (page + i), absolute + (i << 12));
	g->regs.crs[1] = g->regs.crs[13] = SEGMENT_TABLE | TABLE_LENGTH;
	g->regs.psw_mask |= PSW_MASK_DAT;
	fake_guest_refresh(g);
}
