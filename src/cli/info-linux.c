/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/info-linux.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "linux/kernel.h"

static void show_place(struct out *o, const struct kernel *k)
{
	if (k->has_offset) {
		out_text(o, "%-22s 0x%" PRIx64 " (%s)\n", "kernel offset", k->offset,
			 k->offset_source);
		out_hex(o, "offset", k->offset);
		out_str(o, "offset_from", k->offset_source);
	}
	if (k->has_offset && k->has_phys) {
		out_text(o, "%-22s 0x%" PRIx64 "\n", "absolute offset", k->offset + k->phys);
		out_hex(o, "absolute_offset", k->offset + k->phys);
	}
}

static void show_symbols(struct out *o, const struct kernel *k)
{
	static const char *const names[] = {
		[KERNEL_SYMBOLS_NONE] = "none",
		[KERNEL_SYMBOLS_FILE] = "file",
		[KERNEL_SYMBOLS_KALLSYMS] = "kallsyms",
	};
	static const char *const texts[] = {
		[KERNEL_SYMBOLS_NONE] = "none",
		[KERNEL_SYMBOLS_KALLSYMS] = "kallsyms of the guest",
	};
	struct buf path = BUF_INIT;

	buf_add_escaped(&path, k->vmlinux, strlen(k->vmlinux));
	out_text(o, "%-22s %s\n", "kernel symbols",
		 k->source == KERNEL_SYMBOLS_FILE ? buf_str(&path) : texts[k->source]);
	out_str(o, "symbols_from", names[k->source]);
	if (k->source == KERNEL_SYMBOLS_FILE)
		out_str(o, "vmlinux", buf_str(&path));
	buf_free(&path);
}

struct error *info_linux(struct session *s)
{
	struct kernel *k;
	struct error *err = session_kernel(s, &k);

	if (err && err->kind == ERROR_TARGET) {
		log_verbose(&s->log, 1, "nothing is known about the guest's kernel: %s",
			    err->message);
		error_free(err);
		return NULL;
	}
	if (err || (!k->release[0] && !k->has_offset && k->source == KERNEL_SYMBOLS_NONE))
		return err;
	out_object(s->out, "linux");
	if (k->release[0]) {
		out_text(s->out, "%-22s %s\n", "Linux release", k->release);
		out_str(s->out, "release", k->release);
	}
	if (k->build_id[0]) {
		out_text(s->out, "%-22s %s\n", "Linux build id", k->build_id);
		out_str(s->out, "build_id", k->build_id);
	}
	show_place(s->out, k);
	show_symbols(s->out, k);
	out_close(s->out);
	return NULL;
}
