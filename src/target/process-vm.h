/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The memory of another process, by process_vm_readv(2) and process_vm_writev(2):
 * one range here, one there.
 */
#ifndef S390MEMCTL_PROCESS_VM_H
#define S390MEMCTL_PROCESS_VM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * One call. pid: of a process or of one of its threads; addr: in its address
 * space; buf, len: here. Result: bytes done, which may be fewer than len where
 * the rest is not mapped; -1 with errno: ESRCH, EPERM, EFAULT for the first byte.
 */
ssize_t process_vm_read(pid_t pid, uint64_t addr, void *buf, size_t len);
ssize_t process_vm_write(pid_t pid, uint64_t addr, const void *buf, size_t len);

/*
 * The same from the last page to the first: where a page is not mapped, nothing below it is
 * written. len: EINVAL if the range has more than PROCESS_VM_DOWN_MAX pages.
 */
ssize_t process_vm_write_down(pid_t pid, uint64_t addr, const void *buf, size_t len);
#define PROCESS_VM_DOWN_MAX	16
#define PROCESS_VM_PAGE		4096U

#endif
