/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that calls are injected into, and that tell whether they have noticed it. */
#ifndef S390MEMCTL_TESTS_VICTIM_H
#define S390MEMCTL_TESTS_VICTIM_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* A signal whose every coming is counted. */
#define QUEUED (SIGRTMIN + 5)

/* What a victim and the test share. */
struct shared {
	volatile uint64_t rounds;	/* the victim goes on */
	volatile uint64_t wrong;	/* results that differ, errno or masks that changed */
	volatile uint64_t signals;	/* handler runs */
	volatile uint64_t queued;	/* the same of QUEUED, of which none may be lost or come twice */
	volatile uint64_t values;	/* and the sum of what came with them */
	volatile int ready;
	volatile int wake;		/* futex word */
	volatile pid_t tid;		/* of a second thread */
};

/* To be mapped, and made, by the test before the first victim. */
extern struct shared *shared;
extern int pipe_fds[2];

/*
 * What a victim does, round after round: work in registers, in vector registers, wait for a
 * byte of pipe_fds, the same by ppoll(2) with a signal mask, wait for shared->wake, sleep; in the
 * last one a second thread (shared->tid) works until the process executes another program.
 */
void victim_spin(void);
void victim_vectors(void);
void victim_read(void);
void victim_ppoll(void);
void victim_futex(void);
void victim_nanosleep(void);
void victim_exec(void);

/* A process that runs body, which ends with us; *shared is zeroed before. Result: its PID. */
pid_t start_victim(void (*body)(void));

void end_victim(pid_t pid);

/* Wait until /proc tells this state of a thread: ") S" for one that sleeps. */
void wait_state(pid_t pid, pid_t tid, const char *expected);

/* On a busy machine it takes a while until the victim is in its system call again. */
void wait_asleep(pid_t pid);

/* Wait until the thread sleeps in this very call. */
void wait_in_call(pid_t pid, long nr);

#endif
