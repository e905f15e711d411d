/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KVM_S390_MEM_OP made by the VMM itself.
 *
 * Kernels without commit 01be7f53dfc2 ("KVM: s390: fix access register usage in ioctls") take, for
 * a MEM_OP in access-register mode, the access registers of the calling thread for the guest's,
 * and save them over the guest's in kvm_run. Loading the guest's into the thread for the ioctl
 * (word acrs) gives the right answer on either kind of kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "memop.h"

#define BUF_SIZE	(65536 + 4096)
#define SHOWN		256	/* longer results: the first 32 bytes and a checksum */

/* Options of newer kernel headers that the cross headers may lack. */
#define OP_ABSOLUTE_READ	4
#define OP_ABSOLUTE_WRITE	5
#define OP_ABSOLUTE_CMPXCHG	6
#define OLD_ADDR_OFFSET		40	/* of old_addr in struct kvm_s390_mem_op */

static const struct {
	const char *word;
	unsigned int logical, absolute, flags;
} operations[] = {
	{ "read", KVM_S390_MEMOP_LOGICAL_READ, OP_ABSOLUTE_READ, 0 },
	{ "write", KVM_S390_MEMOP_LOGICAL_WRITE, OP_ABSOLUTE_WRITE, 0 },
	{ "check-read", KVM_S390_MEMOP_LOGICAL_READ, OP_ABSOLUTE_READ,
	  KVM_S390_MEMOP_F_CHECK_ONLY },
	{ "check-write", KVM_S390_MEMOP_LOGICAL_WRITE, OP_ABSOLUTE_WRITE,
	  KVM_S390_MEMOP_F_CHECK_ONLY },
	{ "cmpxchg", -1, OP_ABSOLUTE_CMPXCHG, 0 },
};

