/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/walk.h"

#include <inttypes.h>
#include <string.h>

#include "arch/pgm.h"

#define BLOCK	4096ULL	/* what read_absolute() gives at most */

struct error *walk_init(struct walk *w, const struct walk_storage *storage,
			unsigned int facilities)
{
	*w = (struct walk){ .storage = *storage, .facilities = facilities };
	return tlb_init(&w->tlb, TLB_SEGMENTS) ? NULL : error_nomem();
}

void walk_deinit(struct walk *w)
{
	tlb_deinit(&w->tlb);
}

void walk_set_regs(struct walk *w, const struct s390_regs *regs)
{
	w->regs = *regs;
}

void walk_flush(struct walk *w)
{
	tlb_flush(&w->tlb);
}

/* What KVM_S390_MEM_OP knows and a walk cannot do; and values out of range. */
static struct error *check_access(const struct walk *w, const struct access *a, bool store)
{
	if (a->ar > 15)
		return error_new(ERROR_USAGE, "there is no access register %u", a->ar);
	if (a->key < -1 || a->key > 15)
		return error_new(ERROR_USAGE, "there is no access key %d", a->key);
	if (a->space == SPACE_SIDA)
		return error_new(ERROR_USAGE,
				 "the secure instruction data area is known to the kernel of the guest's host only");
	if (a->inject)
		return error_new(ERROR_REFUSED,
				 "no vCPU makes this access: there is none to deliver an exception to");
	if (a->key > 0 && !w->storage.storage.get_key)
		return error_hint(error_new(ERROR_REFUSED,
					    "storage keys are not known here, so an access with key %d cannot be tried",
					    a->key),
				  "leave --key out");
	if (store && !w->storage.write_bulk)
		return error_new(ERROR_REFUSED, "%s", w->storage.read_only ? w->storage.read_only :
				 "this storage cannot be written to");
	return NULL;
}

static void open_space(struct walk *w, const struct access *a, bool store,
		       struct address_space *as)
{
	const struct translation_context context = {
		.regs = &w->regs,
		.storage = &w->storage.storage,
		.facilities = w->facilities,
		.tlb = &w->tlb,
	};
	const struct reference reference = {
		.space = a->space,
		.ar = a->ar,
		.alet = a->alet,
		.asce = a->asce,
		.type = store ? REFERENCE_STORE : REFERENCE_FETCH,
		.key = a->key,
	};

	address_space_open(as, &context, &reference);
	w->last_space = as->space;
}

static struct error *host_error(const struct walk *w, int errnum, uint64_t addr)
{
	if (w->storage.failure)
		return w->storage.failure(w->storage.storage.arg, errnum);
	return error_os(ERROR_TARGET, errnum, "the guest's storage for address %016" PRIx64, addr);
}

static struct error *access_error(const struct walk *w, const struct access *a, bool store,
				  uint64_t addr, uint16_t code)
{
	const struct error_access payload = {
		.code = code,
		.addr = addr,
		.space = (uint8_t)w->last_space,
		.ar = a->ar,
		.key = a->key,
		.store = store,
	};

	return pgm_access_error(&payload);
}

/* The error of a translation that has failed. */
static struct error *translation_error(const struct walk *w, const struct access *a, bool store,
				       const struct translation *t)
{
	if (t->error)
		return host_error(w, t->error, t->effective);
	return access_error(w, a, store, t->effective, t->code);
}

