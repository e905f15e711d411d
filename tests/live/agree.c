/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agree PID COUNT SEED: asks KVM_S390_MEM_OP and our own translation about
 * random addresses of a running guest, and compares (--engine=both).
 *
 * Half of the addresses are asked for while vCPU 0 is in the problem state, half
 * while it is in the supervisor state; each of mapped pages of either, of their
 * neighbours, and from anywhere. Compared are exceptions, of fetches and of
 * stores, and some data where a fetch succeeds. Prints figures; the exit status is 0
 * if all agreed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/pgm.h"
#include "arch/psw.h"
#include "base/error.h"
#include "target/kvm/kvm.h"
#include "target/walk.h"

#define PAGE		4096ULL
#define SPACE_END	(1ULL << 53)	/* Linux uses region-second tables at most */
#define RUNS_MAX	4096
#define BATCH		1000	/* addresses that are asked about in one stop */
#define READS		50	/* of a batch, 8 bytes each */
#define STATE_TRIES	5000		/* 1 ms each, for the vCPU to be in a state */
#define BATCH_TRIES	20		/* as the guest may leave a space for good */
#define SHOWN_MAX	10		/* differences */
#define PGM_CODES	0x80

enum state { PROBLEM, SUPERVISOR, STATES };

/* What is mapped in a state's space. */
struct pool {
	size_t count;
	struct { uint64_t addr, len; } runs[RUNS_MAX];
};

struct figures {
	unsigned long addresses, accessible, compared, differences;
	unsigned long codes[PGM_CODES];
};

static const char *const state_names[] = {
	[PROBLEM] = "problem state", [SUPERVISOR] = "supervisor state",
};

static struct pool pools[STATES];
static struct figures figures[STATES];

static _Noreturn void die(struct error *err)
{
	fprintf(stderr, "agree: %s\n", err->message);
	exit(1);
}

static uint64_t random64(void)
{
	return ((uint64_t)random() << 42) ^ ((uint64_t)random() << 21) ^ (uint64_t)random();
}

/* Our own translation with the registers of an instant in this state. */
static struct walk *walk_in(struct target *target, enum state state)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct error *err;
	struct walk *w;
	int i;

	for (i = 0; i < STATE_TRIES; i++) {
		err = target->ops->walk(target, &w);
		if (err)
			die(err);
		if (!(w->regs.psw_mask & PSW_MASK_PSTATE) == (state == SUPERVISOR))
			return w;
		nanosleep(&pause, NULL);
	}
	fprintf(stderr, "agree: the vCPU does not come into the %s\n", state_names[state]);
	exit(1);
}

static void fill_pool(struct target *target, enum state state)
{
	const struct reference reference = REFERENCE_INIT(SPACE_AUTO, REFERENCE_FETCH);
	struct walk *w = walk_in(target, state);
	const struct translation_context context = {
		.regs = &w->regs,
		.storage = &w->storage.storage,
		.facilities = w->facilities,
		.tlb = &w->tlb,
	};
	struct pool *pool = &pools[state];
	struct address_space as;
	struct translation t;
	uint64_t addr = 0;

	address_space_open(&as, &context, &reference);
	do {
		if (translate_run(&as, addr, SPACE_END - addr, &t)) {
			pool->runs[pool->count].addr = addr;
			pool->runs[pool->count++].len = t.length;
		}
		addr += t.length;
	} while (t.length && addr >= t.length && addr < SPACE_END && pool->count < RUNS_MAX);
	printf("%s: %zu runs of mapped pages\n", state_names[state], pool->count);
	if (!pool->count)
		exit(1);
}

/* A run first, then a place in it: small ones count as much as the largest. */
static uint64_t random_address(void)
{
	const struct pool *pool = &pools[random() % STATES];
	size_t i = random64() % pool->count;
	uint64_t addr = pool->runs[i].addr + random64() % pool->runs[i].len;

	switch (random() % 8) {
	case 0:
		return random64();
	case 1:
		return random64() >> random() % 64;
	case 2:
		return addr + ((uint64_t)random() % 17 - 8) * PAGE;
	case 3:
		return addr ^ 1ULL << random() % 64;
	default:
		return addr;
	}
}

