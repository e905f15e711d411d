/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/range.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/pgm.h"
#include "base/buf.h"

#define PAGE		4096ULL
#define MIB		0x100000ULL
#define READ_PIECE	MIB		/* bytes of a read */
#define LOOK_MIN	(64 * 1024U)	/* bytes from which on it pays not to copy them */
#define CHECK_PIECE	(64 * MIB)	/* bytes of a check, so that stop() is asked in between */
#define PREFIX_AREA	8192ULL
#define SPACE_TRIES	200		/* of an access that met another space than the first */
#define PROBES_MAX	64U		/* addresses probed at once, as the hole proves to be long */

struct walk {
	struct target *t;
	struct access a;	/* addr: of the next byte that is not in a run yet */
	uint64_t left;		/* bytes from there to the end of the range */
	enum range_mode mode;
	range_fn *fn;
	void *arg;
	bool (*stop)(void *);
	void *stop_arg;
	unsigned char *buf;	/* RANGE_READ */
	struct range_run run;	/* not reported yet; len 0: none */
	enum space space;	/* of the first access, SPACE_AUTO before it */
};

/* Report the pending run. */
static struct error *flush(struct walk *w)
{
	struct range_run run = w->run;

	w->run.len = 0;
	return run.len ? w->fn(w->arg, &run) : NULL;
}

/* The next len bytes are accessible (code 0) or a hole: extend the pending run or begin one. */
static struct error *append(struct walk *w, uint64_t len, uint16_t code)
{
	struct error *err = NULL;

	if (!len)
		return NULL;
	if (w->run.len && w->run.code != code)
		err = flush(w);
	if (!w->run.len)
		w->run = (struct range_run){ .addr = w->a.addr, .code = code };
	w->run.len += len;
	w->a.addr += len;
	w->left -= len;
	return err;
}

/* The next len bytes are data. */
static struct error *append_data(struct walk *w, const void *data, uint64_t len)
{
	struct range_run run = { .addr = w->a.addr, .len = len, .data = data };
	struct error *err;

	if (!len)
		return NULL;
	err = flush(w);
	w->a.addr += len;
	w->left -= len;
	return err ? err : w->fn(w->arg, &run);
}

/*
 * Has the last access met the space of the first? A live vCPU may enter
 * another one between two accesses; what is read then has nothing to do with
 * the rest of the range.
 */
static bool is_same_space(struct walk *w)
{
	if (w->a.space != SPACE_AUTO || !w->t->ops->live)
		return true;
	if (w->space == SPACE_AUTO)
		w->space = w->t->last_space;
	return w->space == w->t->last_space;
}

/* An access and what it has met. */
struct attempt {
	uint64_t len;		/* bytes to access */
	uint64_t done;		/* accessible prefix */
	uint16_t code;		/* 0, or the exception of the byte behind it */
	const uint64_t *addrs;	/* instead of all that: bytes to probe, */
	size_t count;		/* how many, */
	uint16_t *codes;	/* and what they meet */
};

/* One byte each by the target's probe, or by check where it has none. */
static struct error *probe_each(struct walk *w, struct attempt *at)
{
	bool store = w->mode == RANGE_CHECK_STORE;
	struct access a = w->a;
	struct error *err;
	uint64_t done;
	size_t i;

	a.inject = false;
	if (w->t->ops->probe)
		return w->t->ops->probe(w->t, &a, store, at->addrs, at->count, at->codes);
	for (i = 0; i < at->count; i++) {
		a.addr = at->addrs[i];
		err = w->t->ops->check(w->t, &a, store, 1, &done);
		if (err && err->kind != ERROR_ACCESS)
			return err;
		at->codes[i] = err ? err->access.code : 0;
		error_free(err);
	}
	return NULL;
}

static struct error *attempt_once(struct walk *w, struct attempt *at)
{
	struct error *err;
	size_t got = 0;

	if (at->addrs)
		return probe_each(w, at);
	if (w->mode == RANGE_READ) {
		err = w->t->ops->read(w->t, &w->a, w->buf, (size_t)at->len, &got);
		at->done = got;
	} else {
		err = w->t->ops->check(w->t, &w->a, w->mode == RANGE_CHECK_STORE, at->len,
				       &at->done);
	}
	if (err && err->kind != ERROR_ACCESS)
		return err;
	at->code = err ? err->access.code : 0;
	error_free(err);
	return NULL;
}

