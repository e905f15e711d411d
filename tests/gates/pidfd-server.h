/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call of pidfd-shim.c and its answer: bytes and at most one file, over a socket.
 */
#ifndef PIDFD_SERVER_H
#define PIDFD_SERVER_H

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct pidfd_call {
	long nr;		/* of the system call; of an answer: 0, or -errno */
	long args[3];
};

/* Send a call or an answer, with a file unless fd is negative. */
static inline bool pidfd_send(int socket, struct pidfd_call *call, int fd)
{
	union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(fd))]; } control = { 0 };
	struct iovec iov = { call, sizeof(*call) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	return sendmsg(socket, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(*call);
}

/* Receive one; *fd is -1 if no file came with it. False: the other end has gone. */
static inline bool pidfd_receive(int socket, struct pidfd_call *call, int *fd)
{
	union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(*fd))]; } control = { 0 };
	struct iovec iov = { call, sizeof(*call) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *file;

	*fd = -1;
	if (recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(*call))
		return false;
	file = CMSG_FIRSTHDR(&msg);
	if (file && file->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(file), sizeof(*fd));
	return true;
}

#endif
