/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel knows of itself, right and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "linux-memory.h"
#include "linux/sysinfo.h"

#define UTS		0x2000
#define NODE		0x3000
#define TIMEKEEPER	0x4000
#define FIGURES		0x5000	/* load, taint, command line, CPUs */
#define COMMAND_LINE	0x6000
#define ROUNDS		2000

static const char info[] =
	"SYMBOL(init_uts_ns)=2000\nOFFSET(uts_namespace.name)=8\n"
	"SYMBOL(contig_page_data)=3000\nOFFSET(pglist_data.node_zones)=16\n"
	"OFFSET(pglist_data.nr_zones)=0\nSIZE(zone)=64\nOFFSET(zone.vm_stat)=8\n"
	"OFFSET(zone.managed_pages)=0\n"
	"SYMBOL(tk_core)=3ff8\nOFFSET(tk_data.timekeeper)=8\nSIZE(timekeeper)=96\n"
	"OFFSET(timekeeper.xtime_sec)=0\nOFFSET(timekeeper.tkr_mono.xtime_nsec)=8\n"
	"OFFSET(timekeeper.tkr_mono.shift)=16\nOFFSET(timekeeper.wall_to_monotonic)=24\n"
	"OFFSET(timekeeper.offs_boot)=40\n"
	"SYMBOL(avenrun)=5000\nSYMBOL(tainted_mask)=5018\nSYMBOL(saved_command_line)=5020\n"
	"SYMBOL(__cpu_online_mask)=5028\nLENGTH(lowcore_ptr)=64\n";

static struct buf shown;

static void show(void *arg, const struct sys_fact *fact)
{
	const char *p;

	assert_ptr_equal(arg, &shown);
	assert_non_null(fact->source);
	for (p = fact->text ? fact->text : ""; *p; p++)
		assert_true((unsigned char)*p >= ' ');
	buf_addf(&shown, "%s: %s\n", fact->label, fact->text ? fact->text : "?");
}

static struct linux_memory *make_kernel(void)
{
	static const char *const uts[] = { "Linux", "no\tde", "6.1.0", "#1 SMP", "s390x" };
	struct linux_memory *m = linux_memory_new(info);
	struct fake_guest *g = &m->guest;
	size_t i;

	for (i = 0; i < 5; i++)
		fake_guest_puts(g, UTS + 8 + 65 * i, uts[i]);
	/* Two zones; the second one's free pages are below 0 for a moment. */
	fake_guest_put32(g, NODE, 2);
	fake_guest_put64(g, NODE + 16, 1000);
	fake_guest_put64(g, NODE + 16 + 8, 600);
	fake_guest_put64(g, NODE + 16 + 64, 24);
	fake_guest_put64(g, NODE + 16 + 64 + 8, UINT64_MAX);
	/* 2026-11-23 00:00:00; up for 1 day, 1 hour, 1 minute and 1.25 seconds, asleep for one of them. */
	fake_guest_put64(g, TIMEKEEPER, 1795392000);
	fake_guest_put64(g, TIMEKEEPER + 8, 250000000ULL << 8);
	fake_guest_put32(g, TIMEKEEPER + 16, 8);
	fake_guest_put64(g, TIMEKEEPER + 24, (uint64_t)(90060 - 1795392000LL));
	fake_guest_put64(g, TIMEKEEPER + 40, 1000000000);
	fake_guest_put64(g, FIGURES, 2048 + 1024);
	fake_guest_put64(g, FIGURES + 8, 205);
	fake_guest_put64(g, FIGURES + 0x18, 1 | 1 << 9 | 1 << 12);
	fake_guest_put64(g, FIGURES + 0x20, COMMAND_LINE);
	fake_guest_put64(g, FIGURES + 0x28, 0xf1);
	fake_guest_puts(g, COMMAND_LINE, "quiet \033[1m");
	return m;
}

static void right(void **state)
{
	struct linux_memory *m = make_kernel();

	(void)state;
	buf_reset(&shown);
	assert_null(sysinfo_each(&m->k, show, &shown));
	assert_string_equal(buf_str(&shown),
			    "release: 6.1.0\n"
			    "version: #1 SMP\n"
			    "machine: s390x\n"
			    "node name: no\\tde\n"
			    "command line: quiet \\x1b[1m\n"
			    "CPUs online: 5\n"
			    "uptime: 1 days, 01:01:01.25\n"
			    "time: 2026-11-23T00:00:00Z\n"
			    "load average: 1.50 0.10 0.00\n"
			    "memory: 4096 KiB\n"
			    "memory free: 2400 KiB\n"
			    "tainted: PWO (4609)\n"
			    "panic: ?\n"
			    "build id: ?\n"
			    "kernel offset: ?\n"
			    "symbols from: none\n");
	linux_memory_free(m);
}

/* Whatever stands there: facts, or that they are not known. */
static void hostile(void **state)
{
	struct linux_memory *m = make_kernel();
	unsigned char *good = linux_memory_copy(m);
	struct error *err;
	unsigned int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		memcpy(m->guest.memory, good, LINUX_MEMORY);
		linux_memory_damage(m, UTS, UTS + 400, round % 60);
		linux_memory_damage(m, NODE, NODE + 256, round % 20);
		linux_memory_damage(m, TIMEKEEPER, TIMEKEEPER + 96, round % 9);
		linux_memory_damage(m, FIGURES, FIGURES + 0x40, round % 7);
		linux_memory_damage(m, COMMAND_LINE, COMMAND_LINE + 8192, round % 2000);
		buf_reset(&shown);
		error_free(sysinfo_each(&m->k, show, &shown));
		assert_true(shown.len < 65536);
	}
	m->interrupted = 1;
	err = sysinfo_each(&m->k, show, &shown);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
	free(good);
	linux_memory_free(m);
}

static int free_shown(void **state)
{
	(void)state;
	buf_free(&shown);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests_name("sysinfo", tests, NULL, free_shown);
}
