/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a CPU does, by samples of its PSW; who holds the lock it waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake-guest.h"
#include "linux/judge.h"
#include "linux/spinlock.h"

#define KERNEL_ON	0x0704c00180000000ULL	/* enabled for I/O and external interruptions */
#define KERNEL_OFF	0x0404c00180000000ULL	/* disabled for both */
#define USER		0x0705000180000000ULL
#define IDLE		0x0706c00180000000ULL
#define STOPPED		0x0002000180000000ULL
#define MS		1000000ULL

static struct symbols *symbols;

static int make_symbols(void **state)
{
	const struct symtab_entry list[] = {
		{ "spin_forever", 0x1000, 0x100, 'T' },
		{ "panic", 0x1100, 0x400, 'T' },
		{ "arch_spin_lock_wait", 0x2000, 0x100, 'T' },
	};
	struct symtab *tab;

	(void)state;
	symbols = symbols_new();
	return !symbols || symtab_from_list("list", list, 3, &tab) ||
	       symbols_add(symbols, tab, 0x10000, "", true);
}

static int free_symbols(void **state)
{
	(void)state;
	symbols_free(symbols);
	return 0;
}

static void check(const struct judge_sample *samples, size_t count, enum cpu_state state,
		  const char *why)
{
	struct buf b = BUF_INIT;

	assert_int_equal(judge_cpu(samples, count, symbols, &b), state);
	assert_string_equal(buf_str(&b), why);
	buf_free(&b);
	assert_int_equal(judge_cpu(samples, count, symbols, NULL), state);
}

static void nothing(void **state)
{
	const struct judge_sample zero = { 0, 0, 0 };

	(void)state;
	check(&zero, 1, CPU_UNKNOWN, "its PSW is zero: it has not been started");
	check(NULL, 0, CPU_UNKNOWN, "its PSW is not known");
}

static void one_sample(void **state)
{
	const struct judge_sample kernel = { KERNEL_OFF, 0x11010, 0 }, user = { USER, 0x11010, 0 },
		idle = { IDLE, 0x11010, 0 };

	(void)state;
	check(&kernel, 1, CPU_KERNEL, "in the kernel");
	check(&user, 1, CPU_USER, "in a program");
	check(&idle, 1, CPU_IDLE, "waiting");
}

static void disabled_wait(void **state)
{
	const struct judge_sample quiesced = { STOPPED, 0xfff, 0 }, panic = { STOPPED, 0x11234, 0 },
		other = { STOPPED, 0x777, 0 };

	(void)state;
	check(&quiesced, 1, CPU_DISABLED_WAIT,
	      "disabled wait, code 0xfff: the system has shut down");
	check(&panic, 1, CPU_DISABLED_WAIT,
	      "disabled wait, code 0x11234: panic+0x134, where the kernel has stopped itself");
	check(&other, 1, CPU_DISABLED_WAIT,
	      "disabled wait, code 0x777: not a code that is known");
}

static void looping(void **state)
{
	const struct judge_sample one[] = {
		{ KERNEL_ON, 0x11000, 0 }, { KERNEL_OFF, 0x11010, 20 * MS },
		{ KERNEL_ON, 0x110fe, 40 * MS },
	}, disabled[] = {
		{ KERNEL_OFF, 0x11000, 0 }, { KERNEL_OFF, 0x11200, 20 * MS },
		{ KERNEL_OFF, 0x110fe, 40 * MS },
	}, moving[] = {
		{ KERNEL_ON, 0x11000, 0 }, { KERNEL_OFF, 0x11200, 20 * MS },
		{ KERNEL_OFF, 0x110fe, 40 * MS },
	};

	(void)state;
	check(one, 3, CPU_LOOPING,
	      "in the kernel in each of 3 samples over 40 ms, always in spin_forever");
	check(one, 2, CPU_KERNEL, "in the kernel");
	check(disabled, 3, CPU_LOOPING,
	      "in the kernel in each of 3 samples over 40 ms, never enabled for I/O and external interruptions");
	check(moving, 3, CPU_KERNEL, "in the kernel");
}

static void without_symbols(void **state)
{
	const struct judge_sample same[] = {
		{ KERNEL_ON, 0x11000, 0 }, { KERNEL_ON, 0x11000, MS }, { KERNEL_ON, 0x11000, 2 * MS },
	};

	(void)state;
	assert_int_equal(judge_cpu(same, 3, NULL, NULL), CPU_KERNEL);
}

static void mixture(void **state)
{
	const struct judge_sample samples[] = {
		{ KERNEL_ON, 0x11000, 0 }, { USER, 0x1000, MS }, { USER, 0x1000, 2 * MS },
		{ IDLE, 0x11000, 3 * MS },
	};

	(void)state;
	check(samples, 4, CPU_KERNEL,
	      "in the kernel in 1 of 4 samples, in a program in 2 of 4 samples, waiting in 1 of 4 samples");
	check(samples + 1, 2, CPU_USER, "in a program");
}

#define LOCK	0x4000

static bool hint_of(struct fake_guest *g, uint64_t psw_addr, uint64_t r2, uint64_t r11,
		    struct spinlock_hint *hint)
{
	struct s390_regs regs = { .psw_mask = KERNEL_OFF, .psw_addr = psw_addr };

	regs.gprs[2] = r2;
	regs.gprs[11] = r11;
	return spinlock_hint(&g->kmem, symbols, &regs, 4, hint);
}

static void lock_holder(void **state)
{
	struct spinlock_hint hint;
	struct fake_guest g;

	(void)state;
	fake_guest_init(&g, 0x8000);
	fake_guest_put32(&g, LOCK, 0x00010003);	/* CPU 2 holds it, others queue */
	fake_guest_put32(&g, LOCK + 4, 0x00000009);	/* there is no CPU 8 */
	assert_false(hint_of(&g, 0x11000, LOCK, 0, &hint));
	assert_true(hint_of(&g, 0x12010, LOCK, 0, &hint));
	assert_string_equal(hint.function, "arch_spin_lock_wait");
	assert_true(hint.has_lock);
	assert_int_equal(hint.lock, LOCK);
	assert_int_equal(hint.holder, 2);
	/* Nobody, no CPU, not aligned, nothing there: the next register. */
	assert_true(hint_of(&g, 0x12010, LOCK + 8, LOCK, &hint));
	assert_int_equal(hint.lock, LOCK);
	assert_true(hint_of(&g, 0x12010, LOCK + 4, LOCK + 2, &hint));
	assert_false(hint.has_lock);
	assert_true(hint_of(&g, 0x12010, 0xfffffffffffffffc, 0x80000000, &hint));
	assert_false(hint.has_lock);
	fake_guest_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(one_sample),
		cmocka_unit_test(disabled_wait),
		cmocka_unit_test(looping),
		cmocka_unit_test(without_symbols),
		cmocka_unit_test(mixture),
		cmocka_unit_test(lock_holder),
	};

	return cmocka_run_group_tests(tests, make_symbols, free_symbols);
}
