# SPDX-License-Identifier: GPL-3.0-or-later
"""What s390memctl finds out about the Linux in a guest, against what that says itself.

usage: linux.py CACHE S390MEMCTL KERNEL...

Release, build id, where the kernel is, every symbol of /proc/kallsyms both ways, its
modules: live by QMP and from dumps, by the guest's own tables and, where the cache
has it (bed fetch-debug), by vmlinux. Output: TAP.
"""

import collections
import json
import os
import random
import subprocess
import sys
import tempfile

import dump
import linux_debuginfod
import linux_early
import linux_guest
import linux_hostile

SAMPLE = 2000
WORDS = 100  # of a command line
TEXT_OFFSET = 0x100000  # of _stext in vmlinux: arch/s390/include/asm/page.h
PSEUDO = ("[__builtin__", "[bpf]")


class Kallsyms:
    """/proc/kallsyms: addresses of each name, names at each address."""

    def __init__(self, text):
        self.addresses = collections.defaultdict(set)
        self.names = collections.defaultdict(set)
        self.types = {}
        for line in text.splitlines():
            words = line.split()
            if len(words) < 3 or len(words) > 3 and words[3].startswith(PSEUDO):
                continue
            addr, name = int(words[0], 16), words[2]
            module = words[3][1:-1] if len(words) > 3 else ""
            self.addresses[name].add(addr)
            self.names[addr].add((name, module))
            self.types[addr] = words[1]


def build_id(notes):
    """Of /sys/kernel/notes in hex digits: the note with owner GNU and type 3."""
    at = bytes.fromhex(notes.strip())
    start = at.index(bytes.fromhex("000000040000001400000003474e5500")) + 16
    return at[start : start + 20].hex()


