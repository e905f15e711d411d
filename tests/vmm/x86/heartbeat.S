/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heartbeat: a bare-metal x86-64 guest that notices when its vCPU's state is changed.
 *
 * Started by QEMU's -kernel (multiboot). The last word of -append chooses the mode:
 *
 *	busy	never leaves guest mode but to print; interrupts off
 *	tick	HLT, woken by the timer a hundred times a second
 *	idle	HLT with interrupts off; only an NMI wakes it
 *	smp	all CPUs, hot-plugged ones too: numbers 1 and 5 as busy, the others as tick; CPU 0
 *		starts them, and ejects those that are to be unplugged
 *
 * Each round adds a constant of its own to every general register and one to a counter in memory.
 * So after N rounds register K must hold N times its constant; XMM registers hold constants. At
 * each beat all are compared, with the control registers, the FS and GS bases and the x87 control
 * word, and the serial port says "beat 17 ok", or "beat 17 bad NAME" for the first thing that is
 * not what it must be, and no beat follows. A page of memory is compared, too.
 *
 * Every CPU notes its beats in a table at STATUS; only CPU 0 prints. All use the same addresses for
 * what is their own: each has page tables that map the section .percpu to another place.
 *
 * Only instructions that KVM's emulator knows are used: some hosts (KVM without hardware
 * virtualisation) emulate kernel-mode code that is not made for them.
 */

	.set	COM1, 0x3f8
	.set	PIC1, 0x20
	.set	PIC2, 0xa0
	.set	PIT, 0x40
	.set	APIC, 0xfee00000
	.set	CPU_HOTPLUG, 0xaf00		/* QEMU's docs/specs/acpi_cpu_hotplug, i440fx */
	.set	TIMER_VECTOR, 0x20
	.set	APIC_VECTOR, 0x21
	.set	APIC_COUNT, 10000000		/* 100 Hz, at KVM's 1 GHz */
	.set	CPUS, 8
	.set	PERCPU, 0x800000		/* CPU n's is n * 2 MiB above; see heartbeat.ld */
	/* of 64 bytes for each CPU: beats; 1 once it runs, 2 when it is bad; what is bad */
	.set	STATUS, 0x6000
	.set	TRAMPOLINE, 0x7000		/* where CPUs start in real mode */
	.set	TRAMPOLINE_PAGE, TRAMPOLINE >> 12
	.set	PIT_DIVISOR, 11932		/* 100 Hz */

	.set	BUSY_ROUNDS, 1000		/* between looks at the clock */
	.set	BUSY_CLOCKS, 1 << 28		/* of the TSC, between beats: about 0.1 s */
	.set	TICK_ROUNDS, 10			/* between beats */
	.set	IDLE_ROUNDS, 1
	.set	SMP_BUSY_ROUNDS, 50		/* the same for smp: about 10 ms */
	.set	SMP_CLOCKS, 1 << 24
	.set	SMP_TICK_ROUNDS, 1

	.set	MSR_EFER, 0xc0000080
	.set	MSR_FS_BASE, 0xc0000100
	.set	MSR_GS_BASE, 0xc0000101
	.set	FS_BASE, 0x123456789000
	.set	GS_BASE, 0x3456789ab000

	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

/* Protected mode, 32 bits, no paging; %ebx: multiboot information */
	.text
	.code32
	.globl	start
start:
	cli
	cld
	mov	%ebx, multiboot_info

/*
 * Page tables: the first GiB, by 2 MiB pages, at its own addresses, but for .percpu; and the
 * APIC. %ebp: number of this CPU, its APIC id
 */
setup:
	mov	APIC + 0x20, %eax
	shr	$24, %eax
	mov	%eax, %ebp
	shl	$14, %eax
	lea	page_tables(%eax), %edi
	lea	4096 + 3(%edi), %eax
	mov	%eax, (%edi)
	lea	8192 + 3(%edi), %eax
	mov	%eax, 4096(%edi)
	lea	12288 + 3(%edi), %eax
	mov	%eax, 4096 + 8 * (APIC >> 30)(%edi)
	movl	$APIC + 0x93, 12288 + 8 * (APIC >> 21 & 511)(%edi)
	lea	8192(%edi), %esi
	lea	12288(%edi), %ecx
	mov	$0x83, %eax
