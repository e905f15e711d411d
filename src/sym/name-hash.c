/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/name-hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define FIRST_ROOM 1024U

/* Four of the random bytes that the kernel gives each process. */
static uint32_t random_seed(void)
{
	const unsigned char *bytes = (const unsigned char *)getauxval(AT_RANDOM);
	uint32_t seed = 0;

	if (bytes)
		memcpy(&seed, bytes + 8, sizeof(seed));
	return seed;
}

uint32_t name_hash_of(const char *name, unsigned int kind)
{
	uint32_t hash = 2166136261U ^ kind ^ random_seed();

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619U;
	return hash;
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
