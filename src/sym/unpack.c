/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/unpack.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/harden.h"

#define WORK_MAX	(64U << 20)	/* bytes: what unpacking itself takes */
#define SECONDS_MAX	30U		/* of CPU time */
#define SEALS		(F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* libdw can bzip2, too, but libdw 0.188 never ends with such a file that is cut off. */
static bool is_packed(int fd)
{
	static const struct {
		const char *bytes;
		size_t len;
	} magics[] = { { "\x1f\x8b", 2 }, { "\xfd" "7zXZ", 6 }, { "\x28\xb5\x2f\xfd", 4 } };
	char magic[6] = "";
	size_t i;

	if (pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic))
		return false;
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (!memcmp(magic, magics[i].bytes, magics[i].len))
			return true;
	}
	return false;
}

/* In the child: no more than so many bytes of address space beside those that it has. */
static bool limit_memory(uint64_t bytes)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;
	struct rlimit limit;
	bool ok = false;
	rlim_t wanted;

	if (file && fscanf(file, "%lu", &pages) == 1 && !getrlimit(RLIMIT_AS, &limit)) {
		wanted = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes;
		if (wanted < limit.rlim_cur)
			limit.rlim_cur = wanted;
		ok = !setrlimit(RLIMIT_AS, &limit);
	}
	if (file)
		fclose(file);
	return ok;
}

static bool write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= (size_t)n) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

/* In the child, which seals what is whole. */
static void unpack(int from, uint64_t size, int to)
{
	struct rlimit cpu;
	const char *data;
	size_t len = 0;
	Elf *elf;

	harden_process(0);
	/* Ctrl-C is for all of us; nobody waits for it when we are gone. */
	signal(SIGINT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* libdw maps what it reads. */
	if (!limit_memory(size + UNPACKED_MAX + WORK_MAX) || getrlimit(RLIMIT_CPU, &cpu))
		return;
	if (cpu.rlim_max > SECONDS_MAX)
		cpu.rlim_max = SECONDS_MAX;
	cpu.rlim_cur = cpu.rlim_max;
	if (setrlimit(RLIMIT_CPU, &cpu))
		return;
	elf_version(EV_CURRENT);
	elf = dwelf_elf_begin(from);
	data = elf ? elf_rawfile(elf, &len) : NULL;
	if (data && len <= UNPACKED_MAX && write_all(to, data, len))
		fcntl(to, F_ADD_SEALS, SEALS);
}

static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

bool unpack_file(int fd, uint64_t size, int *unpacked)
{
	int to, seals;
	pid_t pid;

	if (size > UNPACKED_MAX || !is_packed(fd))
		return false;
	to = memfd_create("s390memctl", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		unpack(fd, size, to);
		_exit(EXIT_SUCCESS);
	}
	if (pid > 0)
		wait_for(pid);
	seals = fcntl(to, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS) {
		close(to);
		return false;
	}
	*unpacked = to;
	return true;
}
