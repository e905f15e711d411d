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
	for (next = now(); ; next += TICK) {
		while (now() < next) {
			count_until(now() + BUSY);
			nanosleep(&pause, NULL);
		}
		printf("L2 tick %u\n", ++ticks);
	}
}
