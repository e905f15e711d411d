/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Injection on s390x. The call is an `svc 0` (number in r1) in the VMM's code
 * that runs on to `br %r14`; r14 leads to an `svc 173` (rt_sigreturn) and r15
 * to the prepared signal frame: arch/s390/kernel/signal.c rt_sigreturn.
 */
#include "target/kvm/inject-arch.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "arch/psw.h"
#include "base/endian.h"
#include "target/kvm/tracing.h"
#include "target/kvm/uapi.h"

/* The reload area: what the code behind the call loads from 0..1023(%r15). */
#define RELOAD_SIZE 1024
/* Below it, where a failing call may store errno relative to a0 and a1. */
#define TLS_SIZE 8192

#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

#define UC_VXRS 2		/* <asm/ucontext.h> */
#define SS_FLAGS_INVALID 0x55	/* keeps rt_sigreturn from touching the alternate stack */

const char inject_arch_name[] = "s390x";
const uint16_t inject_arch_machine = EM_S390;

/* NT_PRSTATUS, <asm/ptrace.h> s390_regs */
struct regset {
	uint64_t psw_mask, psw_addr;
	uint64_t gprs[16];
	uint32_t acrs[16];
	uint64_t orig_gpr2;
};
_Static_assert(sizeof(struct regset) == 216, "kernel ABI");

struct fpregs {
	uint32_t fpc, pad;
	uint64_t fprs[16];
};

struct inject_saved {
	struct regset regs;
	struct fpregs fp;
	uint64_t vxrs_low[16];
	uint64_t vxrs_high[16][2];
	uint32_t system_call;	/* length of the svc << 16 | number; 0: not in one */
	uint64_t sigmask;
	bool has_vx;
};

/* The frame of rt_sigreturn: struct rt_sigframe, struct ucontext_extended. */
struct sigframe {
	uint8_t callee_used_stack[160];
	uint16_t svc_insn, pad[3];
	uint8_t siginfo[128];
	uint64_t uc_flags;
	uint64_t uc_link;
	uint64_t ss_sp;
	int32_t ss_flags, ss_pad;
	uint64_t ss_size;
	uint64_t psw_mask, psw_addr;
	uint64_t gprs[16];
	uint32_t acrs[16];
	struct fpregs fp;
	uint64_t sigmask;
	uint8_t unused[120];
	uint64_t vxrs_low[16];
	uint64_t vxrs_high[16][2];
	uint8_t reserved[128];
};
_Static_assert(offsetof(struct sigframe, uc_flags) == 296, "kernel ABI");
_Static_assert(sizeof(struct sigframe) == 296 + 1024, "kernel ABI");

struct inject_saved *inject_arch_saved_new(void)
{
	return tracing_alloc(sizeof(struct inject_saved));
}

/* Length of an instruction by its first two bits; SA22-7832 chapter 5. */
static size_t insn_len(const unsigned char *p)
{
	return p[0] < 0x40 ? 2 : p[0] < 0xc0 ? 4 : 6;
}

/* What following the code behind an svc has found so far. */
struct follow {
	int reload_r14, reload_r15;
	bool r15_is_new;	/* r15 has been reloaded: no more loads through it */
	bool uses_thread_pointer;
};

/* A load of register r from disp(%r15): is it within the area, and note it. */
static bool follow_load(struct follow *fo, unsigned int r, int disp)
{
	if (fo->r15_is_new || disp < 0 || disp > RELOAD_SIZE - 8 || disp % 8)
		return false;
	if (r == 14)
		fo->reload_r14 = disp;
	if (r == 15)
		fo->reload_r15 = disp;
	return true;
}

/* lmg %r1,%r3,disp(%r15) */
static bool follow_lmg(struct follow *fo, const unsigned char *p)
{
	unsigned int r = p[1] >> 4, last = p[1] & 15;
	int disp = (get_be16(p + 2) & 0xfff) | (int8_t)p[4] * 4096;

	if (p[2] >> 4 != 15)
		return false;
	for (;; r = (r + 1) & 15, disp += 8) {
		if (!follow_load(fo, r, disp))
			return false;
		if (r == last)
			break;
	}
	fo->r15_is_new = fo->reload_r15 >= 0;
	return true;
}

/* lg %r1,disp(%r15) */
static bool follow_lg(struct follow *fo, const unsigned char *p)
{
	int disp = (get_be16(p + 2) & 0xfff) | (int8_t)p[4] * 4096;

	if ((p[1] & 15) || p[2] >> 4 != 15 || !follow_load(fo, p[1] >> 4, disp))
		return false;
	fo->r15_is_new = fo->reload_r15 >= 0;
	return true;
}

