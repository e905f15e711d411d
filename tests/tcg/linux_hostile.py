# SPDX-License-Identifier: GPL-3.0-or-later
"""Dumps of a guest whose kernel lies: its list of modules, its tables of symbols and
its VMCOREINFO are damaged on purpose and at random. Nothing crashes, nothing hangs,
and what is left is told."""

import os
import random
import shutil
import struct
import subprocess

import linux_guest

QUICK = 120  # seconds for a command on a damaged dump; a healthy one needs a tenth of one
EXITS = range(6)  # all but a bad command line and a signal
ROUNDS = 40
COMMANDS = (("info",), ("modules",), ("sym", "--no-line", "schedule", "loop_ctl_mutex", "0x123456"))


class Dump:
    """A copy of an ELF dump, whose storage can be changed."""

    def __init__(self, program, original, path):
        self.program, self.original, self.path = program, original, path
        shutil.copyfile(original, path)
        with open(path, "rb") as file:
            header = file.read(64)
            (start,) = struct.unpack_from(">Q", header, 32)
            size, count = struct.unpack_from(">HH", header, 54)
            file.seek(start)
            data = file.read(size * count)
        segments = [struct.unpack_from(">IIQQQQ", data, i * size) for i in range(count)]
        self.loads = [(s[4], s[2], s[5]) for s in segments if s[0] == 1]
        self.undo = []

    def offset(self, absolute):
        for addr, offset, size in self.loads:
            if addr <= absolute < addr + size:
                return offset + absolute - addr
        raise ValueError(f"no storage at {absolute:x}")

    def absolute(self, addr):
        """Of a kernel's virtual address, in the dump as it was."""
        words = ("translate", "--space=home", hex(addr))
        answer = linux_guest.run_json(self.program, ("-d", self.original), *words)
        return int(answer["absolute"], 16)

    def write(self, absolute, data):
        with open(self.path, "r+b") as file:
            file.seek(self.offset(absolute))
            self.undo.append((absolute, file.read(len(data))))
            file.seek(self.offset(absolute))
            file.write(data)

    def put(self, addr, data):
        self.write(self.absolute(addr), data)

    def repair(self):
        undo, self.undo = self.undo, []
        for absolute, data in reversed(undo):
            self.write(absolute, data)
        self.undo = []

    def run(self, *words):
        """Exit status and output; a command that does not end is an error of the test."""
        result = subprocess.run(
            [self.program, "-d", self.path, *words], capture_output=True, check=False, timeout=QUICK
        )
        text = (result.stdout + result.stderr).decode("utf-8", "replace")
        return result.returncode, text


def member(program, ways, kind, name):
    return linux_guest.run_json(program, ways, "offsetof", kind, name)["offset"]


