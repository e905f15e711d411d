/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fbaout DISK: append the standard input to a raw disk as it comes.
 *
 * The host reads the disk's file while the guest runs (hercules.py), so what
 * a reader may see is always complete: a record's data are written, then its
 * header. A record is one block of header and the data, padded to a block:
 *
 *	0  8  "BEDOUT01"
 *	8  4  number of the record, from 1
 *	12 4  bytes of data; 0: the stream ends here
 *
 * The header is in the machine's byte order, big-endian.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 512
#define CHUNK (128 * BLOCK)

struct header {
	char magic[8];
	uint32_t number;
	uint32_t length;
	char pad[BLOCK - 16];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

static int write_blocks(int disk, const void *data, size_t length, off_t at)
{
	const char *next = data;

	while (length) {
		ssize_t n = pwrite(disk, next, length, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		next += n;
		at += n;
		length -= n;
	}
	return fdatasync(disk);
}

/* One record at *at, which moves behind it. */
static int write_record(int disk, uint32_t number, const char *data,
			uint32_t length, off_t *at)
{
	struct header header = { .magic = "BEDOUT01" };
	size_t padded = (length + BLOCK - 1) / BLOCK * BLOCK;

	header.number = number;
	header.length = length;
	if (length && write_blocks(disk, data, padded, *at + BLOCK))
		return -1;
	if (write_blocks(disk, &header, sizeof(header), *at))
		return -1;
	*at += BLOCK + padded;
	return 0;
}

int main(int argc, char **argv)
{
	static char data[CHUNK];
	uint32_t number = 1;
	off_t at = 0;
	int disk;

	if (argc != 2) {
		fprintf(stderr, "usage: fbaout DISK\n");
		return 2;
	}
	disk = open(argv[1], O_WRONLY);
	if (disk < 0) {
		perror(argv[1]);
		return 1;
	}
	for (;;) {
		ssize_t n = read(STDIN_FILENO, data, sizeof(data));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			perror("fbaout: standard input");
			return 1;
		}
		memset(data + n, 0, sizeof(data) - n);
		if (write_record(disk, number++, data, n, &at)) {
			perror(argv[1]);
			return 1;
		}
		if (n == 0)
			return 0;
	}
}
