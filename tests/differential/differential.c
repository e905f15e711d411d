/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * differential [OPTION]... [CASES]
 *
 *	--seed N	the seed (default: from the clock); printed
 *	--vm N		only the VM with that number, of those that the seed makes
 *	--no-ar		no vCPU in access-register mode (kernels with the bug that
 *			commit 01be7f53dfc2 mends answer wrongly, and spoil the guest's
 *			access registers)
 *	--quiet		no table of figures
 *
 * Exit status: 0 no differences and every exception seen; 1 not so; 2 the VM
 * cannot be made.
 */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arch/pgm.h"
#include "differential.h"

#define CASES_PER_VM	1000
#define DEFAULT_CASES	100000

/* Everything that KVM_S390_MEM_OP can answer; with "ar", in access-register mode only. */
static const struct {
	uint16_t code;
	bool ar;
} expected_codes[] = {
	{ 0, false },
	{ PGM_PROTECTION, false },
	{ PGM_ADDRESSING, false },
	{ PGM_SEGMENT_TRANSLATION, false },
	{ PGM_PAGE_TRANSLATION, false },
	{ PGM_TRANSLATION_SPEC, false },
	{ PGM_ALET_SPECIFICATION, true },
	{ PGM_ALEN_TRANSLATION, true },
	{ PGM_ALE_SEQUENCE, true },
	{ PGM_ASTE_VALIDITY, true },
	{ PGM_ASTE_SEQUENCE, true },
	{ PGM_EXTENDED_AUTHORITY, true },
	{ PGM_ASCE_TYPE, false },
	{ PGM_REGION_FIRST, false },
	{ PGM_REGION_SECOND, false },
	{ PGM_REGION_THIRD, false },
};

struct options {
	uint64_t seed;
	uint64_t cases;
	int64_t vm;		/* -1: all */
	bool ar;
	bool quiet;
};

static bool parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "vm", required_argument, NULL, 'v' },
		{ "no-ar", no_argument, NULL, 'a' },
		{ "quiet", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 }
	};
	struct timespec ts;
	int c;

	clock_gettime(CLOCK_REALTIME, &ts);
	*o = (struct options){ .seed = ts.tv_sec ^ (uint64_t)ts.tv_nsec << 20,
			       .cases = DEFAULT_CASES, .vm = -1, .ar = true };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 's')
			o->seed = strtoull(optarg, NULL, 0);
		else if (c == 'v')
			o->vm = strtoll(optarg, NULL, 0);
		else if (c == 'a')
			o->ar = false;
		else if (c == 'q')
			o->quiet = true;
		else
			return false;
	}
	if (optind < argc)
		o->cases = strtoull(argv[optind++], NULL, 0);
	return optind == argc && o->cases;
}

/* The cases of one VM; false: it could not be made. */
static bool run_vm(int kvm, const struct options *o, uint64_t number, struct tally *tally)
{
	static struct case_data c;
	uint64_t cases = o->cases - number * CASES_PER_VM, i;
	struct prng prng;
	struct tlb tlb;
	struct vm vm;

	if (cases > CASES_PER_VM)
		cases = CASES_PER_VM;
	prng_seed(&prng, o->seed, number);
	if (!tlb_init(&tlb, 64) || !vm_create(&vm, kvm, &prng, o->ar))
		return false;
	for (i = 0; i < cases; i++) {
		build_case(&c, &vm, &prng);
		if (!compare_case(&c, &tlb, tally))
			printf("  that was case %" PRIu64 " of --seed %" PRIu64 " --vm %" PRIu64 "\n",
			       i, o->seed, number);
	}
	vm_destroy(&vm);
	tlb_deinit(&tlb);
	return true;
}

static void print_figures(const struct tally *tally)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		if (tally->codes[i])
			printf("  %04x %-40s %8" PRIu64 "\n", i, i ? pgm_name(i) : "no exception",
			       tally->codes[i]);
	}
	for (i = 0; i < KIND_COUNT; i++)
		printf("       %-40s %8" PRIu64 "\n", kind_names[i], tally->kinds[i]);
}

/* Whether each exception was met; those that were not are told. */
static bool all_seen(const struct tally *tally, bool ar)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < sizeof(expected_codes) / sizeof(expected_codes[0]); i++) {
		if (tally->codes[expected_codes[i].code] || (expected_codes[i].ar && !ar))
			continue;
		printf("never seen: %04x %s\n", expected_codes[i].code,
		       pgm_name(expected_codes[i].code));
		all = false;
	}
	return all;
}

int main(int argc, char **argv)
{
	static struct tally tally;
	struct options o;
	uint64_t vms, i;
	int kvm;

	if (!parse_options(argc, argv, &o)) {
		fprintf(stderr, "usage: differential [--seed N] [--vm N] [--no-ar] [--quiet] [CASES]\n");
		return 2;
	}
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0) {
		perror("differential: /dev/kvm");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %" PRIu64 ", %" PRIu64 " cases%s\n", o.seed, o.cases,
	       o.ar ? "" : ", none in access-register mode");
	vms = (o.cases + CASES_PER_VM - 1) / CASES_PER_VM;
	for (i = 0; i < vms; i++) {
		if ((o.vm < 0 || (uint64_t)o.vm == i) && !run_vm(kvm, &o, i, &tally))
			return 2;
	}
	close(kvm);
	if (!o.quiet)
		print_figures(&tally);
	printf("%" PRIu64 " cases, %" PRIu64 " operations, %" PRIu64 " cases with differences\n",
	       tally.cases, tally.operations, tally.differences);
	if (tally.differences || (o.vm < 0 && !all_seen(&tally, o.ar)))
		return 1;
	return 0;
}
