/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/session.h"
#include "linux/kernel.h"

static const char *symbols_from(const struct module *mod)
{
	static const char *const names[] = {
		[MODULE_SYMBOLS_NONE] = "none",
		[MODULE_SYMBOLS_FILE] = "file",
		[MODULE_SYMBOLS_KALLSYMS] = "kallsyms",
	};

	return names[mod->source];
}

static void show_module(struct out *o, const struct module *mod)
{
	struct buf file = BUF_INIT;

	buf_add_escaped(&file, mod->file, strlen(mod->file));
	out_text(o, "%016" PRIx64 "  %9" PRIu64 "  %-9s  %-8s  %s%s%s\n", mod->base, mod->size,
		 module_state_name(mod->state), symbols_from(mod), mod->name, file.len ? "  " : "",
		 buf_str(&file));
	out_object(o, NULL);
	out_str(o, "name", mod->name);
	out_hex(o, "address", mod->base);
	out_hex(o, "size", mod->size);
	out_hex(o, "struct", mod->addr);
	out_str(o, "state", module_state_name(mod->state));
	out_str(o, "build_id", mod->build_id);
	out_str(o, "symbols_from", symbols_from(mod));
	if (file.len)
		out_str(o, "file", buf_str(&file));
	out_close(o);
	buf_free(&file);
}

static struct error *run_modules(struct session *s, const struct command_args *args)
{
	struct kernel *k;
	struct error *err;
	size_t i;

	(void)args;
	err = session_kernel(s, &k);
	if (!err)
		err = kernel_load_modules(k);
	if (err)
		return err;
	if (k->modules.n)
		out_text(s->out, "%-16s  %9s  %-9s  %-8s  %s\n", "address", "size", "state", "symbols",
			 "name");
	out_array(s->out, "modules");
	for (i = 0; i < k->modules.n; i++)
		show_module(s->out, &k->modules.list[i]);
	out_close(s->out);
	if (k->modules.truncated)
		return error_new(ERROR_PARTIAL, "the guest's list of modules is damaged: %s",
				 k->modules.reason);
	return NULL;
}

const struct command cmd_modules = {
	.name = "modules",
	.args = "",
	.flags = CMD_NEEDS_TARGET,
	.summary = "list the modules of the guest's kernel",
	.help =
"List the modules that the guest's Linux has loaded: address and size in bytes,\n"
"state, and where the symbols of each come from: from its file on this host, with\n"
"the same build id, found as the kernel's vmlinux is (--debug-dir), or from the\n"
"guest's own table (kallsyms). Files may be compressed by gzip, xz or zstd, and have\n"
"256 MiB at most when they are not; -v tells why one was not taken.\n"
"\n"
"It needs the types of the kernel: those of vmlinux, or BTF in the guest.\n",
	.example =
"$ s390memctl -d crash.elf modules\n"
"address                size  state      symbols   name\n"
"000003ff7fd13000      40960  live       kallsyms  vsock\n"
"000003ff7fd02000      32768  live       kallsyms  loop\n",
	.see_also = "info sym",
	.answers_no = "symbols or types of the kernel are missing",
	.run = run_modules,
};
