/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * l2prog: what runs in the guest of the nested bed.
 *
 * It has two pages at fixed addresses, for s390memctl to read and write:
 *
 *	0x10000000	a text
 *	0x10000100	a 64-bit counter that always grows
 *	0x10001000	4096 bytes of scratch area, zeros, which it leaves alone
 *
 * Its access registers 2 to 15, which compilers do not use, hold a pattern; that one of
 * them has changed is told at the next tick, and in every one from then on.
 *
 * Most of its time it computes in the problem state, where these addresses
 * are those of the primary space; every two seconds it prints a line.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define USER_PAGE ((char *)0x10000000)
#define COUNTER ((volatile uint64_t *)0x10000100)
#define TEXT "s390memctl user page of L2: hello from the problem state"

#define MS 1000000LL		/* nanoseconds */
#define BUSY (150 * MS)
#define PAUSE (20 * MS)
#define TICK (2000 * MS)

/* a0 and a1 are the thread pointer. */
#define EACH_ACCESS_REGISTER(do) \
	do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15)
#define PATTERN(n) (0xa5000000U + 0x11111U * (n))
#define SET(n) __asm__ volatile("sar %%a" #n ",%0" : : "d"(PATTERN(n)));
#define CHECK(n) do { \
	unsigned int ar; \
	__asm__ volatile("ear %0,%%a" #n : "=d"(ar)); \
	if (ar != PATTERN(n)) \
		changed = n; \
} while (0);

static unsigned int changed;	/* number of such an access register */

static void set_access_registers(void)
{
	EACH_ACCESS_REGISTER(SET)
}

static void check_access_registers(void)
{
	EACH_ACCESS_REGISTER(CHECK)
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static void count_until(int64_t end)
{
	int i;

	while (now() < end)
		for (i = 0; i < 1000; i++)
			++*COUNTER;
	check_access_registers();
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	unsigned int ticks = 0;
	int64_t next;
	char *page;

	page = mmap(USER_PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (page != USER_PAGE || mlock(page, 2 * PAGE)) {
		perror("l2prog: the pages");
		return 1;
	}
	memset(page, 0, 2 * PAGE);
	strcpy(page, TEXT);
	setvbuf(stdout, NULL, _IOLBF, 0);
	set_access_registers();
	for (next = now(); ; next += TICK) {
		while (now() < next) {
			count_until(now() + BUSY);
			nanosleep(&pause, NULL);
		}
		if (changed)
			printf("L2 access register %u has changed\n", changed);
		printf("L2 tick %u\n", ++ticks);
	}
}
