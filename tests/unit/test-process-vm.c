/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of another process: here our own, which the kernel does not treat otherwise. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "target/process-vm.h"

#define PAGES 5
#define PAGE PROCESS_VM_PAGE

static unsigned char *map(void)
{
	void *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static uint64_t address(const unsigned char *p)
{
	return (uint64_t)(uintptr_t)p;
}

static void down_writes_all(void **state)
{
	unsigned char data[3 * PAGE + 7], *p = map();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i % 251 + 1);
	assert_int_equal(process_vm_write_down(getpid(), address(p + 100), data, sizeof(data)),
			 sizeof(data));
	assert_memory_equal(p + 100, data, sizeof(data));
	assert_int_equal(p[99], 0);
	assert_int_equal(p[100 + sizeof(data)], 0);
	assert_int_equal(process_vm_write_down(getpid(), address(p), data, 0), 0);
	assert_int_equal(process_vm_write_down(getpid(), address(p) + 3, data, 2), 2);
	assert_memory_equal(p + 3, data, 2);
	munmap(p, PAGES * PAGE);
}

/* As where a stack ends: nothing comes below its guard page. */
static void down_stops_at_a_guard_page(void **state)
{
	unsigned char data[3 * PAGE], *p = map();
	size_t i;

	(void)state;
	memset(data, 0xaa, sizeof(data));
	assert_int_equal(mprotect(p + 2 * PAGE, PAGE, PROT_NONE), 0);
	assert_int_equal(process_vm_write_down(getpid(), address(p + PAGE + 5), data, sizeof(data)), PAGE + 5);
	for (i = 0; i < 2 * PAGE; i++)
		assert_int_equal(p[i], 0);
	assert_int_equal(p[3 * PAGE], 0xaa);
	munmap(p, PAGES * PAGE);
}

static void too_many_pages_are_refused(void **state)
{
	static unsigned char data[PROCESS_VM_DOWN_MAX * PAGE];
	unsigned char *p = map();

	(void)state;
	assert_int_equal(process_vm_write_down(getpid(), address(p + 1), data, sizeof(data)), -1);
	assert_int_equal(errno, EINVAL);
	munmap(p, PAGES * PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(down_writes_all),
		cmocka_unit_test(down_stops_at_a_guard_page),
		cmocka_unit_test(too_many_pages_are_refused),
	};

	return cmocka_run_group_tests_name("process-vm", tests, NULL, NULL);
}
