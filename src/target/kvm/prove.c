/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which mapping of the VMM is the guest's RAM? Samples of guest memory are
 * read by KVM_S390_MEM_OP: absolute ones where the kernel can, else logical
 * ones. A candidate is proven when our own accesses to it give the same for all
 * samples, and several of them are not all zeros, and no other candidate does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/pgm.h"
#include "arch/psw.h"
#include "target/kvm/memop.h"
#include "target/kvm/procfs.h"

#define MAPS_MAX	(64U << 20)
#define SAMPLE_SIZE	2048U	/* fits the stack area: no mapping is made for it */
#define SAMPLES_MAX	40U
#define CONTENT_MIN	2U	/* samples that are not all zeros */
#define TRIES		4	/* of a sample that differs: the guest may have changed it */
#define PROBES		64U	/* MiBs asked for in a stop */
#define PRESENT_MAX	4096U	/* MiBs asked for at first; in larger guests they have gaps */
#define PAGE_MASK	(~4095ULL)

struct sample {
	struct access a;
	struct s390_regs regs;	/* as of the read */
	uint16_t code;		/* 0, or what the read met */
	unsigned char data[SAMPLE_SIZE];
};

struct trial {
	struct live *l;
	bool absolute;
	uint64_t present;	/* absolute: so much storage from 0 on */
	struct sample *samples;
	size_t count;
};

/* One call for a sample while the thread stands. *usable: it tells something. */
static struct error *call_sample(struct live *l, const struct transfer *x, struct sample *s,
				 bool *usable)
{
	struct error *err;
	int64_t result;

	err = transfer_call(l, x, 0, s->a.addr, sizeof(s->data), 0, 0, &result);
	if (err)
		return err;
	/* A protected guest is found by that. */
	if (result == -EINVAL)
		return live_memop_error(l, x->op, EINVAL, s->a.addr);
	s->code = result > 0 ? (uint16_t)result : 0;
	/* KVM tells failures of the host's as protection. */
	*usable = result >= 0 && result != PGM_PROTECTION;
	if (result)
		return NULL;
	return live_peek(l, transfer_data_addr(l, x, 0), s->data, sizeof(s->data));
}

/*
 * Read samples by KVM_S390_MEM_OP, all in one address space, with the registers
 * that are good for them, in one stop (with breaks). Those that tell nothing
 * are left out of *count.
 */
static struct error *take_samples(struct live *l, struct sample *samples, size_t *count)
{
	struct transfer x;
	struct error *err = transfer_init(l, &samples[0].a, false, &x);
	size_t i, taken = 0;
	bool usable = false;

	if (!err)
		err = transfer_stop(l, &x);
	if (err)
		return err;
	for (i = 0; i < *count && !err; i++) {
		err = transfer_yield(l, &x);
		if (err)
			break;
		live_registers(l, &samples[i].regs);
		err = call_sample(l, &x, &samples[i], &usable);
		if (!err && usable && taken++ < i)
			samples[taken - 1] = samples[i];
	}
	*count = taken;
	return live_finish(l, err);
}

/* One more place to be read. */
static void add_sample(struct trial *t, uint64_t addr)
{
	struct sample *s = &t->samples[t->count];
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->samples[i].a.addr == addr)
			return;
	if (t->count == SAMPLES_MAX || (t->absolute && addr >= t->present))
		return;
	*s = (struct sample){ .a = ACCESS_INIT(addr) };
	if (t->absolute)
		s->a.space = SPACE_ABSOLUTE;
	t->count++;
}

/* Where something is likely to stand: lowcores, tables; code and stack of the CPU by logical addresses. */
static void add_likely(struct trial *t, const struct s390_regs *regs)
{
	const uint64_t mask = psw_address_mask(regs->psw_mask) & PAGE_MASK;
	const uint64_t places[] = {
		0, 0x1000, regs->prefix, regs->prefix + 0x1000, regs->crs[1] & PAGE_MASK,
		regs->crs[7] & PAGE_MASK, regs->crs[13] & PAGE_MASK, 0x10000, 0x100000,
	};
	const uint64_t code = regs->psw_addr & mask;
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		add_sample(t, places[i]);
	for (i = 0; i < 4 && !t->absolute; i++)
		add_sample(t, (code + i * 4096) & mask);
	for (i = 0; i < 16 && !t->absolute; i++)
		add_sample(t, regs->gprs[i] & mask);
}

