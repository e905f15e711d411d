# SPDX-License-Identifier: GPL-3.0-or-later
"""Dumps of a Linux guest, as s390memctl reads them, against what QEMU itself says.

usage: dump.py CACHE S390MEMCTL DUMP-PROBE KERNEL...

The guest is stopped with one CPU in user code. It is dumped as ELF and
kdump-compressed; random addresses of kernel and user space are translated by
QEMU (gva2gpa) and by us, and the bytes compared with QEMU's copy of the
guest's storage (pmemsave). Output: TAP.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

import guest
from schema import checked

PAGE = 4096
KERNEL_ADDRESSES = 5000
USER_ADDRESSES = 1000
MAP_ADDRESSES = 400
HOLES = 5  # one of so many addresses is beside what is mapped
PROBLEM_STATE = 1 << 48
SPACE = 3 << 46
HOME = 3 << 46
FORMATS = (("elf", "elf"), ("kdump", "kdump-zlib"))


class Tap:
    """Results of tests, numbered."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def test(self, good, name, *notes):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        for note in () if good else notes:
            print(f"#   {note}")
        sys.stdout.flush()

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


class Probe:
    """dump-probe at work on one CPU; source: options that name the guest."""

    def __init__(self, program, source, cpu):
        self.process = subprocess.Popen(
            [program, *source, str(cpu)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **guest.child_options(),
        )

    def runs(self, space, first, last):
        """(from, to, absolute) of what is mapped."""
        self.process.stdin.write(f"runs {space} {first:x} {last:x}\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline().strip()) != "end":
            if not line:
                raise RuntimeError("dump-probe has ended")
            yield tuple(int(word, 16) for word in line.split())

    def translate(self, space, addrs):
        """(absolute, 8 bytes) of each address, (None, code) if it is not mapped."""
        questions = "".join(f"translate {space} {addr:x}\n" for addr in addrs)
        output, _ = self.process.communicate(questions)
        if self.process.returncode:
            raise RuntimeError(f"dump-probe has ended with {self.process.returncode}")
        for line in output.splitlines():
            first, second = line.split()
            if first == "code":
                yield None, int(second, 16)
            else:
                yield int(first, 16), bytes.fromhex(second)

    def close(self):
        self.process.kill()
        self.process.communicate()


def choose_addresses(rng, runs, count):
    """Random 8-byte aligned addresses in the runs, and some of pages beside them."""
    addrs = []
    while len(addrs) < count:
        first, last, _ = rng.choice(runs)
        if rng.randrange(HOLES):
            addr = rng.randrange(first, last)
        else:
            addr = rng.choice((first - 1 - rng.randrange(16 * PAGE),
                               last + rng.randrange(16 * PAGE)))  # fmt: skip
        # Bits of an address that the space is too small for are an exception
        # of another kind, which gva2gpa does not tell apart.
        addrs.append(max(addr, 0) & ~7 & (1 << 64) - 1)
    return addrs


class Case:
    """One kernel: its guest, stopped, with its dumps."""

    formats = FORMATS

    def __init__(self, tap, programs, directory, machine, name):
        self.tap = tap
        self.s390memctl, self.probe = programs
        self.machine = machine
        self.name = name
        self.rng = random.Random(name)
        self.directory = directory
        self.sources = {}
        self._stop_in_user_code()
        for kind, form in self.formats:
            path = os.path.join(directory, f"dump.{kind}")
            self.sources[kind] = ("-d", path)
            machine.dump(path, form)
        self.storage = machine.storage(os.path.join(directory, "storage"))

    def _stop_in_user_code(self):
        for _ in range(500):
            self.machine.execute("stop")
            masks = [self.machine.psw_mask(cpu) for cpu in range(guest.CPUS)]
            users = [cpu for cpu, mask in enumerate(masks) if mask & PROBLEM_STATE]
            kernels = [cpu for cpu, mask in enumerate(masks) if mask & SPACE == HOME]
            if users and kernels:
                self.user, self.kernel = users[0], kernels[0]
                return
            self.machine.execute("cont")
        raise RuntimeError("no CPU is met in user code")

    def compare(self, space, cpu, count):
        """Do all agree on random addresses of a space?"""
        probe = Probe(self.probe, self.sources["elf"], cpu)
        runs = list(probe.runs(space, 0, 1 << 53))
        probe.close()
        addrs = choose_addresses(self.rng, runs, count)
        expected = [self.machine.translate(cpu, addr) for addr in addrs]
        for kind, source in self.sources.items():
            probe = Probe(self.probe, source, cpu)
            wrong = []
            for addr, absolute, (ours, data) in zip(addrs, expected, probe.translate(space, addrs)):
                good = ours == absolute
                if good and ours is not None:
                    good = data == self.storage[ours : ours + 8]
                if not good:
                    wrong.append(f"{addr:016x}: QEMU {absolute}, s390memctl {ours}, {data}")
            mapped = sum(absolute is not None for absolute in expected)
            self.tap.test(
                not wrong and mapped > count // 2,
                f"{self.name}: {kind}: {count} addresses, {space}, CPU {cpu}"
                f" ({mapped} mapped, {len(runs)} runs)",
                *wrong[:10],
            )

    def documents(self, *arguments, status=0):
        """Output of s390memctl in JSON, a document a line."""
        result = subprocess.run(
            [self.s390memctl, "-j", *arguments], capture_output=True, text=True, check=False
        )
        if result.returncode != status:
            raise RuntimeError(f"{arguments}: status {result.returncode}: {result.stderr}")
        return [checked(json.loads(line)) for line in result.stdout.splitlines()]

    def run(self, *arguments, status=0):
        """The output that is one document."""
        (document,) = self.documents(*arguments, status=status)
        return document

    def registers(self):
        """The registers of every CPU, against QEMU's."""
        for kind, source in self.sources.items():
            for cpu in range(guest.CPUS):
                text = self.machine.human("info registers", cpu).replace("=", " ").split()
                regs = self.run(*source, "-c", str(cpu), "regs")
                shown = [int(regs["psw"]["mask"], 16), int(regs["psw"]["address"], 16)]
                theirs = [int(text[text.index(word) + 1], 16) for word in ("mask", "addr")]
                for letter, key in (("R", "gprs"), ("C", "crs")):
                    shown += [int(value, 16) for value in regs[key]]
                    theirs += [int(text[text.index(f"{letter}{i:02}") + 1], 16) for i in range(16)]
                # The condition code is not in QEMU's mask while it runs.
                cc = 3 << 44
                shown[0] &= ~cc
                theirs[0] &= ~cc
                self.tap.test(
                    shown == theirs
                    and regs["state"] == ("from the dump" if source[0] == "-d" else "stopped"),
                    f"{self.name}: {kind}: registers of CPU {cpu}",
                    shown,
                    theirs,
                )

    def map(self, space, cpu, count):
        """What map and translate say of random addresses, against QEMU's translation."""
        for kind, source in self.sources.items():
            source = (*source, "-c", str(cpu))
            answer = self.run(*source, "map", "--contiguous", f"--space={space}")
            ranges = [
                (int(r["address"], 16), int(r["address"], 16) + int(r["length"], 16), int(r["absolute"], 16))
                for r in answer["ranges"]
            ]  # fmt: skip
            wrong = []
            for number, addr in enumerate(choose_addresses(self.rng, ranges, count)):
                expected = self.machine.translate(cpu, addr)
                shown = [absolute + addr - first for first, last, absolute in ranges if first <= addr < last]
                if shown != ([] if expected is None else [expected]):
                    wrong.append(f"map: {addr:016x}: QEMU {expected}, s390memctl {shown}")
                if number % 20:
                    continue
                steps = self.run(*source, "translate", f"{space}:{addr:#x}",
                                 status=2 if expected is None else 0)  # fmt: skip
                if steps.get("absolute") != (expected if expected is None else hex(expected)):
                    wrong.append(f"translate: {addr:016x}: QEMU {expected}, s390memctl {steps}")
            self.tap.test(
                not wrong and sum(last - first for first, last, _ in ranges) == int(answer["bytes"], 16),
                f"{self.name}: {kind}: map and translate, {space}, CPU {cpu} ({len(ranges)} ranges)",
                *wrong[:10],
            )

    def search(self, source, kind):
        """Every place of a text, as Python finds it."""
        text = b"Linux"
        expected, at = [], self.storage.find(text)
        while at >= 0:
            expected.append(at)
            at = self.storage.find(text, at + 1)
        answer = self.documents(*source, "search", "--max=100000", f"abs:0+{guest.MEMORY}", "-t", "str",
                          text.decode())  # fmt: skip
        found = [int(match["address"], 16) for match in answer if match["event"] == "match"]
        self.tap.test(found == expected, f"{self.name}: {kind}: search ({len(expected)} matches)",
                      len(found))  # fmt: skip

    def commands(self):
        """The commands, with the spaces that the PSWs select."""
        for kind, source in self.sources.items():
            info = self.run(*source, "info")
            self.tap.test(
                info["cpus"] == guest.CPUS and info["memory_bytes"] == guest.MEMORY
                and info["kernel"].startswith(self.name.split()[1]),
                f"{self.name}: {kind}: info", info,
            )  # fmt: skip
            target = os.path.join(self.directory, f"out.{kind}")
            self.run(*source, "dump", "--space=abs", "0", hex(guest.MEMORY), target)
            with open(target, "rb") as file:
                same = file.read() == self.storage
            self.tap.test(same, f"{self.name}: {kind}: dump of all absolute storage")
            self.search(source, kind)
            refused = self.run("-w", *source, "write", "0x1000", "u8", "1", status=5)
            self.tap.test(
                "dump" in json.dumps(refused), f"{self.name}: {kind}: write is refused", refused
            )


def run_kernel(tap, cache, programs, version):
    with tempfile.TemporaryDirectory(prefix="s390memctl-dump-") as directory:
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "init.c")
        initrd = guest.make_initrd(directory, source)
        machine = guest.Guest(directory, guest.kernel_image(cache, version), initrd)
        try:
            case = Case(tap, programs, directory, machine, f"Linux {version}")
            case.compare("home", case.kernel, KERNEL_ADDRESSES)
            case.compare("pri", case.user, USER_ADDRESSES)
            case.registers()
            case.map("home", case.kernel, MAP_ADDRESSES)
            case.map("pri", case.user, MAP_ADDRESSES)
        finally:
            machine.close()
        case.commands()


def main():
    cache, *programs = sys.argv[1:4]
    reason = guest.missing(cache)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = Tap()
    for version in sys.argv[4:]:
        run_kernel(tap, cache, programs, version)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