/* Make an access, again if need be until it meets the space of the first one. */
static struct error *attempt(struct walk *w, struct attempt *at)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct error *err;
	int tries;

	for (tries = 0; tries < SPACE_TRIES; tries++) {
		err = attempt_once(w, at);
		if (err || is_same_space(w))
			return err;
		nanosleep(&pause, NULL);
	}
	return error_new(ERROR_PARTIAL, "the vCPU has gone from %s to %s at %#llx and did not come back",
			 space_name(w->space), space_name(w->t->last_space),
			 (unsigned long long)w->a.addr);
}

/*
 * Where does a hole of an addressing exception in real or absolute storage
 * end? Memory slots of s390 consist of whole MiBs (kvm_arch_prepare_memory_region(),
 * arch/s390/kvm/kvm-s390.c). Of the real addresses, those of the prefix area
 * and of its counterpart at 0 lie elsewhere (SA22-7832 chapter 3, "Prefixing").
 */
static uint64_t addressing_end(struct walk *w, uint64_t addr)
{
	uint64_t end = (addr | (MIB - 1)) + 1;
	uint64_t edges[4] = { 0, PREFIX_AREA };
	struct s390_regs regs;
	struct error *err;
	size_t i;

	if (w->t->last_space == SPACE_ABSOLUTE)
		return end;
	if (w->t->last_space != SPACE_REAL || !w->t->ops->regs)
		return (addr | (PAGE - 1)) + 1;
	err = w->t->ops->regs(w->t, false, &regs);
	if (err) {
		error_free(err);
		return (addr | (PAGE - 1)) + 1;
	}
	edges[2] = regs.prefix;
	edges[3] = regs.prefix + PREFIX_AREA;
	for (i = 0; i < 4; i++)
		if (edges[i] > addr && edges[i] - 1 < end - 1)
			end = edges[i];
	return end;
}

/*
 * Low-address protection covers the first 512 bytes of pages 0 and 1 only
 * (SA22-7832 chapter 3, "Low-Address Protection").
 */
static bool is_low_address(uint64_t addr)
{
	return addr < 2 * PAGE && addr % PAGE < 512;
}

/* How many bytes from addr on the exception there covers, as the architecture has it; left: at most. */
static uint64_t hole_length(struct walk *w, uint16_t code, uint64_t addr, uint64_t left)
{
	uint64_t end, len;

	if (code == PGM_ADDRESSING)
		end = addressing_end(w, addr);
	else if (code == PGM_PROTECTION && is_low_address(addr))
		end = (addr | 511) + 1;
	else
		end = pgm_range_end(code, addr);
	len = end - addr;	/* end 0 is 2^64 */
	return len && len < left ? len : left;
}

/* A part of a hole that one exception is expected to cover. */
struct step {
	uint64_t len;
	int last;		/* index of the probe of its last byte, -1: not needed */
	int next;		/* index of the probe of the byte behind it, -1: the range ends there */
};

/*
 * The hole is expected to go on in steps of the same exception: what to ask.
 * verify: ask for the last byte of a large step, too. Returns the number of
 * steps, at most max.
 */
static size_t plan_probes(struct walk *w, uint16_t code, size_t max, bool verify,
			  struct step *steps, struct attempt *at, uint64_t *addrs)
{
	uint64_t addr = w->a.addr, left = w->left;
	struct step *s;
	size_t n;

	at->addrs = addrs;
	at->count = 0;
	for (n = 0; n < max && left; n++) {
		s = &steps[n];
		*s = (struct step){ .len = hole_length(w, code, addr, left), .last = -1, .next = -1 };
		/* Within a page, and within a memory slot, nothing else can be. */
		if (verify && s->len > PAGE && code != PGM_ADDRESSING) {
			s->last = (int)at->count;
			addrs[at->count++] = addr + s->len - 1;
		}
		addr += s->len;
		left -= s->len;
		if (left) {
			s->next = (int)at->count;
			addrs[at->count++] = addr;
		}
	}
	return n;
}

/*
 * Take over what the probes have said, step by step, while it is as expected.
 * The tables may be changing: where the last byte of a step says something
 * else than its first, only the page is believed. *code: what the byte
 * behind the steps taken meets; *known: it is known.
 */
static struct error *take_steps(struct walk *w, size_t count, const struct step *steps,
				const uint16_t *codes, uint16_t *code, bool *known)
{
	const uint16_t expected = *code;
	struct error *err = NULL;
	const struct step *s;

	for (s = steps; s < steps + count && !err && *code == expected; s++) {
		if (s->last >= 0 && codes[s->last] != expected) {
			*known = false;
			return append(w, PAGE - w->a.addr % PAGE, expected);
		}
		err = append(w, s->len, expected);
		if (s->next >= 0)
			*code = codes[s->next];
	}
	return err;
}

