/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "target/kvm/lsm.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "target/kvm/procfs.h"

#define ATTR_MAX	4096
#define MOUNTS_MAX	(1U << 20)

const char *lsm_name(enum lsm_kind kind)
{
	static const char *const names[] = {
		[LSM_NONE] = "none",
		[LSM_SELINUX] = "SELinux",
		[LSM_APPARMOR] = "AppArmor",
	};

	return names[kind];
}

/* Read a context or profile, without the newline that ends it; false if there is none. */
static bool read_attr(int dir, const char *path, char *value, size_t size)
{
	struct buf text = BUF_INIT;
	bool ok;

	ok = !procfs_read(dir, path, ATTR_MAX, &text) && buf_str(&text)[0];
	if (ok) {
		text.data[strcspn(text.data, "\n")] = '\0';
		printable(value, size, text.data);
	}
	buf_free(&text);
	return ok;
}

/* Where selinuxfs is mounted, by the mounts of a process; false if it is not. */
static bool find_selinuxfs(int own, char *path, size_t size)
{
	struct buf text = BUF_INIT;
	char *line, *next, *save, *source, *where, *type = NULL;
	bool found = false;

	procfs_read(own, "mounts", MOUNTS_MAX, &text);
	for (line = text.data; line && !found; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		source = strtok_r(line, " ", &save);
		where = source ? strtok_r(NULL, " ", &save) : NULL;
		type = where ? strtok_r(NULL, " ", &save) : NULL;
		if (!type || strcmp(type, "selinuxfs"))
			continue;
		found = (size_t)snprintf(path, size, "%s", where) < size;
	}
	buf_free(&text);
	return found;
}

/* The first digit of a file of selinuxfs is 1. */
static bool selinux_flag(const char *mount, const char *file)
{
	struct buf text = BUF_INIT;
	char path[512];
	bool on;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", mount, file) >= sizeof(path))
		return false;
	on = !procfs_read(AT_FDCWD, path, 16, &text) && buf_str(&text)[0] == '1';
	buf_free(&text);
	return on;
}

/* AppArmor's labels: "unconfined" or "PROFILE (MODE)". */
static bool is_apparmor_label(const char *label)
{
	size_t len = strlen(label);

	return !strcmp(label, "unconfined") || (len && label[len - 1] == ')');
}

static bool is_enforced(const char *label)
{
	static const char mode[] = " (enforce)";
	size_t len = strlen(label), tail = sizeof(mode) - 1;

	return len > tail && !strcmp(label + len - tail, mode);
}

void lsm_look(int own, int other, struct lsm_info *info)
{
	char mount[256];

	memset(info, 0, sizeof(*info));
	if (find_selinuxfs(own, mount, sizeof(mount))) {
		info->kind = LSM_SELINUX;
		read_attr(own, "attr/current", info->own, sizeof(info->own));
		read_attr(other, "attr/current", info->other, sizeof(info->other));
		info->enforcing = selinux_flag(mount, "enforce");
		info->deny_ptrace = selinux_flag(mount, "booleans/deny_ptrace");
		info->denies = info->enforcing && info->deny_ptrace;
		return;
	}
	/* attr/apparmor since Linux 5.8; before, attr/current may be another module's. */
	if (!read_attr(own, "attr/apparmor/current", info->own, sizeof(info->own)) &&
	    !(read_attr(own, "attr/current", info->own, sizeof(info->own)) &&
	      is_apparmor_label(info->own)))
		return;
	info->kind = LSM_APPARMOR;
	if (!read_attr(other, "attr/apparmor/current", info->other, sizeof(info->other)))
		read_attr(other, "attr/current", info->other, sizeof(info->other));
	info->denies = is_enforced(info->own) && info->other[0] &&
		       strcmp(info->own, info->other) != 0;
}
