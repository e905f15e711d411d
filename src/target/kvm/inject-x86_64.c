/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Injection on x86-64. The call is `syscall; ret` somewhere in the VMM's code,
 * with rsp at a signal frame whose first word, the return address, is that of a
 * restorer (`mov $15,%eax; syscall`), as the kernel itself lays it out:
 * arch/x86/kernel/signal_64.c x64_setup_rt_frame() and rt_sigreturn.
 */
#include "target/kvm/inject-arch.h"

#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "target/kvm/tracing.h"
#include "target/kvm/uapi.h"

#define RED_ZONE 128
#define XSTATE_MAX 12288	/* the regset, at most */

/* Offsets in an XSAVE area in standard format; <asm/sigcontext.h>, Intel SDM 1, 13.4 */
#define XSAVE_SW_BYTES 464
#define XSAVE_HEADER 512
#define XSAVE_LEGACY 576
#define XFEATURE_XTILE_DATA 18
#define FP_XSTATE_MAGIC1 0x46505853U
#define FP_XSTATE_MAGIC2 0x46505845U
#define XSTATE_MAGIC2_LEN 4

/* uc_flags, <asm/ucontext.h> */
#define UC_FP_XSTATE 1
#define UC_SIGCONTEXT_SS 2
#define UC_STRICT_RESTORE_SS 4

/* Results of interrupted system calls that only a tracer sees; include/linux/errno.h */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

const char inject_arch_name[] = "x86_64";
const uint16_t inject_arch_machine = EM_X86_64;

struct inject_saved {
	struct user_regs_struct regs;
	uint64_t sigmask;
	uint64_t features;	/* of the extended state, whose size is known: */
	size_t frame_xstate;	/* bytes in a frame */
	size_t xstate_len;
	unsigned char xstate[XSTATE_MAX];
};

/* The frame of rt_sigreturn: struct rt_sigframe of the kernel. */
struct sigframe {
	uint64_t return_address;
	uint64_t uc_flags;
	uint64_t uc_link;
	uint64_t ss_sp;
	int32_t ss_flags, ss_pad;
	uint64_t ss_size;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2;
	uint64_t fpstate;
	uint64_t reserved[8];
	uint64_t sigmask;
};
_Static_assert(sizeof(struct sigframe) == 312, "kernel ABI");

/*
 * Not a mode that sigaltstack knows: rt_sigreturn's attempt to set the
 * alternate stack fails and leaves it as it is (kernel/signal.c
 * restore_altstack(), do_sigaltstack()).
 */
#define SS_FLAGS_INVALID 0x55

/*
 * Bytes of a standard-format XSAVE area with these features: what the kernel
 * takes as the size of a frame's extended state (kernel/fpu/signal.c
 * check_xstate_in_sigframe() refuses more).
 */
static size_t xstate_size(uint64_t features)
{
	unsigned int i, size, offset, ecx, edx;
	size_t end = XSAVE_LEGACY;

	features &= ~(1ULL << XFEATURE_XTILE_DATA);
	for (i = 2; i < 63; i++) {
		if (!(features >> i & 1))
			continue;
		__cpuid_count(0xd, i, size, offset, ecx, edx);
		if (!(ecx & 1) && end < (size_t)offset + size)
			end = (size_t)offset + size;
	}
	return end;
}

/* XCR0: what the extended state of all threads has. */
static uint64_t xstate_features(void)
{
	unsigned int eax, ebx, ecx = 0, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	return (uint64_t)edx << 32 | eax;
}

/* In a virtual machine each CPUID takes microseconds: none while the thread stands. */
struct inject_saved *inject_arch_saved_new(void)
{
	struct inject_saved *s = tracing_alloc(sizeof(*s));

	if (s) {
		s->features = xstate_features();
		s->frame_xstate = xstate_size(s->features);
	}
	return s;
}

bool inject_arch_scan(const unsigned char *text, size_t len, uint64_t base,
		      struct inject_gadget *g)
{
	static const unsigned char call[] = { 0x0f, 0x05, 0xc3 };
	static const unsigned char restorer[] = { 0x48, 0xc7, 0xc0, 15, 0, 0, 0, 0x0f, 0x05 };
	static const unsigned char restorer32[] = { 0xb8, 15, 0, 0, 0, 0x0f, 0x05 };
	const unsigned char *p;

