# SPDX-License-Identifier: GPL-3.0-or-later
"""Symbols of a real vmlinux, both ways, as s390memctl and binutils see them.

usage: vmlinux.py CACHE S390MEMCTL KERNEL...

2000 names of nm(1), and 2000 addresses between them; lines of the source of some
of them as addr2line(1) tells them. Output: TAP.
"""

import bisect
import json
import os
import random
import shutil
import subprocess
import sys

from dump import Tap

NAMES = 2000
LINES = 60
# The assembler's marks, which nobody looks for; s390memctl leaves them out.
MARKS = (".L", "$a", "$d", "$t", "$x")


class Symbols:
    """What nm tells: the addresses of each name, and the names at each address."""

    def __init__(self, path):
        self.by_name = {}
        self.by_addr = {}
        self.code = []
        output = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
        for line in output.splitlines():
            value, kind, name = line.rsplit(None, 2) if line[0] != " " else (None, "U", "")
            if kind in "Uw" or name.startswith(MARKS):
                continue
            addr = int(value, 16)
            self.by_name.setdefault(name, []).append((addr, kind))
            if kind not in "aA":
                self.by_addr.setdefault(addr, set()).add(name)
            if kind in "tT":
                self.code.append(addr)
        self.addrs = sorted(self.by_addr)

    def nearest(self, addr):
        """The nearest address at or below one that has symbols."""
        return self.addrs[bisect.bisect_right(self.addrs, addr) - 1]


class Vmlinux:
    def __init__(self, program, path):
        self.command = [program, "-j", "-s", path, "sym"]

    def symbols(self, *arguments):
        """The answers to one command; None where there is none."""
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True)
        try:
            return json.loads(done.stdout)["symbols"]
        except (ValueError, KeyError):
            return None


def addr2line(path, addrs):
    """The lines of addresses: (FILE, LINE) or None each."""
    done = subprocess.run(
        ["addr2line", "-e", path, *map(hex, addrs)], capture_output=True, text=True, check=True
    )
    answers = []
    for line in done.stdout.splitlines():
        file, _, number = line.split(" ")[0].rpartition(":")
        answers.append((file, int(number)) if number.isdigit() and int(number) else None)
    return answers


def wrong_names(vmlinux, symbols, names):
    """Names whose address or type is none that nm tells."""
    found = vmlinux.symbols("--no-line", *names)
    if found is None or len(found) != len(names):
        return ["not as many answers as names"]
    return [
        f"{name}: {answer['address']} {answer['type']}"
        for name, answer in zip(names, found)
        if (int(answer["address"], 16), answer["type"]) not in symbols.by_name[name]
        or answer["name"] != name
    ]


def wrong_addresses(vmlinux, symbols, addrs):
    """Addresses that are found in another symbol than the nearest one below."""
    found = vmlinux.symbols("--no-line", *map(hex, addrs))
    if found is None or len(found) != len(addrs):
        return ["not as many answers as addresses"]
    return [
        f"{addr:#x}: {answer['name']}+{answer['offset']}"
        for addr, answer in zip(addrs, found)
        if answer["name"] not in symbols.by_addr[symbols.nearest(addr)]
        or int(answer["offset"], 16) != addr - symbols.nearest(addr)
    ]


def wrong_lines(vmlinux, path, addrs):
    """Lines that are not addr2line's; names may be longer there, by the build's directory."""
    found = vmlinux.symbols(*map(hex, addrs))
    if found is None or len(found) != len(addrs):
        return ["not as many answers as addresses"]
    wrong = []
    for addr, answer, line in zip(addrs, found, addr2line(path, addrs)):
        file, _, number = answer.get("line", "").rpartition(":")
        same = line and number == str(line[1]) and os.path.basename(line[0]) == os.path.basename(file)
        if not same and (line or file):
            wrong.append(f"{addr:#x}: {answer.get('line')}, not {line}")
    return wrong


def all_of_a_name(vmlinux, symbols):
    """sym --all tells as many as nm, of the name that there are most of."""
    name = max(symbols.by_name, key=lambda name: len(symbols.by_name[name]))
    found = vmlinux.symbols("--all", "--no-line", name) or []
    return sorted(int(s["address"], 16) for s in found) == sorted(
        addr for addr, _ in symbols.by_name[name]
    )


def check(tap, program, path, kernel):
    vmlinux, symbols = Vmlinux(program, path), Symbols(path)
    chance = random.Random(kernel)
    names = chance.sample(sorted(symbols.by_name), NAMES)
    wrong = wrong_names(vmlinux, symbols, names)
    tap.test(not wrong, f"{kernel}: {NAMES} names", *wrong[:10])
    # One process a name: the first lookups work in another way than later ones.
    wrong = [w for name in names[:40] for w in wrong_names(vmlinux, symbols, [name])]
    tap.test(not wrong, f"{kernel}: 40 names, one a run", *wrong[:10])

    first, last = symbols.by_name["_text"][0][0], symbols.by_name["_etext"][0][0]
    addrs = [chance.randrange(first, last) for _ in range(NAMES)]
    wrong = wrong_addresses(vmlinux, symbols, addrs)
    tap.test(not wrong, f"{kernel}: {NAMES} addresses", *wrong[:10])
    wrong = [w for addr in addrs[:40] for w in wrong_addresses(vmlinux, symbols, [addr])]
    tap.test(not wrong, f"{kernel}: 40 addresses, one a run", *wrong[:10])
    tap.test(all_of_a_name(vmlinux, symbols), f"{kernel}: all symbols of a name")

    lines = chance.sample(symbols.code, LINES) + addrs[:LINES]
    wrong = wrong_lines(vmlinux, path, lines)
    tap.test(not wrong, f"{kernel}: lines of {len(lines)} addresses", *wrong[:10])


def main(cache, program, *kernels):
    tap = Tap()
    for kernel in kernels:
        path = os.path.join(cache, "debug", kernel, "vmlinux")
        if not os.path.exists(path):
            tap.skip(f"{kernel}: symbols", f"no vmlinux (tests/bed/bed fetch-debug {kernel})")
        elif not shutil.which("nm") or not shutil.which("addr2line"):
            tap.skip(f"{kernel}: symbols", "no nm and addr2line (binutils)")
        else:
            check(tap, program, path, kernel)
    return tap.end()


sys.exit(main(*sys.argv[1:]))
