/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control channel: one command a line, each answered by lines that end in "ok" or "error ...". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "memop.h"

static void sleep_us(uint64_t us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* The host memory of the range in words 1 and 2; NULL: error recorded. */
static uint8_t *range_of(struct vm *vm, struct line *line, uint64_t *len)
{
	uint64_t addr;
	uint8_t *host;

	if (!line_number(line, vm, 1, &addr) || !line_number(line, vm, 2, len))
		return NULL;
	host = guest_host(vm, addr, *len);
	if (!host)
		line_error(line, "not inside one memslot");
	return host;
}

static bool do_peek(struct vm *vm, struct line *line)
{
	uint64_t len;
	uint8_t *host = range_of(vm, line, &len);

	if (!host)
		return false;
	print_hex(host, len);
	printf("\n");
	return true;
}

static bool do_crc(struct vm *vm, struct line *line)
{
	uint64_t len;
	uint8_t *host = range_of(vm, line, &len);

	if (!host)
		return false;
	printf("crc32 %08x\n", crc32_of(host, len));
	return true;
}

static bool do_poke(struct vm *vm, struct line *line)
{
	uint8_t buf[4096], *host;
	size_t len = 0;
	uint64_t addr;
	unsigned int i;

	if (!line_number(line, vm, 1, &addr))
		return false;
	for (i = 2; i < line->count; i++)
		if (!line_hex(line, i, buf, sizeof(buf), &len))
			return false;
	host = guest_host(vm, addr, len);
	if (!host)
		return line_error(line, "not inside one memslot");
	memcpy(host, buf, len);
	return true;
}

static bool do_getkey(struct vm *vm, struct line *line)
{
	struct kvm_s390_skeys skeys = { .count = 1 };
	uint64_t addr;
	uint8_t key;
	long rc;

	if (!line_number(line, vm, 1, &addr))
		return false;
	skeys.start_gfn = addr >> 12;
	skeys.skeydata_addr = (uintptr_t)&key;
	rc = ioctl(vm->fd, KVM_S390_GET_SKEYS, &skeys);
	if (rc < 0)
		return line_error(line, "KVM_S390_GET_SKEYS: %s", strerror(errno));
	if (rc == KVM_S390_GET_SKEYS_NONE)
		printf("key none\n");
	else
		printf("key %02x\n", key);
	return true;
}

struct registers {
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	struct kvm_fpu fpu;
	uint64_t psw_mask, psw_addr;
	uint32_t prefix, acrs[16];
	bool ok;
};

static void get_registers(struct cpu *cpu, void *arg)
{
	struct registers *r = arg;

	r->psw_mask = cpu->run->psw_mask;
	r->psw_addr = cpu->run->psw_addr;
	r->prefix = cpu->run->s.regs.prefix;
	memcpy(r->acrs, cpu->run->s.regs.acrs, sizeof(r->acrs));
	r->ok = !ioctl(cpu->fd, KVM_GET_SREGS, &r->sregs) && !ioctl(cpu->fd, KVM_GET_REGS, &r->regs) &&
		!ioctl(cpu->fd, KVM_GET_FPU, &r->fpu);
}

static bool do_regs(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);
	struct registers r;
	int i;

	if (!cpu)
		return false;
	if (!cpu_call(cpu, get_registers, &r) || !r.ok)
		return line_error(line, "no registers from the thread of vCPU %d", cpu->id);
	printf("psw %016llx %016llx\n", (unsigned long long)r.psw_mask,
	       (unsigned long long)r.psw_addr);
	printf("prefix %08x fpc %08x\n", r.prefix, r.fpu.fpc);
	for (i = 0; i < 16; i++)
		printf("r%d %016llx\n", i, (unsigned long long)r.regs.gprs[i]);
	for (i = 0; i < 16; i++)
		printf("cr%d %016llx\n", i, (unsigned long long)r.sregs.crs[i]);
	for (i = 0; i < 16; i++)
		printf("a%d %08x\n", i, r.acrs[i]);
	for (i = 0; i < 16; i++)
		printf("f%d %016llx\n", i, (unsigned long long)r.fpu.fprs[i]);
	return true;
}

static void nothing(struct cpu *cpu, void *arg)
{
	(void)cpu;
	(void)arg;
}

static const char *const mode_names[] = { "idle", "busy", "blocked" };

static void print_count(const struct cpu *cpu)
{
	struct timespec ts = { 0, 0 };
	clockid_t clock;

	if (!pthread_getcpuclockid(cpu->thread, &clock))
		clock_gettime(clock, &ts);
	printf("vm %s cpu %d tid %d mode %s loops %llu exits %llu intr %llu errors %llu cpu-ms %llu "
	       "corrupted %llu\n", cpu->vm->name, cpu->id, cpu->tid, mode_names[cpu->mode],
	       (unsigned long long)cpu->loops, (unsigned long long)cpu->exits[0],
	       (unsigned long long)cpu->exits[1], (unsigned long long)cpu->exits[2],
	       (unsigned long long)(ts.tv_sec * 1000 + ts.tv_nsec / 1000000),
	       (unsigned long long)cpu->corrupted);
	if (cpu->exits[2])
		printf("last error %s\n", strerror(cpu->last_errno));
	if (cpu->exits[0])
		printf("last exit reason %u icptcode %#x\n", cpu->exit_reason,
		       cpu->run->s390_sieic.icptcode);
}

