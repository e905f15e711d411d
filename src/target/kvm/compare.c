/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --engine=both. The guest may run on: what differs must differ while
 * KVM_S390_MEM_OP says the same before and after, several times over.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/pgm.h"
#include "base/buf.h"
#include "target/kvm/engine.h"

#define ROUNDS	4

/* How one of the two has ended. */
struct outcome {
	struct operation op;
	struct error *err;
	void *copy;		/* where its data or codes go, allocated; NULL: the caller's place */
};

static size_t result_size(const struct operation *op)
{
	if (op->kind == OPERATION_READ)
		return (size_t)op->len;
	return op->kind == OPERATION_PROBE ? op->count * sizeof(op->codes[0]) : 0;
}

/* An operation like another one, with a place of its own for its results. */
static bool outcome_init(struct outcome *o, const struct operation *op)
{
	size_t size = result_size(op);

	*o = (struct outcome){ .op = *op };
	if (!size)
		return true;
	o->copy = calloc(1, size);
	o->op.buf = o->op.kind == OPERATION_READ ? o->copy : NULL;
	o->op.codes = o->op.kind == OPERATION_PROBE ? o->copy : NULL;
	return o->copy != NULL;
}

static void outcome_free(struct outcome *o)
{
	error_free(o->err);
	wipe_free(o->copy, result_size(&o->op));
	*o = (struct outcome){ .err = NULL };
}

/* Has it failed for other reasons than the guest's? */
static bool has_failed(const struct outcome *o)
{
	return o->err && o->err->kind != ERROR_ACCESS;
}

/* The same end: success or failure, exception, how far. Data are not looked at. */
static bool same_end(const struct outcome *a, const struct outcome *b)
{
	if (!a->err != !b->err || a->op.done != b->op.done)
		return false;
	if (!a->err)
		return true;
	if (a->err->kind != b->err->kind)
		return false;
	return a->err->kind != ERROR_ACCESS || (a->err->access.code == b->err->access.code &&
						a->err->access.addr == b->err->access.addr);
}

/* The first byte (address probed) at which b differs from a and again, which are alike there; -1: none. */
static int64_t first_difference(const struct outcome *a, const struct outcome *again,
				const struct outcome *b)
{
	const unsigned char *x = a->op.buf, *y = b->op.buf, *z = again->op.buf;
	uint64_t i;

	if (a->op.kind == OPERATION_PROBE) {
		for (i = 0; i < a->op.count; i++)
			if (a->op.codes[i] != b->op.codes[i] &&
			    a->op.codes[i] == again->op.codes[i])
				return (int64_t)i;
		return -1;
	}
	if (a->op.kind != OPERATION_READ || !memcmp(x, y, (size_t)a->op.done))
		return -1;
	for (i = 0; i < a->op.done; i++)
		if (x[i] != y[i] && x[i] == z[i])
			return (int64_t)i;
	return -1;
}

static void describe(const struct outcome *o, char *text, size_t size)
{
	if (!o->err)
		snprintf(text, size, "success");
	else if (o->err->kind == ERROR_ACCESS)
		snprintf(text, size, "%s (%04x) at %016" PRIx64, pgm_name(o->err->access.code),
			 o->err->access.code, o->err->access.addr);
	else
		snprintf(text, size, "%s", o->err->message);
}

static struct error *end_error(const struct outcome *ioctl, const struct outcome *walk)
{
	char a[200], b[200];

	describe(ioctl, a, sizeof(a));
	describe(walk, b, sizeof(b));
	return error_new(ERROR_TARGET, "the engines differ at %016" PRIx64 ": KVM_S390_MEM_OP: %s; own translation: %s",
			 ioctl->op.a->addr, a, b);
}

static struct error *data_error(const struct outcome *ioctl, const struct outcome *walk,
				int64_t at)
{
	const unsigned char *x = ioctl->op.buf, *y = walk->op.buf;

	if (ioctl->op.kind == OPERATION_PROBE)
		return error_new(ERROR_TARGET, "the engines differ at %016" PRIx64 ": KVM_S390_MEM_OP: %04x; own translation: %04x",
				 ioctl->op.addrs[at], ioctl->op.codes[at], walk->op.codes[at]);
	return error_new(ERROR_TARGET, "the engines differ at %016" PRIx64 ": KVM_S390_MEM_OP: %02x; own translation: %02x",
			 ioctl->op.a->addr + (uint64_t)at, x[at], y[at]);
}

/*
 * Once more by the kernel, then compare all three. Of a differing read only
 * what both have is compared. Returns the difference, NULL if there is none.
 */
