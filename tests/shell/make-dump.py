#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write an ELF dump of a small s390 machine whose tables lead everywhere.

usage: make-dump.py FILE

4 MiB of absolute storage; CPU 0 is in primary space, CPU 1 in access-register
mode. What stands where is told at each line of main().
"""

import struct
import sys

STORAGE = 4 << 20
INVALID_SEGMENT = 0x20
INVALID_PAGE = 0x400
PROTECTED = 0x200
LARGE = 0x400  # format control: a frame, no table
PAGES = 256
ENTRIES = 512  # of a table of one page

PT_LOAD, PT_NOTE = 1, 4
ELF_HEADER, PHDR = 64, 56
NT_PRSTATUS, NT_CTRS, NT_PREFIX = 1, 0x304, 0x305


class Storage:
    """Absolute storage, with what is needed to fill it."""

    def __init__(self):
        self.data = bytearray(STORAGE)

    def put(self, addr, data):
        self.data[addr : addr + len(data)] = data

    def table(self, addr, entries):
        """8-byte entries by index."""
        for index, entry in entries.items():
            struct.pack_into(">Q", self.data, addr + 8 * index, entry)


def page_table(storage, addr, entries):
    """A page table, invalid where nothing else is said."""
    storage.table(addr, {i: INVALID_PAGE for i in range(PAGES)})
    storage.table(addr, entries)


def upper_table(storage, addr, kind, pages, entries):
    """A segment (kind 0) or region table of so many pages."""
    invalid = INVALID_SEGMENT | kind << 2
    storage.table(addr, {i: invalid for i in range(pages * ENTRIES)})
    storage.table(addr, entries)


def note(name, kind, desc):
    name = name.encode() + b"\0"
    parts = (struct.pack(">III", len(name), len(desc), kind), name, desc)
    return b"".join(part + b"\0" * (-len(part) % 4) for part in parts)


def cpu_notes(number, mask, address, acrs, crs, prefix):
    status = bytearray(336)
    struct.pack_into(">I", status, 32, number)
    struct.pack_into(">QQ", status, 112, mask, address)
    struct.pack_into(">16I", status, 256, *acrs)
    return (
        note("CORE", NT_PRSTATUS, bytes(status))
        + note("LINUX", NT_CTRS, struct.pack(">16Q", *crs))
        + note("LINUX", NT_PREFIX, struct.pack(">I", prefix))
    )


def write_elf(path, notes, data):
    start = ELF_HEADER + 2 * PHDR
    header = b"\x7fELF\x02\x02\x01".ljust(16, b"\0")
    header += struct.pack(">HHIQQQIHHHHHH", 4, 22, 1, 0, ELF_HEADER, 0, 0, ELF_HEADER, PHDR, 2, 0, 0, 0)
    header += struct.pack(">IIQQQQQQ", PT_NOTE, 0, start, 0, 0, len(notes), len(notes), 0)
    header += struct.pack(">IIQQQQQQ", PT_LOAD, 0, start + len(notes), 0, 0, len(data), len(data), 0)
    with open(path, "wb") as file:
        file.write(header + notes + data)


def primary(storage):
    """A segment table at 0x10000 of 512 entries."""
    upper_table(storage, 0x10000, 0, 1, {
        0: 0x11000,
        1: 0x200000 | LARGE,
        2: 0x300000 | LARGE,
        3: 0x100000 | LARGE | PROTECTED,
        0x1FF: 0x11800,
    })  # fmt: skip
    page_table(storage, 0x11000, {
        0: 0x0,  # prefixing: absolute 0x8000
        1: 0x20000,
        2: 0x21000,
        3: 0x30000,  # elsewhere
        4: 0x22000 | PROTECTED,
        6: 0x7FFF000,  # no storage there
        7: 0x22800,  # bit 52 is one
        0xFF: 0x23000,
    })  # fmt: skip
    page_table(storage, 0x11800, {0: 0x24000})


def home(storage):
    """A region-third table at 0x12000, one page long; a segment table from entry 512 on."""
    upper_table(storage, 0x12000, 1, 1, {1: 0x13000 - 0x1000 | 0x40 | 1 << 2 | 1})
    upper_table(storage, 0x13000, 0, 1, {0x3F: 0x14000})
    page_table(storage, 0x14000, {0: 0x20000, 1: 0x30000})


def access_list(storage):
    """A DUCT at 0x15000, its access list at 0x15080, ASTEs at 0x15100 and 0x15140."""
    storage.put(0x15010, struct.pack(">I", 0x15080))
    # Entry 2: sequence 1. Entry 3: private to authorization index 0x22, fetch-only. Entry 4: to 7.
    storage.put(0x150A0, struct.pack(">IIII", 1 << 16, 0, 0x15100, 5))
    storage.put(0x150B0, struct.pack(">IIII", 0x03010022, 0, 0x15100, 5))
    storage.put(0x150C0, struct.pack(">IIII", 0x01010007, 0, 0x15140, 6))
    storage.put(0x15100, struct.pack(">IIQII", 0x15200, 0x30, 0x16000, 0, 5))
    # An authority table of 16 entries, that of index 0x22 is not there.
    storage.put(0x15140, struct.pack(">IIQII", 0x15200, 0, 0x16000, 0, 6))
    upper_table(storage, 0x16000, 0, 1, {0: 0x17000})
    page_table(storage, 0x17000, {1: 0x30000})


def endless(storage):
    """From a region-first table at 0x40000 on every entry leads to the same table: 2^64 bytes."""
    kinds = ((0x40000, 3), (0x44000, 2), (0x48000, 1), (0x4C000, 0))
    for addr, kind in kinds:
        below = addr + 0x4000 | kind << 2 | (3 if kind else 0)
        upper_table(storage, addr, kind, 4, {i: below for i in range(4 * ENTRIES)})
    # Every other page is protected.
    page_table(storage, 0x50000, {i: 0x20000 | i % 2 * PROTECTED for i in range(PAGES)})
    # The same from 0x60000 on with nothing but invalid pages.
    for addr, kind in kinds:
        below = addr + 0x24000 | kind << 2 | (3 if kind else 0)
        upper_table(storage, addr + 0x20000, kind, 4, {i: below for i in range(4 * ENTRIES)})
    page_table(storage, 0x70000, {})


def contents(storage):
    storage.put(0x20000, b"first page\0")
    storage.put(0x20FFC, bytes.fromhex("000003ff80123456"))  # across two pages
    storage.put(0x30010, "EBCDIC".encode("cp500"))
    storage.put(0x30020, bytes.fromhex("000003ff80ab3456"))
    storage.put(0x3F000, b"red \x1b[31m\x07\xc2\x9b41m\xe2\x80\xae\0")  # for a terminal
    storage.put(0x30101, bytes.fromhex("12345678"))
    storage.put(0x30200, bytes.fromhex("12345678"))
    storage.put(0x22000, b"first pace\0" + b"x" * 300)


def main():
    storage = Storage()
    primary(storage)
    home(storage)
    access_list(storage)
    endless(storage)
    contents(storage)
    crs = [0] * 16
    crs[0] = 0x10800000  # enhanced DAT, low-address protection
    crs[1] = 0x10000
    crs[2] = 0x15000
    crs[7] = 0x20  # a real space
    crs[8] = 0x22 << 16
    crs[13] = 0x12004
    acrs = [0] * 16
    acrs[1:7] = 1, 0x00010002, 0x00010003, 0x00010004, 0x00010100, 0x02000000
    notes = cpu_notes(1, 0x0404000180000000, 0x1000, acrs, crs, 0x8000)
    notes += cpu_notes(2, 0x0404400180000000, 0x1000, acrs, crs, 0xA000)
    write_elf(sys.argv[1], notes, bytes(storage.data))


if __name__ == "__main__":
    main()
