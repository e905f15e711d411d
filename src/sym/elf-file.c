/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/elf-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/filemap.h"
#include "sym/unpack.h"

/* What is believed: enough for large programs, a kernel has a tenth of it. */
#define HEADERS_MAX	(1U << 18)	/* sections, segments */
#define NOTES_MAX	(16U << 20)	/* bytes of all sections or segments of notes */
#define SECTION_MAX	(4ULL << 30)	/* bytes of one that has contents: libdw goes through it */
#define UNPACKED_SUM	(2ULL << 30)	/* bytes of all compressed sections, as they say */
#define GNU_HEADER	12U	/* bytes: of .zdebug sections, "ZLIB" and the size when unpacked */
#define COPY_MAX	(256U << 20)	/* bytes */
#define FILE_MAX	(1ULL << 40)	/* bytes; a larger one might not be mapped, but read */

struct elf_file {
	char *path;		/* printable */
	char *raw_path;
	int fd;
	uint64_t size;
	struct filemap map;	/* none where the file cannot be mapped: then it is read */
	Elf *elf;
};

static struct error *file_error(const struct elf_file *f, const char *reason)
{
	return error_new(ERROR_USAGE, "%s: %s", f->path, reason);
}

static struct error *find_size(struct elf_file *f)
{
	struct stat st;

	if (fstat(f->fd, &st))
		return error_os(ERROR_USAGE, errno, "%s", f->path);
	if (!S_ISREG(st.st_mode))
		return file_error(f, "is not a regular file");
	f->size = (uint64_t)st.st_size;
	return f->size > FILE_MAX ? file_error(f, "is too large") : NULL;
}

static struct error *open_file(struct elf_file *f, const char *path)
{
	struct buf shown = BUF_INIT;

	buf_add_escaped(&shown, path, strlen(path));
	buf_adds(&shown, "");
	f->path = shown.data;
	f->raw_path = strdup(path);
	if (!f->path || !f->raw_path)
		return error_nomem();
	/* O_NONBLOCK: a FIFO must not hold us up. */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return f->fd < 0 ? error_os(ERROR_USAGE, errno, "%s", f->path) : find_size(f);
}

/* Headers */

/* Where an ELF header and the first section header have what is checked here. */
static const struct layout {
	size_t word;		/* bytes of e_shoff, sh_size and ch_size */
	size_t e_shoff, header, sh_size, sh_info, ch_size;
} layouts[] = {
	[ELFCLASS32] = {
		4, offsetof(Elf32_Ehdr, e_shoff), sizeof(Elf32_Shdr), offsetof(Elf32_Shdr, sh_size),
		offsetof(Elf32_Shdr, sh_info), offsetof(Elf32_Chdr, ch_size),
	},
	[ELFCLASS64] = {
		8, offsetof(Elf64_Ehdr, e_shoff), sizeof(Elf64_Shdr), offsetof(Elf64_Shdr, sh_size),
		offsetof(Elf64_Shdr, sh_info), offsetof(Elf64_Chdr, ch_size),
	},
};

static uint64_t get_number(const unsigned char *p, size_t bytes, bool big_endian)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		v = v << 8 | p[big_endian ? i : bytes - 1 - i];
	return v;
}

/* Zeros if they are not there. */
static void read_bytes(const struct elf_file *f, uint64_t offset, unsigned char *data, size_t len)
{
	if (!elf_file_has(f, offset, len) || pread(f->fd, data, len, (off_t)offset) != (ssize_t)len)
		memset(data, 0, len);
}

/*
 * Numbers that do not fit into the ELF header stand in the first section header, and libelf
 * makes memory for as many sections and segments before it can be asked how many.
 */
static struct error *check_numbers(const struct elf_file *f)
{
	unsigned char header[sizeof(Elf64_Ehdr)], first[sizeof(Elf64_Shdr)];
	const struct layout *l;
	bool big;

