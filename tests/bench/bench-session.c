/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-session.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "cli/script.h"
#include "cli/session.h"

double bench_command(const char *dump, const char *line, int wanted)
{
	static const volatile int interrupted;
	FILE *nowhere = fopen("/dev/null", "w");
	double start = bench_now();
	struct session s;
	int code;

	if (!nowhere)
		bench_fail("/dev/null");
	session_init(&s, &interrupted);
	s.log.stream = nowhere;
	s.no_rc = true;
	s.dump_path = dump;
	s.out = out_new(nowhere, false);
	if (!s.out)
		bench_fail("output");
	out_set_stream(s.out, nowhere, nowhere);
	code = script_run_line(&s, line);
	session_close(&s);
	start = bench_now() - start;
	fclose(nowhere);
	if (code != wanted) {
		fprintf(stderr, "benchmark: '%s' has ended with %d\n", line, code);
		exit(2);
	}
	return start;
}
