/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assert-vcpu.h"

void assert_vcpu(const struct vcpu_info *v, int id, int fd, int vm_fd, pid_t tid,
		 bool sure, enum vcpu_state vcpu_state)
{
	assert_int_equal(v->id, id);
	assert_int_equal(v->fd, fd);
	assert_int_equal(v->vm_fd, vm_fd);
	assert_int_equal(v->tid, tid);
	assert_int_equal(v->tid_sure, sure);
	assert_int_equal(v->state, vcpu_state);
}
