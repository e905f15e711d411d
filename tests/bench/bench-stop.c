/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a vCPU's thread stands while memory is read, beside a bare injection of one
 * ioctl into the same thread: PTRACE_SEIZE, PTRACE_INTERRUPT, registers set,
 * PTRACE_SYSCALL twice, registers set back, PTRACE_DETACH. A VMM in which that one is killed in
 * the middle is lost, so it has no signal frame to write.
 *
 * Both take turns, and both look at the same clock right before PTRACE_INTERRUPT and right
 * behind PTRACE_DETACH. Short reads are measured as commands, both in a new process each time,
 * whose code and data are in no cache yet, and in a session, both by this one.
 *
 * Usage: bench-stop S390MEMCTL NAME PID VCPU ROUNDS
 *        bench-stop -1 PID VCPU
 * NAME: of this vCPU in the lines that are printed. Each result is a line for tests/bench/table.py.
 * -1: just the nanoseconds of one bare injection.
 */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "bench.h"
#include "target/kvm/discover.h"
#include "target/kvm/inject.h"
#include "target/kvm/kvm.h"
#include "target/kvm/live.h"
#include "target/kvm/scratch.h"
#include "target/kvm/uapi.h"
#include "target/process-vm.h"

#define SMALL		8U
#define PIECE		65536U
#define LONG_READ	(16 * BENCH_MIB)
#define LONG_ROUNDS	11
#define PAUSE_NS	200000L		/* before a stop: the guest runs */
#define RETRIES		1000
#define STACK_GAP	(256 * 1024)	/* where the peer's data go, below the stack pointer */
#define STORAGE		0x200000ULL	/* absolute address that is read from */

static const char *name, *program, *self;
static pid_t pid, tid;
static struct vcpu_info vcpu;

/* Nanoseconds of each round. */
struct series {
	uint64_t *ns;
	int count;
};

static struct series series_new(int rounds)
{
	struct series s = { calloc((size_t)rounds, sizeof(*s.ns)), 0 };

	if (!s.ns)
		bench_fail("memory");
	return s;
}

