/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types that test-types.c looks up in its own DWARF, and in that of this file by other compilers' options. */
#include <stdint.h>

enum sample_state { SAMPLE_RUNNING, SAMPLE_SLEEPING = 5, SAMPLE_DEAD = -3 };
extern enum { SAMPLE_ANONYMOUS = 4711 } sample_anonymous;
typedef const volatile unsigned long sample_number;
typedef sample_number sample_numbers[3];

struct sample_opaque;

struct sample_inner {
	char first;
	struct sample_inner *next;
};

struct sample {
	char name[16];
	union {
		int alone;
		struct {
			short low;
			short high;
		};
	};
	unsigned int one:1;
	unsigned int five:5;
	signed int nine:9;
	uint64_t far:40;
	enum sample_state state;
	struct sample_inner inner;
	sample_numbers numbers;
	int matrix[2][3];
	int (*call)(struct sample *, const char *, int);
	struct sample_opaque *hidden;
	char tail[];
};

struct sample sample_variable;
__typeof__(sample_anonymous) sample_anonymous;
extern int sample_declared[];
int sample_declared[] = { 1, 2, 3, 4 };