def on_purpose(tap, name, dump, ways, program):
    """The list of modules: loops, wild pointers, counts and names."""
    modules = linux_guest.run_json(program, ways, "modules")["modules"]
    head = int(linux_guest.run_json(program, ways, "sym", "modules")["symbols"][0]["address"], 16)
    places = {
        kind: {m: member(program, ways, kind, m) for m in members}
        for kind, members in (
            ("module", ("list", "name", "kallsyms", "sect_attrs", "notes_attrs")),
            ("mod_kallsyms", ("num_symtab", "symtab", "strtab")),
        )
    }
    first, second = (int(m["struct"], 16) for m in modules[:2])
    module = places["module"]
    pointer = lambda value: struct.pack(">Q", value)  # noqa: E731
    rows = (
        ("the second module is its own successor", second + module["list"],
         pointer(second + module["list"]), 3, ("vsock", "loop", "a loop")),
        ("the second leads to the first", second + module["list"],
         pointer(first + module["list"]), 3, ("vsock", "loop", "a loop")),
        ("the first leads nowhere", first + module["list"], pointer(0x123456789000), 3, ("vsock",)),
        ("the list begins nowhere", head, pointer(2**64 - 8), 3, ()),
        ("a name of control characters", first + module["name"], b"\x1b[2J\x07", 3, ("name",)),
        ("a name that leads elsewhere", second + module["name"], b"../../etc/x\0", 3, ("vsock",)),
        ("a name without an end", second + module["name"], b"x" * 56, 0, ("vsock", "xxxx")),
        ("no symbols", first + module["kallsyms"], pointer(0), 0, ("vsock", "loop")),
        ("wild symbols", first + module["kallsyms"], pointer(2**64 - 16), 0, ("none      vsock", "loop")),
        ("wild notes", first + module["notes_attrs"], pointer(2**63), 0, ("vsock", "loop")),
        ("wild sections", first + module["sect_attrs"], pointer(2**63), 0, ("vsock", "loop")),
    )  # fmt: skip
    for title, addr, data, expected, words in rows:
        dump.put(addr, data)
        status, text = dump.run("modules")
        good = status == expected and all(word in text for word in words)
        tap.test(good and "\x1b" not in text and "Sanitizer" not in text, f"{name}: {title}", status, text)
        dump.repair()
    with open(dump.path, "rb") as file:
        file.seek(dump.offset(dump.absolute(first + module["kallsyms"])))
        table = int.from_bytes(file.read(8), "big")
    for field, data in (("num_symtab", b"\xff" * 4), ("symtab", b"\xff" * 8), ("strtab", b"\xff" * 8)):
        dump.put(table + places["mod_kallsyms"][field], data)
        status, text = dump.run("modules")
        tap.test(
            status == 0 and "vsock" in text and "loop" in text, f"{name}: wild {field}", status, text
        )
        dump.repair()


def at_random(tap, name, dump, areas):
    """Random bytes over what is read first."""
    rng = random.Random(name)
    for title, absolute, size in areas:
        wrong = []
        for _ in range(ROUNDS // len(areas)):
            for _ in range(rng.choice((1, 8, 64))):
                dump.write(absolute + rng.randrange(size), bytes([rng.randrange(256)]))
            for words in COMMANDS:
                status, text = dump.run(*words)
                if status not in EXITS or "Sanitizer" in text or "runtime error" in text:
                    wrong.append(f"{words}: {status}: {text[:300]}")
            dump.repair()
        tap.test(not wrong, f"{name}: random bytes over {title}", *wrong[:5])


def run(tap, program, linux):
    """A guest that has types of its own (BTF): all is read from its memory."""
    name = f"Linux {linux.version}, damaged"
    dump = Dump(program, linux.dump("ELF"), os.path.join(linux.directory, "dump-hostile"))
    ways = ("-d", dump.original)
    with open(dump.original, "rb") as file:
        file.seek(dump.offset(0xE0C))
        note = int.from_bytes(file.read(8), "big")
        file.seek(dump.offset(note))
        header = file.read(24)
        size = int.from_bytes(header[4:8], "big")
        text = file.read(size).decode()
    symbols = dict(line[7:].split(")=") for line in text.split("\n") if line.startswith("SYMBOL("))
    areas = [("the lowcore", 0xE00, 0x30), ("VMCOREINFO", note, 24 + size)]
    for symbol, length in (
        ("kallsyms_num_syms", 4), ("kallsyms_names", 0x1000),
        ("kallsyms_token_index", 0x200), ("kallsyms_token_table", 0x300),
    ):  # fmt: skip
        areas.append((symbol, dump.absolute(int(symbols[symbol], 16)), length))
    if "modules" in program_symbols(program, ways):
        on_purpose(tap, name, dump, ways, program)
        btf = linux_guest.run_json(program, ways, "sym", "__start_BTF")["symbols"][0]["address"]
        areas.append(("the types", dump.absolute(int(btf, 16)), 0x1000))
    at_random(tap, name, dump, areas)
    os.unlink(dump.path)


def program_symbols(program, ways):
    """Names of interest that the guest's own tables have."""
    result = subprocess.run(
        [program, *ways, "sym", "modules", "__start_BTF"], capture_output=True, text=True, check=False
    )
    return result.stdout if result.returncode == 0 else ""
