/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * interruptible COMMAND [ARGUMENT]...: runs it with SIGINT as it is by default. What a shell
 * starts in the background ignores SIGINT, and sh has no way to change that.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: interruptible COMMAND [ARGUMENT]...\n", stderr);
		return 2;
	}
	signal(SIGINT, SIG_DFL);
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 2;
}
