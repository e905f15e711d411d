/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long s390memctl takes to dump 512 MiB of virtual addresses from an ELF
 * dump to a file, beside dd of the same bytes of the dump file; both on tmpfs,
 * in turn. The tables in the dump are those of a kernel, its frames in runs of
 * 256 pages that lie in another order than the addresses.
 *
 * Usage: bench-dump S390MEMCTL [DIRECTORY [ROUNDS]]
 * DIRECTORY: on tmpfs, with room for 1.6 GiB (/dev/shm).
 * Result: medians, their quotient, and the most memory s390memctl had resident;
 * exit code 1 if the quotient is below 0.9 or the memory above 64 MiB.
 */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/endian.h"

#define MIB		0x100000ULL
#define PAGE		4096ULL
#define DATA_BYTES	(512 * MIB)
#define TABLES_AT	DATA_BYTES		/* absolute: behind the data */
#define SEGMENTS	(DATA_BYTES / MIB)
#define STORAGE_BYTES	(DATA_BYTES + 2 * MIB)
#define VIRTUAL		0x80000000ULL		/* region-third index 1 */
#define DATA_OFFSET	MIB			/* of absolute 0 in the file */
#define MAX_ROUNDS	99
#define MEMORY_MAX	(64 * MIB)
#define WANTED		0.9

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void write_at(int fd, uint64_t offset, const void *data, size_t len)
{
	if (pwrite(fd, data, len, (off_t)offset) != (ssize_t)len)
		fail("write");
}

/* Region-third table, segment table, page tables; in one piece at TABLES_AT. */
static void write_tables(int fd)
{
	uint64_t segment_table = TABLES_AT + PAGE, page_tables, i, j, frame;
	unsigned char *t = calloc(1, STORAGE_BYTES - DATA_BYTES);

	if (!t)
		fail("memory");
	page_tables = segment_table + 4 * PAGE;
	for (i = 0; i < 512; i++)
		put_be64(t + 8 * i, 0x24);		/* invalid */
	put_be64(t + 8, segment_table | 0x07);		/* region-third, whole table */
	for (i = 0; i < 2048; i++)
		put_be64(t + PAGE + 8 * i, i < SEGMENTS ? page_tables + i * 0x800 : 0x20);
	for (i = 0; i < SEGMENTS; i++) {
		frame = (i * 77 + 13) % SEGMENTS;	/* a permutation */
		for (j = 0; j < 256; j++)
			put_be64(t + 5 * PAGE + i * 0x800 + 8 * j, frame * MIB + j * PAGE);
	}
	write_at(fd, DATA_OFFSET + TABLES_AT, t, STORAGE_BYTES - DATA_BYTES);
	free(t);
}

static size_t add_note(unsigned char *p, uint32_t type, const void *desc, uint32_t len)
{
	put_be32(p, 6);
	put_be32(p + 4, len);
	put_be32(p + 8, type);
	memcpy(p + 12, "LINUX\0\0", 8);
	memcpy(p + 20, desc, len);
	return 20 + ((len + 3) & ~3U);
}

static void write_headers(int fd)
{
	unsigned char status[336] = { 0 }, control[128] = { 0 }, prefix[4] = { 0 }, notes[1024];
	Elf64_Ehdr e = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2MSB, EV_CURRENT } };
	Elf64_Phdr p[2] = { { 0 } };
	size_t len;

	put_be64(status + 112, 0x0400000180000000ULL);	/* DAT on, primary space, 64-bit */
	put_be64(control + 8, TABLES_AT | 0x04);	/* CR1: region-third table, first quarter */
	put_be32(prefix, (uint32_t)(TABLES_AT + MIB + MIB / 2 + MIB / 4));
	len = add_note(notes, NT_PRSTATUS, status, sizeof(status));
	len += add_note(notes + len, NT_S390_CTRS, control, sizeof(control));
	len += add_note(notes + len, NT_S390_PREFIX, prefix, sizeof(prefix));
	put_be16(&e.e_type, ET_CORE);
	put_be16(&e.e_machine, EM_S390);
	put_be32(&e.e_version, EV_CURRENT);
	put_be64(&e.e_phoff, sizeof(e));
	put_be16(&e.e_ehsize, sizeof(e));
	put_be16(&e.e_phentsize, sizeof(p[0]));
	put_be16(&e.e_phnum, 2);
	put_be32(&p[0].p_type, PT_NOTE);
	put_be64(&p[0].p_offset, sizeof(e) + sizeof(p));
	put_be64(&p[0].p_filesz, len);
	put_be32(&p[1].p_type, PT_LOAD);
	put_be64(&p[1].p_offset, DATA_OFFSET);
	put_be64(&p[1].p_filesz, STORAGE_BYTES);
	put_be64(&p[1].p_memsz, STORAGE_BYTES);
	write_at(fd, 0, &e, sizeof(e));
	write_at(fd, sizeof(e), p, sizeof(p));
	write_at(fd, sizeof(e) + sizeof(p), notes, len);
}

