/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The memory of a guest's kernel, as all that knows Linux reads it: by the
 * kernel's own address space, whatever the CPU is doing, through the target's
 * walk. A live vCPU stands still only while its registers are taken.
 */
#ifndef S390MEMCTL_LINUX_KMEM_H
#define S390MEMCTL_LINUX_KMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "target/target.h"
#include "target/walk.h"

struct kmem {
	struct target *target;
	const volatile int *interrupted;	/* NULL: cannot be */
	struct walk walk;		/* our own, over the target's storage */
	bool ready;			/* walk is initialized */
	uint64_t asce;			/* of the kernel's address space */
	bool has_asce;			/* else addresses are real ones: DAT was off */
};

/*
 * Get ready, with the registers of this instant: the kernel's address space is
 * that of CR13 (home), if DAT is on or CR13 was loaded, else real storage. To be
 * called again (after kmem_deinit()) when the guest has run on and tables may
 * have changed. interrupted: as in the session; NULL: none. Errors:
 * ERROR_TARGET, ERROR_REFUSED: those of target_ops.walk.
 */
struct error *kmem_init(struct kmem *m, struct target *t, const volatile int *interrupted);
/* Free; a kmem of zeros is allowed. */
void kmem_deinit(struct kmem *m);
/* Take another ASCE for the kernel's: lowcore's kernel_asce, CR1. Translations are forgotten. */
void kmem_set_asce(struct kmem *m, uint64_t asce);
/* Registers as of kmem_init(). */
const struct s390_regs *kmem_regs(const struct kmem *m);

/*
 * Fetch all of len bytes at a kernel virtual address. Errors: ERROR_ACCESS with
 * the first failing address, ERROR_TARGET; ERROR_PARTIAL when interrupted.
 */
struct error *kmem_read(struct kmem *m, uint64_t addr, void *buf, size_t len);
/* The same at an absolute address. */
struct error *kmem_read_absolute(struct kmem *m, uint64_t addr, void *buf, size_t len);
/* The same at a real address: prefixing applies. For the lowcore. */
struct error *kmem_read_real(struct kmem *m, uint64_t addr, void *buf, size_t len);
/* The absolute address of a kernel virtual one; false if it is not mapped. */
bool kmem_translate(struct kmem *m, uint64_t addr, uint64_t *absolute);
/* As far as it can be read: the number of bytes before the first that cannot, 0 to len. */
size_t kmem_read_some(struct kmem *m, uint64_t addr, void *buf, size_t len);
/* An access exception taken as "it is not there": it is freed, and no error. Others are returned. */
struct error *kmem_not_there(struct error *err);
/* One big-endian number. */
struct error *kmem_u8(struct kmem *m, uint64_t addr, uint8_t *value);
struct error *kmem_u16(struct kmem *m, uint64_t addr, uint16_t *value);
struct error *kmem_u32(struct kmem *m, uint64_t addr, uint32_t *value);
struct error *kmem_u64(struct kmem *m, uint64_t addr, uint64_t *value);
/*
 * A text of at most size - 1 bytes that ends with a zero byte (or is cut
 * there). buf always ends with one. Not escaped.
 */
struct error *kmem_string(struct kmem *m, uint64_t addr, char *buf, size_t size);

#endif