/*
 * Instructions that only change a register (the one in the given nibble, not
 * r14 or r15) or the condition code. All that compilers put between a system
 * call and the return.
 */
static const struct harmless {
	unsigned int opcode;	/* 8 bits for RR, 16 for RRE, first byte << 8 | low nibble else */
	enum { RR, RRE, RI, RIL } format;
	bool compares;		/* changes the condition code only */
} harmless[] = {
	{ 0x12, RR, false },	/* ltr */
	{ 0x13, RR, false },	/* lcr */
	{ 0x18, RR, false },	/* lr */
	{ 0xb902, RRE, false }, /* ltgr */
	{ 0xb903, RRE, false }, /* lcgr */
	{ 0xb904, RRE, false }, /* lgr */
	{ 0xb914, RRE, false }, /* lgfr */
	{ 0xb916, RRE, false }, /* llgfr */
	{ 0xb920, RRE, true },	/* cgr */
	{ 0xb921, RRE, true },	/* clgr */
	{ 0xa708, RI, false },	/* lhi */
	{ 0xa709, RI, false },	/* lghi */
	{ 0xa70e, RI, true },	/* chi */
	{ 0xa70f, RI, true },	/* cghi */
	{ 0xc20c, RIL, true },	/* cgfi */
	{ 0xc20d, RIL, true },	/* cfi */
	{ 0xc20e, RIL, true },	/* clgfi */
	{ 0xc20f, RIL, true },	/* clfi */
};

static bool is_harmless(const unsigned char *p)
{
	unsigned int i, opcode, r;

	for (i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		switch (harmless[i].format) {
		case RR:
			opcode = p[0];
			r = p[1] >> 4;
			break;
		case RRE:
			opcode = get_be16(p);
			r = p[3] >> 4;
			break;
		default:
			opcode = (unsigned int)p[0] << 8 | (p[1] & 15);
			r = p[1] >> 4;
			break;
		}
		if (opcode == harmless[i].opcode)
			return harmless[i].compares || r < 14;
	}
	return false;
}

/*
 * The end of glibc's syscall(), which stores errno if the call has failed:
 * lghi %rX,-4095; clgr %r2,%rX; jgnl to where errno is stored; br %r14.
 * p: at the conditional branch.
 */
static bool is_errno_branch(const unsigned char *p, size_t left)
{
	return left >= 8 && p[0] == 0xc0 && (p[1] == 0xb4 || p[1] == 0x24 || p[1] == 0xa4) &&
	       p[6] == 0x07 && p[7] == 0xfe;
}

/*
 * The branch's target must be the usual code and nothing else:
 * lcr %r0,%r2; larl %rA,..; lg %rA,0(%rA); ear %rB,%a0; sllg %rB,%rB,32;
 * ear %rB,%a1; st %r0,0(%rA,%rB); lghi %r2,-1; br %r14.
 */
static bool is_errno_code(const unsigned char *p, size_t left)
{
	unsigned int a, b;

	if (left < 38 || p[0] != 0x13 || (p[1] & 15) != 2)
		return false;
	a = p[3] >> 4;
	b = p[15 + 2] >> 4;
	if (a == 14 || a == 15 || b == 14 || b == 15)
		return false;
	return p[2] == 0xc0 && (p[3] & 15) == 0 &&			/* larl %rA */
	       p[8] == 0xe3 && p[9] == a << 4 && p[10] == a << 4 &&	/* lg %rA,0(%rA) */
	       !p[11] && !p[12] && p[13] == 0x04 &&
	       p[14] == 0xb2 && p[15] == 0x4f && p[17] == b << 4 &&	/* ear %rB,%a0 */
	       p[18] == 0xeb && p[19] == (b << 4 | b) && !p[20] && p[21] == 0x20 &&
	       p[23] == 0x0d &&						/* sllg %rB,%rB,32 */
	       p[24] == 0xb2 && p[25] == 0x4f && p[27] == (b << 4 | 1) && /* ear %rB,%a1 */
	       p[28] == 0x50 && p[29] >> 4 == p[1] >> 4 &&		/* st %r0,0(..) */
	       !(p[30] & 15) && !p[31] &&
	       p[32] == 0xa7 && p[33] == 0x29 && p[34] == 0xff && p[35] == 0xff &&
	       p[36] == 0x07 && p[37] == 0xfe;
}

/*
 * Follow the code behind an `svc 0` up to `br %r14`: may it be run on a stack
 * of ours?
 */
