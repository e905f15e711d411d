/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Backtraces over stacks that a test has made, right and damaged. Without types and CFI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arch/psw.h"
#include "fake-guest.h"
#include "freed.h"
#include "linux/stack.h"

#define SIZE		0x80000U
#define TEXT		0x20000U	/* functions f0, f1, ... of 256 bytes each */
#define FUNCTIONS	64U
#define F(n)		(TEXT + 0x100U * (n))
#define KERNEL_STACK	0x40000U
#define ASYNC_STACK	0x44000U
#define STACK_BYTES	0x4000U
#define ROUNDS		20000

#define KERNEL_PSW	0x0704c00180000000ULL
#define USER_PSW	0x0705000180000000ULL

/* struct stack_frame and struct pt_regs of Linux 5.10 to 6.12. */
enum { SAVED_R14 = 72 + 64, BACK_CHAIN = 152, FRAME = 160, REGS_PSW = 8, REGS_GPRS = 24 };

struct guest {
	struct fake_guest fake;
	struct kernel k;
	struct s390_regs regs;
	struct unwinder *u;
	struct backtrace bt;
	uint64_t rng;
};

static struct symbols *make_symbols(void)
{
	static char names[FUNCTIONS][8];
	struct symtab_entry entries[FUNCTIONS];
	struct symbols *s = symbols_new();
	struct symtab *tab = NULL;
	unsigned int i;

	assert_non_null(s);
	for (i = 0; i < FUNCTIONS; i++) {
		snprintf(names[i], sizeof(names[i]), "f%u", i);
		entries[i] = (struct symtab_entry){
			.name = names[i], .value = F(i), .size = 0x100, .type = 't',
		};
	}
	assert_null(symtab_from_list("the test", entries, FUNCTIONS, &tab));
	assert_null(symbols_add(s, tab, 0, "", true));
	return s;
}

static int setup(void **state)
{
	struct guest *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	fake_guest_init(&g->fake, SIZE);
	g->k.symbols = make_symbols();
	assert_null(kmem_init(&g->k.mem, &g->fake.target, NULL));
	g->u = unwinder_new(&g->k);
	assert_non_null(g->u);
	g->regs.psw_mask = KERNEL_PSW;
	g->rng = 88172645463325252U;
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	struct guest *g = *state;

	unwinder_free(g->u);
	kmem_deinit(&g->k.mem);
	symbols_free(g->k.symbols);
	fake_guest_free(&g->fake);
	free(g);
	return 0;
}

static uint64_t random_number(struct guest *g)
{
	g->rng ^= g->rng << 13;
	g->rng ^= g->rng >> 7;
	g->rng ^= g->rng << 17;
	return g->rng;
}

/* A frame at sp, called from one at up that goes on at pc. */
static void put_frame(struct guest *g, uint64_t sp, uint64_t up, uint64_t pc)
{
	fake_guest_put64(&g->fake, sp + BACK_CHAIN, up);
	if (up && up + FRAME <= SIZE)
		fake_guest_put64(&g->fake, up + SAVED_R14, pc);
}

/* The registers of an interruption above the frame at sp. */
static void put_regs(struct guest *g, uint64_t sp, uint64_t mask, uint64_t pc, uint64_t r15)
{
	fake_guest_put64(&g->fake, sp + BACK_CHAIN, 0);
	fake_guest_put64(&g->fake, sp + FRAME + REGS_PSW, mask);
	fake_guest_put64(&g->fake, sp + FRAME + REGS_PSW + 8, pc);
	fake_guest_put64(&g->fake, sp + FRAME + REGS_GPRS + 8 * 15, r15);
}

struct expected {
	enum frame_how how;
	uint64_t pc, sp;
};

static void check_frames(const struct guest *g, const struct expected *frames, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < g->bt.count; i++) {
		assert_int_equal(g->bt.frames[i].how, frames[i].how);
		assert_int_equal(g->bt.frames[i].pc, frames[i].pc);
		assert_int_equal(g->bt.frames[i].sp, frames[i].sp);
	}
	assert_int_equal(g->bt.count, count);
}

#define CHECK(g, ...) do { \
	const struct expected frames_[] = { __VA_ARGS__ }; \
	check_frames(g, frames_, sizeof(frames_) / sizeof(frames_[0])); \
} while (0)

static void start(struct guest *g, uint64_t pc, uint64_t sp)
{
	g->regs.psw_addr = pc;
	g->regs.gprs[15] = sp;
	backtrace_cpu(g->u, &g->regs, &g->bt);
}

#define K	(KERNEL_STACK + 0x2000U)
#define A	(ASYNC_STACK + 0x3000U)

