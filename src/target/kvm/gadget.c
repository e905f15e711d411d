/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/gadget.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/process-vm.h"

/* Where code is looked for, best first; behind them comes the program itself. */
static const char *const libraries[] = {
	"/libc.so.", "/libc-", "/libc.musl", "/ld-musl", "[vdso]", "/libpthread", "/ld-linux",
	"/ld64.so", "/ld-2", NULL
};

/* Pieces in which code is read; a gadget may straddle two, so they overlap. */
#define PIECE 65536
#define OVERLAP 256

struct mapping {
	uint64_t start, end;
	unsigned int rank;	/* index in libraries[]; the program itself comes last */
};

/* Is the mapping of this path one to look through? Sets its rank. */
static bool path_rank(const char *path, const char *exe, unsigned int *rank)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash : path;
	unsigned int i;

	for (i = 0; libraries[i]; i++) {
		if (!strncmp(name, libraries[i], strlen(libraries[i]))) {
			*rank = i;
			return true;
		}
	}
	*rank = i;
	return exe[0] && !strcmp(path, exe);
}

/* Take a line of /proc/PID/maps apart; false if it is not for us. */
static bool mapping_parse(const char *line, const char *exe, struct mapping *m)
{
	char perms[5], path[4096];
	int n;

	n = sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %4095[^\n]", &m->start,
		   &m->end, perms, path);
	if (n != 4 || m->start >= m->end || m->end - m->start > (1ULL << 32))
		return false;
	return perms[0] == 'r' && perms[1] == '-' && perms[2] == 'x' &&
	       path_rank(path, exe, &m->rank);
}

static int mapping_cmp(const void *a, const void *b)
{
	const struct mapping *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->start < y->start ? -1 : x->start > y->start;
}

/* All mappings to look through, best first. */
static struct error *mappings_get(pid_t pid, struct mapping **maps, size_t *count)
{
	char path[64], exe[4096] = "", *line = NULL;
	struct mapping m, *more;
	struct error *err = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *f;

	*maps = NULL;
	*count = 0;
	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = readlink(path, exe, sizeof(exe) - 1);
	exe[len > 0 ? len : 0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return error_os(ERROR_TARGET, errno, "%s", path);
	while (getline(&line, &size, f) >= 0) {
		if (!mapping_parse(line, exe, &m))
			continue;
		more = realloc(*maps, (*count + 1) * sizeof(m));
		if (!more) {
			err = error_nomem();
			break;
		}
		*maps = more;
		(*maps)[(*count)++] = m;
	}
	free(line);
	fclose(f);
	if (*count)
		qsort(*maps, *count, sizeof(m), mapping_cmp);
	return err;
}

/* Look through one mapping; true when nothing better can be found. */
static bool mapping_scan(pid_t pid, const struct mapping *m, unsigned char *buf,
			 struct inject_gadget *g)
{
	uint64_t addr = m->start;

	while (addr < m->end) {
		size_t want = m->end - addr < PIECE ? m->end - addr : PIECE;
		ssize_t got = process_vm_read(pid, addr, buf, want);

		if (got <= 0)
			return false;
		if (inject_arch_scan(buf, (size_t)got, addr, g))
			return true;
		if (addr + want >= m->end || (size_t)got <= OVERLAP)
			return false;
		addr += (size_t)got - OVERLAP;
	}
	return false;
}

struct error *gadget_find(pid_t pid, struct inject_gadget *g)
{
	struct mapping *maps;
	unsigned char *buf;
	struct error *err;
	size_t i, count;

	memset(g, 0, sizeof(*g));
	err = mappings_get(pid, &maps, &count);
	if (err) {
		free(maps);
		return err;
	}
	buf = malloc(PIECE);
	if (!buf) {
		free(maps);
		return error_nomem();
	}
	for (i = 0; i < count; i++)
		if (mapping_scan(pid, &maps[i], buf, g))
			break;
	free(buf);
	free(maps);
	if (g->call && g->sigreturn)
		return NULL;
	return error_hint(
		error_new(ERROR_REFUSED,
			  "process %d has no code through which a system call can be made so "
			  "that its thread comes back by itself (%s not found in libc, the "
			  "vdso and the program)",
			  (int)pid, !g->call ? "a system call that returns" : "rt_sigreturn"),
		"such a VMM cannot be worked on safely; it is untouched");
}
