/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/addr-set.h"

#include <stdlib.h>

#define SIZE_FIRST	256U
#define GOLDEN_RATIO	0x9e3779b97f4a7c15U	/* include/linux/hash.h's kind of hash */

/* The slot of an address: that with it, or the free one where it belongs. */
static size_t find_slot(const uint64_t *slots, size_t size, uint64_t addr)
{
	size_t i = (size_t)((addr * GOLDEN_RATIO) >> 20) & (size - 1);

	while (slots[i] && slots[i] != addr)
		i = (i + 1) & (size - 1);
	return i;
}

static bool grow(struct addr_set *s)
{
	size_t size = s->size ? 2 * s->size : SIZE_FIRST, i;
	uint64_t *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return false;
	for (i = 0; i < s->size; i++)
		if (s->slots[i])
			slots[find_slot(slots, size, s->slots[i])] = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->size = size;
	return true;
}

bool addr_set_add(struct addr_set *s, uint64_t addr)
{
	size_t i;

	if (2 * (s->nr + 1) > s->size && !grow(s)) {
		s->failed = true;
		return false;
	}
	i = find_slot(s->slots, s->size, addr);
	if (s->slots[i] || !addr)
		return false;
	s->slots[i] = addr;
	s->nr++;
	return true;
}

bool addr_set_has(const struct addr_set *s, uint64_t addr)
{
	return s->size && addr && s->slots[find_slot(s->slots, s->size, addr)];
}

void addr_set_free(struct addr_set *s)
{
	free(s->slots);
	*s = (struct addr_set){ .slots = NULL };
}
