/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast the memory of a guest is read, and written to a file, beside QEMU's own memsave and
 * pmemsave of the same range, which write to a file always, and beside process_vm_readv(2) of the
 * same bytes of QEMU's memory. For the
 * nested bed, whose guest has its storage at its logical addresses while its kernel runs; it
 * is stopped there, as memsave takes what the CPU can get at.
 *
 * Usage: bench-bulk PID MONITOR ROUNDS
 * MONITOR: what QEMU's human monitor reads. Each result is a line for tests/bench/table.py.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/psw.h"
#include "base/clock.h"
#include "base/log.h"
#include "bench.h"
#include "target/kvm/kvm.h"
#include "target/process-vm.h"

#define QEMU_RAM	(160 * BENCH_MIB)	/* tests/bed/nested.sh */
#define START		0x900000ULL
#define SIZE		(4 * BENCH_MIB)
#define MOMENT_NS	200000000L	/* QEMU does what its monitor was told */
#define POLL_NS		1000000L
#define SAVE_MAX_NS	300000000000ULL
#define STOP_TRIES	50
#define SAVED		"/tmp/bench-bulk.saved"
#define OURS		"/tmp/bench-bulk.ours"

static pid_t pid;
static FILE *monitor;
static uint64_t ram;		/* guest storage in QEMU */
static unsigned char *buf;
static struct target *target;

static void tell_monitor(const char *line)
{
	fprintf(monitor, "%s\n", line);
	fflush(monitor);
}

static void find_ram(void)
{
	unsigned long long start, end;
	char path[64], line[4096];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "r");
	while (maps && !ram && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx rw", &start, &end) == 2 && end - start == QEMU_RAM)
			ram = start;
	}
	if (maps)
		fclose(maps);
	if (!ram)
		bench_die(path, "no mapping of guest storage");
}

/* Stop the guest while its kernel runs. */
static void stop_in_kernel(void)
{
	struct s390_regs regs;
	int i;

	for (i = 0; i < STOP_TRIES; i++) {
		tell_monitor("stop");
		bench_sleep(MOMENT_NS);
		bench_check(target->ops->regs(target, true, &regs), "registers");
		if (psw_space(regs.psw_mask) == SPACE_HOME)
			return;
		tell_monitor("cont");
		bench_sleep(MOMENT_NS / 8 * (i % 8));
	}
	bench_die("stop", "its kernel does not run");
}

/* Seconds from a command until its file is complete. */
static double save(const char *command, uint64_t size)
{
	char line[128];
	uint64_t began;
	struct stat st;

	unlink(SAVED);
	/* In quotes: the / of a path behind a number would be a division. */
	snprintf(line, sizeof(line), "%s %#llx %llu \"" SAVED "\"", command, START,
		 (unsigned long long)size);
	began = clock_ns();
	tell_monitor(line);
	while (stat(SAVED, &st) < 0 || (uint64_t)st.st_size < size) {
		if (clock_ns() - began > SAVE_MAX_NS)
			bench_die(line, "the file does not come");
		bench_sleep(POLL_NS);
	}
	return (double)(clock_ns() - began) / 1e9;
}

/* Seconds of a read by s390memctl; path: where it is written to, NULL: nowhere. */
static double ours(enum space space, enum access_engine engine, uint64_t size, const char *path)
{
	uint64_t began = clock_ns();
	struct access a = ACCESS_INIT(START);
	size_t done;
	int fd;

	a.space = space;
	a.engine = engine;
	bench_check(target->ops->read(target, &a, buf, (size_t)size, &done), "read");
	if (path) {
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, buf, (size_t)size) != (ssize_t)size)
			bench_fail(path);
		close(fd);
	}
	return (double)(clock_ns() - began) / 1e9;
}

static double bare(uint64_t size)
{
	uint64_t began = clock_ns();

	if (process_vm_read(pid, ram + START, buf, (size_t)size) != (ssize_t)size)
		bench_fail("process_vm_readv");
	return (double)(clock_ns() - began) / 1e9;
}

#define BY_IOCTL	"read of 4 MiB logical by KVM_S390_MEM_OP, nested bed"
#define BY_WALK		"the same by --engine=walk"
#define TO_FILE		"the same by --engine=walk to a file"
#define NO_STOP		"the same of absolute storage, without a stop"
#define SIZES	"0.5, 4, 32 MiB"

static void row(const char *what, const char *peer, uint64_t size, double our_s, double peer_s,
		double wanted)
{
	double mib = (double)size / (double)BENCH_MIB;

	bench_speed(what, peer, mib / our_s, mib / peer_s, "MiB/s", wanted);
}