1:	mov	%eax, (%esi)
	add	$8, %esi
	add	$0x200000, %eax
	cmp	%ecx, %esi
	jne	1b
	mov	%ebp, %eax
	shl	$21, %eax
	add	$PERCPU + 0x83, %eax
	mov	%eax, 8192 + 8 * (PERCPU >> 21)(%edi)

	mov	%edi, %cr3
	mov	$0x620, %eax			/* PAE, OSFXSR, OSXMMEXCPT */
	mov	%eax, %cr4
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$0x100, %eax			/* LME */
	wrmsr
	mov	$0x80000033, %eax		/* PG, NE, ET, MP, PE */
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $start64

	.code64
start64:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$stack_top, %esp
	mov	%ebp, cpu
	shl	$6, %ebp
	movq	$1, STATUS + 8(%rbp)
	fninit
	mov	$MSR_FS_BASE, %ecx
	mov	$FS_BASE & 0xffffffff, %eax
	mov	$FS_BASE >> 32, %edx
	wrmsr
	mov	$MSR_GS_BASE, %ecx
	mov	$GS_BASE & 0xffffffff, %eax
	mov	$GS_BASE >> 32, %edx
	wrmsr
	call	init_block
	call	init_checks
	cmpl	$0, cpu
	jne	other_cpu
	call	init_serial
	call	init_idt

	/* the mode: the first letter of the last word of the command line */
	mov	multiboot_info, %ebx
	mov	16(%rbx), %esi
	mov	%rsi, %rdi
1:	lodsb
	cmp	$' ', %al
	cmove	%rsi, %rdi
	test	%al, %al
	jnz	1b
	mov	(%rdi), %al
	cmp	$'b', %al
	je	busy
	cmp	$'t', %al
	je	tick
	cmp	$'i', %al
	je	idle
	cmp	$'s', %al
	je	smp
	mov	$text_usage, %esi
	call	puts
	jmp	stop

/* The registers, in the order of `constants` and `saved`; RSP is the last. */
	.macro	each_gpr do
	\do	rax, 0
	\do	rbx, 1
	\do	rcx, 2
	\do	rdx, 3
	\do	rsi, 4
	\do	rdi, 5
	\do	rbp, 6
	\do	r8, 7
	\do	r9, 8
	\do	r10, 9
	\do	r11, 10
	\do	r12, 11
	\do	r13, 12
	\do	r14, 13
	\do	r15, 14
	.endm
	.macro	each_xmm do
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\do	\n
	.endr
	.endm

	.macro	clear_gpr reg, k
	mov	$0, %\reg
	.endm
	.macro	add_gpr reg, k
	add	constants + 8 * \k, %\reg
	.endm
	.macro	save_gpr reg, k
	mov	%\reg, saved + 8 * \k
	.endm
	.macro	load_gpr reg, k
	mov	saved + 8 * \k, %\reg
	.endm
	.macro	load_xmm n
	movdqa	xmm_constants + 16 * \n, %xmm\n
	.endm
	.macro	save_xmm n
	movdqa	%xmm\n, xmm_saved + 16 * \n
	.endm

	.macro	begin rounds
	movq	$\rounds, rounds
	movq	$\rounds, rounds_left
	movq	$0, counter
	each_gpr clear_gpr
	each_xmm load_xmm
	.endm
	.macro	one_round
	each_gpr add_gpr
	incq	counter
	decq	rounds_left
	.endm

/* In busy mode there is no stack: RSP is one of the registers that change. */
busy:
	mov	$text_busy, %esi
	call	puts
	begin	BUSY_ROUNDS
	movq	$BUSY_CLOCKS, busy_clocks
	jmp	busy_on
busy_often:
	begin	SMP_BUSY_ROUNDS
	movq	$SMP_CLOCKS, busy_clocks
busy_on:
	movl	$1, rsp_changes
	mov	$0, %rsp
1:	add	constants + 8 * 15, %rsp
	one_round
	jnz	1b
	save_gpr rax, 0
	mov	rounds, %rax
	mov	%rax, rounds_left
	save_gpr rdx, 3
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	cmp	next_beat, %rax
	jb	2f
	add	busy_clocks, %rax
	mov	%rax, next_beat
	load_gpr rax, 0
	load_gpr rdx, 3
	save_gpr rsp, 15
	mov	$stack_top, %esp
	call	beat
	load_gpr rsp, 15
	jmp	1b
2:	load_gpr rax, 0
	load_gpr rdx, 3
	jmp	1b

smp:
	mov	$text_smp, %esi
	call	puts
	mov	$trampoline, %esi
	mov	$TRAMPOLINE, %edi
	mov	$trampoline_end - trampoline, %ecx