static void a_system_call(void **state)
{
	struct guest *g = *state;

	put_frame(g, K, K + 0x100, F(1) + 8);
	put_frame(g, K + 0x100, K + 0x200, F(2) + 8);
	/* A call that does not return, at its function's end. */
	put_frame(g, K + 0x200, K + 0x300, F(4));
	put_regs(g, K + 0x300, USER_PSW, 0x3ff80001234, 0x3fff0000000);
	start(g, F(0) + 0x10, K);
	CHECK(g, { FRAME_REGISTERS, F(0) + 0x10, K }, { FRAME_BACKCHAIN, F(1) + 8, K + 0x100 },
	      { FRAME_BACKCHAIN, F(2) + 8, K + 0x200 }, { FRAME_BACKCHAIN, F(4), K + 0x300 },
	      { FRAME_PT_REGS, 0x3ff80001234, 0x3fff0000000 });
	assert_true(g->bt.frames[4].user);
	assert_int_equal(g->bt.frames[4].pt_regs, K + 0x300 + FRAME);
	assert_int_equal(g->bt.frames[4].psw_mask, USER_PSW);
	assert_true(g->bt.frames[3].after_call && !g->bt.frames[4].after_call);
	assert_string_equal(g->bt.end, "");
	assert_false(g->bt.user_mode);
	assert_string_equal(unwinder_without_cfi(g->u), "the guest's vmlinux is not here");
}

static void nothing_is_left(void **state)
{
	static const char mark[] = "a password";
	struct guest *g = *state;

	put_frame(g, K, K + 0x100, F(1) + 8);
	put_regs(g, K + 0x100, 0, 0, 0);
	fake_guest_puts(&g->fake, K + 0x400, mark);
	start(g, F(0) + 0x10, K);
	freed_begin(mark, strlen(mark));
	unwinder_free(g->u);
	g->u = NULL;
	assert_int_equal(freed_end(), 0);
}

/* An interruption in the kernel; its handler runs on the CPU's async stack. */
static void an_interruption_on_another_stack(void **state)
{
	struct guest *g = *state;

	put_frame(g, A, A + 0x80, F(5) + 2);
	put_frame(g, A + 0x80, K, F(6) + 2);
	put_frame(g, K, K + 0x60, F(7) + 2);
	put_regs(g, K + 0x60, KERNEL_PSW, F(8) + 0x20, K + 0x400);
	put_frame(g, K + 0x400, K + 0x500, F(9) + 2);
	/* The end of a kernel thread's stack: registers that are all zero. */
	put_regs(g, K + 0x500, 0, 0, 0);
	start(g, F(4) + 6, A);
	CHECK(g, { FRAME_REGISTERS, F(4) + 6, A }, { FRAME_BACKCHAIN, F(5) + 2, A + 0x80 },
	      { FRAME_BACKCHAIN, F(6) + 2, K }, { FRAME_BACKCHAIN, F(7) + 2, K + 0x60 },
	      { FRAME_PT_REGS, F(8) + 0x20, K + 0x400 }, { FRAME_BACKCHAIN, F(9) + 2, K + 0x500 });
	assert_string_equal(g->bt.end, "");
}

/* A function that makes no frame: r14 tells its caller. */
static void a_leaf_function(void **state)
{
	struct guest *g = *state;

	put_frame(g, K, K + 0x100, F(3) + 2);
	put_regs(g, K + 0x100, 0, 0, 0);
	g->regs.gprs[14] = F(2) + 8;
	start(g, F(1) + 4, K);
	CHECK(g, { FRAME_REGISTERS, F(1) + 4, K }, { FRAME_R14, F(2) + 8, K },
	      { FRAME_BACKCHAIN, F(3) + 2, K + 0x100 });
	/* It has made its frame, and called nobody yet: both tell the same. */
	put_frame(g, K, K + 0x100, F(2) + 8);
	start(g, F(1) + 4, K);
	CHECK(g, { FRAME_REGISTERS, F(1) + 4, K }, { FRAME_BACKCHAIN, F(2) + 8, K + 0x100 });
	/* It has made its frame, and not saved r14: what is there is of a call before. */
	put_frame(g, K, K + 0x100, F(1) + 0x20);
	put_frame(g, K + 0x100, K + 0x200, F(3) + 2);
	put_regs(g, K + 0x200, 0, 0, 0);
	start(g, F(1) + 4, K);
	CHECK(g, { FRAME_REGISTERS, F(1) + 4, K }, { FRAME_R14, F(2) + 8, K + 0x100 },
	      { FRAME_BACKCHAIN, F(3) + 2, K + 0x200 });
	/* r14 is of a call that has returned. */
	g->regs.gprs[14] = F(1) + 2;
	put_frame(g, K, K + 0x100, F(3) + 2);
	put_regs(g, K + 0x100, 0, 0, 0);
	start(g, F(1) + 4, K);
	CHECK(g, { FRAME_REGISTERS, F(1) + 4, K }, { FRAME_BACKCHAIN, F(3) + 2, K + 0x100 });
	/* It is something else. */
	g->regs.gprs[14] = K;
	start(g, F(1) + 4, K);
	CHECK(g, { FRAME_REGISTERS, F(1) + 4, K }, { FRAME_BACKCHAIN, F(3) + 2, K + 0x100 });
}

