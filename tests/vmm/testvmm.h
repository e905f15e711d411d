/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * testvmm: a small KVM VMM for s390x whose guests come from a text file.
 * s390x only: guest memory and host memory have the same byte order.
 */
#ifndef TESTVMM_H
#define TESTVMM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MAX_VMS		4
#define MAX_CPUS	8
#define MAX_SLOTS	16
#define MAX_SYMBOLS	128
#define MAX_KEYS	64
#define MAX_TOKENS	64
#define NAME_LEN	32

struct cpu;
struct vm;
struct vmm;

enum run_mode {
	RUN_IDLE,		/* outside KVM_RUN, in read(2) */
	RUN_BUSY,		/* KVM_RUN that never blocks */
	RUN_BLOCKED,		/* KVM_RUN with a wait-state PSW, blocked in the kernel */
};

struct memslot {
	uint64_t addr;		/* absolute */
	uint64_t size;
	uint8_t *host;
	bool readonly;
};

/* A name of the scenario: an ASCE, the address of a control block, a number. */
struct symbol {
	char name[NAME_LEN];
	uint64_t value;
};

/* Storage keys to set, or host protection to apply, once the memslots stand. */
struct range {
	uint64_t addr;
	uint64_t size;
	unsigned int arg;	/* key byte, or PROT_* */
};

/* Work handed to a vCPU's own thread. */
struct request {
	void (*fn)(struct cpu *cpu, void *arg);
	void *arg;
	bool done;
};

struct cpu {
	struct vm *vm;
	int id;
	int fd;
	struct kvm_run *run;
	enum run_mode mode;
	uint64_t psw_mask, psw_addr, prefix;
	uint64_t gprs[16], crs[16], fprs[16];
	uint32_t acrs[16], fpc;
	uint16_t crs_given;	/* bit N: control register N was set by the scenario */

	pthread_t thread;
	pid_t tid;
	int wake[2];		/* a byte here ends the read(2) of an idle vCPU */
	pthread_mutex_t lock;
	pthread_cond_t cond;
	struct request *request;
	bool stop;
	uint64_t loops;		/* rounds of the thread's loop */
	uint64_t exits[3];	/* returns of KVM_RUN: 0, EINTR, other errors */
	int last_errno;		/* of the last other error */
	uint32_t exit_reason;
	uint64_t corrupted;	/* rounds in which the thread found its own state changed */
};

struct vm {
	const struct vmm *vmm;
	char name[NAME_LEN];
	int fd;
	struct memslot slots[MAX_SLOTS];
	unsigned int nr_slots;
	struct cpu *cpus[MAX_CPUS];
	unsigned int nr_cpus;
	struct symbol symbols[MAX_SYMBOLS];
	unsigned int nr_symbols;
	struct range keys[MAX_KEYS];
	unsigned int nr_keys;
	struct range protects[MAX_KEYS];
	unsigned int nr_protects;
	uint64_t tables, tables_end;	/* where tables and control blocks are put */
};

struct vmm {
	int kvm;
	struct vm vms[MAX_VMS];
	unsigned int nr_vms;
	bool allowlist;		/* vCPU threads live behind seccomp_allowlist() */
};

/* One line of the scenario or of the control channel, cut into words. */
struct line {
	char *token[MAX_TOKENS];
	bool used[MAX_TOKENS];
	unsigned int count;
	char error[200];	/* set by line_error */
};

/* guest.c: guest memory, tables, control blocks */

/* The host address of LEN bytes at absolute ADDR; NULL unless one memslot holds them all. */
uint8_t *guest_host(const struct vm *vm, uint64_t addr, uint64_t len);

/* SIZE zeroed bytes aligned to ALIGN from the table area; 0 when it is missing or full. */
uint64_t guest_alloc(struct vm *vm, uint64_t size, uint64_t align);

/* Store 8 or 4 bytes at absolute ADDR. False: not in a memslot. */
bool guest_put64(const struct vm *vm, uint64_t addr, uint64_t value);
bool guest_put32(const struct vm *vm, uint64_t addr, uint32_t value);

/* Levels of translation tables, as the table-type bits of their entries name them. */
enum level { LEVEL_PAGE = -1, LEVEL_SEGMENT, LEVEL_REGION3, LEVEL_REGION2, LEVEL_REGION1 };

