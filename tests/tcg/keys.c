/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest without an operating system, which gives 512 blocks from 1 MiB on
 * storage keys that tell their number, and spins for ever.
 */
#define BLOCK	4096UL
#define FIRST	0x100000UL
#define BLOCKS	512UL

void start(void)
{
	unsigned long i;

	/* ACC of the number's lowest digit, F of bit 4. */
	for (i = 0; i < BLOCKS; i++) {
		unsigned long key = (i & 0xf) << 4 | (i >> 4 & 1) << 3;

		__asm__ volatile("sske %0,%1" : : "d"(key), "d"(FIRST + i * BLOCK) : "memory");
	}
	for (;;)
		__asm__ volatile("" : : : "memory");
}
