/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Call-frame information of a file of one function, right and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <elf.h>

#include "base/endian.h"
#include "sym/cfi.h"

#define TEXT		0x100000U	/* where the file has its function */
#define TEXT_SIZE	0x100U
#define BIAS		0x3ff00000000ULL
#define PC(offset)	(BIAS + TEXT + (offset))
#define STACK		0x380000U
#define ROUNDS		3000

/* Where things are in the file. */
enum {
	PHDR = 64, TEXT_AT = 0x80, FRAME_AT = 0x180, NAMES_AT = 0x300, SHDRS = 0x340,
	FILE_SIZE = SHDRS + 4 * 64,
};

/*
 * A common entry: CFA is r15 + 160, r14 the return address; then that of the
 * function: 6 bytes on it has saved r14 at CFA - 48 and r15 at CFA - 40, 10 more
 * and its frame has 160 bytes. Behind 32 bytes it is told by expressions.
 */
static const unsigned char frame[] = {
	0, 0, 0, 16, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 0x78, 14,
	0x0c, 15, 0xa0, 0x01, 0, 0, 0,
	0, 0, 0, 52, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0,
	0x46, 0x8e, 6, 0x8f, 5,
	0x4a, 0x0e, 0xc0, 0x02,
	/* DW_CFA_def_cfa_expression: DW_OP_breg11 16, DW_OP_lit8, DW_OP_plus */
	0x50, 0x0f, 4, 0x7b, 16, 0x38, 0x22,
	/* DW_CFA_expression r14: DW_OP_breg11 8, DW_OP_deref */
	0x10, 14, 3, 0x7b, 8, 0x06,
	/* DW_CFA_val_expression r15: DW_OP_breg11 0x40 */
	0x16, 15, 3, 0x7b, 0xc0, 0x00,
	/* DW_CFA_undefined r6 */
	0x07, 6,
	0, 0, 0, 0, 0, 0,
};

static char path[] = "/tmp/s390memctl-cfi.XXXXXX";

static void put_section(unsigned char *p, unsigned int idx, uint32_t name, uint32_t type,
			uint64_t addr, uint64_t offset, uint64_t size)
{
	p += SHDRS + 64 * idx;
	put_be32(p, name);
	put_be32(p + 4, type);
	put_be64(p + 8, type == SHT_PROGBITS && addr ? SHF_ALLOC | SHF_EXECINSTR : 0);
	put_be64(p + 16, addr);
	put_be64(p + 24, offset);
	put_be64(p + 32, size);
	put_be64(p + 48, 1);
}

static void make_file(unsigned char *p)
{
	static const char names[] = "\0.text\0.debug_frame\0.shstrtab";

	memset(p, 0, FILE_SIZE);
	memcpy(p, ELFMAG, SELFMAG);
	p[EI_CLASS] = ELFCLASS64;
	p[EI_DATA] = ELFDATA2MSB;
	p[EI_VERSION] = EV_CURRENT;
	put_be16(p + 16, ET_EXEC);
	put_be16(p + 18, EM_S390);
	put_be32(p + 20, EV_CURRENT);
	put_be64(p + 24, TEXT);
	put_be64(p + 32, PHDR);
	put_be64(p + 40, SHDRS);
	put_be16(p + 52, 64);
	put_be16(p + 54, 56);
	put_be16(p + 56, 1);
	put_be16(p + 58, 64);
	put_be16(p + 60, 4);
	put_be16(p + 62, 3);
	put_be32(p + PHDR, PT_LOAD);
	put_be32(p + PHDR + 4, PF_R | PF_X);
	put_be64(p + PHDR + 8, TEXT_AT);
	put_be64(p + PHDR + 16, TEXT);
	put_be64(p + PHDR + 24, TEXT);
	put_be64(p + PHDR + 32, TEXT_SIZE);
	put_be64(p + PHDR + 40, TEXT_SIZE);
	put_be64(p + PHDR + 48, 4);
	memcpy(p + FRAME_AT, frame, sizeof(frame));
	memcpy(p + NAMES_AT, names, sizeof(names));
	put_section(p, 1, 1, SHT_PROGBITS, TEXT, TEXT_AT, TEXT_SIZE);
	put_section(p, 2, 7, SHT_PROGBITS, 0, FRAME_AT, sizeof(frame));
	put_section(p, 3, 20, SHT_STRTAB, 0, NAMES_AT, sizeof(names));
}

