# SPDX-License-Identifier: GPL-3.0-or-later
"""ps, log, sys and triage, against what the guest's own kernel says of itself.

usage: guest_os.py CACHE S390MEMCTL KERNEL...

os-init.c makes messages and processes of all kinds, and prints what the guest's
/dev/kmsg, syslog(2) and /proc say. The same is read from outside: by QMP and from
a dump, with the vmlinux of the kernel (bed fetch-debug) and without. A second
guest has panicked. At last the memory in a dump is damaged at random, where these
structures are: whatever comes of it, it comes soon. Output: TAP.
"""

import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import guest
import guest_triage
from dump import Tap
from initrd import Cpio
from schema import checked

READY = b"memory mapped"
COMMAND_SECONDS = 60
DAMAGE_SECONDS = 120
DAMAGE_ROUNDS = 40
DAMAGE_OUTPUT = 64 << 20
PANIC_SECONDS = 60
PAGE = 4096
COMM = 15
LEVELS = ("emerg", "alert", "crit", "err", "warn", "notice", "info", "debug")
NAMES = ("threads", "thread-one", "thread two", "thread\\n3", "stopped", "zombie", "vforker",
         "vforked", "weird \\x1b[31m\\xff%s", "spinner")  # fmt: skip
ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|n|t|\\)")


def unescape(text):
    """The bytes of a text of ours, or of /dev/kmsg."""

    def byte(match):
        code = match[1]
        return bytes([int(code[1:], 16)]) if len(code) == 3 else {b"n": b"\n", b"t": b"\t"}.get(code, code)

    return ESCAPE.sub(byte, text if isinstance(text, bytes) else text.encode())


def make_initrd(directory):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "os-init.c")
    program = os.path.join(directory, "init")
    subprocess.run([guest.COMPILER, "-O1", "-static", "-o", program, source], check=True)
    archive = Cpio()
    archive.character_device("dev/console", 5, 1, 0o600)
    archive.directory("proc")
    archive.copy("init", program)
    path = os.path.join(directory, "initrd")
    with open(path, "wb") as file:
        file.write(archive.archive())
    return path


class Told:
    """What os-init.c has printed."""

    def __init__(self, console):
        self.records, self.syslog, self.threads, self.figures = {}, [], {}, {}
        with open(console, "rb") as file:
            text = file.read().replace(b"\r", b"")
        for line in text.split(b"\n"):
            kind, _, rest = line.partition(b": ")
            if kind == b"K":
                self._record(rest)
            elif kind == b"L":
                self.syslog.append(rest)
            elif kind == b"T":
                pid, tid, ppid, state, comm = rest.decode().split(" ")
                # Of a kernel thread /proc tells more than there is in task_struct.comm.
                self.threads[int(tid)] = (int(pid), int(ppid), state, bytes.fromhex(comm)[:COMM])
            elif kind == b"F":
                name, _, value = rest.decode(errors="replace").partition(" ")
                self.figures[name] = value

    def _record(self, line):
        head, _, text = line.partition(b";")
        prio, seq, microseconds, *_ = (int(n) if n.isdigit() else n for n in head.split(b","))
        self.records[seq] = (microseconds, LEVELS[prio & 7], prio >> 3, unescape(text))


class Machine:
    """A guest that has told all, stopped; and a dump of it."""

    def __init__(self, cache, version, directory, append=""):
        os.mkdir(directory)
        self.path = os.path.join(directory, "dump")
        self.qmp = os.path.join(directory, "qmp2")
        self.machine = guest.Guest(
            directory, guest.kernel_image(cache, version), make_initrd(directory),
            options=("-action", "panic=pause", "-qmp", f"unix:{self.qmp},server=on,wait=off"),
            ready=READY, append=f"printk.devkmsg=on panic=0 {append}",
        )  # fmt: skip
        if append:
            self._wait_for_panic()
        else:
            self.machine.execute("stop")
        self.told = Told(self.machine.console)
        self.machine.dump(self.path, "elf")
        self.sources = {"dump": ("-d", self.path), "QMP": ("-q", self.qmp)}

    def _wait_for_panic(self):
        end = time.monotonic() + PANIC_SECONDS
        while self.machine.execute("query-status")["status"] != "guest-panicked":
            if time.monotonic() > end:
                raise RuntimeError("the guest does not panic")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.machine.close()


