/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/shell.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <readline/history.h>
#include <readline/readline.h>

#include "base/buf.h"
#include "cli/complete.h"
#include "cli/history.h"
#include "cli/script.h"
#include "cli/signals.h"

/* readline's line handler has no argument: the line it has read, until it is fetched. */
static char *typed_line;
static bool typed;

static void take_line(char *line)
{
	typed_line = line;
	typed = true;
	/* Else readline would prompt again at once. */
	rl_callback_handler_remove();
}

static void make_prompt(const struct session *s, struct buf *prompt)
{
	const struct target *t = s->target;

	buf_reset(prompt);
	if (!t)
		buf_adds(prompt, "s390memctl> ");
	else if (t->name[0])
		buf_addf(prompt, "%s/%d [%s]> ", t->name, t->vcpu, s->write ? "rw" : "ro");
	else
		buf_addf(prompt, "%d/%d [%s]> ", t->pid, t->vcpu, s->write ? "rw" : "ro");
}

/* What Ctrl-C does while a line is typed: throw it away. */
static void drop_line(void)
{
	rl_callback_sigcleanup();
	rl_free_line_state();
	rl_callback_handler_remove();
	fputs("^C\n", rl_outstream);
	fflush(rl_outstream);
}

/*
 * Read one line. Signals are let in only inside ppoll(2), so that none is lost
 * between looking at the flag and waiting. NULL: Ctrl-D, or a signal has come
 * (see the flag).
 */
static char *read_line(const struct session *s, const char *prompt)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	sigset_t ours, before;

	signals_set(&ours);
	sigprocmask(SIG_BLOCK, &ours, &before);
	typed = false;
	typed_line = NULL;
	rl_callback_handler_install(prompt, take_line);
	while (!typed) {
		if (*s->interrupted) {
			drop_line();
			break;
		}
		if (ppoll(&input, 1, NULL, &before) > 0)
			rl_callback_read_char();
		else if (errno != EINTR)
			break;
	}
	if (!typed)
		rl_callback_handler_remove();
	sigprocmask(SIG_SETMASK, &before, NULL);
	return typed_line;
}

static void run_line(struct session *s, const char *line)
{
	script_run_line(s, line);
	if (*s->interrupted == SIGINT)
		fputs("interrupted\n", s->log.stream);
	signals_forget_int();
}

int shell_run(struct session *s)
{
	struct buf prompt = BUF_INIT;
	bool end = false;
	char *line;

	s->interactive = true;
	complete_setup(s);
	history_load(&s->log);
	/* The flag of our own handlers is what counts; readline must not take the signals. */
	rl_catch_signals = 0;
	while (!end && !s->quit && !s->pipe_closed) {
		make_prompt(s, &prompt);
		line = read_line(s, buf_str(&prompt));
		if (line && line[0]) {
			history_note(line);
			run_line(s, line);
		} else if (!line && *s->interrupted != SIGINT) {
			end = true;
			putchar('\n');
		}
		signals_forget_int();
		end = end || *s->interrupted;
		free(line);
	}
	history_save(&s->log);
	buf_free(&prompt);
	s->exit_code = 0;
	return 0;
}