static bool follow_call(const unsigned char *text, size_t len, size_t at, struct follow *fo)
{
	size_t n, i;

	*fo = (struct follow){ .reload_r14 = -1, .reload_r15 = -1 };
	for (i = 0, at += 2; i < 12 && at + 6 <= len; i++, at += n) {
		const unsigned char *p = text + at;
		int64_t target;

		n = insn_len(p);
		if (p[0] == 0x07 && p[1] == 0xfe)
			return true;
		if (is_harmless(p))
			continue;
		if (p[0] == 0xeb && p[5] == 0x04 && follow_lmg(fo, p))
			continue;
		if (p[0] == 0xe3 && p[5] == 0x04 && follow_lg(fo, p))
			continue;
		if (!is_errno_branch(p, len - at))
			return false;
		target = (int64_t)at + 2 * (int64_t)(int32_t)get_be32(p + 2);
		if (target < 0 || (uint64_t)target >= len ||
		    !is_errno_code(text + target, len - (size_t)target))
			return false;
		fo->uses_thread_pointer = true;
	}
	return false;
}

bool inject_arch_scan(const unsigned char *text, size_t len, uint64_t base,
		      struct inject_gadget *g)
{
	struct follow fo;
	size_t at;

	for (at = base & 1; at + 2 <= len; at += 2) {
		if (text[at] != 0x0a)
			continue;
		if (!g->sigreturn && text[at + 1] == SYS_rt_sigreturn)
			g->sigreturn = base + at;
		if (text[at + 1] != 0 || (g->call && !g->uses_thread_pointer))
			continue;
		if (!follow_call(text, len, at, &fo) || (g->call && fo.uses_thread_pointer))
			continue;
		g->call = base + at;
		g->reload_r14 = fo.reload_r14;
		g->reload_r15 = fo.reload_r15;
		g->uses_thread_pointer = fo.uses_thread_pointer;
	}
	return g->call && g->sigreturn && !g->uses_thread_pointer;
}

/* Read a regset; a missing one (ENODEV, EINVAL) clears *present. */
static struct error *get_regset(pid_t tid, unsigned long type, void *data, size_t len,
				bool *present)
{
	struct iovec iov = { data, len };

	if (ptrace(PTRACE_GETREGSET, tid, type, &iov) < 0) {
		if (present && (errno == ENODEV || errno == EINVAL)) {
			*present = false;
			return NULL;
		}
		return error_os(ERROR_TARGET, errno, "registers (set %#lx) of thread %d", type,
				(int)tid);
	}
	if (iov.iov_len != len)
		return error_new(ERROR_REFUSED, "thread %d runs 31-bit code", (int)tid);
	if (present)
		*present = true;
	return NULL;
}

struct error *inject_arch_save(pid_t tid, struct inject_saved *s)
{
	struct error *err;

	err = get_regset(tid, NT_PRSTATUS, &s->regs, sizeof(s->regs), NULL);
	if (!err)
		err = get_regset(tid, NT_S390_SYSTEM_CALL, &s->system_call,
				 sizeof(s->system_call), NULL);
	if (!err)
		err = get_regset(tid, NT_PRFPREG, &s->fp, sizeof(s->fp), NULL);
	if (!err)
		err = get_regset(tid, NT_S390_VXRS_LOW, s->vxrs_low, sizeof(s->vxrs_low),
				 &s->has_vx);
	if (!err && s->has_vx)
		err = get_regset(tid, NT_S390_VXRS_HIGH, s->vxrs_high, sizeof(s->vxrs_high),
				 &s->has_vx);
	if (!err && ptrace(PTRACE_GETSIGMASK, tid, sizeof(s->sigmask), &s->sigmask) < 0)
		err = error_os(ERROR_TARGET, errno, "signal mask of thread %d", (int)tid);
	return err;
}

enum inject_where inject_arch_where(const struct inject_saved *s, int vcpu_fd)
{
	if (!(s->system_call & 0xffff))
		return INJECT_IN_USER;
	if ((s->system_call & 0xffff) == SYS_ioctl &&
	    s->regs.orig_gpr2 == (uint64_t)vcpu_fd && (uint32_t)s->regs.gprs[3] == KVMU_RUN)
		return INJECT_IN_KVM_RUN;
	return INJECT_IN_SYSCALL;
}

bool inject_arch_is_restartable(const struct inject_saved *s)
{
	return !s->system_call || (int64_t)s->regs.gprs[2] != -ERESTART_RESTARTBLOCK;
}

/* The registers with which the thread goes on; arch_do_signal_or_restart(). */
static void registers_to_restore(const struct inject_saved *s, struct regset *r)
{
	*r = s->regs;
	if (!(s->system_call & 0xffff))
		return;
	switch (-(int64_t)r->gprs[2]) {
	case ERESTARTSYS:
	case ERESTARTNOINTR:
	case ERESTARTNOHAND:
		r->gprs[2] = r->orig_gpr2;
		r->psw_addr -= s->system_call >> 16;
		break;
	}
}

