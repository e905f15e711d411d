/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/process-vm.h"

#include <errno.h>
#include <sys/uio.h>

ssize_t process_vm_read(pid_t pid, uint64_t addr, void *buf, size_t len)
{
	struct iovec local = { buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

ssize_t process_vm_write(pid_t pid, uint64_t addr, const void *buf, size_t len)
{
	struct iovec local = { (void *)(uintptr_t)buf, len };
	struct iovec remote = { (void *)(uintptr_t)addr, len };

	return process_vm_writev(pid, &local, 1, &remote, 1, 0);
}

ssize_t process_vm_write_down(pid_t pid, uint64_t addr, const void *buf, size_t len)
{
	struct iovec local[PROCESS_VM_DOWN_MAX], remote[PROCESS_VM_DOWN_MAX];
	unsigned long count = 0;
	uint64_t start;

	while (len) {
		if (count == PROCESS_VM_DOWN_MAX) {
			errno = EINVAL;
			return -1;
		}
		start = (addr + len - 1) & ~(uint64_t)(PROCESS_VM_PAGE - 1);
		if (start < addr)
			start = addr;
		local[count].iov_base = (char *)(uintptr_t)buf + (start - addr);
		remote[count].iov_base = (void *)(uintptr_t)start;
		local[count].iov_len = remote[count].iov_len = (size_t)(addr + len - start);
		len = (size_t)(start - addr);
		count++;
	}
	return process_vm_writev(pid, local, count, remote, count, 0);
}