	read_bytes(f, 0, header, sizeof(header));
	if (header[EI_CLASS] != ELFCLASS32 && header[EI_CLASS] != ELFCLASS64)
		return NULL;
	l = &layouts[header[EI_CLASS]];
	big = header[EI_DATA] == ELFDATA2MSB;
	read_bytes(f, get_number(header + l->e_shoff, l->word, big), first, l->header);
	if (get_number(first + l->sh_size, l->word, big) > HEADERS_MAX ||
	    get_number(first + l->sh_info, 4, big) > HEADERS_MAX)
		return file_error(f, "has too many headers");
	return NULL;
}

/* Bytes of a compressed section when it is not; 0: it is not compressed. */
static uint64_t unpacked_size(const struct elf_file *f, const GElf_Shdr *shdr, const char *name)
{
	unsigned char start[sizeof(Elf64_Chdr)];
	const char *ident = elf_getident(f->elf, NULL);
	const struct layout *l = &layouts[(unsigned char)ident[EI_CLASS]];

	if (shdr->sh_type == SHT_NOBITS)
		return 0;
	if (shdr->sh_flags & SHF_COMPRESSED) {
		read_bytes(f, shdr->sh_offset, start, l->ch_size + l->word);
		return get_number(start + l->ch_size, l->word, ident[EI_DATA] == ELFDATA2MSB);
	}
	if (strncmp(name, ".zdebug", strlen(".zdebug")) != 0)
		return 0;
	read_bytes(f, shdr->sh_offset, start, GNU_HEADER);
	return memcmp(start, "ZLIB", 4) ? 0 : get_number(start + 4, 8, true);
}

/*
 * elf_strptr() goes back from the end of the table to a NUL byte for each name: it must be the
 * last one, and the table not be a compressed one.
 */
static struct error *check_names(const struct elf_file *f, size_t *names)
{
	unsigned char last;
	GElf_Shdr shdr;

	*names = 0;
	if (elf_getshdrstrndx(f->elf, names) || !*names || !gelf_getshdr(elf_getscn(f->elf, *names), &shdr) ||
	    !shdr.sh_size)
		return NULL;
	if (!elf_file_has(f, shdr.sh_offset, shdr.sh_size))
		return elf_file_truncated(f);
	if (pread(f->fd, &last, 1, (off_t)(shdr.sh_offset + shdr.sh_size - 1)) != 1 || last ||
	    (shdr.sh_flags & SHF_COMPRESSED))
		return file_error(f, "is damaged: the names of its sections have no end");
	return NULL;
}

/* Whether there is room for these notes, too. */
static bool add_notes(uint64_t *notes, uint64_t size)
{
	if (size > NOTES_MAX - *notes)
		return false;
	*notes += size;
	return true;
}

/*
 * Who looks for the build id goes through all notes, and libelf keeps a copy of each section of
 * the other byte order. libdw goes through sections, and unpacks all that are compressed.
 */
static struct error *check_sections(const struct elf_file *f)
{
	uint64_t notes = 0, unpacked = 0, section_max = f->map.data ? SECTION_MAX : COPY_MAX;
	Elf_Scn *scn = NULL;
	struct error *err;
	GElf_Shdr shdr;
	GElf_Phdr phdr;
	const char *name;
	size_t i, n, names;

