/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The QMP client, and what it makes of another side that is not QEMU. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "target/qmp/guest.h"

#define GREETING	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n"
#define CAPABLE		"{\"return\": {}, \"id\": 1}\r\n"
#define EVENT		"{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}\r\n"
#define TIMEOUT_MS	300

static int peer = -1;	/* the other side of the client's socket */

static void put(const char *text)
{
	assert_int_equal(write(peer, text, strlen(text)), strlen(text));
}

/* A client whose other side has sent all this already. */
static struct error *open_on(struct qmp *q, const char *text, bool closed)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	peer = ends[1];
	put(text);
	if (closed)
		assert_int_equal(shutdown(peer, SHUT_WR), 0);
	*q = (struct qmp){ .timeout_ms = TIMEOUT_MS };
	return qmp_open_fd(q, ends[0], "test");
}

static void open_well(struct qmp *q, const char *answers)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s%s", GREETING, CAPABLE, answers);
	assert_null(open_on(q, text, false));
	assert_string_equal(q->version, "7.2.22");
}

static void close_both(struct qmp *q)
{
	qmp_close(q);
	close(peer);
	peer = -1;
}

static void assert_target_error(struct error *err, const char *message)
{
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	if (message)
		assert_string_equal(err->message, message);
	error_free(err);
}

/* What the other side has got from us. */
static void assert_sent(const char *expected)
{
	char text[4096];
	ssize_t n = read(peer, text, sizeof(text) - 1);

	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void commands_and_events(void **state)
{
	json_int_t value = 0;
	json_t *result;
	struct qmp q;

	(void)state;
	open_well(&q, EVENT "{\"return\": {\"size\": 7}, \"id\": 2}\n" EVENT EVENT
		  "{\"id\": 3, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\\u001b[31m way\"}}\r\n"
		  "{\"return\": \"text\", \"id\": 4}\r\n");
	assert_null(qmp_execute(&q, "one", json_pack("{s:i}", "n", 5), -1, &result));
	assert_int_equal(json_unpack(result, "{s:I}", "size", &value), 0);
	assert_int_equal(value, 7);
	json_decref(result);
	assert_target_error(qmp_execute(&q, "two", NULL, -1, &result),
			    "QEMU refuses two: no\\x1b[31m way");
	assert_null(result);
	assert_false(q.broken);
	assert_null(qmp_execute(&q, "three", NULL, -1, NULL));
	assert_sent("{\"execute\":\"qmp_capabilities\",\"id\":1}\n"
		    "{\"execute\":\"one\",\"id\":2,\"arguments\":{\"n\":5}}\n"
		    "{\"execute\":\"two\",\"id\":3}\n"
		    "{\"execute\":\"three\",\"id\":4}\n");
	close_both(&q);
}

static void human_monitor(void **state)
{
	struct qmp q;
	char *text;

	(void)state;
	open_well(&q, "{\"return\": \"a\\r\\nb\", \"id\": 2}\r\n{\"return\": 5, \"id\": 3}\r\n");
	assert_null(qmp_human(&q, "info cpus", 1, &text));
	assert_string_equal(text, "a\r\nb");
	free(text);
	assert_target_error(qmp_human(&q, "x", -1, &text),
			    "QMP socket 'test': the human monitor answers without text");
	assert_null(text);
	assert_true(q.broken);
	close_both(&q);
}

/* Those that cannot even greet. */
static void bad_greetings(void **state)
{
	static const struct {
		const char *text;
		bool closed;
		const char *message;
	} cases[] = {
		{ "", true, "QMP socket 'test': the connection was closed by the other side" },
		{ "{\"QMP\":", true, "QMP socket 'test': the connection was closed by the other side" },
		{ "", false, "QMP socket 'test': no answer within 300 ms" },
		{ EVENT, false, "QMP socket 'test': no answer within 300 ms" },
		{ "HTTP/1.1 400 Bad Request\r\n", false, "QMP socket 'test': what comes from it is no QMP message" },
		{ "\n", false, "QMP socket 'test': what comes from it is no QMP message" },
		{ "[1, 2]\n", false, "QMP socket 'test': what comes from it is no QMP message" },
		{ "\"QMP\"\n", false, "QMP socket 'test': what comes from it is no QMP message" },
		{ "{\"QMP\": \"\xff\"}\n", false, "QMP socket 'test': what comes from it is no QMP message" },
		{ "{\"QMP\": 1, \"QMP\": 2}\n", false, "QMP socket 'test': what comes from it is no QMP message" },
		{ "{\"QMP\": {}}\n", false, "QMP socket 'test': it does not greet as QEMU's QMP does" },
		{ "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 1, \"minor\": 2}}}}\n", false,
		  "QMP socket 'test': it does not greet as QEMU's QMP does" },
		{ "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": \"1\", \"minor\": 2, \"major\": 3}}}}\n", false,
		  "QMP socket 'test': it does not greet as QEMU's QMP does" },
		{ "{\"QGA\": {}}\n", false, "QMP socket 'test': it does not greet as QEMU's QMP does" },
		{ GREETING "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"gone\"}, \"id\": 1}\n", false,
		  "QEMU refuses qmp_capabilities: gone" },
	};
	struct qmp q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_target_error(open_on(&q, cases[i].text, cases[i].closed), cases[i].message);
		assert_int_equal(q.fd, -1);
		close_both(&q);
	}
}

