/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dump-image.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/dat-bits.h"
#include "base/endian.h"
#include "bench.h"

#define PAGE		4096ULL
#define MIB		BENCH_MIB
#define SEGMENTS	2048U		/* of a segment table */
#define PREFIX_AREA	(2 * PAGE)

static void write_at(int fd, uint64_t offset, const void *data, size_t len)
{
	if (pwrite(fd, data, len, (off_t)offset) != (ssize_t)len)
		bench_fail("write");
}

/* Bytes of the tables: region-third, segment tables, a page table a segment. */
static uint64_t table_bytes(const struct image *image)
{
	uint64_t segment_tables = (image->mapped / MIB + SEGMENTS - 1) / SEGMENTS;
	uint64_t bytes = 4 * PAGE * (1 + segment_tables) + image->mapped / MIB * PAGE_TABLE_BYTES;

	return (bytes + MIB - 1) & -MIB;
}

/* The frame of a segment: a permutation of all that there are. */
static uint64_t segment_frame(const struct image *image, uint64_t segment)
{
	uint64_t frames = image->data / MIB;

	return (segment * 77 + 13) % frames * MIB;
}

static void write_tables(const struct image *image, int fd)
{
	uint64_t count = image->mapped / MIB, bytes = table_bytes(image), i, j;
	uint64_t segment_tables = (count + SEGMENTS - 1) / SEGMENTS;
	uint64_t pages = 4 * PAGE * (1 + segment_tables);	/* page tables, from image->tables on */
	uint64_t first = IMAGE_VIRTUAL >> REGION_THIRD_SHIFT;
	unsigned char *t = calloc(1, bytes), *entry;

	if (!t)
		bench_fail("tables");
	for (i = 0; i < SEGMENTS; i++)
		put_be64(t + 8 * i, i - first >= segment_tables ? RSTE_INVALID | 1 << 2 :
			 (image->tables + 4 * PAGE * (i - first + 1)) | 1 << 2 | RSTE_LENGTH);
	for (i = 0; i < segment_tables * SEGMENTS; i++)
		put_be64(t + 4 * PAGE + 8 * i, i >= count ? RSTE_INVALID :
			 image->tables + pages + i * PAGE_TABLE_BYTES);
	for (i = 0; i < count; i++) {
		entry = t + pages + i * PAGE_TABLE_BYTES;
		for (j = 0; j < PAGE_TABLE_ENTRIES; j++)
			put_be64(entry + 8 * j, segment_frame(image, i) + j * PAGE);
	}
	write_at(fd, IMAGE_DATA + image->tables, t, bytes);
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

static void write_headers(const struct image *image, int fd)
{
	unsigned char status[336] = { 0 }, control[128] = { 0 }, prefix[4] = { 0 }, notes[1024];
	Elf64_Ehdr e = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2MSB, EV_CURRENT } };
	uint64_t size = image->data + table_bytes(image);
	Elf64_Phdr p[2] = { { 0 } };
	size_t len;

	put_be64(status + 112, 0x0400000180000000ULL);	/* DAT on, primary space, 64-bit */
	put_be64(control + 8, image->tables | 1 << 2 | ASCE_LENGTH);
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
	put_be64(&p[1].p_offset, IMAGE_DATA);
	put_be64(&p[1].p_filesz, size);
	put_be64(&p[1].p_memsz, size);
	write_at(fd, 0, &e, sizeof(e));
	write_at(fd, sizeof(e), p, sizeof(p));
	write_at(fd, sizeof(e) + sizeof(p), notes, len);
}

/* Small numbers and pointers into the first 2 GiB, in some words of a page. */
static void fill_pointers(unsigned char *page)
{
	unsigned int i;

	for (i = 0; i < PAGE; i += 8) {
		if (bench_random() % 4 == 0)
			put_be64(page + i, bench_random() & 0x7ffffff8);
	}
}

static void fill(unsigned char *piece, int zeros)
{
	uint64_t i, word;

	if (zeros) {
		memset(piece, 0, MIB);
		for (i = 0; i < MIB; i += PAGE) {
			if (bench_random() % 10 == 0)
				fill_pointers(piece + i);
		}
		return;
	}
	for (i = 0; i < MIB; i += sizeof(word)) {
		word = bench_random();
		memcpy(piece + i, &word, sizeof(word));
	}
}

void image_make(struct image *image, const char *path, uint64_t data, uint64_t mapped, int zeros)
{
	unsigned char *piece = malloc(MIB);
	uint64_t at;
	int fd;

	unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || !piece)
		bench_fail(path);
	*image = (struct image){ .data = data, .mapped = mapped, .tables = data };
	write_headers(image, fd);
	for (at = 0; at < data; at += MIB) {
		fill(piece, zeros);
		if (!at)
			memset(piece, 0, PREFIX_AREA);
		write_at(fd, IMAGE_DATA + at, piece, MIB);
	}
	write_tables(image, fd);
	free(piece);
	close(fd);
}
