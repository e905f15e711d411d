/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/history.h>
#include <readline/readline.h>

#include "base/buf.h"
#include "cli/complete.h"
#include "cli/history.h"
#include "cli/repeat.h"
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

/* The mode: ro or rw, and what the guest is where that is no live vCPU. */
static void add_mode(const struct session *s, struct buf *prompt)
{
	const struct target *t = s->target;
	const char *kind = s->qmp_path ? "qmp" : t->ops->live ? "live" : "dump";

	buf_addf(prompt, " [%s,%s]", s->write && !s->dump_path && !s->qmp_path ? "rw" : "ro", kind);
	if (strcmp(s->settings.space, "auto"))
		buf_addf(prompt, " %s", s->settings.space);
}

static void make_prompt(const struct session *s, struct buf *prompt)
{
	const struct target *t = s->target;
	const char *file;

	buf_reset(prompt);
	if (!t) {
		buf_adds(prompt, "s390memctl> ");
		return;
	}
	if (t->name[0]) {
		buf_adds(prompt, t->name);
	} else if (s->dump_path) {
		file = strrchr(s->dump_path, '/');
		file = file ? file + 1 : s->dump_path;
		buf_add_escaped(prompt, file, strlen(file));
	} else {
		buf_addf(prompt, "%d", t->pid);
	}
	buf_addf(prompt, "/%d", t->vcpu);
	add_mode(s, prompt);
	buf_adds(prompt, "> ");
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
		else
			/* The window has another size: readline has noted it. */
			rl_check_signals();
	}
	if (!typed)
		rl_callback_handler_remove();
	sigprocmask(SIG_SETMASK, &before, NULL);
	return typed_line;
}

/* What was typed, or pasted: one line, or several. */
static void run_line(struct session *s, char *line)
{
	char *end;

	for (; line && !*s->interrupted && !s->quit; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		script_run_line(s, line);
	}
	if (*s->interrupted == SIGINT)
		fputs("interrupted\n", s->log.stream);
	signals_forget_int();
}

/* An empty line. */
static void run_again(struct session *s)
{
	char *line = strdup(repeat_line(s));

	if (line)
		run_line(s, line);
	free(line);
}

static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() || !st->st_uid;
}

/* Ours (or root's), and nobody else can write it. */
static bool is_safe(const struct stat *st)
{
	return is_ours(st) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* The folder of the rc file, added to path; -1: none. *safe: nobody else can put a file there. */
static int open_rc_folder(struct buf *path, bool *safe)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct stat st;
	int fd;

	*safe = true;
	if (config && config[0] == '/') {
		buf_adds(path, config);
	} else if (home && home[0] == '/') {
		*safe = !stat(home, &st) && is_ours(&st);
		buf_addf(path, "%s/.config", home);
	} else {
		return -1;
	}
	*safe = *safe && !stat(buf_str(path), &st) && is_ours(&st);
	buf_adds(path, "/s390memctl");
	fd = buf_failed(path) ? -1 : open(buf_str(path), O_PATH | O_DIRECTORY | O_CLOEXEC);
	*safe = *safe && fd >= 0 && !fstat(fd, &st) && is_safe(&st);
	return fd;
}

/*
 * Open rc in its folder; NULL and no error: there is none. The open file is what is looked
 * at, so that nobody can put another one there meanwhile.
 */
static struct error *open_rc(int folder, bool safe, const char *path, FILE **file)
{
	struct error *err = NULL;
	struct stat st;
	int fd = -1;

	*file = NULL;
	if (faccessat(folder, "rc", F_OK, 0))
		return NULL;
	if (safe) {
		fd = openat(folder, "rc", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st))
			err = error_os(ERROR_USAGE, errno, "script '%s'", path);
		else if (!S_ISREG(st.st_mode))
			err = error_new(ERROR_USAGE, "'%s' is not run: it is no regular file", path);
		else
			safe = is_safe(&st);
	}
	if (!safe)
		err = error_new(ERROR_USAGE, "'%s' is not run: somebody else may have written it",
				path);
	if (!err) {
		*file = fdopen(fd, "r");
		err = *file ? NULL : error_nomem();
	}
	if (err && fd >= 0)
		close(fd);
	return err;
}

void shell_read_rc(struct session *s)
{
	struct buf path = BUF_INIT;
	struct error *err = NULL;
	FILE *file = NULL;
	bool safe;
	int folder;

	if (s->no_rc)
		return;
	folder = open_rc_folder(&path, &safe);
	if (folder >= 0) {
		buf_adds(&path, "/rc");
		err = open_rc(folder, safe, buf_str(&path), &file);
		close(folder);
	}
	if (file) {
		s->settings.reading_rc = true;
		err = script_source_file(s, file, buf_str(&path), true, &s->lines_code);
		s->settings.reading_rc = false;
		fclose(file);
	}
	if (err)
		log_warn(&s->log, "%s", err->message);
	error_free(err);
	buf_free(&path);
	s->exit_code = 0;
}

int shell_run(struct session *s)
{
	struct buf prompt = BUF_INIT;
	bool end = false;
	char *line;

	complete_setup(s);
	history_load(&s->log);
	/* The flag of our own handlers is what counts; readline must not take the signals. */
	rl_catch_signals = 0;
	while (!end && !s->quit && !s->pipe_closed) {
		make_prompt(s, &prompt);
		line = read_line(s, buf_str(&prompt));
		if (line && line[strspn(line, " \t")]) {
			history_note(line);
			run_line(s, line);
		} else if (line && repeat_line(s)) {
			run_again(s);
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
