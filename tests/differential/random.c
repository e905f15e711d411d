/* SPDX-License-Identifier: GPL-3.0-or-later */
/* splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators"). */
#include "differential.h"

uint64_t random64(struct prng *prng)
{
	uint64_t z = prng->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void prng_seed(struct prng *prng, uint64_t seed, uint64_t stream)
{
	prng->state = seed;
	prng->state = random64(prng) ^ stream;
	prng->state = random64(prng);
}

uint64_t random_below(struct prng *prng, uint64_t limit)
{
	return random64(prng) % limit;
}

bool random_percent(struct prng *prng, unsigned int percent)
{
	return random_below(prng, 100) < percent;
}
