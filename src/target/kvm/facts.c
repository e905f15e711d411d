/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a live vCPU tells about itself: registers and facts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "target/kvm/live.h"
#include "target/kvm/permit.h"

#ifdef __s390x__
static uint64_t run_u64(const struct live *l, size_t offset)
{
	uint64_t v;

	memcpy(&v, l->run + offset, sizeof(v));
	return v;
}

static uint32_t run_u32(const struct live *l, size_t offset)
{
	uint32_t v;

	memcpy(&v, l->run + offset, sizeof(v));
	return v;
}

void live_registers(const struct live *l, struct s390_regs *regs)
{
	size_t i;

	__sync_synchronize();
	memset(regs, 0, sizeof(*regs));
	regs->coherent = l->stopped;
	regs->psw_mask = run_u64(l, KVMU_RUN_PSW_MASK);
	regs->psw_addr = run_u64(l, KVMU_RUN_PSW_ADDR);
	for (i = 0; i < 16; i++) {
		regs->gprs[i] = run_u64(l, KVMU_RUN_GPRS + 8 * i);
		regs->acrs[i] = run_u32(l, KVMU_RUN_ACRS + 4 * i);
		regs->crs[i] = run_u64(l, KVMU_RUN_CRS + 8 * i);
	}
	regs->prefix = (uint32_t)run_u64(l, KVMU_RUN_PREFIX);
	regs->fpc = run_u32(l, KVMU_RUN_FPC);
}

struct error *live_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	struct live *l = live_of(t);
	struct error *err = NULL;

	memset(regs, 0, sizeof(*regs));
	if (!l->run)
		return error_new(ERROR_TARGET, "kvm_run of vCPU %d of PID %d could not be mapped",
				 l->vcpu.id, l->pid);
	if (live_is_gone(l)) {
		err = error_new(ERROR_TARGET, "PID %d has ended", l->pid);
		err->fatal = true;
		return err;
	}
	if (stop)
		err = live_stop(l);
	if (err)
		return err;
	live_registers(l, regs);
	return live_finish(l, NULL);
}
#else
void live_registers(const struct live *l, struct s390_regs *regs)
{
	(void)l;
	memset(regs, 0, sizeof(*regs));
}

struct error *live_regs(struct target *t, bool stop, struct s390_regs *regs)
{
	(void)stop;
	(void)regs;
	/* What the ioctl itself would answer. */
	return live_memop_error(live_of(t), 0, EINVAL, 0);
}
#endif

static const char *answer(enum live_answer a, const char *yes, const char *no)
{
	return a == ANSWER_YES ? yes : a == ANSWER_NO ? no : "unknown";
}

static void fact_pid(struct live *l, struct target_fact *f) { target_fact_set(f, "%d", l->pid); }
static void fact_exe(struct live *l, struct target_fact *f) { target_fact_set(f, "%s", l->exe); }
static void fact_user(struct live *l, struct target_fact *f) { target_fact_set(f, "%s", l->user); }
static void fact_guest(struct live *l, struct target_fact *f) { target_fact_set(f, "%s", l->t.name); }
static void fact_vcpu(struct live *l, struct target_fact *f) { target_fact_set(f, "%d", l->vcpu.id); }
static void fact_vcpu_fd(struct live *l, struct target_fact *f) { target_fact_set(f, "%d", l->vcpu.fd); }
static void fact_vm_fd(struct live *l, struct target_fact *f) { target_fact_set(f, "%d", l->vcpu.vm_fd); }
static void fact_why(struct live *l, struct target_fact *f) { target_fact_set(f, "%s", l->why_engine); }

static void fact_tid(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%d", l->tid ? l->tid : l->vcpu.tid);
}

static void fact_state(struct live *l, struct target_fact *f)
{
	static const char *const names[] = {
		[VCPU_UNKNOWN] = "running", [VCPU_IN_RUN] = "in KVM_RUN", [VCPU_OUTSIDE] = "outside KVM_RUN",
	};
	struct vcpu_info now = l->vcpu;
	struct error *err = vcpu_refresh(l->proc, l->pid, &now);

	target_fact_set(f, "%s", err ? "gone" : names[now.state]);
	error_free(err);
}

static void fact_seccomp(struct live *l, struct target_fact *f)
{
	pid_t tid = l->tid ? l->tid : l->vcpu.tid ? l->vcpu.tid : l->pid;
	int mode = permit_seccomp_mode(l->proc, l->pid, tid);

	target_fact_set(f, "%s", mode == 0 ? "none" : mode == 1 ? "strict" :
				 mode == 2 ? "filter" : "unknown");
}

static void fact_engine(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%s", l->engine == ENGINE_DIRECT ? "direct" : "injection");
}

static void fact_limit(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%d", l->limit < 0 ? 0 : l->limit);
}

