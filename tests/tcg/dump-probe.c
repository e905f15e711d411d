/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dump-probe -d DUMP | -q SOCKET [-p PID] CPU: answers questions about a dump,
 * or a guest by QMP, one a line of stdin.
 *
 *	translate SPACE ADDR	absolute address and 8 bytes, or the exception code
 *	runs SPACE FROM TO	"FROM TO ABSOLUTE" of each run of mapped addresses,
 *				then "end"
 *	keys FROM COUNT		storage keys of 4 KiB blocks, two digits each
 *
 * Numbers are hexadecimal. An error ends it with status 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/endian.h"
#include "target/dump/dump.h"
#include "target/qmp/qmp.h"
#include "target/walk.h"

static void die(struct error *err)
{
	fprintf(stderr, "dump-probe: %s\n", err->message);
	exit(1);
}

static struct walk *open_space(struct target *target, enum space space, struct address_space *as)
{
	const struct reference reference = REFERENCE_INIT(space, REFERENCE_FETCH);
	struct translation_context context;
	struct error *err;
	struct walk *w;

	err = target->ops->walk(target, &w);
	if (err)
		die(err);
	context = (struct translation_context){
		.regs = &w->regs,
		.storage = &w->storage.storage,
		.facilities = FACILITY_ALL,
		.tlb = &w->tlb,
	};
	address_space_open(as, &context, &reference);
	return w;
}

static void answer_translate(struct target *target, enum space space, uint64_t addr)
{
	struct access a = ACCESS_INIT(addr);
	struct address_space as;
	struct translation t;
	unsigned char data[8];
	struct error *err;
	struct walk *w;
	size_t done;

	w = open_space(target, space, &as);
	if (!translate(&as, addr, &t)) {
		printf("code %x\n", t.code);
		return;
	}
	a.space = space;
	err = walk_read(w, &a, data, sizeof(data), &done);
	if (err)
		die(err);
	printf("%" PRIx64 " %016" PRIx64 "\n", t.absolute, get_be64(data));
}

static void answer_runs(struct target *target, enum space space, uint64_t from, uint64_t to)
{
	struct address_space as;
	struct translation t;

	open_space(target, space, &as);
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

static void answer_keys(struct target *target, uint64_t from, size_t count)
{
	uint8_t *keys = calloc(count, 1);
	struct error *err;
	size_t i, done;

	if (!keys)
		die(error_nomem());
	err = target->ops->keys(target, from, count, keys, &done);
	if (err) {
		/* A guest that uses no keys yet is no rare case: leave nothing behind. */
		error_free(target->ops->close(target));
		die(err);
	}
	for (i = 0; i < done; i++)
		printf("%02x", keys[i]);
	printf("\n");
	free(keys);
}

static int answer(struct target *target, const char *line)
{
	char verb[16], name[16];
	uint64_t from, to;
	int space, n;

	if (sscanf(line, "keys %" SCNx64 " %" SCNx64, &from, &to) == 2) {
		answer_keys(target, from, (size_t)to);
		return 0;
	}
	n = sscanf(line, "%15s %15s %" SCNx64 " %" SCNx64, verb, name, &from, &to);
	space = n >= 3 ? space_parse(name) : -1;
	if (space >= 0 && !strcmp(verb, "translate"))
		answer_translate(target, (enum space)space, from);
	else if (space >= 0 && n == 4 && !strcmp(verb, "runs"))
		answer_runs(target, (enum space)space, from, to);
	else
		return 64;
	return 0;
}

int main(int argc, char **argv)
{
	struct log log = { .stream = stderr };
	const struct dump_options dump_opt = { .log = &log };
	struct qmp_options qmp_opt = { .log = &log };
	const char *dump = NULL, *socket = NULL;
	struct target *target;
	struct error *err;
	char line[256];
	int option;

	while ((option = getopt(argc, argv, "d:q:p:")) != -1) {
		if (option == 'd')
			dump = optarg;
		else if (option == 'q')
			socket = optarg;
		else if (option == 'p')
			qmp_opt.pid = atoi(optarg);
		else
			return 64;
	}
	if (!dump == !socket || optind != argc - 1)
		return 64;
	err = dump ? dump_open(dump, atoi(argv[optind]), &dump_opt, &target) :
		     qmp_attach(socket, atoi(argv[optind]), &qmp_opt, &target);
	if (err)
		die(err);
	while (fgets(line, sizeof(line), stdin)) {
		if (answer(target, line))
			return 64;
	}
	return target->ops->close(target) ? 1 : 0;
}
