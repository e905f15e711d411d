/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arch/wait-code.h"

#include <stddef.h>

#include "arch/psw.h"

/*
 * Sources: s390-tools include/boot/error.h (45xx, 46xx); QEMU
 * target/s390x/helper.c is_special_wait_psw() (fff) and pc-bios/s390-ccw (0).
 */
static const struct {
	uint64_t code;
	const char *meaning;
} codes[] = {
	{ 0x0000, "halted without a code: firmware that found nothing to boot, or a stand-alone program that has ended" },
	{ 0x0fff, "the system has shut down" },
	{ 0x4500, "zipl boot loader: the IPL device could not be enabled" },
	{ 0x4501, "zipl boot loader: the IPL device could not be disabled" },
	{ 0x4502, "zipl boot loader: start subchannel failed on the IPL device" },
	{ 0x4510, "zipl boot loader: wrong IPL type" },
	{ 0x4511, "zipl boot loader: internal error" },
	{ 0x4512, "zipl boot loader: secure boot has failed" },
	{ 0x4520, "kdump: no os_info was found" },
	{ 0x4521, "kdump: the checksum of os_info is wrong" },
	{ 0x4522, "kdump: os_info has a version that is too new" },
	{ 0x4523, "kdump: no crashkernel memory was defined" },
	{ 0x4524, "kdump: the hardware system area could not be copied" },
	{ 0x4600, "stand-alone dump: the device is too small" },
	{ 0x4601, "stand-alone dump: the device is not supported" },
	{ 0x4602, "stand-alone dump: the memory layout could not be found out" },
	{ 0x4603, "stand-alone dump: a device of the multi-volume set is not there" },
	{ 0x4604, "stand-alone dump: no valid dump signature on the device" },
	{ 0x4605, "stand-alone dump: time stamps of the multi-volume set differ" },
	{ 0x4606, "stand-alone dump: multiple subchannel sets could not be enabled" },
	{ 0x4607, "stand-alone dump: no support for protected guests" },
	{ 0x4608, "stand-alone dump: error of a protected guest" },
};

bool psw_is_disabled_wait(uint64_t mask)
{
	return (mask & PSW_MASK_WAIT) &&
	       !(mask & (PSW_MASK_IO | PSW_MASK_EXT | PSW_MASK_MCHECK));
}

const char *wait_code_meaning(uint64_t code)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (codes[i].code == code)
			return codes[i].meaning;
	}
	return NULL;
}
