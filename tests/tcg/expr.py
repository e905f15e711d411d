# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions and named pointers on a Linux guest, against its own /proc/kallsyms.

usage: expr.py CACHE S390MEMCTL KERNEL...

The kernel's table of system calls is known by its symbol, and full of pointers to
functions that are known by theirs. Live by QMP and from a dump; symbols are those of
vmlinux where the cache has it (bed fetch-debug), else the guest's own, which have no
data before Linux 6.12. Output: TAP.
"""

import json
import os
import subprocess
import sys
import tempfile

import dump
import linux_guest
from schema import checked

TABLE = "sys_call_table"
CALLS = (0, 1, 3, 4, 20, 100)
WORDS = 64
LOWCORE = 8192


def kallsyms(text):
    """Addresses of each name, and names at each address; names of modules are "module!name"."""
    addresses, names = {}, {}
    for line in text.splitlines():
        value, _, name, *module = line.split()
        if module:
            name = f"{module[0].strip('[]')}!{name}"
        addresses.setdefault(name, set()).add(int(value, 16))
        names.setdefault(int(value, 16), set()).add(name)
    return addresses, names


class Case:
    def __init__(self, tap, program, linux, source, options, title):
        self.tap, self.program, self.title = tap, program, title
        self.ways = (*linux.sources(source)[source], *options)
        self.addresses, self.names = kallsyms(linux.told["kallsyms"])

    def test(self, good, name, *notes):
        self.tap.test(good, f"{self.title}: {name}", *notes)

    def run(self, *words, status=0):
        return linux_guest.run_json(self.program, self.ways, *words, status=status)

    def is_at(self, text, value):
        """Whether "NAME+0xOFFSET [MODULE]" is what kallsyms says of a value; None: not known there."""
        name, _, module = text.partition(" [")
        name, _, offset = name.partition("+0x")
        if module:
            name = f"{module.rstrip(']')}!{name}"
        if name not in self.addresses:
            return None
        return value - int(offset or "0", 16) in self.addresses[name]

    def pointers(self):
        """What the table's entries point at is a function, and told to be that."""
        for form in (f"*({TABLE}+8*%d)", f"*({TABLE} + (%d<<3)) & -1"):
            found = self.run("sym", "--no-line", *(form % n for n in CALLS))["symbols"]
            wrong = [
                s for s in found
                if s["offset"] != "0x0" or s["name"] not in self.names[int(s["address"], 16)]
            ]  # fmt: skip
            self.test(len(found) == len(CALLS) and not wrong, f"pointers by {form}", *wrong)

    def words(self):
        run = self.run("read", "--symbolize", TABLE, str(8 * WORDS))["runs"][0]
        data = bytes.fromhex(run["data"])
        named = {int(s["address"], 16): s for s in run["symbols"]}
        start = int(run["address"], 16)
        wrong = [
            f"{start + at:#x}: {named.get(start + at)}"
            for at in range(0, len(data), 8)
            if start + at not in named
            or int(named[start + at]["value"], 16) != int.from_bytes(data[at : at + 8], "big")
            or not self.is_at(named[start + at]["symbol"], int(named[start + at]["value"], 16))
        ]
        self.test(len(data) == 8 * WORDS and not wrong, f"{WORDS} words of memory named", *wrong[:5])

    def registers(self):
        """An idle guest waits in its kernel."""
        regs = self.run("regs", "--symbolize")
        values = {f"{kind[0]}{n}": v for kind in ("gprs", "crs") for n, v in enumerate(regs[kind])}
        values = {name.replace("g", "r", 1): int(v, 16) for name, v in values.items()}
        known = {name: self.is_at(symbol, values[name]) for name, symbol in regs["symbols"].items()}
        psw = regs["psw"]
        # Linux 6.1 tells of functions alone; one of them is in r14, mostly. Its way back from
        # an interrupt leads over an instruction in the lowcore.
        known["psw"] = psw["problem_state"] or self.is_at(psw.get("symbol", "?"), int(psw["address"], 16))
        in_lowcore = int(psw["address"], 16) < LOWCORE
        good = (True in known.values() or in_lowcore) and False not in known.values()
        good = good and (psw["problem_state"] or in_lowcore or "symbol" in psw)
        self.test(good, "PSW and registers named", regs["symbols"], psw)

    def modules(self):
        name = sorted(n for n in self.addresses if n.startswith("loop!") and "." not in n)[0]
        found = self.run("sym", name)["symbols"][0]
        self.test(int(found["address"], 16) in self.addresses[name] and found["module"] == "loop",
                  f"{name} by its module", found)  # fmt: skip

    def last(self):
        script = f"sym --no-line {TABLE}\nread home:*($last+8*3) 8\nsym --no-line $last\n"
        done = subprocess.run(
            [self.program, "-j", *self.ways, "-f", "-"], input=script, capture_output=True,
            text=True, timeout=linux_guest.COMMAND_SECONDS, check=False,
        )  # fmt: skip
        lines = [checked(json.loads(line)) for line in done.stdout.splitlines()]
        good = len(lines) == 3 and lines[2]["symbols"][0]["address"] == lines[1]["address"]
        good = good and lines[2]["symbols"][0]["name"] in self.names[int(lines[1]["address"], 16)]
        self.test(good, "$last", done.stdout, done.stderr)

    def all(self):
        self.pointers()
        self.words()
        self.registers()
        self.modules()
        self.last()


def run_kernel(tap, cache, program, version, directory):
    vmlinux = linux_guest.vmlinux(cache, version)
    with linux_guest.LinuxGuest(cache, version, directory) as linux:
        for source in ("QMP", "ELF"):
            if vmlinux:
                Case(tap, program, linux, source, ("-s", vmlinux), f"{version}, {source}, vmlinux").all()
            if version != "6.1":
                Case(tap, program, linux, source, (), f"{version}, {source}, kallsyms").all()
    if not vmlinux and version == "6.1":
        tap.skip(f"{version}: expressions", f"no vmlinux (tests/bed/bed fetch-debug {version})")


def main(cache, program, *kernels):
    reason = linux_guest.missing(cache)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = dump.Tap()
    with tempfile.TemporaryDirectory(prefix="s390memctl-expr-") as directory:
        for version in kernels:
            run_kernel(tap, os.path.abspath(cache), program, version, directory)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
