# SPDX-License-Identifier: GPL-3.0-or-later
"""s390memctl as a process that is stopped, signalled and killed."""

import os
import random
import signal
import time

from vmm import Failure

# Steps of an injection in their order: src/target/kvm/inject*.c and scratch.c, stop_at()
STEPS = ("attach", "seized", "interrupted", "stopped", "frame", "registers", "mask", "going",
         "entry", "call", "exit", "detach", "detached", "mapped")
HELD = STEPS[1:12]  # the thread is traced
STRIDE = 5  # few rounds are spread over all steps: no divisor of how many there are

SMALL = "64"
LARGE = "100000"  # needs scratch memory: one stop maps it, one works, one unmaps it
NOT_S390 = "is not an s390 one"


def spread(i, first=0, steps=STEPS):
    """The step of round i; kinds begin at different ones."""
    return steps[(first + i * STRIDE) % len(steps)]


class Run:
    """One process of s390memctl; what it says goes to a file."""

    def __init__(self, arguments, folder, **environment):
        self.errors = os.path.join(folder, "stderr.%d" % random.getrandbits(48))
        to_file = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        # What a shell has started in the background ignores SIGINT.
        self.pid = os.posix_spawn(
            arguments[0], arguments, {**os.environ, **environment},
            setsigdef=[signal.SIGINT, signal.SIGTERM],
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                          (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
                          (os.POSIX_SPAWN_OPEN, 2, self.errors, to_file, 0o600)])
        self.status = None

    def _ended(self, options):
        """waitpid(2) once; True: it has ended or, with WUNTRACED, stopped."""
        pid, status = os.waitpid(self.pid, options)
        if not pid:
            return False
        if not os.WIFSTOPPED(status):
            self.status = status
        return True

    def stopped(self, seconds=30):
        """Wait until it stops by itself (True) or ends (False)."""
        until = time.monotonic() + seconds
        while not self._ended(os.WUNTRACED | os.WNOHANG):
            if time.monotonic() > until:
                self.signal(signal.SIGKILL)
                raise Failure("s390memctl does not come to its step")
            time.sleep(0.0002)
        if self.status is None:
            return True
        self.text()
        return False

    def signal(self, number):
        """Unless it has ended."""
        if self.status is None:
            os.kill(self.pid, number)

    def wait(self, seconds=30):
        """The exit status, or minus the signal."""
        until = time.monotonic() + seconds
        while self.status is None and not self._ended(os.WNOHANG):
            if time.monotonic() > until:
                self.signal(signal.SIGKILL)
                raise Failure("s390memctl hangs: " + self.text())
            time.sleep(0.0002)
        return os.waitstatus_to_exitcode(self.status)

    def kill(self):
        """SIGKILL, and wait. True: it landed before the end."""
        self.signal(signal.SIGKILL)
        code = self.wait()
        self.text()
        return code == -signal.SIGKILL

    def ended_by(self, number):
        """Wait. True: by this signal, False: it had come to its end already."""
        code = self.wait()
        text = self.text()
        if code not in (-number, 128 + number, 4) or (code == 4 and NOT_S390 not in text):
            raise Failure("exit status %d after signal %d: %s" % (code, number, text.strip()))
        return code != 4

    def text(self):
        """What it has said; once."""
        try:
            with open(self.errors, encoding="utf-8", errors="replace") as file:
                text = file.read()
            os.unlink(self.errors)
        except FileNotFoundError:
            return ""
        return text

    def finish(self, code=4, expected=NOT_S390):
        """It ends by itself with this exit code and says so."""
        got = self.wait()
        text = self.text()
        if got != code or expected not in text:
            raise Failure("exit status %d instead of %d: %s" % (got, code, text.strip()))


class Tool:
    """Both programs: the one that is installed, and the one with hooks."""

    def __init__(self, plain, hooks, folder):
        self.plain = plain
        self.hooks = hooks
        self.folder = folder

    def start(self, vmm, cpu=0, size=SMALL, wrapper=()):
        """Read size bytes by a vCPU."""
        return Run([*wrapper, self.plain, "-p", str(vmm.pid), "-c", str(cpu), "read", "0", size],
                   self.folder)

    def clean(self, vmm, cpu=0, size=LARGE):
        """A run to the end."""
        self.start(vmm, cpu, size).finish()

    def first_runs(self, vmm):
        """After these all of its pages that we touch are there; this is what is compared with."""
        vmm.remember()
        for cpu in range(vmm.cpus):
            self.clean(vmm, cpu)
        vmm.check_same()
        vmm.before["anon"] = vmm.snapshot()["anon"]

    def at_step(self, vmm, step, nth=1, cpu=0, size=LARGE):
        """A run that stands at a step; None: it ended without coming there so often."""
        run = Run([self.hooks, "-p", str(vmm.pid), "-c", str(cpu), "read", "0", size],
                  self.folder, S390MEMCTL_TEST_STOP_AT="%s:%d" % (step, nth))
        return run if run.stopped() else None

    def at_some_step(self, vmm, step, cpu=0):
        """The same at the first to third time of that step, with scratch memory or without."""
        run = None
        if step == "mapped" or random.randrange(2):
            run = self.at_step(vmm, step, 1 if step == "mapped" else random.randrange(1, 4), cpu)
        if run is None and step != "mapped":
            run = self.at_step(vmm, step, 1, cpu, SMALL)
        if run is None:
            raise Failure("step %s is never come to" % step)
        return run

    def span(self, vmm, rounds=10):
        """How long a run takes, in seconds."""
        began = time.monotonic()
        for i in range(rounds):
            self.clean(vmm, 0, LARGE if i % 2 else SMALL)
        return (time.monotonic() - began) / rounds