static struct error *difference(const struct outcome *first, const struct outcome *walk,
				const struct outcome *again)
{
	int64_t at;

	if (!same_end(first, again))
		return NULL;
	if (!same_end(first, walk))
		return end_error(first, walk);
	at = first_difference(first, again, walk);
	return at < 0 ? NULL : data_error(first, walk, at);
}

/*
 * The host cannot read the page: the walk meets EFAULT, and KVM before Linux 7.0
 * tells that as a protection exception.
 */
static bool is_host_failure(const struct outcome *ioctl, const struct outcome *walk)
{
	return walk->err && walk->err->errnum == EFAULT && ioctl->err &&
	       ioctl->err->kind == ERROR_ACCESS && ioctl->err->access.code == PGM_PROTECTION &&
	       ioctl->op.kind == OPERATION_READ;
}

/* One round. *differ: the difference, NULL: none. */
static struct error *compare_once(struct live *l, struct outcome *first, struct outcome *walk,
				  struct outcome *again, const struct live_context *pinned,
				  struct error **differ)
{
	struct error *err;
	enum space space;

	*differ = NULL;
	first->err = engine_by_ioctl(l, &first->op, pinned);
	if (has_failed(first) && first->err->kind != ERROR_TARGET)
		return NULL;
	space = l->t.last_space;
	walk->err = engine_by_walk(l, &walk->op, pinned->space == SPACE_AUTO ? NULL : pinned);
	l->t.last_space = space;
	if (has_failed(first) && has_failed(walk))
		return NULL;
	if (is_host_failure(first, walk))
		return NULL;
	if (has_failed(walk) && walk->err->kind != ERROR_TARGET) {
		/* It has nothing to say. */
		err = walk->err;
		walk->err = NULL;
		return err;
	}
	/* As long as all is alike, twice is enough. */
	if (same_end(first, walk) &&
	    (!result_size(&first->op) ||
	     !memcmp(first->copy ? first->copy : first->op.buf, walk->copy,
		     first->op.kind == OPERATION_READ ? (size_t)first->op.done :
		     result_size(&first->op))))
		return NULL;
	again->err = engine_by_ioctl(l, &again->op, pinned);
	*differ = difference(first, walk, again);
	return NULL;
}

/* Do what changes nothing both ways. */
static struct error *compare(struct live *l, struct operation *op,
			     const struct live_context *pinned)
{
	struct error *differ = NULL, *err = NULL, *result = NULL;
	struct outcome first, walk, again;
	bool ready;
	int round;

	for (round = 0; round < ROUNDS && !err && (!round || differ); round++) {
		error_free(differ);
		differ = NULL;
		error_free(result);
		result = NULL;
		/* all three, as all three are freed */
		ready = outcome_init(&first, op);
		ready = outcome_init(&walk, op) && ready;
		ready = outcome_init(&again, op) && ready;
		if (ready)
			err = compare_once(l, &first, &walk, &again, pinned, &differ);
		else
			err = error_nomem();
		if (!err && first.copy)
			memcpy(op->kind == OPERATION_READ ? op->buf : (void *)op->codes, first.copy,
			       result_size(op));
		op->done = first.op.done;
		result = first.err;
		first.err = NULL;
		outcome_free(&first);
		outcome_free(&walk);
		outcome_free(&again);
	}
	if (!err)
		err = differ;
	else
		error_free(differ);
	if (!err)
		return result;
	error_free(result);
	return err;
}

/* Would the store succeed? Then store, and read it by our own translation. */
static struct error *compare_write(struct live *l, struct operation *op,
				   const struct live_context *pinned)
{
	struct operation check = *op, back = *op;
	struct outcome o;
	struct error *err;
	size_t i;

	check.kind = OPERATION_CHECK;
	err = compare(l, &check, pinned);
	if (!err)
		err = engine_by_ioctl(l, op, pinned);
	if (err)
		return err;
	back.kind = OPERATION_READ;
	back.store = false;
	if (!outcome_init(&o, &back))
		return error_nomem();
	err = compare(l, &o.op, pinned);
	for (i = 0; i < op->len && !err; i++)
		if (((unsigned char *)o.copy)[i] != ((const unsigned char *)op->data)[i])
			log_verbose(l->t.log, 1, "%016" PRIx64 " has been changed since it was written",
				    op->a->addr + i);
	outcome_free(&o);
	return err;
}

struct error *engine_compare(struct live *l, struct operation *op,
			     const struct live_context *pinned)
{
	if (op->kind == OPERATION_WRITE)
		return compare_write(l, op, pinned);
	return compare(l, op, pinned);
}
