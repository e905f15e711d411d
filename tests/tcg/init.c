/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only process of a guest that is to be dumped: it maps some memory, with
 * holes, says so on the console, and spins in user code for ever. No libc.
 */
#define NR_WRITE	4
#define NR_MMAP		90
#define PAGE		4096UL
#define PAGES		1024UL		/* 4 MiB: several page tables */

/* The system call takes its six arguments in memory. */
struct mmap_args {
	unsigned long addr, len, prot, flags, fd, offset;
};

static char text[] = "memory mapped\n";
volatile unsigned long rounds;

static long call(long nr, long a, long b, long c)
{
	register long r1 __asm__("1") = nr;
	register long r2 __asm__("2") = a;
	register long r3 __asm__("3") = b;
	register long r4 __asm__("4") = c;

	__asm__ volatile("svc 0" : "+d"(r2) : "d"(r1), "d"(r3), "d"(r4) : "memory");
	return r2;
}

void start(void)
{
	struct mmap_args args = { 0, PAGES * PAGE, 3, 0x22, -1UL, 0 };
	unsigned long *area = (unsigned long *)call(NR_MMAP, (long)&args, 0, 0);
	unsigned long i;

	/* Two of three pages are touched, each with its own number. */
	for (i = 0; i < PAGES; i++)
		if (i % 3)
			area[i * PAGE / sizeof(*area)] = 0xabcd000000000000UL + i;
	call(NR_WRITE, 1, (long)text, sizeof(text) - 1);
	for (;;)
		rounds++;
}