	if (!g->call) {
		p = memmem(text, len, call, sizeof(call));
		if (p)
			g->call = base + (uint64_t)(p - text);
	}
	if (!g->sigreturn) {
		p = memmem(text, len, restorer, sizeof(restorer));
		if (!p)
			p = memmem(text, len, restorer32, sizeof(restorer32));
		if (p)
			g->sigreturn = base + (uint64_t)(p - text);
	}
	return g->call && g->sigreturn;
}

struct error *inject_arch_save(pid_t tid, struct inject_saved *s)
{
	struct iovec iov = { &s->regs, sizeof(s->regs) };
	uint64_t features;

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "registers of thread %d", (int)tid);
	if (iov.iov_len != sizeof(s->regs))
		return error_new(ERROR_REFUSED, "thread %d runs 32-bit code", (int)tid);
	if (ptrace(PTRACE_GETSIGMASK, tid, sizeof(s->sigmask), &s->sigmask) < 0)
		return error_os(ERROR_TARGET, errno, "signal mask of thread %d", (int)tid);
	/* as much as a frame holds, which is little beside the tile data */
	iov.iov_base = s->xstate;
	iov.iov_len = s->features ? s->frame_xstate : sizeof(s->xstate);
	if (ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "extended state of thread %d", (int)tid);
	s->xstate_len = iov.iov_len;
	if (s->xstate_len < XSAVE_LEGACY)
		return error_new(ERROR_REFUSED, "thread %d: extended state of %zu bytes",
				 (int)tid, s->xstate_len);
	memcpy(&features, s->xstate + XSAVE_HEADER, sizeof(features));
	if (features >> XFEATURE_XTILE_DATA & 1)
		return error_new(ERROR_REFUSED,
				 "thread %d has AMX tile data in use, which no signal frame "
				 "of fixed size holds",
				 (int)tid);
	return NULL;
}

static bool in_syscall(const struct inject_saved *s)
{
	return (int64_t)s->regs.orig_rax >= 0;
}

enum inject_where inject_arch_where(const struct inject_saved *s, int vcpu_fd)
{
	if (!in_syscall(s))
		return INJECT_IN_USER;
	if (s->regs.orig_rax == SYS_ioctl && s->regs.rdi == (uint64_t)vcpu_fd &&
	    (uint32_t)s->regs.rsi == KVMU_RUN)
		return INJECT_IN_KVM_RUN;
	return INJECT_IN_SYSCALL;
}

bool inject_arch_is_restartable(const struct inject_saved *s)
{
	return !in_syscall(s) || (int64_t)s->regs.rax != -ERESTART_RESTARTBLOCK;
}

/*
 * The registers with which the thread goes on: a system call that the kernel
 * would begin anew is rewound as it would do it (arch_do_signal_or_restart()).
 */
static void registers_to_restore(const struct inject_saved *s, struct user_regs_struct *r)
{
	*r = s->regs;
	if (!in_syscall(s))
		return;
	switch (-(int64_t)r->rax) {
	case ERESTARTSYS:
	case ERESTARTNOINTR:
	case ERESTARTNOHAND:
		r->rax = r->orig_rax;
		r->rip -= 2;
		break;
	}
}

/* The extended state as a frame holds it, but for magic2 behind it: bytes, 0 if the regset has fewer. */
static size_t xstate_len(const struct inject_saved *s, uint64_t *features)
{
	size_t size;

	/* the regset tells XCR0 in the first of its software bytes */
	memcpy(features, s->xstate + XSAVE_SW_BYTES, sizeof(*features));
	size = *features == s->features ? s->frame_xstate : xstate_size(*features);
	*features &= ~(1ULL << XFEATURE_XTILE_DATA);
	return size > s->xstate_len ? 0 : size;
}

static void xstate_for_frame(const struct inject_saved *s, uint64_t features, size_t size,
			     unsigned char *out)
{
	uint32_t word;

	memcpy(out, s->xstate, size);
	memset(out + XSAVE_SW_BYTES, 0, 48);
	word = FP_XSTATE_MAGIC1;
	memcpy(out + XSAVE_SW_BYTES, &word, 4);
	word = (uint32_t)size + XSTATE_MAGIC2_LEN;
	memcpy(out + XSAVE_SW_BYTES + 4, &word, 4);
	memcpy(out + XSAVE_SW_BYTES + 8, &features, 8);
	word = (uint32_t)size;
	memcpy(out + XSAVE_SW_BYTES + 16, &word, 4);
	word = FP_XSTATE_MAGIC2;
	memcpy(out + size, &word, XSTATE_MAGIC2_LEN);
}

