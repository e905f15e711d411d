/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: nothing of what is ignored or blocked here is to be so there. */
static void reset_signals(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigaction(SIGPIPE, &usual, NULL);
	sigaction(SIGXFSZ, &usual, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void exec_shell(const char *command)
{
	const char *shell = getenv("SHELL");

	if (!shell || shell[0] != '/' || access(shell, X_OK))
		shell = "/bin/sh";
	execl(shell, shell, "-c", command, (char *)NULL);
	_exit(127);
}

struct error *child_start(const char *command, int *input, pid_t *pid)
{
	int ends[2] = { -1, -1 };
	int errnum;

	if (input && pipe2(ends, O_CLOEXEC))
		return error_os(ERROR_TARGET, errno, "cannot make a pipe");
	*pid = fork();
	if (*pid < 0) {
		errnum = errno;
		if (input) {
			close(ends[0]);
			close(ends[1]);
		}
		return error_os(ERROR_TARGET, errnum, "cannot start a process");
	}
	if (!*pid) {
		reset_signals();
		if (input && dup2(ends[0], STDIN_FILENO) < 0)
			_exit(127);
		exec_shell(command);
	}
	if (input) {
		close(ends[0]);
		*input = ends[1];
	}
	return NULL;
}

int child_wait(pid_t pid, const volatile int *interrupted)
{
	bool told = false;
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
		/* Ctrl-C goes to the whole terminal, the others to us alone. */
		if (!told && (*interrupted == SIGTERM || *interrupted == SIGHUP)) {
			kill(pid, *interrupted);
			told = true;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
