/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.c: what a case was about, in figures and in words */
#ifndef DIFFERENTIAL_REPORT_H
#define DIFFERENTIAL_REPORT_H

#include "differential.h"

/*
 * The outcome of the check of a range when every step is recorded:
 * a program-interruption code, 0, or -errno.
 */
int trace_code(const struct case_data *c, bool store, int key);

/* Count what the case was about. code: the kernel's. */
void tally_facts(const struct case_data *c, bool store, int key, int code, struct tally *tally);

/* Print a difference and all about the case; always false. */
bool report_difference(const struct case_data *c, const char *what, int key, int kernel_code,
		       uint64_t kernel_teid, unsigned int kernel_id, int our_code,
		       uint64_t our_teid, unsigned int our_id);

/* Two ways of ours that do not agree; always false. */
bool report_ours(const struct case_data *c, const char *way, int plain, int other);

#endif
