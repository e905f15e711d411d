/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pattern.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/simd.h"
#include "cli/values.h"

#define BLOCK	512	/* offsets looked at together; a compiler makes vectors of them */
#define LANES	32	/* offsets in a vector: two vectors where they have 16 bytes */
#define AHEAD	4096	/* memory is asked for so many bytes ahead: what a CPU does by itself ends with the page */
#define WORD	8	/* bytes compared at once in aligned searches */
#define WORD_ALIGN 8	/* from this alignment on, words are compared instead of blocks */

static struct error *pattern_error(const char *text, const char *what)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, text, strlen(text));
	err = error_new(ERROR_USAGE, "pattern '%s': %s", buf_str(&shown), what);
	buf_free(&shown);
	return err;
}

static unsigned char digit_value(char c)
{
	if (c == '?')
		return 0;
	return (unsigned char)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

static unsigned char digit_mask(char c)
{
	return c == '?' ? 0 : 0xf;
}

static struct error *allocate(struct pattern *p, const char *text, size_t len)
{
	if (!len)
		return pattern_error(text, "it is empty");
	if (len > PATTERN_MAX)
		return error_new(ERROR_USAGE, "the pattern has %zu bytes, more than %d", len,
				 PATTERN_MAX);
	p->len = len;
	p->value = malloc(len);
	p->mask = malloc(len);
	return p->value && p->mask ? NULL : error_nomem();
}

static struct error *parse_hex(const char *text, struct pattern *p)
{
	const char *digits = text;
	struct error *err;
	size_t i;

	if (digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		digits += 2;
	if (digits[strspn(digits, "0123456789abcdefABCDEF?")])
		return error_hint(pattern_error(text, "not all of it are hex digits or ?"),
				  "-t u8, u16, u32, u64, str and ebcdic take other patterns");
	if (strlen(digits) % 2)
		return error_hint(pattern_error(text, "an odd number of hex digits"),
				  "write two digits for each byte");
	err = allocate(p, text, strlen(digits) / 2);
	for (i = 0; !err && i < p->len; i++, digits += 2) {
		p->value[i] = (unsigned char)(digit_value(digits[0]) << 4 | digit_value(digits[1]));
		p->mask[i] = (unsigned char)(digit_mask(digits[0]) << 4 | digit_mask(digits[1]));
	}
	return err;
}

static struct error *parse_value(enum mem_type type, const char *code_page, const char *text,
				 struct pattern *p)
{
	struct buf bytes = BUF_INIT;
	struct error *err = values_add(&bytes, type, code_page, text);

	if (!err)
		err = allocate(p, text, bytes.len);
	if (!err) {
		memcpy(p->value, bytes.data, bytes.len);
		memset(p->mask, 0xff, bytes.len);
	}
	buf_free(&bytes);
	return err;
}

static struct error *apply_mask(const char *text, struct pattern *p)
{
	struct buf bytes = BUF_INIT;
	struct error *err = values_add(&bytes, MEM_HEX, NULL, text);
	size_t i;

	if (!err && bytes.len != p->len)
		err = error_new(ERROR_USAGE, "mask and pattern are not equally long: %zu and %zu bytes",
				bytes.len, p->len);
	for (i = 0; !err && i < p->len; i++) {
		p->mask[i] &= (unsigned char)bytes.data[i];
		p->value[i] &= p->mask[i];
	}
	buf_free(&bytes);
	return err;
}

/* How much a byte of the pattern tells apart: memory is full of zeros and ones. */
static unsigned int byte_weight(const struct pattern *p, size_t i)
{
	unsigned char value = p->value[i], mask = p->mask[i];
	unsigned int weight = (unsigned int)__builtin_popcount(mask) * 4;

	if (value == (unsigned char)(0xff & mask) || value == 0)
		weight /= 4;
	else if (value == 0x20 || value == 0x40 || value < 4)
		weight /= 2;
	return weight;
}

/* Choose the bytes to look at first: the best ones, different if there are two. False: none tells anything. */
static bool choose_anchors(struct pattern *p)
{
	unsigned int weight, best[2] = { 0, 0 };
	size_t i;

	for (i = 0; i < p->len; i++) {
		weight = byte_weight(p, i);
		if (weight > best[0]) {
			p->anchor[1] = p->anchor[0];
			best[1] = best[0];
			p->anchor[0] = i;
			best[0] = weight;
		} else if (weight > best[1]) {
			p->anchor[1] = i;
			best[1] = weight;
		}
	}
	if (!best[1])
		p->anchor[1] = p->anchor[0];
	return best[0] != 0;
}

struct error *pattern_parse(enum mem_type type, const char *code_page, const char *text,
			    const char *mask, struct pattern *p)
{
	struct error *err;

	*p = (struct pattern){ .len = 0 };
	err = type == MEM_HEX ? parse_hex(text, p) : parse_value(type, code_page, text, p);
	if (!err && mask)
		err = apply_mask(mask, p);
	if (!err && !choose_anchors(p))
		err = pattern_error(text, "everything would match");
	return err;
}

void pattern_free(struct pattern *p)
{
	free(p->value);
	free(p->mask);
	*p = (struct pattern){ .len = 0 };
}

static bool matches(const struct pattern *p, const unsigned char *at)
{
	size_t i;

	for (i = 0; i < p->len; i++) {
		if ((at[i] ^ p->value[i]) & p->mask[i])
			return false;
	}
	return true;
}

/* Ask for memory that is looked at later; it need not be there. */
static inline void prefetch(const unsigned char *at)
{
	__builtin_prefetch((const void *)((uintptr_t)at + AHEAD));
}

/* Do both anchors match at any of BLOCK offsets? No branches in it, so that it becomes vector code. */
static inline SIMD_INLINE bool block_matches(const struct pattern *p, const unsigned char *at)
{
	const unsigned char *a = at + p->anchor[0], *b = at + p->anchor[1];
	const unsigned char value_a = p->value[p->anchor[0]], mask_a = p->mask[p->anchor[0]];
	const unsigned char value_b = p->value[p->anchor[1]], mask_b = p->mask[p->anchor[1]];
	unsigned char hit[LANES] = { 0 };
	uint64_t words[LANES / 8];
	size_t i, j;

	for (i = 0; i < BLOCK; i += LANES) {
		prefetch(at + i);
		for (j = 0; j < LANES; j++)
			hit[j] |= (unsigned char)((((a[i + j] & mask_a) ^ value_a) |
						   ((b[i + j] & mask_b) ^ value_b)) == 0);
	}
	memcpy(words, hit, sizeof(words));
	for (j = 1; j < LANES / 8; j++)
		words[0] |= words[j];
	return words[0];
}

/* Offsets below limit one by one, with all their bytes. */
static size_t find_stepping(const struct pattern *p, const unsigned char *buf, size_t at,
			    size_t limit, uint64_t align)
{
	unsigned char value = p->value[p->anchor[0]], mask = p->mask[p->anchor[0]];
	const unsigned char *first = buf + p->anchor[0];

	while (at < limit) {
		if (((first[at] ^ value) & mask) == 0 && matches(p, buf + at))
			return at;
		if (align >= limit - at)
			break;
		at += (size_t)align;
	}
	return PATTERN_NONE;
}

/* The first up to 8 bytes of the pattern as they lie in memory. */
static uint64_t first_word(const struct pattern *p, const unsigned char *bytes)
{
	uint64_t word = 0;

	memcpy(&word, bytes, p->len < WORD ? p->len : WORD);
	return word;
}

/* Offsets below limit, a word at a time; a word can be read at each of them. */
static size_t find_words(const struct pattern *p, const unsigned char *buf, size_t at, size_t limit,
			 size_t align)
{
	uint64_t value = first_word(p, p->value), mask = first_word(p, p->mask), word;

	for (; at < limit; at += align) {
		prefetch(buf + at);
		memcpy(&word, buf + at, sizeof(word));
		if (((word ^ value) & mask) == 0 && matches(p, buf + at))
			return at;
	}
	return PATTERN_NONE;
}

static inline SIMD_INLINE size_t
find_in_blocks(const struct pattern *p, const unsigned char *buf, size_t *at, size_t limit,
	       uint64_t first, uint64_t align)
{
	size_t next, found;

	for (; *at + BLOCK <= limit; *at += BLOCK) {
		if (!block_matches(p, buf + *at))
			continue;
		next = *at + (size_t)((align - (*at - first) % align) % align);
		found = find_stepping(p, buf, next, *at + BLOCK, align);
		if (found != PATTERN_NONE)
			return found;
	}
	return PATTERN_NONE;
}

#ifdef SIMD_AVX2
/* The same with vectors of 32 bytes. */
SIMD_AVX2 static size_t
find_in_blocks_avx2(const struct pattern *p, const unsigned char *buf, size_t *at, size_t limit,
		    uint64_t first, uint64_t align)
{
	return find_in_blocks(p, buf, at, limit, first, align);
}
#endif

static size_t find_blocks(const struct pattern *p, const unsigned char *buf, size_t *at,
			  size_t limit, uint64_t first, uint64_t align)
{
#ifdef SIMD_AVX2
	if (simd_has_avx2())
		return find_in_blocks_avx2(p, buf, at, limit, first, align);
#endif
	return find_in_blocks(p, buf, at, limit, first, align);
}

/* at, or the next offset that is aligned; may pass len. */
static size_t align_up(size_t at, uint64_t first, uint64_t align)
{
	uint64_t over;

	if (at <= first)
		return first < SIZE_MAX ? (size_t)first : SIZE_MAX;
	over = (at - first) % align;
	if (!over)
		return at;
	return align - over < SIZE_MAX - at ? at + (size_t)(align - over) : SIZE_MAX;
}

size_t pattern_find(const struct pattern *p, const void *data, size_t len, size_t from, size_t end,
		    uint64_t first, uint64_t align)
{
	const unsigned char *buf = data;
	size_t limit = len < p->len ? 0 : len - p->len + 1, words, found = PATTERN_NONE, at;

	limit = limit < end ? limit : end;
	at = align_up(from, first, align);
	if (at >= limit)
		return PATTERN_NONE;
	if (align < WORD_ALIGN) {
		at = from > first ? from : (size_t)first;
		found = find_blocks(p, buf, &at, limit, first, align);
	} else if (align < len && len >= WORD) {
		words = limit < len - WORD + 1 ? limit : len - WORD + 1;
		found = find_words(p, buf, at, words, (size_t)align);
		at = align_up(at > words ? at : words, first, align);
	}
	if (found != PATTERN_NONE)
		return found;
	at = align_up(at, first, align);
	return at < limit ? find_stepping(p, buf, at, limit, align) : PATTERN_NONE;
}
