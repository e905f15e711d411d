#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write an ELF file for s390x with a few symbols.

usage: make-elf.py FILE [BASE [NAME=VALUE[+SIZE][:TYPE]]...]

One segment and .text of 64 KiB at BASE (0x100000 if not given), .data of 64 KiB
behind it. TYPE is as nm(1) tells it: T t B b A W; T if not given. The build id
is 00112233445566778899aabbccddeeff00112233.
"""

import re
import struct
import sys

SIZE = 0x10000
TEXT, DATA, SHN_ABS = 1, 2, 0xFFF1
LOCAL, GLOBAL, WEAK = 0, 1, 2
NOTYPE, OBJECT, FUNC = 0, 1, 2
TYPES = {
    "T": (GLOBAL, FUNC, TEXT),
    "t": (LOCAL, FUNC, TEXT),
    "W": (WEAK, FUNC, TEXT),
    "B": (GLOBAL, OBJECT, DATA),
    "b": (LOCAL, OBJECT, DATA),
    "A": (GLOBAL, NOTYPE, SHN_ABS),
}
BUILD_ID = bytes(range(0, 256, 17)) + bytes([0x00, 0x11, 0x22, 0x33])
NAMES = b"\0.text\0.data\0.symtab\0.strtab\0.shstrtab\0.note.gnu.build-id\0"


def symbol_entry(text, strings):
    name, value, size, kind = re.fullmatch(r"([^=]+)=(\w+)(?:\+(\w+))?(?::(\w))?", text).groups()
    binding, kind, section = TYPES[kind or "T"]
    offset = len(strings)
    strings += name.encode() + b"\0"
    return struct.pack(
        ">IBBHQQ", offset, binding << 4 | kind, 0, section, int(value, 0), int(size or "0", 0)
    )


def section_header(name, kind, flags, addr, offset, size, link=0, info=0, entry=0):
    at = NAMES.index(b"\0" + name + b"\0") + 1 if name else 0
    return struct.pack(">IIQQQQIIQQ", at, kind, flags, addr, offset, size, link, info, 8, entry)


def main(path, base="0x100000", *symbols):
    base = int(base, 0)
    strings = bytearray(b"\0")
    table = bytes(24) + b"".join(symbol_entry(s, strings) for s in symbols)
    note = struct.pack(">III", 4, len(BUILD_ID), 3) + b"GNU\0" + BUILD_ID
    at_table = 64 + 56
    at_strings = at_table + len(table)
    at_note = at_strings + len(strings)
    at_names = at_note + len(note)
    at_headers = at_names + len(NAMES)
    headers = b"".join(
        (
            bytes(64),
            section_header(b".text", 8, 6, base, 0, SIZE),
            section_header(b".data", 8, 3, base + SIZE, 0, SIZE),
            section_header(b".symtab", 2, 0, 0, at_table, len(table), 4, 1, 24),
            section_header(b".strtab", 3, 0, 0, at_strings, len(strings)),
            section_header(b".note.gnu.build-id", 7, 2, 0, at_note, len(note)),
            section_header(b".shstrtab", 3, 0, 0, at_names, len(NAMES)),
        )
    )
    header = b"\x7fELF\x02\x02\x01" + bytes(9)
    header += struct.pack(">HHIQQQIHHHHHH", 2, 22, 1, base, 64, at_headers, 0, 64, 56, 1, 64, 7, 6)
    segment = struct.pack(">IIQQQQQQ", 1, 7, 0, base, base, 0, 2 * SIZE, 4096)
    with open(path, "wb") as file:
        file.write(header + segment + table + strings + note + NAMES + headers)


main(*sys.argv[1:])