/* Answers that break the connection for good. */
static void bad_answers(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "garbage\n", "QMP socket 'test': what comes from it is no QMP message" },
		{ "{\"return\": {}\n", "QMP socket 'test': what comes from it is no QMP message" },
		{ "{\"return\": {}, \"id\": 2} {}\n", "QMP socket 'test': what comes from it is no QMP message" },
		{ "{}\n", "QMP socket 'test': a message is neither event nor answer" },
		{ "{\"id\": 2}\n", "QMP socket 'test': a message is neither event nor answer" },
		{ "{\"return\": {}, \"error\": {}, \"id\": 2}\n", "QMP socket 'test': a message is neither event nor answer" },
		{ "{\"return\": {}}\n", "QMP socket 'test': an answer is to none of our commands" },
		{ "{\"return\": {}, \"id\": 1}\n", "QMP socket 'test': an answer is to none of our commands" },
		{ "{\"return\": {}, \"id\": \"2\"}\n", "QMP socket 'test': an answer is to none of our commands" },
		{ "{\"return\": {}, \"id\": 2, \"event\": \"STOP\"}\n{}\n", NULL },
		{ "{\"event\": 5}\n", "QMP socket 'test': a message is neither event nor answer" },
		{ "{\"error\": {}, \"id\": 2}\n", "QMP socket 'test': an error comes without description" },
		{ "{\"error\": \"no\", \"id\": 2}\n", "QMP socket 'test': an error comes without description" },
		{ "{\"error\": {\"desc\": 1}, \"id\": 2}\n", "QMP socket 'test': an error comes without description" },
		{ "", "QMP socket 'test': no answer within 300 ms" },
		{ "{\"return\": {}, \"id\": 2}", "QMP socket 'test': no answer within 300 ms" },
	};
	struct error *err;
	json_t *result;
	struct qmp q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_well(&q, cases[i].text);
		err = qmp_execute(&q, "query-x", NULL, -1, &result);
		if (cases[i].message) {
			assert_non_null(err);
			assert_true(err->fatal);
			assert_target_error(err, cases[i].message);
			assert_null(result);
			assert_true(q.broken);
			assert_target_error(qmp_execute(&q, "query-y", json_object(), -1, NULL),
					    "QMP socket 'test' has failed before");
		} else {
			/* An answer that calls itself an event, too, is an answer. */
			assert_null(err);
			json_decref(result);
		}
		close_both(&q);
	}
}

static void closed_early(void **state)
{
	struct qmp q;

	(void)state;
	open_well(&q, "{\"return\":");
	close(peer);
	assert_target_error(qmp_execute(&q, "query-x", NULL, -1, NULL), NULL);
	assert_true(q.broken);
	qmp_close(&q);
}

/* Sides that never stop. */

static void *send_bytes(void *arg)
{
	char piece[4096];

	(void)arg;
	memset(piece, ' ', sizeof(piece));
	while (write(peer, piece, sizeof(piece)) > 0)
		;
	return NULL;
}

static void *send_events(void *arg)
{
	(void)arg;
	while (write(peer, EVENT, strlen(EVENT)) > 0)
		;
	return NULL;
}

static void *send_slowly(void *arg)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	(void)arg;
	while (write(peer, " ", 1) > 0)
		nanosleep(&pause, NULL);
	return NULL;
}

static void endless(void **state)
{
	static const struct {
		void *(*send)(void *arg);
		const char *message;
	} cases[] = {
		{ send_bytes, "QMP socket 'test': a message is longer than 1 MiB" },
		{ send_events, "QMP socket 'test': no answer within 300 ms" },
		{ send_slowly, "QMP socket 'test': no answer within 300 ms" },
	};
	pthread_t thread;
	struct qmp q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_well(&q, "");
		assert_int_equal(pthread_create(&thread, NULL, cases[i].send, NULL), 0);
		assert_target_error(qmp_execute(&q, "query-x", NULL, -1, NULL), cases[i].message);
		assert_true(q.input.size <= 4 * QMP_LINE_MAX);
		qmp_close(&q);
		pthread_join(thread, NULL);
		close(peer);
	}
}

