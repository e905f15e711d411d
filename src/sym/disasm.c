/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sym/disasm.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_LIBOPCODES
/* bfd.h wants to be seen by programs with a config.h only. */
#ifndef PACKAGE
#define PACKAGE "s390memctl"
#endif
#include <dis-asm.h>

/* It is not declared where binutils was built for another machine alone. */
extern int print_insn_s390(bfd_vma addr, disassemble_info *info);
#endif

unsigned int instruction_length(unsigned char first)
{
	static const unsigned int lengths[4] = { 2, 4, 4, 6 };

	return lengths[first >> 6];
}

void instruction_free(struct instruction *insn)
{
	buf_free(&insn->mnemonic);
	buf_free(&insn->operands);
}

#ifdef HAVE_LIBOPCODES

struct source {
	uint64_t addr;
	const unsigned char *bytes;
	size_t len;
	struct buf text;
	disasm_address_fn *address;
	void *arg;
	struct instruction *insn;
};

static void add_text(struct source *src, const char *fmt, va_list ap)
{
	buf_addv(&src->text, fmt, ap);
}

static int __attribute__((format(printf, 2, 3))) print(void *stream, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_text(stream, fmt, ap);
	va_end(ap);
	return 0;
}

#ifdef HAVE_STYLED_DISASSEMBLER
static int __attribute__((format(printf, 3, 4)))
print_styled(void *stream, enum disassembler_style style, const char *fmt, ...)
{
	va_list ap;

	(void)style;
	va_start(ap, fmt);
	add_text(stream, fmt, ap);
	va_end(ap);
	return 0;
}
#endif

static int read_memory(bfd_vma addr, bfd_byte *buf, unsigned int len, struct disassemble_info *info)
{
	const struct source *src = info->application_data;
	uint64_t offset = addr - src->addr;

	if (offset > src->len || len > src->len - offset)
		return -1;
	memcpy(buf, src->bytes + offset, len);
	return 0;
}

static void memory_error(int status, bfd_vma addr, struct disassemble_info *info)
{
	(void)status;
	(void)addr;
	(void)info;
}

static void print_address(bfd_vma addr, struct disassemble_info *info)
{
	struct source *src = info->application_data;

	src->insn->has_target = true;
	src->insn->target = addr;
	if (src->address)
		src->address(src->arg, addr, &src->text);
	else
		buf_addf(&src->text, "0x%" PRIx64, (uint64_t)addr);
}

/* "brasl\t%r14,..." in two. */
static void split(const char *text, struct instruction *insn)
{
	size_t len = strcspn(text, "\t ");

	buf_add_escaped(&insn->mnemonic, text, len);
	text += len;
	text += strspn(text, "\t ");
	buf_add_escaped(&insn->operands, text, strlen(text));
}

bool disasm_available(void)
{
	return true;
}

bool disasm(uint64_t addr, const void *bytes, size_t len, disasm_address_fn *address, void *arg,
	    struct instruction *insn)
{
	struct source src = {
		.addr = addr, .bytes = bytes, .len = len, .text = BUF_INIT,
		.address = address, .arg = arg, .insn = insn,
	};
	struct disassemble_info info;
	int n = -1;

	memset(insn, 0, sizeof(*insn));
	if (!len || instruction_length(src.bytes[0]) > len)
		return false;
	insn->length = instruction_length(src.bytes[0]);
	/* What stands behind the instruction is none of its business. */
	src.len = insn->length;
#ifdef HAVE_STYLED_DISASSEMBLER
	init_disassemble_info(&info, &src, print, print_styled);
#else
	init_disassemble_info(&info, &src, print);
#endif
	info.arch = bfd_arch_s390;
	info.mach = bfd_mach_s390_64;
	info.endian = BFD_ENDIAN_BIG;
	info.application_data = &src;
	info.read_memory_func = read_memory;
	info.memory_error_func = memory_error;
	info.print_address_func = print_address;
	disassemble_init_for_target(&info);
	n = print_insn_s390(addr, &info);
	split(buf_str(&src.text), insn);
	if (buf_failed(&src.text))
		n = -1;
	buf_free(&src.text);
	/* Of what is no instruction it takes 4 bytes at most. */
	if (n > 0 && (unsigned int)n < insn->length)
		insn->length = (unsigned int)n;
	return n > 0 && !buf_failed(&insn->mnemonic) && !buf_failed(&insn->operands);
}

#else

bool disasm_available(void)
{
	return false;
}

bool disasm(uint64_t addr, const void *bytes, size_t len, disasm_address_fn *address, void *arg,
	    struct instruction *insn)
{
	(void)addr;
	(void)bytes;
	(void)len;
	(void)address;
	(void)arg;
	memset(insn, 0, sizeof(*insn));
	return false;
}

#endif
