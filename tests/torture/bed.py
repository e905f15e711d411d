# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kinds of torture work with: guests, load, VMMs that end."""

import contextlib
import ctypes
import os
import pwd
import resource
import select
import signal
import subprocess
import tempfile
import threading

from vmm import Failure, Guest, Process, read_text, scratch_count, status_fields, threads, wait_for

SYS_PIDFD_OPEN = 434
SYS_PROCESS_MADVISE = 440
MADV_PAGEOUT = 21


class Bed:
    """A guest that all kinds share, and what a kind has come to."""

    def __init__(self, source, image, folder, tool):
        self.source = source
        self.image = image
        self.folder = folder
        self.tool = tool
        self.landed = 0
        self.skipped = None
        self.guest = Guest(source, image, folder)
        try:
            tool.first_runs(self.guest)
        except BaseException:
            self.guest.kill()
            raise

    @staticmethod
    def note(text):
        """A TAP comment."""
        print("# " + text, flush=True)

    def skip(self, reason):
        """This kind is not possible here."""
        self.skipped = reason

    def settle(self, guest=None):
        """What killed processes have left is taken over and removed by later ones."""
        guest = guest or self.guest
        for _ in range(8):
            if not scratch_count(guest.pid):
                return
            self.tool.clean(guest)
        raise Failure("scratch memory stays")

    def finish_kind(self):
        """No scratch memory is left, and all is as it was."""
        self.settle()
        self.guest.check_unharmed(0)

    @contextlib.contextmanager
    def own_guest(self, **arguments):
        """A guest for one kind; the shared one stands meanwhile."""
        os.kill(self.guest.pid, signal.SIGSTOP)
        try:
            with self._another_guest(**arguments) as guest:
                yield guest
        finally:
            os.kill(self.guest.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def _another_guest(self, **arguments):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            guest = Guest(self.source, self.image, folder, **arguments)
            try:
                yield guest
            finally:
                guest.kill()

    def vcpu_thread(self, cpu):
        """By the name QEMU gives it."""
        for tid in threads(self.guest.pid):
            name = read_text("/proc/%d/task/%d/comm" % (self.guest.pid, tid)).strip()
            if name == "CPU %d/KVM" % cpu:
                return tid
        raise Failure("no thread of CPU %d" % cpu)

    def tracer_of(self, tid):
        """Its PID, or 0."""
        return int(status_fields(self.guest.pid, tid).get("TracerPid", "0"))

    @staticmethod
    def user_of(pid):
        """The name of a process's user."""
        return pwd.getpwuid(int(status_fields(pid, pid)["Uid"].split()[1])).pw_name


class ExecVmm(Process):
    """tests/torture/execvmm.c"""

    program = None

    def __init__(self, folder):
        with open(os.path.join(folder, "execvmm.log"), "ab") as log:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                [self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        super().__init__(self.process.pid)
        self.rest = b""
        try:
            self.ready()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait(20)
        self.process.stdin.close()
        self.process.stdout.close()

    def _line(self, seconds=30):
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], seconds)[0]:
                raise Failure("the VMM says nothing")
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                raise Failure("the VMM has ended")
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode()

    def _say(self, word):
        self.process.stdin.write(word.encode() + b"\n")
        self.process.stdin.flush()

    def ready(self):
        """Its guest runs."""
        line = self._line()
        if line != "READY":
            raise Failure("the VMM says " + line)

    def execute(self):
        """It shall replace its program."""
        self._say("exec")

    def is_ending(self, old):
        """Wait until execve(2) has come to the other threads, of which one may be held by a tracer."""
        def states():
            return [status_fields(self.pid, tid).get("State", "X")[0] for tid in old]

        wait_for(10, "execve does not come to the threads", lambda: set(states()) & set("ZX"))

    def _count(self):
        """The guest's counter; the thread's registers are compared with it."""
        self._say("count")
        counter, changed = self._line().split()
        if changed != "0":
            raise Failure("registers of the vCPU's thread have changed")
        return int(counter)

    def check_counts(self):
        """Its guest goes on."""
        first = self._count()
        wait_for(20, "the guest does not count", lambda: self._count() != first)

    def kill_only(self):
        """SIGKILL, no wait."""
        os.kill(self.pid, signal.SIGKILL)

    def reaped(self):
        """It can be waited for: no thread of it is held by a tracer."""
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired as error:
            raise Failure("the VMM does not end") from error