class Case:
    """One guest, one way to it, one source of symbols."""

    def __init__(self, tap, program, told, name, options):
        self.tap, self.program, self.told, self.name, self.options = tap, program, told, name, options

    def run(self, *words, as_json=True):
        result = subprocess.run(
            [self.program, *(["-j"] if as_json else []), *self.options, *words],
            capture_output=True, check=False, timeout=COMMAND_SECONDS,
        )  # fmt: skip
        return result.returncode, checked(json.loads(result.stdout)) if as_json else result.stdout

    def test(self, good, what, *notes):
        self.tap.test(good, f"{self.name}: {what}", *notes)

    def log(self):
        """Every record of /dev/kmsg, with all that it says."""
        status, answer = self.run("log")
        ours = {}
        for r in answer["records"]:
            text = unescape(r["text"])
            ours[int(r["sequence"], 16)] = (int(r["time_ns"], 16) // 1000, r["level"],
                                            r["facility_number"], text)  # fmt: skip
        theirs = self.told.records
        wrong = [f"{seq}: {theirs[seq]}, ours {ours.get(seq)}" for seq in theirs if ours.get(seq) != theirs[seq]]
        extra = [seq for seq in ours if seq not in theirs and seq < max(theirs)]
        self.test(status == 0 and len(theirs) > 500 and not wrong and not extra,
                  f"log: {len(theirs)} records as in /dev/kmsg", status, *wrong[:5], extra[:5])  # fmt: skip

    def log_text(self):
        """Line by line as syslog(2) has it, but for how further lines of a message are marked.

        It tells no more than fits a buffer as large as the log, and so may lack some at both ends.
        """
        status, text = self.run("log", as_json=False)
        ours = [unescape(line) for line in text.rstrip(b"\n").split(b"\n")]
        theirs = [unescape(re.sub(rb"^<\d+>", b"", line)) for line in self.told.syslog]
        first = ours.index(theirs[0])
        wrong = []
        for mine, line in zip(ours[first:], theirs):
            prefix = line.find(b"] ") + 2
            if mine not in (line, b" " * prefix + line[prefix:]):
                wrong.append(f"{line}, ours {mine}")
        self.test(status == 0 and len(ours) - first >= len(theirs) > 500 and not wrong,
                  f"log: {len(theirs)} lines as syslog(2) tells them", len(ours), *wrong[:5])  # fmt: skip

    def log_options(self):
        _, answer = self.run("log")
        for words, wanted in (
            (("-n", "5"), answer["records"][-5:]),
            (("--level=err,crit",), [r for r in answer["records"] if r["level"] in ("err", "crit")]),
            (("-l", "emerg", "-n3"), [r for r in answer["records"] if r["level"] == "emerg"][-3:]),
        ):
            _, chosen = self.run("log", *words)
            self.test(wanted and chosen["records"] == wanted, f"log {' '.join(words)}", chosen["records"][:3])

    def ps(self):
        status, answer = self.run("ps", "-t")
        ours = {t["tid"]: t for t in answer["tasks"] if t["tid"]}
        wrong = []
        for tid, (pid, ppid, state, comm) in self.told.threads.items():
            mine = ours.get(tid)
            if comm.startswith(b"kworker/"):
                continue  # they come and go, and their names in /proc tell what they do
            if not mine or (mine["pid"], mine["ppid"], unescape(mine["comm"])) != (pid, ppid, comm):
                wrong.append(f"{tid}: {pid} {ppid} {comm}, ours {mine}")
            elif state != mine["state"] and (mine["comm"] in NAMES or not mine["kernel_thread"] and tid != 1):
                wrong.append(f"{tid}: {comm} {state}, ours {mine}")
        extra = [t for tid, t in ours.items() if tid not in self.told.threads and not t["comm"].startswith("kworker/")]
        self.test(status == 0 and len(self.told.threads) > 40 and not wrong and not extra,
                  f"ps -t: {len(self.told.threads)} threads as in /proc", status, *wrong[:5], extra[:5])  # fmt: skip
        states = {t["comm"]: t["state"] for t in ours.values()}
        self.test([states.get(name) for name in NAMES] == list("SSSSTZDSSR"), "ps: all states",
                  {name: states.get(name) for name in NAMES})  # fmt: skip
        current = sorted(t["cpu"] for t in answer["tasks"] if t["current"])
        idle = [(t["comm"], t["cpu"]) for t in answer["tasks"] if not t["tid"]]
        self.test(current == list(range(guest.CPUS)) and idle == [(f"swapper/{n}", n) for n in range(guest.CPUS)],
                  "ps: what each CPU runs, the idle tasks", current, idle)  # fmt: skip
        self.ps_selects(answer)

    def ps_selects(self, answer):
        _, leaders = self.run("ps")
        _, some = self.run("ps", "-t", "thread?o*", "1", "stopped")
        status, _ = self.run("ps", "nosuch")
        self.test(
            leaders["tasks"] == [t for t in answer["tasks"] if t["pid"] == t["tid"]]
            and sorted(t["comm"] for t in some["tasks"]) == ["init", "stopped", "thread-one"]
            and status == 1, "ps: processes only, by PID and name", some, status,
        )  # fmt: skip

    def load(self):
        """As fs/proc/loadavg.c shows avenrun: three fixed-point numbers with 11 bits behind the point."""
        _, answer = self.run("read", "avenrun", "24")
        raw = bytes.fromhex(answer["runs"][0]["data"])
        numbers = [int.from_bytes(raw[i : i + 8], "big") + (1 << 11) // 200 for i in (0, 8, 16)]
        return " ".join(f"{n >> 11}.{(n & 2047) * 100 >> 11:02}" for n in numbers)

    def sys(self, full):
        """All figures; without symbols of data fewer, and what is not there is told."""
        status, ours = self.run("sys")
        told = self.told.figures
        wrong = [
            f"{key}: {told[name]}, ours {ours[key]}"
            for key, name in (("release",) * 2, ("version",) * 2, ("machine",) * 2, ("command_line", "cmdline"))
            if ours[key] != told[name]
        ]
        reasons = {u["fact"] for u in ours["unknown"]}
        nulls = {key for key, value in ours.items() if value is None}
        seconds = float(told["uptime"].split()[0])
        # Without the timekeeper it is the time of the last message.
        earliest = (seconds if full else max(r[0] for r in self.told.records.values()) / 1e6) - 0.02
        good = (
            status == 0 and not wrong and reasons == nulls and (not nulls) == full
            and ours["cpus"] == int(told["cpus"]) and ours["node"] == "guest\\x1b[1m"
            and earliest <= ours["uptime_ms"] / 1000 <= seconds + 60
            and 0 < ours["memory_free_kib"] < guest.MEMORY >> 10
            and "panic" not in ours
        )  # fmt: skip
        if full:
            clock = time.mktime(time.strptime(ours["time"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
            good = (
                good and f"{ours['memory_total_kib']} kB" in told["meminfo"]
                and ours["tainted"] == int(told["tainted"]) and abs(time.time() - clock) < 600
                and ours["load"] == self.load()
                # The guest has told it earlier.
                and abs(float(ours["load"].split()[2]) - float(told["loadavg"].split()[2])) < 0.2
            )  # fmt: skip
        self.test(good, "sys" if full else "sys, without symbols of data", *wrong, ours, told)

    def without_types(self):
        """Neither a vmlinux nor BTF in the guest: told, and how it could be."""
        status, answer = self.run("ps")
        error = answer["error"]
        self.test(status == 1 and "no BTF" in error["message"] and "vmlinux" in error["hint"],
                  "ps says what is missing", answer)  # fmt: skip

    def panic(self):
        _, ours = self.run("sys")
        _, log = self.run("log")
        self.test(ours.get("panic") == "sysrq triggered crash"
                  and any(r["text"] == "Kernel panic - not syncing: sysrq triggered crash" for r in log["records"]),
                  "sys tells the panic", ours)  # fmt: skip


class Memory:
    """The storage in an ELF dump, to be changed at absolute addresses."""

    def __init__(self, path):
        self.file = open(path, "r+b")
        header = self.file.read(64)
        start, size, count = struct.unpack(">Q", header[32:40])[0], *struct.unpack(">HH", header[54:58])
        self.loads = []
        for i in range(count):
            self.file.seek(start + i * size)
            kind, _, offset, _, addr, length, *_ = struct.unpack(">IIQQQQQQ", self.file.read(56))
            if kind == 1:
                self.loads.append((addr, offset, length))

    def place(self, addr):
        return next((o + addr - a for a, o, n in self.loads if a <= addr < a + n), None)

    def exchange(self, addr, data):
        """Put data there; what was there, None if nothing can be."""
        offset = self.place(addr)
        if offset is None:
            return None
        self.file.seek(offset)
        old = self.file.read(len(data))
        self.file.seek(offset)
        self.file.write(data)
        self.file.flush()
        return old


def damage(rng, memory, addrs):
    """Some of the words at these places become random, or point to each other; how to undo it."""
    undo = []
    for _ in range(rng.choice((10, 100, 1000, 10000))):
        addr = rng.choice(addrs) + rng.randrange(0, PAGE, 8)
        value = rng.choice((rng.randrange(1 << 64), rng.choice(addrs) + rng.randrange(0, PAGE, 8),
                            addr, 0, (1 << 64) - 1, rng.randrange(1 << 16)))  # fmt: skip
        old = memory.exchange(addr, struct.pack(">Q", value))
        if old is not None:
            undo.append((addr, old))
    return undo


def survive(tap, program, path, name, options, addrs):
    """Commands on a dump with damaged memory: an answer or an error, soon, never a crash."""
    rng = random.Random(name)
    memory, wrong, seen = Memory(path), [], {}
    for number in range(DAMAGE_ROUNDS):
        undo = damage(rng, memory, addrs)
        for words in (("ps", "-t"), ("log",), ("sys",), ("triage", "--timeout=5s"), ("-j", "ps", "-t"), ("-j", "log", "-n5")):
            try:
                result = subprocess.run([program, *options, "-d", path, *words], capture_output=True,
                                        check=False, timeout=DAMAGE_SECONDS)  # fmt: skip
                status = result.returncode
                if status not in (0, 1, 2, 3, 4, 5) or len(result.stdout) > DAMAGE_OUTPUT:
                    wrong.append((number, words, status, len(result.stdout), result.stderr[-500:]))
                if any(byte < 32 and byte != 10 for byte in result.stdout + result.stderr):
                    wrong.append((number, words, "control characters"))
            except subprocess.TimeoutExpired:
                status = "time"
                wrong.append((number, words, "too long"))
            seen[status] = seen.get(status, 0) + 1
        for addr, old in reversed(undo):
            memory.exchange(addr, old)
    tap.test(not wrong, f"{name}: {DAMAGE_ROUNDS} times damaged memory, exit codes {seen}", *wrong[:10])


def interesting(program, options):
    """Absolute addresses of pages with tasks, the log's rings, and the structures that lead there."""
    answer = json.loads(subprocess.run([program, "-j", *options, "ps", "-t"], capture_output=True, check=True).stdout)
    addrs = {int(t["task"], 16) & -PAGE for t in answer["tasks"]}
    names = ("prb", "init_task", "lowcore_ptr", "init_uts_ns", "contig_page_data", "shadow_timekeeper")
    for name in names:
        result = subprocess.run([program, "-j", *options, "translate", f"home:{name}"], capture_output=True, check=False)
        if result.returncode == 0:
            addrs.add(int(json.loads(result.stdout)["absolute"], 16) & -PAGE)
    # The fourth page of a task_struct is the last that could be meant.
    return sorted(addr for base in addrs if base < guest.MEMORY for addr in (base, base + PAGE))


def run_kernel(tap, cache, program, version, directory):
    vmlinux = os.path.join(cache, "debug", version, "vmlinux")
    symbols = {"kallsyms": (), "vmlinux": ("-s", vmlinux)}
    if not os.path.exists(vmlinux):
        del symbols["vmlinux"]
    with Machine(cache, version, os.path.join(directory, "run")) as machine:
        for way, source in machine.sources.items():
            for kind, options in symbols.items():
                full = kind == "vmlinux" or version != "6.1"
                case = Case(tap, program, machine.told, f"Linux {version}, {way}, {kind}", (*source, *options))
                case.log()
                case.log_text()
                case.log_options()
                case.sys(full)
                case.ps() if full else case.without_types()
        machine.machine.execute("cont")
        source = machine.sources["QMP"]
        case = Case(tap, program, machine.told, f"Linux {version}, running", source)
        case.log()
        guest_triage.running(case, guest.CPUS)
        guest_triage.time_limit(case)
    for kind, options in symbols.items():
        if kind == "vmlinux" or version != "6.1":
            addrs = interesting(program, (*options, "-d", machine.path))
            survive(tap, program, machine.path, f"Linux {version}, {kind}", options, addrs)
    shutil.rmtree(os.path.join(directory, "run"))
    with Machine(cache, version, os.path.join(directory, "crash"), "crash") as machine:
        for kind, options in symbols.items():
            case = Case(tap, program, machine.told, f"Linux {version}, panicked, {kind}",
                        (*machine.sources["dump"], *options))  # fmt: skip
            case.panic()
            guest_triage.panicked(case, kind == "vmlinux" or version != "6.1")
            guest_triage.text(case)
            guest_triage.page(case, directory)


def main():
    cache, program = sys.argv[1:3]
    reason = guest.missing(cache)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="s390memctl-os-") as directory:
        guest_triage.stopped(tap, program, directory)
    for version in sys.argv[3:]:
        with tempfile.TemporaryDirectory(prefix="s390memctl-os-") as directory:
            run_kernel(tap, cache, program, version, directory)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
