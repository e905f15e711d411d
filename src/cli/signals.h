/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGINT, SIGTERM and SIGHUP only set a flag, and system calls return EINTR:
 * the running command sees the flag, ends in order, and the guest is let go
 * before the program exits. A library may be at work that sees no flag: a third one
 * of the same number ends the program at once. No handler runs while a vCPU stands, as
 * these signals are blocked then. SIGPIPE and SIGXFSZ are ignored, so that a closed
 * pipe and a file over its limit are errors like any other.
 */
#ifndef S390MEMCTL_CLI_SIGNALS_H
#define S390MEMCTL_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Install the handlers; a signal that is ignored at the start stays ignored. */
void signals_install(void);
/* The number of the last signal that came, 0 if none; for whoever polls it. */
const volatile int *signals_flag(void);
/* Forget a SIGINT (Ctrl-C in the shell); the others ask the program to end and stay. */
void signals_forget_int(void);
/*
 * Let SIGALRM be noted like the others, or no more; forgets one that has come,
 * and tells whether it had. For deadline.c.
 */
bool signals_note_alarm(bool note);
/* The signals of the handlers, for ppoll(2). */
void signals_set(sigset_t *set);

#endif
