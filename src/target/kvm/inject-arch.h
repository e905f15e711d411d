/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What injection needs to know of an architecture; one file for each
 * implements it (inject-s390x.c, inject-x86_64.c). inject.c has the argument.
 */
#ifndef S390MEMCTL_TARGET_KVM_INJECT_ARCH_H
#define S390MEMCTL_TARGET_KVM_INJECT_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "target/kvm/inject.h"

/*
 * Instructions of the VMM that are run: a system-call instruction with what
 * follows it up to the return to its caller, and one that makes rt_sigreturn.
 */
struct inject_gadget {
	uint64_t call;		/* address of the system-call instruction; 0: not found */
	uint64_t sigreturn;	/* address of code that makes rt_sigreturn; 0: not found */
	/*
	 * s390x: where the code behind the call reloads r14 and r15 from,
	 * offsets from r15 at the call; -1: it does not.
	 */
	int reload_r14;
	int reload_r15;
	/*
	 * s390x: the code stores errno through the thread pointer (a0, a1)
	 * when the call fails; false: nothing behind the call needs a0 and a1.
	 */
	bool uses_thread_pointer;
};

/* Bytes that the frame and all that belongs to it take at most. */
#define INJECT_FRAME_MAX 16384

/* The signal frame, ready to be written below the stack pointer. */
struct inject_frame {
	uint64_t area;		/* INJECT_STACK_AREA bytes for small data, above the frame */
	uint64_t addr;		/* where bytes[] goes */
	size_t len;
	uint64_t sp;		/* the stack pointer for the call */
	uint64_t thread_pointer;	/* s390x: a0, a1 for the call; 0: leave them */
	unsigned char bytes[INJECT_FRAME_MAX];
};

/* The saved state of a stopped thread. */
struct inject_saved;

/* "s390x", "x86_64" */
extern const char inject_arch_name[];
/* e_machine of a VMM whose threads can be used */
extern const uint16_t inject_arch_machine;

/* Allocate; NULL if out of memory. Freed with free(3). */
struct inject_saved *inject_arch_saved_new(void);

/*
 * Look for the gadget in a piece of code. Parts that g has already are kept,
 * but a call that does not use the thread pointer replaces one that does.
 *
 * text, len: the code's bytes; base: address of the first one in the VMM.
 * Result: nothing better can be found.
 */
bool inject_arch_scan(const unsigned char *text, size_t len, uint64_t base,
		      struct inject_gadget *g);

/*
 * Read the registers and signal mask of a stopped thread. Errors: ERROR_TARGET;
 * ERROR_REFUSED for a state that a signal frame cannot hold.
 */
struct error *inject_arch_save(pid_t tid, struct inject_saved *saved);

/* What the thread was doing; vcpu_fd: the fd whose KVM_RUN counts. */
enum inject_where inject_arch_where(const struct inject_saved *saved, int vcpu_fd);

/*
 * Whether the interrupted system call can be begun anew from a signal frame.
 * The kernel keeps the state of some (result -ERESTART_RESTARTBLOCK) to itself
 * and rt_sigreturn drops it.
 */
bool inject_arch_is_restartable(const struct inject_saved *saved);

/* Address ranges and bytes of the frame for a saved state. Errors: ERROR_REFUSED. */
struct error *inject_arch_frame(const struct inject_saved *saved,
				const struct inject_gadget *g,
				struct inject_frame *f);

/*
 * Set all general registers of the thread at once for a call that returns into
 * rt_sigreturn on f.
 *
 * masked: the thread's signals are blocked already. Only then may a0 and a1 (the
 * thread pointer, which signal handlers need) be loaded: those of f, or all
 * of acrs (s390x) where it is not NULL.
 */
struct error *inject_arch_set_call(pid_t tid, const struct inject_saved *saved,
				   const struct inject_gadget *g,
				   const struct inject_frame *f, long nr,
				   const uint64_t args[6], bool masked,
				   const uint32_t *acrs);

/*
 * Undo a call that has not begun: all general registers and the signal mask are the thread's own
 * again, with no frame and no system call of ours.
 *
 * rewound: it has made other calls since it was stopped, so that the kernel's restart logic
 * cannot begin its own system call anew any more; it is rewound as in the frame.
 */
struct error *inject_arch_restore(pid_t tid, const struct inject_saved *saved, bool rewound);

/* The call's result, at its system-call-exit stop. */
struct error *inject_arch_result(pid_t tid, int64_t *result);

#endif
