/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/signals.h"

#include <stddef.h>

static const int handled[] = { SIGINT, SIGTERM, SIGHUP };

#define PATIENCE 3	/* signals of one number, the last of which nobody has to take */

/* What a signal handler can reach. */
static volatile int last_signal;
static volatile int again;

static void note_signal(int signo)
{
	if (signo != last_signal)
		again = 0;
	if (signo != SIGALRM && ++again == PATIENCE) {
		signal(signo, SIG_DFL);
		raise(signo);
	}
	/* A request to end the program is not replaced by a later Ctrl-C, nor any by a time limit. */
	if (last_signal == 0 || last_signal == SIGALRM || (last_signal == SIGINT && signo != SIGALRM))
		last_signal = signo;
}

void signals_install(void)
{
	struct sigaction now, note = { .sa_handler = note_signal };	/* no SA_RESTART */
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	size_t i;

	signals_set(&note.sa_mask);
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		if (!sigaction(handled[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaction(handled[i], &note, NULL);
	}
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

bool signals_note_alarm(bool note)
{
	struct sigaction action = { .sa_handler = note ? note_signal : SIG_IGN };
	bool came = last_signal == SIGALRM;

	signals_set(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	if (came)
		last_signal = 0;
	return came;
}

const volatile int *signals_flag(void)
{
	return &last_signal;
}

void signals_forget_int(void)
{
	if (last_signal == SIGINT)
		last_signal = 0;
	again = 0;
}

void signals_set(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		sigaddset(set, handled[i]);
}
