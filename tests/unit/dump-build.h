/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dump files made byte by byte for the tests. */
#ifndef S390MEMCTL_TESTS_UNIT_DUMP_BUILD_H
#define S390MEMCTL_TESTS_UNIT_DUMP_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/regs.h"
#include "base/buf.h"
#include "target/dump/dump.h"

#define PAGE 4096ULL

/* Append a number, big-endian. */
void add16(struct buf *b, uint16_t v);
void add32(struct buf *b, uint32_t v);
void add64(struct buf *b, uint64_t v);
/* Append zeros up to a multiple of align bytes. */
void add_padding(struct buf *b, size_t align);
/* Append n pages, each full of its number, counted from first. */
void add_pages(struct buf *b, unsigned int first, unsigned int n);
/* Change bytes that are there, big-endian. */
void set16(struct buf *b, size_t offset, uint16_t v);
void set32(struct buf *b, size_t offset, uint32_t v);
void set64(struct buf *b, size_t offset, uint64_t v);
/* size: 1, 2, 4 or 8 bytes. */
void set_number(struct buf *b, size_t offset, size_t size, uint64_t v);

/* Append an ELF note. */
void add_note(struct buf *b, const char *name, uint32_t type, const void *desc, size_t len);
/* Append a PRSTATUS note; pid as it stands in the file. */
void add_prstatus(struct buf *b, const struct s390_regs *regs, uint32_t pid);
/* Append the notes of a CPU as QEMU 7.2 and the kernel do. */
void add_cpu_notes(struct buf *b, const struct s390_regs *regs, uint32_t pid);
/* Registers that differ from each other, for CPU number n. */
struct s390_regs make_regs(unsigned int n);
/* Are these the registers that notes tell of? */
bool same_regs(const struct s390_regs *a, const struct s390_regs *b);

/* A program header; offset is relative to the data, which are appended behind all. */
struct load {
	uint64_t addr, memsz, offset, filesz;
};

#define ELF_HEADER	64
#define PHDR_SIZE	56
/* Offset of program header n. */
#define PHDR(n)		(ELF_HEADER + (size_t)PHDR_SIZE * (n))

/* An ELF dump: program header 0 tells of the notes. */
void make_elf_dump(struct buf *b, const struct buf *notes, const struct load *loads, size_t count,
		   const struct buf *data);

/* Write a file of that content to an unnamed file; path: for dump_open(), 64 bytes. Returns its fd. */
int make_file(const struct buf *b, char *path);

/* Open a dump of that content; NULL: *t has to be closed. */
struct error *open_built(const struct buf *b, int cpu, struct target **t);
/* The same, and it must be good. */
struct target *open_good(const struct buf *b, int cpu);
void close_target(struct target *t);
/* Opening fails with this kind, and a message (or hint) of one line that has these words. */
void assert_refused(const struct buf *b, enum error_kind kind, const char *words);
/*
 * Each of the first end bytes, changed in several ways, but for those that is_boring says: the
 * dump is refused, or is opened and try_all() reads from it and closes it.
 */
void damage_every_byte(const struct buf *b, size_t end,
		       bool (*is_boring)(const struct buf *b, size_t i),
		       void (*try_all)(struct target *t));
/* Nor does the file of make_file() open that is cut to len bytes. */
void assert_cut_refused(int fd, const char *path, size_t len);

/* The usual dump: two CPUs, 8 pages at 0 (numbers 1-8), 2 at 64 KiB (9, 10). */
extern const struct load usual[2];
void make_usual_notes(struct buf *notes);
void make_usual(struct buf *b);
/* A dump with these program headers for those ten pages. */
void make_with(struct buf *b, const struct buf *notes, const struct load *loads, size_t count);

/* Read of the CPU that was chosen; *done: bytes. */
struct error *read_at(struct target *t, enum space space, uint64_t addr, void *buf, size_t len,
		      size_t *done);
/* What the target tells by that key, until the next call; NULL: nothing. */
const char *find_fact(struct target *t, const char *key);

#endif
