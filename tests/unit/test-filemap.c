/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mapped files that shrink while they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/filemap.h"

#define PAGES 4

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* A file of PAGES pages, each of which is full of its number plus 1. */
static FILE *make_file(void)
{
	FILE *file = tmpfile();
	size_t i;

	assert_non_null(file);
	for (i = 0; i < PAGES * page_size(); i++)
		assert_int_not_equal(fputc((int)(i / page_size()) + 1, file), EOF);
	assert_int_equal(fflush(file), 0);
	return file;
}

static void whole_file(void **state)
{
	size_t page = page_size();
	FILE *file = make_file();
	struct filemap m;

	(void)state;
	assert_true(filemap_open(&m, fileno(file), PAGES * page - 1));
	assert_true(filemap_populate(&m, 1, PAGES * page - 2));
	assert_int_equal(m.data[0], 1);
	assert_int_equal(m.data[PAGES * page - 2], PAGES);
	assert_true(filemap_is_good(&m));
	filemap_close(&m);
	assert_false(filemap_is_good(&m));
	filemap_close(&m);
	fclose(file);
}

static void nothing_to_map(void **state)
{
	struct filemap m;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_false(filemap_open(&m, ends[0], 100));
	assert_null(m.data);
	assert_false(filemap_open(&m, ends[0], 0));
	filemap_close(&m);
	close(ends[0]);
	close(ends[1]);
}

static void shrunken_file(void **state)
{
	size_t page = page_size();
	FILE *file = make_file(), *other = make_file();
	struct filemap m, n;

	(void)state;
	assert_true(filemap_open(&m, fileno(file), PAGES * page));
	assert_true(filemap_open(&n, fileno(other), PAGES * page));
	assert_int_equal(ftruncate(fileno(file), (off_t)(2 * page)), 0);
	assert_int_equal(m.data[2 * page - 1], 2);
	assert_true(filemap_is_good(&m));
	assert_int_equal(m.data[2 * page + 5], 0);
	assert_false(filemap_is_good(&m));
	assert_int_equal(m.data[3 * page], 0);
	/* The other one has nothing to do with that. */
	assert_int_equal(n.data[3 * page], 4);
	assert_true(filemap_is_good(&n));
	filemap_close(&m);
	filemap_close(&n);
	fclose(file);
	fclose(other);
}

/* What is written to a page stays here, also where the file's page is gone. */
static void private_pages(void **state)
{
	size_t page = page_size();
	FILE *file = make_file();
	volatile unsigned char *data;
	unsigned char byte = 0;
	struct filemap m;

	(void)state;
	assert_true(filemap_open_private(&m, fileno(file), PAGES * page));
	data = (volatile unsigned char *)(uintptr_t)m.data;
	data[5] = 77;
	assert_int_equal(data[5], 77);
	assert_int_equal(pread(fileno(file), &byte, 1, 5), 1);
	assert_int_equal(byte, 1);
	assert_true(filemap_is_good(&m));
	assert_int_equal(ftruncate(fileno(file), (off_t)page), 0);
	data[2 * page] = 78;
	assert_int_equal(data[2 * page], 78);
	assert_int_equal(data[2 * page + 1], 0);
	assert_false(filemap_is_good(&m));
	filemap_close(&m);
	fclose(file);
}

static void populating_tells(void **state)
{
	size_t page = page_size();
	FILE *file = make_file();
	struct filemap m;

	(void)state;
	assert_true(filemap_open(&m, fileno(file), PAGES * page));
	assert_int_equal(ftruncate(fileno(file), (off_t)page), 0);
	assert_true(filemap_populate(&m, 0, page));
	/* A kernel before Linux 5.14 cannot tell: then the access itself does. */
	if (filemap_populate(&m, 0, page + 1))
		assert_int_equal(m.data[page], 0);
	else
		assert_true(filemap_is_good(&m));
	filemap_close(&m);
	fclose(file);
}

/* A SIGBUS of somebody else's ends the process, as without us. */
static void foreign_sigbus(void **state)
{
	size_t page = page_size();
	FILE *file = make_file();
	struct filemap m;
	volatile unsigned char *theirs;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGBUS, SIG_DFL);
		if (!filemap_open(&m, fileno(file), PAGES * page))
			_exit(1);
		theirs = mmap(NULL, PAGES * page, PROT_READ, MAP_SHARED, fileno(file), 0);
		if (theirs == MAP_FAILED || ftruncate(fileno(file), 0))
			_exit(2);
		_exit(theirs[0] ? 3 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGBUS);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file),
		cmocka_unit_test(nothing_to_map),
		cmocka_unit_test(shrunken_file),
		cmocka_unit_test(private_pages),
		cmocka_unit_test(populating_tells),
		cmocka_unit_test(foreign_sigbus),
	};

	return cmocka_run_group_tests_name("filemap", tests, NULL, NULL);
}