static void nobody_reads(void **state)
{
	char *text = malloc(QMP_LINE_MAX);
	struct qmp q;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', QMP_LINE_MAX - 1);
	text[QMP_LINE_MAX - 1] = '\0';
	open_well(&q, "");
	assert_target_error(qmp_execute(&q, "long", json_pack("{s:s}", "text", text), -1, NULL),
			    "QMP socket 'test': no answer within 300 ms");
	close_both(&q);
	free(text);
}

static void interrupted(void **state)
{
	const volatile int signal = 2;
	struct error *err;
	struct qmp q;

	(void)state;
	open_well(&q, "");
	q.interrupted = &signal;
	err = qmp_execute(&q, "query-x", NULL, -1, NULL);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
	close_both(&q);
}

/* The descriptor that came with the first bytes of a command; -1: none. */
static int receive_descriptor(void)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char text[4096];
	struct iovec piece = { text, sizeof(text) };
	struct msghdr msg = {
		.msg_iov = &piece, .msg_iovlen = 1,
		.msg_control = control.room, .msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *c;
	int fd = -1;

	assert_true(recvmsg(peer, &msg, 0) > 0);
	c = CMSG_FIRSTHDR(&msg);
	if (c)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* What is written to the descriptor that we send is read; no more than was written. */
static void descriptors(void **state)
{
	struct qmp_sink sink;
	char text[8] = "";
	struct qmp q;
	int fd;

	(void)state;
	open_well(&q, "{\"return\": {}, \"id\": 2}\n");
	assert_sent("{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
	assert_null(qmp_sink_open(&sink));
	assert_null(qmp_sink_send(&sink, &q, "it"));
	fd = receive_descriptor();
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "abc", 3), 3);
	close(fd);
	assert_null(qmp_sink_read(&sink, 0, text, 3, "it"));
	assert_string_equal(text, "abc");
	assert_target_error(qmp_sink_read(&sink, 0, text, 5, "it"),
			    "QEMU has written 2 bytes fewer for it than it was asked for");
	qmp_sink_close(&sink, &q);
	close_both(&q);
}

/* Where the descriptor is of no use a temporary file is, and it is removed. */
static void temporary_file(void **state)
{
	struct qmp_sink sink;
	struct qmp q;
	char path[PATH_MAX], expected[2 * PATH_MAX];

	(void)state;
	open_well(&q, "{\"return\": {\"fdset-id\": 3, \"fd\": 12}, \"id\": 2}\n"
		  "{\"error\": {\"desc\": \"cannot open\"}, \"id\": 3}\n"
		  "{\"return\": {}, \"id\": 4}\n{\"return\": {}, \"id\": 5}\n");
	assert_null(qmp_sink_open(&sink));
	assert_null(qmp_sink_execute(&sink, &q, "pmemsave", json_object(), "filename", ""));
	snprintf(path, sizeof(path), "%s", sink.path);
	assert_int_equal(access(path, R_OK | W_OK), 0);
	assert_sent("{\"execute\":\"qmp_capabilities\",\"id\":1}\n"
		    "{\"execute\":\"add-fd\",\"id\":2}\n");
	snprintf(expected, sizeof(expected),
		 "{\"execute\":\"pmemsave\",\"id\":3,\"arguments\":{\"filename\":\"/proc/self/fd/12\"}}\n"
		 "{\"execute\":\"remove-fd\",\"id\":4,\"arguments\":{\"fdset-id\":3}}\n"
		 "{\"execute\":\"pmemsave\",\"id\":5,\"arguments\":{\"filename\":\"%s\"}}\n",
		 path);
	assert_sent(expected);
	qmp_sink_close(&sink, &q);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(errno, ENOENT);
	close_both(&q);
}

static void bad_descriptor_number(void **state)
{
	static const char *const answers[] = {
		"{\"return\": {}, \"id\": 2}\n",
		"{\"return\": {\"fdset-id\": 3, \"fd\": -5}, \"id\": 2}\n",
		"{\"return\": {\"fdset-id\": 3, \"fd\": \"../..\"}, \"id\": 2}\n",
		"{\"return\": [], \"id\": 2}\n",
	};
	struct qmp_sink sink;
	struct qmp q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		open_well(&q, answers[i]);
		assert_null(qmp_sink_open(&sink));
		/* The temporary file is tried then; it has no answer. */
		assert_target_error(qmp_sink_execute(&sink, &q, "pmemsave", json_object(), "filename", ""),
				    NULL);
		assert_true(q.broken);
		qmp_sink_close(&sink, &q);
		close_both(&q);
	}
}

#define KEYS	100	/* more than are asked for one by one */

/* How the other side writes its text for dump-skeys: how many lines, and what is in them. */
struct key_dump {
	int fd;
	uint64_t first;		/* page */
	int step;		/* from page to page */
	int lines;
	const char *rest;	/* of a line */
};

