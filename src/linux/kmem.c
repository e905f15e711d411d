/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/kmem.h"

#include <string.h>

#include "arch/psw.h"
#include "arch/translate.h"
#include "base/endian.h"

#define STRING_STEP	64U	/* bytes read at once of a text of unknown length */

struct error *kmem_init(struct kmem *m, struct target *t, const volatile int *interrupted)
{
	struct walk *w = NULL;
	struct s390_regs regs;
	struct error *err;

	*m = (struct kmem){ .target = t, .interrupted = interrupted };
	if (!t->ops->walk)
		return error_new(ERROR_TARGET, "this target has no translation of its own");
	err = t->ops->walk(t, &w);
	if (err)
		return err;
	regs = w->regs;
	err = walk_init(&m->walk, &w->storage, w->facilities);
	if (err)
		return err;
	m->ready = true;
	walk_set_regs(&m->walk, &regs);
	m->asce = regs.crs[13];
	m->has_asce = regs.crs[13] != 0 || (regs.psw_mask & PSW_MASK_DAT);
	return NULL;
}

void kmem_deinit(struct kmem *m)
{
	if (m->ready)
		walk_deinit(&m->walk);
	*m = (struct kmem){ .ready = false };
}

void kmem_set_asce(struct kmem *m, uint64_t asce)
{
	m->asce = asce;
	m->has_asce = true;
	walk_flush(&m->walk);
}

const struct s390_regs *kmem_regs(const struct kmem *m)
{
	return &m->walk.regs;
}

static struct error *check_interrupted(const struct kmem *m)
{
	if (m->interrupted && *m->interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	return NULL;
}

static struct error *read_space(struct kmem *m, enum space space, uint64_t addr, void *buf,
				size_t len, size_t *done)
{
	struct access a = ACCESS_INIT(addr);
	struct error *err = check_interrupted(m);

	*done = 0;
	if (err || !len)
		return err;
	a.space = space;
	a.asce = m->asce;
	return walk_read(&m->walk, &a, buf, len, done);
}

static enum space kernel_space(const struct kmem *m)
{
	return m->has_asce ? SPACE_ASCE : SPACE_REAL;
}

struct error *kmem_read(struct kmem *m, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return read_space(m, kernel_space(m), addr, buf, len, &done);
}

struct error *kmem_read_absolute(struct kmem *m, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return read_space(m, SPACE_ABSOLUTE, addr, buf, len, &done);
}

struct error *kmem_read_real(struct kmem *m, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	return read_space(m, SPACE_REAL, addr, buf, len, &done);
}

bool kmem_translate(struct kmem *m, uint64_t addr, uint64_t *absolute)
{
	const struct translation_context context = {
		.regs = &m->walk.regs,
		.storage = &m->walk.storage.storage,
		.facilities = m->walk.facilities,
	};
	struct reference reference = REFERENCE_INIT(kernel_space(m), REFERENCE_FETCH);
	struct address_space as;
	struct translation t;

	reference.asce = m->asce;
	address_space_open(&as, &context, &reference);
	if (!translate(&as, addr, &t))
		return false;
	*absolute = t.absolute;
	return true;
}

size_t kmem_read_some(struct kmem *m, uint64_t addr, void *buf, size_t len)
{
	size_t done;

	error_free(read_space(m, kernel_space(m), addr, buf, len, &done));
	return done;
}

struct error *kmem_not_there(struct error *err)
{
	if (err && err->kind != ERROR_ACCESS)
		return err;
	error_free(err);
	return NULL;
}

struct error *kmem_u8(struct kmem *m, uint64_t addr, uint8_t *value)
{
	return kmem_read(m, addr, value, sizeof(*value));
}

struct error *kmem_u16(struct kmem *m, uint64_t addr, uint16_t *value)
{
	unsigned char raw[2];
	struct error *err = kmem_read(m, addr, raw, sizeof(raw));

	if (!err)
		*value = get_be16(raw);
	return err;
}

struct error *kmem_u32(struct kmem *m, uint64_t addr, uint32_t *value)
{
	unsigned char raw[4];
	struct error *err = kmem_read(m, addr, raw, sizeof(raw));

	if (!err)
		*value = get_be32(raw);
	return err;
}

struct error *kmem_u64(struct kmem *m, uint64_t addr, uint64_t *value)
{
	unsigned char raw[8];
	struct error *err = kmem_read(m, addr, raw, sizeof(raw));

	if (!err)
		*value = get_be64(raw);
	return err;
}

struct error *kmem_string(struct kmem *m, uint64_t addr, char *buf, size_t size)
{
	size_t got = 0, step, done;
	struct error *err;

	memset(buf, 0, size);
	while (got + 1 < size) {
		step = size - 1 - got < STRING_STEP ? size - 1 - got : STRING_STEP;
		err = read_space(m, kernel_space(m), addr + got, buf + got, step, &done);
		if (memchr(buf + got, 0, done)) {
			/* The text ends before what could not be read. */
			error_free(err);
			return NULL;
		}
		if (err)
			return err;
		got += step;
	}
	return NULL;
}
