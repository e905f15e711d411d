/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenario file: guest memory, storage keys and vCPU registers. README lists the statements. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "testvmm.h"

#define SEGMENT	(1UL << 20)

/* The host address for a statement that stores at word 1 of the line; NULL: error recorded. */
static uint8_t *destination(struct vm *vm, struct line *line, uint64_t len)
{
	uint64_t addr;
	uint8_t *host;

	if (!line_number(line, vm, 1, &addr))
		return NULL;
	host = guest_host(vm, addr, len);
	if (!host)
		line_error(line, "%#llx, %#llx bytes: not inside one memory statement",
			   (unsigned long long)addr, (unsigned long long)len);
	return host;
}

static bool do_memory(struct vm *vm, struct line *line)
{
	struct memslot *slot = &vm->slots[vm->nr_slots];

	if (vm->nr_slots == MAX_SLOTS)
		return line_error(line, "more than %d memory statements", MAX_SLOTS);
	if (!line_number(line, vm, 1, &slot->addr) || !line_number(line, vm, 2, &slot->size))
		return false;
	if (!slot->size || (slot->addr | slot->size) & (SEGMENT - 1))
		return line_error(line, "address and size must be multiples of 1M");
	slot->readonly = line_flag(line, "readonly");
	/* KVM on s390 wants the host address, too, to be a multiple of 1M. */
	/* Guards on both sides, as QEMU's RAM has them: the kernel merges neighbours. */
	slot->host = mmap(NULL, slot->size + 3 * SEGMENT, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (slot->host == MAP_FAILED)
		return line_error(line, "mmap: %s", strerror(errno));
	slot->host += SEGMENT;
	slot->host += -(uintptr_t)slot->host & (SEGMENT - 1);
	if (mprotect(slot->host, slot->size, PROT_READ | PROT_WRITE))
		return line_error(line, "mprotect: %s", strerror(errno));
	vm->nr_slots++;
	return true;
}

/* Record a range (words 1 and 2) with an argument for after the VM stands. */
static bool add_range(struct vm *vm, struct line *line, struct range *ranges, unsigned int *count,
		      unsigned int arg)
{
	struct range *range = &ranges[*count];

	if (*count == MAX_KEYS)
		return line_error(line, "more than %d statements of this kind", MAX_KEYS);
	if (!line_number(line, vm, 2, &range->size) || !destination(vm, line, range->size) ||
	    !line_number(line, vm, 1, &range->addr))
		return false;
	if ((range->addr | range->size) & 0xfff)
		return line_error(line, "address and size must be multiples of 4K");
	range->arg = arg;
	(*count)++;
	return true;
}

static bool do_mprotect(struct vm *vm, struct line *line)
{
	if (line_flag(line, "none"))
		return add_range(vm, line, vm->protects, &vm->nr_protects, PROT_NONE);
	if (line_flag(line, "read"))
		return add_range(vm, line, vm->protects, &vm->nr_protects, PROT_READ);
	return line_error(line, "the protection is none or read");
}

static bool do_key(struct vm *vm, struct line *line)
{
	uint64_t key;

	if (!line_number(line, vm, 3, &key))
		return false;
	if (key > 0xfe || key & 1)
		return line_error(line, "a storage key is ACC, F, R, C: an even byte");
	return add_range(vm, line, vm->keys, &vm->nr_keys, key);
}

static bool do_tables(struct vm *vm, struct line *line)
{
	uint64_t size;

	if (!line_number(line, vm, 2, &size) || !destination(vm, line, size) ||
	    !line_number(line, vm, 1, &vm->tables))
		return false;
	vm->tables_end = vm->tables + size;
	return true;
}

bool add_symbol(struct vm *vm, struct line *line, const char *name, uint64_t value)
{
	struct symbol *symbol = &vm->symbols[vm->nr_symbols];
	unsigned int i;

	if (vm->nr_symbols == MAX_SYMBOLS)
		return line_error(line, "more than %d names", MAX_SYMBOLS);
	if (strlen(name) >= NAME_LEN || strchr(name, '+') || strchr(name, '=') ||
	    (*name >= '0' && *name <= '9'))
		return line_error(line, "%s: not a name", name);
	for (i = 0; i < vm->nr_symbols; i++)
		if (!strcmp(vm->symbols[i].name, name))
			return line_error(line, "%s: defined before", name);
	strcpy(symbol->name, name);
	symbol->value = value;
	vm->nr_symbols++;
	return true;
}

static bool do_let(struct vm *vm, struct line *line)
{
	uint64_t value;

	line->used[1] = true;
	return line_number(line, vm, 2, &value) && add_symbol(vm, line, line->token[1], value);
}

static bool do_fill(struct vm *vm, struct line *line)
{
	uint64_t len, byte;
	uint8_t *host;

	if (!line_number(line, vm, 2, &len) || !line_number(line, vm, 3, &byte))
		return false;
	host = destination(vm, line, len);
	if (!host)
		return false;
	memset(host, byte, len);
	return true;
}

/* Every doubleword holds its own absolute address plus an addend. */
static bool do_pattern(struct vm *vm, struct line *line)
{
	uint64_t addr, len, off, value, add;
	uint8_t *host;

	if (!line_number(line, vm, 1, &addr) || !line_number(line, vm, 2, &len) ||
	    !line_number_option(line, vm, "add", 0, 0, &add))
		return false;
	if ((addr | len) & 7)
		return line_error(line, "address and length must be multiples of 8");
	host = destination(vm, line, len);
	if (!host)
		return false;
	for (off = 0; off < len; off += 8) {
		value = addr + off + add;
		memcpy(host + off, &value, 8);
	}
	return true;
}

static bool do_hex(struct vm *vm, struct line *line)
{
	uint8_t buf[4096], *host;
	size_t len = 0;
	unsigned int i;

	for (i = 2; i < line->count; i++)
		if (!line_hex(line, i, buf, sizeof(buf), &len))
			return false;
	host = destination(vm, line, len);
	if (!host)
		return false;
	memcpy(host, buf, len);
	return true;
}

/* u8, u16, u32, u64: big-endian integers one behind the other. */
static bool do_integers(struct vm *vm, struct line *line)
{
	unsigned int size = atoi(line->token[0] + 1) / 8, i, byte;
	uint8_t *host = destination(vm, line, (uint64_t)(line->count - 2) * size);
	uint64_t value;

	for (i = 2; host && i < line->count; i++) {
		if (!line_number(line, vm, i, &value))
			return false;
		if (size < 8 && value >> (8 * size))
			return line_error(line, "%s: more than %u bytes", line->token[i], size);
		for (byte = 0; byte < size; byte++)
			*host++ = value >> 8 * (size - 1 - byte);
	}
	return host;
}

/* Code page 1047 for the printable characters of ASCII, from 0x20 on. */
static const uint8_t ebcdic[95] = {
	0x40, 0x5a, 0x7f, 0x7b, 0x5b, 0x6c, 0x50, 0x7d, 0x4d, 0x5d, 0x5c, 0x4e,
	0x6b, 0x60, 0x4b, 0x61, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
	0xf8, 0xf9, 0x7a, 0x5e, 0x4c, 0x7e, 0x6e, 0x6f, 0x7c, 0xc1, 0xc2, 0xc3,
	0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6,
	0xd7, 0xd8, 0xd9, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xad,
	0xe0, 0xbd, 0x5f, 0x6d, 0x79, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
	0x88, 0x89, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0xa2,
	0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xc0, 0x4f, 0xd0, 0xa1,
};

static bool do_text(struct vm *vm, struct line *line)
{
	const char *text = line->token[2];
	size_t len = strlen(text), i;
	uint8_t *host = destination(vm, line, len);

	if (!host)
		return false;
	line->used[2] = true;
	memcpy(host, text, len);
	for (i = 0; i < len && !strcmp(line->token[0], "ebcdic"); i++) {
		if (text[i] < 0x20 || text[i] > 0x7e)
			return line_error(line, "not a printable ASCII character");
		host[i] = ebcdic[text[i] - 0x20];
	}
	return true;
}

static const struct {
	const char *word;
	uint64_t mask;
} psw_words[] = {
	{ "per", 1UL << 62 }, { "dat", 1UL << 58 }, { "io", 1UL << 57 }, { "ext", 1UL << 56 },
	{ "mcheck", 1UL << 50 }, { "wait", 1UL << 49 }, { "problem", 1UL << 48 },
	{ "primary", 0 }, { "ar", 1UL << 46 }, { "secondary", 2UL << 46 }, { "home", 3UL << 46 },
	{ "24bit", 0 }, { "31bit", 1UL << 31 }, { "64bit", 3UL << 31 },
};

/* cpu N psw [MASK] [words] [key=N] [cc=N] ADDRESS */
static bool cpu_psw(struct cpu *cpu, struct line *line)
{
	uint64_t key, cc, mask = 0;
	unsigned int i;

	for (i = 0; i < sizeof(psw_words) / sizeof(psw_words[0]); i++)
		if (line_flag(line, psw_words[i].word))
			mask |= psw_words[i].mask;
	if (!line_number_option(line, cpu->vm, "key", 16, 0, &key) ||
	    !line_number_option(line, cpu->vm, "cc", 4, 0, &cc))
		return false;
	mask |= key << 52 | cc << 44;
	for (i = 3; i < line->count - 1; i++) {
		if (line->used[i])
			continue;
		if (!line_number(line, cpu->vm, i, &key))
			return false;
		mask |= key;
	}
	cpu->psw_mask = mask;
	return line_number(line, cpu->vm, line->count - 1, &cpu->psw_addr);
}

/* cpu N cr|gr|ar|fpr K VALUE... : consecutive registers from K on */
static bool cpu_registers(struct cpu *cpu, struct line *line, const char *set)
{
	uint64_t k, value;
	unsigned int i;

	if (!line_number(line, NULL, 3, &k))
		return false;
	for (i = 4; i < line->count; i++, k++) {
		if (!line_number(line, cpu->vm, i, &value))
			return false;
		if (k > 15)
			return line_error(line, "registers are numbered 0 to 15");
		if (!strcmp(set, "ar") && value >> 32)
			return line_error(line, "%s: more than 32 bits", line->token[i]);
		if (!strcmp(set, "cr")) {
			cpu->crs[k] = value;
			cpu->crs_given |= 1 << k;
		} else if (!strcmp(set, "gr")) {
			cpu->gprs[k] = value;
		} else if (!strcmp(set, "ar")) {
			cpu->acrs[k] = value;
		} else {
			cpu->fprs[k] = value;
		}
	}
	return true;
}

static bool cpu_run_mode(struct cpu *cpu, struct line *line)
{
	if (line_flag(line, "idle"))
		cpu->mode = RUN_IDLE;
	else if (line_flag(line, "busy"))
		cpu->mode = RUN_BUSY;
	else if (line_flag(line, "blocked"))
		cpu->mode = RUN_BLOCKED;
	else
		return line_error(line, "run is idle, busy or blocked");
	return true;
}

/* The vCPU named by word 1 of a cpu statement, made when it is new. */
static struct cpu *statement_cpu(struct vm *vm, struct line *line)
{
	struct cpu *cpu;
	uint64_t id;
	unsigned int i;

	if (!line_number(line, NULL, 1, &id))
		return NULL;
	for (i = 0; i < vm->nr_cpus; i++)
		if ((uint64_t)vm->cpus[i]->id == id)
			return vm->cpus[i];
	if (vm->nr_cpus == MAX_CPUS || id > 63) {
		line_error(line, "at most %d vCPUs, numbered up to 63", MAX_CPUS);
		return NULL;
	}
	cpu = calloc(1, sizeof(*cpu));
	if (!cpu) {
		line_error(line, "out of memory");
		return NULL;
	}
	cpu->vm = vm;
	cpu->id = id;
	cpu->psw_mask = 3UL << 31;
	vm->cpus[vm->nr_cpus++] = cpu;
	return cpu;
}

static bool do_cpu(struct vm *vm, struct line *line)
{
	struct cpu *cpu = statement_cpu(vm, line);
	const char *what = line->token[2];
	uint64_t value;

	if (!cpu)
		return false;
	line->used[2] = true;
	if (!strcmp(what, "psw"))
		return cpu_psw(cpu, line);
	if (!strcmp(what, "cr") || !strcmp(what, "gr") || !strcmp(what, "ar") ||
	    !strcmp(what, "fpr"))
		return cpu_registers(cpu, line, what);
	if (!strcmp(what, "run"))
		return cpu_run_mode(cpu, line);
	if (!strcmp(what, "prefix")) {
		if (line_number(line, vm, 3, &value) && value & ~0x7fffe000UL)
			return line_error(line, "a prefix is a multiple of 8K below 2G");
		cpu->prefix = value;
		return !line->error[0];
	}
	if (!strcmp(what, "fpc")) {
		cpu->fpc = line_number(line, vm, 3, &value) ? value : 0;
		return !line->error[0];
	}
	return line_error(line, "%s: not psw, cr, gr, ar, fpr, fpc, prefix or run", what);
}

static const struct statement statements[] = {
	{ "memory", 2, do_memory, "ADDR SIZE [readonly]" },
	{ "mprotect", 3, do_mprotect, "ADDR SIZE none|read" },
	{ "tables", 2, do_tables, "ADDR SIZE" },
	{ "let", 2, do_let, "NAME VALUE" },
	{ "fill", 3, do_fill, "ADDR LEN BYTE" },
	{ "pattern", 2, do_pattern, "ADDR LEN [add=VALUE]" },
	{ "hex", 2, do_hex, "ADDR HEX..." },
	{ "u8", 2, do_integers, "ADDR VALUE..." },
	{ "u16", 2, do_integers, "ADDR VALUE..." },
	{ "u32", 2, do_integers, "ADDR VALUE..." },
	{ "u64", 2, do_integers, "ADDR VALUE..." },
	{ "text", 2, do_text, "ADDR \"TEXT\"" },
	{ "ebcdic", 2, do_text, "ADDR \"TEXT\"" },
	{ "key", 3, do_key, "ADDR LEN KEY" },
	{ "cpu", 3, do_cpu, "N psw|cr|gr|ar|fpr|fpc|prefix|run ..." },
	{ NULL, 0, NULL, NULL }
};

static const struct statement *find_statement(const struct statement *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

/* vm NAME: the statements that follow belong to a new VM. */
static struct vm *new_vm(struct vmm *vmm, struct line *line, const char *name)
{
	struct vm *vm = &vmm->vms[vmm->nr_vms];

	if (vmm->nr_vms == MAX_VMS || strlen(name) >= NAME_LEN) {
		line_error(line, "at most %d VMs with names shorter than %d", MAX_VMS, NAME_LEN);
		return NULL;
	}
	strcpy(vm->name, name);
	vmm->nr_vms++;
	return vm;
}

static bool run_line(struct vmm *vmm, struct line *line)
{
	const struct statement *st;
	struct vm *vm;

	if (!line->count)
		return true;
	if (!strcmp(line->token[0], "vm")) {
		if (line->count != 2)
			return line_error(line, "usage: vm NAME");
		return new_vm(vmm, line, line->token[1]);
	}
	vm = vmm->nr_vms ? &vmm->vms[vmm->nr_vms - 1] : new_vm(vmm, line, "vm0");
	if (!vm)
		return false;
	st = find_statement(statements, line->token[0]);
	if (!st)
		st = find_statement(table_statements, line->token[0]);
	if (!st)
		return line_error(line, "%s: no such statement", line->token[0]);
	if (line->count - 1 < st->min_words)
		return line_error(line, "usage: %s %s", st->name, st->usage);
	return st->fn(vm, line) && line_all_used(line);
}

bool scenario_read(struct vmm *vmm, const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int number = 0;
	struct line line;
	size_t size = 0;
	char *text = NULL;
	bool ok = true;

	if (!file) {
		fprintf(stderr, "testvmm: %s: %s\n", path, strerror(errno));
		return false;
	}
	while (ok && getline(&text, &size, file) > 0) {
		number++;
		ok = line_split(&line, text) && run_line(vmm, &line);
		if (!ok)
			fprintf(stderr, "%s:%u: %s\n", path, number, line.error);
	}
	if (ok && !vmm->nr_vms) {
		fprintf(stderr, "%s: no statement in it\n", path);
		ok = false;
	}
	free(text);
	fclose(file);
	return ok;
}