static void *write_keys(void *arg)
{
	static const char answer[] = "{\"return\": {}, \"id\": 2}\n";
	const struct key_dump *dump = arg;
	uint64_t page = dump->first;
	char text[4096];
	int i;

	if (read(peer, text, sizeof(text)) <= 0)
		return NULL;
	for (i = 0; i < dump->lines; i++, page += (uint64_t)dump->step)
		dprintf(dump->fd, "page=%03" PRIx64 ": key(%d) => %s\n", page, i & 0xfe, dump->rest);
	return write(peer, answer, strlen(answer)) > 0 ? arg : NULL;
}

/* Keys of pages 3 to 102 of a guest that has 256. */
static struct error *get_keys(struct key_dump *dump, uint8_t *keys, size_t *done)
{
	struct qmp_guest g = { .size = 0x100000 };
	struct error *err;
	pthread_t thread;
	void *ok;

	open_well(&g.q, "");
	assert_sent("{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
	assert_null(qmp_sink_open(&g.sink));
	strcpy(g.sink.path, "/proc/self/fd/9");
	dump->fd = g.sink.fd;
	assert_int_equal(pthread_create(&thread, NULL, write_keys, dump), 0);
	err = qmp_keys(&g.t, 0x3000, KEYS, keys, done);
	assert_int_equal(pthread_join(thread, &ok), 0);
	assert_ptr_equal(ok, dump);
	qmp_sink_close(&g.sink, &g.q);
	close_both(&g.q);
	return err;
}

static void many_keys(void **state)
{
	struct key_dump dump = { .step = 1, .lines = 256, .rest = "ACC=0, FP=0, REF=4, ch=2" };
	uint8_t keys[KEYS];
	size_t done, i;

	(void)state;
	assert_null(get_keys(&dump, keys, &done));
	assert_int_equal(done, KEYS);
	for (i = 0; i < KEYS; i++)
		assert_int_equal(keys[i], (i + 3) & 0xfe);
}

/* Texts that would have no end, or take long. */
static void bad_keys(void **state)
{
	static const char too_much[] =
		"ACC=0, FP=0, REF=4, ch=2 and so on and so on and so on and so on and so on and so on"
		" and so on and so on and so on and so on and so on and so on and so on and so on";
	static const struct {
		struct key_dump dump;
		const char *message;
	} cases[] = {
		{ { .step = 0, .lines = 2, .rest = "" }, "has pages out of order" },
		{ { .first = 300, .step = -1, .lines = 301, .rest = "" }, "has pages out of order" },
		{ { .first = UINT64_MAX, .step = 0, .lines = 1, .rest = "" }, "has pages out of order" },
		{ { .step = 1, .lines = 256, .rest = too_much }, "does not tell all keys" },
		{ { .step = 1, .lines = 50, .rest = "" }, "does not tell all keys" },
	};
	struct key_dump dump;
	char message[200];
	uint8_t keys[KEYS];
	size_t done, i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		dump = cases[i].dump;
		snprintf(message, sizeof(message), "QMP socket 'test': the answer to dump-skeys %s",
			 cases[i].message);
		assert_target_error(get_keys(&dump, keys, &done), message);
		assert_true(done < KEYS);
	}
}

/* The answer is there, so that only the reading of the text can see the signal. */
static void keys_interrupted(void **state)
{
	const volatile int signal = 2;
	struct qmp_guest g = { .size = 0x100000 };
	struct error *err;
	uint8_t keys[KEYS];
	size_t done;

	(void)state;
	open_well(&g.q, "{\"return\": {}, \"id\": 2}\n");
	g.q.interrupted = &signal;
	assert_null(qmp_sink_open(&g.sink));
	strcpy(g.sink.path, "/proc/self/fd/9");
	err = qmp_keys(&g.t, 0, KEYS, keys, &done);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_PARTIAL);
	error_free(err);
	qmp_sink_close(&g.sink, &g.q);
	close_both(&g.q);
}

static void paths(void **state)
{
	struct qmp q = { .timeout_ms = TIMEOUT_MS };
	char path[200];

	(void)state;
	assert_target_error(qmp_open(&q, "/nonexistent/qmp"),
			    "QMP socket '/nonexistent/qmp': No such file or directory");
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_target_error(qmp_open(&q, path), NULL);
	assert_int_equal(q.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_and_events),
		cmocka_unit_test(human_monitor),
		cmocka_unit_test(bad_greetings),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(closed_early),
		cmocka_unit_test(endless),
		cmocka_unit_test(nobody_reads),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(temporary_file),
		cmocka_unit_test(bad_descriptor_number),
		cmocka_unit_test(many_keys),
		cmocka_unit_test(bad_keys),
		cmocka_unit_test(keys_interrupted),
		cmocka_unit_test(paths),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
