#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole programs beside whole programs, from start to end: lines for table.py.

usage: programs.py CACHE BUILD DIRECTORY

CACHE: of the beds, with debug/6.1/vmlinux ("bed fetch-debug 6.1") and crash ("bed
fetch-crash"), where they are. BUILD: tests of a build directory. DIRECTORY: on tmpfs; a
dump of a Linux guest is linux.elf there. Programs of a row take turns, and figures are
medians of wall time. A peer that is not installed is told as missing.
"""

import math
import os
import shutil
import statistics
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20
VIRTUAL = 0x80000000  # where the range of make-image begins
ROUNDS = 7
MEMORY_MIB = 64  # allowed beyond mapped files
PYTHON = "/usr/bin/python3"  # drgn is Debian's


def remark(text):
    print(f"# {text}", flush=True)


def row(what, peer, ours, theirs, ratio, target):
    print("\t".join((what, peer, ours, theirs, ratio, target)), flush=True)


def milliseconds(seconds):
    return f"{seconds * 1e3:.3g} ms"


def has_drgn():
    return not subprocess.run([PYTHON, "-c", "import drgn"], stderr=subprocess.DEVNULL, check=False).returncode


def seconds_of(command, expected=None, before=None):
    """Wall time of one run; its output must have the expected text."""
    if before:
        before()
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    took = time.perf_counter() - start
    if done.returncode or (expected and expected.encode() not in done.stdout):
        sys.exit(f"programs.py: {command}: {done.returncode}: {done.stderr.decode(errors='replace')}")
    return took


def medians(jobs, rounds=ROUNDS, before=None):
    """jobs: (command, expected) by name, which take turns; a first of several rounds fills the caches."""
    times = {name: [] for name in jobs}
    for turn in range(1 if rounds == 1 else 0, rounds + 1):
        for name, (command, expected) in jobs.items():
            took = seconds_of(command, expected, before)
            if turn:
                times[name].append(took)
    return {name: statistics.median(taken) for name, taken in times.items()}


def compare_times(what, jobs, targets, rounds=ROUNDS, before=None):
    """A row for each peer of targets: the greatest quotient of times that is wanted."""
    found = medians(jobs, rounds, before)
    ours = found["s390memctl"]
    for peer, target in targets.items():
        if peer in found:
            row(what, peer, milliseconds(ours), milliseconds(found[peer]), f"{ours / found[peer]:.3g}", f"<= {target:.3g}")
        else:
            row(what, f"{peer} (missing)", milliseconds(ours), "-", "-", f"<= {target:.3g}")


def growth(what, sizes, seconds):
    """sizes: the smallest is the first, the largest the last."""
    exponent = math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0])
    shown = ", ".join(str(size) for size in sizes)
    remark(f"{what} of {shown}: {', '.join(f'{s * 1e3:.3g}' for s in seconds)} ms: exponent {exponent:.2f}")


class Bench:
    def __init__(self, cache, build, directory):
        self.cache, self.build, self.directory = cache, build, directory
        self.program = os.path.join(build, "..", "src", "s390memctl")
        self.linux = self.path("linux.elf")
        self.vmlinux = os.path.join(cache, "debug", "6.1", "vmlinux")
        self.crash = os.path.join(cache, "crash")
        self.drgn = [PYTHON, os.path.join(HERE, "drgn-jobs.py")] if has_drgn() else None
        self.memory = {}

    def path(self, name):
        return os.path.join(self.directory, name)

    def ours(self, *words):
        return [self.program, "--quiet", *words]

    # Dump of a range

    def dump_command(self, image, mib, out):
        return self.ours("-d", image, "dump", hex(VIRTUAL), hex(mib * MIB), out)

    def dump(self):
        image, out = self.path("image.elf"), self.path("out")

        def clean():
            if os.path.exists(out):
                os.unlink(out)

        subprocess.run([os.path.join(self.build, "bench", "make-image"), image, "512", "4096"], check=True)
        jobs = {
            "s390memctl": (self.dump_command(image, 512, out), None),
            "dd": (["dd", f"if={image}", f"of={out}", "bs=1M", "skip=1", "count=512"], None),
        }
        if shutil.which("gdb-multiarch"):
            dump = f"dump binary memory {out} 0 {512 * MIB:#x}"
            jobs["gdb"] = (["gdb-multiarch", "-nx", "-batch", "-ex", f"target core {image}", "-ex", dump], None)
        found = medians(jobs, before=clean)
        what, speed = "dump of 512 MiB of virtual memory", {n: 512 * MIB / s / 1e9 for n, s in found.items()}
        for peer, target in (("dd", 0.9), ("gdb", 3)):
            theirs = speed.get(peer)
            row(what, peer if theirs else f"{peer} (missing)", f"{speed['s390memctl']:.3g} GB/s",
                f"{theirs:.3g} GB/s" if theirs else "-",
                f"{speed['s390memctl'] / theirs:.3g}" if theirs else "-", f">= {target:g}")  # fmt: skip
        self.peak("dump", self.dump_command(image, 512, out), clean)
        self.peak("search", self.ours("-d", image, "search", f"{VIRTUAL:#x}+512M", "9d3ce72158b46f1a"), status=1)
        self.peak("read", self.ours("-d", image, "read", hex(VIRTUAL), "4M", "-t", "raw"))
        sizes = [64, 512]
        if shutil.disk_usage(self.directory).free > 5 << 30 and available() > 8 << 30:
            sizes.append(4096)
        else:
            remark("no room for a dump of 4096 MiB")
        seconds = []
        for mib in sizes:
            job = {"s390memctl": (self.dump_command(image, mib, out), None)}
            seconds.append(medians(job, 3, clean)["s390memctl"])
        clean()
        growth("dump of MiB", sizes, seconds)
        os.unlink(image)

    # Reads of a Linux guest's memory

    def reads(self):
        what, size = "reads of 4 KiB of Linux's virtual memory, 384 MiB", str(384 * MIB)
        row(what, "drgn access_remote_vm (none for s390x)", "-", "-", "-", ">= 5")
        if not self.has_linux() or not self.drgn:
            row(what, "drgn (missing)", "-", "-", "-", ">= 1")
            return
        ours, theirs = [], []
        for _ in range(ROUNDS):
            for figures, command in (
                (ours, [os.path.join(self.build, "bench", "bench-read"), "-l", self.linux, size]),
                (theirs, [*self.drgn, "read", self.linux, self.vmlinux, size]),
            ):
                figures.append(float(subprocess.run(command, capture_output=True, check=True).stdout))
        speed, peer = statistics.median(ours), statistics.median(theirs)
        row(what, "drgn read(), no walk", f"{speed:.3g} GB/s", f"{peer:.3g} GB/s", f"{speed / peer:.3g}", ">= 1")

    # Symbols

    def symbols(self):
        if not os.path.exists(self.vmlinux):
            remark(f"no symbols: no {self.vmlinux} (tests/bed/bed fetch-debug 6.1)")
            return
        sym = self.ours("-s", self.vmlinux, "sym")
        line = subprocess.run([*sym, "--no-line", "vfs_read"], capture_output=True, text=True, check=True).stdout
        addr = hex(int(line.split()[0], 16) + 0x10)
        name, code = {"s390memctl": ([*sym, "linux_banner"], "linux_banner")}, {}
        code["s390memctl"] = ([*sym, "--no-line", addr], "vfs_read")
        if shutil.which("gdb-multiarch"):
            gdb = ["gdb-multiarch", "-nx", "-batch", self.vmlinux, "-ex"]
            name["gdb"] = ([*gdb, "info address linux_banner"], "linux_banner")
            code["gdb"] = ([*gdb, f"info symbol {addr}"], "vfs_read")
        if self.drgn:
            name["drgn"] = ([*self.drgn, "symbol", self.vmlinux, "linux_banner"], "linux_banner")
            code["drgn"] = ([*self.drgn, "symbol", self.vmlinux, addr], "vfs_read")
        if shutil.which("nm"):
            name["nm"] = (["nm", self.vmlinux], "linux_banner")
        compare_times("sym linux_banner", name, {"gdb": 1 / 20, "drgn": 1 / 6, "nm": 1 / 2})
        compare_times("sym of an address", code, {"gdb": 1 / 20, "drgn": 1 / 6})
        self.peak("sym linux_banner", name["s390memctl"][0])
        self.peak("sym of an address, with its line", [*sym, addr])

    def symbol_growth(self):
        path, seconds, sizes = self.path("symbols.elf"), [], [20000, 160000, 1280000]
        for count in sizes:
            write_symbols(path, count)
            last = f"symbol_{count * 2 // 3:07}"
            seconds.append(medians({"s390memctl": (self.ours("-s", path, "sym", last), last)})["s390memctl"])
        os.unlink(path)
        growth("sym in a table of symbols", sizes, seconds)

    # Triage

    def has_linux(self):
        return os.path.exists(self.linux) and os.path.exists(self.vmlinux)

    def crash_command(self):
        program = os.path.join(self.crash, "usr", "bin", "crash")
        if not os.path.exists(program) or not shutil.which("qemu-s390x"):
            return None
        script = self.path("crash.in")
        with open(script, "w", encoding="ascii") as file:
            file.write("bt -a\nlog\nps\nquit\n")
        return ["env", "TERM=dumb", "qemu-s390x", "-L", self.crash, program, "-s", "--no_scroll", "-i", script,
                self.vmlinux, self.linux]  # fmt: skip

    def triage(self):
        if not self.has_linux():
            remark("no triage: no dump of a Linux guest, or no vmlinux")
            return
        triage = self.ours("-d", self.linux, "-s", self.vmlinux, "triage")
        jobs = {"s390memctl": (triage, "CPU 1")}
        if self.drgn:
            jobs["drgn"] = ([*self.drgn, "triage", self.linux, self.vmlinux], "CPU 1")
        compare_times("triage of a Linux guest", jobs, {"drgn": 1 / 2})
        self.peak("triage", triage)
        self.peak("map", self.ours("-d", self.linux, "map", "--space=home"))
        del jobs["s390memctl"]
        jobs = {"s390memctl": (triage, "CPU 1")}
        crash = self.crash_command()
        if crash:
            jobs["crash"] = (crash, "swapper/1")
        else:
            remark("crash of Debian for x86-64 reads no dumps of s390x; that for s390x runs by qemu-s390x:"
                   " tests/bed/bed fetch-crash, and apt-get install qemu-user")  # fmt: skip
        compare_times("triage beside bt -a, log, ps", jobs, {"crash": 1 / 20}, 1)

    def triage_growth(self):
        """By the guest's memory: its tasks are the same."""
        seconds, sizes = [], [64, 512, 4096]
        if not self.has_linux():
            return
        if available() < 12 << 30:
            remark("too little memory free for a guest of 4096 MiB")
            sizes.pop()
        for mib in sizes:
            dump = self.linux if mib == 512 else self.path(f"linux-{mib}.elf")
            if mib != 512:
                make = [PYTHON, "-B", os.path.join(HERE, "linux-dump.py"), self.cache, str(mib), dump]
                if subprocess.run(make, check=False).returncode:
                    return
            triage = self.ours("-d", dump, "-s", self.vmlinux, "triage")
            seconds.append(medians({"s390memctl": (triage, "CPU 1")})["s390memctl"])
            if mib != 512:
                os.unlink(dump)
        growth("triage of a guest with MiB", sizes, seconds)

    # Memory

    def peak(self, what, command, before=None, status=0):
        """The most anonymous memory that a program has, looked at as often as possible."""
        if before:
            before()
        most = 0
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            while child.poll() is None:
                most = max(most, anonymous(child.pid))
            if child.returncode != status:
                sys.exit(f"programs.py: {command}: {child.returncode}")
        self.memory[what] = most

    def show_memory(self):
        if not self.memory:
            return
        worst = max(self.memory, key=self.memory.get)
        mib = {what: most / MIB for what, most in self.memory.items()}
        row("peak memory beyond mapped files", "what is allowed", f"{mib[worst]:.3g} MiB", f"{MEMORY_MIB} MiB",
            f"{mib[worst] / MEMORY_MIB:.3g}", "<= 1")  # fmt: skip
        remark("peak memory, MiB: " + ", ".join(f"{what} {figure:.3g}" for what, figure in mib.items()))


def anonymous(pid):
    """RssAnon of a process, bytes."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


def available():
    """Bytes of memory that can be had."""
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("MemAvailable:"))


def write_symbols(path, count):
    """An s390x program that is nothing but count symbols, symbol_0000000 and so on."""
    names = b"\0" + b"".join(b"symbol_%07d\0" % i for i in range(count))
    symbol = struct.Struct(">IBBHQQ")
    table = bytearray(symbol.size)
    for i in range(count):
        table += symbol.pack(1 + 15 * i, 0x12, 0, 1, 0x100000 + 64 * i, 64)
    sections = b"\0.text\0.symtab\0.strtab\0"
    start = 64
    header = struct.Struct(">IIQQQQIIQQ")
    at_table, at_names = start, start + len(table)
    at_sections = at_names + len(names)
    at_headers = at_sections + len(sections) + 7 & ~7
    headers = header.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    headers += header.pack(1, 8, 6, 0x100000, start, 64 * count, 0, 0, 8, 0)
    headers += header.pack(7, 2, 0, 0, at_table, len(table), 3, 1, 8, symbol.size)
    headers += header.pack(15, 3, 0, 0, at_names, len(names), 0, 0, 1, 0)
    headers += header.pack(15, 3, 0, 0, at_sections, len(sections), 0, 0, 1, 0)
    with open(path, "wb") as file:
        file.write(struct.pack(">16sHHIQQQIHHHHHH", b"\x7fELF\2\2\1", 2, 22, 1, 0, 0, at_headers, 0, 64, 56, 0, 64, 5, 4))
        file.write(table + names + sections)
        file.seek(at_headers)
        file.write(headers)


def main(cache, build, directory):
    bench = Bench(cache, build, directory)
    bench.dump()
    bench.reads()
    bench.symbols()
    bench.symbol_growth()
    bench.triage()
    bench.triage_growth()
    bench.show_memory()


main(*sys.argv[1:])
