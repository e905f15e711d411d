/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far work on a kernel is that may take long, for whoever shows it. */
#ifndef S390MEMCTL_LINUX_WORK_H
#define S390MEMCTL_LINUX_WORK_H

#include <stdint.h>

enum work_kind {
	WORK_FETCH,		/* a file comes from debuginfod; bytes */
	WORK_SYMBOLS,		/* the kernel's own table of symbols is read; symbols */
};

struct work {
	/* total 0: not known; done UINT64_MAX: it is over. NULL: nobody looks. */
	void (*show)(void *arg, enum work_kind kind, uint64_t done, uint64_t total);
	void *arg;
};

/* Show it, if anybody looks. */
static inline void work_show(const struct work *w, enum work_kind kind, uint64_t done,
			     uint64_t total)
{
	if (w->show)
		w->show(w->arg, kind, done, total);
}

/* It is over. */
static inline void work_end(const struct work *w, enum work_kind kind)
{
	work_show(w, kind, UINT64_MAX, 0);
}

#endif