class Busy:
    """Processes that only use the processor."""

    def __init__(self, count):
        self.count = count
        self.processes = []

    def __enter__(self):
        for _ in range(self.count):
            self.processes.append(subprocess.Popen(  # pylint: disable=consider-using-with
                ["sh", "-c", "while :; do :; done"]))
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()


class Cgroup:
    """A cgroup with a process in it, which it freezes and thaws."""

    def __init__(self, pid):
        self.pid = pid
        self.folder = os.path.join(self.root(), "s390memctl-torture.%d" % os.getpid())
        old = [line[3:] for line in read_text("/proc/%d/cgroup" % pid).splitlines()
               if line.startswith("0::")]
        self.old = self.root() + (old[0] if old else "")

    @staticmethod
    def root():
        """Where cgroups of version 2 are; None: nowhere."""
        for line in read_text("/proc/self/mounts").splitlines():
            if line.split()[2] == "cgroup2" and os.access(line.split()[1], os.W_OK):
                return line.split()[1]
        return None

    def _put(self, folder, name, word):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(word)

    def __enter__(self):
        os.mkdir(self.folder)
        self._put(self.folder, "cgroup.procs", str(self.pid))
        return self

    def __exit__(self, *_):
        self.thaw()
        self._put(self.old, "cgroup.procs", str(self.pid))
        os.rmdir(self.folder)

    def freeze(self):
        """All its threads stand still as soon as they would go to user mode."""
        self._put(self.folder, "cgroup.freeze", "1")

    def is_frozen(self):
        """All of them do."""
        return "frozen 1" in read_text(os.path.join(self.folder, "cgroup.events"))

    def thaw(self):
        """They go on."""
        self._put(self.folder, "cgroup.freeze", "0")


class Repeated:
    """Something done again and again in a thread."""

    def __init__(self):
        self.count = 0
        self.ending = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self._run)

    def once(self):
        """One time."""
        raise NotImplementedError

    def _run(self):
        try:
            while not self.ending.is_set():
                self.once()
                self.count += 1
        except (Failure, OSError, ValueError) as failure:
            self.failure = failure

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.ending.set()
        self.thread.join()
        if self.failure and not kind:
            raise Failure(str(self.failure))


class Storm(Repeated):
    """QEMU makes all vCPUs leave KVM_RUN, for their registers."""

    def __init__(self, guest):
        super().__init__()
        self.guest = guest

    def once(self):
        self.guest.monitor.command("human-monitor-command",
                                   **{"command-line": "info registers -a"})


class PageOut(Repeated):
    """The kernel takes away all pages of a process that it can; process_madvise(2)."""

    class Iovec(ctypes.Structure):
        """struct iovec"""
        _fields_ = [("base", ctypes.c_ulong), ("length", ctypes.c_ulong)]

    def __init__(self, guest):
        super().__init__()
        self.pid = guest.pid
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.pidfd = self.libc.syscall(SYS_PIDFD_OPEN, self.pid, 0)

    def once(self):
        for line in read_text("/proc/%d/maps" % self.pid).splitlines():
            if "[vsyscall]" in line:
                continue
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            area = self.Iovec(start, end - start)
            self.libc.syscall(SYS_PROCESS_MADVISE, self.pidfd, ctypes.byref(area), 1,
                              MADV_PAGEOUT, 0)
        self.ending.wait(0.2)

    def __exit__(self, kind, *rest):
        super().__exit__(kind, *rest)
        os.close(self.pidfd)


@contextlib.contextmanager
def address_space_limit(pid):
    """The process may map nothing more."""
    old = resource.prlimit(pid, resource.RLIMIT_AS)
    resource.prlimit(pid, resource.RLIMIT_AS, (1 << 20, old[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_AS, old)