/* An ASCE whose table of LEVEL is new and holds invalid entries only; 0: no room. */
uint64_t dat_new_asce(struct vm *vm, enum level level);

/*
 * The absolute address of the entry of LEVEL that translates VADDR under ASCE; tables
 * above it are made where missing. 0: no room, or a table is not in a memslot.
 */
uint64_t dat_entry(struct vm *vm, uint64_t asce, uint64_t vaddr, enum level level);

/* scenario.c and line.c: the text file */

/* Cut TEXT (changed) into LINE. False: too many words or an open quotation mark. */
bool line_split(struct line *line, char *text);

/* Record the first error of LINE, printf-like; returns false. */
bool line_error(struct line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* True if WORD stands in LINE behind the verb; it counts as used. */
bool line_flag(struct line *line, const char *word);

/* The text behind "KEY=" in LINE, which counts as used; NULL if it is not there. */
const char *line_option(struct line *line, const char *key);

/* Option KEY as a number below LIMIT (0: no limit), else DEF. False: bad number (recorded). */
bool line_number_option(struct line *line, const struct vm *vm, const char *key, uint64_t limit,
			uint64_t def, uint64_t *value);

/* Word I of LINE as a number: C numbers, suffixes K M G, names of VM, sums. False: recorded. */
bool line_number(struct line *line, const struct vm *vm, unsigned int i, uint64_t *value);

/* Word I as bytes: hex digits, appended to BUF (SIZE bytes, *LEN used). False: recorded. */
bool line_hex(struct line *line, unsigned int i, uint8_t *buf, size_t size, size_t *len);

/* False, and an error recorded, if a word of LINE was not used. */
bool line_all_used(struct line *line);

/* TEXT as a number in the context of VM (may be NULL). False: not a number. */
bool parse_number(const struct vm *vm, const char *text, uint64_t *value);

/* Read the scenario at PATH into VMM. False: the error, with file and line, is on stderr. */
bool scenario_read(struct vmm *vmm, const char *path);

/* scenario-dat.c: statements that build tables and control blocks. */
struct statement {
	const char *name;
	unsigned int min_words;		/* behind the name */
	bool (*fn)(struct vm *vm, struct line *line);
	const char *usage;
};
extern const struct statement table_statements[];
bool add_symbol(struct vm *vm, struct line *line, const char *name, uint64_t value);

/* kvm.c: the VM and its vCPUs */

/* Create the VM, its memslots and vCPUs, and load every register. False: message on stderr. */
bool vm_create(struct vmm *vmm, struct vm *vm);

/* Start the thread of a vCPU; it enters KVM_RUN or idles as cpu->mode says. */
bool cpu_start(struct cpu *cpu);

/* End the thread of a vCPU and wait for it. */
void cpu_stop(struct cpu *cpu);

/* Make the vCPU leave KVM_RUN (or read), run FN(cpu, ARG) in its thread; false: no answer in 20 s. */
bool cpu_call(struct cpu *cpu, void (*fn)(struct cpu *cpu, void *arg), void *arg);

/* seccomp.c: put the calling thread behind an allowlist without KVM_S390_MEM_OP. False: errno. */
bool seccomp_allowlist(void);

/* run-s390x.S: ioctl(fd, KVM_RUN, 0) with patterns in the call-saved registers; returns what
 * ioctl returned, and sets *bad if one of r6-r13, f8-f15, a2-a15 or the FPC came back changed. */
int kvm_run_checked(int fd, unsigned long request, unsigned long *bad);

/* run-s390x.S: ioctl by svc with access registers ACRS loaded; returns -errno on failure. No
 * thread-local storage is used in between; signals must be blocked by the caller. */
long ioctl_with_acrs(int fd, unsigned long request, void *arg, const uint32_t *acrs);

/* control.c: commands from the control channel */

/*
 * Serve commands from IN until `quit` or the end of file; returns true on `quit`. SESSION: each
 * command is printed behind "> " before its answer, and no "ok" after it; comments are
 * printed as they are.
 */
bool control_loop(struct vmm *vmm, FILE *in, bool session);

#endif
