# SPDX-License-Identifier: GPL-3.0-or-later
"""A real QEMU/KVM with several vCPUs, and whether it and its guest are as they were."""

import json
import mmap
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

# tests/vmm/x86/heartbeat.S
STATUS = 0x6000
STATUS_SIZE = 64
PERCPU = 0x800000
PERCPU_STEP = 0x200000
ANON_GROWTH_KIB = 2048
SETTLE_SECONDS = 5
SCRATCH = "/dev/zero (deleted)"


class Failure(Exception):
    """Something is not as it must be."""


def wait_for(seconds, what, condition):
    """Poll until the condition holds."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise Failure("after %d s: %s" % (seconds, what))
        time.sleep(0.001)


def read_text(path):
    """A file of /proc; empty where it is gone."""
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError:
        return ""


def status_fields(pid, tid):
    """/proc/PID/task/TID/status"""
    text = read_text("/proc/%d/task/%d/status" % (pid, tid))
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def threads(pid):
    """Thread numbers of a process."""
    try:
        return [int(name) for name in os.listdir("/proc/%d/task" % pid)]
    except OSError:
        return []


def scratch_count(pid):
    """How many scratch mappings s390memctl has in a process."""
    return read_text("/proc/%d/maps" % pid).count(SCRATCH)


class Process:
    """A VMM, and what of it must not change."""

    cpus = 1

    def __init__(self, pid):
        self.pid = pid
        self.before = None

    def alive(self):
        """It is there and no zombie."""
        text = read_text("/proc/%d/stat" % self.pid)
        return bool(text) and text.rpartition(")")[2].split()[0] not in "ZX"

    def untraced(self):
        """No thread has a tracer."""
        for tid in threads(self.pid):
            if status_fields(self.pid, tid).get("TracerPid", "0") != "0":
                return False
        return True

    def runs(self):
        """No thread stands."""
        for tid in threads(self.pid):
            if status_fields(self.pid, tid).get("State", "R")[0] in "tT":
                return False
        return True

    def stands(self):
        """All threads stand, by SIGSTOP."""
        return all(status_fields(self.pid, tid).get("State", "T")[0] == "T"
                   for tid in threads(self.pid))

    def check_free(self):
        """Alive, untraced at once, and running in a moment."""
        if not self.alive():
            raise Failure("the VMM has ended")
        if not self.untraced():
            raise Failure("a thread is traced")
        wait_for(5, "a thread stands", self.runs)

    def snapshot(self):
        """Mappings, fds, anonymous memory and signals; scratch mappings aside."""
        maps = [line for line in read_text("/proc/%d/maps" % self.pid).splitlines()
                if SCRATCH not in line]
        masks = {}
        for tid in threads(self.pid):
            fields = status_fields(self.pid, tid)
            masks[tid] = tuple(fields.get(key) for key in ("SigBlk", "SigIgn", "SigCgt"))
        anon = re.search(r"RssAnon:\s*(\d+)", read_text("/proc/%d/status" % self.pid))
        return {"maps": len(maps), "fds": len(os.listdir("/proc/%d/fd" % self.pid)),
                "anon": int(anon.group(1)) if anon else 0, "masks": masks}

    def remember(self):
        """What it has now is what check_same() compares with."""
        self.before = self.snapshot()

    def check_same(self, signals=True):
        """Nothing has grown since remember(): poll, as a thread may still be on its way back,
        and starting another one blocks all signals for a moment."""
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                self._compare(self.before, signals)
                return
            except Failure:
                if time.monotonic() > end:
                    raise
            time.sleep(0.02)

    def _compare(self, before, signals):
        """Threads that came or went are left out."""
        now = self.snapshot()
        for key in ("maps", "fds"):
            if now[key] > before[key]:
                raise Failure("%s were %d, are %d" % (key, before[key], now[key]))
        if now["anon"] > before["anon"] + ANON_GROWTH_KIB:
            raise Failure("anonymous memory grew from %d to %d KiB" %
                          (before["anon"], now["anon"]))
        for tid, masks in now["masks"].items():
            if signals and before["masks"].get(tid, masks) != masks:
                raise Failure("signals of thread %d were %s, are %s" %
                              (tid, before["masks"][tid], masks))

    def kill(self):
        """End it."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        wait_for(20, "the VMM does not end", lambda: not self.alive())