static void write_file(const unsigned char *data, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	return close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

/* Each word of the stack is its own address, plus 2^40. */
static bool read_word(void *arg, uint64_t addr, uint64_t *value)
{
	unsigned int *reads = arg;

	++*reads;
	*value = addr + (1ULL << 40);
	return addr >= STACK && addr < STACK + 0x1000;
}

static struct cfi_regs make_regs(uint64_t pc)
{
	struct cfi_regs regs = { .pc = pc, .known = UINT16_MAX };
	unsigned int i;

	for (i = 0; i < 16; i++)
		regs.gprs[i] = 0x1000 + i;
	regs.gprs[11] = STACK + 0x20;
	regs.gprs[15] = STACK;
	return regs;
}

static void steps(void **state)
{
	unsigned char data[FILE_SIZE];
	struct cfi_regs regs, caller;
	unsigned int reads = 0;
	struct cfi *cfi = NULL;

	(void)state;
	make_file(data);
	write_file(data, sizeof(data));
	assert_null(cfi_open(path, BIAS, &cfi));
	/* At its first instruction: nothing is saved. */
	regs = make_regs(PC(0));
	assert_true(cfi_step(cfi, &regs, read_word, &reads, &caller));
	assert_int_equal(caller.pc, 0x100e);
	assert_int_equal(caller.gprs[15], STACK);
	assert_int_equal(caller.gprs[11], STACK + 0x20);
	assert_true(caller.after_call);
	assert_int_equal(reads, 0);
	/* It has saved registers. */
	regs = make_regs(PC(8));
	assert_true(cfi_step(cfi, &regs, read_word, &reads, &caller));
	assert_int_equal(caller.pc, STACK + 160 - 48 + (1ULL << 40));
	assert_int_equal(caller.gprs[15], STACK + 160 - 40 + (1ULL << 40));
	/* It has made its frame. */
	regs = make_regs(PC(16));
	assert_true(cfi_step(cfi, &regs, read_word, &reads, &caller));
	assert_int_equal(caller.pc, STACK + 320 - 48 + (1ULL << 40));
	/* Behind a call the instruction before counts. */
	regs.after_call = true;
	assert_true(cfi_step(cfi, &regs, read_word, &reads, &caller));
	assert_int_equal(caller.pc, STACK + 160 - 48 + (1ULL << 40));
	/* By expressions: r14 at what the word at r11 + 8 says, which is no stack. */
	regs = make_regs(PC(40));
	assert_false(cfi_step(cfi, &regs, read_word, &reads, &caller));
	/* Behind a call at its very end. */
	regs = make_regs(PC(TEXT_SIZE));
	assert_false(cfi_step(cfi, &regs, read_word, &reads, &caller));
	/* Without a register that is needed. */
	regs = make_regs(PC(8));
	regs.known = 0x7fff;
	assert_false(cfi_step(cfi, &regs, read_word, &reads, &caller));
	/* A stack that cannot be read. */
	regs = make_regs(PC(8));
	regs.gprs[15] = 0;
	assert_false(cfi_step(cfi, &regs, read_word, &reads, &caller));
	/* Nothing is known of other code. */
	regs = make_regs(TEXT);
	assert_false(cfi_step(cfi, &regs, read_word, &reads, &caller));
	cfi_close(cfi);
}

static void expressions(void **state)
{
	/* DW_CFA_val_expression r14: DW_OP_const1u 1, DW_OP_breg11 0, DW_OP_plus */
	static const unsigned char other[] = { 0x16, 14, 3, 0x7b, 0, 0x9f };
	unsigned char data[FILE_SIZE];
	struct cfi_regs regs = make_regs(PC(40)), caller;
	struct cfi *cfi = NULL;
	unsigned int reads = 0;

	(void)state;
	make_file(data);
	memcpy(data + FRAME_AT + 60, other, sizeof(other));
	write_file(data, sizeof(data));
	assert_null(cfi_open(path, BIAS, &cfi));
	assert_true(cfi_step(cfi, &regs, read_word, &reads, &caller));
	assert_int_equal(caller.pc, STACK + 0x20);
	assert_int_equal(caller.gprs[15], STACK + 0x20 + 0x40);
	assert_false(caller.known & 1U << 6);
	assert_true(caller.known & 1U << 7);
	assert_int_equal(reads, 0);
	cfi_close(cfi);
}

static void files_that_are_none(void **state)
{
	unsigned char data[FILE_SIZE];
	struct cfi *cfi = NULL;
	struct error *err;

	(void)state;
	err = cfi_open("/nonexistent", 0, &cfi);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_USAGE);
	assert_null(cfi);
	error_free(err);
	write_file((const unsigned char *)"no ELF file", 11);
	err = cfi_open(path, 0, &cfi);
	assert_non_null(err);
	error_free(err);
	make_file(data);
	data[NAMES_AT + 8] = 'x';	/* no .debug_frame any more */
	write_file(data, sizeof(data));
	err = cfi_open(path, 0, &cfi);
	assert_non_null(err);
	assert_int_equal(err->kind, ERROR_NO);
	error_free(err);
	cfi_close(NULL);
}

/* Whatever is in it, it is read without harm. */
static void damaged_files(void **state)
{
	unsigned char data[FILE_SIZE];
	struct cfi_regs regs, caller;
	struct cfi *cfi;
	struct error *err;
	unsigned int reads = 0, i, opened = 0;
	uint32_t seed = 1;
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		make_file(data);
		for (i = 0; i < 1U + round % 4; i++) {
			seed = seed * 1664525 + 1013904223;
			/* Mostly in the tables, sometimes in headers. */
			if (round % 8)
				data[FRAME_AT + (seed >> 8) % sizeof(frame)] = (unsigned char)(seed >> 24);
			else
				data[(seed >> 8) % FILE_SIZE] = (unsigned char)(seed >> 24);
		}
		write_file(data, sizeof(data));
		err = cfi_open(path, BIAS, &cfi);
		error_free(err);
		if (err)
			continue;
		opened++;
		for (i = 0; i < 48; i += 4) {
			regs = make_regs(PC(i));
			cfi_step(cfi, &regs, read_word, &reads, &caller);
		}
		cfi_close(cfi);
	}
	assert_true(opened > ROUNDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(expressions),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(damaged_files),
	};

	return cmocka_run_group_tests_name("cfi", tests, setup, teardown);
}
