/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file mapped for reading that may shrink, or turn out to be unreadable, while
 * it is read: that is no SIGBUS. Zeros stand where the file's bytes cannot be had,
 * and filemap_is_good() says so from then on.
 */
#ifndef S390MEMCTL_BASE_FILEMAP_H
#define S390MEMCTL_BASE_FILEMAP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filemap {
	const unsigned char *data;	/* NULL: there is no mapping */
	size_t len;			/* bytes of the file */
	int protection;			/* PROT_... of its pages */
	volatile sig_atomic_t broken;	/* set by the handler of SIGBUS */
	struct filemap *next;
};

/*
 * Map the first len bytes of a regular file. False: that cannot be done, and *m is
 * one without mapping. *m must stay where it is until filemap_close(). SIGBUS is
 * taken over; one that does not come from a mapping of ours does what it did before.
 */
bool filemap_open(struct filemap *m, int fd, uint64_t len);
/*
 * The same, in pages that are ours as soon as they are written to, for who changes what
 * it reads: libelf does so with the headers of sections that it unpacks.
 */
bool filemap_open_private(struct filemap *m, int fd, uint64_t len);
/* Unmap it; a mapping of zeros is allowed. */
void filemap_close(struct filemap *m);
/*
 * Get len bytes from offset on ready at once; they lie within the mapping. False: some
 * of them cannot be had. True tells only that it went well so far.
 */
bool filemap_populate(const struct filemap *m, size_t offset, size_t len);

/* Was everything read from it so far the file's? */
static inline bool filemap_is_good(const struct filemap *m)
{
	return m->data && !m->broken;
}

#endif
