/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of /proc: their parsers, and the search for VMMs in a tree in which one file
 * or link is the input. The first byte chooses.
 */
#include <string.h>

#include "../unit/proctree.h"
#include "fuzz.h"
#include "target/kvm/cmdline.h"
#include "target/kvm/discover.h"
#include "target/kvm/procfs.h"
#include "target/kvm/ram.h"

#define QEMU	100

static struct proctree tree;

static void remove_tree(void)
{
	tree_remove(&tree);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	tree_make(&tree, 0, 0x1ffffffffff);
	tree_qemu(&tree, QEMU, "guest=a,debug-threads=on");
	atexit(remove_tree);
	return 0;
}

static void maps(char *text)
{
	struct ram_candidate c[8];
	struct procfs_map map;
	char *copy = strdup(text), *at = copy;
	int ret;

	FUZZ_CHECK(copy);
	while ((ret = procfs_next_map(&at, &map)) != 0) {
		if (ret > 0)
			FUZZ_CHECK(strlen(map.path) < 1 << 20);
	}
	free(copy);
	FUZZ_CHECK(ram_find(text, c, 8) <= 8);
}

static void parsers(const char *text, size_t size)
{
	struct procfs_stat st;
	struct procfs_status status;
	struct procfs_syscall sc;
	struct buf name = BUF_INIT;

	if (!procfs_parse_stat(text, &st))
		FUZZ_CHECK(memchr(st.comm, '\0', sizeof(st.comm)));
	procfs_parse_status(text, &status);
	procfs_parse_syscall(text, &sc);
	cmdline_guest_name(text, size, &name);
	cmdline_is_vmm(text, "x86_64");
	buf_free(&name);
}

static void look_around(void)
{
	struct vmm_list list;
	struct vmm_info vmm;
	const struct vcpu_info *vcpu;
	pid_t *tids = NULL;
	size_t count;
	struct error *err;

	err = vmm_list_get(tree.root, &list);
	if (!err)
		vmm_list_free(&list);
	error_free(err);
	err = vmm_select(tree.root, 0, "b", &vmm);
	if (!err)
		vmm_free(&vmm);
	error_free(err);
	err = vmm_get(tree.root, QEMU, &vmm);
	if (err) {
		error_free(err);
		return;
	}
	FUZZ_CHECK(!strpbrk(vmm.name, "\033\n") && !strpbrk(vmm.exe, "\033\n"));
	err = vmm_select_vcpu(&vmm, 0, -1, &vcpu);
	if (!err)
		err = vcpu_candidates(tree.root, QEMU, vcpu, &tids, &count);
	error_free(err);
	free(tids);
	vmm_free(&vmm);
}

/* A link says what text says, unless it cannot. */
static void put_link(const char *text, const char *name)
{
	if (!*text || strlen(text) > 1000)
		return;
	tree_link(&tree, text, "%d/%s", QEMU, name);
}

static void in_tree(unsigned int kind, const uint8_t *data, size_t size, const char *text)
{
	static const char *const files[] = {
		"stat", "status", "cmdline", "task/101/syscall", "task/101/stat", "task/101/status",
	};
	static const char *const links[] = { "exe", "fd/9" };

	if (kind < 6)
		tree_bytes(&tree, data, size, "%d/%s", QEMU, files[kind]);
	else
		put_link(text, links[kind % 2]);
	look_around();
	tree_qemu(&tree, QEMU, "guest=a,debug-threads=on");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	unsigned int kind = (unsigned int)fuzz_number(&in, 1) % 10;
	char *text = fuzz_string(in.data, in.left);

	if (kind == 0)
		maps(text);
	else if (kind == 1)
		parsers(text, in.left);
	else
		in_tree(kind - 2, in.data, in.left, text);
	free(text);
	return 0;
}
