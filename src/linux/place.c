/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/place.h"

#include <stddef.h>

#include "arch/psw.h"
#include "base/endian.h"
#include "target/vmcoreinfo.h"

/* arch/s390/include/asm/lowcore.h; not aligned. */
#define LOWCORE_OS_INFO		0xe18
#define LOWCORE_PGM_NEW_PSW	0x1d0	/* SA22-7832 chapter 3, assigned storage locations */

/* struct os_info in arch/s390/include/asm/os_info.h. */
#define OS_INFO_SIZE		4096
#define OS_INFO_MAGIC		0x4f53494e464f535aUL	/* "OSINFOSZ" */
#define OS_INFO_CSUM		8
#define OS_INFO_SUMMED		12	/* from here on to the end */
#define OS_INFO_ENTRIES		32
#define OS_INFO_ENTRY_SIZE	20
enum os_info_entry {
	OS_INFO_KASLR_OFFSET = 5,
	OS_INFO_KASLR_OFF_PHYS = 6,
	OS_INFO_IMAGE_START = 10,
	OS_INFO_IMAGE_END = 11,
};

/* The new PSWs of the lowcore, and what they lead to in arch/s390/kernel/entry.S. */
static const struct {
	uint16_t psw;
	const char *name;
} handlers[] = {
	{ 0x1b0, "ext_int_handler" },
	{ 0x1c0, "system_call" },
	{ 0x1d0, "pgm_check_handler" },
	{ 0x1e0, "mcck_int_handler" },
	{ 0x1f0, "io_int_handler" },
};

#define NR_HANDLERS	(sizeof(handlers) / sizeof(handlers[0]))
#define IMAGE_MAX	(512UL << 20)	/* KERNEL_IMAGE_SIZE of arch/s390/include/asm/page.h */

/* The checksum of cksm() in arch/s390/include/asm/checksum.h: carries are added again. */
static uint32_t checksum(const unsigned char *data, size_t len)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i + 4 <= len; i += 4)
		sum += get_be32(data + i);
	while (sum >> 32)
		sum = (sum & 0xffffffff) + (sum >> 32);
	return (uint32_t)sum;
}

static struct error *read_os_info(struct kmem *m, unsigned char *info, bool *found)
{
	unsigned char raw[8];
	struct error *err;
	uint64_t addr;

	*found = false;
	err = kmem_read_absolute(m, LOWCORE_OS_INFO, raw, sizeof(raw));
	addr = err ? 0 : get_be64(raw);
	if (err || !addr || addr % OS_INFO_SIZE)
		return kmem_not_there(err);
	err = kmem_read_absolute(m, addr, info, OS_INFO_SIZE);
	if (err)
		return kmem_not_there(err);
	*found = get_be64(info) == OS_INFO_MAGIC &&
		 get_be32(info + OS_INFO_CSUM) ==
			 checksum(info + OS_INFO_SUMMED, OS_INFO_SIZE - OS_INFO_SUMMED);
	return NULL;
}

/* A number, which has no size; zero: this kernel does not tell it. */
static bool os_info_value(const unsigned char *info, enum os_info_entry nr, uint64_t *value)
{
	const unsigned char *entry = info + OS_INFO_ENTRIES + (size_t)nr * OS_INFO_ENTRY_SIZE;

	*value = get_be64(entry);
	return *value && !get_be64(entry + 8);
}

static void take_os_info(const unsigned char *info, struct kernel_place *place)
{
	uint64_t phys;

	if (!os_info_value(info, OS_INFO_KASLR_OFFSET, &place->offset))
		return;
	place->has_offset = true;
	place->source = "os_info";
	place->has_phys = os_info_value(info, OS_INFO_KASLR_OFF_PHYS, &phys);
	place->phys = phys - place->offset;
	place->has_stext = os_info_value(info, OS_INFO_IMAGE_START, &place->stext);
	place->has_end = os_info_value(info, OS_INFO_IMAGE_END, &place->end);
}

