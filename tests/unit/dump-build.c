/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dump-build.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/endian.h"

void add16(struct buf *b, uint16_t v)
{
	put_be16(&v, v);
	buf_add(b, &v, sizeof(v));
}

void add32(struct buf *b, uint32_t v)
{
	put_be32(&v, v);
	buf_add(b, &v, sizeof(v));
}

void add64(struct buf *b, uint64_t v)
{
	put_be64(&v, v);
	buf_add(b, &v, sizeof(v));
}

void add_padding(struct buf *b, size_t align)
{
	while (b->len % align)
		buf_addc(b, 0);
}

void add_pages(struct buf *b, unsigned int first, unsigned int n)
{
	unsigned char page[PAGE];

	for (; n; n--, first++) {
		memset(page, (int)first, sizeof(page));
		buf_add(b, page, sizeof(page));
	}
}

void set16(struct buf *b, size_t offset, uint16_t v)
{
	assert_true(offset + 2 <= b->len);
	put_be16(b->data + offset, v);
}

void set32(struct buf *b, size_t offset, uint32_t v)
{
	assert_true(offset + 4 <= b->len);
	put_be32(b->data + offset, v);
}

void set64(struct buf *b, size_t offset, uint64_t v)
{
	assert_true(offset + 8 <= b->len);
	put_be64(b->data + offset, v);
}

void set_number(struct buf *b, size_t offset, size_t size, uint64_t v)
{
	assert_true(offset + size <= b->len);
	for (; size; size--, v >>= 8)
		b->data[offset + size - 1] = (char)v;
}

void add_note(struct buf *b, const char *name, uint32_t type, const void *desc, size_t len)
{
	add32(b, (uint32_t)strlen(name) + 1);
	add32(b, (uint32_t)len);
	add32(b, type);
	buf_add(b, name, strlen(name) + 1);
	add_padding(b, 4);
	buf_add(b, desc, len);
	add_padding(b, 4);
}

void add_prstatus(struct buf *b, const struct s390_regs *regs, uint32_t pid)
{
	unsigned char desc[336] = { 0 };
	int i;

	put_be32(desc + 32, pid);
	put_be64(desc + 112, regs->psw_mask);
	put_be64(desc + 120, regs->psw_addr);
	for (i = 0; i < 16; i++) {
		put_be64(desc + 128 + 8 * i, regs->gprs[i]);
		put_be32(desc + 256 + 4 * i, regs->acrs[i]);
	}
	add_note(b, "CORE", NT_PRSTATUS, desc, sizeof(desc));
}

void add_cpu_notes(struct buf *b, const struct s390_regs *regs, uint32_t pid)
{
	unsigned char fp[136] = { 0 }, control[128], prefix[4], timer[8] = { 0 };
	int i;

	add_prstatus(b, regs, pid);
	put_be32(fp, regs->fpc);
	add_note(b, "CORE", NT_FPREGSET, fp, sizeof(fp));
	add_note(b, "LINUX", NT_S390_TIMER, timer, sizeof(timer));
	for (i = 0; i < 16; i++)
		put_be64(control + 8 * i, regs->crs[i]);
	add_note(b, "LINUX", NT_S390_CTRS, control, sizeof(control));
	put_be32(prefix, regs->prefix);
	add_note(b, "LINUX", NT_S390_PREFIX, prefix, sizeof(prefix));
}

struct s390_regs make_regs(unsigned int n)
{
	struct s390_regs regs = {
		.psw_mask = 0x0000000180000000ULL,	/* DAT off */
		.psw_addr = 0x1000 + n,
		.prefix = 0x2000,
		.fpc = 0x00080000 + n,
		.coherent = true,
	};
	unsigned int i;

	for (i = 0; i < 16; i++) {
		regs.gprs[i] = 0x1111000000000000ULL * (n + 1) + i;
		regs.crs[i] = 0x0000222200000000ULL * (n + 1) + i;
		regs.acrs[i] = 0x30000000U + 0x10000U * n + i;
	}
	return regs;
}

bool same_regs(const struct s390_regs *a, const struct s390_regs *b)
{
	return a->psw_mask == b->psw_mask && a->psw_addr == b->psw_addr &&
	       a->prefix == b->prefix && a->fpc == b->fpc &&
	       !memcmp(a->gprs, b->gprs, sizeof(a->gprs)) &&
	       !memcmp(a->acrs, b->acrs, sizeof(a->acrs)) &&
	       !memcmp(a->crs, b->crs, sizeof(a->crs));
}

static void add_phdr(struct buf *b, uint32_t type, uint64_t offset, uint64_t addr,
		     uint64_t filesz, uint64_t memsz)
{
	add32(b, type);
	add32(b, PF_R);
	add64(b, offset);
	add64(b, addr + 0x380000000000ULL);	/* virtual: not to be used */
	add64(b, addr);
	add64(b, filesz);
	add64(b, memsz);
	add64(b, PAGE);
}

