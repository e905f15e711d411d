/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dump-probe DUMP CPU: answers questions about a dump, one a line of stdin.
 *
 *	translate SPACE ADDR	absolute address and 8 bytes, or the exception code
 *	runs SPACE FROM TO	"FROM TO ABSOLUTE" of each run of mapped addresses,
 *				then "end"
 *
 * Numbers are hexadecimal. An error ends it with status 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "target/dump/image.h"

static void die(struct error *err)
{
	fprintf(stderr, "dump-probe: %s\n", err->message);
	exit(1);
}

static void open_space(struct dump *d, enum space space, struct address_space *as)
{
	const struct translation_context context = {
		.regs = &d->walk.regs,
		.storage = &d->walk.storage.storage,
		.facilities = FACILITY_ALL,
		.tlb = &d->walk.tlb,
	};
	const struct reference reference = REFERENCE_INIT(space, REFERENCE_FETCH);

	address_space_open(as, &context, &reference);
}

static void answer_translate(struct dump *d, enum space space, uint64_t addr)
{
	struct access a = ACCESS_INIT(addr);
	struct address_space as;
	struct translation t;
	unsigned char data[8];
	struct error *err;
	size_t done;

	open_space(d, space, &as);
	if (!translate(&as, addr, &t)) {
		printf("code %x\n", t.code);
		return;
	}
	a.space = space;
	err = d->t.ops->read(&d->t, &a, data, sizeof(data), &done);
	if (err)
		die(err);
	printf("%" PRIx64 " %016" PRIx64 "\n", t.absolute, get_be64(data));
}

static void answer_runs(struct dump *d, enum space space, uint64_t from, uint64_t to)
{
	struct address_space as;
	struct translation t;

	open_space(d, space, &as);
	while (from < to) {
		if (translate_run(&as, from, to - from, &t))
			printf("%" PRIx64 " %" PRIx64 " %" PRIx64 "\n", from, from + t.length, t.absolute);
		if (from + t.length < from)
			break;
		from += t.length;
	}
	printf("end\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct log log = { .stream = stderr };
	const struct dump_options opt = { .log = &log };
	struct target *target;
	char line[256], verb[16], name[16];
	uint64_t from, to;
	struct error *err;
	int space, n;

	if (argc != 3)
		return 64;
	err = dump_open(argv[1], atoi(argv[2]), &opt, &target);
	if (err)
		die(err);
	while (fgets(line, sizeof(line), stdin)) {
		n = sscanf(line, "%15s %15s %" SCNx64 " %" SCNx64, verb, name, &from, &to);
		space = n >= 3 ? space_parse(name) : -1;
		if (space >= 0 && !strcmp(verb, "translate"))
			answer_translate(dump_of(target), (enum space)space, from);
		else if (space >= 0 && n == 4 && !strcmp(verb, "runs"))
			answer_runs(dump_of(target), (enum space)space, from, to);
		else
			return 64;
	}
	return target->ops->close(target) ? 1 : 0;
}
