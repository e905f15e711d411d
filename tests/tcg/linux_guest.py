# SPDX-License-Identifier: GPL-3.0-or-later
"""A Linux guest that tells about itself, and the ways in which s390memctl reads it.

    with LinuxGuest(cache, "6.12", directory) as linux:
        linux.told["kallsyms"]      # what the guest's own /proc/kallsyms said
        linux.sources()             # {"QMP": ("-q", ...), "ELF": ("-d", ...), "kdump": ...}
        linux.run(s390memctl, "ELF", "info")

One boot serves many tests; the dumps are made when they are asked for first. The
guest runs busybox: linux-init.sh says what it does and what it prints.
"""

import json
import os
import subprocess

import guest
from initrd import Kernel, base_system
from schema import checked

MODULES = ("loop", "vsock")
READY = b"@@ ready"
FORMATS = {"ELF": "elf", "kdump": "kdump-zlib"}
COMMAND_SECONDS = 60


def busybox(cache):
    return os.path.join(cache, "busybox", "bin", "busybox")


def missing(cache):
    """Why there can be no guest, or None."""
    if not os.path.exists(busybox(cache)):
        return f"no busybox in {cache} (./quickstart build fetches it)"
    return guest.missing(cache)


def vmlinux(cache, version):
    """The path of the guest's vmlinux with DWARF, None if the cache has it not (bed fetch-debug)."""
    path = os.path.join(cache, "debug", version, "vmlinux")
    return path if os.path.exists(path) else None


def tell_apart(console):
    """The sections that linux-init.sh prints, by name."""
    told, lines, name = {}, [], None
    for line in console.replace("\r", "").split("\n"):
        if line.startswith("@@ "):
            if name:
                told[name] = "\n".join(lines) + "\n"
            name, lines = line[3:], []
        else:
            lines.append(line)
    return told


def run_json(s390memctl, ways, *words, status=0):
    """The JSON of one command; ways: options that name the guest."""
    result = subprocess.run(
        [s390memctl, "-j", *ways, *words],
        capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS,
    )  # fmt: skip
    if result.returncode != status:
        raise RuntimeError(f"{words}: {result.returncode}: {result.stdout[:500]} {result.stderr}")
    return checked(json.loads(result.stdout)) if result.stdout else {}


class LinuxGuest:
    """From construction, when it has told all, to close()."""

    def __init__(self, cache, version, directory, extra=(), append="", options=(), script=""):
        """extra: (name, path) of files for the guest; script: more lines for its init."""
        self.cache, self.version = cache, version
        self.directory = os.path.join(directory, version)
        os.mkdir(self.directory)
        self.kernel = Kernel(cache, version)
        self.release = self.kernel.release
        self.qmp = os.path.join(self.directory, "qmp-s390memctl")
        self.modules = [name for name, _ in self.kernel.modules(MODULES)]
        self.machine = guest.Guest(
            self.directory, self.kernel.image, self._initrd(extra, script),
            options=("-qmp", f"unix:{self.qmp},server=on,wait=off", *options),
            ready=READY, append=append,
        )  # fmt: skip
        with open(self.machine.console, encoding="utf-8", errors="replace") as file:
            self.told = tell_apart(file.read())
        self._dumps = {}

    def _initrd(self, extra, script):
        here = os.path.dirname(os.path.abspath(__file__))
        init = os.path.join(self.directory, "init")
        with open(os.path.join(here, "linux-init.sh"), encoding="utf-8") as source:
            text = source.read().replace("@MORE@", script)
        with open(init, "w", encoding="utf-8") as file:
            file.write(text)
        archive = base_system(busybox(self.cache), init)
        archive.character_device("dev/ttysclp0", 4, 65, 0o600)
        for number, (name, data) in enumerate(self.kernel.modules(MODULES)):
            archive.file(f"lib/modules/{number:02}-{name}.ko", data)
        for name, path in extra:
            archive.copy(name, path)
        path = os.path.join(self.directory, "initrd")
        with open(path, "wb") as file:
            file.write(archive.archive())
        return path

    def dump(self, form):
        """The path of a dump of this guest, "ELF" or "kdump", made at the first call."""
        if form not in self._dumps:
            path = os.path.join(self.directory, f"dump-{form}")
            self.machine.dump(path, FORMATS[form])
            self._dumps[form] = path
        return self._dumps[form]

    def sources(self, *names):
        """Options of s390memctl for each way to this guest, by its name."""
        ways = {"QMP": lambda: ("-q", self.qmp)}
        ways.update({form: lambda form=form: ("-d", self.dump(form)) for form in FORMATS})
        return {name: ways[name]() for name in names or ways}

    def run(self, s390memctl, source, *words, options=(), status=0):
        """The JSON of one command; its exit status must be the one that is expected."""
        ways = (*self.sources(source)[source], *options)
        return run_json(s390memctl, ways, *words, status=status)

    def text(self, s390memctl, source, *words, options=(), status=0, stdin=None):
        """Standard output and error of one command, or of a script on stdin (-f -)."""
        ways = self.sources(source)[source]
        result = subprocess.run(
            [s390memctl, *ways, *options, *words], input=stdin,
            capture_output=True, text=True, check=False, timeout=COMMAND_SECONDS,
        )  # fmt: skip
        if result.returncode != status:
            raise RuntimeError(f"{words}: {result.returncode}: {result.stdout[:500]} {result.stderr}")
        return result.stdout, result.stderr

    def close(self):
        self.machine.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
