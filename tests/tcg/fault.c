/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program that meets the same program interruption again and again: it fetches
 * from an address that is never mapped, and goes on behind the instruction.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define ADDRESS		0x2345678abcUL
#define LENGTH		6	/* bytes of lg */

static void skip(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.psw.addr += LENGTH;
}

int main(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	action.sa_sigaction = skip;
	sigaction(SIGSEGV, &action, NULL);
	for (;;)
		__asm__ volatile("lg %%r1,0(%0)" : : "a" (ADDRESS) : "r1", "memory");
}
