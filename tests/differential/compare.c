/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One case: KVM_S390_MEM_OP's answers, ours, and whether they are the same. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arch/dat-bits.h"
#include "arch/pgm.h"
#include "arch/prefix.h"
#include "arch/psw.h"
#include "differential.h"
#include "report.h"

#define MAX_PIECES	64	/* a range has at most 17 pages, and LAP and overrides cut some */

/* What a reference came to. */
struct outcome {
	int code;		/* 0, a program-interruption code, or -errno */
	uint64_t teid;
	uint8_t access_id;
};

struct piece {
	uint8_t *host;
	uint32_t len;
};

/* The kernel's side */

/* Take the program interruption that KVM_S390_MEMOP_F_INJECT_EXCEPTION left. */
static bool take_interruption(const struct case_data *c, struct outcome *o)
{
	struct kvm_s390_irq irqs[4] = { { 0 } };
	struct kvm_s390_irq_state state = { .buf = (uintptr_t)irqs, .len = sizeof(irqs) };
	int rc = ioctl(c->cpu->fd, KVM_S390_GET_IRQ_STATE, &state);

	if (rc != sizeof(irqs[0]) || irqs[0].type != KVM_S390_PROGRAM_INT ||
	    irqs[0].u.pgm.code != o->code)
		return false;
	o->teid = irqs[0].u.pgm.trans_exc_code;
	o->access_id = irqs[0].u.pgm.exc_access_id;
	return ioctl(c->cpu->fd, KVM_S390_NORMAL_RESET, 0) == 0;
}

static struct outcome ask_kernel(const struct case_data *c, bool store, int key, void *buf)
{
	struct kvm_s390_mem_op op = {
		.gaddr = c->addr,
		.flags = KVM_S390_MEMOP_F_INJECT_EXCEPTION,
		.size = c->length,
		.op = store ? KVM_S390_MEMOP_LOGICAL_WRITE : KVM_S390_MEMOP_LOGICAL_READ,
		.buf = (uintptr_t)buf,
		.ar = c->ar,
	};
	struct outcome o = { 0, 0, 0 };

	if (!buf)
		op.flags |= KVM_S390_MEMOP_F_CHECK_ONLY;
	if (key >= 0) {
		op.flags |= KVM_S390_MEMOP_F_SKEY_PROTECTION;
		op.key = key;
	}
	o.code = ioctl(c->cpu->fd, KVM_S390_MEM_OP, &op);
	if (o.code < 0)
		o.code = -errno;
	if (o.code > 0 && !take_interruption(c, &o))
		o.access_id = 0xff;
	return o;
}

/* Our side */

static void open_space(const struct case_data *c, enum space space, bool store, int key,
		       struct tlb *tlb, struct address_space *as)
{
	struct translation_context context = {
		.regs = &c->regs, .storage = &c->vm->storage, .facilities = c->vm->facilities,
		.tlb = tlb,
	};
	struct reference reference = {
		.space = space, .ar = c->ar, .key = key,
		.type = store ? REFERENCE_STORE : REFERENCE_FETCH,
		.amode = psw_amode(c->regs.psw_mask),
	};

	address_space_open(as, &context, &reference);
}

static struct outcome ask_us(const struct case_data *c, const struct address_space *as, bool checks)
{
	struct outcome o = { 0, 0, 0 };
	struct translation t;
	uint64_t done;

	if (translate_check(as, c->addr, c->length, &t, &done))
		return o;
	o.code = t.error ? -t.error : t.code;
	o.teid = t.teid;
	o.access_id = t.exception_access_id;
	/*
	 * When it only checks, KVM has not yet cut the address to the addressing
	 * mode by the time of access-register translation.
	 */
	if (checks && as->code && t.teid)
		o.teid = (t.teid & 0xfff) | (c->addr & ~UINT64_C(0xfff));
	return o;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->code == b->code && a->teid == b->teid && a->access_id == b->access_id;
}

/* The space that the PSW selects, named, must come to the same as what "auto" does. */
static enum space named_space(const struct case_data *c)
{
	return psw_space(c->regs.psw_mask);
}

/* Check by every way we have; *o is the plain one's outcome. */
static bool check_us(const struct case_data *c, bool store, int key, bool checks, struct tlb *tlb,
		     struct outcome *o)
{
	struct address_space as;
	struct outcome other;
	bool ok = true;

	open_space(c, SPACE_AUTO, store, key, NULL, &as);
	*o = ask_us(c, &as, checks);
	open_space(c, SPACE_AUTO, store, key, tlb, &as);
	other = ask_us(c, &as, checks);
	if (!same(o, &other))
		ok = report_ours(c, "with a TLB", o->code, other.code);
	open_space(c, named_space(c), store, key, tlb, &as);
	other = ask_us(c, &as, checks);
	if (o->code != other.code)
		ok = report_ours(c, "in the named space", o->code, other.code);
	if (trace_code(c, store, key) != o->code)
		ok = report_ours(c, "recorded", o->code, trace_code(c, store, key));
	return ok;
}

