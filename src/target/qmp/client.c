/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/qmp/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/printable.h"

#define ONE_CLIENT	"QEMU talks to one client a QMP socket: give it another one with -qmp unix:PATH,server=on,wait=off"

static struct error *broken(struct qmp *q, struct error *err)
{
	q->broken = true;
	err->fatal = true;
	return err;
}

static struct error *lost(struct qmp *q, int errnum)
{
	return broken(q, error_os(ERROR_TARGET, errnum, "QMP socket '%s'", q->name));
}

static struct error *protocol_error(struct qmp *q, const char *what)
{
	return broken(q, error_new(ERROR_TARGET, "QMP socket '%s': %s", q->name, what));
}

struct error *qmp_bad_answer(const struct qmp *q, const char *command, const char *what)
{
	return error_new(ERROR_TARGET, "QMP socket '%s': the answer to %s %s", q->name, command,
			 what);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Wait until the socket is ready; end is in now_ms() time. */
static struct error *wait_ready(struct qmp *q, short events, int64_t end)
{
	struct pollfd p = { .fd = q->fd, .events = events };
	int64_t left;
	int rc;

	for (;;) {
		if (q->interrupted && *q->interrupted)
			return broken(q, error_new(ERROR_PARTIAL, "interrupted"));
		left = end - now_ms();
		if (left <= 0)
			return broken(q, error_new(ERROR_TARGET, "QMP socket '%s': no answer within %d ms",
						   q->name, q->timeout_ms));
		rc = poll(&p, 1, (int)left);
		if (rc > 0)
			return NULL;
		if (rc < 0 && errno != EINTR)
			return lost(q, errno);
	}
}

/* The first piece carries fd, if there is one. */
static ssize_t send_piece(const struct qmp *q, const char *data, size_t len, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = "" };
	struct iovec piece = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		msg.msg_control = control.room;
		msg.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(q->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static struct error *send_line(struct qmp *q, const char *line, int fd, int64_t end)
{
	size_t len = strlen(line), sent = 0;
	struct error *err = NULL;
	ssize_t n;

	while (sent < len && !err) {
		n = send_piece(q, line + sent, len - sent, sent ? -1 : fd);
		if (n > 0)
			sent += (size_t)n;
		else if (n < 0 && (errno == EAGAIN || errno == EINTR))
			err = wait_ready(q, POLLOUT, end);
		else
			return lost(q, n < 0 ? errno : EPIPE);
	}
	return err;
}

/* The length of the first complete line in the input, with its end; 0: none. */
static size_t first_line(const struct buf *input, size_t from)
{
	const char *end = input->len > from ? memchr(input->data + from, '\n', input->len - from) : NULL;

	return end ? (size_t)(end - input->data) + 1 : 0;
}

/* Wait for a complete line; *len: its length in q->input. */
static struct error *receive_line(struct qmp *q, int64_t end, size_t *len)
{
	struct error *err;
	char piece[4096];
	size_t seen = 0;
	ssize_t n;

	while (!(*len = first_line(&q->input, seen))) {
		seen = q->input.len;
		if (seen >= QMP_LINE_MAX)
			return protocol_error(q, "a message is longer than 1 MiB");
		n = recv(q->fd, piece, sizeof(piece), MSG_DONTWAIT);
		if (n == 0)
			return protocol_error(q, "the connection was closed by the other side");
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return lost(q, errno);
		if (n < 0) {
			err = wait_ready(q, POLLIN, end);
			if (err)
				return err;
			continue;
		}
		buf_add(&q->input, piece, (size_t)n);
		if (buf_failed(&q->input)) {
			q->broken = true;
			return error_nomem();
		}
	}
	return NULL;
}

static void drop_input(struct buf *input, size_t len)
{
	input->len -= len;
	memmove(input->data, input->data + len, input->len);
}

/* Receive one message. *message is an object, to be released. */
static struct error *receive(struct qmp *q, int64_t end, json_t **message)
{
	struct error *err;
	json_error_t why;
	size_t len;

	err = receive_line(q, end, &len);
	if (err)
		return err;
	*message = json_loadb(q->input.data, len, JSON_REJECT_DUPLICATES, &why);
	drop_input(&q->input, len);
	if (json_is_object(*message))
		return NULL;
	json_decref(*message);
	*message = NULL;
	return protocol_error(q, "what comes from it is no QMP message");
}

/* An event may come at any time: nobody asked for it. */
static bool is_event(const json_t *message)
{
	return json_is_string(json_object_get(message, "event")) &&
	       !json_object_get(message, "return") && !json_object_get(message, "error");
}

/* Wait for the answer or the greeting. */
static struct error *receive_answer(struct qmp *q, int64_t end, json_t **message)
{
	struct error *err;

	for (;;) {
		/* Events must not keep us here for ever. */
		if (now_ms() >= end)
			return broken(q, error_new(ERROR_TARGET, "QMP socket '%s': no answer within %d ms",
						   q->name, q->timeout_ms));
		err = receive(q, end, message);
		if (err || !is_event(*message))
			return err;
		log_verbose(q->log, 2, "QMP: event");
		json_decref(*message);
	}
}

/* The error that QEMU answers with, in its words. */
static struct error *refusal(struct qmp *q, const char *command, const json_t *error)
{
	const char *desc = json_string_value(json_object_get(error, "desc"));
	char shown[512];

	if (!desc)
		return protocol_error(q, "an error comes without description");
	printable(shown, sizeof(shown), desc);
	return error_new(ERROR_TARGET, "QEMU refuses %s: %s", command, shown);
}

/* Take an answer apart. message is released. */
static struct error *take_answer(struct qmp *q, const char *command, json_t *message,
				 json_t **result)
{
	json_t *value = json_object_get(message, "return");
	json_t *error = json_object_get(message, "error");
	const json_t *id = json_object_get(message, "id");
	struct error *err = NULL;

	if (!value == !error)
		err = protocol_error(q, "a message is neither event nor answer");
	else if (!json_is_integer(id) || (uint64_t)json_integer_value(id) != q->id)
		err = protocol_error(q, "an answer is to none of our commands");
	else if (error)
		err = refusal(q, command, error);
	else if (result)
		*result = json_incref(value);
	json_decref(message);
	return err;
}

/* The command as a line of its own, to be freed. arguments is released. */
static char *make_line(struct qmp *q, const char *command, json_t *arguments)
{
	json_t *root = json_pack("{s:s, s:I}", "execute", command, "id", (json_int_t)++q->id);
	char *text = NULL, *line = NULL;

	if (root && (!arguments || !json_object_set(root, "arguments", arguments)))
		text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text && asprintf(&line, "%s\n", text) < 0)
		line = NULL;
	free(text);
	json_decref(root);
	json_decref(arguments);
	return line;
}

struct error *qmp_execute(struct qmp *q, const char *command, json_t *arguments, int fd,
			  json_t **result)
{
	int64_t end = now_ms() + q->timeout_ms;
	json_t *message = NULL;
	struct error *err;
	char *line;

	if (result)
		*result = NULL;
	if (q->broken) {
		json_decref(arguments);
		return broken(q, error_new(ERROR_TARGET, "QMP socket '%s' has failed before", q->name));
	}
	line = make_line(q, command, arguments);
	if (!line)
		return error_nomem();
	log_verbose(q->log, 2, "QMP: %.*s", (int)strcspn(line, "\n"), line);
	err = send_line(q, line, fd, end);
	free(line);
	if (!err)
		err = receive_answer(q, end, &message);
	if (!err)
		err = take_answer(q, command, message, result);
	return err;
}

struct error *qmp_human(struct qmp *q, const char *line, int cpu, char **text)
{
	json_t *arguments = json_pack("{s:s}", "command-line", line), *result;
	const char *value;
	struct error *err;

