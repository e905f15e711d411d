/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void bench_die(const char *what, const char *why)
{
	fprintf(stderr, "benchmark: %s: %s\n", what, why);
	exit(2);
}

void bench_fail(const char *what)
{
	bench_die(what, strerror(errno));
}

void bench_check(struct error *err, const char *what)
{
	if (err)
		bench_die(what, err->message);
}

void bench_sleep(long ns)
{
	const struct timespec ts = { .tv_nsec = ns };

	nanosleep(&ts, NULL);
}

double bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

uint64_t bench_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

unsigned int bench_rounds(const char *word, unsigned int def)
{
	int rounds = word ? atoi(word) : (int)def;

	if (rounds < 1 || rounds > BENCH_ROUNDS_MAX) {
		fprintf(stderr, "benchmark: 1 to %d rounds\n", BENCH_ROUNDS_MAX);
		exit(64);
	}
	return (unsigned int)rounds;
}

void bench_speed(const char *what, const char *peer, double ours, double theirs, const char *unit,
		 double target)
{
	if (theirs > 0)
		printf("%s\t%s\t%.3g %s\t%.3g %s\t%.3g\t>= %g\n", what, peer, ours, unit, theirs, unit,
		       ours / theirs, target);
	else
		printf("%s\t%s\t%.3g %s\t-\t-\t>= %g\n", what, peer, ours, unit, target);
	fflush(stdout);
}

void bench_growth(const char *what, const char *sizes, const double seconds[3])
{
	printf("# %s of %s: %.3g, %.3g, %.3g ms: exponent %.2f\n", what, sizes, seconds[0] * 1e3,
	       seconds[1] * 1e3, seconds[2] * 1e3, log(seconds[2] / seconds[0]) / log(64));
	fflush(stdout);
}
