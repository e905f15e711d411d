/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The memory operations of a live vCPU. One stop makes as many calls as
 * max_stop permits: a batch. Data of reads are copied out of the scratch mapping
 * after the vCPU has gone on, data of writes are put there before it is stopped.
 */
#include "base/clock.h"
#include "target/kvm/memop.h"

#include <errno.h>

#include "target/kvm/plan.h"

/* The calls of one stop. */
struct batch {
	unsigned int count;
	uint32_t size[SCRATCH_SLOTS];
	uint32_t offset[SCRATCH_SLOTS];	/* in the data of the batch */
};

/* As many calls as the area holds and len asks for. */
static void batch_plan(const struct live *l, const struct transfer *x, uint64_t addr,
		       uint64_t len, struct batch *b)
{
	uint32_t limit = l->chunk < x->area.slot_size ? l->chunk : x->area.slot_size;
	uint32_t offset = 0;

	/* Small data go in one call, wherever they lie. */
	if (x->area.stack && len <= STACK_DATA) {
		*b = (struct batch){ .count = 1, .size = { (uint32_t)len } };
		return;
	}
	for (b->count = 0; b->count < x->area.slots && offset < len; b->count++) {
		b->offset[b->count] = offset;
		b->size[b->count] = plan_chunk(addr + offset, len - offset, limit);
		offset += b->size[b->count];
	}
}

/* Put the structs of a batch, and with src the data of a write, where the calls will find them. */
static struct error *batch_poke(struct live *l, const struct transfer *x, uint64_t addr,
				const struct batch *b, const void *src)
{
	struct kvmu_s390_mem_op ops[SCRATCH_SLOTS];
	struct error *err = NULL;
	unsigned int i;

	/* The thread may run, or have ended. */
	if (!x->area.stack && l->engine == ENGINE_INJECTION)
		err = live_check_vmm(l);
	for (i = 0; i < b->count; i++)
		ops[i] = transfer_op(x, addr + b->offset[i], b->size[i],
				     x->inject && x->store ? KVMU_MEMOP_F_INJECT_EXCEPTION : 0,
				     transfer_data_addr(l, x, i));
	for (i = 0; i < b->count && src && !err; i++)
		err = live_poke(l, transfer_data_addr(l, x, i),
				(const char *)src + b->offset[i], b->size[i]);
	return err ? err : live_poke(l, transfer_op_addr(l, x, 0), ops, b->count * sizeof(ops[0]));
}

/*
 * Keep calls shorter than a stop may be: halve their size when one took too
 * long, double it again when they are quick. Where calls of a page take too
 * long as well, their size is not the reason, and small ones make it worse.
 */
static void adapt_chunk(struct live *l, uint32_t size, uint64_t took)
{
	if (l->chunk_fixed || size < l->chunk)
		return;
	if (took <= l->max_stop_ns) {
		if (took < l->max_stop_ns / 8 && l->chunk < l->t.cap_limit)
			l->chunk *= 2;
		return;
	}
	if (l->chunk > PLAN_PAGE) {
		l->chunk /= 2;
	} else {
		l->chunk = l->t.cap_limit;
		l->chunk_fixed = true;
	}
	log_verbose(l->t.log, 1, "a call took %llu us: going on with %u bytes a call",
		    (unsigned long long)took / 1000, l->chunk);
}

/* Make the calls until one fails or the time is up. *done: how many were right; *result: of the last. */
static struct error *batch_run(struct live *l, const struct transfer *x, const struct batch *b,
			       unsigned int *done, int64_t *result)
{
	struct error *err;
	uint64_t start;

	for (*done = 0; *done < b->count;) {
		start = clock_ns();
		err = live_memop(l, x->on_vm, transfer_op_addr(l, x, *done), result);
		adapt_chunk(l, b->size[*done], clock_ns() - start);
		if (err || *result)
			return err;
		++*done;
		if (l->engine == ENGINE_INJECTION && inject_time_is_up(l->inj))
			break;
	}
	return NULL;
}

/* Fetch the data of the calls that were right. */
static struct error *batch_peek(struct live *l, const struct transfer *x, const struct batch *b,
				unsigned int done, void *dst, uint64_t *got)
{
	struct error *err = NULL;
	unsigned int i;

	for (i = 0; i < done && !err; i++) {
		err = live_peek(l, transfer_data_addr(l, x, i), (char *)dst + b->offset[i],
				b->size[i]);
		if (!err)
			*got += b->size[i];
	}
	return err;
}

/* The first of two errors; the other one is freed. */
static struct error *first_error(struct error *err, struct error *err2)
{
	if (!err)
		return err2;
	error_free(err2);
	return err;
}