static void an_interruption_just_taken(void **state)
{
	struct guest *g = *state;

	fake_guest_put64(&g->fake, 0x1b0, KERNEL_PSW);	/* external new PSW */
	fake_guest_put64(&g->fake, 0x1b8, F(20));
	fake_guest_put64(&g->fake, 0x130, KERNEL_PSW);	/* external old PSW */
	fake_guest_put64(&g->fake, 0x138, F(1) + 4);
	put_frame(g, K, K + 0x100, F(3) + 2);
	put_regs(g, K + 0x100, 0, 0, 0);
	start(g, F(20), K);
	CHECK(g, { FRAME_REGISTERS, F(20), K }, { FRAME_OLD_PSW, F(1) + 4, K },
	      { FRAME_BACKCHAIN, F(3) + 2, K + 0x100 });
	/* Of a user's program; r15 is its own. */
	fake_guest_put64(&g->fake, 0x130, USER_PSW);
	start(g, F(20), 0x3fff0000000);
	CHECK(g, { FRAME_REGISTERS, F(20), 0x3fff0000000 },
	      { FRAME_OLD_PSW, F(1) + 4, 0x3fff0000000 });
	assert_true(g->bt.frames[1].user);
	assert_string_equal(g->bt.end, "");
}

static void a_user_program(void **state)
{
	struct guest *g = *state;

	g->regs.psw_mask = USER_PSW;
	start(g, 0x1000, 0x3fff0000000);
	CHECK(g, { FRAME_REGISTERS, 0x1000, 0x3fff0000000 });
	assert_true(g->bt.user_mode && g->bt.frames[0].user);
	assert_string_equal(g->bt.end, "");
}

static void a_sleeping_task(void **state)
{
	struct guest *g = *state;

	fake_guest_put64(&g->fake, K + SAVED_R14, F(10) + 2);
	put_frame(g, K, K + 0x100, F(11) + 2);
	put_regs(g, K + 0x100, 0, 0, 0);
	backtrace_task(g->u, K, &g->bt);
	CHECK(g, { FRAME_REGISTERS, F(10) + 2, K }, { FRAME_BACKCHAIN, F(11) + 2, K + 0x100 });
	assert_true(g->bt.frames[0].after_call);
	assert_string_equal(g->bt.end, "");
	backtrace_task(g->u, SIZE + 0x1000, &g->bt);
	assert_int_equal(g->bt.count, 0);
	assert_string_equal(g->bt.end, "there is no stack at 0000000000081000");
	fake_guest_put64(&g->fake, K + SAVED_R14, K);
	backtrace_task(g->u, K, &g->bt);
	assert_int_equal(g->bt.count, 1);
	assert_string_equal(g->bt.end,
			    "the task's return address 0000000000042000 is not in the kernel's code");
}

static void damage_is_told(void **state)
{
	struct guest *g = *state;

	/* To itself. */
	put_frame(g, K, K, F(1) + 2);
	start(g, F(0) + 2, K);
	CHECK(g, { FRAME_REGISTERS, F(0) + 2, K });
	assert_string_equal(g->bt.end, "the back chain leads to 0000000000042000, which is no stack");
	/* Down. */
	put_frame(g, K, K - 0x100, F(1) + 2);
	start(g, F(0) + 2, K);
	assert_string_equal(g->bt.end, "the back chain leads to 0000000000041f00, which is no stack");
	/* Not aligned. */
	put_frame(g, K, K + 0x104, F(1) + 2);
	start(g, F(0) + 2, K);
	assert_int_equal(g->bt.count, 1);
	/* Out of storage. */
	put_frame(g, K, SIZE + 0x4000, F(1) + 2);
	start(g, F(0) + 2, K);
	assert_string_equal(g->bt.end, "the back chain leads to 0000000000084000, which is no stack");
	/* To code that is none. */
	put_frame(g, K, K + 0x100, 0x1234);
	start(g, F(0) + 2, K);
	assert_string_equal(g->bt.end,
			    "the return address 0000000000001234 is not in the kernel's code");
	/* Registers of an interruption that cannot be. */
	put_regs(g, K, KERNEL_PSW, 0x1234, K + 0x300);
	start(g, F(0) + 2, K);
	assert_string_equal(g->bt.end,
			    "the registers at 00000000000420a0 are not those of an interruption");
	/* No stack at all. */
	start(g, F(0) + 2, SIZE + 8);
	CHECK(g, { FRAME_REGISTERS, F(0) + 2, SIZE + 8 });
	assert_string_equal(g->bt.end, "there is no stack at 0000000000080008");
}