static void add(struct series *s, uint64_t ns)
{
	s->ns[s->count++] = ns;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double percentile_us(const struct series *s, int percent)
{
	qsort(s->ns, (size_t)s->count, sizeof(*s->ns), compare);
	return (double)s->ns[(size_t)(s->count - 1) * (size_t)percent / 100] / 1e3;
}

/* What the bare injection needs to know of the registers. */
#ifdef __s390x__
#define HAS_MEM_OP true

struct registers {
	struct { uint64_t mask, addr; } psw;
	uint64_t gprs[16];
	uint32_t acrs[16];
	uint64_t orig_gpr2;
};

static bool is_in_kvm_run(const struct registers *r)
{
	return r->orig_gpr2 == (uint64_t)vcpu.fd && (uint32_t)r->gprs[3] == KVMU_RUN;
}

static uint64_t stack_pointer(const struct registers *r)
{
	return r->gprs[15];
}

/* The instruction before the next one is the svc of KVM_RUN. */
static void set_ioctl(struct registers *r, uint64_t fd, uint64_t arg)
{
	uint32_t none = 0;
	struct iovec iov = { &none, sizeof(none) };

	r->psw.addr -= 2;
	r->gprs[2] = fd;
	r->gprs[3] = KVMU_S390_MEM_OP;
	r->gprs[4] = arg;
	ptrace(PTRACE_SETREGSET, tid, NT_S390_SYSTEM_CALL, &iov);
}

static int64_t result_of(const struct registers *r)
{
	return (int64_t)r->gprs[2];
}
#else
#define HAS_MEM_OP false

struct registers {
	struct user_regs_struct r;
};

static bool is_in_kvm_run(const struct registers *r)
{
	return r->r.orig_rax == SYS_ioctl && r->r.rdi == (uint64_t)vcpu.fd &&
	       (uint32_t)r->r.rsi == KVMU_RUN;
}

static uint64_t stack_pointer(const struct registers *r)
{
	return r->r.rsp;
}

static void set_ioctl(struct registers *r, uint64_t fd, uint64_t arg)
{
	r->r.rip -= 2;
	r->r.rax = SYS_ioctl;
	r->r.orig_rax = (uint64_t)-1;
	r->r.rdi = fd;
	r->r.rsi = KVMU_S390_MEM_OP;
	r->r.rdx = arg;
}

static int64_t result_of(const struct registers *r)
{
	return (int64_t)r->r.rax;
}
#endif

static void registers(int request, struct registers *r)
{
	struct iovec iov = { r, sizeof(*r) };

	if (ptrace(request, tid, NT_PRSTATUS, &iov) < 0)
		bench_fail("registers");
}

static void wait_stopped(void)
{
	int status;

	if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
		bench_die("waitpid", "the thread has ended");
}

/* One MEM_OP of the peer's; where there is one, its struct and data are below the stack. */
static int64_t bare_call(struct registers *saved, uint32_t len)
{
	uint64_t op_at = stack_pointer(saved) - STACK_GAP;
	struct kvmu_s390_mem_op op = {
		.gaddr = STORAGE, .size = len, .op = KVMU_MEMOP_ABSOLUTE_READ,
		.buf = op_at + sizeof(op),
	};
	struct registers r = *saved;

	if (HAS_MEM_OP && process_vm_write(tid, op_at, &op, sizeof(op)) != sizeof(op))
		bench_fail("process_vm_writev");
	set_ioctl(&r, (uint64_t)(HAS_MEM_OP ? vcpu.vm_fd : vcpu.fd), op_at);
	registers(PTRACE_SETREGSET, &r);
	ptrace(PTRACE_SYSCALL, tid, 0, 0);
	wait_stopped();
	ptrace(PTRACE_SYSCALL, tid, 0, 0);
	wait_stopped();
	registers(PTRACE_GETREGSET, &r);
	registers(PTRACE_SETREGSET, saved);
	return result_of(&r);
}

/* The peer: how long the thread stood. It is tried again where that was not in KVM_RUN. */
static uint64_t bare(uint32_t len)
{
	struct registers saved;
	uint64_t began, took;
	int64_t result;
	int i;

	for (i = 0; i < RETRIES; i++) {
		bench_sleep(PAUSE_NS);
		if (ptrace(PTRACE_SEIZE, tid, 0, PTRACE_O_TRACESYSGOOD) < 0)
			bench_fail("PTRACE_SEIZE");
		began = clock_ns();
		ptrace(PTRACE_INTERRUPT, tid, 0, 0);
		wait_stopped();
		registers(PTRACE_GETREGSET, &saved);
		result = is_in_kvm_run(&saved) ? bare_call(&saved, len) : 1;
		ptrace(PTRACE_DETACH, tid, 0, 0);
		took = clock_ns() - began;
		if (result <= 0)
			break;
	}
	if (i == RETRIES || (HAS_MEM_OP ? result != 0 : result != -ENOTTY && result != -EINVAL))
		bench_die("the bare injection", "the call has another result");
	return took;
}

/* The same in a new process. */
static uint64_t bare_command(void)
{
	char command[512];
	uint64_t ns = 0;
	FILE *out;

	snprintf(command, sizeof(command), "%s -1 %d %d", self, (int)pid, vcpu.id);
	out = popen(command, "r");
	if (!out || fscanf(out, "%" SCNu64, &ns) != 1 || pclose(out))
		bench_die(command, "tells no stop");
	return ns;
}

/*
 * A read by s390memctl: how long the thread stood in all. A batch ends where one more call,
 * as long as the longest so far, would pass --max-stop: one slow call of an emulated
 * processor would cut short all batches behind it.
 */
static uint64_t ours(uint32_t len)
{
	static const char key[] = ", stopped ";
	char command[512], line[512], *at = NULL;
	unsigned long long us, ns;
	FILE *out;

	bench_sleep(PAUSE_NS);
	snprintf(command, sizeof(command),
		 "%s --stats --max-stop=1s -p %d -c %d read --engine=ioctl --space=abs -t raw "
		 "%#llx %u 2>&1 >/dev/null", program, (int)pid, vcpu.id, STORAGE, len);
	out = popen(command, "r");
	while (out && !at && fgets(line, sizeof(line), out))
		at = strstr(line, key);
	if (!at || sscanf(at + strlen(key), "%llu.%llu", &us, &ns) != 2)
		bench_die(command, "tells no stop");
	pclose(out);
	return us * 1000 + ns;
}

/* The next read of a session. Where the KVM knows no MEM_OP it is asked again all the same. */
static uint64_t ours_in_session(struct target *t)
{
	struct access a = ACCESS_INIT(STORAGE);
	unsigned char buf[SMALL];
	struct target_stats before;
	struct error *err;
	size_t done;

	a.space = SPACE_ABSOLUTE;
	a.engine = ACCESS_ENGINE_IOCTL;
	bench_sleep(PAUSE_NS);
	before = t->stats;
	live_of(t)->not_s390 = false;
	err = t->ops->read(t, &a, buf, sizeof(buf), &done);
	if (HAS_MEM_OP || !live_of(t)->not_s390)
		bench_check(err, "read");
	error_free(err);
	if (t->stats.stops != before.stops + 1 || t->stats.calls == before.calls)
		bench_die("session", "not one stop with a call");
	return t->stats.stopped_ns - before.stopped_ns;
}

static struct inject *batch_open(void)
{
	static const struct log log = { 0 };
	struct inject_options options = { .log = &log, .max_stop_ns = 1000000000, .wait_ns = 1000000000 };
	struct inject *inj;

	bench_check(inject_open(pid, tid, vcpu.fd, &options, &inj), "inject_open");
	return inj;
}

/* What a long read does in one stop, on a KVM that knows no MEM_OP. */
static uint64_t batch(struct inject *inj)
{
	uint64_t args[6] = { (uint64_t)vcpu.fd, KVMU_S390_MEM_OP }, ns;
	unsigned int i;
	int64_t result;

	bench_sleep(PAUSE_NS);
	bench_check(inject_stop(inj), "stop");
	args[2] = inject_stack_area(inj);
	for (i = 0; i < SCRATCH_SLOTS; i++)
		bench_check(inject_call(inj, SYS_ioctl, args, NULL, &result), "call");
	bench_check(inject_resume(inj, &ns), "resume");
	return ns;
}

/* How long the thread stands in a long read in all. */
static uint64_t long_read(struct inject *inj, uint32_t len)
{
	uint64_t sum = 0;
	uint32_t at;

	if (HAS_MEM_OP)
		return ours(len);
	for (at = 0; at < len; at += SCRATCH_SLOTS * PIECE)
		sum += batch(inj);
	return sum;
}

static void row(const char *what, int percent, struct series *we, struct series *they,
		const char *wanted)
{
	double our_us = percentile_us(we, percent), peer_us = percentile_us(they, percent);

	printf("%s, %s vCPU, p%d\tbare injection\t%.1f us\t%.1f us\t%.2f\t%s\n", what, name, percent,
	       our_us, peer_us, our_us / peer_us, wanted);
	fflush(stdout);
}

static void short_rows(const char *what, struct series *we, struct series *they)
{
	row(what, 50, we, they, "<= 1.5");
	row(what, 99, we, they, "<= 2");
	free(we->ns);
	free(they->ns);
}

/* One read of 8 bytes, as a command. */
static void commands(int rounds)
{
	struct series we = series_new(rounds), they = series_new(rounds);
	int i;

	for (i = 0; i < rounds; i++) {
		add(&they, bare_command());
		add(&we, ours(SMALL));
	}
	short_rows("stop for 8 bytes", &we, &they);
}

/* The same in a session. */
static void session(const struct vmm_info *vmm, int rounds)
{
	static const struct log log = { .stream = NULL };
	const struct kvm_options options = { .proc = "/proc", .log = &log, .max_stop_ns = 1000000000 };
	struct series we = series_new(rounds), they = series_new(rounds);
	struct s390_regs regs;
	struct target *t;
	int i;

	bench_check(kvm_attach(vmm, &vcpu, &options, &t), "attach");
	/* The first one looks for the thread, too. */
	error_free(t->ops->regs(t, true, &regs));
	ours_in_session(t);
	for (i = 0; i < rounds; i++) {
		add(&they, bare(SMALL));
		add(&we, ours_in_session(t));
	}
	short_rows("stop for 8 bytes in a session", &we, &they);
	bench_check(t->ops->close(t), "close");
}

/* Each 64 KiB of 16 MiB, and how that grows. */
static void long_reads(int rounds)
{
	struct inject *inj = HAS_MEM_OP ? NULL : batch_open();
	struct series we = series_new(rounds), they = series_new(rounds);
	double small, large;
	unsigned int n;
	uint64_t sum;
	int i;

	/* Means on both sides: a long read has as many stops. */
	for (i = 0; i < rounds; i++) {
		for (n = sum = 0; n < SCRATCH_SLOTS; n++)
			sum += bare(PIECE);
		add(&they, sum / SCRATCH_SLOTS);
		add(&we, long_read(inj, LONG_READ) / (LONG_READ / PIECE));
	}
	row("stop for 64 KiB of 16 MiB", 50, &we, &they, "<= 1.0");
	small = (double)long_read(inj, LONG_READ / 8);
	large = (double)long_read(inj, LONG_READ * 8);
	printf("# stop for 64 KiB of 16 MiB, %s vCPU: cost grows with the %.2f power of the size\n",
	       name, log2(large / small) / 6);
	inject_close(inj);
}

static void find_vcpu(const char *process, const char *id, struct vmm_info *vmm)
{
	const struct vcpu_info *found;

	pid = atoi(process);
	bench_check(vmm_get("/proc", pid, vmm), "VMM");
	bench_check(vmm_select_vcpu(vmm, atoi(id), -1, &found), "vCPU");
	vcpu = *found;
	tid = vcpu.tid;
	if (!tid)
		bench_die("vCPU", "its thread cannot be told");
}

int main(int argc, char **argv)
{
	int rounds = argc == 6 ? atoi(argv[5]) : 0;
	struct vmm_info vmm;

	if (argc == 4 && !strcmp(argv[1], "-1")) {
		find_vcpu(argv[2], argv[3], &vmm);
		printf("%" PRIu64 "\n", bare(SMALL));
		vmm_free(&vmm);
		return 0;
	}
	if (rounds < 1) {
		fprintf(stderr, "usage: bench-stop S390MEMCTL NAME PID VCPU ROUNDS\n"
			"       bench-stop -1 PID VCPU\n");
		return 64;
	}
	self = argv[0];
	program = argv[1];
	name = argv[2];
	find_vcpu(argv[3], argv[4], &vmm);
	commands(rounds);
	session(&vmm, rounds);
	vmm_free(&vmm);
	long_reads(LONG_ROUNDS);
	return 0;
}
