/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/kallsyms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"

#define NR_TOKENS	256U
#define TOKENS_MAX	0x10000U	/* bytes of the token table: its index has 16 bits */
#define TOKEN_TAIL	256U		/* and those of the last token */
#define NAMES_STEP	0x10000U	/* bytes of names read at once */
#define ADDRESSES_STEP	0x4000U		/* addresses read at once */
#define WORK_STEP	1024	/* symbols between two looks at how far it is */
#define RECORD_MAX	(2U + 0x3fffU)	/* bytes of a compressed name, with its length */
#define BIG		0x80U		/* of the first byte of a length: it has two */
#define SOURCE		"kallsyms of the guest"

struct token {
	uint16_t start;
	uint16_t len;
};

/* kallsyms_sym_address() in kernel/kallsyms.c, over the years. */
enum addressing {
	ADDRESS_ABSOLUTE,	/* 64 bits: before Linux 4.6, or without CONFIG_KALLSYMS_BASE_RELATIVE */
	ADDRESS_BASE,		/* 32 bits, unsigned, from kallsyms_relative_base */
	ADDRESS_PLACE,		/* 32 bits, signed, from where they stand: offset_to_ptr(), Linux 7.0 */
};

struct kallsyms {
	struct kmem *mem;
	uint64_t names, token_table, token_index;
	enum addressing addressing;
	uint64_t addresses, base;	/* the table of addresses, what they count from */
	uint32_t n;
	char text[TOKENS_MAX + TOKEN_TAIL];
	struct token tokens[NR_TOKENS];
	struct symtab_entry *entries;
	size_t *starts;			/* of the names, in strings */
	struct buf strings;
	/* A window of the compressed names. */
	unsigned char window[NAMES_STEP + RECORD_MAX];
	uint64_t next;			/* address behind the window */
	size_t at, len;
};

static struct error *damaged(const char *what)
{
	return error_new(ERROR_NO, "the guest's kallsyms tables are damaged: %s", what);
}

static struct error *find_tables(struct kallsyms *k, const struct vmcoreinfo *info)
{
	uint64_t addr;
	struct error *err;

	if (!info->text)
		return error_new(ERROR_NO, "the guest has no VMCOREINFO that leads to its kallsyms tables");
	if (!vmcoreinfo_symbol(info, "kallsyms_names", &k->names) ||
	    !vmcoreinfo_symbol(info, "kallsyms_token_table", &k->token_table) ||
	    !vmcoreinfo_symbol(info, "kallsyms_token_index", &k->token_index) ||
	    !vmcoreinfo_symbol(info, "kallsyms_num_syms", &addr))
		return error_new(ERROR_NO, "VMCOREINFO does not lead to the guest's kallsyms tables "
				 "(Linux before 6.0, or without CONFIG_KALLSYMS)");
	err = kmem_u32(k->mem, addr, &k->n);
	if (err)
		return err;
	if (!k->n || k->n > KALLSYMS_MAX)
		return error_new(ERROR_NO, "the guest's kallsyms tables are damaged: "
				 "%" PRIu32 " symbols", k->n);
	if (vmcoreinfo_symbol(info, "kallsyms_addresses", &k->addresses)) {
		k->addressing = ADDRESS_ABSOLUTE;
		return NULL;
	}
	if (!vmcoreinfo_symbol(info, "kallsyms_offsets", &k->addresses))
		return error_new(ERROR_NO, "VMCOREINFO does not lead to the addresses of kallsyms");
	k->addressing = ADDRESS_PLACE;
	if (!vmcoreinfo_symbol(info, "kallsyms_relative_base", &addr))
		return NULL;
	k->addressing = ADDRESS_BASE;
	return kmem_u64(k->mem, addr, &k->base);
}

static struct error *read_tokens(struct kallsyms *k)
{
	unsigned char index[NR_TOKENS * 2];
	size_t got, i, len, last = 0;
	struct error *err = kmem_read(k->mem, k->token_index, index, sizeof(index));

	if (err)
		return err;
	for (i = 0; i < NR_TOKENS; i++) {
		k->tokens[i].start = get_be16(index + 2 * i);
		last = k->tokens[i].start > last ? k->tokens[i].start : last;
	}
	/* What lies behind the last token need not be there. */
	got = kmem_read_some(k->mem, k->token_table, k->text, last + TOKEN_TAIL);
	for (i = 0; i < NR_TOKENS; i++) {
		if (k->tokens[i].start >= got)
			return damaged("a token outside of its table");
		len = strnlen(k->text + k->tokens[i].start, got - k->tokens[i].start);
		if (len == got - k->tokens[i].start || len > KALLSYMS_NAME_MAX)
			return damaged("a token that does not end");
		k->tokens[i].len = (uint16_t)len;
	}
	return NULL;
}

