# SPDX-License-Identifier: GPL-3.0-or-later
"""edat.py CACHE KERNEL OUTPUT: a kvm.ko whose VMs have enhanced DAT under QEMU's TCG.

TCG lacks the enhanced-DAT facilities 1 and 2 (8 and 78), so KVM gives them to no
guest, although what KVM_S390_MEM_OP does about them is all software. A VM gets
what both the machine (stfle_fac_list) and KVM (kvm_s390_fac_base) know:

	kvm->arch.model.fac_mask[i] = stfle_fac_list[i] & (kvm_s390_fac_base[i] | ...)

In kvm_arch_init_vm(), and only there, the module's reference to stfle_fac_list is
made one to kvm_s390_fac_base: KVM then gives what it knows. No instruction is
changed, and nothing that KVM_S390_MEM_OP runs through.
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bed"))

import initrd  # noqa: E402
import patchkvm  # noqa: E402
import siewait  # noqa: E402
from elf import Elf, ElfError  # noqa: E402

RELA_SIZE = 24
SYMBOL_SIZE = 24


def symbols(elf):
    """Maps names to (index in the symbol table, section, value, size)."""
    symtab = elf.section(".symtab")
    strings = elf.sections[symtab.link].offset
    found = {}
    for number in range(symtab.size // SYMBOL_SIZE):
        at = symtab.offset + number * SYMBOL_SIZE
        name, _, _, section, value, size = elf.unpack(">IBBHQQ", at)
        found[elf.string(strings + name)] = (number, section, value, size)
    return found


def patch(module):
    """The bytes of kvm.ko whose VMs have all facilities that KVM knows."""
    code = bytearray(module)
    elf = Elf(code, "kvm.ko")
    table = symbols(elf)
    for name in ("kvm_arch_init_vm", "stfle_fac_list", "kvm_s390_fac_base"):
        if name not in table:
            raise ElfError(f"kvm.ko: no symbol {name}")
    _, text, start, size = table["kvm_arch_init_vm"]
    rela = next(s for s in elf.sections if s.name == f".rela{elf.sections[text].name}")
    changed = 0
    for at in range(rela.offset, rela.offset + rela.size, RELA_SIZE):
        offset, info = elf.unpack(">QQ", at)
        if start <= offset < start + size and info >> 32 == table["stfle_fac_list"][0]:
            kind = info & 0xFFFFFFFF
            struct.pack_into(">Q", code, at + 8, table["kvm_s390_fac_base"][0] << 32 | kind)
            changed += 1
    if changed == 0:
        raise ElfError("kvm.ko: kvm_arch_init_vm does not use stfle_fac_list")
    return bytes(code)


def main():
    cache, kernel, output = sys.argv[1:]
    module = initrd.Kernel(cache, kernel).module("kvm")
    temporary = f"{output}.{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(patch(siewait.patch(patchkvm.patch(module))))
    os.rename(temporary, output)


if __name__ == "__main__":
    main()