/*
 * The next byte raises an exception: pass over the hole, up to the next
 * accessible byte. Its first step is verified, later ones of the same
 * exception are taken as the architecture has them, more and more at once.
 */
static struct error *walk_hole(struct walk *w, uint16_t code)
{
	struct step steps[PROBES_MAX];
	uint64_t addrs[PROBES_MAX];
	uint16_t codes[PROBES_MAX], verified = 0;
	struct attempt at = { .addrs = addrs, .codes = codes };
	struct error *err = NULL;
	size_t max = 1, count;
	bool known = true;

	while (!err && w->left && (!known || code)) {
		if (known) {
			max = code != verified ? 1 : max < PROBES_MAX ? max * 2 : max;
			count = plan_probes(w, code, max, code != verified, steps, &at, addrs);
			verified = code;
			if (at.count)
				err = attempt(w, &at);
			if (!err)
				err = take_steps(w, count, steps, codes, &code, &known);
		} else {
			addrs[0] = w->a.addr;
			at.count = 1;
			err = attempt(w, &at);
			code = codes[0];
			known = true;
			verified = 0;
		}
		if (!err && w->left && w->stop && w->stop(w->stop_arg))
			err = error_new(ERROR_PARTIAL, "interrupted");
	}
	return err;
}

/*
 * The next bytes, at most len, without a copy, where the target can do that and
 * many lie together. *taken: they were taken.
 */
static struct error *look_piece(struct walk *w, uint64_t len, bool *taken)
{
	const struct access a = w->a;
	struct error *err, *err2;
	const void *data;
	size_t got;

	*taken = false;
	if (w->mode != RANGE_READ || !w->t->ops->look || len < LOOK_MIN)
		return NULL;
	err = w->t->ops->look(w->t, &a, (size_t)len, &data, &got);
	if (err || got < LOOK_MIN)
		return err;
	*taken = true;
	err = append_data(w, data, got);
	err2 = w->t->ops->looked(w->t, &a);
	/* What was made of bytes that were not the guest's says nothing. */
	if (!err2)
		return err;
	error_free(err);
	return err2;
}

static struct error *walk_piece(struct walk *w)
{
	uint64_t len = w->mode == RANGE_READ ? READ_PIECE : CHECK_PIECE;
	struct attempt at = { .len = 0 };
	struct error *err;
	bool taken;

	/* Pieces end at their multiples, so that they stay aligned behind holes. */
	at.len = len - w->a.addr % len;
	if (at.len > w->left)
		at.len = w->left;
	err = look_piece(w, at.len, &taken);
	if (err || taken)
		return err;
	err = attempt(w, &at);
	if (err)
		return err;
	err = w->mode == RANGE_READ ? append_data(w, w->buf, at.done) : append(w, at.done, 0);
	if (err || !at.code)
		return err;
	/* One exception is delivered at most. */
	w->a.inject = false;
	return walk_hole(w, at.code);
}

struct error *range_walk(struct target *t, const struct access *a, uint64_t len,
			 enum range_mode mode, range_fn *fn, void *arg,
			 bool (*stop)(void *), void *stop_arg)
{
	struct walk w = {
		.t = t, .a = *a, .left = len, .mode = mode, .fn = fn, .arg = arg,
		.stop = stop, .stop_arg = stop_arg, .space = SPACE_AUTO,
	};
	struct error *err = NULL, *err2;

	if (!len || a->addr + (len - 1) < a->addr)
		return error_new(ERROR_USAGE, "a range of %llu bytes at %#llx: it must not be empty nor pass 2^64",
				 (unsigned long long)len, (unsigned long long)a->addr);
	if (mode == RANGE_READ) {
		w.buf = malloc(READ_PIECE);
		if (!w.buf)
			return error_nomem();
	}
	while (!err && w.left) {
		if (stop && stop(stop_arg))
			err = error_new(ERROR_PARTIAL, "interrupted");
		else
			err = walk_piece(&w);
	}
	/* What is known is reported even when the walk ends early. */
	err2 = flush(&w);
	wipe_free(w.buf, len < READ_PIECE ? (size_t)len : READ_PIECE);
	if (!err)
		return err2;
	error_free(err2);
	return err;
}
