/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the benchmarks share: clock, medians, lines for table.py. */
#ifndef S390MEMCTL_TESTS_BENCH_H
#define S390MEMCTL_TESTS_BENCH_H

#include <stdint.h>

#include "base/error.h"

#define BENCH_ROUNDS_MAX 99
#define BENCH_MIB 0x100000ULL

/* Print what, a colon and why; exit with 2. */
_Noreturn void bench_die(const char *what, const char *why);
/* The same with the meaning of errno. */
_Noreturn void bench_fail(const char *what);
/* The same with the message of err, if it is one. */
void bench_check(struct error *err, const char *what);
void bench_sleep(long ns);
/* Seconds that this process has had of a CPU: the machine may have other work. */
double bench_now(void);
/* The middle one of count (1 or more) values, which are sorted by it. */
double bench_median(double *values, unsigned int count);
/* The next of a sequence of random numbers, the same in each run. */
uint64_t bench_random(void);
/* The number of rounds that a word of the command line tells, def if it is NULL; exits for a wrong one. */
unsigned int bench_rounds(const char *word, unsigned int def);

/*
 * One line of the table: how fast ours and the peer do a thing, in a unit of which
 * more is better; target: the least quotient that is wanted. theirs 0: the peer is
 * not here.
 */
void bench_speed(const char *what, const char *peer, double ours, double theirs, const char *unit,
		 double target);
/*
 * A remark: how cost grows with size, from seconds for small, medium and large
 * amounts of it, each 8 times the one before.
 */
void bench_growth(const char *what, const char *sizes, const double seconds[3]);

#endif
