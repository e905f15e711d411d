# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets Debian's s390 kvm.ko load under QEMU's TCG, which lacks SIE and PLO.

Two instructions that run only while the module is loaded are changed; the code
that serves ioctls stays as it was built:

1. init_module refuses a machine whose SCLP does not announce SIE:
       tm    has_sief2(%r1),mask
       jz/je fail               or   jne good
   The branch is made to behave as if the bit were set.
2. kvm_s390_cpu_feat_init asks for the functions of PERFORM LOCKED OPERATION in
   a loop, by one "plo %r0,0(%r0),0(%r0)". It becomes a no-operation of the same
   length, which leaves the condition code of the instruction before.

The signature appended to the module no longer matches, so it is taken off. A
kernel that does not enforce signatures (Debian's) loads an unsigned module.
"""

import struct

from elf import SHF_EXECINSTR, SHT_PROGBITS, Elf, ElfError

PLO = b"\xee\x00\x00\x00\x00\x00"
BRCL_NEVER = b"\xc0\x04\x00\x00\x00\x00"
TM_OPCODE = 0x91
# The branch after TM: as built -> as wanted. Mask 8 is "all tested bits zero".
BRANCHES = {
    b"\xa7\x84": b"\xa7\x04",  # brc 8,fail  -> never branch
    b"\xa7\x74": b"\xa7\xf4",  # brc 7,good  -> always branch
}
# How far behind the load of &sclp the compiler may have put the TM.
TM_WINDOW = 32

SIGNATURE_MAGIC = b"~Module signature appended~\n"
# struct module_signature of include/linux/module_signature.h
SIGNATURE_INFO_SIZE = 12


def strip_signature(module):
    """The module without the signature that scripts/sign-file appended."""
    if not module.endswith(SIGNATURE_MAGIC):
        return module
    end = len(module) - len(SIGNATURE_MAGIC)
    (length,) = struct.unpack(">I", module[end - 4 : end])
    return module[: end - SIGNATURE_INFO_SIZE - length]


def find_plo(elf):
    """File offsets of every PLO in the module's code."""
    offsets = []
    for section in elf.sections:
        if section.type != SHT_PROGBITS or not section.flags & SHF_EXECINSTR:
            continue
        at = elf.data.find(PLO, section.offset, section.offset + section.size)
        while at >= 0:
            offsets.append(at)
            at = elf.data.find(PLO, at + 1, section.offset + section.size)
    return offsets


def find_sief2_branch(elf):
    """File offset of the branch after init_module's test of sclp.has_sief2."""
    text = elf.section(".init.text")
    for relocation in elf.relocations(".rela.init.text"):
        if relocation.symbol != "sclp":
            continue
        start = text.offset + relocation.offset + 4
        for at in range(start, start + TM_WINDOW, 2):
            if elf.data[at] == TM_OPCODE and bytes(elf.data[at + 4 : at + 6]) in BRANCHES:
                return at + 4
    return None


def patch(module):
    """The bytes of kvm.ko, made to load under TCG."""
    code = bytearray(strip_signature(module))
    elf = Elf(code, "kvm.ko")
    plo = find_plo(elf)
    branch = find_sief2_branch(elf)
    if len(plo) != 1:
        raise ElfError(f"kvm.ko: {len(plo)} PLO instructions, expected one")
    if branch is None:
        raise ElfError("kvm.ko: the test of sclp.has_sief2 was not found")
    code[plo[0] : plo[0] + len(PLO)] = BRCL_NEVER
    code[branch : branch + 2] = BRANCHES[bytes(code[branch : branch + 2])]
    return bytes(code)
