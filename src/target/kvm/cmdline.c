/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/cmdline.h"

#include <string.h>

/*
 * Take one value of a QEMU option string that ends at an odd comma or at the
 * end: append it to value (unless NULL). Returns what is behind the comma, or
 * the end.
 */
static const char *take_value(const char *p, struct buf *value)
{
	for (; *p; p++) {
		if (*p == ',' && *++p != ',')
			return p;
		if (value)
			buf_addc(value, *p);
	}
	return p;
}

/* Look for the guest's name in the argument of -name; the last one counts. */
static bool name_option(const char *arg, struct buf *name)
{
	static const char key[] = "guest=";
	const char *p = arg;
	bool found = false;
	size_t len;

	while (*p) {
		len = strcspn(p, "=,");
		if (p == arg && p[len] != '=') {
			buf_reset(name);
			p = take_value(p, name);
			found = true;
		} else if (!strncmp(p, key, sizeof(key) - 1)) {
			buf_reset(name);
			p = take_value(p + sizeof(key) - 1, name);
			found = true;
		} else {
			p = take_value(p, NULL);
		}
	}
	return found && name->len;
}

bool cmdline_guest_name(const char *cmdline, size_t len, struct buf *name)
{
	const char *end, *arg = cmdline, *next;
	struct buf found = BUF_INIT, option = BUF_INIT;
	bool is_argument = false;

	if (!len)
		return false;
	end = cmdline + len;
	/* An argument without its NUL was cut off: it is not looked at. */
	for (; arg < end && (next = memchr(arg, '\0', (size_t)(end - arg))); arg = next + 1) {
		if (is_argument && name_option(arg, &option)) {
			buf_reset(&found);
			buf_add(&found, option.data, option.len);
		}
		is_argument = !is_argument && arg != cmdline &&
			      (!strcmp(arg, "-name") || !strcmp(arg, "--name"));
	}
	if (found.len)
		buf_add(name, found.data, found.len);
	len = found.len;
	buf_free(&found);
	buf_free(&option);
	return len != 0;
}

/* The architectures of guests that the KVM of a host runs, by QEMU's names. */
static const struct {
	const char *machine;	/* uname -m of the host */
	const char *qemu;	/* qemu-system-... */
	const char *guest;	/* as uname -m of the guest would say */
} kvm_arch[] = {
	{ "s390x", "s390x", "s390x" },
	{ "x86_64", "x86_64", "x86_64" },
	{ "x86_64", "i386", "i686" },
	{ "aarch64", "aarch64", "aarch64" },
	{ "aarch64", "arm", "armv7l" },
	{ "ppc64", "ppc64", "ppc64" },
	{ "ppc64le", "ppc64", "ppc64" },
	{ "riscv64", "riscv64", "riscv64" },
	{ "loongarch64", "loongarch64", "loongarch64" },
};

static const char *const vmm_names[] = {
	"qemu-kvm", "cloud-hypervisor", "crosvm", "lkvm", "kvmtool", "firecracker",
};

#define NR_ELEMENTS(a) (sizeof(a) / sizeof((a)[0]))
#define COMM_LEN 15	/* TASK_COMM_LEN - 1 */

static const char qemu_prefix[] = "qemu-system-";
#define QEMU_PREFIX_LEN (sizeof(qemu_prefix) - 1)

/* Whether name is whole, or what the kernel keeps of whole in comm. */
static bool name_matches(const char *name, const char *whole)
{
	size_t len = strlen(name);

	return !strcmp(name, whole) ||
	       (len == COMM_LEN && strlen(whole) > len && !strncmp(name, whole, len));
}

bool cmdline_is_vmm(const char *name, const char *machine)
{
	char whole[64];
	size_t i;

	for (i = 0; i < NR_ELEMENTS(vmm_names); i++) {
		if (name_matches(name, vmm_names[i]))
			return true;
	}
	if (strncmp(name, qemu_prefix, QEMU_PREFIX_LEN))
		return false;
	for (i = 0; i < NR_ELEMENTS(kvm_arch); i++) {
		if (strcmp(machine, kvm_arch[i].machine))
			continue;
		strcpy(whole, qemu_prefix);
		strncat(whole, kvm_arch[i].qemu, sizeof(whole) - sizeof(qemu_prefix));
		if (name_matches(name, whole))
			return true;
	}
	return false;
}

const char *cmdline_guest_arch(const char *name, const char *machine)
{
	size_t i;

	if (strncmp(name, qemu_prefix, QEMU_PREFIX_LEN))
		return machine;
	for (i = 0; i < NR_ELEMENTS(kvm_arch); i++) {
		if (!strcmp(machine, kvm_arch[i].machine) &&
		    !strcmp(name + QEMU_PREFIX_LEN, kvm_arch[i].qemu))
			return kvm_arch[i].guest;
	}
	return machine;
}
