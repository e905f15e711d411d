/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/dump/cpus.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/endian.h"

#ifndef NT_S390_PV_CPU_DATA
#define NT_S390_PV_CPU_DATA	0x30e
#endif

#define PREFIX_MASK	0x7fffe000U
#define NUMBER_MAX	65536	/* CPUs have 16-bit addresses */

/* Offsets in struct elf_prstatus of s390x, and as much as is read of it. */
enum {
	PRSTATUS_PID = 32,
	PRSTATUS_PSW = 112,
	PRSTATUS_GPRS = 128,
	PRSTATUS_ACRS = 256,
	PRSTATUS_SIZE = 320,
};

static struct dump_cpu *add_cpu(struct dump_cpus *cpus)
{
	struct dump_cpu *list;
	size_t room;

	if (cpus->count == cpus->room) {
		room = cpus->room ? 2 * cpus->room : 8;
		list = calloc(room, sizeof(*list));
		if (!list)
			return NULL;
		/* realloc() would not wipe the registers that it leaves. */
		if (cpus->count)
			memcpy(list, cpus->list, cpus->count * sizeof(*list));
		wipe_free(cpus->list, cpus->room * sizeof(*list));
		cpus->list = list;
		cpus->room = room;
	}
	return &cpus->list[cpus->count++];
}

static void take_64(uint64_t *regs, const unsigned char *p)
{
	int i;

	for (i = 0; i < 16; i++)
		regs[i] = get_be64(p + 8 * i);
}

static void take_32(uint32_t *regs, const unsigned char *p)
{
	int i;

	for (i = 0; i < 16; i++)
		regs[i] = get_be32(p + 4 * i);
}

static struct error *take_prstatus(struct dump_cpus *cpus, const unsigned char *desc)
{
	struct dump_cpu *cpu = add_cpu(cpus);

	if (!cpu)
		return error_nomem();
	cpu->has = CPU_HAS_PSW;
	cpu->pid_be = get_be32(desc + PRSTATUS_PID);
	cpu->pid_le = __builtin_bswap32(cpu->pid_be);
	cpu->regs.psw_mask = get_be64(desc + PRSTATUS_PSW);
	cpu->regs.psw_addr = get_be64(desc + PRSTATUS_PSW + 8);
	take_64(cpu->regs.gprs, desc + PRSTATUS_GPRS);
	take_32(cpu->regs.acrs, desc + PRSTATUS_ACRS);
	cpu->regs.coherent = true;
	return NULL;
}

static void take_fpregset(struct dump_cpu *cpu, const unsigned char *desc)
{
	cpu->regs.fpc = get_be32(desc);
}

static void take_control(struct dump_cpu *cpu, const unsigned char *desc)
{
	take_64(cpu->regs.crs, desc);
	cpu->has |= CPU_HAS_CONTROL;
}

static void take_prefix(struct dump_cpu *cpu, const unsigned char *desc)
{
	cpu->regs.prefix = get_be32(desc) & PREFIX_MASK;
	cpu->has |= CPU_HAS_PREFIX;
}

/* Notes that complete a CPU. The kernel calls all "CORE", QEMU its own "LINUX". */
static const struct cpu_note {
	uint32_t type;
	uint32_t size;		/* bytes that it must have */
	void (*take)(struct dump_cpu *cpu, const unsigned char *desc);
} cpu_notes[] = {
	{ NT_FPREGSET, 4, take_fpregset },
	{ NT_S390_CTRS, 128, take_control },
	{ NT_S390_PREFIX, 4, take_prefix },
};

static struct error *short_note(const char *file, const char *name, unsigned int type,
				size_t size)
{
	return error_new(ERROR_TARGET, "dump '%s': the %s note (type 0x%x) has %zu bytes, too few",
			 file, name, type, size);
}

/* One note of a CPU. */
static struct error *take_cpu_note(struct dump_cpus *cpus, const GElf_Nhdr *nhdr,
				   const unsigned char *desc, const char *file)
{
	const struct cpu_note *row;

	if (nhdr->n_type == NT_PRSTATUS) {
		if (nhdr->n_descsz < PRSTATUS_SIZE)
			return short_note(file, "PRSTATUS", nhdr->n_type, nhdr->n_descsz);
		return take_prstatus(cpus, desc);
	}
	if (nhdr->n_type == NT_S390_PV_CPU_DATA)
		cpus->encrypted = true;
	for (row = cpu_notes; row < cpu_notes + sizeof(cpu_notes) / sizeof(cpu_notes[0]); row++) {
		if (row->type != nhdr->n_type || !cpus->count)
			continue;
		if (nhdr->n_descsz < row->size)
			return short_note(file, "register", nhdr->n_type, nhdr->n_descsz);
		row->take(&cpus->list[cpus->count - 1], desc);
	}
	return NULL;
}

static bool is_named(const char *name, size_t len, const char *wanted)
{
	return len >= strlen(wanted) && !strncmp(name, wanted, len);
}

/* Only zeros, as padding is? */
static bool is_zero(const unsigned char *p, size_t len)
{
	while (len && !*p) {
		p++;
		len--;
	}
	return !len;
}

