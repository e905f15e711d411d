# SPDX-License-Identifier: GPL-3.0-or-later
"""bed run: boots a bed, runs a script in it, ends with the script's status.

The script's output goes to the standard output, byte for byte, as it is
written. Everything else goes to the standard error.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import sys
import tarfile
import tempfile
import time

import hercules
import initrd
import patchkvm
import qemu
import siewait
from elf import Elf, ElfError, library_closure, symbols_file
from unpackkernel import set_storage_keys, unpack_kernel

HERE = os.path.dirname(os.path.abspath(__file__))
BED_FAILED = 125
TIMEOUTS = {"fast": 300, "hercules": 600, "nested": 600}
HEARTBEAT = 4
CONSOLE_LINES = 30
# Trees whose libraries programs find, in this order.
LIBRARY_TREES = ("sysroot", "libc", "qemu")
# What the C library's iconv(3) needs for EBCDIC.
CONVERTERS = "usr/lib/s390x-linux-gnu/gconv/"
CONVERTER_FILES = ("gconv-modules", "gconv-modules.d/gconv-modules-extra.conf", "IBM1047.so")
MODULES = {
    "fast": ("virtio_console",),
    "hercules": ("dasd_mod", "dasd_fba_mod"),
    "nested": ("dasd_mod", "dasd_fba_mod"),
}
# The kernel that the nested bed's own guest runs. One of 6.12 ends with an
# operation exception there (PTF, which Hercules does not have under SIE).
L2_KERNEL = "6.1"
# Where it lies, virtual as absolute, and what scripts know by its symbol.
L2_KERNEL_START = 0x100000
L2_BANNER = b"Linux version 6.1."
L2_STORAGE = 160 << 20
# Where nested.sh loads that kernel as unpacked here.
L2_UNPACKED_KERNEL = 0x05000000
# Linux uses no storage keys, and its guest would have none: before it starts,
# so many blocks of free memory get one each, all there are.
L2_KEYS = (0x07000000, 128)
PANIC = re.compile(rb"Kernel panic - not syncing|disabled wait state", re.IGNORECASE)


class BedError(Exception):
    """The bed, not the script, failed."""


def say(text):
    print(f"bed: {text}", file=sys.stderr, flush=True)


def parse_arguments(argv):
    parser = argparse.ArgumentParser(
        prog="bed run",
        description="Boots a bed and runs a script in it; ends with the script's exit status, "
        f"or with {BED_FAILED} when the bed itself failed.",
        epilog="Inside, the script is /test/script, run by busybox sh in /test; BED is the bed's "
        "name, and in the nested bed QEMU_PID and L2_LOG are set.",
    )
    parser.add_argument("kind", choices=("fast", "hercules", "nested"))
    parser.add_argument("--kernel", choices=("6.1", "6.12"), default="6.12")
    parser.add_argument("--script", metavar="FILE", help="the script to run")
    parser.add_argument("--with", metavar="NAME=PATH", dest="files", action="append", default=[],
                        help="copy the file or directory PATH to /test/NAME")
    parser.add_argument("--exe", metavar="PATH", action="append", default=[],
                        help="copy the s390x program, with its libraries, to /usr/bin")
    parser.add_argument("--timeout", metavar="SECONDS", type=float,
                        help="for everything, boot and script (default: "
                        + ", ".join(f"{kind} {t}" for kind, t in TIMEOUTS.items()) + ")")
    parser.add_argument("--cpus", metavar="N", type=int, choices=range(1, 9), default=2,
                        help="of the fast bed (default: 2)")
    parser.add_argument("--append", metavar="TEXT", default="", help="parameters for the kernel")
    parser.add_argument("--out", metavar="DIR", help="where to copy what the script left in /out")
    parser.usage = parser.format_usage().removeprefix("usage: ").rstrip() + " [-- COMMAND...]"
    # argparse does not take "--" behind an option, so it is split off here.
    split = argv.index("--") if "--" in argv else len(argv)
    arguments = parser.parse_args(argv[:split])
    arguments.command = argv[split + 1 :]
    if bool(arguments.script) == bool(arguments.command):
        parser.error("give --script FILE or -- COMMAND")
    for pair in arguments.files:
        name, equals, _ = pair.partition("=")
        if not equals or not name or ".." in name.split("/") or name.startswith("/"):
            parser.error(f"--with wants NAME=PATH, not {pair}")
    return arguments


class Bed:
    """What the arguments ask for, made of what the cache has."""

    def __init__(self, arguments, cache, directory):
        self.arguments = arguments
        self.cache = cache
        self.directory = directory
        self.kernel = initrd.Kernel(cache, arguments.kernel)
        if arguments.kind == "fast":
            self.machine = qemu.Machine(directory, cpus=arguments.cpus)
        else:
            self.machine = hercules.Machine(directory, cache)

    def _built(self, program):
        return os.path.join(self.cache, "build", program)

    def _here(self, name):
        return os.path.join(HERE, name)

    def _busybox(self):
        return os.path.join(self.cache, "busybox/bin/busybox")

    def _script(self):
        if self.arguments.script:
            with open(self.arguments.script, "rb") as file:
                return file.read()
        return (shlex.join(self.arguments.command) + "\n").encode()

    def _add_kernel_modules(self, cpio):
        names = []
        for name, data in self.kernel.modules(MODULES[self.arguments.kind]):
            cpio.file(f"bed/{name}.ko", data)
            names.append(f"{name}.ko\n")
        cpio.file("bed/modules", "".join(names).encode())
        kvm = self.kernel.module("kvm")
        if self.arguments.kind == "fast":
            kvm = siewait.patch(patchkvm.patch(kvm))
        cpio.file("bed/kvm.ko", kvm)

    def _add_program(self, cpio, name, path, mode_of=None):
        """A program under that name, and its libraries once each."""
        trees = [os.path.join(self.cache, tree) for tree in LIBRARY_TREES]
        Elf.open(path)
        cpio.copy(name, path)
        for library, file in library_closure(path, trees).items():
            if library not in cpio.names:
                cpio.copy(library, file)

    def _add_converters(self, cpio):
        tree = os.path.join(self.cache, "libc")
        for name in CONVERTER_FILES:
            cpio.copy(CONVERTERS + name, os.path.join(tree, CONVERTERS + name))

    def _add_nested_guest(self, cpio):
        guest = initrd.base_system(self._busybox(), self._here("l2init"))
        guest.copy("bin/l2prog", self._built("l2prog"))
        path = os.path.join(self.directory, "l2.gz")
        initrd.write_archive(guest, path, compress=True)
        cpio.copy("bed/l2.gz", path)
        with open(initrd.Kernel(self.cache, L2_KERNEL).image, "rb") as file:
            image = file.read()
        unpacked = unpack_kernel(image, L2_UNPACKED_KERNEL, set_storage_keys(*L2_KEYS))
        if unpacked is not None:
            image, contents = unpacked
            cpio.file("bed/l2.unpacked", contents)
            # Debian's System.map is empty.
            symbols = {"linux_banner": L2_KERNEL_START + contents.index(L2_BANNER)}
            cpio.file("bed/l2.symbols", symbols_file(symbols, L2_STORAGE))
        cpio.file("bed/l2.kernel", image)
        cpio.copy("bed/nested.sh", self._here("nested.sh"))
        tree = os.path.join(self.cache, "qemu")
        program = "usr/bin/qemu-system-s390x"
        self._add_program(cpio, program, os.path.join(tree, program))
        firmware = "usr/share/qemu/s390-ccw.img"
        cpio.copy(firmware, os.path.join(tree, firmware))

    def write_initrd(self, path):
        arguments = self.arguments
        cpio = initrd.base_system(self._busybox(), self._here("init"))
        self._add_kernel_modules(cpio)
        if arguments.kind != "fast":
            for program in ("fbaout", "throwaway"):
                cpio.copy(f"bed/{program}", self._built(program))
        if arguments.kind == "nested":
            self._add_nested_guest(cpio)
        for path_of_program in arguments.exe:
            name = f"usr/bin/{os.path.basename(path_of_program)}"
            self._add_program(cpio, name, path_of_program)
        if arguments.exe:
            self._add_converters(cpio)
        for name, _, source in (pair.partition("=") for pair in arguments.files):
            cpio.copy(f"test/{name}", source)
        cpio.file("test/script", self._script(), 0o755)
        initrd.write_archive(cpio, path, self.machine.compress_initrd)

    def start(self):
        path = os.path.join(self.directory, "initrd")
        self.write_initrd(path)
        words = [
            self.machine.kernel_parameters, "panic=1 quiet", f"bed.kind={self.arguments.kind}",
            "bed.out=1" if self.arguments.out else "", self.arguments.append,
        ]  # fmt: skip
        self.machine.start(self.kernel.image, path, " ".join(filter(None, words)))


class Session:
    """Watches a started machine until the script has ended."""

    def __init__(self, bed):
        self.machine = bed.machine
        self.name = f"{bed.arguments.kind} {bed.arguments.kernel}"
        self.timeout = bed.arguments.timeout or TIMEOUTS[bed.arguments.kind]
        self.begin = time.monotonic()
        self.spoke = self.begin
        self.phase = "booting"
        self.status = None
        self.control = b""
        self.console_at = 0
        self.console_tail = b""
        self.files = open(os.path.join(bed.directory, "files.tar"), "w+b")

    def say(self, text):
        self.spoke = time.monotonic()
        say(f"{self.name}: {text}, {self.spoke - self.begin:.0f} s")

    def run(self):
        """The script's exit status."""
        self.say(self.phase)
        while self.status is None:
            # First look whether the machine still runs, then read: what it
            # said before it ended is not lost.
            ended = self.machine.ended() or self._panic()
            self._read(self.machine.read(0 if ended else 0.2))
            if self.status is not None:
                break
            if ended:
                raise BedError(f"{ended} while {self.phase}")
            self._watch_time()
        self._read(self.machine.drain())
        return self.status

    def _watch_time(self):
        now = time.monotonic()
        if now - self.begin > self.timeout:
            raise BedError(f"no end after {self.timeout:.0f} s, while {self.phase}")
        if now - self.spoke >= HEARTBEAT:
            self.say(self.phase)

    def _panic(self):
        """The console's line that tells the kernel's end, or None."""
        with open(self.machine.console, "rb") as file:
            file.seek(self.console_at)
            text = file.read()
        self.console_at += len(text)
        text = self.console_tail + text
        self.console_tail = text[-256:]
        match = PANIC.search(text)
        return f"the kernel said: {match.group().decode()}" if match else None

    def _read(self, pieces):
        for stream, data in pieces:
            if stream == "output":
                write_all(data)
                self.spoke = time.monotonic()
            elif stream == "files":
                self.files.write(data)
            else:
                self._read_control(data)

    def _read_control(self, data):
        *lines, self.control = (self.control + data).split(b"\n")
        for line in lines:
            word, _, text = line.decode("utf-8", "replace").partition(" ")
            if word == "progress":
                self.phase = text
                self.say(text)
            elif word == "start":
                self.phase = "running the script"
                self.say(self.phase)
            elif word == "exit":
                self.status = int(text)
            elif word == "fail":
                raise BedError(text)

    def unpack_files(self, directory):
        self.files.seek(0)
        directory = os.path.abspath(directory)
        os.makedirs(directory, exist_ok=True)
        with tarfile.open(fileobj=self.files) as archive:
            for member in archive:
                unpack_member(archive, member, directory)


