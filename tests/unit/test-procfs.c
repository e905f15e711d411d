/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/printable.h"
#include "proctree.h"
#include "target/kvm/cmdline.h"
#include "target/kvm/procfs.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Fields 4 to 21, then start time and what follows up to guest time. */
#define STAT_TAIL " S 1 2 3 0 -1 4 5 6 7 8 9 10 11 12 20 0 4 0 125554 13 14 15 16 17 18 19 20 " \
	"21 22 23 24 25 26 27 28 29 30 31 32 77 34 35 36 37 38 39 40 41\n"

static void stat_of_any_name(void **state)
{
	static const struct {
		const char *text, *comm;
	} names[] = {
		{ "12 (qemu)" STAT_TAIL, "qemu" },
		{ "12 (CPU 0/KVM)" STAT_TAIL, "CPU 0/KVM" },
		{ "12 ()" STAT_TAIL, "" },
		{ "12 (a) R 1 (b))" STAT_TAIL, "a) R 1 (b)" },
		{ "12 (x\n12 (y)" STAT_TAIL, "x\n12 (y" },
		{ "12 (\033[31m)" STAT_TAIL, "\033[31m" },
		{ "12 (kworker/0:1-a-very-long-worker)" STAT_TAIL, "kworker/0:1-a-very-long-worker" },
	};
	struct procfs_stat st;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(procfs_parse_stat(names[i].text, &st), 0);
		assert_string_equal(st.comm, names[i].comm);
		assert_int_equal(st.state, 'S');
		assert_true(st.start_time == 125554);
		assert_true(st.guest_time == 77);
		assert_int_equal(st.cpu, 29);
		assert_true(st.realtime);
	}
}

static void stat_malformed(void **state)
{
	static const char *const texts[] = {
		"", "12", "12 (", "12 (a", "12 )a(", "12 (a)", "12 (a) ", "12 (a)S 1", "12 (a) S",
		"12 (a) S 1 2 3 x", "12 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n",
		"12 (0123456789012345678901234567890123456789012345678901234567890123456789)" STAT_TAIL,
	};
	struct procfs_stat st;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(procfs_parse_stat(texts[i], &st), -EINVAL);
}

static void syscall_in_all_forms(void **state)
{
	struct procfs_syscall sc;

	(void)state;
	assert_int_equal(procfs_parse_syscall("running\n", &sc), 0);
	assert_int_equal(sc.kind, PROCFS_RUNNING);
	assert_int_equal(procfs_parse_syscall("-1 0x7ffc0 0x7f00\n", &sc), 0);
	assert_int_equal(sc.kind, PROCFS_NO_SYSCALL);
	assert_true(sc.sp == 0x7ffc0 && sc.pc == 0x7f00);
	assert_int_equal(procfs_parse_syscall("16 0xb 0xae80 0x0 0x1 0x5641663e3290 "
					      "0xffffffffffffffff 0x7f3049d47530 0x7f304bbecd6b\n", &sc), 0);
	assert_int_equal(sc.kind, PROCFS_IN_SYSCALL);
	assert_int_equal(sc.nr, 16);
	assert_true(sc.args[0] == 0xb && sc.args[1] == 0xae80 && sc.args[5] == UINT64_MAX);
	assert_true(sc.sp == 0x7f3049d47530 && sc.pc == 0x7f304bbecd6b);
}

static void syscall_malformed(void **state)
{
	static const char *const texts[] = {
		"", "\n", "x", "-2 0x1 0x2\n", "-1\n", "-1 0x1\n", "-1 0x1 0x2 0x3\n", "16\n",
		"16 0xb\n", "16 0xb 0xae80 0x0 0x0 0x0 0x0 0x1\n",
		"16 b ae80 0 0 0 0 1 2\n", "16 0x 0xae80 0x0 0x0 0x0 0x0 0x1 0x2\n",
		"16 0xb 0xae80 0x0 0x0 0x0 0x0 0x1 0x2 0x3\n",
		"16 0xb 0xae80 0x0 0x0 0x0 0x0 0x1 0x11112222333344445\n",
		"99999999999999999999 0x0 0x0 0x0 0x0 0x0 0x0 0x1 0x2\n",
	};
	struct procfs_syscall sc;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(procfs_parse_syscall(texts[i], &sc), -EINVAL);
}

