/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/ram.h"

#include <stdlib.h>
#include <string.h>

#include "target/kvm/procfs.h"

#define MERGED_MAX	(64 * RAM_MIB)	/* mappings up to this size may be several that were merged */

/* A mapping, as far as it matters here. */
struct mapping {
	uint64_t start, end, offset, inode;
	bool usable;		/* read, write, no code, no device */
	bool exec;
};

struct mappings {
	struct mapping *m;
	size_t count, room;
};

static bool is_device(const char *path)
{
	if (strncmp(path, "/dev/", 5) != 0)
		return false;
	return strncmp(path, "/dev/shm/", 9) != 0 && strncmp(path, "/dev/hugepages", 14) != 0 &&
	       strncmp(path, "/dev/zero", 9) != 0;
}

/* The program's own: heap, stacks, vdso; and the kernel's anonymous inodes, such as kvm_run. */
static bool is_special(const char *path)
{
	return path[0] == '[' ? strncmp(path, "[anon", 5) != 0 :
	       strncmp(path, "anon_inode:", 11) == 0;
}

static bool add_mapping(struct mappings *all, const struct procfs_map *map)
{
	struct mapping *m;

	if (all->count == all->room) {
		all->room = all->room ? all->room * 2 : 256;
		m = realloc(all->m, all->room * sizeof(*m));
		if (!m)
			return false;
		all->m = m;
	}
	all->m[all->count++] = (struct mapping){
		.start = map->start, .end = map->end, .offset = map->offset, .inode = map->inode,
		.usable = map->read && map->write && !map->exec && !is_device(map->path) &&
			  !is_special(map->path),
		.exec = map->exec,
	};
	return true;
}

/* Does b go on where a ends, with the same file or none? */
static bool continues(const struct mapping *a, const struct mapping *b)
{
	return b->start == a->end && !b->exec && a->inode == b->inode &&
	       (!a->inode || b->offset == a->offset + (a->end - a->start));
}

/*
 * A candidate from the mapping at i on, which begins at a whole MiB. What
 * follows belongs to it until the size is whole MiBs, whatever its protection is:
 * a VMM may have changed that of single pages. Returns how many mappings were used.
 */
static size_t join(const struct mappings *all, size_t i, struct ram_candidate *c)
{
	const struct mapping *first = &all->m[i], *m = first;
	uint64_t size;
	size_t n = 1;

	*c = (struct ram_candidate){ .start = first->start, .exact = true };
	for (;; m++, n++) {
		size = m->end - first->start;
		if (m->usable && size % RAM_MIB == 0) {
			if (!c->size)
				c->size = size;
			c->max = size;
		}
		if (i + n == all->count || !continues(m, m + 1) || (c->max == size && !m[1].usable))
			break;
	}
	return c->size ? (size_t)(n) : 0;
}

/* Candidates within a mapping of which neither end tells anything. */
static size_t within(const struct mapping *m, struct ram_candidate *c, size_t max)
{
	uint64_t start = (m->start + RAM_MIB - 1) & ~(RAM_MIB - 1), end = m->end & ~(RAM_MIB - 1);
	size_t count = 0;

	/* The next one begins at the next MiB, in small mappings only. */
	for (; start < end && count < max; start += RAM_MIB) {
		c[count++] = (struct ram_candidate){
			.start = start, .size = RAM_MIB, .max = end - start,
		};
		if (m->end - m->start > MERGED_MAX)
			break;
	}
	return count;
}

size_t ram_find(char *maps, struct ram_candidate *c, size_t max)
{
	struct mappings all = { .count = 0 };
	size_t count = 0, i, used;
	struct procfs_map map;
	int ret;

	while ((ret = procfs_next_map(&maps, &map)) != 0) {
		if (ret > 0 && map.end > map.start && !add_mapping(&all, &map))
			break;
	}
	for (i = 0; i < all.count && count < max; i += used) {
		used = 0;
		if (all.m[i].usable && all.m[i].start % RAM_MIB == 0)
			used = join(&all, i, &c[count]);
		if (used)
			count++;
		else if (all.m[i].usable)
			count += within(&all.m[i], c + count, max - count);
		used = used ? used : 1;
	}
	free(all.m);
	return count;
}
