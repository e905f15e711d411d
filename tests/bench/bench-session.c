/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-session.h"

#include <stdlib.h>

#include "bench.h"
#include "cli/script.h"

void bench_session_begin(struct bench_session *b, const char *dump)
{
	static const volatile int interrupted;

	b->nowhere = fopen("/dev/null", "w");
	if (!b->nowhere)
		bench_fail("/dev/null");
	session_init(&b->s, &interrupted);
	b->s.log.stream = b->nowhere;
	b->s.no_rc = true;
	b->s.dump_path = dump;
	b->s.out = out_new(b->nowhere, false);
	if (!b->s.out)
		bench_fail("output");
	out_set_stream(b->s.out, b->nowhere, b->nowhere);
}

double bench_session_run(struct bench_session *b, const char *line, int wanted)
{
	double start = bench_now();
	int code = script_run_line(&b->s, line);

	if (code != wanted) {
		fprintf(stderr, "benchmark: '%s' has ended with %d\n", line, code);
		exit(2);
	}
	return bench_now() - start;
}

void bench_session_end(struct bench_session *b)
{
	session_close(&b->s);
	fclose(b->nowhere);
}

double bench_command(const char *dump, const char *line, int wanted)
{
	double start = bench_now();
	struct bench_session b;

	bench_session_begin(&b, dump);
	bench_session_run(&b, line, wanted);
	bench_session_end(&b);
	return bench_now() - start;
}