class Monitor:
    """QMP."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.file = self.socket.makefile("rw")
        self.lock = threading.Lock()
        self.file.readline()
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        """Run a command; events before its answer are dropped."""
        with self.lock:
            self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            self.file.flush()
            while True:
                line = self.file.readline()
                if not line:
                    raise Failure("the monitor has gone")
                answer = json.loads(line)
                if "error" in answer:
                    raise Failure("%s: %s" % (name, answer["error"]["desc"]))
                if "return" in answer:
                    return answer["return"]

    def close(self):
        """The socket."""
        self.file.close()
        self.socket.close()


class Guest(Process):
    """QEMU with the heartbeat guest on all vCPUs; its RAM is a file, which tells how it is."""

    def __init__(self, source, image, folder, cpus=4, wrapper=(), options=()):
        self.cpus = cpus
        self.ram_path = os.path.join(folder, "ram")
        qmp = os.path.join(folder, "qmp")
        for path in (self.ram_path, qmp):
            if os.path.exists(path):
                os.unlink(path)
        command = [*wrapper, os.path.join(source, "tests/vmm/x86/start-guest"), "-i", image,
                   "-s", os.path.join(folder, "serial"), "-m", "smp", "-n", "torture",
                   "-c", "%d,maxcpus=8" % cpus, "-q", qmp, "--",
                   "-object", "memory-backend-file,id=ram,size=32M,share=on,mem-path=" +
                   self.ram_path, "-machine", "memory-backend=ram", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise Failure("QEMU does not start: " + done.stderr.strip())
        super().__init__(int(done.stdout))
        try:
            with open(self.ram_path, "rb") as file:
                self.ram = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            self.monitor = Monitor(qmp)
            self.check_beats(range(cpus))
        except BaseException:
            self.kill()
            raise

    def status(self, cpu):
        """(beats, state, what is bad)"""
        beats, state, what = struct.unpack_from("<QQ8s", self.ram, STATUS + cpu * STATUS_SIZE)
        return beats, state, what.partition(b"\0")[0].decode()

    def counter(self, cpu):
        """What the guest adds one to in each round."""
        return struct.unpack_from("<Q", self.ram, PERCPU + cpu * PERCPU_STEP)[0]

    def check_good(self):
        """No CPU has found itself or its memory changed."""
        for cpu in range(8):
            if self.status(cpu)[1] == 2:
                raise Failure("CPU %d: bad %s" % (cpu, self.status(cpu)[2]))

    def _all_beyond(self, before, value):
        self.check_good()
        if not self.alive():
            raise Failure("the VMM has ended")
        return all(value(cpu) > old for cpu, old in before.items())

    def check_progress(self, cpus=None, seconds=60):
        """Every CPU goes on."""
        before = {cpu: self.counter(cpu) for cpu in cpus or range(self.cpus)}
        wait_for(seconds, "a CPU makes no progress",
                 lambda: self._all_beyond(before, self.counter))

    def check_beats(self, cpus=None, seconds=120):
        """Every CPU checks all that it has, twice, and finds it right."""
        before = {cpu: self.status(cpu)[0] + 1 for cpu in cpus or range(self.cpus)}
        wait_for(seconds, "a CPU has no heartbeat",
                 lambda: self._all_beyond(before, lambda cpu: self.status(cpu)[0]))

    def check_unharmed(self, leftovers=1):
        """After a round: it lives, nobody holds a thread of it, all vCPUs go on and have found
        all they have right since, and it has no more mappings, fds or memory than before."""
        self.check_free()
        self.check_beats()
        self.check_same()
        if scratch_count(self.pid) > leftovers:
            raise Failure("scratch memory piles up")

    def plug(self, cpu):
        """Add a vCPU and wait for its heart."""
        for entry in self.monitor.command("query-hotpluggable-cpus"):
            if entry["props"] == self.properties(cpu):
                self.monitor.command("device_add", driver=entry["type"], id="cpu%d" % cpu,
                                     **entry["props"])
        self.check_beats([cpu])

    def properties(self, cpu):
        """Where QEMU has the place for a vCPU: by its APIC id, all in one socket or each in its own."""
        entries = [entry["props"] for entry in self.monitor.command("query-hotpluggable-cpus")]
        entries.sort(key=lambda p: (p.get("socket-id", 0), p.get("core-id", 0),
                                    p.get("thread-id", 0)))
        return entries[cpu]

    def unplug(self, cpu):
        """Ask for a vCPU's removal, which the guest makes at its next beat."""
        self.monitor.command("device_del", id="cpu%d" % cpu)

    def plugged(self):
        """How many vCPUs there are."""
        return len(self.monitor.command("query-cpus-fast"))

    def kill(self):
        super().kill()
        if hasattr(self, "monitor"):
            self.monitor.close()