static void add_spread(struct trial *t)
{
	const uint64_t parts = 8, last = t->present - SAMPLE_SIZE;
	uint64_t i;

	for (i = 1; i < parts; i++)
		add_sample(t, t->present / parts * i & PAGE_MASK);
	add_sample(t, last);
}

/* The first of the places from, from + step ... below to where no storage is; else to. */
static struct error *first_absent(struct live *l, uint64_t from, uint64_t to, uint64_t step,
				  uint64_t *found)
{
	struct access a = ACCESS_INIT(0);
	uint64_t addrs[PROBES];
	uint16_t codes[PROBES];
	size_t count, i, batch = 8;
	struct error *err;

	a.space = SPACE_ABSOLUTE;
	for (*found = to; from < to; batch = PROBES) {
		for (count = 0; count < batch && from < to; count++, from += step)
			addrs[count] = from;
		err = live_check_interrupted(l);
		if (!err)
			err = live_probe(&l->t, &a, false, addrs, count, codes);
		if (err)
			return err;
		for (i = 0; i < count; i++) {
			if (codes[i]) {
				*found = addrs[i];
				return NULL;
			}
		}
	}
	return NULL;
}

/* How much storage there is from 0 on without a hole, max at most. */
static struct error *measure(struct live *l, uint64_t max, uint64_t *size)
{
	uint64_t step = (max / PRESENT_MAX + RAM_MIB - 1) & ~(RAM_MIB - 1);
	struct error *err;

	step = step ? step : RAM_MIB;
	err = first_absent(l, 0, max, step, size);
	if (err || step == RAM_MIB || !*size)
		return err;
	return first_absent(l, *size - step + RAM_MIB, *size, RAM_MIB, size);
}

/* Does our own access to the mapping on trial say what KVM says? */
static bool agrees_once(struct live *l, const struct sample *s)
{
	struct walk *w = &l->storage.walk;
	unsigned char data[SAMPLE_SIZE];
	struct error *err;
	uint16_t code;
	size_t done;

	walk_flush(w);
	walk_set_regs(w, &s->regs);
	err = walk_read(w, &s->a, data, sizeof(data), &done);
	code = err && err->kind == ERROR_ACCESS ? err->access.code : 0;
	if (err && !code) {
		error_free(err);
		return false;
	}
	error_free(err);
	return code == s->code && (code || !memcmp(data, s->data, sizeof(data)));
}

static struct error *agrees(struct live *l, struct sample *s, bool *yes)
{
	struct error *err = NULL;
	size_t usable = 1;
	int tries;

	*yes = agrees_once(l, s);
	for (tries = 1; tries < TRIES && !err && usable && !*yes; tries++) {
		err = take_samples(l, s, &usable);
		*yes = !err && usable && agrees_once(l, s);
	}
	return err;
}

static bool has_content(const struct sample *s)
{
	static const unsigned char zeros[SAMPLE_SIZE];

	return !s->code && memcmp(s->data, zeros, sizeof(zeros)) != 0;
}

/* Do most samples agree at first sight? Else no second look is worth a stop. */
static bool is_likely(struct trial *t)
{
	const struct live_ram *ram = &t->l->storage.ram;
	size_t i, asked = 0, right = 0;

	for (i = 0; i < t->count; i++) {
		if (t->absolute && t->samples[i].a.addr >= ram->size)
			continue;
		asked++;
		right += agrees_once(t->l, &t->samples[i]);
	}
	return right * 2 > asked;
}

/* Try a candidate. *content: samples with content that agree, 0 if any does not. */
static struct error *try_candidate(struct trial *t, const struct ram_candidate *c,
				   unsigned int *content)
{
	struct live_ram *ram = &t->l->storage.ram;
	struct error *err;
	bool yes;
	size_t i;

	*content = 0;
	ram->state = RAM_ON_TRIAL;
	ram->start = c->start;
	ram->max = c->max;
	ram->size = t->absolute && c->max < t->present ? c->max : t->absolute ? t->present : c->size;
	if (!is_likely(t))
		return NULL;
	for (i = 0; i < t->count; i++) {
		if (t->absolute && t->samples[i].a.addr >= ram->size)
			continue;
		err = agrees(t->l, &t->samples[i], &yes);
		if (err || !yes) {
			*content = 0;
			return err;
		}
		*content += has_content(&t->samples[i]);
	}
	return NULL;
}