2:	lodsb
	mov	%al, (%rdi)
	inc	%edi
	dec	%ecx
	jnz	2b
	movl	$1, is_smp
	call	init_timer
	jmp	tick_often

other_cpu:
	lidt	idt_pointer
	mov	cpu, %eax
	and	$3, %eax
	cmp	$1, %eax
	je	busy_often
	call	init_apic_timer
tick_often:
	begin	SMP_TICK_ROUNDS
	jmp	1f

tick:
	mov	$text_tick, %esi
	call	puts
	call	init_timer
	begin	TICK_ROUNDS
1:	sti
	hlt
	cli
	one_round
	jnz	1b
	save_gpr rsp, 15
	call	beat
	jmp	1b

idle:
	mov	$text_idle, %esi
	call	puts
	begin	IDLE_ROUNDS
1:	hlt
	one_round
	jnz	1b
	save_gpr rsp, 15
	call	beat
	jmp	1b

/* Compare everything, print a beat; every register comes back as it was. */
beat:
	each_gpr save_gpr
	each_xmm save_xmm
	incq	beats
	mov	rounds, %rax
	mov	%rax, rounds_left
	mov	$text_beat, %esi
	call	puts
	mov	beats, %rax
	call	put_number
	call	check_registers
	call	check_xmm
	call	check_system
	call	check_block
	mov	$text_ok, %esi
	call	puts
	call	own_status
	mov	beats, %rcx
	mov	%rcx, (%rax)
	cmpl	$0, is_smp
	je	1f
	cmpl	$0, cpu
	jne	1f
	call	manage_cpus
1:	each_gpr load_gpr
	ret

/* %rax: this CPU's entry of the table at STATUS */
own_status:
	mov	cpu, %eax
	shl	$6, %eax
	add	$STATUS, %eax
	ret

/* Eject what is to be unplugged, start what is there and does not run. */
manage_cpus:
	mov	$1, %ebx
1:	mov	$CPU_HOTPLUG, %edx
	xor	%eax, %eax
	out	%eax, %dx			/* 0 first: not the old interface */
	mov	%ebx, %eax
	out	%eax, %dx
	add	$4, %edx
	in	%dx, %al
	mov	%ebx, %esi
	shl	$6, %esi
	test	$4, %al
	jz	2f
	mov	$8, %al
	out	%al, %dx
	movq	$0, STATUS + 8(%rsi)
	jmp	3f
2:	test	$1, %al
	jz	3f
	cmpq	$0, STATUS + 8(%rsi)
	jne	3f
	mov	$APIC, %edi
	mov	%ebx, %eax
	shl	$24, %eax
	mov	%eax, 0x310(%rdi)
	movl	$0x4500, 0x300(%rdi)		/* INIT, start-up */
	movl	$0x4600 + TRAMPOLINE_PAGE, 0x300(%rdi)
3:	inc	%ebx
	cmp	$CPUS, %ebx
	jne	1b
	ret

init_block:
	xor	%ebx, %ebx
1:	mov	constants, %rax
	imul	%rbx, %rax
	mov	%rax, block(, %rbx, 8)
	inc	%ebx
	cmp	$512, %ebx
	jne	1b
	ret

check_block:
	xor	%ebx, %ebx
1:	mov	constants, %rax
	imul	%rbx, %rax
	cmp	block(, %rbx, 8), %rax
	mov	$text_block, %esi
	jne	bad
	inc	%ebx
	cmp	$512, %ebx
	jne	1b
	ret

/* Each saved register is the counter times its constant. */
check_registers:
	xor	%ebx, %ebx
1:	mov	constants(, %rbx, 8), %rax
	imul	counter, %rax
	cmp	$15, %ebx
	jne	2f
	cmpl	$0, rsp_changes
	jne	2f
	mov	$stack_top, %eax
2:	cmp	saved(, %rbx, 8), %rax
	lea	names(, %rbx, 4), %esi
	jne	bad
	inc	%ebx
	cmp	$16, %ebx
	jne	1b
	ret

check_xmm:
	xor	%ebx, %ebx
1:	mov	xmm_constants(, %rbx, 8), %rax
	cmp	xmm_saved(, %rbx, 8), %rax
	mov	$text_xmm, %esi
	jne	bad
	inc	%ebx
	cmp	$32, %ebx
	jne	1b
	ret

	.macro	check name
	cmp	%rax, expected_\name
	mov	$text_\name, %esi
	jne	bad
	.endm

