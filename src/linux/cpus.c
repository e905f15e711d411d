/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/cpus.h"

#include "base/endian.h"
#include "linux/layout.h"
#include "linux/lowcore.h"

struct lowcore_layout {
	uint64_t current_task, percpu_offset, last_update_clock;
};

#define ROW(member, optional) \
	{ "lowcore", #member, offsetof(struct lowcore_layout, member), optional }

static const struct layout_row rows[] = {
	ROW(current_task, false), ROW(percpu_offset, true), ROW(last_update_clock, true),
};

static bool is_in_lowcore(uint64_t offset)
{
	return offset == LAYOUT_NONE || offset <= LOWCORE_SIZE - 8;
}

/* Without the kernel's types nothing of it is known. */
static struct error *get_layout(struct kernel *k, struct lowcore_layout *l)
{
	struct error *err;

	*l = (struct lowcore_layout){ LAYOUT_NONE, LAYOUT_NONE, LAYOUT_NONE };
	err = layout_fill(k, rows, sizeof(rows) / sizeof(rows[0]), l);
	if (err)
		return err;
	if (!is_in_lowcore(l->current_task) || !is_in_lowcore(l->percpu_offset) ||
	    !is_in_lowcore(l->last_update_clock))
		return error_new(ERROR_USAGE, "the lowcore in the kernel's types is none");
	return NULL;
}

/* How many elements lowcore_ptr has. */
static struct error *get_length(struct kernel *k, uint64_t *length)
{
	struct error *err = NULL;
	uint64_t addr;
	uint32_t ids = 0;

	if (!vmcoreinfo_number(&k->info, "LENGTH(lowcore_ptr)", 10, length)) {
		err = kernel_symbol(k, "nr_cpu_ids", &addr);
		if (!err)
			err = kmem_u32(&k->mem, addr, &ids);
		*length = ids;
	}
	if (*length > KERNEL_CPUS_MAX)
		*length = KERNEL_CPUS_MAX;
	return err;
}

/*
 * What to take off an address of the identity mapping for an absolute one: 0
 * before Linux 6.10 (commit c98d2ecae08f), and mostly later, too.
 */
static uint64_t identity_base(struct kernel *k)
{
	uint64_t base = 0, addr;

	if (!vmcoreinfo_number(&k->info, "IDENTITYBASE", 16, &base) &&
	    kernel_has_symbol(k, "__identity_base", &addr))
		error_free(kmem_u64(&k->mem, addr, &base));
	return base;
}

/* By its absolute address: at its virtual one our own CPU has, by prefixing, absolute 0. */
static void read_cpu(struct kernel *k, const struct lowcore_layout *l, struct kernel_cpu *cpu)
{
	unsigned char raw[LOWCORE_SIZE];
	struct error *err = linux_lowcore_read(k, cpu->lowcore, raw);

	if (err) {
		error_free(err);
		return;
	}
	if (l->current_task != LAYOUT_NONE)
		cpu->current_task = get_be64(raw + l->current_task);
	if (l->percpu_offset != LAYOUT_NONE)
		cpu->percpu_offset = get_be64(raw + l->percpu_offset);
	if (l->last_update_clock != LAYOUT_NONE)
		cpu->last_update_clock = get_be64(raw + l->last_update_clock);
}

struct error *kernel_cpus(struct kernel *k, struct kernel_cpu *cpus, size_t *nr)
{
	unsigned char raw[8 * KERNEL_CPUS_MAX];
	struct lowcore_layout layout;
	uint64_t array, length, base, i;
	struct error *err;

	*nr = 0;
	err = kernel_symbol(k, "lowcore_ptr", &array);
	if (!err)
		err = get_length(k, &length);
	if (err)
		return err;
	err = get_layout(k, &layout);
	if (err && err->kind == ERROR_NO) {
		error_free(err);
		err = NULL;
	}
	if (!err)
		err = kmem_read(&k->mem, array, raw, 8 * length);
	if (err)
		return err;
	base = identity_base(k);
	for (i = 0; i < length; i++) {
		if (!get_be64(raw + 8 * i))
			continue;
		cpus[*nr] = (struct kernel_cpu){
			.cpu = (unsigned int)i, .lowcore = get_be64(raw + 8 * i) - base,
		};
		read_cpu(k, &layout, &cpus[(*nr)++]);
	}
	return NULL;
}

struct error *kernel_current(struct kernel *k, uint64_t *task)
{
	struct lowcore_layout layout;
	unsigned char raw[8];
	struct error *err = get_layout(k, &layout);

	if (!err)
		err = kmem_read_real(&k->mem, layout.current_task, raw, sizeof(raw));
	if (!err)
		*task = get_be64(raw);
	return err;
}
