/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/lowcore.h"

#include <stdlib.h>
#include <string.h>

#include "linux/layout.h"

/* Of kernels since 5.10; not each has them all. arch/s390/include/asm/lowcore.h. */
static const struct {
	const char *name;
	bool is_address;
	uint16_t fixed;		/* offset in all kernels, for tools that read dumps; or 0 */
} members[] = {
	{ "save_area_sync", false, 0 },
	{ "return_psw", false, 0 },
	{ "return_mcck_psw", false, 0 },
	{ "last_break", true, 0 },
	{ "sync_enter_timer", false, 0 },
	{ "mcck_enter_timer", false, 0 },
	{ "exit_timer", false, 0 },
	{ "sys_enter_timer", false, 0 },
	{ "user_timer", false, 0 },
	{ "guest_timer", false, 0 },
	{ "system_timer", false, 0 },
	{ "hardirq_timer", false, 0 },
	{ "softirq_timer", false, 0 },
	{ "steal_timer", false, 0 },
	{ "avg_steal_timer", false, 0 },
	{ "last_update_timer", false, 0 },
	{ "last_update_clock", false, 0 },
	{ "int_clock", false, 0 },
	{ "mcck_clock", false, 0 },
	{ "clock_comparator", false, 0 },
	{ "boot_clock", false, 0 },
	{ "current_task", true, 0 },
	{ "kernel_stack", true, 0 },
	{ "async_stack", true, 0 },
	{ "nodat_stack", true, 0 },
	{ "restart_stack", true, 0 },
	{ "mcck_stack", true, 0 },
	{ "restart_fn", true, 0 },
	{ "restart_data", false, 0 },
	{ "restart_source", false, 0 },
	{ "restart_flags", false, 0 },
	{ "kernel_asce", false, 0 },
	{ "user_asce", false, 0 },
	{ "lpp", false, 0 },
	{ "current_pid", false, 0 },
	{ "cpu_nr", false, 0 },
	{ "softirq_pending", false, 0 },
	{ "preempt_count", false, 0 },
	{ "spinlock_lockval", false, 0 },
	{ "spinlock_index", false, 0 },
	{ "fpu_flags", false, 0 },
	{ "percpu_offset", false, 0 },
	{ "pcpu", true, 0 },
	{ "machine_flags", false, 0 },
	{ "gmap", true, 0 },
	{ "ipib", false, 0x0e00 },
	{ "ipib_checksum", false, 0x0e08 },
	{ "vmcore_info", false, 0x0e0c },
	{ "os_info", false, 0x0e18 },
};

static int compare_offsets(const void *a, const void *b)
{
	const struct linux_lowcore_field *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static bool is_number(uint64_t offset, uint64_t size)
{
	return (size == 1 || size == 2 || size == 4 || size == 8) && offset <= LOWCORE_SIZE - size;
}

void linux_lowcore_fields(struct kernel *k, struct linux_lowcore_field *fields, size_t *count,
			  struct error **missing)
{
	uint64_t offset, size;
	struct types *types;
	struct error *err;
	size_t i;

	_Static_assert(sizeof(members) / sizeof(members[0]) <= LINUX_LOWCORE_MAX, "room");
	*count = 0;
	*missing = kernel_types(k, &types);
	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		offset = members[i].fixed;
		size = members[i].fixed == 0x0e08 ? 4 : 8;
		err = NULL;
		if (!*missing)
			err = layout_member(k, "lowcore", members[i].name, &offset, &size);
		else if (!offset)
			continue;
		if (!err && is_number(offset, size))
			fields[(*count)++] = (struct linux_lowcore_field){
				.name = members[i].name, .is_address = members[i].is_address,
				.is_absolute = members[i].fixed != 0,
				.offset = (uint16_t)offset, .length = (uint8_t)size,
			};
		error_free(err);
	}
	qsort(fields, *count, sizeof(*fields), compare_offsets);
}

uint64_t linux_lowcore_number(const struct linux_lowcore_field *field, const void *lowcore)
{
	const struct lowcore_field as_lowcore = { .offset = field->offset, .length = field->length };

	return lowcore_number(&as_lowcore, lowcore);
}

const struct linux_lowcore_field *linux_lowcore_find(const struct linux_lowcore_field *fields,
						     size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	}
	return NULL;
}

struct error *linux_lowcore_read(struct kernel *k, uint64_t prefix, void *lowcore)
{
	return kmem_read_absolute(&k->mem, prefix, lowcore, LOWCORE_SIZE);
}