static void refuse(struct live *l, const char *why)
{
	struct live_ram *ram = &l->storage.ram;

	*ram = (struct live_ram){ .state = RAM_REFUSED };
	snprintf(ram->why, sizeof(ram->why), "%s", why);
	log_verbose(l->t.log, 1, "guest RAM in PID %d: %s", l->pid, why);
}

/* Try all of them: exactly one must be right. */
static struct error *try_all(struct trial *t, const struct ram_candidate *c, size_t count)
{
	struct live_ram *ram = &t->l->storage.ram, found = { .state = RAM_REFUSED };
	unsigned int content, right = 0, exact = 0;
	struct error *err = NULL;
	size_t i;

	for (i = 0; i < count && !err; i++) {
		exact += c[i].exact;
		if (!t->absolute && !c[i].exact)
			continue;
		err = try_candidate(t, &c[i], &content);
		if (err || content < CONTENT_MIN)
			continue;
		right++;
		found = *ram;
		snprintf(found.why, sizeof(found.why),
			 "%u samples that are not zero, of %zu, are as KVM reads them", content,
			 t->count);
	}
	if (err || right != 1) {
		refuse(t->l, right ? "several mappings of the VMM have what KVM reads: which is guest RAM is ambiguous" :
		       "no mapping of the VMM is proven to be guest RAM");
		return err;
	}
	*ram = found;
	ram->state = RAM_PROVEN;
	/* What else looks like a memory slot may be one. */
	if (t->absolute)
		ram->max = ram->size;
	else if (exact > 1)
		ram->max = UINT64_MAX;
	log_verbose(t->l->t.log, 1, "guest RAM is %llu MiB at %#llx in PID %d: %s",
		    (unsigned long long)(ram->size / RAM_MIB), (unsigned long long)ram->start,
		    t->l->pid, ram->why);
	return NULL;
}

static struct error *gather(struct trial *t, const struct ram_candidate *c, size_t count)
{
	struct live *l = t->l;
	struct s390_regs regs;
	struct error *err;
	uint64_t max = 0;
	size_t i;

	for (i = 0; i < count; i++)
		max = c[i].max > max ? c[i].max : max;
	err = live_stop(l);
	if (err)
		return err;
	live_registers(l, &regs);
	err = live_finish(l, NULL);
	if (!err && t->absolute)
		err = measure(l, max, &t->present);
	if (err)
		return err;
	add_likely(t, &regs);
	if (t->absolute && t->present)
		add_spread(t);
	return t->count ? take_samples(l, t->samples, &t->count) : NULL;
}

/* The candidates by the text of /proc/PID/maps; 0 if it cannot be read. */
static size_t candidates(const struct live *l, struct ram_candidate *c)
{
	struct buf maps = BUF_INIT;
	size_t count = 0;
	int dir = procfs_open(l->proc, l->pid);

	if (dir < 0)
		return 0;
	if (procfs_read(dir, "maps", MAPS_MAX, &maps) >= 0 && !buf_failed(&maps) && maps.len)
		count = ram_find(maps.data, c, RAM_CANDIDATES);
	buf_free(&maps);
	close(dir);
	return count;
}

struct error *prove_ram(struct live *l)
{
	struct trial t = { .l = l, .absolute = storage_has_absolute(l) };
	const struct target_stats before = l->t.stats;
	const bool ar_bug_met = l->t.ar_bug_met;
	struct ram_candidate *c = calloc(RAM_CANDIDATES, sizeof(*c));
	struct error *err = NULL;
	size_t count;

	t.samples = calloc(SAMPLES_MAX, sizeof(*t.samples));
	if (!t.samples || !c)
		err = error_nomem();
	count = err ? 0 : candidates(l, c);
	if (!err && count)
		err = gather(&t, c, count);
	if (!err)
		err = try_all(&t, c, count);
	if (err)
		l->storage.ram = (struct live_ram){ .state = RAM_UNKNOWN };
	/* No access of the user's. */
	l->t.stats.bytes = before.bytes;
	l->t.ar_bug_met = ar_bug_met;
	free(t.samples);
	free(c);
	return err;
}