static void fact_key(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%s", l->extension > 0 && l->extension & KVMU_MEM_OP_EXT_BASE ? "yes" : "no");
}

static void fact_cas(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%s", l->extension > 0 && l->extension & KVMU_MEM_OP_EXT_CMPXCHG ? "yes" : "no");
}

static void fact_run(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%s", l->run ? "yes" : "no");
}

/* Whether our own translation works is found out when it is first needed; and for this. */
static void fact_walk(struct live *l, struct target_fact *f)
{
	struct error *err = storage_open(l);
	const struct live_ram *ram = &l->storage.ram;

	if (err)
		target_fact_set(f, "no: %s", err->message);
	else if (ram->state == RAM_PROVEN)
		target_fact_set(f, "by the VMM's mapping of guest RAM%s",
				storage_has_absolute(l) ? "; writes by KVM" : "; no writes");
	else
		target_fact_set(f, "by KVM's reads of absolute storage");
	error_free(err);
}

static void fact_ram(struct live *l, struct target_fact *f)
{
	const struct live_ram *ram = &l->storage.ram;

	if (ram->state == RAM_PROVEN)
		target_fact_set(f, "%llu MiB at %#llx: %s", (unsigned long long)(ram->size / RAM_MIB),
				(unsigned long long)ram->start, ram->why);
	else
		target_fact_set(f, "unknown%s%s", ram->why[0] ? ": " : "", ram->why);
}

static void fact_edat(struct live *l, struct target_fact *f)
{
	if (!l->storage.ready)
		target_fact_set(f, "unknown");
	else if (l->storage.walk.facilities & FACILITY_EDAT_2)
		target_fact_set(f, "1 MiB and 2 GiB frames (EDAT-2)");
	else
		target_fact_set(f, "%s", l->storage.walk.facilities & FACILITY_EDAT_1 ?
				"1 MiB frames (EDAT-1)" : "no large frames");
}

static void fact_ar_bug(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%s", answer(l->ar_bug, "met and repaired", "not met"));
}

static void fact_protected(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%s", answer(l->is_protected, "yes", "no"));
}

static void fact_max_stop(struct live *l, struct target_fact *f)
{
	target_fact_set(f, "%llu", (unsigned long long)l->max_stop_ns / 1000);
}

enum fact_type { FACT_TEXT, FACT_NUMBER, FACT_BOOL };

static const struct {
	const char *key;
	const char *label;
	enum fact_type type;
	void (*get)(struct live *l, struct target_fact *f);
} facts[] = {
	{ "pid", "VMM process", FACT_NUMBER, fact_pid },
	{ "exe", "VMM program", FACT_TEXT, fact_exe },
	{ "user", "VMM user", FACT_TEXT, fact_user },
	{ "guest", "guest name", FACT_TEXT, fact_guest },
	{ "vcpu", "vCPU id", FACT_NUMBER, fact_vcpu },
	{ "vcpu_fd", "vCPU fd in the VMM", FACT_NUMBER, fact_vcpu_fd },
	{ "vm_fd", "VM fd in the VMM", FACT_NUMBER, fact_vm_fd },
	{ "tid", "vCPU thread", FACT_NUMBER, fact_tid },
	{ "state", "vCPU state", FACT_TEXT, fact_state },
	{ "seccomp", "seccomp mode", FACT_TEXT, fact_seccomp },
	{ "engine", "engine", FACT_TEXT, fact_engine },
	{ "engine_reason", "because", FACT_TEXT, fact_why },
	{ "size_limit", "bytes a call", FACT_NUMBER, fact_limit },
	{ "access_keys", "access keys", FACT_BOOL, fact_key },
	{ "absolute", "absolute storage", FACT_BOOL, fact_key },
	{ "compare_exchange", "compare and exchange", FACT_BOOL, fact_cas },
	{ "kvm_run_mapped", "kvm_run mapped", FACT_BOOL, fact_run },
	{ "access_register_bug", "access-register bug", FACT_TEXT, fact_ar_bug },
	{ "protected", "protected guest", FACT_TEXT, fact_protected },
	{ "walk", "own translation", FACT_TEXT, fact_walk },
	{ "guest_ram", "guest RAM in the VMM", FACT_TEXT, fact_ram },
	{ "edat", "large frames", FACT_TEXT, fact_edat },
	{ "max_stop_us", "stop at most (us)", FACT_NUMBER, fact_max_stop },
};

bool live_fact(struct target *t, size_t idx, struct target_fact *fact)
{
	if (idx >= sizeof(facts) / sizeof(facts[0]))
		return false;
	memset(fact, 0, sizeof(*fact));
	fact->key = facts[idx].key;
	fact->label = facts[idx].label;
	fact->is_number = facts[idx].type == FACT_NUMBER;
	fact->is_bool = facts[idx].type == FACT_BOOL;
	facts[idx].get(live_of(t), fact);
	return true;
}
