/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "linux/sysinfo.h"

#include <inttypes.h>
#include <string.h>

#include "base/endian.h"
#include "linux/cpus.h"
#include "linux/layout.h"
#include "linux/sysinfo-fact.h"

#define UTS_LEN		65U	/* __NEW_UTS_LEN and its NUL byte: include/uapi/linux/utsname.h */
#define COMMAND_LINE_MAX	4096U	/* COMMAND_LINE_SIZE, arch/s390/include/uapi/asm/setup.h */
#define PARMAREA	0x10400U	/* absolute address, arch/s390/include/asm/setup.h; reserved at run time */
#define PARM_MAX_SIZE	0x30U	/* struct parmarea: max_command_line_size (5.13 and newer), ... */
#define PARM_COMMAND_LINE	0x80U
#define LOAD_SHIFT	11	/* FSHIFT, include/linux/sched/loadavg.h */
#define LOAD_ONE	(1U << LOAD_SHIFT)

/* Members of struct new_utsname. */
enum { UTS_SYSNAME, UTS_NODENAME, UTS_RELEASE, UTS_VERSION, UTS_MACHINE };

/* taint_flags of kernel/panic.c, by their bits. */
static const char taint_letters[] = "PFSRMBUDAWCIOELKXTNJ";

static struct error *get_uts(struct sys *sys, unsigned int member, struct sys_value *v)
{
	uint64_t addr, offset;
	char text[UTS_LEN];
	struct error *err;

	err = kernel_symbol(sys->k, "init_uts_ns", &addr);
	if (!err)
		err = layout_member(sys->k, "uts_namespace", "name", &offset, NULL);
	if (!err)
		err = kmem_string(&sys->k->mem, addr + offset + (uint64_t)member * UTS_LEN, text,
				  sizeof(text));
	if (!err)
		buf_add_escaped(&v->text, text, strlen(text));
	return err;
}

static struct error *get_release(struct sys *sys, struct sys_value *v)
{
	return get_uts(sys, UTS_RELEASE, v);
}

static struct error *get_version(struct sys *sys, struct sys_value *v)
{
	return get_uts(sys, UTS_VERSION, v);
}

static struct error *get_machine(struct sys *sys, struct sys_value *v)
{
	return get_uts(sys, UTS_MACHINE, v);
}

static struct error *get_node(struct sys *sys, struct sys_value *v)
{
	return get_uts(sys, UTS_NODENAME, v);
}