static void status_fields(void **state)
{
	struct procfs_status st;

	(void)state;
	assert_int_equal(procfs_parse_status("Name:\tUid:\\n0\nTgid:\t7\nPPid:\t3\nTracerPid:\t9\n"
					     "Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"
					     "CapPrm:\t000001ffffffffff\nCapEff:\tfffffffffffffffe\n"
					     "Seccomp:\t2\nSeccomp_filters:\t1\n", &st), 0);
	assert_int_equal(st.tgid, 7);
	assert_int_equal(st.ppid, 3);
	assert_int_equal(st.tracer, 9);
	assert_true(st.uid == 1 && st.euid == 2 && st.suid == 3);
	assert_true(st.gid == 5 && st.egid == 6 && st.sgid == 7);
	assert_true(st.cap_prm == 0x1ffffffffffULL && st.cap_eff == UINT64_MAX - 1);
	assert_int_equal(st.seccomp, 2);
	/* A kernel without seccomp. */
	assert_int_equal(procfs_parse_status("Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\n", &st), 0);
	assert_int_equal(st.seccomp, -1);
	assert_int_equal(st.tracer, 0);
	assert_int_equal(procfs_parse_status("", &st), -EINVAL);
	assert_int_equal(procfs_parse_status("Uid:\t1\t1\t1\t1\n", &st), -EINVAL);
	assert_int_equal(procfs_parse_status("Uid:\t1\nGid:\t1\t1\t1\t1\n", &st), -EINVAL);
	assert_int_equal(procfs_parse_status("Uid:\t1 1 1 1\nGid:\t1\t1\t1\t1\n", &st), -EINVAL);
}

static void maps_lines(void **state)
{
	char text[] =
		"7f3049d47000-7f3049d48000 r-xp 00001000 fe:01 12345      /usr/lib/libc.so.6\n"
		"7f3049d48000-7f3049d4a000 rw-s 00000000 00:00 0 \n"
		"nonsense\n"
		"2000-1000 r--p 00000000 00:00 0\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]";
	char *p = text;
	struct procfs_map map;

	(void)state;
	assert_int_equal(procfs_next_map(&p, &map), 1);
	assert_true(map.start == 0x7f3049d47000 && map.end == 0x7f3049d48000);
	assert_true(map.read && !map.write && map.exec && !map.shared);
	assert_true(map.offset == 0x1000 && map.inode == 12345);
	assert_string_equal(map.path, "/usr/lib/libc.so.6");
	assert_int_equal(procfs_next_map(&p, &map), 1);
	assert_true(map.read && map.write && !map.exec && map.shared && map.inode == 0);
	assert_string_equal(map.path, "");
	assert_int_equal(procfs_next_map(&p, &map), -EINVAL);
	assert_int_equal(procfs_next_map(&p, &map), -EINVAL);
	assert_int_equal(procfs_next_map(&p, &map), 1);
	assert_true(map.start == 0xffffffffff600000 && !map.read && map.exec);
	assert_string_equal(map.path, "[vsyscall]");
	assert_int_equal(procfs_next_map(&p, &map), 0);
}

static void own_maps_are_well_formed(void **state)
{
	struct buf text = BUF_INIT;
	struct procfs_map map;
	bool found = false;
	char *p;
	int dir, ret;

	(void)state;
	dir = procfs_open("/proc", getpid());
	assert_true(dir >= 0);
	assert_int_equal(procfs_read(dir, "maps", PROCFS_CMDLINE_MAX, &text), 0);
	close(dir);
	p = text.data;
	while ((ret = procfs_next_map(&p, &map)) == 1) {
		if ((uintptr_t)&procfs_next_map >= map.start && (uintptr_t)&procfs_next_map < map.end)
			found = map.exec && map.read && map.path[0] == '/';
	}
	assert_int_equal(ret, 0);
	assert_true(found);
	buf_free(&text);
}

