/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A piece of a kernel's memory that is kept, for who reads many small things near each other. */
#ifndef S390MEMCTL_LINUX_WINDOW_H
#define S390MEMCTL_LINUX_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "linux/kmem.h"

#define WINDOW_SIZE	16384U	/* bytes */

struct window {
	uint64_t addr;		/* of data[0] */
	size_t len;		/* bytes that are there, 0: none yet */
	unsigned char data[WINDOW_SIZE];
};

/* As kmem_read(), from what is kept where that is possible; len up to WINDOW_SIZE. */
struct error *window_read(struct window *w, struct kmem *m, uint64_t addr, void *buf,
			  size_t len);

#endif