static bool take_vmcoreinfo(const struct vmcoreinfo *info, struct kernel_place *place)
{
	uint64_t phys;

	place->has_stext = vmcoreinfo_symbol(info, "_stext", &place->stext);
	place->has_offset = vmcoreinfo_number(info, "KERNELOFFSET", 16, &place->offset);
	if (place->has_offset && vmcoreinfo_number(info, "KERNELOFFPHYS", 16, &phys)) {
		place->has_phys = true;
		place->phys = phys - place->offset;
	} else if (place->has_offset || place->has_stext) {
		place->has_phys = true;
		place->phys = 0;
	}
	if (place->has_stext || place->has_offset)
		place->source = "VMCOREINFO";
	return place->has_stext || place->has_offset;
}

/* Whether a virtual address is in the image that starts at an absolute one; both addresses then. */
static bool take_image_address(struct kmem *m, uint64_t image, uint64_t virt,
			       struct kernel_place *place)
{
	uint64_t absolute;

	if (!virt || !kmem_translate(m, virt, &absolute) || absolute < image ||
	    absolute - image >= IMAGE_MAX)
		return false;
	place->has_phys = true;
	place->phys = absolute - virt;
	place->has_offset = true;
	place->offset = image - place->phys;
	place->source = "lowcore";
	return true;
}

/*
 * Early in the boot: where the image is in absolute storage, plus one. Its
 * virtual address is found by that of an interruption handler; before these are
 * the kernel's own, by where the CPU is.
 */
static struct error *take_early_offset(struct kmem *m, struct kernel_place *place)
{
	const struct s390_regs *regs = kmem_regs(m);
	unsigned char raw[8], psw[16];
	struct error *err;
	uint64_t slot;

	err = kmem_read_absolute(m, VMCOREINFO_LOWCORE, raw, sizeof(raw));
	if (!err)
		err = kmem_read_real(m, LOWCORE_PGM_NEW_PSW, psw, sizeof(psw));
	if (err)
		return kmem_not_there(err);
	slot = get_be64(raw);
	if (!(slot & 1))
		return NULL;
	slot &= ~1UL;
	if (!take_image_address(m, slot, get_be64(psw + 8), place) &&
	    (regs->psw_mask & PSW_MASK_DAT))
		take_image_address(m, slot, regs->psw_addr, place);
	return NULL;
}

struct error *kernel_place_read(struct kmem *m, const struct vmcoreinfo *info,
				struct kernel_place *place)
{
	unsigned char os_info[OS_INFO_SIZE];
	struct error *err;
	bool found;

	*place = (struct kernel_place){ .source = "" };
	err = read_os_info(m, os_info, &found);
	if (err)
		return err;
	if (take_vmcoreinfo(info, place)) {
		if (found)
			place->has_end = os_info_value(os_info, OS_INFO_IMAGE_END, &place->end);
		return NULL;
	}
	if (found)
		take_os_info(os_info, place);
	return place->has_offset ? NULL : take_early_offset(m, place);
}

bool kernel_place_by_psws(struct kmem *m, bool (*address)(void *arg, const char *name, uint64_t *addr),
			  void *arg, uint64_t *offset)
{
	uint64_t offsets[NR_HANDLERS], addr;
	unsigned char psw[16];
	size_t i, j, n = 0;

	for (i = 0; i < NR_HANDLERS; i++) {
		struct error *err = kmem_read_real(m, handlers[i].psw, psw, sizeof(psw));

		if (err) {
			error_free(err);
			return false;
		}
		if (!get_be64(psw + 8) || !address(arg, handlers[i].name, &addr))
			continue;
		offsets[n++] = get_be64(psw + 8) - addr;
	}
	for (i = 0; i < n; i++) {
		for (j = i + 1; j < n; j++) {
			if (offsets[i] == offsets[j]) {
				*offset = offsets[i];
				return true;
			}
		}
	}
	return false;
}
