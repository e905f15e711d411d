/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

void capture_begin(struct capture *c, bool json)
{
	memset(c, 0, sizeof(*c));
	c->stream = open_memstream(&c->text, &c->len);
	assert_non_null(c->stream);
	c->o = out_new(c->stream, json);
	assert_non_null(c->o);
}

void capture_end(struct capture *c, const char *want)
{
	assert_null(out_free(c->o));
	fclose(c->stream);
	assert_string_equal(c->text, want);
	assert_int_equal(c->len, strlen(want));
	free(c->text);
}

void catch_stderr(struct caught *c)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	c->saved = dup(STDERR_FILENO);
	c->end = ends[0];
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
}

void release_stderr(struct caught *c, const char *want)
{
	char text[256];
	ssize_t n;

	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	n = read(c->end, text, sizeof(text) - 1);
	close(c->end);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, want);
}
