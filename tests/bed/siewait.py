# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives kvm.ko a stand-in for SIE that knows the wait state, for machines without SIE.

Under QEMU's TCG the kernel's sie64a takes a program check at once and returns
-EFAULT, so that a vCPU in KVM_RUN is always busy: KVM injects one program
interruption after the other. Here the symbol sie64a (__sie64a since 6.11) is
pointed at a few instructions inside the module:

  PSW bit 14 (wait) on   the interception code becomes 0x1c (wait state) and
                         the result 0, as when SIE meets a wait-state PSW. Then
                         kvm_s390_handle_wait() blocks the thread inside
                         KVM_RUN, as it does for a real idle guest.
  off                    the result is -EFAULT, as without this.

The instructions take the place of part of a function for machines with an
Ultravisor. Nothing that KVM_S390_MEM_OP runs through is touched. Offsets in
the SIE block: struct kvm_s390_sie_block in arch/s390/include/asm/kvm_host.h,
icptcode 0x50, gpsw 0x90.
"""

import struct

from elf import Elf, ElfError

HOME = "kvm_s390_pv_dump_complete"
# The first bytes of HOME stay: ftrace looks at them when the module is loaded.
SKIP = 0x40
SYMBOL_SIZE = 24
RELA_SIZE = 24
R_390_NONE = 0
STB_GLOBAL_STT_FUNC = 0x12
# The argument register that holds the (virtual) address of the SIE block:
# sie64a(block, gprs), __sie64a(physical, block, gprs, gasce).
BLOCK_REGISTER = {"sie64a": 2, "__sie64a": 3}


def stand_in(register):
    """The instructions, for a SIE block whose address is in that register."""
    tm = struct.pack(">BBH", 0x91, 0x02, register << 12 | 0x91)  # tm 0x91(%rN),2
    mvi = struct.pack(">BBH", 0x92, 0x1C, register << 12 | 0x50)  # mvi 0x50(%rN),0x1c
    return b"".join((
        tm,
        bytes.fromhex("a7840007"),  # je .+14
        mvi,
        bytes.fromhex("a7290000"),  # lghi %r2,0
        bytes.fromhex("07fe"),      # br %r14
        bytes.fromhex("a729fff2"),  # lghi %r2,-14
        bytes.fromhex("07fe"),      # br %r14
    ))  # fmt: skip


def find_symbols(elf, wanted):
    """Maps names to (file offset of the entry, section index, value, size)."""
    symtab = elf.section(".symtab")
    strings = elf.sections[symtab.link].offset
    found = {}
    for at in range(symtab.offset, symtab.offset + symtab.size, SYMBOL_SIZE):
        name, _, _, index, value, size = elf.unpack(">IBBHQQ", at)
        text = elf.string(strings + name)
        if text in wanted:
            found[text] = (at, index, value, size)
    return found


def drop_relocations(elf, index, start, end):
    """What the linker would write into the new instructions is not written."""
    rela = elf.section(".rela" + elf.sections[index].name)
    for at in range(rela.offset, rela.offset + rela.size, RELA_SIZE):
        (offset,) = elf.unpack(">Q", at)
        if start - 8 < offset < end:
            struct.pack_into(">Q", elf.data, at + 8, R_390_NONE)


def patch(module):
    """The bytes of kvm.ko, with the stand-in."""
    elf = Elf(bytearray(module), "kvm.ko")
    symbols = find_symbols(elf, {HOME, *BLOCK_REGISTER})
    home = symbols.pop(HOME, None)
    if home is None or len(symbols) != 1:
        raise ElfError(f"kvm.ko: sie64a or {HOME} was not found")
    (name, (entry, _, _, _)), = symbols.items()
    _, index, value, size = home
    code = stand_in(BLOCK_REGISTER[name])
    start = value + SKIP
    if SKIP + len(code) > size:
        raise ElfError(f"kvm.ko: {HOME} is too short")
    drop_relocations(elf, index, start, start + len(code))
    at = elf.sections[index].offset + start
    elf.data[at : at + len(code)] = code
    fields = (STB_GLOBAL_STT_FUNC, 0, index, start, len(code))
    struct.pack_into(">BBHQQ", elf.data, entry + 4, *fields)
    return bytes(elf.data)