static void reads_are_bounded(void **state)
{
	struct buf text = BUF_INIT;
	struct proctree t;
	char target[8];
	int dir;

	(void)state;
	tree_make(&t, 0, 0);
	dir = procfs_open(t.root, TREE_SELF);
	assert_true(dir >= 0);
	tree_file(&t, "0123456789", "%d/cmdline", TREE_SELF);
	assert_int_equal(procfs_read(dir, "cmdline", 4, &text), 0);
	assert_string_equal(buf_str(&text), "0123");
	buf_free(&text);
	assert_int_equal(procfs_read(dir, "none", 4, &text), -ENOENT);
	assert_true(procfs_is_gone(-ENOENT) && procfs_is_gone(-ESRCH) && !procfs_is_gone(0));
	tree_link(&t, "1234567", "%d/l", TREE_SELF);
	assert_int_equal(procfs_readlink(dir, "l", target, sizeof(target)), 7);
	assert_string_equal(target, "1234567");
	tree_link(&t, "12345678", "%d/l", TREE_SELF);
	assert_int_equal(procfs_readlink(dir, "l", target, sizeof(target)), -ENAMETOOLONG);
	close(dir);
	tree_remove(&t);
}

static void numbers_are_those_of_pids(void **state)
{
	static const char *const others[] = { "01", "1x", "-1", "+1", "2147483648",
					      "99999999999999999999", "x", " 1" };
	static const int wanted[] = { 0, 3, 20, 100, TREE_SELF, 2147483647 };
	struct proctree t;
	size_t i, count;
	int *pids;

	(void)state;
	tree_make(&t, 0, 0);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		tree_file(&t, "", "%s/stat", others[i]);
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		tree_file(&t, "", "%d/x", wanted[ARRAY_SIZE(wanted) - 1 - i]);
	assert_int_equal(procfs_pids(t.root, &pids, &count), 0);
	assert_int_equal(count, ARRAY_SIZE(wanted));
	assert_memory_equal(pids, wanted, sizeof(wanted));
	free(pids);
	assert_int_equal(procfs_self(t.root), TREE_SELF);
	tree_link(&t, "../etc", "self");
	assert_int_equal(procfs_self(t.root), 0);
	assert_int_equal(procfs_pids("/nowhere", &pids, &count), -ENOENT);
	tree_remove(&t);
}

static void program_names(void **state)
{
	struct proctree t;
	char name[32];
	int dir;

	(void)state;
	tree_make(&t, 0, 0);
	dir = procfs_open(t.root, TREE_SELF);
	tree_link(&t, "/usr/bin/qemu-system-s390x (deleted)", "%d/exe", TREE_SELF);
	assert_int_equal(procfs_exe(dir, name, sizeof(name)), 0);
	assert_string_equal(name, "qemu-system-s390x");
	tree_link(&t, "memfd:x", "%d/exe", TREE_SELF);
	assert_int_equal(procfs_exe(dir, name, sizeof(name)), 0);
	assert_string_equal(name, "memfd:x");
	tree_unlink(&t, "%d/exe", TREE_SELF);
	assert_int_equal(procfs_exe(dir, name, sizeof(name)), -ENOENT);
	assert_string_equal(name, "");
	close(dir);
	tree_remove(&t);
}

/* Arguments end with NUL; the last one's is the string's own. */
#define NAME_CASE(args, want) { args, sizeof(args), want }

static void guest_names(void **state)
{
	static const struct {
		const char *cmdline;
		size_t len;
		const char *want;
	} cases[] = {
		NAME_CASE("q\0-name\0web", "web"),
		NAME_CASE("q\0-name\0guest=web,debug-threads=on", "web"),
		NAME_CASE("q\0--name\0debug-threads=on,guest=web", "web"),
		NAME_CASE("q\0-name\0web,process=other", "web"),
		NAME_CASE("q\0-name\0web,debug-threads=on", "web"),
		NAME_CASE("q\0-name\0process=other", NULL),
		NAME_CASE("q\0-name\0process=guest=x", NULL),
		NAME_CASE("q\0-name\0debug-threads=on", NULL),
		NAME_CASE("q\0-name\0guest=a,,b", "a,b"),
		NAME_CASE("q\0-name\0a,,b,,,process=x", "a,b,"),
		NAME_CASE("q\0-name\0,,a", ",a"),
		NAME_CASE("q\0-name\0guest=a,guest=b", "b"),
		NAME_CASE("q\0-name\0a\0-name\0b", "b"),
		NAME_CASE("q\0-name\0a\0-name\0process=b", "a"),
		NAME_CASE("q\0-name\0guest=a=b c", "a=b c"),
		NAME_CASE("q\0-name\0guest=\n\033[31m", "\n\033[31m"),
		NAME_CASE("q\0-name\0guest=", NULL),
		NAME_CASE("q\0-name\0", NULL),
		NAME_CASE("q\0-name", NULL),
		NAME_CASE("-name\0x", NULL),
		NAME_CASE("q\0-named\0x", NULL),
		NAME_CASE("q\0-name\0-name\0x", "-name"),
		NAME_CASE("", NULL),
		{ NULL, 0, NULL },
		/* Cut off inside the name: not known. */
		{ "q\0-name\0web", 11, NULL },
	};
	struct buf name = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_reset(&name);
		assert_int_equal(cmdline_guest_name(cases[i].cmdline, cases[i].len, &name),
				 cases[i].want != NULL);
		assert_string_equal(buf_str(&name), cases[i].want ? cases[i].want : "");
	}
	buf_free(&name);
}

