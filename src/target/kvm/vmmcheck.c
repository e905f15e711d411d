/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/vmmcheck.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "target/kvm/inject-arch.h"
#include "target/kvm/permit.h"

/* The program must be of our own architecture: numbers and registers are. */
static struct error *check_machine(pid_t pid)
{
	unsigned char ident[20];
	char path[64];
	uint16_t machine;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return permit_explain("/proc", pid, 0, errno, "opening its executable");
	got = pread(fd, ident, sizeof(ident), 0);
	close(fd);
	if (got != (ssize_t)sizeof(ident) || memcmp(ident, ELFMAG, SELFMAG))
		return error_new(ERROR_REFUSED, "the program of process %d is no ELF file",
				 (int)pid);
	/* in the byte order of the host, or it could not run here */
	memcpy(&machine, ident + 18, sizeof(machine));
	if (ident[EI_CLASS] != ELFCLASS64 || machine != inject_arch_machine)
		return error_hint(error_new(ERROR_REFUSED,
					    "process %d is not a 64-bit %s program (ELF machine "
					    "%u)", (int)pid, inject_arch_name, machine),
				  "system calls can be injected into VMMs of the host's own "
				  "architecture only");
	return NULL;
}

/* A return address that was never pushed is what shadow stacks are there to catch. */
static bool has_shadow_stack(pid_t pid, pid_t tid)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid, (int)tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = !strncmp(line, "x86_Thread_features:", 20) && strstr(line, "shstk");
	fclose(f);
	return found;
}

/* QEMU's -sandbox denies by a list; the calls made here are not on it (softmmu/qemu-seccomp.c). */
static bool is_denylist_vmm(pid_t pid)
{
	char path[64], exe[4096];
	const char *name;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = readlink(path, exe, sizeof(exe) - 1);
	if (len <= 0)
		return false;
	exe[len] = '\0';
	name = strrchr(exe, '/');
	name = name ? name + 1 : exe;
	return !strncmp(name, "qemu-", 5);
}

struct error *vmmcheck(pid_t pid, pid_t tid, bool suspend_seccomp, const struct log *log)
{
	struct error *err;
	int mode;

	err = check_machine(pid);
	if (err)
		return err;
	if (has_shadow_stack(pid, tid))
		return error_new(ERROR_REFUSED,
				 "thread %d uses a shadow stack, on which an injected call could "
				 "not return", (int)tid);
	mode = permit_seccomp_mode("/proc", pid, tid);
	log_verbose(log, 1, "seccomp mode of thread %d: %d", (int)tid, mode);
	if (mode <= 0 || suspend_seccomp || (mode == 2 && is_denylist_vmm(pid)))
		return NULL;
	return error_hint(
		error_new(ERROR_REFUSED,
			  "thread %d is under a seccomp filter that may allow only the VMM's own "
			  "calls; one made in it could kill the VMM", (int)tid),
		"with CAP_SYS_ADMIN, --suspend-seccomp suspends the filter while the thread "
		"stands");
}
