/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/command.h"
#include "cli/outfile.h"
#include "cli/pager.h"
#include "cli/words.h"

#define LOWEST_COPY 10	/* of a descriptor: out of the way of the standard streams */

/* The standard output, while something else is in its place. */
struct place {
	int saved;
};

static struct error *replace_stdout(struct session *s, int fd, struct place *place)
{
	struct error *err = out_flush(s->out);

	error_free(err);
	place->saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, LOWEST_COPY);
	if (place->saved < 0)
		return error_os(ERROR_TARGET, errno, "standard output");
	if (dup2(fd, STDOUT_FILENO) < 0) {
		err = error_os(ERROR_TARGET, errno, "standard output");
		close(place->saved);
		return err;
	}
	return NULL;
}

/* A pipe that was closed by its reader, or a full disk, has been told by the command. */
static void restore_stdout(struct session *s, const struct place *place)
{
	error_free(out_flush(s->out));
	dup2(place->saved, STDOUT_FILENO);
	close(place->saved);
	s->pipe_closed = false;
}

static int run_into(struct session *s, const char *line, run_line *run, int fd,
		    struct error **err)
{
	struct place place;
	int code;

	*err = replace_stdout(s, fd, &place);
	if (*err)
		return command_exit_code(*err);
	code = run(s, line);
	restore_stdout(s, &place);
	return code;
}

static int run_into_pipe(struct session *s, const char *line, run_line *run, const char *command,
			 struct error **err)
{
	pid_t pid;
	int fd, code;

	*err = child_start(command, &fd, &pid);
	if (*err)
		return command_exit_code(*err);
	code = run_into(s, line, run, fd, err);
	close(fd);
	child_wait(pid, s->interrupted);
	return code;
}

static int run_append(struct session *s, const char *line, run_line *run, const char *path,
		      struct error **err)
{
	int fd, code;

	if (strcmp(path, "/dev/null")) {
		*err = outfile_append(ERROR_TARGET, "file", path, &fd);
	} else {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		*err = fd < 0 ? error_os(ERROR_TARGET, errno, "file '%s'", path) : NULL;
	}
	if (*err)
		return command_exit_code(*err);
	code = run_into(s, line, run, fd, err);
	close(fd);
	return code;
}

/* The file appears when the command has ended, however it ended. */
static int run_into_file(struct session *s, const char *line, run_line *run, const char *path,
			 bool force, struct error **err)
{
	struct outfile *file;
	int code;

	*err = outfile_open(path, force, &file);
	if (*err) {
		if (!force && (*err)->kind == ERROR_REFUSED)
			*err = error_hint(*err, "'>| FILE' replaces it, '>> FILE' adds to it");
		return command_exit_code(*err);
	}
	code = run_into(s, line, run, outfile_fd(file), err);
	if (*err) {
		outfile_abort(file);
		return code;
	}
	*err = outfile_commit(file);
	return *err ? command_exit_code(*err) : code;
}

/* The one word that names a file. */
static struct error *file_name(const char *text, struct words *words)
{
	struct error *err = words_split(text, words);

	if (err || words->count == 1)
		return err;
	words_free(words);
	return error_new(ERROR_USAGE, "one file must be named behind >");
}

static int run_redirected(struct session *s, const char *line, run_line *run, const char *sign,
			  struct error **err)
{
	bool append = sign[1] == '>';
	bool force = sign[1] == '|' || s->settings.overwrite;
	struct words words;
	int code;

	*err = file_name(sign + 1 + (append || sign[1] == '|'), &words);
	if (*err)
		return command_exit_code(*err);
	if (append || !strcmp(words.word[0], "/dev/null"))
		code = run_append(s, line, run, words.word[0], err);
	else
		code = run_into_file(s, line, run, words.word[0], force, err);
	words_free(&words);
	return code;
}

/* A command of the user's shell on the terminal. */
static int run_outside(struct session *s, const char *command, struct error **err)
{
	pid_t pid;

	error_free(out_flush(s->out));
	*err = child_start(command, NULL, &pid);
	return *err ? command_exit_code(*err) : child_wait(pid, s->interrupted);
}

/* Whether a line's command shows what happens as it happens. */
static bool is_stream(const char *line)
{
	const struct command *cmd = NULL;
	struct words words;
	struct error *err = words_split(line, &words);

	if (err) {
		error_free(err);
		return false;
	}
	if (words.count)
		error_free(command_lookup(words.word[0], &cmd));
	words_free(&words);
	return cmd && (cmd->flags & CMD_STREAMS);
}

static int run_paged(struct session *s, const char *line, run_line *run)
{
	struct pager *pager = is_stream(line) ? NULL : pager_begin(s);
	int code = run(s, line);

	pager_end(s, pager);
	if (pager)
		s->pipe_closed = false;
	return code;
}

int redirect_run(struct session *s, const char *line, run_line *run, struct error **err)
{
	const char *start = line + strspn(line, " \t"), *sign;
	char *command;
	int code;

	*err = NULL;
	if (*start == '!')
		return run_outside(s, start + 1, err);
	sign = words_find(line, "|>");
	if (!sign)
		return run_paged(s, line, run);
	command = strndup(line, (size_t)(sign - line));
	if (!command) {
		*err = error_nomem();
		return command_exit_code(*err);
	}
	if (*sign == '|')
		code = run_into_pipe(s, command, run, sign + 1, err);
	else
		code = run_redirected(s, command, run, sign, err);
	free(command);
	return code;
}
