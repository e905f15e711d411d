/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The insides of a live vCPU, shared by the files that make up the target:
 * attach.c makes it, choose.c finds its thread, stop.c stops and resumes that,
 * call.c makes one KVM_S390_MEM_OP there, scratch.c keeps memory in the VMM,
 * memop.c does the operations by it, storage.c has absolute storage for our own
 * translation (prove.c finds it in the VMM), engine.c chooses between the two,
 * skeys.c asks for storage keys, facts.c tells about it.
 */
#ifndef S390MEMCTL_TARGET_KVM_LIVE_H
#define S390MEMCTL_TARGET_KVM_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "target/kvm/discover.h"
#include "target/kvm/inject.h"
#include "target/kvm/kvm.h"
#include "target/kvm/scratch.h"
#include "target/kvm/storage.h"
#include "target/kvm/uapi.h"
#include "target/target.h"

#ifdef __s390x__
#define LIVE_HOST_IS_S390 true
#else
#define LIVE_HOST_IS_S390 false
#endif

enum live_engine {
	ENGINE_INJECTION,	/* the vCPU's own thread makes the ioctl */
	ENGINE_DIRECT,		/* we make it on the borrowed fd */
};

enum live_answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/* What decides which memory a logical address means; compared between the stops of one operation. */
struct live_context {
	enum space space;
	uint64_t mask;		/* of addresses, from the addressing mode */
	uint64_t asce;		/* of the space; 0 where none is used */
	uint32_t alet;		/* of the access register, in AR mode */
};

struct live {
	struct target t;	/* first: a struct target * is a struct live * */
	char *proc;
	uint64_t max_stop_ns;	/* not 0 */
	bool suspend_seccomp;
	const volatile int *interrupted;

	pid_t pid;
	unsigned long long start_time;
	char exe[256];
	char user[64];
	struct vcpu_info vcpu;
	int pidfd;
	int vcpu_fd;		/* borrowed */
	int vm_fd;		/* borrowed, -1: which VM it is cannot be told */
	int limit;		/* KVM_CAP_S390_MEM_OP, 0: none, -1: not known */
	int extension;		/* KVM_CAP_S390_MEM_OP_EXTENSION, -1: not known */
	uint8_t *run;		/* kvm_run, NULL: could not be mapped */
	size_t run_size;
	enum live_engine engine;
	const char *why_engine;
	bool not_s390;		/* KVM has said that it does not know the ioctl */
	enum live_answer is_protected;

	/* choose.c, stop.c */
	struct inject *inj;	/* NULL: the thread is not chosen yet */
	pid_t tid;		/* 0: not chosen yet */
	bool is_stand_in;	/* another thread's in place of the vCPU's, see live_is_paused() */
	bool stopped;
	unsigned int calls_in_stop;	/* KVM_S390_MEM_OPs made in this stop */
	bool vm_checked;	/* live_check_vm(), in this stop */
	uint64_t calls_seen;	/* inject_calls() when last counted */
	struct inject_stops stops_seen;	/* and inject_stops() */
	uint64_t last_stop_ns;
	uint64_t resumed_at_ns;	/* CLOCK_MONOTONIC, 0: never stopped yet */

	/* call.c: access registers */
	bool ar_mode;		/* the vCPU stands in access-register mode */
	uint32_t acrs[16];	/* the guest's, of this stop */
	bool ar_load;		/* load them into the thread for calls in AR mode */
	enum live_answer ar_bug;

	/* memop.c */
	struct scratch scratch;
	bool no_scratch;	/* mapping failed: the stack area has to do */
	uint32_t chunk;		/* bytes a call moves at most, halved when calls take too long */
	bool chunk_fixed;	/* their size is not what takes long */
	uint64_t local_area[INJECT_STACK_AREA / 8];	/* ENGINE_DIRECT: the stack area */

	/* engine.c */
	struct live_context pinned;	/* logical calls have to be made in this one; SPACE_AUTO: in any */
	struct live_storage storage;
};

static inline struct live *live_of(struct target *t)
{
	return (struct live *)t;
}

/* choose.c */

/*
 * Find the vCPU's thread, by stopping candidates; l->inj and l->tid are it, and
 * it stands. Errors: ERROR_TARGET; ERROR_REFUSED when it cannot be told or
 * inject_open() refuses.
 */
struct error *live_choose_thread(struct live *l);

/*
 * Is every thread of the VMM blocked, and none of them in KVM_RUN? Then nobody
 * holds a vCPU's mutex, and any thread can make the ioctl without waiting.
 */
bool live_is_paused(const struct live *l);

/* stop.c */

/* Sleep; less when a signal comes. */
void live_sleep_ns(uint64_t ns);

/*
 * Stop the vCPU's thread; the first time, find out which it is. After it has
 * gone on it gets at least as long as it stood before. Errors: ERROR_TARGET,
 * ERROR_REFUSED from inject_open(); the thread runs then.
 */
struct error *live_stop(struct live *l);

/* Take over what inj has counted since it was last asked (or opened). */
void live_count_stops(struct live *l, const struct inject *inj);

/* Let the thread go on and count the stop; does nothing when it is not stopped. */
struct error *live_resume(struct live *l);

/* Resume; returns err if there is one, else the error of the resume. */
struct error *live_finish(struct live *l, struct error *err);