/* Fetch from absolute storage in blocks, where there is no bulk read. */
static int read_blocks(const struct storage *storage, uint64_t addr, unsigned char *buf,
		       size_t len, size_t *done)
{
	size_t n;
	int rc;

	for (*done = 0; *done < len; *done += n) {
		n = (size_t)(BLOCK - (addr + *done) % BLOCK);
		if (n > len - *done)
			n = len - *done;
		rc = storage->read_absolute(storage->arg, addr + *done, buf + *done, n);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_storage(const struct walk *w, uint64_t addr, void *buf, size_t len, size_t *done)
{
	const struct storage *storage = &w->storage.storage;

	*done = 0;
	if (w->storage.read_bulk)
		return w->storage.read_bulk(storage->arg, addr, buf, len, done);
	return read_blocks(storage, addr, buf, len, done);
}

/* One contiguous piece of a transfer has moved n bytes with result rc. */
static struct error *piece_error(const struct walk *w, const struct access *a, bool store,
				 const struct translation *t, int rc, size_t n)
{
	if (!rc)
		return NULL;
	if (rc == STORAGE_OUTSIDE)
		return access_error(w, a, store, t->effective + n, PGM_ADDRESSING);
	return host_error(w, -rc, t->effective + n);
}

struct error *walk_read(struct walk *w, const struct access *a, void *buf, size_t len,
			size_t *done)
{
	struct error *err = check_access(w, a, false);
	struct address_space as;
	struct translation t;
	size_t n, got;
	int rc;

	*done = 0;
	if (err)
		return err;
	open_space(w, a, false, &as);
	while (!err && *done < len) {
		if (!translate_run(&as, a->addr + *done, len - *done, &t))
			return translation_error(w, a, false, &t);
		n = t.length < len - *done ? (size_t)t.length : len - *done;
		rc = read_storage(w, t.absolute, (unsigned char *)buf + *done, n, &got);
		*done += got;
		err = piece_error(w, a, false, &t, rc, got);
	}
	return err;
}

struct error *walk_look(struct walk *w, const struct access *a, size_t len, const void **data,
			size_t *got)
{
	struct error *err = check_access(w, a, false);
	struct address_space as;
	struct translation t;

	*data = NULL;
	*got = 0;
	if (err || !w->storage.look)
		return err;
	open_space(w, a, false, &as);
	if (!translate_run(&as, a->addr, len, &t))
		return NULL;
	*got = t.length < len ? (size_t)t.length : len;
	*data = w->storage.look(w->storage.storage.arg, t.absolute, got);
	if (!*data)
		*got = 0;
	return NULL;
}

struct error *walk_looked(struct walk *w, const struct access *a)
{
	int rc = w->storage.look ? w->storage.looked(w->storage.storage.arg) : 0;

	return rc ? host_error(w, -rc, a->addr) : NULL;
}

struct error *walk_write(struct walk *w, const struct access *a, const void *buf, size_t len,
			 size_t *done)
{
	const struct walk_storage *ws = &w->storage;
	struct error *err = check_access(w, a, true);
	struct address_space as;
	struct translation t;
	uint64_t accessible;
	size_t n, put;
	int rc;

	*done = 0;
	if (err || !len)
		return err;
	open_space(w, a, true, &as);
	if (!translate_check(&as, a->addr, len, &t, &accessible))
		return translation_error(w, a, true, &t);
	while (!err && *done < len) {
		if (!translate_run(&as, a->addr + *done, len - *done, &t))
			return translation_error(w, a, true, &t);
		n = t.length < len - *done ? (size_t)t.length : len - *done;
		put = 0;
		rc = ws->write_bulk(ws->storage.arg, t.absolute,
				    (const unsigned char *)buf + *done, n, &put);
		*done += put;
		err = piece_error(w, a, true, &t, rc, put);
	}
	/* What was written may have been a table. */
	walk_flush(w);
	return err;
}

struct error *walk_check(struct walk *w, const struct access *a, bool store, uint64_t len,
			 uint64_t *done)
{
	struct error *err = check_access(w, a, store && w->storage.write_bulk);
	struct address_space as;
	struct translation t;

	*done = 0;
	if (err || !len)
		return err;
	open_space(w, a, store, &as);
	if (translate_check(&as, a->addr, len, &t, done)) {
		*done = len;
		return NULL;
	}
	return translation_error(w, a, store, &t);
}

struct error *walk_probe(struct walk *w, const struct access *a, bool store,
			 const uint64_t *addrs, size_t count, uint16_t *codes)
{
	struct error *err = check_access(w, a, store && w->storage.write_bulk);
	struct address_space as;
	struct translation t;
	size_t i;

	if (err)
		return err;
	open_space(w, a, store, &as);
	for (i = 0; i < count; i++) {
		codes[i] = 0;
		if (translate(&as, addrs[i], &t))
			continue;
		if (t.error)
			return host_error(w, t.error, t.effective);
		codes[i] = t.code;
	}
	return NULL;
}