static void vmm_programs(void **state)
{
	(void)state;
	assert_true(cmdline_is_vmm("qemu-system-s390x", "s390x"));
	assert_true(cmdline_is_vmm("qemu-system-s39", "s390x"));
	assert_false(cmdline_is_vmm("qemu-system-s390x", "x86_64"));
	assert_true(cmdline_is_vmm("qemu-system-x86_64", "x86_64"));
	assert_true(cmdline_is_vmm("qemu-system-x86", "x86_64"));
	assert_true(cmdline_is_vmm("qemu-system-i386", "x86_64"));
	assert_false(cmdline_is_vmm("qemu-system-x86_64", "s390x"));
	assert_true(cmdline_is_vmm("qemu-kvm", "s390x"));
	assert_true(cmdline_is_vmm("cloud-hyperviso", "x86_64"));
	assert_true(cmdline_is_vmm("cloud-hypervisor", "x86_64"));
	assert_true(cmdline_is_vmm("crosvm", "x86_64"));
	assert_true(cmdline_is_vmm("lkvm", "s390x"));
	assert_true(cmdline_is_vmm("firecracker", "x86_64"));
	assert_false(cmdline_is_vmm("qemu-img", "x86_64"));
	assert_false(cmdline_is_vmm("qemu-system-", "x86_64"));
	assert_false(cmdline_is_vmm("bash", "x86_64"));
	assert_false(cmdline_is_vmm("", "x86_64"));
	assert_string_equal(cmdline_guest_arch("qemu-system-i386", "x86_64"), "i686");
	assert_string_equal(cmdline_guest_arch("qemu-system-x86_64", "x86_64"), "x86_64");
	assert_string_equal(cmdline_guest_arch("qemu-kvm", "s390x"), "s390x");
	assert_string_equal(cmdline_guest_arch("testvmm", "s390x"), "s390x");
}

static void long_names_are_cut_whole(void **state)
{
	char out[16];

	(void)state;
	printable(out, sizeof(out), "123456789012345");
	assert_string_equal(out, "123456789012345");
	printable(out, sizeof(out), "1234567890123456");
	assert_string_equal(out, "123456789012...");
	/* An escape is shown whole or not at all. */
	printable(out, sizeof(out), "1234567890\033bcdefgh");
	assert_string_equal(out, "1234567890...");
	printable(out, sizeof(out), "12345678\033bcdefgh");
	assert_string_equal(out, "12345678\\x1b...");
	/* And so is a character. */
	printable(out, sizeof(out), "12345678901\xc3\xa4xxxxxxxx");
	assert_string_equal(out, "12345678901...");
	printable(out, sizeof(out), "1234567890\xc3\xa4xxxxxxxx");
	assert_string_equal(out, "1234567890\xc3\xa4...");
	/* Bytes that are no UTF-8 are not lost altogether. */
	printable(out, sizeof(out), "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80");
	assert_string_equal(out, "\\x80\\x80...");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_of_any_name),
		cmocka_unit_test(stat_malformed),
		cmocka_unit_test(syscall_in_all_forms),
		cmocka_unit_test(syscall_malformed),
		cmocka_unit_test(status_fields),
		cmocka_unit_test(maps_lines),
		cmocka_unit_test(own_maps_are_well_formed),
		cmocka_unit_test(reads_are_bounded),
		cmocka_unit_test(numbers_are_those_of_pids),
		cmocka_unit_test(program_names),
		cmocka_unit_test(guest_names),
		cmocka_unit_test(vmm_programs),
		cmocka_unit_test(long_names_are_cut_whole),
	};

	return cmocka_run_group_tests_name("procfs", tests, NULL, NULL);
}