/*
 * Give the vCPU a break (live_resume(), live_stop_in()) when this stop has
 * lasted max_stop_ns, or would with one more call. The stack area moves. context: NULL where the
 * address space does not matter.
 */
struct error *live_yield(struct live *l, uint8_t ar, struct live_context *context);

/*
 * What logical addresses mean on the stopped vCPU, by its PSW and control
 * registers. ar: access register of the access.
 */
struct live_context live_context(const struct live *l, uint8_t ar);

/* Whether two contexts are the same. */
bool live_same_context(const struct live_context *a, const struct live_context *b);

/*
 * Stop as live_stop(). If *context is set (space is not SPACE_AUTO), wait for
 * a bounded time until the vCPU is in that context again; else set it. Errors:
 * ERROR_PARTIAL when the vCPU does not come back to it.
 */
struct error *live_stop_in(struct live *l, uint8_t ar, struct live_context *context);

/* Whether the VMM has ended. */
bool live_is_gone(const struct live *l);

/* The error to tell instead of err, if the VMM's end is the reason for it; err (may be NULL) otherwise. */
struct error *live_gone_error(const struct live *l, struct error *err);

/*
 * NULL while the VMM has this vCPU, and so what stands in its memory is the guest's. Errors:
 * ERROR_TARGET, fatal: it has ended, closed the VM or become another program.
 */
struct error *live_check_vmm(const struct live *l);

/*
 * Before a call on the VM's fd: is that still the VM that it was? Asked once in each stop. Errors:
 * ERROR_TARGET, fatal.
 */
struct error *live_check_vm(struct live *l);

/* ERROR_PARTIAL when a signal has asked us to end, else NULL. */
struct error *live_check_interrupted(const struct live *l);

/* call.c */

/*
 * Make one KVM_S390_MEM_OP in the stopped thread; the struct lies at op_addr
 * in the VMM. The guest's access registers are guarded (see call.c). EAGAIN
 * and EINTR are retried.
 *
 * on_vm: on the VM's fd. *result: 0, the program-interruption code, or -errno.
 * Errors: those of the injection.
 */
struct error *live_memop(struct live *l, bool on_vm, uint64_t op_addr, int64_t *result);

/*
 * Make an ioctl on the VM's fd in the stopped thread, with an argument that lies
 * at arg in the VMM. *result: its value, or -errno. Errors: those of the injection.
 */
struct error *live_vm_ioctl(struct live *l, uint64_t request, uint64_t arg, int64_t *result);

/*
 * The error of a failed KVM_S390_MEM_OP. On EINVAL, and while the thread is
 * stopped, finds out whether the guest is a protected one.
 *
 * op: KVMU_MEMOP_*. errnum: > 0. addr: guest address (SIDA offset) of the call.
 */
struct error *live_memop_error(struct live *l, uint32_t op, int errnum, uint64_t addr);

/* Write (read) memory that calls are made with: the VMM's, our own with ENGINE_DIRECT. */
struct error *live_poke(const struct live *l, uint64_t addr, const void *buf, size_t len);
struct error *live_peek(const struct live *l, uint64_t addr, void *buf, size_t len);

/* A piece of memory for small calls, INJECT_STACK_AREA bytes, valid until the thread goes on. */
uint64_t live_stack_area(const struct live *l);

/* memop.c: the operations by KVM_S390_MEM_OP */
struct error *live_read(struct target *t, const struct access *a, void *buf,
			size_t len, size_t *done);
struct error *live_write(struct target *t, const struct access *a,
			 const void *buf, size_t len, size_t *done);
struct error *live_check(struct target *t, const struct access *a, bool store,
			 uint64_t len, uint64_t *done);
struct error *live_probe(struct target *t, const struct access *a, bool store,
			 const uint64_t *addrs, size_t count, uint16_t *codes);

/* engine.c: the operations by KVM_S390_MEM_OP, our own translation, or both */
struct error *engine_read(struct target *t, const struct access *a, void *buf, size_t len,
			  size_t *done);
struct error *engine_write(struct target *t, const struct access *a, const void *buf,
			   size_t len, size_t *done);
struct error *engine_check(struct target *t, const struct access *a, bool store, uint64_t len,
			   uint64_t *done);
struct error *engine_probe(struct target *t, const struct access *a, bool store,
			   const uint64_t *addrs, size_t count, uint16_t *codes);
struct error *engine_walk(struct target *t, struct walk **w);

/* skeys.c */

/*
 * The storage keys of count blocks from absolute address addr on, as the
 * target's keys operation; but *unused: the guest has never set one, all are 0.
 */
struct error *skeys_get(struct live *l, uint64_t addr, size_t count, uint8_t *keys, size_t *done,
			bool *unused);
struct error *live_keys(struct target *t, uint64_t addr, size_t count, uint8_t *keys,
			size_t *done);
/*
 * The guest's facilities that matter for translation, FACILITY_* of
 * arch/translate.h: as KVM tells them, else the host's. The thread must run.
 */
struct error *live_facilities(struct live *l, unsigned int *facilities);

/* cas.c */
struct error *live_cas(struct target *t, const struct access *a, void *old,
		       const void *new_, size_t size, bool *success);

/* facts.c */
struct error *live_regs(struct target *t, bool stop, struct s390_regs *regs);
/* The registers in kvm_run, which is mapped. Of no use but on s390x. */
void live_registers(const struct live *l, struct s390_regs *regs);
bool live_fact(struct target *t, size_t idx, struct target_fact *fact);

#endif