/*
 * From the stack pointer down: small data, the frame, the reload area; for a
 * call that may store errno, room for that below.
 */
struct error *inject_arch_frame(const struct inject_saved *s, const struct inject_gadget *g,
				struct inject_frame *f)
{
	struct sigframe frame = { 0 };
	struct regset r;
	uint64_t addr, reload;
	bool reloads = g->reload_r14 >= 0 || g->reload_r15 >= 0;

	f->area = (s->regs.gprs[15] & ~63ULL) - INJECT_STACK_AREA;
	addr = (f->area - sizeof(frame)) & ~63ULL;
	reload = addr - RELOAD_SIZE;
	f->sp = g->reload_r15 >= 0 ? reload : addr;
	f->addr = g->uses_thread_pointer ? reload - TLS_SIZE : reload;
	f->thread_pointer = g->uses_thread_pointer ? reload : 0;
	f->len = addr + sizeof(frame) - f->addr;
	if (f->len > sizeof(f->bytes) || f->addr >= s->regs.gprs[15])
		return error_new(ERROR_REFUSED, "the thread's stack has no room for a signal frame");

	registers_to_restore(s, &r);
	frame.uc_flags = s->has_vx ? UC_VXRS : 0;
	frame.ss_flags = SS_FLAGS_INVALID;
	frame.psw_mask = r.psw_mask;
	frame.psw_addr = r.psw_addr;
	memcpy(frame.gprs, r.gprs, sizeof(frame.gprs));
	memcpy(frame.acrs, r.acrs, sizeof(frame.acrs));
	frame.fp = s->fp;
	frame.sigmask = s->sigmask;
	memcpy(frame.vxrs_low, s->vxrs_low, sizeof(frame.vxrs_low));
	memcpy(frame.vxrs_high, s->vxrs_high, sizeof(frame.vxrs_high));
	memset(f->bytes, 0, f->len);
	memcpy(f->bytes + (addr - f->addr), &frame, sizeof(frame));
	/*
	 * With no reload of r15 the code's loads come from the frame's own
	 * callee_used_stack and siginfo, which rt_sigreturn does not read.
	 */
	if (!reloads)
		return NULL;
	if (g->reload_r15 < 0 && g->reload_r14 > (int)offsetof(struct sigframe, uc_flags) - 8)
		return error_new(ERROR_REFUSED, "the code found cannot be run on a signal frame");
	if (g->reload_r14 >= 0)
		put_be64(f->bytes + (f->sp - f->addr) + g->reload_r14, g->sigreturn);
	if (g->reload_r15 >= 0)
		put_be64(f->bytes + (f->sp - f->addr) + g->reload_r15, addr);
	return NULL;
}

struct error *inject_arch_set_call(pid_t tid, const struct inject_saved *s,
				   const struct inject_gadget *g, const struct inject_frame *f,
				   long nr, const uint64_t args[6], bool masked,
				   const uint32_t *acrs)
{
	struct regset r = s->regs;
	struct iovec iov = { &r, sizeof(r) };
	int i;

	/* As setup_rt_frame() does: code of 64 bits that uses no access registers. */
	r.psw_mask = (r.psw_mask & ~PSW_MASK_ASC) | PSW_MASK_EA | PSW_MASK_BA;
	r.psw_addr = g->call;
	r.gprs[1] = (uint64_t)nr;
	for (i = 0; i < 6; i++)
		r.gprs[2 + i] = args[i];
	r.gprs[14] = g->sigreturn;
	r.gprs[15] = f->sp;
	if (masked && f->thread_pointer) {
		r.acrs[0] = (uint32_t)(f->thread_pointer >> 32);
		r.acrs[1] = (uint32_t)f->thread_pointer;
	} else if (masked && acrs) {
		memcpy(r.acrs, acrs, sizeof(r.acrs));
	}
	if (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "setting registers of thread %d", (int)tid);
	return NULL;
}

struct error *inject_arch_restore(pid_t tid, const struct inject_saved *s, bool rewound)
{
	struct regset r = s->regs;
	struct iovec iov = { &r, sizeof(r) };

	if (rewound)
		registers_to_restore(s, &r);
	/* First the mask: registers that make a call and no mask of ours is what step 3 leaves. */
	if (ptrace(PTRACE_SETSIGMASK, tid, sizeof(s->sigmask), &s->sigmask) < 0 ||
	    ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "restoring thread %d", (int)tid);
	return NULL;
}

struct error *inject_arch_result(pid_t tid, int64_t *result)
{
	struct regset r;
	struct iovec iov = { &r, sizeof(r) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return error_os(ERROR_TARGET, errno, "result of a call in thread %d", (int)tid);
	*result = (int64_t)r.gprs[2];
	return NULL;
}
