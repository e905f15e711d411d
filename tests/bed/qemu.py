# SPDX-License-Identifier: GPL-3.0-or-later
"""The fast bed's machine: qemu-system-s390x with TCG.

Streams come through virtio-serial ports, each a socket of ours. QEMU takes the
next buffer of a port only when the last one is in the socket, so nothing is
lost however much is written.
"""

import os
import selectors
import shutil
import socket
import subprocess

from process import child_options, stop_process

PROGRAM = "qemu-system-s390x"
PACKAGE = "qemu-system-misc"
STREAMS = ("control", "output", "files")
CHUNK = 1 << 18


class Machine:
    """One run of QEMU, from start() to stop()."""

    # The same program at the same addresses need not be translated by TCG again.
    kernel_parameters = "console=ttysclp0 norandmaps init_on_alloc=0"
    compress_initrd = True

    def __init__(self, directory, memory=1024, cpus=2):
        self.console = os.path.join(directory, "console")
        self.memory = memory
        self.cpus = cpus
        self.process = None
        self.selector = selectors.DefaultSelector()
        self.sockets = {}

    def start(self, kernel, initrd, parameters):
        if shutil.which(PROGRAM) is None:
            raise OSError(f"{PROGRAM} is missing: apt-get install {PACKAGE}")
        command = [
            PROGRAM, "-M", "s390-ccw-virtio,accel=tcg", "-cpu", "max",
            "-m", str(self.memory), "-smp", str(self.cpus),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-chardev", f"file,id=console,path={self.console}",
            "-device", "sclpconsole,chardev=console",
            "-device", "virtio-serial-ccw",
            "-kernel", kernel, "-initrd", initrd, "-append", parameters,
        ]  # fmt: skip
        theirs = []
        for name in STREAMS:
            ours, other = socket.socketpair()
            theirs.append(other)
            self.sockets[name] = ours
            self.selector.register(ours, selectors.EVENT_READ, name)
            command += [
                "-chardev", f"socket,id={name},fd={other.fileno()}",
                "-device", f"virtserialport,chardev={name},name=bed.{name}",
            ]  # fmt: skip
        open(self.console, "wb").close()
        with open(self.console, "ab") as errors:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[other.fileno() for other in theirs],
                **child_options(),
            )
        for other in theirs:
            other.close()

    def read(self, timeout):
        """(stream, bytes) of what has arrived, waiting for it that long."""
        # Control is last: it may say that the other streams are at their end.
        ready = [key.data for key, _ in self.selector.select(timeout)]
        for name in sorted(ready, key=lambda name: name == "control"):
            data = self.sockets[name].recv(CHUNK)
            if data:
                yield name, data
            else:
                self.selector.unregister(self.sockets[name])

    def drain(self):
        """What is left of the streams after "exit" came through control."""
        for name in ("output", "files"):
            self.sockets[name].setblocking(False)
            try:
                while data := self.sockets[name].recv(CHUNK):
                    yield name, data
            except BlockingIOError:
                pass

    def ended(self):
        """Why the machine runs no more, or None."""
        status = self.process.poll()
        return None if status is None else f"QEMU ended with status {status}"

    def stop(self):
        if self.process is not None:
            stop_process(self.process)
        for ours in self.sockets.values():
            ours.close()
