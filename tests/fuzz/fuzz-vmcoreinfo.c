/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of VMCOREINFO: every way of asking it. */
#include <string.h>

#include "fuzz.h"
#include "linux/vmcoreinfo.h"
#include "target/vmcoreinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = { "OSRELEASE", "BUILD-ID", "KERNELOFFSET", "CRASHTIME", "", "=" };
	struct vmcoreinfo info = { .text = fuzz_string(data, size), .len = size };
	const char *value;
	uint64_t number;
	size_t i, len;
	char buf[16];

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		value = vmcoreinfo_find(info.text, size, keys[i], &len);
		FUZZ_CHECK(!value || (value >= info.text && value + len <= info.text + size));
		FUZZ_CHECK(!value || !memchr(value, '\n', len));
		if (vmcoreinfo_get(&info, keys[i], buf, sizeof(buf)))
			FUZZ_CHECK(strlen(buf) < sizeof(buf));
		vmcoreinfo_number(&info, keys[i], 16, &number);
		vmcoreinfo_number(&info, keys[i], 0, &number);
	}
	vmcoreinfo_symbol(&info, "init_task", &number);
	vmcoreinfo_offset(&info, "task_struct.comm", &number);
	vmcoreinfo_size(&info, "task_struct", &number);
	if (size >= VMCOREINFO_HEADER) {
		vmcoreinfo_note_address(data);
		FUZZ_CHECK(vmcoreinfo_note_length(data) <= VMCOREINFO_MAX);
	}
	vmcoreinfo_free(&info);
	return 0;
}