check_system:
	call	read_cr0
	check	cr0
	call	read_cr3
	check	cr3
	call	read_cr4
	check	cr4
	call	read_fs_base
	check	fs_base
	call	read_gs_base
	check	gs_base
	call	read_fcw
	check	fcw
	ret

/* What later checks compare with is what holds now; the bases are told. */
init_checks:
	call	read_cr0
	mov	%rax, expected_cr0
	call	read_cr3
	mov	%rax, expected_cr3
	call	read_cr4
	mov	%rax, expected_cr4
	call	read_fcw
	mov	%rax, expected_fcw
	ret

read_cr0:
	mov	%cr0, %rax
	ret
read_cr3:
	mov	%cr3, %rax
	ret
read_cr4:
	mov	%cr4, %rax
	ret
read_fs_base:
	mov	$MSR_FS_BASE, %ecx
	jmp	read_msr
read_gs_base:
	mov	$MSR_GS_BASE, %ecx
read_msr:
	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	ret
read_fcw:
	movl	$0, scratch
	fnstcw	scratch
	mov	scratch, %eax
	ret

/* %rsi: what is not as it must be */
bad:
	call	own_status
	mov	(%rsi), %rcx
	mov	%rcx, 16(%rax)
	movq	$2, 8(%rax)
	push	%rsi
	mov	$text_bad, %esi
	call	puts
	pop	%rsi
	call	puts
	mov	$text_newline, %esi
	call	puts
stop:
	cli
	hlt
	jmp	stop

/* COM1, 115200 baud, 8 bits */
init_serial:
	mov	$serial_setup, %esi
1:	lodsw
	test	%ax, %ax
	jz	2f
	movzbl	%al, %edx
	add	$COM1 - 1, %edx
	mov	%ah, %al
	out	%al, %dx
	jmp	1b
2:	ret

putc:
	cmpl	$0, cpu
	jne	2f
	mov	%al, %ah
	mov	$COM1 + 5, %edx
1:	in	%dx, %al
	test	$0x20, %al
	jz	1b
	mov	%ah, %al
	mov	$COM1, %edx
	out	%al, %dx
2:	ret

/* %rsi: text ending in 0 */
puts:
	lodsb
	test	%al, %al
	jz	1f
	call	putc
	jmp	puts
1:	ret

/* %rax in decimal */
put_number:
	xor	%edx, %edx
	mov	$10, %ecx
	div	%rcx
	push	%rdx
	test	%rax, %rax
	jz	1f
	call	put_number
1:	pop	%rax
	add	$'0', %al
	jmp	putc

/* Vector 2 (NMI) just returns, the timers' acknowledge; anything else is bad. */
init_idt:
	xor	%ebx, %ebx
1:	mov	$unexpected, %eax
	mov	$nmi, %ecx
	cmp	$2, %ebx
	cmove	%ecx, %eax
	mov	$timer, %ecx
	cmp	$TIMER_VECTOR, %ebx
	cmove	%ecx, %eax
	mov	$apic_timer, %ecx
	cmp	$APIC_VECTOR, %ebx
	cmove	%ecx, %eax
	mov	%ebx, %edi
	shl	$4, %edi
	add	$idt, %edi
	mov	%ax, (%rdi)
	shr	$16, %eax
	mov	%ax, 6(%rdi)
	movw	$8, 2(%rdi)
	movw	$0x8e00, 4(%rdi)		/* interrupt gate */
	inc	%ebx
	cmp	$APIC_VECTOR + 1, %ebx
	jne	1b
	lidt	idt_pointer
	ret

nmi:
	iretq
timer:
	push	%rax
	mov	$0x20, %al
	out	%al, $PIC1
	pop	%rax
	iretq
apic_timer:
	push	%rax
	mov	$APIC + 0xb0, %eax
	movl	$0, (%rax)
	pop	%rax
	iretq
unexpected:
	mov	$text_exception, %esi
	jmp	bad

