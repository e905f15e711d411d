/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/elf-file.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/filemap.h"

struct elf_file {
	char *path;		/* printable */
	int fd;
	uint64_t size;
	struct filemap map;	/* none where the file cannot be mapped: then it is read */
	Elf *elf;
};

static struct error *file_error(const struct elf_file *f, const char *reason)
{
	return error_new(ERROR_USAGE, "%s: %s", f->path, reason);
}

static struct error *open_file(struct elf_file *f, const char *path)
{
	struct buf shown = BUF_INIT;
	struct stat st;

	buf_add_escaped(&shown, path, strlen(path));
	buf_adds(&shown, "");
	f->path = shown.data;
	if (!f->path)
		return error_nomem();
	/* O_NONBLOCK: a FIFO must not hold us up. */
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 || fstat(f->fd, &st))
		return error_os(ERROR_USAGE, errno, "%s", f->path);
	if (!S_ISREG(st.st_mode))
		return file_error(f, "is not a regular file");
	f->size = (uint64_t)st.st_size;
	return NULL;
}

static struct error *begin(struct elf_file *f)
{
	elf_version(EV_CURRENT);
	if (filemap_open_private(&f->map, f->fd, f->size))
		f->elf = elf_memory((char *)(uintptr_t)f->map.data, f->map.len);
	else
		f->elf = elf_begin(f->fd, ELF_C_READ, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF)
		return error_hint(file_error(f, "is not an ELF file"),
				  "give the guest kernel's vmlinux or another ELF file");
	return elf_file_check(f);
}

struct error *elf_file_open(const char *path, struct elf_file **out)
{
	struct elf_file *f = calloc(1, sizeof(*f));
	struct error *err;

	*out = NULL;
	if (!f)
		return error_nomem();
	f->fd = -1;
	err = open_file(f, path);
	if (!err)
		err = begin(f);
	if (err) {
		elf_file_close(f);
		return err;
	}
	*out = f;
	return NULL;
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
	free(f);
}

const char *elf_file_path(const struct elf_file *f)
{
	return f->path;
}

struct Elf *elf_file_elf(const struct elf_file *f)
{
	return f->elf;
}

struct error *elf_file_check(const struct elf_file *f)
{
	if (!f || !f->map.data || filemap_is_good(&f->map))
		return NULL;
	return error_hint(file_error(f, "has become shorter since it was opened, or cannot be read"),
			  "get the file again");
}
