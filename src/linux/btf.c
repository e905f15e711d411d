/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/btf.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"

#define HEADER		24U		/* bytes of struct btf_header */
#define STEP		(1UL << 20)

/* Magic, version 1, no flags, hdr_len; what follows are offsets and lengths. */
static const unsigned char header[8] = { 0xeb, 0x9f, 1, 0, 0, 0, 0, HEADER };

/* Types first, strings right behind them, as pahole and the kernel's resolve_btfids write it. */
static bool is_header(const unsigned char *p, uint64_t *len)
{
	uint64_t type_off = get_be32(p + 8), type_len = get_be32(p + 12);
	uint64_t str_off = get_be32(p + 16), str_len = get_be32(p + 20);

	*len = HEADER + str_off + str_len;
	return !type_off && type_len && str_off == type_len && str_len && *len <= BTF_MAX;
}

/* The image, as far as it is known: the BTF stands behind the code. */
static bool image(struct kernel *k, uint64_t *start, uint64_t *end)
{
	if (!kernel_has_symbol(k, "_etext", start)) {
		if (!k->place.has_stext)
			return false;
		*start = k->place.stext;
	}
	*end = *start + BTF_MAX;
	if (k->place.has_end && k->place.end > *start && k->place.end < *end)
		*end = k->place.end;
	return true;
}

static struct error *search(struct kernel *k, uint64_t *addr, uint64_t *len)
{
	unsigned char *data = malloc(STEP + HEADER);
	uint64_t at, end, found = 0;
	size_t got, i;

	if (!data)
		return error_nomem();
	if (!image(k, &at, &end))
		at = end = 0;
	for (at &= ~3UL; at < end && !found; at += STEP) {
		if (k->opt.interrupted && *k->opt.interrupted) {
			wipe_free(data, STEP + HEADER);
			return error_new(ERROR_PARTIAL, "interrupted");
		}
		got = kmem_read_some(&k->mem, at, data, STEP + HEADER);
		if (got < HEADER)
			break;
		for (i = 0; i + HEADER <= got && !found; i += 4) {
			if (!memcmp(data + i, header, sizeof(header)) && is_header(data + i, len))
				found = at + i;
		}
	}
	wipe_free(data, STEP + HEADER);
	*addr = found;
	return found ? NULL : error_new(ERROR_NO, "no types: there is no BTF in the guest's kernel");
}

static struct error *locate(struct kernel *k, uint64_t *addr, uint64_t *len)
{
	uint64_t stop;

	if (!kernel_has_symbol(k, "__start_BTF", addr) ||
	    !kernel_has_symbol(k, "__stop_BTF", &stop))
		return search(k, addr, len);
	*len = stop - *addr;
	if (stop > *addr && *len <= BTF_MAX)
		return NULL;
	return error_new(ERROR_NO, "no types: there is no BTF in the guest's kernel");
}

struct error *btf_load(struct kernel *k, struct types **types)
{
	uint64_t addr, len = 0;
	unsigned char *data;
	struct error *err;

	*types = NULL;
	err = locate(k, &addr, &len);
	if (err)
		return err;
	data = malloc(len);
	if (!data)
		return error_nomem();
	err = kmem_read(&k->mem, addr, data, len);
	if (!err)
		err = types_open_btf(data, len, k->opt.interrupted, types);
	wipe_free(data, len);
	/* Damage is the guest's, no mistake of the user. */
	if (err && err->kind == ERROR_USAGE)
		err->kind = ERROR_NO;
	return err ? error_prefix(err, "BTF of the guest") : NULL;
}
