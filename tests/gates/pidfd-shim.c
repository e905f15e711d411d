/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For s390memctl under valgrind (valgrind.sh), by LD_PRELOAD: valgrind 3.19 does not
 * know pidfd_open(2) and pidfd_getfd(2). A server outside of it (pidfd-server.c) makes
 * these calls, started before s390memctl forbids itself to start programs.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pidfd-server.h"

#define ARGUMENTS	6

static int server = -1;

__attribute__((constructor)) static void start_server(void)
{
	const char *program = getenv("PIDFD_SERVER");
	int ends[2];

	if (!program || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		abort();
	if (!fork()) {
		unsetenv("LD_PRELOAD");
		dup2(ends[1], STDIN_FILENO);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	server = ends[0];
}

static long ask(long nr, const long *args)
{
	struct pidfd_call call = { nr, { args[0], args[1], args[2] } };
	int fd = nr == SYS_pidfd_getfd ? (int)args[0] : -1;

	if (!pidfd_send(server, &call, fd) || !pidfd_receive(server, &call, &fd))
		abort();
	if (call.nr < 0) {
		errno = (int)-call.nr;
		return -1;
	}
	return fd;
}

/* In the place of libc's. */
long syscall(long nr, ...)
{
	static long (*real)(long nr, ...);
	long args[ARGUMENTS];
	unsigned int i;
	va_list ap;

	va_start(ap, nr);
	for (i = 0; i < ARGUMENTS; i++)
		args[i] = va_arg(ap, long);
	va_end(ap);
	if (nr == SYS_pidfd_open || nr == SYS_pidfd_getfd)
		return ask(nr, args);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
}
