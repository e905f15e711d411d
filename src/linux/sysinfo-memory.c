/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "base/endian.h"
#include "linux/layout.h"
#include "linux/sysinfo-fact.h"

#define PAGE_KIB	4U	/* KiB a page: s390 has no others */
#define NODES_MAX	64U
#define ZONES_MAX	16U

struct zone_layout {
	uint64_t node_zones, nr_zones, size, vm_stat, managed_pages;
};

#define ROW(type, member, field, optional) \
	{ type, member, offsetof(struct zone_layout, field), optional }

static const struct layout_row rows[] = {
	ROW("pglist_data", "node_zones", node_zones, false),
	ROW("pglist_data", "nr_zones", nr_zones, false),
	ROW("zone", NULL, size, false),
	ROW("zone", "vm_stat", vm_stat, false),
	ROW("zone", "managed_pages", managed_pages, true),
};

/* Add one number of every zone of a node. */
static struct error *add_node(struct sys *sys, const struct zone_layout *l, uint64_t node,
			      uint64_t member, uint64_t *sum)
{
	struct kmem *m = &sys->k->mem;
	struct error *err;
	uint32_t nr, i;
	uint64_t pages;

	err = kmem_u32(m, node + l->nr_zones, &nr);
	for (i = 0; i < nr && i < ZONES_MAX && !err; i++) {
		err = kmem_u64(m, node + l->node_zones + i * l->size + member, &pages);
		/* A zone's counters may be below 0 for a moment: zone_page_state(). */
		if (!err && (int64_t)pages > 0)
			*sum += pages;
	}
	return err;
}

static struct error *add_nodes(struct sys *sys, const struct zone_layout *l, uint64_t member,
			       uint64_t *sum)
{
	uint64_t length, array, node, i;
	struct error *err;

	*sum = 0;
	if (kernel_has_symbol(sys->k, "contig_page_data", &node))
		return add_node(sys, l, node, member, sum);
	err = kernel_symbol(sys->k, "node_data", &array);
	if (err)
		return err;
	if (!vmcoreinfo_number(&sys->k->info, "LENGTH(node_data)", 10, &length))
		length = 1;
	for (i = 0; i < length && i < NODES_MAX && !err; i++) {
		err = kmem_u64(&sys->k->mem, array + 8 * i, &node);
		if (!err && node)
			err = add_node(sys, l, node, member, sum);
	}
	return err;
}

static void set_kib(struct sys_value *v, uint64_t pages)
{
	uint64_t kib = pages * PAGE_KIB;

	v->number = (long long)(kib & INT64_MAX);
	buf_addf(&v->text, "%lld KiB", v->number);
}

struct error *sys_memory_total(struct sys *sys, struct sys_value *v)
{
	struct zone_layout l;
	uint64_t addr, pages;
	struct error *err;

	if (kernel_has_symbol(sys->k, "_totalram_pages", &addr)) {
		err = kmem_u64(&sys->k->mem, addr, &pages);
	} else {
		err = layout_fill(sys->k, rows, sizeof(rows) / sizeof(rows[0]), &l);
		if (!err && l.managed_pages == LAYOUT_NONE)
			err = error_new(ERROR_NO, "zone.managed_pages is not known");
		if (!err)
			err = add_nodes(sys, &l, l.managed_pages, &pages);
		v->source = "managed pages of all zones";
	}
	if (!err)
		set_kib(v, pages);
	return err;
}

struct error *sys_memory_free(struct sys *sys, struct sys_value *v)
{
	struct zone_layout l;
	uint64_t pages;
	struct error *err = layout_fill(sys->k, rows, sizeof(rows) / sizeof(rows[0]), &l);

	/* NR_FREE_PAGES is the first counter of a zone. */
	if (!err)
		err = add_nodes(sys, &l, l.vm_stat, &pages);
	if (!err)
		set_kib(v, pages);
	return err;
}
