/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/filemap.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22	/* Linux 5.14 */
#endif

/* All mappings of the process, for the handler; and what SIGBUS did before. */
static struct filemap *mappings;
static struct sigaction before;
static size_t page_bytes;

/* A page of a mapping cannot be had: put zeros there, and let the access be made again. */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr & ~(uintptr_t)(page_bytes - 1);
	struct filemap *m;
	int errnum = errno;
	void *zeros;

	(void)context;
	for (m = mappings; m; m = m->next) {
		if (at - (uintptr_t)m->data >= m->len)
			continue;
		m->broken = 1;
		zeros = mmap((void *)at, page_bytes, m->protection,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (zeros == MAP_FAILED)
			break;
		errno = errnum;
		return;
	}
	/* It is not ours: the access is made again, and meets what was there before. */
	sigaction(number, &before, NULL);
}

static bool take_sigbus(void)
{
	struct sigaction now, action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	if (sigaction(SIGBUS, NULL, &now))
		return false;
	if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_sigbus)
		return true;
	before = now;
	return !sigaction(SIGBUS, &action, NULL);
}

static bool map_file(struct filemap *m, int fd, uint64_t len, int protection, int flags)
{
	void *data;

	*m = (struct filemap){ .protection = protection };
	if (!len || len > SIZE_MAX / 2 || !take_sigbus())
		return false;
	data = mmap(NULL, (size_t)len, protection, flags, fd, 0);
	if (data == MAP_FAILED)
		return false;
	m->data = data;
	m->len = (size_t)len;
	m->next = mappings;
	mappings = m;
	return true;
}

bool filemap_open(struct filemap *m, int fd, uint64_t len)
{
	return map_file(m, fd, len, PROT_READ, MAP_SHARED);
}

bool filemap_open_private(struct filemap *m, int fd, uint64_t len)
{
	return map_file(m, fd, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
}

void filemap_close(struct filemap *m)
{
	struct filemap **link;

	if (!m->data)
		return;
	for (link = &mappings; *link && *link != m; link = &(*link)->next)
		;
	if (*link)
		*link = m->next;
	munmap((void *)m->data, m->len);
	memset(m, 0, sizeof(*m));
}

bool filemap_populate(const struct filemap *m, size_t offset, size_t len)
{
	size_t first = offset & ~(page_bytes - 1);

	/* An older kernel does not know it: then the pages come one by one. */
	return !madvise((void *)(m->data + first), offset - first + len, MADV_POPULATE_READ) ||
	       errno == EINVAL;
}