struct error *inject_arch_frame(const struct inject_saved *s, const struct inject_gadget *g,
				struct inject_frame *f)
{
	uint64_t top = (s->regs.rsp - RED_ZONE) & ~63ULL;
	struct user_regs_struct r;
	struct sigframe frame = { 0 };
	uint64_t fpstate, features;
	size_t xlen;

	xlen = xstate_len(s, &features);
	if (!xlen || xlen + XSTATE_MAGIC2_LEN + sizeof(frame) + 128 > sizeof(f->bytes))
		return error_new(ERROR_REFUSED,
				 "the thread's extended state does not fit into a signal frame");
	f->area = top - INJECT_STACK_AREA;
	fpstate = (f->area - xlen - XSTATE_MAGIC2_LEN) & ~63ULL;
	f->addr = (fpstate - sizeof(frame)) & ~15ULL;
	f->sp = f->addr;
	f->len = fpstate + xlen + XSTATE_MAGIC2_LEN - f->addr;
	f->thread_pointer = 0;

	registers_to_restore(s, &r);
	frame.return_address = g->sigreturn;
	frame.uc_flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	frame.ss_flags = SS_FLAGS_INVALID;
	frame.r8 = r.r8;
	frame.r9 = r.r9;
	frame.r10 = r.r10;
	frame.r11 = r.r11;
	frame.r12 = r.r12;
	frame.r13 = r.r13;
	frame.r14 = r.r14;
	frame.r15 = r.r15;
	frame.rdi = r.rdi;
	frame.rsi = r.rsi;
	frame.rbp = r.rbp;
	frame.rbx = r.rbx;
	frame.rdx = r.rdx;
	frame.rax = r.rax;
	frame.rcx = r.rcx;
	frame.rsp = r.rsp;
	frame.rip = r.rip;
	frame.eflags = r.eflags;
	frame.cs = (uint16_t)r.cs;
	frame.ss = (uint16_t)r.ss;
	frame.fpstate = fpstate;
	frame.sigmask = s->sigmask;
	memset(f->bytes + sizeof(frame), 0, fpstate - f->addr - sizeof(frame));
	memcpy(f->bytes, &frame, sizeof(frame));
	xstate_for_frame(s, features, xlen, f->bytes + (fpstate - f->addr));
	return NULL;
}

struct error *inject_arch_set_call(pid_t tid, const struct inject_saved *s,
				   const struct inject_gadget *g, const struct inject_frame *f,
				   long nr, const uint64_t args[6], bool masked,
				   const uint32_t *acrs)
{
	struct user_regs_struct r = s->regs;
	struct iovec iov = { &r, sizeof(r) };

	(void)masked;
	(void)acrs;
	r.rip = g->call;
	r.rsp = f->sp;
	r.rax = (uint64_t)nr;
	r.orig_rax = (uint64_t)-1;	/* no system call to begin anew */
	r.rdi = args[0];
	r.rsi = args[1];
	r.rdx = args[2];
	r.r10 = args[3];
	r.r8 = args[4];
	r.r9 = args[5];
	r.eflags &= ~0x500ULL;		/* direction flag, trap flag */
	if (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "setting registers of thread %d", (int)tid);
	return NULL;
}

struct error *inject_arch_restore(pid_t tid, const struct inject_saved *s, bool rewound)
{
	struct user_regs_struct r = s->regs;
	struct iovec iov = { &r, sizeof(r) };

	if (rewound) {
		registers_to_restore(s, &r);
		r.orig_rax = (uint64_t)-1;
	}
	/* First the mask: registers that make a call and no mask of ours is what step 3 leaves. */
	if (ptrace(PTRACE_SETSIGMASK, tid, sizeof(s->sigmask), &s->sigmask) < 0 ||
	    ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "restoring thread %d", (int)tid);
	return NULL;
}

struct error *inject_arch_result(pid_t tid, int64_t *result)
{
	struct user_regs_struct r;
	struct iovec iov = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "result of a call in thread %d", (int)tid);
	*result = (int64_t)r.rax;
	return NULL;
}
