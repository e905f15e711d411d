/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QMP server that says what the input says, whatever it is asked. */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz.h"
#include "target/qmp/client.h"
#include "target/qmp/qmp.h"

#define TIMEOUT_MS	2000

static struct sockaddr_un server = { .sun_family = AF_UNIX };
static int listener = -1;

static void remove_socket(void)
{
	unlink(server.sun_path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *folder = getenv("TMPDIR");

	(void)argc;
	(void)argv;
	snprintf(server.sun_path, sizeof(server.sun_path), "%.80s/s390memctl-fuzz.%d",
		 folder ? folder : "/tmp", (int)getpid());
	unlink(server.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FUZZ_CHECK(listener >= 0);
	FUZZ_CHECK(!bind(listener, (struct sockaddr *)&server, sizeof(server)));
	FUZZ_CHECK(!listen(listener, 4));
	atexit(remove_socket);
	return 0;
}

static void say(int fd, const struct fuzz_input *in)
{
	size_t done = 0;
	ssize_t n;

	while (done < in->left) {
		n = send(fd, in->data + done, in->left - done, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	shutdown(fd, SHUT_WR);
}

/* One connection: all is said at once, and what is asked is thrown away. */
static void *serve(void *arg)
{
	char buf[4096];
	int fd = accept(listener, NULL, NULL);

	FUZZ_CHECK(fd >= 0);
	say(fd, arg);
	while (recv(fd, buf, sizeof(buf), 0) > 0)
		;
	close(fd);
	return NULL;
}

static void attach(void)
{
	/* Of no process: QEMU's memory is not looked for in our own. */
	const struct qmp_options opt = { .pid = INT_MAX };
	struct access a = ACCESS_INIT(0x1000);
	unsigned char buf[64];
	uint8_t keys[4];
	struct target *t;
	struct error *err = qmp_attach(server.sun_path, 0, &opt, &t);
	size_t done;

	if (!err) {
		error_free(t->ops->read(t, &a, buf, sizeof(buf), &done));
		error_free(t->ops->keys(t, 0, sizeof(keys), keys, &done));
		err = t->ops->close(t);
	}
	error_free(err);
}

static void ask(void)
{
	struct qmp q = { .timeout_ms = TIMEOUT_MS };
	json_t *result = NULL;
	struct error *err = qmp_open(&q, server.sun_path);
	char *text = NULL;

	if (!err) {
		FUZZ_CHECK(!strpbrk(q.version, "\033\n"));
		err = qmp_execute(&q, "query-status", json_object(), -1, &result);
		json_decref(result);
	}
	if (!err)
		err = qmp_human(&q, "info registers", 0, &text);
	if (err)
		FUZZ_CHECK(!strpbrk(err->message, "\033\n"));
	error_free(err);
	free(text);
	qmp_close(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	bool whole = fuzz_number(&in, 1) & 1;
	pthread_t thread;

	FUZZ_CHECK(!pthread_create(&thread, NULL, serve, &in));
	if (whole)
		attach();
	else
		ask();
	FUZZ_CHECK(!pthread_join(thread, NULL));
	return 0;
}
