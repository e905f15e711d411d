/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "linux-memory.h"

#define SEED	88172645463325252U

struct linux_memory *linux_memory_new(const char *text)
{
	struct linux_memory *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->rng = SEED;
	fake_guest_init(&m->guest, LINUX_MEMORY);
	assert_null(kmem_init(&m->k.mem, &m->guest.target, &m->interrupted));
	m->k.info.text = strdup(text);
	assert_non_null(m->k.info.text);
	m->k.info.len = strlen(text);
	m->k.symbols = symbols_new();
	assert_non_null(m->k.symbols);
	return m;
}

void linux_memory_free(struct linux_memory *m)
{
	symbols_free(m->k.symbols);
	vmcoreinfo_free(&m->k.info);
	kmem_deinit(&m->k.mem);
	fake_guest_free(&m->guest);
	free(m);
}

unsigned char *linux_memory_copy(const struct linux_memory *m)
{
	unsigned char *copy = malloc(LINUX_MEMORY);

	assert_non_null(copy);
	memcpy(copy, m->guest.memory, LINUX_MEMORY);
	return copy;
}

/* xorshift64 */
uint64_t linux_memory_random(struct linux_memory *m)
{
	m->rng ^= m->rng << 13;
	m->rng ^= m->rng >> 7;
	m->rng ^= m->rng << 17;
	return m->rng;
}

void linux_memory_damage(struct linux_memory *m, uint64_t first, uint64_t last, size_t count)
{
	uint64_t words = (last - first) / 8, value;

	while (count--) {
		switch (linux_memory_random(m) % 4) {
		case 0:
			value = linux_memory_random(m);
			break;
		case 1:
			value = linux_memory_random(m) % 256;
			break;
		case 2:
			value = UINT64_MAX - linux_memory_random(m) % 256;
			break;
		default:
			value = first + linux_memory_random(m) % words * 8;
		}
		fake_guest_put64(&m->guest, first + linux_memory_random(m) % words * 8, value);
	}
}