static struct error *walk_notes(struct dump_cpus *cpus, Elf_Data *data, const char *file,
				cpus_vmcoreinfo_fn *fn, void *arg)
{
	const unsigned char *base = data->d_buf;
	size_t offset = 0, next, name, desc;
	struct error *err = NULL;
	GElf_Nhdr nhdr;

	while (!err && (next = gelf_getnote(data, offset, &nhdr, &name, &desc)) > 0) {
		if (is_named((const char *)base + name, nhdr.n_namesz, "VMCOREINFO")) {
			if (fn)
				fn(arg, (const char *)base + desc, nhdr.n_descsz);
		} else if (is_named((const char *)base + name, nhdr.n_namesz, "CORE") ||
			   is_named((const char *)base + name, nhdr.n_namesz, "LINUX")) {
			err = take_cpu_note(cpus, &nhdr, base + desc, file);
		}
		offset = next;
	}
	if (!err && !is_zero(base + offset, data->d_size - offset))
		err = error_new(ERROR_TARGET, "dump '%s': the notes are damaged at byte %zu of %zu",
				file, offset, data->d_size);
	return err;
}

/*
 * libelf reads notes of an ELF file only; here it gets one that is nothing but
 * a header and them. image: room for sizeof(Elf64_Ehdr) + size bytes.
 */
static void make_elf(unsigned char *image, const void *notes, size_t size)
{
	Elf64_Ehdr *ehdr = (Elf64_Ehdr *)image;

	memset(ehdr, 0, sizeof(*ehdr));
	memcpy(ehdr->e_ident, ELFMAG, SELFMAG);
	ehdr->e_ident[EI_CLASS] = ELFCLASS64;
	ehdr->e_ident[EI_DATA] = ELFDATA2MSB;
	ehdr->e_ident[EI_VERSION] = EV_CURRENT;
	put_be16(&ehdr->e_type, ET_CORE);
	put_be16(&ehdr->e_machine, EM_S390);
	put_be32(&ehdr->e_version, EV_CURRENT);
	put_be16(&ehdr->e_ehsize, sizeof(*ehdr));
	memcpy(image + sizeof(*ehdr), notes, size);
}

struct error *cpus_add_notes(struct dump_cpus *cpus, const void *notes, size_t size,
			     const char *file, cpus_vmcoreinfo_fn *fn, void *arg)
{
	Elf_Data *data = NULL;
	struct error *err;
	char *image;
	Elf *elf;

	if (!size)
		return NULL;
	image = malloc(sizeof(Elf64_Ehdr) + size);
	if (!image)
		return error_nomem();
	make_elf((unsigned char *)image, notes, size);
	elf_version(EV_CURRENT);
	elf = elf_memory(image, sizeof(Elf64_Ehdr) + size);
	if (elf)
		data = elf_getdata_rawchunk(elf, sizeof(Elf64_Ehdr), size, ELF_T_NHDR);
	if (data)
		err = walk_notes(cpus, data, file, fn, arg);
	else
		err = error_new(ERROR_TARGET, "dump '%s': notes: %s", file, elf_errmsg(-1));
	elf_end(elf);
	wipe_free(image, sizeof(Elf64_Ehdr) + size);
	if (cpus->count)
		cpus->source = "ELF notes";
	return err;
}

/* Offsets in the save area, from CPU_SAVE_AREA on. */
enum {
	SAVE_GPRS = 0x80,
	SAVE_PSW = 0x100,
	SAVE_FPC = 0x11c,
	SAVE_ACRS = 0x140,
	SAVE_CRS = 0x180,
};

struct error *cpus_add_save_area(struct dump_cpus *cpus, uint32_t prefix, const void *area)
{
	struct dump_cpu *cpu = add_cpu(cpus);
	const unsigned char *p = area;

	if (!cpu)
		return error_nomem();
	cpu->has = CPU_HAS_ALL;
	cpu->regs.psw_mask = get_be64(p + SAVE_PSW);
	cpu->regs.psw_addr = get_be64(p + SAVE_PSW + 8);
	cpu->regs.prefix = prefix & PREFIX_MASK;
	cpu->regs.fpc = get_be32(p + SAVE_FPC);
	take_64(cpu->regs.gprs, p + SAVE_GPRS);
	take_32(cpu->regs.acrs, p + SAVE_ACRS);
	take_64(cpu->regs.crs, p + SAVE_CRS);
	cpu->regs.coherent = true;
	cpus->source = "lowcores";
	return NULL;
}

static uint32_t get_pid(const struct dump_cpu *cpu, bool big_endian)
{
	return big_endian ? cpu->pid_be : cpu->pid_le;
}

/* Do the pids tell the numbers, from 1 on and rising? */
static bool are_numbers(const struct dump_cpus *cpus, bool big_endian)
{
	uint32_t pid, before = 0;
	size_t i;

	for (i = 0; i < cpus->count; i++) {
		pid = get_pid(&cpus->list[i], big_endian);
		if (pid <= before || pid > NUMBER_MAX)
			return false;
		before = pid;
	}
	return true;
}

/*
 * prstatus.pid is the number plus 1, in the byte order of the guest - but with
 * QEMU before 8 in that of the host. Where it is neither, they are counted.
 */
void cpus_number(struct dump_cpus *cpus)
{
	bool be = are_numbers(cpus, true), le = !be && are_numbers(cpus, false);
	size_t i;

	for (i = 0; i < cpus->count; i++)
		cpus->list[i].number = be || le ? (int)get_pid(&cpus->list[i], be) - 1 : (int)i;
}

const struct dump_cpu *cpus_find(const struct dump_cpus *cpus, int number)
{
	size_t i;

	for (i = 0; i < cpus->count; i++)
		if (cpus->list[i].number == number)
			return &cpus->list[i];
	return NULL;
}

void cpus_free(struct dump_cpus *cpus)
{
	wipe_free(cpus->list, cpus->room * sizeof(*cpus->list));
	memset(cpus, 0, sizeof(*cpus));
}