/* At least a whole record stands in the window, if the guest has so much. */
static struct error *fill_window(struct kallsyms *k)
{
	size_t got;

	if (k->len - k->at >= RECORD_MAX)
		return NULL;
	memmove(k->window, k->window + k->at, k->len - k->at);
	k->len -= k->at;
	k->at = 0;
	if (k->next - k->names > KALLSYMS_NAMES_MAX)
		return damaged("the names are too long");
	if (k->mem->interrupted && *k->mem->interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	got = kmem_read_some(k->mem, k->next, k->window + k->len, sizeof(k->window) - k->len);
	k->next += got;
	k->len += got;
	return NULL;
}

/* The next name, with its type before it, is appended to the strings. */
static struct error *expand_name(struct kallsyms *k, size_t idx)
{
	size_t len, start = k->strings.len, i;
	const struct token *token;
	struct error *err = fill_window(k);

	if (err)
		return err;
	if (k->at >= k->len)
		return damaged("the names end early");
	len = k->window[k->at++];
	if (len & BIG) {
		if (k->at >= k->len)
			return damaged("the names end early");
		len = (len & ~(size_t)BIG) | (size_t)k->window[k->at++] << 7;
	}
	if (len > k->len - k->at)
		return damaged("the names end early");
	for (i = 0; i < len; i++) {
		token = &k->tokens[k->window[k->at++]];
		buf_add(&k->strings, k->text + token->start, token->len);
		if (k->strings.len - start > KALLSYMS_NAME_MAX)
			return damaged("a name is too long");
	}
	if (k->strings.len - start < 2)
		return damaged("a name is empty");
	buf_addc(&k->strings, '\0');
	if (buf_failed(&k->strings))
		return error_nomem();
	if (k->strings.len > KALLSYMS_NAMES_MAX)
		return damaged("the names are too long");
	k->starts[idx] = start;
	return NULL;
}

static uint64_t address(const struct kallsyms *k, size_t idx, const unsigned char *raw)
{
	if (k->addressing == ADDRESS_ABSOLUTE)
		return get_be64(raw);
	if (k->addressing == ADDRESS_BASE)
		return k->base + get_be32(raw);
	return k->addresses + 4 * idx + (uint64_t)(int64_t)(int32_t)get_be32(raw);
}

static struct error *read_addresses(struct kallsyms *k)
{
	size_t width = k->addressing == ADDRESS_ABSOLUTE ? 8 : 4, i, j, n;
	unsigned char *raw = malloc(ADDRESSES_STEP * width);
	struct error *err = raw ? NULL : error_nomem();

	for (i = 0; !err && i < k->n; i += n) {
		n = k->n - i < ADDRESSES_STEP ? k->n - i : ADDRESSES_STEP;
		err = kmem_read(k->mem, k->addresses + i * width, raw, n * width);
		for (j = 0; !err && j < n; j++)
			k->entries[i + j].value = address(k, i + j, raw + j * width);
	}
	wipe_free(raw, ADDRESSES_STEP * width);
	return err;
}

static struct error *load(struct kallsyms *k, const struct vmcoreinfo *info,
			  const struct work *work)
{
	struct error *err = find_tables(k, info);
	size_t i;

	if (!err)
		err = read_tokens(k);
	if (err)
		return err;
	k->entries = calloc(k->n, sizeof(*k->entries));
	k->starts = calloc(k->n, sizeof(*k->starts));
	if (!k->entries || !k->starts)
		return error_nomem();
	k->next = k->names;
	for (i = 0; !err && i < k->n; i++) {
		err = expand_name(k, i);
		if (i % WORK_STEP == 0)
			work_show(work, WORK_SYMBOLS, i, k->n);
	}
	work_end(work, WORK_SYMBOLS);
	if (!err)
		err = read_addresses(k);
	for (i = 0; !err && i < k->n; i++) {
		k->entries[i].type = k->strings.data[k->starts[i]];
		k->entries[i].name = k->strings.data + k->starts[i] + 1;
	}
	return err;
}

struct error *kallsyms_load(struct kmem *m, const struct vmcoreinfo *info,
			    const struct work *work, struct symtab **tab)
{
	struct kallsyms *k = calloc(1, sizeof(*k));
	struct error *err;

	*tab = NULL;
	if (!k)
		return error_nomem();
	k->mem = m;
	err = load(k, info, work);
	if (!err)
		err = symtab_from_list(SOURCE, k->entries, k->n, tab);
	wipe_free(k->entries, k->n * sizeof(*k->entries));
	free(k->starts);
	buf_free(&k->strings);
	wipe_free(k, sizeof(*k));
	return err;
}
