/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/endian.h"
#include "linux-memory.h"

#define SEED	88172645463325252U

static int read_absolute(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct linux_memory *m = arg;

	if (addr >= LINUX_MEMORY || len > LINUX_MEMORY - addr)
		return STORAGE_OUTSIDE;
	memcpy(buf, m->bytes + addr, len);
	return 0;
}

static struct error *get_walk(struct target *t, struct walk **w)
{
	struct linux_memory *m = (struct linux_memory *)(void *)((char *)t -
				 offsetof(struct linux_memory, target));

	*w = &m->walk;
	return NULL;
}

struct linux_memory *linux_memory_new(const char *text)
{
	struct linux_memory *m = calloc(1, sizeof(*m));
	struct walk_storage storage = { .storage = { .arg = m, .read_absolute = read_absolute } };

	assert_non_null(m);
	m->rng = SEED;
	m->ops = (struct target_ops){ .name = "test", .walk = get_walk };
	m->target.ops = &m->ops;
	assert_null(walk_init(&m->walk, &storage, 0));
	assert_null(kmem_init(&m->k.mem, &m->target, &m->interrupted));
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
	walk_deinit(&m->walk);
	free(m);
}

void linux_memory_u64(struct linux_memory *m, uint64_t addr, uint64_t value)
{
	assert_true(addr <= LINUX_MEMORY - 8);
	put_be64(m->bytes + addr, value);
}

void linux_memory_u32(struct linux_memory *m, uint64_t addr, uint32_t value)
{
	assert_true(addr <= LINUX_MEMORY - 4);
	put_be32(m->bytes + addr, value);
}

void linux_memory_u16(struct linux_memory *m, uint64_t addr, uint16_t value)
{
	assert_true(addr <= LINUX_MEMORY - 2);
	put_be16(m->bytes + addr, value);
}

unsigned char *linux_memory_copy(const struct linux_memory *m)
{
	unsigned char *copy = malloc(LINUX_MEMORY);

	assert_non_null(copy);
	memcpy(copy, m->bytes, LINUX_MEMORY);
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
		linux_memory_u64(m, first + linux_memory_random(m) % words * 8, value);
	}
}