static void make_dump(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint64_t *piece = malloc(MIB), at, i;

	if (fd < 0 || !piece)
		fail(path);
	write_headers(fd);
	for (at = 0; at < DATA_BYTES; at += MIB) {
		for (i = 0; i < MIB / 8; i++)
			piece[i] = (at + i) * 0x9e3779b97f4a7c15ULL;
		write_at(fd, DATA_OFFSET + at, piece, MIB);
	}
	write_tables(fd);
	free(piece);
	close(fd);
}

/* Run a program without output; seconds, and in *memory the bytes that it had resident at most. */
static double run(const char *const *argv, uint64_t *memory)
{
	struct timespec from, to;
	struct rusage usage;
	int status, null;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
			_exit(127);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		fail("wait");
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench-dump: %s has failed\n", argv[0]);
		exit(2);
	}
	*memory = (uint64_t)usage.ru_maxrss * 1024;
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	const char *directory = argc > 2 ? argv[2] : "/dev/shm";
	int rounds = argc > 3 ? atoi(argv[3]) : 7, i;
	double ours[MAX_ROUNDS], dd[MAX_ROUNDS], quotient;
	char dump[256], out[256], from[300], to[300], address[32], length[32];
	const char *dump_argv[] = { argv[1], "-d", dump, "--quiet", "dump", address, length, out, NULL };
	const char *dd_argv[] = { "dd", from, to, "bs=1M", "skip=1", "count=512", NULL };
	uint64_t memory, most = 0;

	if (argc < 2 || rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: bench-dump S390MEMCTL [DIRECTORY [ROUNDS]]\n");
		return 64;
	}
	snprintf(dump, sizeof(dump), "%s/bench-dump.%d.elf", directory, (int)getpid());
	snprintf(out, sizeof(out), "%s/bench-dump.%d.out", directory, (int)getpid());
	snprintf(from, sizeof(from), "if=%s", dump);
	snprintf(to, sizeof(to), "of=%s", out);
	snprintf(address, sizeof(address), "0x%llx", (unsigned long long)VIRTUAL);
	snprintf(length, sizeof(length), "0x%llx", (unsigned long long)DATA_BYTES);
	make_dump(dump);
	for (i = 0; i < rounds; i++) {
		unlink(out);
		ours[i] = run(dump_argv, &memory);
		most = memory > most ? memory : most;
		unlink(out);
		dd[i] = run(dd_argv, &memory);
	}
	unlink(out);
	unlink(dump);
	qsort(ours, (size_t)rounds, sizeof(*ours), compare);
	qsort(dd, (size_t)rounds, sizeof(*dd), compare);
	quotient = dd[rounds / 2] / ours[rounds / 2];
	printf("s390memctl dump  %7.3f s  %6.0f MiB/s\n", ours[rounds / 2], 512 / ours[rounds / 2]);
	printf("dd               %7.3f s  %6.0f MiB/s\n", dd[rounds / 2], 512 / dd[rounds / 2]);
	printf("s390memctl/dd    %7.2f (wanted: %.1f)\n", quotient, WANTED);
	printf("resident         %7.1f MiB (allowed: %llu)\n", (double)most / MIB, MEMORY_MAX / MIB);
	return quotient < WANTED || most > MEMORY_MAX;
}