/* Where the boot loader has put it: for kernels without symbols, when the log has lost it. */
static bool get_parmarea(struct sys *sys, struct sys_value *v)
{
	unsigned char raw[PARM_COMMAND_LINE + COMMAND_LINE_MAX];
	struct error *err = kmem_read_absolute(&sys->k->mem, PARMAREA, raw, sizeof(raw));
	const unsigned char *text = raw + PARM_COMMAND_LINE;
	size_t len, i;

	error_free(err);
	if (err || get_be64(raw + PARM_MAX_SIZE) != COMMAND_LINE_MAX)
		return false;
	len = strnlen((const char *)text, COMMAND_LINE_MAX);
	for (i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	buf_add_escaped(&v->text, (const char *)text, len);
	v->source = "the boot loader's parameters";
	return len && len < COMMAND_LINE_MAX;
}

static struct error *get_command_line(struct sys *sys, struct sys_value *v)
{
	char text[COMMAND_LINE_MAX];
	uint64_t addr;
	struct error *err = kernel_symbol(sys->k, "saved_command_line", &addr);

	if (!err)
		err = kmem_u64(&sys->k->mem, addr, &addr);
	if (!err)
		err = kmem_string(&sys->k->mem, addr, text, sizeof(text));
	if (!err) {
		buf_add_escaped(&v->text, text, strlen(text));
	} else if (sys->log.command_line.len) {
		error_free(err);
		err = NULL;
		buf_adds(&v->text, buf_str(&sys->log.command_line));
		v->source = "the log";
	} else if (get_parmarea(sys, v)) {
		error_free(err);
		err = NULL;
	}
	return err;
}

/* Bits of the mask of CPUs that are online. */
static struct error *count_online(struct sys *sys, uint64_t mask, long long *count)
{
	unsigned char raw[KERNEL_CPUS_MAX / 8];
	uint64_t bits, i;
	struct error *err;

	if (!vmcoreinfo_number(&sys->k->info, "LENGTH(lowcore_ptr)", 10, &bits) ||
	    bits > KERNEL_CPUS_MAX || bits % 8)
		bits = 64;
	err = kmem_read(&sys->k->mem, mask, raw, bits / 8);
	for (i = 0; i < bits / 8 && !err; i++)
		*count += __builtin_popcount(raw[i]);
	return err;
}

static struct error *get_cpus(struct sys *sys, struct sys_value *v)
{
	struct kernel_cpu cpus[KERNEL_CPUS_MAX];
	struct error *err;
	uint64_t mask;
	size_t nr;

	if (kernel_has_symbol(sys->k, "__cpu_online_mask", &mask)) {
		err = count_online(sys, mask, &v->number);
	} else {
		err = kernel_cpus(sys->k, cpus, &nr);
		v->number = (long long)nr;
		v->source = "those with a lowcore";
	}
	if (!err)
		buf_addf(&v->text, "%lld", v->number);
	return err;
}

static struct error *get_load(struct sys *sys, struct sys_value *v)
{
	unsigned char raw[3 * 8];
	uint64_t addr, load;
	struct error *err = kernel_symbol(sys->k, "avenrun", &addr);
	size_t i;

	if (!err)
		err = kmem_read(&sys->k->mem, addr, raw, sizeof(raw));
	for (i = 0; i < 3 && !err; i++) {
		/* Rounded as fs/proc/loadavg.c does. */
		load = get_be64(raw + 8 * i) + LOAD_ONE / 200;
		buf_addf(&v->text, "%s%" PRIu64 ".%02" PRIu64, i ? " " : "", load >> LOAD_SHIFT,
			 (load & (LOAD_ONE - 1)) * 100 >> LOAD_SHIFT);
	}
	return err;
}

static struct error *get_taint(struct sys *sys, struct sys_value *v)
{
	uint64_t addr, mask;
	struct error *err = kernel_symbol(sys->k, "tainted_mask", &addr);
	size_t i;

	if (!err)
		err = kmem_u64(&sys->k->mem, addr, &mask);
	if (err)
		return err;
	v->number = (long long)mask;
	for (i = 0; taint_letters[i]; i++)
		if (mask >> i & 1)
			buf_addc(&v->text, taint_letters[i]);
	if (mask >> i)
		buf_addc(&v->text, '?');
	if (mask)
		buf_addf(&v->text, " (%" PRIu64 ")", mask);
	else
		buf_adds(&v->text, "no");
	return NULL;
}

/* An event of the log; nothing is told if there was none, or there is no log. */
static struct error *get_event(const struct buf *text, unsigned int count, struct sys_value *v)
{
	if (text->len) {
		v->number = count;
		buf_adds(&v->text, buf_str(text));
		if (count > 1)
			buf_addf(&v->text, " (%u such messages)", count);
	}
	return NULL;
}

static struct error *get_panic(struct sys *sys, struct sys_value *v)
{
	if (sys->log_error && !sys->log.panic.len)
		return error_new(sys->log_error->kind, "%s", sys->log_error->message);
	return get_event(&sys->log.panic, 1, v);
}

static struct error *get_oops(struct sys *sys, struct sys_value *v)
{
	return get_event(&sys->log.oops, sys->log.nr_oopses, v);
}

static struct error *get_hung(struct sys *sys, struct sys_value *v)
{
	return get_event(&sys->log.hung, sys->log.nr_hung, v);
}

static struct error *get_lockup(struct sys *sys, struct sys_value *v)
{
	return get_event(&sys->log.lockup, sys->log.nr_lockups, v);
}

static struct error *get_stall(struct sys *sys, struct sys_value *v)
{
	return get_event(&sys->log.stall, sys->log.nr_stalls, v);
}

static struct error *get_build_id(struct sys *sys, struct sys_value *v)
{
	if (!sys->k->build_id[0])
		return error_new(ERROR_NO, "the kernel has no VMCOREINFO that tells it");
	buf_add_escaped(&v->text, sys->k->build_id, strlen(sys->k->build_id));
	return NULL;
}

static struct error *get_offset(struct sys *sys, struct sys_value *v)
{
	if (!sys->k->has_offset)
		return error_new(ERROR_NO, "neither VMCOREINFO nor lowcore tell it");
	buf_addf(&v->text, "0x%" PRIx64, sys->k->offset);
	v->source = sys->k->offset_source;
	return NULL;
}

static struct error *get_symbols(struct sys *sys, struct sys_value *v)
{
	static const char *const names[] = {
		[KERNEL_SYMBOLS_NONE] = "none",
		[KERNEL_SYMBOLS_FILE] = "vmlinux",
		[KERNEL_SYMBOLS_KALLSYMS] = "the guest's kallsyms",
	};

	if (sys->k->source == KERNEL_SYMBOLS_FILE && sys->k->vmlinux[0])
		buf_add_escaped(&v->text, sys->k->vmlinux, strlen(sys->k->vmlinux));
	else
		buf_adds(&v->text, names[sys->k->source]);
	return NULL;
}

static const struct fact_row {
	const char *key, *label;
	sys_get *get;
	bool is_number;
} rows[] = {
	{ "release", "release", get_release, false },
	{ "version", "version", get_version, false },
	{ "machine", "machine", get_machine, false },
	{ "node", "node name", get_node, false },
	{ "command_line", "command line", get_command_line, false },
	{ "cpus", "CPUs online", get_cpus, true },
	{ "uptime_ms", "uptime", sys_uptime, true },
	{ "time", "time", sys_wall_clock, false },
	{ "load", "load average", get_load, false },
	{ "memory_total_kib", "memory", sys_memory_total, true },
	{ "memory_free_kib", "memory free", sys_memory_free, true },
	{ "tainted", "tainted", get_taint, true },
	{ "panic", "panic", get_panic, false },
	{ "oops", "oops", get_oops, false },
	{ "hung_tasks", "hung tasks", get_hung, false },
	{ "soft_lockups", "soft lockups", get_lockup, false },
	{ "rcu_stalls", "RCU stalls", get_stall, false },
	{ "build_id", "build id", get_build_id, false },
	{ "kernel_offset", "kernel offset", get_offset, false },
	{ "symbols", "symbols from", get_symbols, false },
};

struct error *sys_interrupted(const struct sys *sys)
{
	if (sys->k->mem.interrupted && *sys->k->mem.interrupted)
		return error_new(ERROR_PARTIAL, "interrupted");
	return NULL;
}

/* Make one fact and hand it over. Errors: those that end all. */
static struct error *show(struct sys *sys, const struct fact_row *row, sysinfo_callback *callback,
			  void *arg)
{
	struct sys_value v = { .text = BUF_INIT, .source = "" };
	struct sys_fact fact = { .key = row->key, .label = row->label };
	struct error *err = row->get(sys, &v);

	if (err || v.text.len) {
		fact.text = err ? NULL : buf_str(&v.text);
		fact.is_number = row->is_number;
		fact.number = v.number;
		fact.source = err ? err->message : v.source;
		callback(arg, &fact);
	}
	buf_free(&v.text);
	error_free(err);
	return sys_interrupted(sys);
}

struct error *sysinfo_each(struct kernel *k, sysinfo_callback *callback, void *arg)
{
	struct sys sys = { .k = k };
	struct error *err = sys_read_log(&sys);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++)
		err = show(&sys, &rows[i], callback, arg);
	sys_free_log(&sys.log);
	error_free(sys.log_error);
	return err;
}
