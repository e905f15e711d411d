#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make an ELF dump of a Linux 6.1 guest under plain emulation.

usage: linux-dump.py CACHE MIB FILE

Where that cannot be done: one line of remark on stdout, and exit code 1.
"""

import os
import struct
import sys
import tempfile

tests = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(tests, "tcg"))

import guest  # noqa: E402


EHDR_PHOFF, EHDR_PHNUM = 32, 56
PHDR = struct.Struct(">IIQQQQQQ")
PT_LOAD, PT_NOTE = 1, 4
VMCORE_INFO = 0xE0C  # in the lowcore: the absolute address of a whole ELF note


def add_vmcoreinfo(path):
    """Copy the kernel's VMCOREINFO note to the dump's notes, as kdump does: drgn wants it there."""
    with open(path, "r+b") as file:
        header = file.read(64)
        (phoff,) = struct.unpack_from(">Q", header, EHDR_PHOFF)
        (phnum,) = struct.unpack_from(">H", header, EHDR_PHNUM)
        segments = {}
        for at in range(phoff, phoff + phnum * PHDR.size, PHDR.size):
            file.seek(at)
            segment = PHDR.unpack(file.read(PHDR.size))
            segments.setdefault(segment[0], (at, segment))
        _, load = segments[PT_LOAD]
        file.seek(load[2] + VMCORE_INFO)
        (address,) = struct.unpack(">Q", file.read(8))
        file.seek(load[2] + address)
        name_size, size, _ = struct.unpack(">III", file.read(12))
        file.seek(load[2] + address)
        note = file.read(12 + (name_size + 3 & ~3) + (size + 3 & ~3))
        at, (kind, flags, offset, virtual, physical, in_file, _, align) = segments[PT_NOTE]
        file.seek(offset)
        notes = file.read(in_file) + note
        offset = file.seek(0, os.SEEK_END)
        file.write(notes)
        file.seek(at)
        file.write(PHDR.pack(kind, flags, offset, virtual, physical, len(notes), len(notes), align))


def make(cache, mib, path):
    guest.MEMORY = mib << 20
    with tempfile.TemporaryDirectory(prefix="s390memctl-bench-") as directory:
        initrd = guest.make_initrd(directory, os.path.join(tests, "tcg", "init.c"))
        machine = guest.Guest(directory, guest.kernel_image(cache, "6.1"), initrd)
        try:
            machine.execute("stop")
            machine.dump(path, "elf")
            os.chmod(path, 0o600)
        finally:
            machine.close()
    add_vmcoreinfo(path)


def main(cache, mib, path):
    reason = guest.missing(cache)
    if not reason:
        try:
            make(cache, int(mib), path)
            return 0
        except (RuntimeError, guest.MonitorError) as error:
            reason = str(error)
    print(f"# no dump of a Linux guest with {mib} MiB: {reason}", flush=True)
    return 1


sys.exit(main(*sys.argv[1:]))