init_timer:
	mov	$0x11, %al
	out	%al, $PIC1
	out	%al, $PIC2
	mov	$TIMER_VECTOR, %al
	out	%al, $PIC1 + 1
	mov	$TIMER_VECTOR + 8, %al
	out	%al, $PIC2 + 1
	mov	$4, %al
	out	%al, $PIC1 + 1
	mov	$2, %al
	out	%al, $PIC2 + 1
	mov	$1, %al
	out	%al, $PIC1 + 1
	out	%al, $PIC2 + 1
	mov	$0xfe, %al			/* IRQ 0 only */
	out	%al, $PIC1 + 1
	mov	$0xff, %al
	out	%al, $PIC2 + 1
	mov	$0x34, %al			/* channel 0, rate generator */
	out	%al, $PIT + 3
	mov	$PIT_DIVISOR & 0xff, %al
	out	%al, $PIT
	mov	$PIT_DIVISOR >> 8, %al
	out	%al, $PIT
	ret

init_apic_timer:
	mov	$APIC, %edi
	movl	$0x100 + APIC_VECTOR, 0xf0(%rdi)	/* enabled */
	movl	$0xb, 0x3e0(%rdi)			/* undivided */
	movl	$0x20000 + APIC_VECTOR, 0x320(%rdi)	/* periodic */
	movl	$APIC_COUNT, 0x380(%rdi)
	ret

/* Copied to TRAMPOLINE: real mode, then like start. */
	.code16
trampoline:
	cli
	cld
	xor	%ax, %ax
	mov	%ax, %ds
	lgdtl	TRAMPOLINE + (gdt_pointer_16 - trampoline)
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$0x18, $start_other
gdt_pointer_16:
	.word	gdt_end - gdt - 1
	.long	gdt
trampoline_end:

	.code32
start_other:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	jmp	setup
	.code64

	.section .rodata
/* port + 1 relative to COM1, value */
serial_setup:
	.byte	2, 0, 4, 0x80, 1, 1, 2, 0, 4, 3, 3, 0xc7, 5, 3, 0, 0
names:
	.asciz	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp"
	.ascii	"r8\0\0r9\0\0"
	.asciz	"r10", "r11", "r12", "r13", "r14", "r15", "rsp"
text_busy:	.asciz "heartbeat: busy\n"
text_tick:	.asciz "heartbeat: tick\n"
text_idle:	.asciz "heartbeat: idle\n"
text_smp:	.asciz "heartbeat: smp\n"
text_usage:	.asciz "heartbeat: the last word of -append is busy, tick, idle or smp\n"
text_beat:	.asciz "beat "
text_ok:	.asciz " ok\n"
text_bad:	.asciz " bad "
text_newline:	.asciz "\n"
text_xmm:	.asciz "xmm"
text_cr0:	.asciz "cr0"
text_cr3:	.asciz "cr3"
text_cr4:	.asciz "cr4"
text_fs_base:	.asciz "fs_base"
text_gs_base:	.asciz "gs_base"
text_fcw:	.asciz "fcw"
text_exception:	.asciz "exception"
text_block:	.asciz "block\0\0"

	.balign	16
xmm_constants:
	.set	k, 1
	.rept	32
	.quad	0x9e3779b97f4a7c15 * (2 * k + 1)
	.set	k, k + 1
	.endr
constants:
	.set	k, 1
	.rept	16
	.quad	0xc2b2ae3d27d4eb4f * (2 * k + 1)
	.set	k, k + 1
	.endr

gdt:
	.quad	0, 0x00af9a000000ffff, 0x00cf92000000ffff, 0x00cf9a000000ffff
gdt_end:
gdt_pointer:
	.word	gdt_end - gdt - 1
	.long	gdt
	.long	0
idt_pointer:
	.word	(APIC_VECTOR + 1) * 16 - 1
	.quad	idt

	.data
	.balign	8
expected_fs_base:	.quad FS_BASE
expected_gs_base:	.quad GS_BASE

	.bss
	.balign	4096
page_tables:		.skip 16384 * CPUS
idt:			.skip (APIC_VECTOR + 1) * 16
multiboot_info:		.skip 8
is_smp:			.skip 8

	/* one for each CPU */
	.section .percpu, "aw", @nobits
	.balign	4096
counter:		.skip 8			/* the first: watched from outside */
	.balign	4096
block:			.skip 4096
xmm_saved:		.skip 256
saved:			.skip 128
rounds:			.skip 8
rounds_left:		.skip 8
beats:			.skip 8
next_beat:		.skip 8
busy_clocks:		.skip 8
expected_cr0:		.skip 8
expected_cr3:		.skip 8
expected_cr4:		.skip 8
expected_fcw:		.skip 8
cpu:			.skip 8
scratch:		.skip 8
rsp_changes:		.skip 8
	.balign	16
			.skip 4096
stack_top:
	.section .note.GNU-stack, "", @progbits
