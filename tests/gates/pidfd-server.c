/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes the calls that pidfd-shim.c asks for on standard input, until that is closed.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pidfd-server.h"

int main(void)
{
	struct pidfd_call call;
	int in, out;

	while (pidfd_receive(STDIN_FILENO, &call, &in)) {
		if (call.nr == SYS_pidfd_open)
			out = (int)syscall(SYS_pidfd_open, call.args[0], call.args[1]);
		else
			out = (int)syscall(SYS_pidfd_getfd, in, call.args[1], call.args[2]);
		call.nr = out < 0 ? -errno : 0;
		pidfd_send(STDIN_FILENO, &call, out);
		if (in >= 0)
			close(in);
		if (out >= 0)
			close(out);
	}
	return 0;
}
