/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/range.h"

#include <stdlib.h>
#include <time.h>

#include "arch/pgm.h"

#define PAGE		4096ULL
#define MIB		0x100000ULL
#define READ_PIECE	MIB		/* bytes of a read */
#define CHECK_PIECE	(64 * MIB)	/* bytes of a check, so that stop() is asked in between */
#define PREFIX_AREA	8192ULL
#define SPACE_TRIES	200		/* of an access that met another space than the first */

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

/* The next len bytes have been read. */
static struct error *append_data(struct walk *w, uint64_t len)
{
	struct range_run run = { .addr = w->a.addr, .len = len, .data = w->buf };
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

/*
 * Access len bytes (read them where mode is RANGE_READ and is_probe is not
 * set, else check them). *done: the accessible prefix. *code: 0, or the
 * exception of the byte behind it.
 */
static struct error *try_access(struct walk *w, const struct access *a, uint64_t len,
				bool is_probe, uint64_t *done, uint16_t *code)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct error *err;
	size_t got = 0;
	int tries;

	*code = 0;
	for (tries = 0; tries < SPACE_TRIES; tries++) {
		if (w->mode == RANGE_READ && !is_probe) {
			err = w->t->ops->read(w->t, a, w->buf, (size_t)len, &got);
			*done = got;
		} else {
			err = w->t->ops->check(w->t, a, w->mode == RANGE_CHECK_STORE, len, done);
		}
		if (err && err->kind != ERROR_ACCESS)
			return err;
		if (is_same_space(w)) {
			*code = err ? err->access.code : 0;
			error_free(err);
			return NULL;
		}
		error_free(err);
		nanosleep(&pause, NULL);
	}
	return error_new(ERROR_PARTIAL, "the vCPU has gone from %s to %s at %#llx and did not come back",
			 space_name(w->space), space_name(w->t->last_space),
			 (unsigned long long)a->addr);
}

/* The exception of one byte, 0 if it is accessible. */
static struct error *probe(struct walk *w, uint64_t addr, uint16_t *code)
{
	struct access a = w->a;
	uint64_t done;

	a.addr = addr;
	a.inject = false;
	return try_access(w, &a, 1, true, &done, code);
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

/* How many bytes from the current one on the exception there covers for sure; at least 1. */
static struct error *hole_length(struct walk *w, uint16_t code, uint64_t *len)
{
	uint64_t addr = w->a.addr, end;
	struct error *err;
	uint16_t last = 0;

	if (code == PGM_ADDRESSING)
		end = addressing_end(w, addr);
	else if (code == PGM_PROTECTION && is_low_address(addr))
		end = (addr | 511) + 1;
	else
		end = pgm_range_end(code, addr);
	*len = end - addr;	/* end 0 is 2^64 */
	if (!*len || *len > w->left)
		*len = w->left;
	if (*len <= PAGE || code == PGM_ADDRESSING)
		return NULL;
	/* The tables may be changing: the far end must say the same. */
	err = probe(w, addr + *len - 1, &last);
	if (!err && last != code)
		*len = PAGE - addr % PAGE;
	return err;
}

/* The next byte raises an exception: pass over the hole, up to the next accessible byte. */
static struct error *walk_hole(struct walk *w, uint16_t code)
{
	struct error *err = NULL;
	uint64_t len;

	while (code) {
		err = hole_length(w, code, &len);
		if (!err)
			err = append(w, len, code);
		if (err || !w->left)
			return err;
		if (w->stop && w->stop(w->stop_arg))
			return error_new(ERROR_PARTIAL, "interrupted");
		err = probe(w, w->a.addr, &code);
		if (err)
			return err;
	}
	return NULL;
}

static struct error *walk_piece(struct walk *w)
{
	uint64_t len = w->mode == RANGE_READ ? READ_PIECE : CHECK_PIECE, done = 0;
	struct error *err;
	uint16_t code;

	/* Pieces end at their multiples, so that they stay aligned behind holes. */
	len -= w->a.addr % len;
	if (len > w->left)
		len = w->left;
	err = try_access(w, &w->a, len, false, &done, &code);
	if (err)
		return err;
	err = w->mode == RANGE_READ ? append_data(w, done) : append(w, done, 0);
	if (err || !code)
		return err;
	/* One exception is delivered at most. */
	w->a.inject = false;
	return walk_hole(w, code);
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
	free(w.buf);
	if (!err)
		return err2;
	error_free(err2);
	return err;
}
