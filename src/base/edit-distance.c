/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/edit-distance.h"

#include <string.h>

#define ROW (EDIT_DISTANCE_NAME_MAX + 1)

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

unsigned int edit_distance(const char *a, size_t la, const char *b, size_t lb,
			   unsigned int max)
{
	/* Distances of the prefixes of b from three prefixes of a, each one longer. */
	unsigned int rows[3][ROW], *before = rows[0], *last = rows[1], *now = rows[2], *old;
	unsigned int least, least_before = 0;
	size_t i, j;

	if (la > EDIT_DISTANCE_NAME_MAX || lb > EDIT_DISTANCE_NAME_MAX)
		return max + 1;
	if ((la > lb ? la - lb : lb - la) > max)
		return max + 1;
	memset(before, 0, sizeof(rows[0]));
	for (j = 0; j <= lb; j++)
		last[j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		least = now[0] = (unsigned int)i;
		for (j = 1; j <= lb; j++) {
			now[j] = min(min(now[j - 1], last[j]) + 1,
				     last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min(now[j], before[j - 2] + 1);
			least = min(least, now[j]);
		}
		/* A row comes from the two before it and is nowhere less than both. */
		if (least > max && least_before > max)
			return max + 1;
		least_before = least;
		old = before;
		before = last;
		last = now;
		now = old;
	}
	return last[lb] > max ? max + 1 : last[lb];
}
