/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Big-endian reads and writes at any alignment. Guest data is always
 * big-endian, whatever the host is: no other way to look at it is used.
 */
#ifndef S390MEMCTL_BASE_ENDIAN_H
#define S390MEMCTL_BASE_ENDIAN_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* The 16-bit big-endian number at p. */
static inline uint16_t get_be16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

/* The 32-bit big-endian number at p. */
static inline uint32_t get_be32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

/* The 64-bit big-endian number at p. */
static inline uint64_t get_be64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

/* Store a 16-bit number big-endian at p. */
static inline void put_be16(void *p, uint16_t v)
{
	v = htobe16(v);
	memcpy(p, &v, sizeof(v));
}

/* Store a 32-bit number big-endian at p. */
static inline void put_be32(void *p, uint32_t v)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

/* Store a 64-bit number big-endian at p. */
static inline void put_be64(void *p, uint64_t v)
{
	v = htobe64(v);
	memcpy(p, &v, sizeof(v));
}

#endif