static void take_error(struct error *err, enum state state)
{
	if (err->kind != ERROR_TARGET || !strstr(err->message, "engines differ"))
		die(err);
	if (figures[state].differences++ < SHOWN_MAX)
		printf("%s: %s\n", state_names[state], err->message);
	error_free(err);
}

/* What a fetch meets right now is compared; an exception of both is no difference. */
static void compare_data(struct target *target, enum state state, uint64_t addr)
{
	struct access a = ACCESS_INIT(addr);
	struct error *err;
	uint64_t data;
	size_t done;

	a.engine = ACCESS_ENGINE_BOTH;
	err = target->ops->read(target, &a, &data, sizeof(data), &done);
	if (!err)
		figures[state].compared++;
	else if (err->kind == ERROR_ACCESS || err->kind == ERROR_PARTIAL)
		error_free(err);
	else
		take_error(err, state);
}

static void count_codes(enum state state, const uint16_t *codes, size_t count)
{
	struct figures *f = &figures[state];
	size_t i;

	f->addresses += count;
	for (i = 0; i < count; i++) {
		if (!codes[i])
			f->accessible++;
		else if (codes[i] < PGM_CODES)
			f->codes[codes[i]]++;
	}
}

static void compare_batch(struct target *target, enum state state, size_t count)
{
	struct access a = ACCESS_INIT(0);
	static uint64_t addrs[BATCH];
	static uint16_t codes[BATCH];
	bool store = random() % 4 == 0;
	struct error *err = NULL;
	size_t i, reads = 0;
	int try;

	a.engine = ACCESS_ENGINE_BOTH;
	for (i = 0; i < count; i++)
		addrs[i] = random_address();
	for (try = 0; try < BATCH_TRIES; try++) {
		error_free(err);
		walk_in(target, state);
		memset(codes, 0, sizeof(codes));
		err = target->ops->probe(target, &a, store, addrs, count, codes);
		if (!err || err->kind != ERROR_PARTIAL)
			break;
	}
	if (err) {
		take_error(err, state);
		return;
	}
	count_codes(state, codes, count);
	for (i = 0; i < count; i++) {
		if (!codes[i] && !store && reads++ < READS)
			compare_data(target, state, addrs[i]);
	}
}

static unsigned long show_figures(void)
{
	unsigned long differences = 0, total = 0;
	const struct figures *f;
	unsigned int code;
	int state;

	for (state = 0; state < STATES; state++) {
		f = &figures[state];
		printf("%s: %lu addresses, %lu accessible, data of %lu compared\n",
		       state_names[state], f->addresses, f->accessible, f->compared);
		for (code = 1; code < PGM_CODES; code++) {
			if (f->codes[code])
				printf("%s: %lu times %s\n", state_names[state], f->codes[code],
				       pgm_name(code));
		}
		differences += f->differences;
		total += f->addresses;
	}
	printf("%lu addresses, %lu differences\n", total, differences);
	return differences;
}

static struct target *attach(int pid, const struct log *log)
{
	const struct kvm_options options = {
		.proc = "/proc", .log = log, .max_stop_ns = 10000000000,
	};
	const struct vcpu_info *vcpu;
	struct target *target;
	struct vmm_info vmm;
	struct error *err;

	err = vmm_get("/proc", pid, &vmm);
	if (!err)
		err = vmm_select_vcpu(&vmm, 0, -1, &vcpu);
	if (!err)
		err = kvm_attach(&vmm, vcpu, &options, &target);
	if (err)
		die(err);
	vmm_free(&vmm);
	return target;
}

int main(int argc, char **argv)
{
	const struct log log = { .stream = stderr };
	unsigned long count, done, n, batch;
	struct target *target;
	int state;

	if (argc != 4)
		return 64;
	count = strtoul(argv[2], NULL, 0);
	srandom((unsigned int)strtoul(argv[3], NULL, 0));
	setvbuf(stdout, NULL, _IOLBF, 0);
	target = attach(atoi(argv[1]), &log);
	for (state = 0; state < STATES; state++)
		fill_pool(target, (enum state)state);
	for (batch = done = 0; done < count; done += n, batch++) {
		n = count - done < BATCH ? count - done : BATCH;
		compare_batch(target, (enum state)(batch % STATES), n);
	}
	printf("%" PRIu64 " stops, %" PRIu64 " calls\n", target->stats.stops, target->stats.calls);
	done = show_figures();
	return target->ops->close(target) || done ? 1 : 0;
}