	*text = NULL;
	if (!arguments || (cpu >= 0 && json_object_set_new(arguments, "cpu-index", json_integer(cpu)))) {
		json_decref(arguments);
		return error_nomem();
	}
	err = qmp_execute(q, "human-monitor-command", arguments, -1, &result);
	if (err)
		return err;
	value = json_string_value(result);
	if (value)
		*text = strdup(value);
	json_decref(result);
	if (!value)
		return protocol_error(q, "the human monitor answers without text");
	return *text ? NULL : error_nomem();
}

/* {"QMP": {"version": {"qemu": {"major": 7, ...}, ...}, "capabilities": [...]}} */
static struct error *take_greeting(struct qmp *q)
{
	json_t *greeting = NULL;
	int major, minor, micro;
	struct error *err;
	int rc;

	err = receive_answer(q, now_ms() + q->timeout_ms, &greeting);
	if (err)
		return err->kind == ERROR_TARGET ? error_hint(err, ONE_CLIENT) : err;
	rc = json_unpack(greeting, "{s:{s:{s:{s:i, s:i, s:i}}}}", "QMP", "version", "qemu",
			 "major", &major, "minor", &minor, "micro", &micro);
	json_decref(greeting);
	if (rc)
		return protocol_error(q, "it does not greet as QEMU's QMP does");
	snprintf(q->version, sizeof(q->version), "%d.%d.%d", major, minor, micro);
	return NULL;
}

static void take_peer(struct qmp *q)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	q->peer = 0;
	q->peer_uid = (uid_t)-1;
	if (getsockopt(q->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return;
	q->peer = peer.pid;
	q->peer_uid = peer.uid;
}

struct error *qmp_open_fd(struct qmp *q, int fd, const char *name)
{
	struct error *err;

	q->fd = fd;
	q->id = 0;
	q->broken = false;
	q->input = (struct buf)BUF_INIT;
	printable(q->name, sizeof(q->name), name);
	take_peer(q);
	err = take_greeting(q);
	if (!err)
		err = qmp_execute(q, "qmp_capabilities", NULL, -1, NULL);
	if (err)
		qmp_close(q);
	return err;
}

struct error *qmp_open(struct qmp *q, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct error *err;
	int fd, errnum;

	q->fd = -1;
	printable(q->name, sizeof(q->name), path);
	if (strlen(path) >= sizeof(addr.sun_path))
		return error_hint(error_new(ERROR_TARGET, "QMP socket '%s': a socket's path has at most %zu bytes",
					    q->name, sizeof(addr.sun_path) - 1),
				  "make a symbolic link with a shorter path to its folder");
	memcpy(addr.sun_path, path, strlen(path) + 1);
	/* Not to wait where QEMU is busy with another client and with one more behind it. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_os(ERROR_TARGET, errno, "QMP socket '%s'", q->name);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		errnum = errno;
		err = error_os(ERROR_TARGET, errnum, "QMP socket '%s'", q->name);
		if (errnum == EAGAIN)
			err = error_hint(err, ONE_CLIENT);
		close(fd);
		return err;
	}
	return qmp_open_fd(q, fd, path);
}

void qmp_close(struct qmp *q)
{
	if (q->fd < 0)
		return;
	close(q->fd);
	buf_free(&q->input);
	q->fd = -1;
}
