# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads s390x ELF files: sections, symbols, and what a program links to."""

import os
import struct
from collections import namedtuple

SHF_EXECINSTR = 4
SHT_PROGBITS = 1
PT_INTERP = 3
EM_S390 = 22
DT_NEEDED = 1

Section = namedtuple("Section", "name type flags offset size link info")
Relocation = namedtuple("Relocation", "offset symbol addend")

# Where Debian's packages keep shared libraries.
LIBRARY_DIRS = ("lib/s390x-linux-gnu", "usr/lib/s390x-linux-gnu", "lib", "usr/lib")


class ElfError(Exception):
    """The file is no s390x ELF file, or links to what nobody has."""


class Elf:
    """An ELF64 big-endian file in memory."""

    def __init__(self, data, name):
        self.data = data
        self.name = name
        if data[:6] != b"\x7fELF\x02\x02" or self.unpack(">H", 18)[0] != EM_S390:
            raise ElfError(f"{name} is not an s390x ELF file")
        self.sections = self._read_sections()

    @classmethod
    def open(cls, path):
        with open(path, "rb") as file:
            return cls(file.read(), str(path))

    def unpack(self, form, offset):
        try:
            return struct.unpack_from(form, self.data, offset)
        except struct.error:
            raise ElfError(f"{self.name} is truncated") from None

    def string(self, offset):
        end = self.data.index(b"\0", offset)
        return self.data[offset:end].decode("latin-1")

    def _read_sections(self):
        (table,) = self.unpack(">Q", 40)
        size, count, names = self.unpack(">HHH", 58)
        if table == 0:
            return []
        raw = [self.unpack(">IIQQQQIIQQ", table + i * size) for i in range(count)]
        return [
            Section(self.string(raw[names][4] + s[0]), s[1], s[2], s[4], s[5], s[6], s[7])
            for s in raw
        ]

    def section(self, name):
        for section in self.sections:
            if section.name == name:
                return section
        return None

    def contents(self, section):
        return self.data[section.offset : section.offset + section.size]

    def relocations(self, name):
        """The entries of a .rela section, with the names of their symbols."""
        rela = self.section(name)
        symtab = self.sections[rela.link]
        strtab = self.sections[symtab.link]
        for at in range(rela.offset, rela.offset + rela.size, 24):
            offset, info, addend = self.unpack(">QQq", at)
            (symbol,) = self.unpack(">I", symtab.offset + (info >> 32) * 24)
            yield Relocation(offset, self.string(strtab.offset + symbol), addend)

    def interpreter(self):
        """The dynamic linker that the program names, None if it is static."""
        (table,) = self.unpack(">Q", 32)
        size, count = self.unpack(">HH", 54)
        for i in range(count):
            kind, _, offset = self.unpack(">IIQ", table + i * size)
            if kind == PT_INTERP:
                return self.string(offset)
        return None

    def needed(self):
        """The names of the shared libraries that the file links to."""
        dynamic = self.section(".dynamic")
        if dynamic is None:
            return []
        strings = self.sections[dynamic.link]
        entries = [
            self.unpack(">qQ", at)
            for at in range(dynamic.offset, dynamic.offset + dynamic.size, 16)
        ]
        return [self.string(strings.offset + value) for tag, value in entries if tag == DT_NEEDED]


def symbols_file(symbols, end):
    """The bytes of an executable that is nothing but symbols, of addresses below end."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in symbols)
    table = bytes(24)
    for name, value in symbols.items():
        at = names.index(b"\0" + name.encode() + b"\0") + 1
        # a global object in section 1
        table += struct.pack(">IBBHQQ", at, 0x11, 0, 1, value, 8)
    strings = b"\0.data\0.symtab\0.strtab\0.shstrtab\0"
    at = [64]
    for part in (table, names, strings):
        at.append(at[-1] + len(part))
    sections = (
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        (strings.index(b".data"), 8, 3, 0, at[0], end, 0, 0, 4096, 0),
        (strings.index(b".symtab"), 2, 0, 0, at[0], len(table), 3, 1, 8, 24),
        (strings.index(b".strtab"), 3, 0, 0, at[1], len(names), 0, 0, 1, 0),
        (strings.index(b".shstrtab"), 3, 0, 0, at[2], len(strings), 0, 0, 1, 0),
    )
    header = b"\x7fELF\2\2\1".ljust(16, b"\0") + struct.pack(
        ">HHIQQQIHHHHHH", 2, EM_S390, 1, 0, 0, at[3], 0, 64, 0, 0, 64, len(sections), 4
    )
    return header + table + names + strings + b"".join(
        struct.pack(">IIQQQQIIQQ", *section) for section in sections
    )


def find_in_roots(roots, name):
    """The first of the unpacked trees' files with that name, or None."""
    for root in roots:
        path = os.path.join(root, name)
        if os.path.exists(path):
            return os.path.realpath(path)
    return None


def library_closure(program, roots):
    """Maps names inside the bed (lib/...) to the files that the program needs.

    The dynamic linker is among them. A static program needs nothing.
    """
    found = {}
    interpreter = Elf.open(program).interpreter()
    if interpreter is not None:
        name = os.path.basename(interpreter)
        path = find_in_roots(roots, f"lib/s390x-linux-gnu/{name}")
        if path is None:
            raise ElfError(f"{program}: its dynamic linker {interpreter} is not in the cache")
        found[interpreter.lstrip("/")] = path
    queue = [program]
    while queue:
        current = queue.pop()
        for library in Elf.open(current).needed():
            inside = f"lib/s390x-linux-gnu/{library}"
            if inside in found:
                continue
            paths = (find_in_roots(roots, f"{d}/{library}") for d in LIBRARY_DIRS)
            path = next(filter(None, paths), None)
            if path is None:
                raise ElfError(f"{current} needs {library}, which is not in the cache")
            found[inside] = path
            queue.append(path)
    return found