	err = check_names(f, &names);
	if (err)
		return err;
	while ((scn = elf_nextscn(f->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			continue;
		if (shdr.sh_type != SHT_NOBITS && shdr.sh_size > section_max)
			return file_error(f, "has a section that is too large");
		name = elf_strptr(f->elf, names, shdr.sh_name);
		if (shdr.sh_type == SHT_NOTE && !add_notes(&notes, shdr.sh_size))
			return file_error(f, "has too many notes");
		if (__builtin_add_overflow(unpacked, unpacked_size(f, &shdr, name ? name : ""),
					   &unpacked) || unpacked > UNPACKED_SUM)
			return file_error(f, "has compressed sections that are too large");
	}
	if (elf_getphdrnum(f->elf, &n))
		n = 0;
	for (i = 0, notes = 0; i < n && i < HEADERS_MAX; i++) {
		if (!gelf_getphdr(f->elf, (int)i, &phdr))
			break;
		if (phdr.p_type == PT_NOTE && !add_notes(&notes, phdr.p_filesz))
			return file_error(f, "has too many notes");
	}
	return NULL;
}

/* Opening */

static struct error *begin(struct elf_file *f)
{
	struct error *err = check_numbers(f);

	if (err)
		return err;
	elf_version(EV_CURRENT);
	if (filemap_open_private(&f->map, f->fd, f->size))
		f->elf = elf_memory((char *)(uintptr_t)f->map.data, f->map.len);
	else
		f->elf = elf_begin(f->fd, ELF_C_READ, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF)
		return error_hint(file_error(f, "is not an ELF file"),
				  "give the guest kernel's vmlinux or another ELF file");
	err = check_sections(f);
	return err ? err : elf_file_check(f);
}

/* What is in a compressed file takes its place. */
static struct error *unpack(struct elf_file *f)
{
	unsigned char magic[SELFMAG];
	int unpacked;

	read_bytes(f, 0, magic, sizeof(magic));
	if (!memcmp(magic, ELFMAG, SELFMAG))
		return NULL;
	if (!unpack_file(f->fd, f->size, &unpacked))
		return error_new(ERROR_USAGE, "%s: is neither an ELF file nor a compressed one of %u MiB "
				 "at most", f->path, UNPACKED_MAX >> 20);
	close(f->fd);
	f->fd = unpacked;
	return find_size(f);
}

static struct error *open_any(const char *path, bool packed, struct elf_file **out)
{
	struct elf_file *f = calloc(1, sizeof(*f));
	struct error *err;

	*out = NULL;
	if (!f)
		return error_nomem();
	f->fd = -1;
	err = open_file(f, path);
	if (!err && packed)
		err = unpack(f);
	if (!err)
		err = begin(f);
	if (err) {
		elf_file_close(f);
		return err;
	}
	*out = f;
	return NULL;
}

struct error *elf_file_open(const char *path, struct elf_file **f)
{
	return open_any(path, false, f);
}

struct error *elf_file_open_packed(const char *path, struct elf_file **f)
{
	return open_any(path, true, f);
}

void elf_file_close(struct elf_file *f)
{
	if (!f)
		return;
	elf_end(f->elf);
	filemap_close(&f->map);
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f->raw_path);
	free(f);
}

const char *elf_file_path(const struct elf_file *f)
{
	return f->path;
}

const char *elf_file_raw_path(const struct elf_file *f)
{
	return f->raw_path;
}

struct Elf *elf_file_elf(const struct elf_file *f)
{
	return f->elf;
}

struct error *elf_file_check(const struct elf_file *f)
{
	struct stat st;

	/* Of the last page of a file zeros are read, and there is no SIGBUS. */
	if (!f || ((!f->map.data || filemap_is_good(&f->map)) && !fstat(f->fd, &st) &&
		   (uint64_t)st.st_size >= f->size))
		return NULL;
	return error_hint(file_error(f, "has become shorter since it was opened, or cannot be read"),
			  "get the file again");
}

bool elf_file_has(const struct elf_file *f, uint64_t offset, uint64_t len)
{
	return offset <= f->size && len <= f->size - offset;
}

struct error *elf_file_truncated(const struct elf_file *f)
{
	return error_hint(file_error(f, "is truncated or damaged: a part lies behind its end"),
			  "get the file again");
}

struct error *elf_file_copy(const struct elf_file *f, uint64_t offset, uint64_t len, void **data)
{
	uint64_t done = 0;
	char *bytes;
	ssize_t n;

	if (!elf_file_has(f, offset, len))
		return elf_file_truncated(f);
	if (len > COPY_MAX)
		return error_new(ERROR_USAGE, "%s: has a table of %llu bytes, which is too large",
				 f->path, (unsigned long long)len);
	bytes = malloc((size_t)len + 1);
	if (!bytes)
		return error_nomem();
	while (done < len) {
		n = pread(f->fd, bytes + done, (size_t)(len - done), (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0) {
			free(bytes);
			return n ? error_os(ERROR_USAGE, errno, "%s", f->path) : elf_file_truncated(f);
		}
		done += (uint64_t)n;
	}
	bytes[len] = '\0';
	*data = bytes;
	return NULL;
}