/* Between two stacks, for ever; and one with more frames than are followed. */
static void loops_end(void **state)
{
	struct guest *g = *state;
	unsigned int i;

	put_frame(g, K, A, F(1) + 2);
	put_frame(g, A, K + 0x100, F(2) + 2);
	start(g, F(0) + 2, K);
	CHECK(g, { FRAME_REGISTERS, F(0) + 2, K }, { FRAME_BACKCHAIN, F(1) + 2, A });
	assert_string_equal(g->bt.end, "the back chain leads to 0000000000042100, which is no stack");
	for (i = 0; i < 400; i++)
		put_frame(g, KERNEL_STACK + 0x20 * i, KERNEL_STACK + 0x20 * (i + 1), F(i % 8) + 2);
	start(g, F(0) + 2, KERNEL_STACK);
	assert_int_equal(g->bt.count, FRAMES_MAX);
	assert_string_equal(g->bt.end, "there are more than 256 frames");
}

static void check_any(const struct guest *g)
{
	size_t i;

	assert_true(g->bt.count <= FRAMES_MAX);
	assert_non_null(memchr(g->bt.end, 0, sizeof(g->bt.end)));
	for (i = 0; i < g->bt.count; i++)
		assert_true(strlen(frame_how_name(g->bt.frames[i].how)) > 0);
}

/* A word that may be anything, but is often what it should be. */
static uint64_t any_word(struct guest *g)
{
	uint64_t r = random_number(g);

	switch (r >> 60 & 7) {
	case 0:
		return r;
	case 1:
		return 0;
	case 2:
	case 3:
		return F(r % FUNCTIONS) + (r >> 8 & 0xfe);
	case 4:
		return r >> 8 & 1 ? USER_PSW : KERNEL_PSW;
	default:
		return KERNEL_STACK + (r & 0x7ff8);
	}
}

static void any_stack_ends(void **state)
{
	struct guest *g = *state;
	uint64_t addr;
	unsigned int i;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < 64; i++) {
			addr = KERNEL_STACK + (random_number(g) & 0x7ff8);
			fake_guest_put64(&g->fake, addr, any_word(g));
		}
		/* In the lowcore, too. */
		fake_guest_put64(&g->fake, random_number(g) & 0x1ff8, any_word(g));
		for (i = 0; i < 16; i++)
			g->regs.gprs[i] = any_word(g);
		g->regs.psw_mask = any_word(g);
		g->regs.prefix = round % 8 ? 0 : (uint32_t)random_number(g) & 0x7fffe000;
		start(g, any_word(g), KERNEL_STACK + (random_number(g) & 0x7ff8));
		check_any(g);
		backtrace_task(g->u, any_word(g), &g->bt);
		check_any(g);
	}
}

/* The same where translation tables are damaged. */
static void any_tables_do(void **state)
{
	struct guest *g = *state;
	unsigned int i;
	int round;

	put_frame(g, K, K + 0x100, F(1) + 2);
	put_frame(g, K + 0x100, K + 0x200, F(2) + 2);
	put_regs(g, K + 0x200, 0, 0, 0);
	fake_guest_map(&g->fake, 0, 0, SIZE);
	kmem_deinit(&g->k.mem);
	assert_null(kmem_init(&g->k.mem, &g->fake.target, NULL));
	start(g, F(0) + 2, K);
	CHECK(g, { FRAME_REGISTERS, F(0) + 2, K }, { FRAME_BACKCHAIN, F(1) + 2, K + 0x100 },
	      { FRAME_BACKCHAIN, F(2) + 2, K + 0x200 });
	for (round = 0; round < ROUNDS / 4; round++) {
		for (i = 0; i < 8; i++)
			fake_guest_put64(&g->fake, 0x10000 + (random_number(g) & 0x4ff8),
					 any_word(g));
		kmem_set_asce(&g->k.mem, random_number(g) % 4 ? 0x10000 : any_word(g));
		start(g, F(0) + 2, K);
		check_any(g);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_system_call),
		TEST(nothing_is_left),
		TEST(an_interruption_on_another_stack),
		TEST(a_leaf_function),
		TEST(an_interruption_just_taken),
		TEST(a_user_program),
		TEST(a_sleeping_task),
		TEST(damage_is_told),
		TEST(loops_end),
		TEST(any_stack_ends),
		TEST(any_tables_do),
	};

	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
