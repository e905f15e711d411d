/* SPDX-License-Identifier: GPL-3.0-or-later */

	.section .rodata
	.balign	8
/* 8 general registers, 8 floating-point registers, 14 access registers */
patterns:
	.quad	0x6060606060606060, 0x7171717171717171, 0x8282828282828282, 0x9393939393939393
	.quad	0xa4a4a4a4a4a4a4a4, 0xb5b5b5b5b5b5b5b5, 0xc6c6c6c6c6c6c6c6, 0xd7d7d7d7d7d7d7d7
	.quad	0x3ff1111111111111, 0x3ff2222222222222, 0x3ff3333333333333, 0x3ff4444444444444
	.quad	0x3ff5555555555555, 0x3ff6666666666666, 0x3ff7777777777777, 0x3ff8888888888888
	.long	0x02aa0202, 0x03aa0303, 0x04aa0404, 0x05aa0505, 0x06aa0606, 0x07aa0707, 0x08aa0808
	.long	0x09aa0909, 0x0aaa0a0a, 0x0baa0b0b, 0x0caa0c0c, 0x0daa0d0d, 0x0eaa0e0e, 0x0faa0f0f
	.set	PATTERN_SIZE, . - patterns

	.set	SAVED, 160		/* f8-f15, a2-a15, FPC */
	.set	SAVED_ACRS, SAVED + 64
	.set	SAVED_FPC, SAVED + 120
	.set	BAD, SAVED + 128
	.set	FOUND, SAVED + 136	/* what came back, in the order of the patterns */
	.set	FRAME, FOUND + PATTERN_SIZE + 8

	.macro	fprs insn, disp, base
	\insn	%f8, \disp(\base)
	\insn	%f9, \disp + 8(\base)
	\insn	%f10, \disp + 16(\base)
	\insn	%f11, \disp + 24(\base)
	\insn	%f12, \disp + 32(\base)
	\insn	%f13, \disp + 40(\base)
	\insn	%f14, \disp + 48(\base)
	\insn	%f15, \disp + 56(\base)
	.endm

	.text
	.globl	kvm_run_checked
	.type	kvm_run_checked, @function
kvm_run_checked:
	.cfi_startproc
	stmg	%r6, %r15, 48(%r15)
	aghi	%r15, -FRAME
	.cfi_adjust_cfa_offset FRAME
	stg	%r4, BAD(%r15)
	fprs	std, SAVED, %r15
	stam	%a2, %a15, SAVED_ACRS(%r15)
	stfpc	SAVED_FPC(%r15)
	larl	%r1, patterns
	lmg	%r6, %r13, 0(%r1)
	fprs	ld, 64, %r1
	lam	%a2, %a15, 128(%r1)
	lghi	%r4, 0
	brasl	%r14, ioctl@PLT
	stmg	%r6, %r13, FOUND(%r15)
	fprs	std, FOUND + 64, %r15
	stam	%a2, %a15, FOUND + 128(%r15)
	stfpc	FOUND + PATTERN_SIZE(%r15)
	lghi	%r0, 1
	larl	%r1, patterns
	clc	FOUND(PATTERN_SIZE, %r15), 0(%r1)
	jne	1f
	clc	FOUND + PATTERN_SIZE(4, %r15), SAVED_FPC(%r15)
	jne	1f
	lghi	%r0, 0
1:	lg	%r1, BAD(%r15)
	stg	%r0, 0(%r1)
	fprs	ld, SAVED, %r15
	lam	%a2, %a15, SAVED_ACRS(%r15)
	lmg	%r6, %r15, FRAME + 48(%r15)
	.cfi_adjust_cfa_offset -FRAME
	br	%r14
	.cfi_endproc
	.size	kvm_run_checked, . - kvm_run_checked

	.globl	ioctl_with_acrs
	.type	ioctl_with_acrs, @function
ioctl_with_acrs:
	.cfi_startproc
	aghi	%r15, -(160 + 64)
	.cfi_adjust_cfa_offset 160 + 64
	stam	%a0, %a15, 160(%r15)
	lam	%a0, %a15, 0(%r5)
	svc	54
	lam	%a0, %a15, 160(%r15)
	aghi	%r15, 160 + 64
	.cfi_adjust_cfa_offset -(160 + 64)
	br	%r14
	.cfi_endproc
	.size	ioctl_with_acrs, . - ioctl_with_acrs

	.section .note.GNU-stack, "", @progbits