/* Seconds of each way, medians. */
struct found {
	double by_ioctl, by_walk, to_file, no_stop, bare, memsave, pmemsave;
};

/* One size. save_too: QEMU's commands as well. */
static struct found measure(uint64_t size, unsigned int rounds, bool save_too)
{
	double c[BENCH_ROUNDS_MAX], w[BENCH_ROUNDS_MAX], f[BENCH_ROUNDS_MAX], n[BENCH_ROUNDS_MAX];
	double b[BENCH_ROUNDS_MAX], p[BENCH_ROUNDS_MAX] = { 0 }, m[BENCH_ROUNDS_MAX] = { 0 };
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		c[i] = ours(SPACE_HOME, ACCESS_ENGINE_IOCTL, size, NULL);
		w[i] = ours(SPACE_HOME, ACCESS_ENGINE_WALK, size, NULL);
		f[i] = ours(SPACE_HOME, ACCESS_ENGINE_WALK, size, OURS);
		n[i] = ours(SPACE_ABSOLUTE, ACCESS_ENGINE_AUTO, size, NULL);
		b[i] = bare(size);
		if (!save_too)
			continue;
		p[i] = save("pmemsave", size);
		m[i] = save("memsave", size);
	}
	return (struct found){
		.by_ioctl = bench_median(c, rounds), .by_walk = bench_median(w, rounds),
		.to_file = bench_median(f, rounds), .no_stop = bench_median(n, rounds),
		.bare = bench_median(b, rounds), .memsave = bench_median(m, rounds),
		.pmemsave = bench_median(p, rounds),
	};
}

static void rows(const struct found *f)
{
	row(BY_IOCTL, "QEMU memsave", SIZE, f->by_ioctl, f->memsave, 20);
	row(BY_IOCTL, "QEMU pmemsave", SIZE, f->by_ioctl, f->pmemsave, 2);
	row(BY_WALK, "QEMU memsave", SIZE, f->by_walk, f->memsave, 20);
	row(BY_WALK, "QEMU pmemsave", SIZE, f->by_walk, f->pmemsave, 2);
	row(TO_FILE, "QEMU pmemsave", SIZE, f->to_file, f->pmemsave, 2);
	row(NO_STOP, "process_vm_readv", SIZE, f->no_stop, f->bare, 0.9);
	printf("# " TO_FILE ": %.0f %% of the time is writing it\n",
	       100 * (1 - f->by_walk / f->to_file));
}

static void attach(void)
{
	static const struct log log = { .stream = NULL };
	static struct kvm_options options = { .proc = "/proc", .log = &log };
	static struct vmm_info vmm;
	const struct vcpu_info *vcpu;

	bench_check(vmm_get("/proc", pid, &vmm), "VMM");
	bench_check(vmm_select_vcpu(&vmm, 0, -1, &vcpu), "vCPU");
	bench_check(kvm_attach(&vmm, vcpu, &options, &target), "attach");
}

int main(int argc, char **argv)
{
	double by_ioctl[3], by_walk[3], no_stop[3];
	unsigned int rounds, i;
	struct found found;

	if (argc != 4) {
		fprintf(stderr, "usage: bench-bulk PID MONITOR ROUNDS\n");
		return 64;
	}
	rounds = bench_rounds(argv[3], 0);
	pid = atoi(argv[1]);
	monitor = fopen(argv[2], "w");
	buf = malloc(8 * SIZE);
	if (!monitor || !buf)
		bench_fail(argv[2]);
	memset(buf, 1, 8 * SIZE);
	find_ram();
	attach();
	stop_in_kernel();
	/* What is needed once for each process: the proof of the mapping, scratch memory. */
	ours(SPACE_ABSOLUTE, ACCESS_ENGINE_AUTO, SIZE, NULL);
	ours(SPACE_HOME, ACCESS_ENGINE_IOCTL, SIZE, OURS);
	for (i = 0; i < 3; i++) {
		found = measure((SIZE / 8) << (3 * i), rounds, i == 1);
		by_ioctl[i] = found.by_ioctl;
		by_walk[i] = found.by_walk;
		no_stop[i] = found.no_stop;
		if (i == 1)
			rows(&found);
	}
	bench_growth(BY_IOCTL, SIZES, by_ioctl);
	bench_growth(BY_WALK, SIZES, by_walk);
	bench_growth(NO_STOP, SIZES, no_stop);
	bench_check(target->ops->close(target), "close");
	tell_monitor("cont");
	unlink(OURS);
	unlink(SAVED);
	return 0;
}
