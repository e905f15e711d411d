/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command of s390memctl, run inside of a benchmark. */
#ifndef S390MEMCTL_TESTS_BENCH_SESSION_H
#define S390MEMCTL_TESTS_BENCH_SESSION_H

/*
 * Open the dump, run a line of a script on it with its output thrown away, close
 * the dump: how many seconds that took. The program ends if the exit code is not the
 * wanted one.
 */
double bench_command(const char *dump, const char *line, int wanted);

#endif