/* Where the range lies in host memory, up to the first exception. */
static unsigned int find_pieces(const struct case_data *c, bool store, struct tlb *tlb,
				struct piece *pieces)
{
	struct address_space as;
	struct translation t;
	unsigned int n = 0;
	uint32_t done = 0;

	open_space(c, SPACE_AUTO, store, -1, tlb, &as);
	while (done < c->length && n < MAX_PIECES &&
	       translate_run(&as, c->addr + done, c->length - done, &t)) {
		pieces[n].host = vm_host(c->vm, t.absolute, t.length);
		pieces[n].len = t.length;
		if (!pieces[n].host)
			return n;
		done += t.length;
		n++;
	}
	return n;
}

/* Copy all pieces to or from buf, one behind the other. */
static uint32_t copy_pieces(const struct piece *pieces, unsigned int n, uint8_t *buf, bool store)
{
	uint32_t done = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (store)
			memcpy(pieces[i].host, buf + done, pieces[i].len);
		else
			memcpy(buf + done, pieces[i].host, pieces[i].len);
		done += pieces[i].len;
	}
	return done;
}

static uint8_t data[MAX_LENGTH], expected[MAX_LENGTH], saved[MAX_LENGTH];

static bool read_as_kernel(const struct case_data *c, struct tlb *tlb, struct outcome *kernel)
{
	struct piece pieces[MAX_PIECES];
	unsigned int n = find_pieces(c, false, tlb, pieces);
	uint32_t done = copy_pieces(pieces, n, expected, false);

	memset(data, 0x5a, c->length);
	*kernel = ask_kernel(c, false, -1, data);
	if (kernel->code)
		return true;
	return done == c->length && !memcmp(data, expected, done);
}

/* A write must change what we think it changes, and an exception nothing. */
static bool write_as_kernel(const struct case_data *c, struct tlb *tlb, struct outcome *kernel)
{
	struct piece pieces[MAX_PIECES];
	unsigned int n = find_pieces(c, true, tlb, pieces);
	uint32_t done, i;
	bool ok;

	for (i = 0; i < c->length; i++)
		data[i] = random64(c->prng);
	done = copy_pieces(pieces, n, saved, false);
	/* Pages may be mapped twice: what memory holds in the end counts. */
	copy_pieces(pieces, n, data, true);
	copy_pieces(pieces, n, expected, false);
	copy_pieces(pieces, n, saved, true);
	*kernel = ask_kernel(c, true, -1, data);
	copy_pieces(pieces, n, data, false);
	if (kernel->code)
		ok = !memcmp(data, saved, done);
	else
		ok = done == c->length && !memcmp(data, expected, done);
	copy_pieces(pieces, n, saved, true);
	return ok;
}

/* One MEM_OP that only checks. */
static bool compare_check(const struct case_data *c, bool store, int key, struct tlb *tlb,
			  struct tally *tally)
{
	struct outcome ours, kernel;
	bool ok = check_us(c, store, key, true, tlb, &ours);

	kernel = ask_kernel(c, store, key, NULL);
	tally->operations++;
	if (kernel.code >= 0 && kernel.code < 64)
		tally->codes[kernel.code]++;
	tally_facts(c, store, key, kernel.code, tally);
	if (!same(&ours, &kernel))
		ok = report_difference(c, store ? "check of a store" : "check of a fetch", key,
				       kernel.code, kernel.teid, kernel.access_id, ours.code,
				       ours.teid, ours.access_id);
	return ok;
}

static bool compare_data(const struct case_data *c, bool store, struct tlb *tlb,
			 struct tally *tally)
{
	struct outcome ours, kernel;
	bool ok = check_us(c, store, -1, false, tlb, &ours), data_ok;

	data_ok = store ? write_as_kernel(c, tlb, &kernel) : read_as_kernel(c, tlb, &kernel);
	tally->operations++;
	if (kernel.code == 0)
		tally->kinds[store ? KIND_WRITE : KIND_READ]++;
	if (!same(&ours, &kernel))
		ok = report_difference(c, store ? "write" : "read", -1, kernel.code, kernel.teid,
				       kernel.access_id, ours.code, ours.teid, ours.access_id);
	if (!data_ok)
		ok = report_difference(c, store ? "data written" : "data read", -1, kernel.code, 0,
				       0, ours.code, 0, 0);
	return ok;
}

bool compare_case(const struct case_data *c, struct tlb *tlb, struct tally *tally)
{
	bool ok = cpu_set_registers(c->cpu, &c->regs);

	tlb_flush(tlb);
	tally->cases++;
	ok &= compare_check(c, false, -1, tlb, tally);
	ok &= compare_check(c, true, -1, tlb, tally);
	ok &= compare_check(c, random_percent(c->prng, 50), c->key, tlb, tally);
	ok &= compare_data(c, random_percent(c->prng, 50), tlb, tally);
	if (!ok)
		tally->differences++;
	return ok;
}
