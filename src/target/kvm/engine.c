/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operations of a live vCPU by one engine or the other: KVM_S390_MEM_OP,
 * which knows what the PSW selects, absolute storage and the SIDA; or our own
 * translation, which knows every space but the SIDA.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arch/psw.h"
#include "target/kvm/engine.h"

#define BULK		65536U	/* absolute reads longer than this go by the VMM's mapping of guest RAM */
#define WALK_TRIES	500	/* for the vCPU to be in the context of an operation again, 1 ms each */

/* The operation itself, without a look at a->engine. */
static struct error *run_memop(struct live *l, struct operation *op, const struct access *a)
{
	struct error *err = NULL;
	size_t done = 0;

	switch (op->kind) {
	case OPERATION_READ:
		err = live_read(&l->t, a, op->buf, (size_t)op->len, &done);
		op->done = done;
		break;
	case OPERATION_WRITE:
		err = live_write(&l->t, a, op->data, (size_t)op->len, &done);
		op->done = done;
		break;
	case OPERATION_CHECK:
		err = live_check(&l->t, a, op->store, op->len, &op->done);
		break;
	case OPERATION_PROBE:
		err = live_probe(&l->t, a, op->store, op->addrs, op->count, op->codes);
		break;
	}
	return err;
}

static struct error *run_walk(struct walk *w, struct operation *op)
{
	struct error *err = NULL;
	size_t done = 0;

	switch (op->kind) {
	case OPERATION_READ:
		err = walk_read(w, op->a, op->buf, (size_t)op->len, &done);
		op->done = done;
		break;
	case OPERATION_WRITE:
		err = walk_write(w, op->a, op->data, (size_t)op->len, &done);
		op->done = done;
		break;
	case OPERATION_CHECK:
		err = walk_check(w, op->a, op->store, op->len, &op->done);
		break;
	case OPERATION_PROBE:
		err = walk_probe(w, op->a, op->store, op->addrs, op->count, op->codes);
		break;
	}
	return err;
}

/* A space that the PSW can select. */
static bool is_logical(enum space space)
{
	return space != SPACE_ABSOLUTE && space != SPACE_SIDA && space != SPACE_ALET &&
	       space != SPACE_ASCE;
}

/* Does the kernel mean by a logical address in this context what the access does? */
static bool selects(const struct live_context *c, const struct access *a)
{
	return a->space == SPACE_AUTO || (c->space == a->space && c->mask == UINT64_MAX);
}

static struct error *context_now(struct live *l, uint8_t ar, struct live_context *c)
{
	struct error *err = live_stop(l);

	if (err)
		return err;
	*c = live_context(l, ar);
	return live_finish(l, NULL);
}

struct error *engine_by_ioctl(struct live *l, struct operation *op,
			      const struct live_context *pinned)
{
	struct access a = *op->a;
	struct error *err;

	op->done = 0;
	if (is_logical(a.space))
		a.space = SPACE_AUTO;
	if (pinned)
		l->pinned = *pinned;
	err = run_memop(l, op, &a);
	l->pinned = (struct live_context){ .space = SPACE_AUTO };
	return err;
}

/* Have the walk ready, in a context if one is given. */
static struct error *ready_walk(struct live *l, const struct access *a,
				const struct live_context *pinned, struct walk **w)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct live_context now;
	struct error *err;
	int tries;

	/* Absolute storage is where it is: no register matters. */
	if (a->space == SPACE_ABSOLUTE) {
		*w = &l->storage.walk;
		storage_forget(l);
		return storage_open(l);
	}
	for (tries = 0; tries < WALK_TRIES; tries++) {
		err = storage_walk(l, a->ar, &now, w);
		if (err || !pinned || live_same_context(&now, pinned))
			return err;
		nanosleep(&pause, NULL);
		err = live_check_interrupted(l);
		if (err)
			return err;
	}
	return error_new(ERROR_PARTIAL,
			 "the vCPU has left the address space of this operation (%s) and did not come back",
			 space_name(pinned->space));
}

struct error *engine_by_walk(struct live *l, struct operation *op,
			     const struct live_context *pinned)
{
	struct walk *w = NULL;
	struct error *err;
	uint64_t bytes;

	op->done = 0;
	err = ready_walk(l, op->a, pinned, &w);
	if (err)
		return err;
	/* Its own accesses to storage are no transfers of the user's. */
	bytes = l->t.stats.bytes;
	l->storage.in_doubt = false;
	err = run_walk(w, op);
	/* It has read the VMM's memory by its PID, which may be another program's by now. */
	if (!err)
		err = live_check_vmm(l);
	if (l->storage.in_doubt && (!err || err->kind == ERROR_ACCESS)) {
		error_free(err);
		err = storage_doubt();
	}
	l->t.stats.bytes = bytes;
	if (op->kind == OPERATION_READ || op->kind == OPERATION_WRITE)
		l->t.stats.bytes += op->done;
	l->t.last_space = w->last_space;
	if (err)
		err->done = op->done;
	return err;
}

/*
 * Translated by the wrong access registers, and our own translation is there:
 * do it again. What was written has gone nowhere: memop.c refuses in time.
 */
static struct error *again_by_walk(struct live *l, struct operation *op, struct error *err)
{
	struct error *err2;

	if (!l->t.ar_bug_met || op->a->inject || (op->kind == OPERATION_WRITE && op->done))
		return err;
	err2 = storage_open(l);
	if (err2) {
		log_verbose(l->t.log, 1, "%s", err2->message);
		error_free(err2);
		return err;
	}
	error_free(err);
	l->t.ar_bug_met = false;
	log_note(l->t.log, "access registers are translated by s390memctl itself on this host from now on");
	return engine_by_walk(l, op, NULL);
}

