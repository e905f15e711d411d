/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/window.h"

#include <stdbool.h>
#include <string.h>

static bool is_kept(const struct window *w, uint64_t addr, size_t len)
{
	return addr >= w->addr && addr - w->addr <= w->len && len <= w->len - (addr - w->addr);
}

struct error *window_read(struct window *w, struct kmem *m, uint64_t addr, void *buf,
			  size_t len)
{
	if (!is_kept(w, addr, len)) {
		w->addr = addr & ~((uint64_t)WINDOW_SIZE - 1);
		w->len = kmem_read_some(m, w->addr, w->data, WINDOW_SIZE);
		/* Across the window's end, or behind a hole at its beginning. */
		if (!is_kept(w, addr, len))
			return kmem_read(m, addr, buf, len);
	}
	memcpy(buf, w->data + (addr - w->addr), len);
	return NULL;
}
