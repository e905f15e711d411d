# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine of the beds hercules and nested: Debian's Hercules 3.13.

It implements SIE, so kvm.ko loads as it is and guests really run. Its consoles
lose bursts of output; so each stream is a raw FBA disk, which a program in the
guest (fbaout.c) appends to and whose file is read here while it grows.
"""

import os
import re
import shutil
import struct
import subprocess
import time

from process import child_options, stop_process
from unpackkernel import unpack_kernel

BLOCK = 512
HEADER = struct.Struct(">8sII")
MAGIC = b"BEDOUT01"
# Device number and size of each stream's disk, all holes at first.
DISKS = {"output": ("0120", 1 << 30), "control": ("0121", 1 << 22), "files": ("0122", 1 << 30)}

# The list-directed IPL of Linux: where its image, the address and size of the
# initrd (arch/s390/include/asm/setup.h: INITRD_START) and the parameters go.
INITRD_PARAMETERS = 0x10408
COMMAND_LINE = 0x10480
COMMAND_LINE_SIZE = 896
INITRD = 0x04000000
# Where a kernel goes that the host has unpacked: behind any initrd.
UNPACKED_KERNEL = 0x30000000

CONFIGURATION = """\
ARCHMODE ESAME
CPUSERIAL 002623
CPUMODEL 2097
LPARNAME HERCULES
MAINSIZE {memory}
NUMCPU 1
MAXCPU 1
OSTAILOR LINUX
DIAG8CMD DISABLE
SHCMDOPT DISABLE
"""

# Hercules has enhanced suppression on protection but does not announce it, and
# without it the kernel tells QEMU that KVM cannot be used (KVM_CAP_S390_COW).
# When the guest writes "bed: set ESOP" to its console, Hercules runs the file
# esop.rc: it first shows the kernel's flags, and after that sets them.
HAO_RULE = "hao tgt bed: set ESOP\nhao cmd script esop.rc\n"
# struct lowcore, machine_flags, in 6.1 and 6.12
MACHINE_FLAGS = 0x3C8
MACHINE_FLAG_ESOP = 0x10
SHOWN_FLAGS = re.compile(rb"R:0*3C8:K:..=([0-9A-F]{8}) ([0-9A-F]{8})")


class Disk:
    """A stream that the guest writes as records to a raw disk."""

    def __init__(self, path, size):
        self.file = open(path, "w+b", buffering=0)
        self.file.truncate(size)
        self.at = 0
        self.number = 1

    def records(self):
        """The data of the records that are there and were not read yet."""
        while True:
            header = os.pread(self.file.fileno(), HEADER.size, self.at)
            if len(header) < HEADER.size:
                return
            magic, number, length = HEADER.unpack(header)
            if magic != MAGIC or number != self.number:
                return
            data = os.pread(self.file.fileno(), length, self.at + BLOCK)
            self.at += BLOCK + (length + BLOCK - 1) // BLOCK * BLOCK
            self.number += 1
            if data:
                yield data


class Machine:
    """One run of Hercules, from start() to stop()."""

    # Tests of ciphers and certificates take half a minute here. Without
    # certificates the kernel loads modules all the same, and is tainted.
    kernel_parameters = (
        "console=ttyS0 nokaslr cryptomgr.notests"
        " initcall_blacklist=load_system_certificate_list"
    )
    # The host is quicker to write zeros than the guest is to inflate them.
    compress_initrd = False

    def __init__(self, directory, cache, memory=1024):
        self.directory = directory
        self.console = self._path("console")
        self.memory = memory
        self.unpacked = os.path.join(cache, "hercules/usr")
        self.process = None
        self.disks = {}
        self.flags_known = False

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _write(self, name, data):
        temporary = self._path(name + ".new")
        with open(temporary, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        os.rename(temporary, self._path(name))

    def _write_ipl_files(self, kernel, initrd, parameters):
        line = parameters.encode() + b"\0"
        if len(line) > COMMAND_LINE_SIZE:
            raise OSError("the kernel's command line is too long")
        with open(kernel, "rb") as file:
            image = file.read()
        unpacked = unpack_kernel(image, UNPACKED_KERNEL)
        more = ""
        if unpacked is not None:
            image, contents = unpacked
            self._write("unpacked", contents)
            more = f"unpacked 0x{UNPACKED_KERNEL:08X}\n"
        self._write("kernel", image)
        self._write("initrd.addr", struct.pack(">QQ", INITRD, os.path.getsize(initrd)))
        self._write("cmdline", line)
        self._write(
            "linux.ins",
            "* Linux\n"
            "kernel 0x00000000\n"
            f"initrd.addr 0x{INITRD_PARAMETERS:08X}\n"
            f"cmdline 0x{COMMAND_LINE:08X}\n"
            f"{os.path.basename(initrd)} 0x{INITRD:08X}\n" + more,
        )

    def _command(self):
        """How to call Hercules, and its environment."""
        environment = dict(os.environ, HERCULES_RC="start.rc")
        installed = shutil.which("hercules")
        if installed:
            return [installed, "-f", "conf", "-d"], environment
        modules = os.path.join(self.unpacked, "lib/hercules")
        environment["LD_LIBRARY_PATH"] = modules
        program = os.path.join(self.unpacked, "bin/hercules")
        return [program, "-p", modules, "-f", "conf", "-d"], environment

    def start(self, kernel, initrd, parameters):
        """The initrd must lie in the machine's directory."""
        self._write_ipl_files(kernel, initrd, parameters)
        configuration = CONFIGURATION.format(memory=self.memory)
        for name, (device, size) in DISKS.items():
            self.disks[name] = Disk(self._path(f"{name}.fba"), size)
            configuration += f"{device} 3370 {name}.fba\n"
        self._write("conf", configuration)
        self._write("start.rc", f"{HAO_RULE}ipl linux.ins\n")
        self._write("esop.rc", f"r {MACHINE_FLAGS:x}.8\n")
        command, environment = self._command()
        with open(self.console, "wb") as console:
            self.process = subprocess.Popen(
                command,
                cwd=self.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                **child_options(),
            )

    def read(self, timeout):
        """(stream, bytes) of what has arrived, waiting for it that long."""
        end = time.monotonic() + timeout
        while True:
            self._answer_esop()
            # Control is last: it may say that the others are at their end.
            pieces = [
                (name, data)
                for name in ("output", "files", "control")
                for data in self.disks[name].records()
            ]
            if pieces or time.monotonic() >= end:
                return pieces
            time.sleep(0.05)

    def drain(self):
        """What is left of the streams after "exit" came through control."""
        for name in ("output", "files"):
            for data in self.disks[name].records():
                yield name, data

    def _answer_esop(self):
        if self.flags_known:
            return
        with open(self.console, "rb") as file:
            match = SHOWN_FLAGS.search(file.read())
        if match:
            flags = int(match.group(2), 16) | MACHINE_FLAG_ESOP
            self._write("esop.rc", f"r {MACHINE_FLAGS + 4:x}={flags:08x}\n")
            self.flags_known = True

    def ended(self):
        """Why the machine runs no more, or None."""
        status = self.process.poll()
        return None if status is None else f"Hercules ended with status {status}"

    def stop(self):
        if self.process is not None:
            stop_process(self.process)
        for disk in self.disks.values():
            disk.file.close()
