/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/dump/segments.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/storage.h"

#define BLOCK	4096ULL
#define MERGED_MAX	64	/* neighbours that one extent goes on through */

/* What is wrong with a segment taken by itself; NULL: nothing. */
static const char *find_fault(const struct dump_file *f, const struct segment *g)
{
	if (g->addr > UINT64_MAX - (g->size - 1))
		return "passes 2^64";
	if (g->in_file > g->size)
		return "has more bytes in the file than in storage";
	if (g->addr % BLOCK || g->size % BLOCK)
		return "does not consist of whole 4 KiB blocks";
	if (!dump_file_has(f, g->offset, g->in_file))
		return "passes the end of the file: truncated?";
	return NULL;
}

struct error *segments_add(struct segments *s, const struct dump_file *f,
			   const struct segment *segment, size_t number)
{
	struct segment *list;
	const char *fault;
	size_t room;

	if (!segment->size)
		return NULL;
	fault = find_fault(f, segment);
	if (fault)
		return error_new(ERROR_TARGET,
				 "dump '%s', %" PRIu64 " bytes: segment %zu, absolute 0x%" PRIx64 ", 0x%" PRIx64 " bytes, at offset %" PRIu64 ", %s",
				 f->name, f->size, number, segment->addr, segment->size,
				 segment->offset, fault);
	if (s->count == s->room) {
		room = s->room ? 2 * s->room : 16;
		list = realloc(s->list, room * sizeof(*list));
		if (!list)
			return error_nomem();
		s->list = list;
		s->room = room;
	}
	s->list[s->count++] = *segment;
	return NULL;
}

/* By address; of those that begin together the largest first. */
static int compare(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return 0;
}

/* Read len bytes at an offset within a segment; zeros behind what is in the file. */
static int read_segment(const struct dump_file *f, const struct segment *g, uint64_t within,
			void *buf, size_t len)
{
	size_t stored = 0, got;
	int rc;

	if (within < g->in_file)
		stored = len < g->in_file - within ? len : (size_t)(g->in_file - within);
	rc = stored ? dump_file_pread(f, g->offset + within, buf, stored, &got) : 0;
	if (rc)
		return rc;
	if (stored && got < stored)
		return -ENODATA;	/* the file has shrunk */
	memset((char *)buf + stored, 0, len - stored);
	return 0;
}

/* Have two segments the same bytes where inner is? inner lies within outer. */
static bool is_copy(const struct dump_file *f, const struct segment *outer,
		    const struct segment *inner)
{
	uint64_t shift = inner->addr - outer->addr, pos;
	unsigned char a[8 * BLOCK], b[8 * BLOCK];
	size_t n;

	if (inner->in_file == inner->size && outer->in_file >= shift + inner->size &&
	    outer->offset + shift == inner->offset)
		return true;
	for (pos = 0; pos < inner->size; pos += n) {
		n = inner->size - pos < sizeof(a) ? (size_t)(inner->size - pos) : sizeof(a);
		if (read_segment(f, outer, shift + pos, a, n) || read_segment(f, inner, pos, b, n) ||
		    memcmp(a, b, n) != 0)
			return false;
	}
	return true;
}

struct error *segments_finish(struct segments *s, const struct dump_file *f)
{
	uint64_t compared = 0;
	size_t kept = 0, i;
	const struct segment *g, *before;

	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), compare);
	for (i = 0; i < s->count; i++) {
		g = &s->list[i];
		before = kept ? &s->list[kept - 1] : NULL;
		if (!before || g->addr - before->addr >= before->size) {
			s->bytes += g->size;
			s->list[kept++] = *g;
			continue;
		}
		/* No more is compared than a file of this size can hold twice. */
		if (g->addr - before->addr + g->size <= before->size && g->in_file == g->size &&
		    g->size <= f->size - compared && is_copy(f, before, g)) {
			compared += g->size;
			continue;
		}
		return error_new(ERROR_TARGET,
				 "dump '%s': segments overlap: absolute 0x%" PRIx64 ", 0x%" PRIx64 " bytes, and 0x%" PRIx64 ", 0x%" PRIx64 " bytes",
				 f->name, before->addr, before->size, g->addr, g->size);
	}
	s->count = kept;
	return NULL;
}

void segments_free(struct segments *s)
{
	free(s->list);
	memset(s, 0, sizeof(*s));
}

/* The first segment that ends behind addr; count if there is none. */
static size_t find(struct segments *s, uint64_t addr)
{
	size_t low = 0, high = s->count, middle;
	const struct segment *g;

	if (s->last < s->count) {
		g = &s->list[s->last];
		if (addr >= g->addr && addr - g->addr < g->size)
			return s->last;
	}
	while (low < high) {
		middle = low + (high - low) / 2;
		g = &s->list[middle];
		if (addr >= g->addr && addr - g->addr >= g->size)
			low = middle + 1;
		else
			high = middle;
	}
	s->last = low;
	return low;
}

uint64_t segments_extent(struct segments *s, uint64_t addr, bool *present)
{
	size_t i = find(s, addr);
	const struct segment *g = &s->list[i];
	size_t stop = i + MERGED_MAX;
	uint64_t end;

	*present = i < s->count && addr >= g->addr;
	if (i == s->count)
		return addr ? 0 - addr : UINT64_MAX;
	if (!*present)
		return g->addr - addr;
	for (end = g->addr + g->size; ++i < s->count && i < stop && s->list[i].addr == end; )
		end += s->list[i].size;
	return end - addr ? end - addr : UINT64_MAX;
}

int segments_read(struct segments *s, const struct dump_file *f, uint64_t addr, void *buf,
		  size_t len, size_t *done)
{
	const struct segment *g;
	size_t i, n;
	int rc;

	for (*done = 0; *done < len; *done += n, addr += n) {
		i = find(s, addr);
		g = &s->list[i];
		if (i == s->count || addr < g->addr)
			return STORAGE_OUTSIDE;
		n = len - *done;
		if (n > g->size - (addr - g->addr))
			n = (size_t)(g->size - (addr - g->addr));
		rc = read_segment(f, g, addr - g->addr, (char *)buf + *done, n);
		if (rc)
			return rc;
	}
	return 0;
}

const void *segments_look(struct segments *s, const struct dump_file *f, uint64_t addr,
			  size_t *len)
{
	size_t i = find(s, addr);
	const struct segment *g = &s->list[i];

	if (i == s->count || addr < g->addr || addr - g->addr >= g->in_file)
		return NULL;
	if (*len > g->in_file - (addr - g->addr))
		*len = (size_t)(g->in_file - (addr - g->addr));
	return dump_file_look(f, g->offset + (addr - g->addr), len);
}
