/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/kvm/procfs.h"

/* Take a number off *p; false if there is none or it does not fit. */
static bool take_number(const char **p, int base, unsigned long long *value)
{
	char *end;

	if (**p < '0' || (**p > '9' && base == 10))
		return false;
	errno = 0;
	*value = strtoull(*p, &end, base);
	if (end == *p || errno)
		return false;
	*p = end;
	return true;
}

/* Take a certain character off *p. */
static bool take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

/*
 * Linux fs/proc/array.c do_task_stat(). The name may hold anything, spaces,
 * parentheses and newlines too; no field behind it can: its end is the last ')'.
 */
int procfs_parse_stat(const char *text, struct procfs_stat *st)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	const char *p;
	char *end;
	int field;

	memset(st, 0, sizeof(*st));
	if (!open || !close || close < open || close[1] != ' ' || !close[2])
		return -EINVAL;
	if ((size_t)(close - open) > sizeof(st->comm))
		return -EINVAL;
	memcpy(st->comm, open + 1, (size_t)(close - open) - 1);
	st->state = close[2];
	st->cpu = -1;
	p = close + 3;
	for (field = 4; take_char(&p, ' '); field++) {
		unsigned long long value = strtoull(p, &end, 10);

		if (end == p)
			return -EINVAL;
		p = end;
		if (field == 22)
			st->start_time = value;
		else if (field == 39)
			st->cpu = value < INT_MAX ? (int)value : -1;
		else if (field == 40)
			st->realtime = value != 0;
		else if (field == 43)
			st->guest_time = value;
	}
	return field > 22 ? 0 : -EINVAL;
}

/*
 * The value of "KEY:\t" at the start of a line, NULL if there is none. Name:
 * is the only line with bytes of the process's choice, and the kernel escapes
 * newlines there (fs/proc/array.c task_name()).
 */
static const char *status_value(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *line;

	for (line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (!strncmp(line, key, len) && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, "\t ");
	}
	return NULL;
}

/* count numbers, separated by tabs. False if the line is missing or malformed. */
static bool status_numbers(const char *text, const char *key, int base,
			   unsigned long long *values, int count)
{
	const char *p = status_value(text, key);
	int i;

	for (i = 0; p && i < count; i++) {
		if (i && !take_char(&p, '\t'))
			return false;
		if (!take_number(&p, base, &values[i]))
			return false;
	}
	return p != NULL;
}

/* Hexadecimal numbers of status have no 0x and may start with a letter. */
static uint64_t status_mask(const char *text, const char *key)
{
	const char *p = status_value(text, key);

	return p ? strtoull(p, NULL, 16) : 0;
}

/* Linux fs/proc/array.c proc_pid_status(). */
int procfs_parse_status(const char *text, struct procfs_status *st)
{
	unsigned long long v[3];

	memset(st, 0, sizeof(*st));
	st->seccomp = -1;
	if (!status_numbers(text, "Uid", 10, v, 3))
		return -EINVAL;
	st->uid = (uid_t)v[0];
	st->euid = (uid_t)v[1];
	st->suid = (uid_t)v[2];
	if (!status_numbers(text, "Gid", 10, v, 3))
		return -EINVAL;
	st->gid = (gid_t)v[0];
	st->egid = (gid_t)v[1];
	st->sgid = (gid_t)v[2];
	if (status_numbers(text, "Tgid", 10, v, 1))
		st->tgid = (pid_t)v[0];
	if (status_numbers(text, "PPid", 10, v, 1))
		st->ppid = (pid_t)v[0];
	if (status_numbers(text, "TracerPid", 10, v, 1))
		st->tracer = (pid_t)v[0];
	if (status_numbers(text, "Seccomp", 10, v, 1))
		st->seccomp = (int)v[0];
	st->cap_prm = status_mask(text, "CapPrm");
	st->cap_eff = status_mask(text, "CapEff");
	return 0;
}

/* Linux fs/proc/base.c proc_pid_syscall(). */
int procfs_parse_syscall(const char *text, struct procfs_syscall *sc)
{
	unsigned long long words[8] = { 0 };
	const char *p = text;
	int i, first = 0;
	long nr;
	char *end;

	memset(sc, 0, sizeof(*sc));
	if (!strncmp(text, "running", 7)) {
		sc->kind = PROCFS_RUNNING;
		return 0;
	}
	errno = 0;
	nr = strtol(p, &end, 10);
	if (end == p || errno || nr < -1)
		return -EINVAL;
	p = end;
	/* -1 SP PC, or NR and six arguments and SP PC */
	if (nr == -1)
		first = 6;
	for (i = first; i < 8; i++) {
		if (!take_char(&p, ' ') || strncmp(p, "0x", 2) ||
		    !take_number(&p, 16, &words[i]))
			return -EINVAL;
	}
	if (*p && *p != '\n')
		return -EINVAL;
	sc->kind = nr == -1 ? PROCFS_NO_SYSCALL : PROCFS_IN_SYSCALL;
	sc->nr = nr;
	for (i = 0; i < 6; i++)
		sc->args[i] = words[i];
	sc->sp = words[6];
	sc->pc = words[7];
	return 0;
}

/* A number of maps: hexadecimal without 0x, ends at the character given. */
static bool map_number(const char **p, int base, char stop, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(*p, &end, base);
	if (end == *p || errno || *end != stop || **p == '-' || **p == ' ')
		return false;
	*p = end + 1;
	return true;
}

/* Linux fs/proc/task_mmu.c show_map_vma(); newlines in paths are printed as \012. */
static int parse_map(const char *line, struct procfs_map *map)
{
	const char *p = line;
	uint64_t minor;

	if (!map_number(&p, 16, '-', &map->start) ||
	    !map_number(&p, 16, ' ', &map->end) || map->end <= map->start)
		return -EINVAL;
	if (strnlen(p, 5) < 5 || p[4] != ' ')
		return -EINVAL;
	map->read = p[0] == 'r';
	map->write = p[1] == 'w';
	map->exec = p[2] == 'x';
	map->shared = p[3] == 's';
	p += 5;
	if (!map_number(&p, 16, ' ', &map->offset) ||
	    !map_number(&p, 16, ':', &minor) || !map_number(&p, 16, ' ', &minor))
		return -EINVAL;
	errno = 0;
	if (*p < '0' || *p > '9')
		return -EINVAL;
	map->inode = strtoull(p, (char **)&p, 10);
	if (errno || (*p && *p != ' '))
		return -EINVAL;
	map->path = p + strspn(p, " ");
	return 0;
}

int procfs_next_map(char **text, struct procfs_map *map)
{
	char *line = *text, *end;

	memset(map, 0, sizeof(*map));
	map->path = "";
	if (!*line)
		return 0;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	*text = end ? end + 1 : line + strlen(line);
	return parse_map(line, map) ? -EINVAL : 1;
}