/* count: every vCPU's thread has to answer, which proves that it goes on. */
static bool do_count(struct vm *vm, struct line *line)
{
	unsigned int i;

	for (i = 0; i < vm->nr_cpus; i++) {
		if (!cpu_call(vm->cpus[i], nothing, NULL))
			return line_error(line, "the thread of vCPU %d does not answer",
					  vm->cpus[i]->id);
		print_count(vm->cpus[i]);
	}
	return true;
}

/* kick CPU COUNT USEC: make the vCPU leave KVM_RUN again and again, as QEMU's SIG_IPI does */
static bool do_kick(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);
	uint64_t count, us;

	if (!cpu || !line_number(line, vm, 2, &count) || !line_number(line, vm, 3, &us))
		return false;
	for (; count; count--) {
		if (!cpu_call(cpu, nothing, NULL))
			return line_error(line, "the thread of vCPU %d does not answer", cpu->id);
		sleep_us(us);
	}
	return true;
}

/* respawn CPU: end the vCPU's thread and start another one */
static bool do_respawn(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);

	if (!cpu)
		return false;
	cpu_stop(cpu);
	return cpu_start(cpu) || line_error(line, "the new thread did not start");
}

static void set_mode(struct cpu *cpu, void *arg)
{
	cpu->mode = *(enum run_mode *)arg;
}

static bool do_mode(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);
	enum run_mode mode;

	if (!cpu)
		return false;
	for (mode = RUN_IDLE; mode <= RUN_BLOCKED; mode++) {
		if (strcmp(mode_names[mode], line->token[2]))
			continue;
		line->used[2] = true;
		return cpu_call(cpu, set_mode, &mode) ||
		       line_error(line, "the thread of vCPU %d does not answer", cpu->id);
	}
	return line_error(line, "the mode is idle, busy or blocked");
}

static bool do_sleep(struct vm *vm, struct line *line)
{
	uint64_t ms;

	if (!line_number(line, vm, 1, &ms))
		return false;
	sleep_us(ms * 1000);
	return true;
}

static bool do_echo(struct vm *vm, struct line *line)
{
	unsigned int i;

	(void)vm;
	for (i = 1; i < line->count; i++) {
		line->used[i] = true;
		printf("%s%s", i > 1 ? " " : "", line->token[i]);
	}
	printf("\n");
	return true;
}

static const struct statement commands[] = {
	{ "op", 4, command_op, "CPU read|write|check-read|check-write ADDR LEN [ar=N] [key=N] "
	  "[inject] [acrs] [data=HEX]" },
	{ "rawop", 1, command_rawop, "CPU [op=N] [gaddr=N] [size=N] [flags=N] [ar=N] [keybyte=N] "
	  "[nobuf] [acrs]" },
	{ "vmop", 3, command_vmop, "read|write|check-read|check-write|cmpxchg ADDR LEN [key=N] "
	  "[data=HEX] [old=HEX]" },
	{ "ar-bug", 2, command_ar_bug, "CPU ADDR [ar=N]" },
	{ "peek", 2, do_peek, "ADDR LEN" },
	{ "poke", 2, do_poke, "ADDR HEX..." },
	{ "crc", 2, do_crc, "ADDR LEN" },
	{ "getkey", 1, do_getkey, "ADDR" },
	{ "regs", 1, do_regs, "CPU" },
	{ "count", 0, do_count, "" },
	{ "kick", 3, do_kick, "CPU COUNT MICROSECONDS" },
	{ "respawn", 1, do_respawn, "CPU" },
	{ "mode", 2, do_mode, "CPU idle|busy|blocked" },
	{ "sleep", 1, do_sleep, "MILLISECONDS" },
	{ "echo", 0, do_echo, "WORD..." },
	{ NULL, 0, NULL, NULL }
};

static bool run_command(struct vm *vm, struct line *line)
{
	const struct statement *command;

	for (command = commands; command->name; command++) {
		if (strcmp(command->name, line->token[0]))
			continue;
		if (line->count - 1 < command->min_words)
			return line_error(line, "usage: %s %s", command->name, command->usage);
		return command->fn(vm, line) && line_all_used(line);
	}
	return line_error(line, "%s: no such command", line->token[0]);
}

/* vm NAME: the commands that follow are for that VM. */
static struct vm *select_vm(struct vmm *vmm, struct line *line, struct vm *now)
{
	unsigned int i;

	for (i = 0; line->count == 2 && i < vmm->nr_vms; i++)
		if (!strcmp(vmm->vms[i].name, line->token[1]))
			return &vmm->vms[i];
	line_error(line, "usage: vm NAME, of a VM in the scenario");
	return now;
}

bool control_loop(struct vmm *vmm, FILE *in, bool session)
{
	struct vm *vm = &vmm->vms[0];
	struct line line;
	char *text = NULL;
	size_t size = 0;
	bool quit = false;

	while (!quit && getline(&text, &size, in) > 0) {
		if (session)
			printf("%s%s", *text == '#' ? "" : "> ", text);
		if (line_split(&line, text) && line.count) {
			quit = !strcmp(line.token[0], "quit");
			if (!strcmp(line.token[0], "vm"))
				vm = select_vm(vmm, &line, vm);
			else if (!quit)
				run_command(vm, &line);
		}
		if (line.error[0])
			printf("error %s\n", line.error);
		else if (line.count && !session)
			printf("ok\n");
		fflush(stdout);
	}
	free(text);
	return quit;
}
