# SPDX-License-Identifier: GPL-3.0-or-later
"""A Linux guest of qemu-system-s390x under plain emulation, and its monitor."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bed"))

from initrd import Cpio  # noqa: E402
from process import child_options, stop_process  # noqa: E402

QEMU = "qemu-system-s390x"
COMPILER = "s390x-linux-gnu-gcc"
MEMORY = 256 << 20
CPUS = 2
READY = b"memory mapped"
BOOT_SECONDS = 600


def missing(cache):
    """Why there can be no guest, or None."""
    for program, package in ((QEMU, "qemu-system-misc"), (COMPILER, "gcc-s390x-linux-gnu")):
        if not shutil.which(program):
            return f"{program} is missing (package {package})"
    if not os.path.isdir(os.path.join(cache, "kernel-6.1")):
        return f"no kernels in {cache} (./quickstart build fetches them)"
    return None


def kernel_image(cache, version):
    boot = os.path.join(cache, f"kernel-{version}", "boot")
    return os.path.join(boot, next(f for f in os.listdir(boot) if f.startswith("vmlinuz-")))


def make_initrd(directory, source):
    program = os.path.join(directory, "init")
    subprocess.run(
        [COMPILER, "-O1", "-ffreestanding", "-nostdlib", "-static", "-no-pie",
         "-Wl,-e,start", "-o", program, source],
        check=True,
    )  # fmt: skip
    archive = Cpio()
    archive.character_device("dev/console", 5, 1, 0o600)
    archive.copy("init", program)
    path = os.path.join(directory, "initrd")
    with open(path, "wb") as file:
        file.write(archive.archive())
    return path


class MonitorError(Exception):
    """QEMU has answered with an error."""


class Guest:
    """From construction, when Linux has booted, to close()."""

    def __init__(self, directory, kernel, initrd, options=(), ready=READY, append=""):
        self.console = os.path.join(directory, "console")
        monitor = os.path.join(directory, "qmp")
        self.process = subprocess.Popen(
            [QEMU, "-M", "s390-ccw-virtio,accel=tcg", "-cpu", "max",
             "-m", str(MEMORY >> 20), "-smp", str(CPUS),
             "-nodefaults", "-display", "none", "-no-reboot",
             "-chardev", f"file,id=console,path={self.console}",
             "-device", "sclpconsole,chardev=console",
             "-qmp", f"unix:{monitor},server=on,wait=off",
             "-kernel", kernel, "-initrd", initrd,
             "-append", f"console=ttysclp0 quiet panic=-1 {append}".strip(), *options],
            stdin=subprocess.DEVNULL, **child_options(),
        )  # fmt: skip
        try:
            if ready:
                self._wait_for_boot(ready)
            self._connect(monitor)
            self.stream = self.socket.makefile("rw", encoding="utf-8")
            self.stream.readline()
            self.execute("qmp_capabilities")
        except BaseException:
            stop_process(self.process)
            raise

    def _wait_for_boot(self, ready):
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("QEMU has ended")
            if os.path.exists(self.console):
                with open(self.console, "rb") as file:
                    if ready in file.read():
                        return
            time.sleep(0.1)
        raise RuntimeError("the guest does not boot")

    def _connect(self, path):
        """QEMU listens a while after the socket is there."""
        end = time.monotonic() + BOOT_SECONDS
        self.socket = socket.socket(socket.AF_UNIX)
        while self.socket.connect_ex(path):
            self.socket.close()
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("QEMU has ended")
            time.sleep(0.01)
            self.socket = socket.socket(socket.AF_UNIX)

    def execute(self, command, **arguments):
        """The result of a QMP command."""
        json.dump({"execute": command, "arguments": arguments}, self.stream)
        self.stream.flush()
        while True:
            answer = json.loads(self.stream.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise MonitorError(f"{command}: {answer['error']['desc']}")

    def human(self, line, cpu):
        """The output of a command of the human monitor."""
        return self.execute("human-monitor-command", **{"command-line": line, "cpu-index": cpu})

    def translate(self, cpu, addr):
        """gva2gpa: the absolute address, None if unmapped."""
        answer = self.human(f"gva2gpa 0x{addr:x}", cpu)
        return int(answer.split()[1], 16) if answer.startswith("gpa:") else None

    def dump(self, path, form):
        self.execute("dump-guest-memory", paging=False, protocol=f"file:{path}", format=form)

    def storage(self, path):
        """All of absolute storage."""
        self.execute("pmemsave", val=0, size=MEMORY, filename=path)
        with open(path, "rb") as file:
            return file.read()

    def psw_mask(self, cpu):
        words = self.human("info registers", cpu).replace("=", " ").split()
        return int(words[words.index("mask") + 1], 16)

    def close(self):
        stop_process(self.process)
        self.stream.close()
        self.socket.close()
