/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/name-hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FIRST_ROOM 1024U

/* The random bytes that the kernel gives each process. */
static void random_seed(uint64_t seed[2])
{
	const void *bytes = (const void *)getauxval(AT_RANDOM);

	seed[0] = 0xcbf29ce484222325ULL;
	seed[1] = 0x100000001b3ULL;
	if (bytes)
		memcpy(seed, bytes, 2 * sizeof(*seed));
}

uint32_t name_hash_of(const char *name, unsigned int kind)
{
	uint64_t seed[2], hash;

	random_seed(seed);
	hash = (seed[0] ^ kind) * (seed[1] | 1);
	for (; *name; name++) {
		hash = (hash ^ (unsigned char)*name) * (seed[1] | 1);
		hash ^= hash >> 32;
	}
	return (uint32_t)(hash >> 16);
}

static bool grow_array(uint32_t **array, uint32_t room)
{
	uint32_t *bigger = realloc(*array, room * sizeof(*bigger));

	if (bigger)
		*array = bigger;
	return bigger;
}

static void chain(struct name_hash *h, uint32_t n)
{
	uint32_t *head = &h->heads[h->hashes[n] & (h->buckets - 1)];

	h->next[n] = *head;
	*head = n;
}

static bool grow(struct name_hash *h)
{
	uint32_t n, room = h->room ? h->room * 2 : FIRST_ROOM;

	if (h->room >= UINT32_MAX / 4 || !grow_array(&h->next, room) ||
	    !grow_array(&h->hashes, room) || !grow_array(&h->heads, room))
		return false;
	h->room = room;
	h->buckets = room;
	memset(h->heads, 0xff, room * sizeof(*h->heads));
	for (n = 0; n < h->count; n++)
		chain(h, n);
	return true;
}

bool name_hash_add(struct name_hash *h, uint32_t hash)
{
	if (h->count == h->room && !grow(h))
		return false;
	h->hashes[h->count] = hash;
	chain(h, h->count++);
	return true;
}

static uint32_t skip_others(const struct name_hash *h, uint32_t n, uint32_t hash)
{
	while (n != NAME_HASH_END && h->hashes[n] != hash)
		n = h->next[n];
	return n;
}

uint32_t name_hash_first(const struct name_hash *h, uint32_t hash)
{
	if (!h->buckets)
		return NAME_HASH_END;
	return skip_others(h, h->heads[hash & (h->buckets - 1)], hash);
}

uint32_t name_hash_next(const struct name_hash *h, uint32_t n)
{
	return skip_others(h, h->next[n], h->hashes[n]);
}

void name_hash_free(struct name_hash *h)
{
	free(h->heads);
	free(h->next);
	free(h->hashes);
	*h = (struct name_hash){ .count = 0 };
}