uint32_t crc32_of(const uint8_t *buf, size_t len)
{
	uint32_t crc = ~0U;
	int bit;

	while (len--) {
		crc ^= *buf++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

void print_hex(const uint8_t *buf, size_t len)
{
	while (len--)
		printf("%02x", *buf++);
}

struct cpu *line_cpu(struct vm *vm, struct line *line, unsigned int i)
{
	uint64_t id;
	unsigned int c;

	if (!line_number(line, NULL, i, &id))
		return NULL;
	for (c = 0; c < vm->nr_cpus; c++)
		if ((uint64_t)vm->cpus[c]->id == id)
			return vm->cpus[c];
	line_error(line, "vCPU %llu does not exist", (unsigned long long)id);
	return NULL;
}

void memop_on_cpu(struct cpu *cpu, void *arg)
{
	struct mem_op *mo = arg;
	sigset_t all, old;
	long rc;

	if (!mo->with_acrs) {
		mo->rc = ioctl(cpu->fd, KVM_S390_MEM_OP, &mo->op);
		mo->error = errno;
		return;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = ioctl_with_acrs(cpu->fd, KVM_S390_MEM_OP, &mo->op, cpu->run->s.regs.acrs);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	mo->rc = rc < 0 ? -1 : rc;
	mo->error = -rc;
}

static void print_result(const struct mem_op *mo)
{
	bool reads = mo->op.op == KVM_S390_MEMOP_LOGICAL_READ || mo->op.op == OP_ABSOLUTE_READ ||
		     mo->op.op == OP_ABSOLUTE_CMPXCHG;
	size_t len = mo->op.size;

	if (mo->rc < 0) {
		printf("errno %s\n", strerrorname_np(mo->error));
	} else if (mo->rc > 0) {
		printf("rc %#x\n", mo->rc);
	} else if (!reads || mo->op.flags & KVM_S390_MEMOP_F_CHECK_ONLY) {
		printf("rc 0\n");
	} else {
		printf("rc 0 ");
		print_hex(mo->buf, len > SHOWN ? 32 : len);
		if (len > SHOWN)
			printf(" crc32 %08x", crc32_of(mo->buf, len));
		printf("\n");
	}
}

/* The words that op, rawop and vmop share: ar=, key=, inject, acrs. */
static bool common_words(struct line *line, struct mem_op *mo)
{
	uint64_t ar, key;
	const char *text;

	if (!line_number_option(line, NULL, "ar", 256, 0, &ar))
		return false;
	mo->op.ar = ar;
	text = line_option(line, "key");
	if (text) {
		if (!parse_number(NULL, text, &key) || key > 255)
			return line_error(line, "key=%s: not a byte", text);
		mo->op.key = key;
		mo->op.flags |= KVM_S390_MEMOP_F_SKEY_PROTECTION;
	}
	if (line_flag(line, "inject"))
		mo->op.flags |= KVM_S390_MEMOP_F_INJECT_EXCEPTION;
	mo->with_acrs = line_flag(line, "acrs");
	return true;
}

/* data=HEX, repeated over the buffer; 5a without it. */
static bool fill_data(struct line *line, struct mem_op *mo)
{
	size_t len = 0, i;
	unsigned int t;

	memset(mo->buf, 0x5a, BUF_SIZE);
	for (t = 1; t < line->count; t++) {
		if (strncmp(line->token[t], "data=", 5))
			continue;
		if (!line_hex(line, t, mo->buf, BUF_SIZE, &len))
			return false;
		for (i = len; len && i < BUF_SIZE; i++)
			mo->buf[i] = mo->buf[i - len];
	}
	return true;
}

/* Fill in WHICH of operations[], address and length (words W, W+1, W+2 of LINE). */
static bool operation(struct vm *vm, struct line *line, unsigned int w, bool absolute,
		      struct mem_op *mo)
{
	const size_t count = sizeof(operations) / sizeof(operations[0]);
	uint64_t addr, len;
	unsigned int i;

	for (i = 0; i < count && strcmp(operations[i].word, line->token[w]); i++)
		;
	if (i == count || (!absolute && operations[i].logical == -1U))
		return line_error(line, "%s: no such operation", line->token[w]);
	line->used[w] = true;
	if (!line_number(line, vm, w + 1, &addr) || !line_number(line, vm, w + 2, &len))
		return false;
	if (len > BUF_SIZE)
		return line_error(line, "the longest length is %d", BUF_SIZE);
	mo->op.op = absolute ? operations[i].absolute : operations[i].logical;
	mo->op.flags |= operations[i].flags;
	mo->op.gaddr = addr;
	mo->op.size = len;
	return fill_data(line, mo) && common_words(line, mo);
}

static bool start_op(struct line *line, struct mem_op *mo)
{
	memset(mo, 0, sizeof(*mo));
	mo->buf = malloc(BUF_SIZE);
	if (!mo->buf) {
		line_error(line, "out of memory");
		return false;
	}
	mo->op.buf = (uintptr_t)mo->buf;
	return true;
}

/* Run MO in the vCPU's own thread. */
static bool call_op(struct cpu *cpu, struct line *line, struct mem_op *mo)
{
	if (!line_all_used(line))
		return false;
	if (!cpu_call(cpu, memop_on_cpu, mo))
		return line_error(line, "the thread of vCPU %d does not answer", cpu->id);
	print_result(mo);
	return true;
}

bool command_op(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);
	struct mem_op mo;
	bool ok;

	if (!cpu || !start_op(line, &mo))
		return false;
	ok = operation(vm, line, 2, false, &mo) && call_op(cpu, line, &mo);
	free(mo.buf);
	return ok;
}

/* rawop CPU [op=N] [gaddr=N] [size=N] [flags=N] [ar=N] [keybyte=N] [nobuf] [acrs] */
bool command_rawop(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);
	uint64_t op, gaddr, size, flags, ar, key;
	struct mem_op mo;
	bool ok;

	if (!cpu || !start_op(line, &mo))
		return false;
	ok = line_number_option(line, vm, "op", 1UL << 32, 0, &op) &&
	     line_number_option(line, vm, "gaddr", 0, 0, &gaddr) &&
	     line_number_option(line, vm, "size", 1UL << 32, 8, &size) &&
	     line_number_option(line, vm, "flags", 0, 0, &flags) &&
	     line_number_option(line, vm, "ar", 256, 0, &ar) &&
	     line_number_option(line, vm, "keybyte", 256, 0, &key);
	if (ok) {
		mo.op.op = op;
		mo.op.gaddr = gaddr;
		mo.op.size = size;
		mo.op.flags = flags;
		mo.op.ar = ar;
		mo.op.key = key;
		memset(mo.buf, 0x5a, BUF_SIZE);
		if (line_flag(line, "nobuf"))
			mo.op.buf = 0;
		mo.with_acrs = line_flag(line, "acrs");
		ok = call_op(cpu, line, &mo);
	}
	free(mo.buf);
	return ok;
}

/* vmop read|write|check-read|check-write|cmpxchg ADDR LEN [key=N] [data=HEX] [old=HEX] */
bool command_vmop(struct vm *vm, struct line *line)
{
	uint8_t old[16] = { 0 };
	uint64_t old_addr = (uintptr_t)old;
	size_t len = 0;
	struct mem_op mo;
	unsigned int t;
	bool ok;

	if (!start_op(line, &mo))
		return false;
	ok = operation(vm, line, 1, true, &mo);
	for (t = 1; ok && t < line->count; t++)
		if (!strncmp(line->token[t], "old=", 4))
			ok = line_hex(line, t, old, sizeof(old), &len);
	ok = ok && line_all_used(line);
	if (ok) {
		if (mo.op.op == OP_ABSOLUTE_CMPXCHG)
			memcpy((char *)&mo.op + OLD_ADDR_OFFSET, &old_addr, sizeof(old_addr));
		mo.rc = ioctl(vm->fd, KVM_S390_MEM_OP, &mo.op);
		mo.error = errno;
		if (mo.op.op == OP_ABSOLUTE_CMPXCHG && mo.rc == 0)
			memcpy(mo.buf, old, sizeof(old));
		print_result(&mo);
	}
	free(mo.buf);
	return ok;
}

struct ar_bug {
	struct mem_op plain, with_acrs;
	uint32_t before[16], after[16];
};

/* A MEM_OP as every VMM makes it, then one with the guest's access registers; repairs kvm_run. */
static void ar_bug_on_cpu(struct cpu *cpu, void *arg)
{
	struct ar_bug *bug = arg;
	uint32_t *acrs = cpu->run->s.regs.acrs;

	memcpy(bug->before, acrs, sizeof(bug->before));
	memop_on_cpu(cpu, &bug->plain);
	memcpy(bug->after, acrs, sizeof(bug->after));
	memcpy(acrs, bug->before, sizeof(bug->before));
	memop_on_cpu(cpu, &bug->with_acrs);
	memcpy(acrs, bug->before, sizeof(bug->before));
}

/* ar-bug CPU ADDR [ar=N]: does this kernel take the thread's access registers for the guest's? */
bool command_ar_bug(struct vm *vm, struct line *line)
{
	struct cpu *cpu = line_cpu(vm, line, 1);
	struct ar_bug bug;
	uint64_t addr;
	bool ok = false;
	int i;

	memset(&bug, 0, sizeof(bug));
	if (!cpu)
		return false;
	if (!start_op(line, &bug.plain) || !start_op(line, &bug.with_acrs))
		goto out;
	if (!line_number(line, vm, 2, &addr) || !common_words(line, &bug.plain) ||
	    !line_all_used(line))
		goto out;
	bug.plain.op.op = KVM_S390_MEMOP_LOGICAL_READ;
	bug.plain.op.gaddr = addr;
	bug.plain.op.size = 8;
	bug.with_acrs.op = bug.plain.op;
	bug.with_acrs.op.buf = (uintptr_t)bug.with_acrs.buf;
	bug.with_acrs.with_acrs = true;
	ok = cpu_call(cpu, ar_bug_on_cpu, &bug);
	if (!ok) {
		line_error(line, "the thread of vCPU %d does not answer", cpu->id);
		goto out;
	}
	printf("plain ");
	print_result(&bug.plain);
	printf("with-acrs ");
	print_result(&bug.with_acrs);
	printf("changed");
	for (i = 0; i < 16; i++)
		if (bug.before[i] != bug.after[i])
			printf(" a%d", i);
	printf("\naccess-register bug %s\n",
	       memcmp(bug.before, bug.after, sizeof(bug.before)) ? "present" : "absent");
out:
	free(bug.plain.buf);
	free(bug.with_acrs.buf);
	return ok;
}