/* Have the kernel deliver the exception of the byte at addr to the guest; the thread stands. */
static struct error *deliver(struct live *l, struct transfer *x, uint64_t addr)
{
	int64_t result;

	return transfer_call(l, x, 0, addr, 1,
			     KVMU_MEMOP_F_CHECK_ONLY | KVMU_MEMOP_F_INJECT_EXCEPTION, 0, &result);
}

/*
 * The next batch of a read. *got: bytes in dst. An exception is delivered last:
 * looking for its address may take several stops, in which the guest must not
 * have met it yet.
 */
static struct error *read_batch(struct live *l, struct transfer *x, uint64_t addr, void *dst,
				uint64_t len, uint64_t *got)
{
	struct error *err, *failure = NULL;
	unsigned int done = 0;
	uint32_t tail = 0;
	int64_t result = 0;
	struct batch b;

	*got = 0;
	batch_plan(l, x, addr, len, &b);
	err = x->area.stack ? NULL : batch_poke(l, x, addr, &b, NULL);
	if (!err)
		err = transfer_stop(l, x);
	if (err)
		return err;
	if (x->area.stack)
		err = batch_poke(l, x, addr, &b, NULL);
	if (!err)
		err = batch_run(l, x, &b, &done, &result);
	if (!err && x->area.stack)
		err = batch_peek(l, x, &b, done, dst, got);
	if (!err && result)
		failure = locate_read(l, x, done, addr + b.offset[done], b.size[done], result,
				      (char *)dst + b.offset[done], &tail);
	if (failure && failure->kind == ERROR_ACCESS && x->inject)
		err = deliver(l, x, failure->access.addr);
	err = live_finish(l, err);
	if (!x->area.stack && done)
		err = first_error(err, batch_peek(l, x, &b, done, dst, got));
	if (err) {
		error_free(failure);
		return err;
	}
	*got += tail;
	return failure;
}

/* Bring a transfer to its end: what it tells about itself. */
static struct error *transfer_end(struct live *l, const struct transfer *x, uint64_t done,
				  struct error *err)
{
	if (x->context.space != SPACE_AUTO)
		l->t.last_space = x->context.space;
	if (err)
		err->done = done;
	return err;
}

/* KVM has said so before. */
static struct error *refuse_not_s390(struct live *l)
{
	return l->not_s390 ? live_memop_error(l, KVMU_MEMOP_LOGICAL_READ, EINVAL, 0) : NULL;
}

struct error *live_read(struct target *t, const struct access *a, void *buf, size_t len,
			size_t *done)
{
	struct live *l = live_of(t);
	struct transfer x;
	struct error *err;
	uint64_t got;

	*done = 0;
	err = refuse_not_s390(l);
	if (!err)
		err = transfer_init(l, a, false, &x);
	if (err)
		return err;
	err = transfer_choose_area(l, &x, len);
	while (!err && *done < len) {
		err = live_check_interrupted(l);
		if (err)
			break;
		err = read_batch(l, &x, a->addr + *done, (char *)buf + *done, len - *done, &got);
		*done += got;
	}
	l->t.stats.bytes += *done;
	return transfer_end(l, &x, *done, err);
}

/*
 * Check the range [addr, addr + len) while the thread stands (with breaks).
 * *good: bytes before the first that fails; it is an ERROR_ACCESS.
 */
static struct error *check_stopped(struct live *l, struct transfer *x, uint64_t addr,
				   uint64_t len, uint64_t *good)
{
	struct error *err, *failure;
	uint16_t code = 0;
	uint32_t n;

	for (*good = 0; *good < len;) {
		err = locate_check(l, x, 0, addr + *good,
				   plan_chunk(addr + *good, len - *good, l->t.cap_limit), &n, &code);
		if (err)
			return err;
		*good += n;
		if (!code)
			continue;
		failure = transfer_access_error(x, code, addr + *good);
		err = x->inject ? deliver(l, x, addr + *good) : NULL;
		if (!err)
			return failure;
		error_free(failure);
		return err;
	}
	return NULL;
}

/*
 * An old kernel that has just been caught translating by the wrong access
 * registers would write into another address space.
 */
static struct error *refuse_wrong_space(const struct live *l, const struct transfer *x)
{
	if (x->on_vm || x->is_sida || !l->ar_mode || l->ar_load || l->ar_bug != ANSWER_YES)
		return NULL;
	return error_hint(error_new(ERROR_REFUSED,
				    "nothing was written: this kernel lacks commit 01be7f53dfc2 and would write into the wrong address space while the vCPU is in access-register mode"),
			  "update the host's kernel, or wait until the vCPU has left access-register mode");
}

