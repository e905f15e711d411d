/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/stack-memory.h"

#include <string.h>

#include "base/endian.h"

static const struct stack_copy *find_copy(struct stack_memory *m, uint64_t base)
{
	struct stack_copy *copy;
	unsigned int i;

	for (i = 0; i < m->count; i++) {
		if (m->copies[i].base == base)
			return &m->copies[i];
	}
	if (m->count == STACKS_MAX)
		return NULL;
	copy = &m->copies[m->count++];
	copy->base = base;
	copy->len = kmem_read_some(m->mem, base, copy->data, STACK_SIZE);
	return copy;
}

bool stack_read(struct stack_memory *m, uint64_t addr, void *buf, size_t len)
{
	const struct stack_copy *copy;
	uint64_t offset;

	copy = find_copy(m, stack_base(addr));
	offset = addr - stack_base(addr);
	if (!copy || len > copy->len || offset > copy->len - len)
		return false;
	memcpy(buf, copy->data + offset, len);
	return true;
}

bool stack_word(void *memory, uint64_t addr, uint64_t *value)
{
	unsigned char raw[8];

	if (!stack_read(memory, addr, raw, sizeof(raw)))
		return false;
	*value = get_be64(raw);
	return true;
}
