/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/child.h"

#define MS_PER_S 1000
#define NS_PER_MS 1000000

enum state { HOLDING, SHOWING, PAGING };

struct pager {
	struct session *s;
	const char *command;
	FILE *stream;		/* what is printed goes here */
	FILE *out, *log;	/* streams that were used before */
	enum state state;
	struct buf held;
	unsigned int width, height;
	unsigned int lines, column;	/* of what is held, on the screen */
	bool in_escape;
	struct timespec start;
	int fd;			/* PAGING: where to */
	pid_t pid;
};

static const char *pager_command(const struct session *s)
{
	const char *command = s->settings.pager, *term = getenv("TERM");

	if (s->settings.plain || !strcmp(command, "off"))
		return NULL;
	if (strcmp(command, "auto"))
		return command;
	command = getenv("S390MEMCTL_PAGER");
	if (!command)
		command = getenv("PAGER");
	if (!command)
		return term && strcmp(term, "dumb") ? "less -FRX" : NULL;
	return command[0] ? command : NULL;
}

/* All of it, or -1 with errno. */
static int write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= (size_t)n) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return -1;
	}
	return 0;
}

/* Show what is held, and from now on everything as it comes. */
static int release(struct pager *p, enum state state)
{
	int ret;

	p->state = state;
	ret = write_all(state == PAGING ? p->fd : STDOUT_FILENO, buf_str(&p->held), p->held.len);
	buf_free(&p->held);
	return ret;
}

/* How many lines of the screen it takes; a line begins with each full one. */
static void count_lines(struct pager *p, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (p->in_escape) {
			p->in_escape = !(c >= '@' && c != '[');
		} else if (c == '\033') {
			p->in_escape = true;
		} else if (c == '\n') {
			p->lines++;
			p->column = 0;
		} else if ((c & 0xc0) != 0x80 && ++p->column > p->width) {
			p->lines++;
			p->column = 1;
		}
	}
}

static bool held_too_long(const struct pager *p)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - p->start.tv_sec) * MS_PER_S +
	       (now.tv_nsec - p->start.tv_nsec) / NS_PER_MS >= PAGER_HOLD_MS;
}

static int start_paging(struct pager *p)
{
	struct error *err = child_start(p->command, &p->fd, &p->pid);

	if (!err) {
		p->s->log.hidden = true;
		return release(p, PAGING);
	}
	error_free(err);
	return release(p, SHOWING);
}

static int take(struct pager *p, const char *data, size_t len)
{
	if (p->state != HOLDING)
		return write_all(p->state == PAGING ? p->fd : STDOUT_FILENO, data, len);
	buf_add(&p->held, data, len);
	if (buf_failed(&p->held)) {
		errno = ENOMEM;
		return -1;
	}
	count_lines(p, data, len);
	/* The prompt takes a line, too. */
	if (p->lines + 1 >= p->height)
		return start_paging(p);
	return held_too_long(p) ? release(p, SHOWING) : 0;
}

static ssize_t cookie_write(void *cookie, const char *data, size_t len)
{
	return take(cookie, data, len) ? 0 : (ssize_t)len;
}

/* Called while a command works and prints nothing. */
static void tick(void *arg)
{
	struct pager *p = arg;

	if (p->state == HOLDING && p->held.len && held_too_long(p))
		release(p, SHOWING);
}

struct pager *pager_begin(struct session *s)
{
	const cookie_io_functions_t functions = { .write = cookie_write };
	const char *command = pager_command(s);
	struct pager *p;

	if (!command || isatty(STDOUT_FILENO) <= 0 || settings_height() < 2)
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->s = s;
	p->command = command;
	p->width = settings_width(s);
	p->height = settings_height();
	p->stream = fopencookie(p, "w", functions);
	if (!p->stream) {
		free(p);
		return NULL;
	}
	clock_gettime(CLOCK_MONOTONIC, &p->start);
	p->out = out_set_stream(s->out, p->stream, p->stream);
	/* Notes stay in their order with what is printed. */
	p->log = s->log.stream;
	s->log.stream = p->stream;
	s->log.terminal = p->log;
	s->log.tick = tick;
	s->log.tick_arg = p;
	return p;
}

void pager_end(struct session *s, struct pager *p)
{
	if (!p)
		return;
	out_set_stream(s->out, p->out, stderr);
	s->log.stream = p->log;
	s->log.terminal = NULL;
	s->log.tick = NULL;
	s->log.hidden = false;
	fclose(p->stream);
	if (p->state == HOLDING)
		release(p, SHOWING);
	if (p->state == PAGING) {
		close(p->fd);
		child_wait(p->pid, s->interrupted);
	}
	buf_free(&p->held);
	free(p);
}
