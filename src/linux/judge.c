/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/judge.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "arch/psw.h"
#include "arch/wait-code.h"

#define SAMPLES_FOR_A_LOOP	3

/* How many samples are of which kind. */
struct tally {
	size_t wait, user, kernel, disabled;
	bool one_function;	/* those of the kernel */
	struct symbol_info function;
};

const char *cpu_state_name(enum cpu_state state)
{
	static const char *const names[] = {
		[CPU_UNKNOWN] = "unknown", [CPU_IDLE] = "idle", [CPU_USER] = "user",
		[CPU_KERNEL] = "kernel", [CPU_LOOPING] = "looping",
		[CPU_DISABLED_WAIT] = "disabled-wait",
	};

	return names[state];
}

static void count_kernel(struct tally *t, const struct judge_sample *s,
			 const struct symbols *symbols)
{
	struct symbol_info at;
	bool known = symbols && symbols_nearest(symbols, s->addr, &at);

	if (!t->kernel)
		t->one_function = known;
	else if (!known || !t->one_function || at.value != t->function.value)
		t->one_function = false;
	if (!t->kernel && known)
		t->function = at;
	t->kernel++;
	if (!(s->mask & (PSW_MASK_IO | PSW_MASK_EXT)))
		t->disabled++;
}

static struct tally count_all(const struct judge_sample *samples, size_t count,
			      const struct symbols *symbols)
{
	struct tally t = { .wait = 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		if (samples[i].mask & PSW_MASK_WAIT)
			t.wait++;
		else if (samples[i].mask & PSW_MASK_PSTATE)
			t.user++;
		else
			count_kernel(&t, &samples[i], symbols);
	}
	return t;
}

static void say_disabled_wait(const struct judge_sample *s, const struct symbols *symbols,
			      struct buf *why)
{
	const char *meaning = wait_code_meaning(s->addr);

	buf_addf(why, "disabled wait, code 0x%" PRIx64, s->addr);
	if (meaning)
		buf_addf(why, ": %s", meaning);
	else if (symbols) {
		buf_adds(why, ": ");
		if (symbols_format(symbols, s->addr, why))
			buf_adds(why, ", where the kernel has stopped itself");
		else
			buf_adds(why, "not a code that is known");
	}
}

static void say_looping(const struct tally *t, size_t count, uint64_t ns, struct buf *why)
{
	buf_addf(why, "in the kernel in each of %zu samples over %" PRIu64 " ms", count,
		 ns / 1000000);
	if (t->one_function) {
		buf_adds(why, ", always in ");
		buf_add_escaped(why, t->function.name, strlen(t->function.name));
	}
	if (t->disabled == count)
		buf_adds(why, ", never enabled for I/O and external interruptions");
}

/* "2 of 5 samples in the kernel, 3 waiting" */
static void say_shares(const struct tally *t, size_t count, struct buf *why)
{
	const struct {
		size_t n;
		const char *what;
	} shares[] = {
		{ t->kernel, "in the kernel" }, { t->user, "in a program" }, { t->wait, "waiting" },
	};
	const char *before = "";
	size_t i;

	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		if (!shares[i].n)
			continue;
		if (shares[i].n == count)
			buf_adds(why, shares[i].what);
		else
			buf_addf(why, "%s%s in %zu of %zu samples", before, shares[i].what,
				 shares[i].n, count);
		before = ", ";
	}
}

enum cpu_state judge_cpu(const struct judge_sample *samples, size_t count,
			 const struct symbols *symbols, struct buf *why)
{
	const struct judge_sample *last = count ? &samples[count - 1] : NULL;
	struct buf none = BUF_INIT;
	struct tally t;
	enum cpu_state state = CPU_KERNEL;

	why = why ? why : &none;
	if (!count) {
		buf_adds(why, "its PSW is not known");
		buf_free(&none);
		return CPU_UNKNOWN;
	}
	t = count_all(samples, count, symbols);
	if (!last->mask && !last->addr) {
		buf_adds(why, "its PSW is zero: it has not been started");
		state = CPU_UNKNOWN;
	} else if (psw_is_disabled_wait(last->mask)) {
		say_disabled_wait(last, symbols, why);
		state = CPU_DISABLED_WAIT;
	} else if (t.kernel == count && count >= SAMPLES_FOR_A_LOOP &&
		   (t.one_function || t.disabled == count)) {
		say_looping(&t, count, last->ns - samples[0].ns, why);
		state = CPU_LOOPING;
	} else {
		say_shares(&t, count, why);
		if (t.wait == count)
			state = CPU_IDLE;
		else if (t.user == count)
			state = CPU_USER;
	}
	buf_free(&none);
	return state;
}
