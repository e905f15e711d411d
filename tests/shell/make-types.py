#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write an ELF file for s390x with one symbol and DWARF 4 that no compiler makes.

usage: make-types.py KIND FILE [LINK]

shares	struct foo of 4 bytes, whose name is in the file LINK (.gnu_debugaltlink)
shared	what "shares" shares: LINK, if there is one, is another such file
arrays	400,000 variables of an array of 400,000 dimensions without length
notes	60 sections with a note of 1 MiB each
packed	20 compressed sections that say that they have 200 MiB each
names	names of sections that do not end
"""

import struct
import sys
import zlib

BUILD_ID = bytes(range(20))
MANY = 400000
MIB = 1 << 20
COMPRESSED = 1 << 11

COMPILE_UNIT, ARRAY, SUBRANGE, STRUCTURE, VARIABLE = 0x11, 0x01, 0x21, 0x13, 0x34
NAME, BYTE_SIZE, TYPE = 0x03, 0x0B, 0x49
FORM_STRING, FORM_DATA1, FORM_REF4, FORM_STRP_ALT = 0x08, 0x0B, 0x13, 0x1F21
FIRST = 12  # offset of the first DIE below the unit's, which is one byte long


def uleb(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def abbreviation(code, tag, children, *attributes):
    out = uleb(code) + uleb(tag) + bytes([children])
    for attribute, form in attributes:
        out += uleb(attribute) + uleb(form)
    return out + b"\0\0"


ABBREVIATIONS = (
    abbreviation(1, COMPILE_UNIT, 1)
    + abbreviation(2, ARRAY, 1)
    + abbreviation(3, SUBRANGE, 0)
    + abbreviation(4, VARIABLE, 0, (NAME, FORM_STRING), (TYPE, FORM_REF4))
    + abbreviation(5, STRUCTURE, 0, (NAME, FORM_STRP_ALT), (BYTE_SIZE, FORM_DATA1))
    + b"\0"
)


def entries(kind):
    if kind == "shares":
        return b"\x05" + struct.pack(">IB", 1, 4)
    if kind == "arrays":
        array = b"\x02" + b"\x03" * MANY + b"\0"
        one = struct.pack(">I", FIRST)
        return array + b"".join(b"\x04v%x\0" % i + one for i in range(MANY))
    return b""


def main(kind, path, link=""):
    body = b"\x01" + entries(kind) + b"\0"
    info = struct.pack(">IHIB", len(body) + 7, 4, 0, 8) + body
    symbols = bytes(24) + struct.pack(">IBBHQQ", 1, 0x12, 0, 1, 0x100000, 16)
    note = struct.pack(">III", 4, len(BUILD_ID), 3) + b"GNU\0" + BUILD_ID
    # name, type, flags, address, contents, link, size of an entry
    sections = [
        (b".text", 1, 6, 0x100000, bytes(64), 0, 0),
        (b".symtab", 2, 0, 0, symbols, 3, 24),
        (b".strtab", 3, 0, 0, b"\0start\0", 0, 0),
        (b".debug_info", 1, 0, 0, info, 0, 0),
        (b".debug_abbrev", 1, 0, 0, ABBREVIATIONS, 0, 0),
        (b".debug_str", 1, 0, 0, b"\0foo\0", 0, 0),
        (b".note.gnu.build-id", 7, 2, 0, note, 0, 0),
    ]
    if link:
        contents = link.encode() + b"\0" + BUILD_ID
        sections.append((b".gnu_debugaltlink", 1, 0, 0, contents, 0, 0))
    if kind == "notes":
        many = struct.pack(">III", 4, MIB - 16, 0x12345) + b"GNU\0" + bytes(MIB - 16)
        sections += [(b".note%d" % i, 7, 0, 0, many, 0, 0) for i in range(60)]
    elif kind == "packed":
        many = struct.pack(">IIQQ", 1, 0, 200 * MIB, 1) + zlib.compress(bytes(MIB))
        sections += [(b".debug_x%d" % i, 1, COMPRESSED, 0, many, 0, 0) for i in range(20)]
    names = b"\0" + b"\0".join(s[0] for s in sections) + b"\0.shstrtab\0"
    if kind == "names":
        names += b"x"
    sections.append((b".shstrtab", 3, 0, 0, names, 0, 0))
    data = b""
    headers = bytes(64)
    for name, type_, flags, addr, contents, linked, entry in sections:
        data += bytes(-len(data) % 8)
        at = names.index(b"\0" + name + b"\0") + 1
        headers += struct.pack(
            ">IIQQQQIIQQ", at, type_, flags, addr, 64 + len(data), len(contents), linked, 1, 4, entry
        )
        data += contents
    data += bytes(-len(data) % 8)
    header = b"\x7fELF\x02\x02\x01" + bytes(9)
    header += struct.pack(">HHIQQQI", 2, 22, 1, 0x100000, 0, 64 + len(data), 0)
    header += struct.pack(">HHHHHH", 64, 56, 0, 64, len(sections) + 1, len(sections))
    with open(path, "wb") as file:
        file.write(header + data + headers)


main(*sys.argv[1:])
