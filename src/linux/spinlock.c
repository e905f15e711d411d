/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/spinlock.h"

#include <stddef.h>
#include <string.h>

#include "arch/psw.h"

#define LOCK_CPU_MASK	0xffffU	/* of the lock word: number of the holder plus 1 */

/* arch/s390/lib/spinlock.c; names are cut at a dot ("arch_spin_lock_queued.isra.0"). */
static const char *const waiters[] = {
	"arch_spin_lock_wait", "arch_spin_lock_wait_flags", "arch_spin_lock_queued",
	"arch_spin_lock_classic", "arch_spin_trylock_retry", "arch_spin_relax",
	"_raw_spin_lock", "_raw_spin_lock_irq", "_raw_spin_lock_irqsave", "_raw_spin_lock_bh",
};

/* In the order in which compilers keep an argument across calls. */
static const unsigned char candidates[] = { 2, 11, 10, 9, 8, 12, 13, 7, 6, 3, 4, 5, 1 };

static bool is_waiter(const char *name)
{
	size_t len = strcspn(name, "."), i;

	for (i = 0; i < sizeof(waiters) / sizeof(waiters[0]); i++) {
		if (strlen(waiters[i]) == len && !memcmp(name, waiters[i], len))
			return true;
	}
	return false;
}

static bool take_lock(struct kmem *m, uint64_t addr, unsigned int nr_cpus,
		      struct spinlock_hint *hint)
{
	struct error *err;
	uint32_t word = 0;

	if (addr < 0x2000 || addr & 3)
		return false;
	err = kmem_u32(m, addr, &word);
	error_free(err);
	if (err || !(word & LOCK_CPU_MASK) || (word & LOCK_CPU_MASK) > nr_cpus)
		return false;
	hint->has_lock = true;
	hint->lock = addr;
	hint->holder = (word & LOCK_CPU_MASK) - 1;
	return true;
}

bool spinlock_hint(struct kmem *m, const struct symbols *symbols, const struct s390_regs *regs,
		   unsigned int nr_cpus, struct spinlock_hint *hint)
{
	struct symbol_info at;
	size_t i;

	*hint = (struct spinlock_hint){ .function = NULL };
	if ((regs->psw_mask & (PSW_MASK_PSTATE | PSW_MASK_WAIT)) ||
	    !symbols_nearest(symbols, regs->psw_addr, &at) || !is_waiter(at.name))
		return false;
	hint->function = at.name;
	for (i = 0; i < sizeof(candidates); i++) {
		if (take_lock(m, regs->gprs[candidates[i]], nr_cpus, hint))
			break;
	}
	return true;
}