void make_elf_dump(struct buf *b, const struct buf *notes, const struct load *loads, size_t count,
		   const struct buf *data)
{
	size_t first = PHDR(count + 1), i;
	uint64_t base = first + notes->len;

	buf_add(b, ELFMAG, SELFMAG);
	buf_addc(b, ELFCLASS64);
	buf_addc(b, ELFDATA2MSB);
	buf_addc(b, EV_CURRENT);
	add_padding(b, 16);
	add16(b, ET_CORE);
	add16(b, EM_S390);
	add32(b, EV_CURRENT);
	add64(b, 0);			/* e_entry */
	add64(b, ELF_HEADER);		/* e_phoff */
	add64(b, 0);			/* e_shoff */
	add32(b, 0);
	add16(b, ELF_HEADER);
	add16(b, PHDR_SIZE);
	add16(b, (uint16_t)(count + 1));
	add16(b, 0);
	add16(b, 0);
	add16(b, 0);
	add_phdr(b, PT_NOTE, first, 0, notes->len, notes->len);
	for (i = 0; i < count; i++)
		add_phdr(b, PT_LOAD, loads[i].offset == UINT64_MAX ? UINT64_MAX : base + loads[i].offset,
			 loads[i].addr, loads[i].filesz, loads[i].memsz);
	buf_add(b, notes->data, notes->len);
	buf_add(b, data->data, data->len);
	assert_false(buf_failed(b));
}

int make_file(const struct buf *b, char *path)
{
	int fd = memfd_create("dump", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, b->data, b->len), (ssize_t)b->len);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static const struct dump_options options;

struct error *open_built(const struct buf *b, int cpu, struct target **t)
{
	char path[64];
	int fd = make_file(b, path);
	struct error *err = dump_open(path, cpu, &options, t);

	close(fd);
	assert_true(!err == !!*t);
	return err;
}

struct target *open_good(const struct buf *b, int cpu)
{
	struct target *t;
	struct error *err = open_built(b, cpu, &t);

	if (err)
		fail_msg("%s", err->message);
	return t;
}

void close_target(struct target *t)
{
	assert_null(t->ops->close(t));
}

void assert_refused(const struct buf *b, enum error_kind kind, const char *words)
{
	struct target *t;
	struct error *err = open_built(b, 0, &t);

	if (!err)
		fail_msg("was opened; '%s' expected", words);
	if (err->kind != kind || !(strstr(err->message, words) || (err->hint && strstr(err->hint, words))))
		fail_msg("kind %d: %s; '%s' expected", err->kind, err->message, words);
	assert_null(strchr(err->message, '\n'));
	error_free(err);
}

void assert_cut_refused(int fd, const char *path, size_t len)
{
	struct target *t;
	struct error *err;

	assert_int_equal(ftruncate(fd, (off_t)len), 0);
	err = dump_open(path, 0, &options, &t);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_TARGET);
	error_free(err);
}

void damage_every_byte(const struct buf *b, size_t end,
		       bool (*is_boring)(const struct buf *b, size_t i),
		       void (*try_all)(struct target *t))
{
	static const unsigned char masks[] = { 0xff, 0x80 };
	struct target *t;
	struct error *err;
	char path[64], changed;
	size_t i, j;
	int fd = make_file(b, path);

	for (i = 0; i < end; i++) {
		if (is_boring(b, i))
			continue;
		for (j = 0; j < sizeof(masks); j++) {
			changed = (char)(b->data[i] ^ masks[j]);
			assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
			err = dump_open(path, 0, &options, &t);
			if (!err)
				try_all(t);
			error_free(err);
		}
		assert_int_equal(pwrite(fd, b->data + i, 1, (off_t)i), 1);
	}
	close(fd);
}

/* The usual dump */

const struct load usual[2] = {
	{ 0x10000, 2 * PAGE, 8 * PAGE, 2 * PAGE },
	{ 0, 8 * PAGE, 0, 8 * PAGE },
};

void make_usual_notes(struct buf *notes)
{
	struct s390_regs regs = make_regs(0), second = make_regs(1);
	const char *text = "OSRELEASE=6.1.0-test\nPAGESIZE=4096\n";

	add_cpu_notes(notes, &regs, 1);
	second.prefix = 0x4000;
	add_cpu_notes(notes, &second, 2);
	add_note(notes, "VMCOREINFO", 0, text, strlen(text));
}

void make_with(struct buf *b, const struct buf *notes, const struct load *loads, size_t count)
{
	struct buf data = BUF_INIT;

	add_pages(&data, 1, 10);
	make_elf_dump(b, notes, loads, count, &data);
	buf_free(&data);
}

void make_usual(struct buf *b)
{
	struct buf notes = BUF_INIT;

	make_usual_notes(&notes);
	make_with(b, &notes, usual, 2);
	buf_free(&notes);
}

struct error *read_at(struct target *t, enum space space, uint64_t addr, void *buf,
		      size_t len, size_t *done)
{
	struct access a = ACCESS_INIT(addr);

	a.space = space;
	return t->ops->read(t, &a, buf, len, done);
}

const char *find_fact(struct target *t, const char *key)
{
	static struct target_fact f;
	size_t i;

	for (i = 0; t->ops->fact(t, i, &f); i++)
		if (!strcmp(f.key, key))
			return f.value;
	return NULL;
}
