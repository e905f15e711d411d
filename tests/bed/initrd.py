# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the initial RAM file system of a bed."""

import gzip
import lzma
import os
import stat

from elf import Elf, ElfError

DIRECTORIES = ("bin", "bed", "dev", "etc", "lib", "proc", "sys", "test", "tmp", "usr/bin")
PASSWD = "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n"
GROUP = "root:x:0:\nuser:x:1000:\n"


class Cpio:
    """An archive in the format "newc" of cpio(5), which the kernel unpacks.

    Directories of a name are added as needed; everything belongs to root.
    """

    def __init__(self):
        self.parts = []
        self.names = set()

    def _entry(self, name, mode, data=b"", device=(0, 0)):
        self.names.add(name)
        encoded = name.encode() + b"\0"
        fields = (len(self.names), mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        for part in (header, data):
            self.parts.append(part)
            self.parts.append(b"\0" * (-len(part) % 4))

    def directory(self, name):
        if not name or name in self.names:
            return
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name, major, minor, mode):
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFCHR | mode, device=(major, minor))

    def copy(self, name, path):
        """Adds a file of the host, or a directory with all below it."""
        if os.path.isdir(path):
            self.directory(name)
            for entry in sorted(os.listdir(path)):
                self.copy(f"{name}/{entry}", os.path.join(path, entry))
            return
        with open(path, "rb") as file:
            data = file.read()
            mode = os.fstat(file.fileno()).st_mode
        self.file(name, data, 0o755 if mode & 0o111 else 0o644)

    def archive(self):
        self._entry("TRAILER!!!", 0)
        data = b"".join(self.parts)
        return data + b"\0" * (-len(data) % 512)


class Kernel:
    """A kernel package of Debian, as unpacked in the cache."""

    def __init__(self, cache, version):
        self.root = os.path.join(cache, f"kernel-{version}")
        boot = os.path.join(self.root, "boot")
        images = [f for f in os.listdir(boot) if f.startswith("vmlinuz-")]
        self.release = images[0].removeprefix("vmlinuz-")
        self.image = os.path.join(boot, images[0])
        self._modules = {}
        for lib in ("lib", "usr/lib"):
            tree = os.path.join(self.root, lib, "modules", self.release)
            for directory, _, files in os.walk(tree):
                for file in files:
                    name, found, _ = file.partition(".ko")
                    if found:
                        self._modules[name.replace("-", "_")] = os.path.join(directory, file)

    def module(self, name):
        """The bytes of a module, None when the kernel has it built in."""
        path = self._modules.get(name)
        if path is None:
            return None
        with open(path, "rb") as file:
            data = file.read()
        return lzma.decompress(data) if path.endswith(".xz") else data

    def modules(self, names):
        """(name, bytes) of the modules and what they depend on, in load order."""
        ordered = {}
        for name in names:
            data = self.module(name)
            if data is None:
                continue
            for other, contents in self.modules(self._dependencies(name, data)):
                ordered.setdefault(other, contents)
            ordered.setdefault(name, data)
        return list(ordered.items())

    @staticmethod
    def _dependencies(name, data):
        elf = Elf(data, name)
        info = elf.section(".modinfo")
        if info is None:
            raise ElfError(f"{name}.ko has no .modinfo")
        for field in elf.contents(info).split(b"\0"):
            if field.startswith(b"depends="):
                return [d.decode() for d in field[len(b"depends=") :].split(b",") if d]
        return []


def base_system(busybox, init):
    """What every bed begins with: busybox, device nodes, users, an init."""
    cpio = Cpio()
    for name in DIRECTORIES:
        cpio.directory(name)
    cpio.character_device("dev/console", 5, 1, 0o600)
    cpio.character_device("dev/null", 1, 3, 0o666)
    cpio.copy("bin/busybox", busybox)
    cpio.link("bin/sh", "busybox")
    cpio.file("etc/passwd", PASSWD.encode())
    cpio.file("etc/group", GROUP.encode())
    with open(init, "rb") as file:
        cpio.file("init", file.read(), 0o755)
    return cpio


def write_archive(cpio, path, compress):
    data = cpio.archive()
    with open(path, "wb") as file:
        file.write(gzip.compress(data, 1) if compress else data)