/* As the PSW says. */
static struct error *run_selected(struct live *l, struct operation *op)
{
	struct live_context now;
	struct error *err;

	if (l->ar_bug == ANSWER_YES && !op->a->inject) {
		err = context_now(l, op->a->ar, &now);
		if (err)
			return err;
		if (now.space == SPACE_AR)
			return engine_by_walk(l, op, NULL);
	}
	err = engine_by_ioctl(l, op, NULL);
	return again_by_walk(l, op, err);
}

/* A space of its own: by the kernel if the PSW selects it right now. */
static struct error *run_explicit(struct live *l, struct operation *op)
{
	struct live_context now;
	struct error *err;

	if (!is_logical(op->a->space))
		return engine_by_walk(l, op, NULL);
	err = context_now(l, op->a->ar, &now);
	if (err)
		return err;
	if (!selects(&now, op->a) || (now.space == SPACE_AR && l->ar_bug == ANSWER_YES))
		return engine_by_walk(l, op, NULL);
	err = engine_by_ioctl(l, op, &now);
	/* The vCPU is off to another space: its old one stays where it is. */
	if (err && err->kind == ERROR_PARTIAL && !op->done &&
	    !(l->interrupted && *l->interrupted)) {
		error_free(err);
		return engine_by_walk(l, op, NULL);
	}
	return again_by_walk(l, op, err);
}

/* Long reads go by the VMM's mapping, which needs no stop, once it is proven. */
static struct error *run_absolute(struct live *l, struct operation *op)
{
	struct error *err = NULL;

	if (!LIVE_HOST_IS_S390 || op->a->inject)
		return engine_by_ioctl(l, op, NULL);
	if (!storage_has_absolute(l) && l->vcpu.vm_fd >= 0 && l->extension >= 0)
		return engine_by_walk(l, op, NULL);
	if (op->kind != OPERATION_READ || op->len <= BULK || op->a->key > 0)
		return engine_by_ioctl(l, op, NULL);
	err = storage_open(l);
	if (!err && l->storage.ram.state == RAM_PROVEN)
		return engine_by_walk(l, op, NULL);
	error_free(err);
	return engine_by_ioctl(l, op, NULL);
}

/* --engine=ioctl: only what the kernel can. *pinned: the context of a space that the PSW selects. */
static struct error *need_ioctl(struct live *l, const struct operation *op,
				struct live_context *pinned)
{
	const struct access *a = op->a;
	struct error *err = NULL;

	if (a->space == SPACE_ABSOLUTE || a->space == SPACE_SIDA || !LIVE_HOST_IS_S390)
		return NULL;
	if (is_logical(a->space))
		err = context_now(l, a->ar, pinned);
	if (err || (is_logical(a->space) && selects(pinned, a)))
		return err;
	return error_hint(error_new(ERROR_REFUSED, "KVM_S390_MEM_OP has %s only, not %s",
				    is_logical(a->space) ? space_name(pinned->space) :
				    "what the PSW selects", space_name(a->space)),
			  "--engine=walk translates in every space");
}

static struct error *run(struct live *l, struct operation *op)
{
	struct live_context pinned = { .space = SPACE_AUTO };
	struct error *err;

	switch (op->a->engine) {
	case ACCESS_ENGINE_IOCTL:
		err = need_ioctl(l, op, &pinned);
		return err ? err : engine_by_ioctl(l, op, &pinned);
	case ACCESS_ENGINE_WALK:
		return engine_by_walk(l, op, NULL);
	case ACCESS_ENGINE_BOTH:
		err = need_ioctl(l, op, &pinned);
		return err ? err : engine_compare(l, op, &pinned);
	case ACCESS_ENGINE_AUTO:
		break;
	}
	if (op->a->space == SPACE_AUTO)
		return run_selected(l, op);
	if (op->a->space == SPACE_ABSOLUTE)
		return run_absolute(l, op);
	if (op->a->space == SPACE_SIDA || !LIVE_HOST_IS_S390)
		return engine_by_ioctl(l, op, NULL);
	return run_explicit(l, op);
}

struct error *engine_read(struct target *t, const struct access *a, void *buf, size_t len,
			  size_t *done)
{
	struct operation op = { .kind = OPERATION_READ, .a = a, .buf = buf, .len = len };
	struct error *err = run(live_of(t), &op);

	*done = (size_t)op.done;
	return err;
}

struct error *engine_write(struct target *t, const struct access *a, const void *buf, size_t len,
			   size_t *done)
{
	struct operation op = {
		.kind = OPERATION_WRITE, .a = a, .data = buf, .len = len, .store = true,
	};
	struct error *err = run(live_of(t), &op);

	*done = (size_t)op.done;
	return err;
}

struct error *engine_check(struct target *t, const struct access *a, bool store, uint64_t len,
			   uint64_t *done)
{
	struct operation op = { .kind = OPERATION_CHECK, .a = a, .len = len, .store = store };
	struct error *err = run(live_of(t), &op);

	*done = op.done;
	return err;
}

struct error *engine_probe(struct target *t, const struct access *a, bool store,
			   const uint64_t *addrs, size_t count, uint16_t *codes)
{
	struct operation op = {
		.kind = OPERATION_PROBE, .a = a, .store = store,
		.addrs = addrs, .count = count, .codes = codes,
	};

	return run(live_of(t), &op);
}

struct error *engine_walk(struct target *t, struct walk **w)
{
	return storage_walk(live_of(t), 0, NULL, w);
}