def unpack_member(archive, member, directory):
    """A directory or regular file; never one outside the (absolute) directory."""
    path = os.path.normpath(os.path.join(directory, member.name))
    if os.path.commonpath((path, directory)) != directory:
        raise tarfile.TarError(f"/out: a name that leads outside: {member.name}")
    if member.isdir():
        os.makedirs(path, exist_ok=True)
    elif member.isreg():
        with open(path, "wb") as file:
            shutil.copyfileobj(archive.extractfile(member), file)
    else:
        raise tarfile.TarError(f"/out: neither a file nor a directory: {member.name}")


def write_all(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def show_console(console, cache, name):
    """The console's last lines on the standard error; the whole of it is kept."""
    logs = os.path.join(cache, "logs")
    os.makedirs(logs, exist_ok=True)
    kept = os.path.join(logs, f"{name.replace(' ', '-')}-{os.getpid()}.console")
    shutil.copyfile(console, kept)
    with open(kept, "rb") as file:
        lines = file.read().decode("latin-1").splitlines()[-CONSOLE_LINES:]
    for line in lines:
        print("  " + "".join(c if " " <= c <= "~" else "?" for c in line), file=sys.stderr)
    say(f"{name}: the whole console is in {kept}")


def run(arguments, cache, directory):
    bed = Bed(arguments, cache, directory)
    session = Session(bed)
    try:
        bed.start()
        status = session.run()
        if arguments.out:
            session.unpack_files(arguments.out)
        session.say(f"the script ended with {status}")
        return status
    except BedError as error:
        say(f"{session.name}: {error}")
        show_console(bed.machine.console, cache, session.name)
        return BED_FAILED
    finally:
        bed.machine.stop()
        session.files.close()


def main():
    arguments = parse_arguments(sys.argv[1:])

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupted(number, _):
        # Once is enough: what follows is the cleaning up.
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in signals:
        signal.signal(number, interrupted)
    with tempfile.TemporaryDirectory(prefix="s390memctl-bed.") as directory:
        try:
            return run(arguments, os.environ["S390MEMCTL_CACHE"], directory)
        except BrokenPipeError:
            return 128 + signal.SIGPIPE
        except (OSError, ElfError, tarfile.TarError) as error:
            say(error)
            return BED_FAILED


if __name__ == "__main__":
    sys.exit(main())
