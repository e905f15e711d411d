/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The absolute storage of a configuration (SA22-7832 chapter 3, "Absolute
 * Address"), as address translation sees it: through callbacks of the caller.
 */
#ifndef S390MEMCTL_ARCH_STORAGE_H
#define S390MEMCTL_ARCH_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a callback returns for a location that is not in the configuration. */
#define STORAGE_OUTSIDE	1

struct storage {
	void *arg;		/* for the callbacks */
	/*
	 * Read len bytes at absolute address addr into buf; they never cross a
	 * 4 KiB boundary. 0, STORAGE_OUTSIDE (buf is not used then), or -errno
	 * when the host failed.
	 */
	int (*read_absolute)(void *arg, uint64_t addr, void *buf, size_t len);
	/*
	 * How many bytes from addr on are alike in being in the configuration
	 * (*present true) or not: at least those to the end of the 4 KiB block.
	 * NULL: every location counts as present.
	 */
	uint64_t (*extent)(void *arg, uint64_t addr, bool *present);
	/*
	 * The storage key of the 4 KiB block with absolute address addr: ACC in
	 * bits 0-3, F in 4, R in 5, C in 6. 0, STORAGE_OUTSIDE or -errno. NULL:
	 * keys are not known, and key-controlled protection is not applied.
	 */
	int (*get_key)(void *arg, uint64_t addr, uint8_t *key);
};

#endif