/* Can [addr, addr + len) be stored, and will it be in the right space? The thread stands. */
static struct error *check_store(struct live *l, struct transfer *x, uint64_t addr, uint64_t len)
{
	uint64_t good;
	struct error *err = check_stopped(l, x, addr, len, &good);
	struct error *err2 = refuse_wrong_space(l, x);

	/* In the wrong space, the exceptions are wrong, too. */
	return first_error(err2, err);
}

/* Is the whole range writable? In a stop of its own. */
static struct error *check_before_write(struct live *l, struct transfer *x, uint64_t len)
{
	const struct area area = x->area;
	struct error *err;

	if (x->is_sida)
		return NULL;
	x->area = (struct area){ .stack = true, .slots = 1, .slot_size = STACK_DATA };
	err = transfer_stop(l, x);
	if (!err)
		err = live_finish(l, check_store(l, x, x->addr, len));
	x->area = area;
	return err;
}

/* The next batch of a write. check: first make sure that the whole of it can be stored. */
static struct error *write_batch(struct live *l, struct transfer *x, uint64_t addr,
				 const void *src, uint64_t len, bool check, uint64_t *put)
{
	unsigned int done = 0, i;
	struct error *err;
	uint32_t tail = 0;
	int64_t result = 0;
	struct batch b;

	*put = 0;
	batch_plan(l, x, addr, len, &b);
	err = x->area.stack ? NULL : batch_poke(l, x, addr, &b, src);
	if (!err)
		err = transfer_stop(l, x);
	if (err)
		return err;
	if (check)
		err = check_store(l, x, addr, len);
	if (!err && x->area.stack)
		err = batch_poke(l, x, addr, &b, src);
	if (!err)
		err = batch_run(l, x, &b, &done, &result);
	if (!err && result)
		err = locate_write(l, x, done, addr + b.offset[done], b.size[done], result,
				   (const char *)src + b.offset[done], &tail);
	for (i = 0; i < done; i++)
		*put += b.size[i];
	*put += tail;
	return live_finish(l, err);
}

struct error *live_write(struct target *t, const struct access *a, const void *buf, size_t len,
			 size_t *done)
{
	struct live *l = live_of(t);
	struct transfer x;
	struct error *err;
	uint64_t put;

	*done = 0;
	err = refuse_not_s390(l);
	if (!err)
		err = transfer_init(l, a, true, &x);
	if (err)
		return err;
	err = transfer_choose_area(l, &x, len);
	if (!err && len > STACK_DATA)
		err = check_before_write(l, &x, len);
	while (!err && *done < len) {
		err = live_check_interrupted(l);
		if (err)
			break;
		err = write_batch(l, &x, a->addr + *done, (const char *)buf + *done, len - *done,
				  len <= STACK_DATA && !x.is_sida, &put);
		*done += put;
	}
	l->t.stats.bytes += *done;
	return transfer_end(l, &x, *done, err);
}

/* A check: refused for the SIDA, never delivers an exception. */
static struct error *check_init(struct live *l, const struct access *a, bool store,
				struct transfer *x)
{
	struct error *err = refuse_not_s390(l);

	if (!err)
		err = transfer_init(l, a, store, x);
	if (err)
		return err;
	if (x->is_sida)
		return error_new(ERROR_USAGE, "the SIDA cannot be checked: the kernel knows no CHECK_ONLY for it");
	x->inject = false;
	return NULL;
}

struct error *live_check(struct target *t, const struct access *a, bool store, uint64_t len,
			 uint64_t *done)
{
	struct live *l = live_of(t);
	struct transfer x;
	struct error *err;

	*done = 0;
	err = check_init(l, a, store, &x);
	if (err)
		return err;
	err = transfer_stop(l, &x);
	if (!err)
		err = live_finish(l, check_stopped(l, &x, a->addr, len, done));
	return transfer_end(l, &x, *done, err);
}

struct error *live_probe(struct target *t, const struct access *a, bool store,
			 const uint64_t *addrs, size_t count, uint16_t *codes)
{
	struct live *l = live_of(t);
	struct transfer x;
	struct error *err;
	uint32_t good;
	size_t i;

	err = check_init(l, a, store, &x);
	if (err)
		return err;
	err = transfer_stop(l, &x);
	for (i = 0; i < count && !err; i++)
		err = locate_check(l, &x, 0, addrs[i], 1, &good, &codes[i]);
	return transfer_end(l, &x, 0, live_finish(l, err));
}