class Case:
    """One kernel, by one way, with given options."""

    def __init__(self, tap, program, linux, source, options, title):
        self.tap, self.program, self.linux = tap, program, linux
        self.source, self.options, self.title = source, options, title
        self.kallsyms = Kallsyms(linux.told["kallsyms"])

    def test(self, good, name, *notes):
        self.tap.test(good, f"Linux {self.linux.version}, {self.title}: {name}", *notes)

    def run(self, *words, status=0):
        return self.linux.run(self.program, self.source, *words, options=self.options, status=status)

    def look_up(self, words):
        """The answers to all words, in their order; None where there is none."""
        script = "".join(
            "sym --no-line " + " ".join(words[i : i + WORDS]) + "\n"
            for i in range(0, len(words), WORDS)
        )
        ways = self.linux.sources(self.source)[self.source]
        result = subprocess.run(
            [self.program, "-j", *ways, *self.options, "-f", "-"], input=script,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        answers = []
        for line in result.stdout.splitlines():
            answers += json.loads(line).get("symbols", [])
        if len(answers) != len(words):
            raise RuntimeError(f"{len(answers)} of {len(words)} symbols: {result.stderr[:500]}")
        return answers

    def info(self, symbols_from):
        stext = min(self.kallsyms.addresses["_stext"])
        expected = {
            "release": self.linux.told["uname"].split()[2],
            "build_id": build_id(self.linux.told["notes"]),
            "offset": hex(stext - TEXT_OFFSET),
            "symbols_from": symbols_from,
        }
        found = self.run("info").get("linux", {})
        self.test(expected.items() <= found.items(), "info", expected, found)
        absolute = self.absolute_stext()
        self.test(
            int(found["absolute_offset"], 16) + TEXT_OFFSET == absolute,
            "the absolute offset is that of the kernel code in /proc/iomem", hex(absolute), found,
        )  # fmt: skip

    def absolute_stext(self):
        line = next(x for x in self.linux.told["iomem"].splitlines() if "Kernel code" in x)
        return int(line.split("-")[0], 16)

    def names(self, names):
        wrong = []
        for name, found in zip(names, self.look_up(names)):
            if int(found["address"], 16) not in self.kallsyms.addresses[name]:
                wrong.append(f"{name}: {found}")
        self.test(not wrong and len(names) > 0, f"{len(names)} names", *wrong[:10])

    def places(self, addrs, offset, exact):
        """Each address, offset bytes behind the beginning of a symbol, is found again."""
        wrong = []
        for addr, found in zip(addrs, self.look_up([hex(addr + offset) for addr in addrs])):
            same = (found["name"], found["module"]) in self.kallsyms.names[addr]
            if int(found["offset"], 16) != offset or exact and not same:
                wrong.append(f"{addr:x}: {found}")
        self.test(not wrong and len(addrs) > 0, f"{len(addrs)} addresses + {offset}", *wrong[:10])

    def functions(self):
        """Addresses of functions that are longer than a short instruction."""
        addrs = sorted(self.kallsyms.names)
        return [a for a, b in zip(addrs, addrs[1:]) if self.kallsyms.types[a] in "tT" and b > a + 4]

    def symbols(self, count, exact=True):
        rng = random.Random(self.title)
        names = sorted(n for n in self.kallsyms.addresses if not n[0].isdigit())
        addrs = sorted(self.kallsyms.names)
        inside = self.functions()
        if count:
            names, addrs, inside = (rng.sample(x, count) for x in (names, addrs, inside))
        self.names(names)
        self.places(addrs, 0, exact)
        self.places(inside, 2, exact)

    def modules(self, symbols_from):
        expected = []
        for line in self.linux.told["modules"].splitlines():
            name, size, _, _, state, addr = line.split()
            expected.append((name, int(size), int(addr, 16), state.lower()))
        found = self.run("modules")["modules"]
        self.test(
            [(m["name"], int(m["size"], 16), int(m["address"], 16), m["state"]) for m in found]
            == expected and len(expected) == len(self.linux.modules),
            "modules", expected, found,
        )  # fmt: skip
        self.test(
            [m["symbols_from"] for m in found] == [symbols_from] * len(expected),
            f"symbols of modules from {symbols_from}", found,
        )  # fmt: skip
        loop = next(m for m in found if m["name"] == "loop")
        self.test(
            loop["build_id"] == build_id(self.linux.told["loop-notes"]), "build id of a module", loop
        )

    def no_modules(self):
        answer = self.run("modules", status=1)
        self.test("not known" in answer["error"]["message"], "modules cannot be told", answer)


def without_files(tap, program, linux):
    """All symbols are the guest's own."""
    for source in ("QMP", *linux_guest.FORMATS):
        case = Case(tap, program, linux, source, (), f"{source}, kallsyms")
        case.info("kallsyms")
        # Symbols of modules need the kernel's types: BTF, which Debian's 6.1 has not.
        has_btf = linux.version != "6.1"
        if not has_btf:
            for addr in [a for a, n in case.kallsyms.names.items() if any(m for _, m in n)]:
                del case.kallsyms.names[addr]
            for name in list(case.kallsyms.addresses):
                left = [a for a in case.kallsyms.addresses[name] if a in case.kallsyms.names]
                case.kallsyms.addresses[name] = set(left)
                if not left:
                    del case.kallsyms.addresses[name]
        case.symbols(0 if source == "ELF" else SAMPLE)
        if has_btf:
            case.modules("kallsyms")
        else:
            case.no_modules()


def with_vmlinux(tap, program, linux, vmlinux, other):
    """The file that is given, and one that is another kernel's."""
    for source in ("QMP", "ELF"):
        case = Case(tap, program, linux, source, ("-s", vmlinux), f"{source}, vmlinux")
        case.info("file")
        case.symbols(SAMPLE, exact=False)
        case.modules("kallsyms")
    case = Case(tap, program, linux, "ELF", ("-s", other), "another kernel's vmlinux")
    answer = case.run("sym", "_stext", status=5)
    case.test("build id" in answer["error"]["message"], "is refused", answer)
    text = linux.text(
        program, "ELF", "sym", "linux_banner", options=("-s", other, "--force-symbols")
    )
    case.test("warning" in text[1] and "linux_banner" in text[0], "is taken by force", *text)
    case.test("does not have the code" in text[1], "its code is found to differ", text[1])


def module_files(tap, program, linux, vmlinux, packages):
    """Symbols of modules from their files; variables are among them."""
    options = ("-s", vmlinux, "--debug-dir", packages)
    case = Case(tap, program, linux, "ELF", options, "files of modules")
    case.modules("file")
    own = [n for n in case.kallsyms.names.values() if any(m for _, m in n)]
    names = sorted({name for entry in own for name, module in entry if module})
    case.names(names)
    sections = dict(line.split("/")[-1].split(":") for line in linux.told["sections"].splitlines())
    found = case.run("sym", "loop_ctl_mutex")["symbols"][0]
    case.test(
        found["module"] == "loop" and int(found["address"], 16) >= int(sections[".data"], 16),
        "a variable of a module", found, sections,
    )  # fmt: skip
    loop = os.path.join(linux.directory, "loop.ko")
    with open(loop, "wb") as file:
        file.write(linux.kernel.module("loop"))
    given = Case(tap, program, linux, "ELF", ("-s", vmlinux, "-s", loop), "-s loop.ko")
    again = given.run("sym", "loop_ctl_mutex")["symbols"]
    same = [symbol["address"] for symbol in again] == [found["address"]]
    given.test(same and again[0]["module"] == "loop", "a variable of a module", again, found)
    other = os.path.join(linux.directory, "dm_mod.ko")
    with open(other, "wb") as file:
        file.write(linux.kernel.module("dm_mod"))
    given = Case(tap, program, linux, "ELF", ("-s", vmlinux, "-s", other), "-s dm-mod.ko")
    _, notes = linux.text(program, "ELF", "sym", "dm_get_md", options=given.options, status=1)
    given.test("of no module of the guest" in notes, "a module that is not loaded", notes)


def by_build_id(tap, program, linux, vmlinux, directory):
    """A vmlinux that is found in a folder."""
    number = build_id(linux.told["notes"])
    places = (
        f".build-id/{number[:2]}/{number[2:]}.debug", f"boot/vmlinux-{linux.release}",
        f"lib/modules/{linux.release}/vmlinux", f"usr/lib/debug/boot/vmlinux-{linux.release}",
        f"vmlinux-{linux.release}", "vmlinux",
    )  # fmt: skip
    for place in places:
        with tempfile.TemporaryDirectory(dir=directory) as folder:
            path = os.path.join(folder, place)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(vmlinux, path)
            case = Case(tap, program, linux, "ELF", ("--debug-dir", folder), "--debug-dir")
            found = case.run("info")["linux"]
            case.test(found.get("vmlinux") == path, place.replace(linux.release, "RELEASE"), found)


def run_kernel(tap, cache, program, version, directory, other):
    notes = "tell notes busybox hexdump -v -e '1/1 \"%02x\"' /sys/kernel/notes\necho\n"
    notes += "tell loop-notes busybox hexdump -v -e '1/1 \"%02x\"' "
    notes += "/sys/module/loop/notes/.note.gnu.build-id\necho\n"
    with linux_guest.LinuxGuest(cache, version, directory, script=notes) as linux:
        without_files(tap, program, linux)
        linux_hostile.run(tap, program, linux)
        vmlinux = linux_guest.vmlinux(cache, version)
        other = linux_guest.vmlinux(cache, other)
        if not vmlinux or not other:
            tap.skip(f"Linux {version}: with vmlinux", "not in the cache: bed fetch-debug")
            return
        with_vmlinux(tap, program, linux, vmlinux, other)
        module_files(tap, program, linux, vmlinux, os.path.join(cache, f"kernel-{version}"))
        linux_early.without_vmcoreinfo(tap, program, linux, vmlinux)
        by_build_id(tap, program, linux, vmlinux, directory)
        linux_debuginfod.run(tap, program, linux, vmlinux, build_id(linux.told["notes"]))


def main():
    cache, program, *versions = sys.argv[1:]
    reason = linux_guest.missing(cache)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = dump.Tap()
    with tempfile.TemporaryDirectory(prefix="s390memctl-linux-") as directory:
        for version in versions:
            other = next((v for v in versions if v != version), version)
            run_kernel(tap, cache, program, version, directory, other)
            linux_early.run(tap, cache, program, version, directory)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
