/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/elf-image.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

struct elf_image {
	int fd;
	Elf *elf;
	bool relocatable;
};

static struct error *file_error(const char *path, const char *what)
{
	struct buf shown = BUF_INIT;
	struct error *err;

	buf_add_escaped(&shown, path, strlen(path));
	err = error_new(ERROR_USAGE, "%s: %s", buf_str(&shown), what);
	buf_free(&shown);
	return err;
}

struct error *elf_image_open(const char *path, struct elf_image **out)
{
	struct elf_image *img = calloc(1, sizeof(*img));
	GElf_Ehdr ehdr;
	struct error *err = NULL;
	struct stat st;

	*out = NULL;
	if (!img)
		return error_nomem();
	elf_version(EV_CURRENT);
	img->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (img->fd < 0 || fstat(img->fd, &st) < 0)
		err = file_error(path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err = file_error(path, "no regular file");
	if (!err)
		img->elf = elf_begin(img->fd, ELF_C_READ_MMAP, NULL);
	if (!err && (!img->elf || elf_kind(img->elf) != ELF_K_ELF || !gelf_getehdr(img->elf, &ehdr)))
		err = file_error(path, "no ELF file");
	if (err) {
		elf_image_close(img);
		return err;
	}
	img->relocatable = ehdr.e_type == ET_REL;
	*out = img;
	return NULL;
}

void elf_image_close(struct elf_image *img)
{
	if (!img)
		return;
	elf_end(img->elf);
	if (img->fd >= 0)
		close(img->fd);
	free(img);
}

void elf_image_build_id(const struct elf_image *img, char *text, size_t size)
{
	const unsigned char *id = NULL;
	const void *data = NULL;
	ssize_t len = dwelf_elf_gnu_build_id(img->elf, &data);
	ssize_t i;

	text[0] = '\0';
	for (i = 0, id = data; i < len && 2 * (size_t)i + 3 <= size; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

bool elf_image_read(const struct elf_image *img, uint64_t addr, void *buf, size_t len)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	GElf_Shdr shdr;

	while (!img->relocatable && (scn = elf_nextscn(img->elf, scn)) != NULL) {
		if (!gelf_getshdr(scn, &shdr) || !(shdr.sh_flags & SHF_ALLOC) ||
		    shdr.sh_type == SHT_NOBITS || (shdr.sh_flags & SHF_COMPRESSED) ||
		    addr < shdr.sh_addr || addr - shdr.sh_addr >= shdr.sh_size ||
		    len > shdr.sh_size - (addr - shdr.sh_addr))
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || !data->d_buf || data->d_size < addr - shdr.sh_addr + len)
			return false;
		memcpy(buf, (const char *)data->d_buf + (addr - shdr.sh_addr), len);
		return true;
	}
	return false;
}
