# SPDX-License-Identifier: GPL-3.0-or-later
"""What a CPU of a Linux guest and its kernel are doing: bt, lowcore and dis.

usage: cpu.py CACHE S390MEMCTL KERNEL...

One guest has crashed by sysrq: its own call trace on the console is what bt must
show. In another one a task sleeps, one is busy in the kernel, one meets program
interruptions, one is in user mode, and a CPU is idle. With the call-frame
information of vmlinux, where the cache has it (bed fetch-debug), and without.
Output: TAP.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import dump
import guest
import linux_guest

CPUS = 4
TRIES = 1000  # times that the guest is stopped to meet a CPU in a state
PANIC_SECONDS = 60
OBJDUMP = "s390x-linux-gnu-objdump"
FAULT_ADDRESS = 0x2345678ABC  # as in fault.c
FAULT_CODES = (0x10, 0x11, 0x39, 0x3A, 0x3B)
SVC_WRITE = 4
DAMAGED_ROUNDS = 20
DAMAGED_WORDS = 2000
DAMAGED_SECONDS = 30

# As soon as init has told that it is ready.
CRASH = """
echo() {
	command echo "$@"
	[ "$1" != "@@ ready" ] || command echo c >/proc/sysrq-trigger
}
"""
WORK = """
busybox mknod /dev/zero c 1 5
busybox mknod /dev/null c 1 3
busybox sleep 1000000 &
sleeper=$!
echo "@@ sleeper $sleeper"
busybox dd if=/dev/zero of=/dev/null bs=64M 2>/dev/null &
/bin/fault &
until busybox grep -q nanosleep "/proc/$sleeper/stack"; do busybox sleep 0.1; done
echo "@@ stack"
busybox cat "/proc/$sleeper/stack"
"""
# Functions that begin every backtrace of a system call, from the outermost on.
SYSCALL = ["system_call", "__do_syscall"]
WRITE = ["sysrq_handle_crash", "__handle_sysrq", "write_sysrq_trigger", "proc_reg_write",
         "vfs_write", "ksys_write", "__do_syscall", "system_call"]  # fmt: skip
DISASSEMBLED = {"vfs_write": 150, "do_nanosleep": 40, "panic": 60, "ksys_write": 50}


def name(frame):
    """The function of a frame, without offset and module."""
    return frame.get("symbol", "?").split("+")[0]


def names(trace):
    return [name(frame) for frame in trace["frames"]]


def is_within(wanted, found):
    """Whether the wanted ones are found one behind the other."""
    return any(found[i : i + len(wanted)] == wanted for i in range(len(found)))


def vmlinux(cache, version):
    path = os.path.join(cache, "debug", version, "vmlinux")
    return path if os.path.exists(path) else None


class Case:
    """One guest, by one way, with given options."""

    def __init__(self, tap, program, linux, source, options, title):
        self.tap, self.program, self.linux = tap, program, linux
        self.source, self.options, self.title = source, options, title
        self.cfi = bool(options)

    def run(self, *words, options=(), status=0):
        return self.linux.run(
            self.program, self.source, *words, options=(*self.options, *options), status=status
        )

    def test(self, good, text, *notes):
        self.tap.test(good, f"{self.title}: {text}", *notes)

    def backtraces(self):
        return self.run("bt", "-c", "all")["backtraces"]


def call_trace(console):
    """Return addresses of the kernel's own call trace, behind that in panic()."""
    lines = re.findall(r"\[<([0-9a-f]+)>\] (\w+)\+0x", console.split("Call Trace:")[-1])
    addrs = [int(addr, 16) for addr, _ in lines]
    where = [function for _, function in lines].index("panic")
    return addrs[where + 1 :]


def wait_for_panic(machine):
    end = time.monotonic() + PANIC_SECONDS
    while machine.execute("query-status")["status"] != "guest-panicked":
        if time.monotonic() > end:
            raise RuntimeError("the guest does not crash")
        time.sleep(0.1)


class Crashed(Case):
    """A guest that has panicked; all stands still."""

    def panicked(self):
        """The backtrace with panic() in it, and what comes behind."""
        traces = self.backtraces()
        self.test([t["cpu"] for t in traces] == list(range(guest.CPUS)), "bt tells of all CPUs")
        for trace in traces:
            if "panic" in names(trace):
                return trace, trace["frames"][names(trace).index("panic") + 1 :]
        raise RuntimeError(f"no CPU has panicked: {traces}")

    def bt(self, trace, frames):
        found = [name(frame) for frame in frames]
        self.test(found[: len(WRITE)] == WRITE, "functions of the crash", found)
        with open(self.linux.machine.console, encoding="utf-8", errors="replace") as file:
            expected = call_trace(file.read())
        ours = [int(frame["pc"], 16) for frame in frames[: len(expected)]]
        self.test(ours == expected and len(expected) > 6, "addresses as in the kernel's own call trace",
                  [hex(a) for a in ours], [hex(a) for a in expected])  # fmt: skip
        hows = {frame["how"] for frame in frames[: len(WRITE) - 1]}
        self.test(hows == {"cfi" if self.cfi else "backchain"}, "how frames were found", hows)
        user = trace["frames"][-1]
        self.test(user["user"] and user["how"] == "interruption" and "problem state" in user["psw_words"],
                  "the program that has called comes last", user)  # fmt: skip
        self.test("end" not in trace, "nothing is missing", trace.get("end"))
        if self.cfi:
            line = frames[0].get("line", "")
            self.test(re.fullmatch(r"drivers/tty/sysrq\.c:\d+", line), "with source lines", line)
            stacks = {frame.get("stack") for frame in frames[:-1]}
            self.test("kernel" in stacks, "with the stack's name", stacks)

    def lowcore(self, trace):
        """The program's supervisor call is that of write(2)."""
        cpu = self.run("lowcore", "-c", str(trace["cpu"]))["cpus"][0]
        fields = {field["key"]: field for field in cpu["fields"]}
        self.test(int(fields["svc_code"]["value"], 16) == SVC_WRITE, "lowcore: supervisor call",
                  fields["svc_code"])  # fmt: skip
        old = fields["svc_old_psw"]
        self.test(old["address"] == trace["frames"][-1]["pc"], "lowcore: its old PSW", old)
        new = fields["svc_new_psw"]
        self.test(new.get("symbol") == "system_call", "lowcore: its new PSW, with symbol", new)
        if self.cfi:
            own = {field["name"]: int(field["value"], 16) for field in cpu["linux"]}
            sp = int(trace["frames"][-2]["sp"], 16)
            self.test(own["cpu_nr"] == trace["cpu"] and own["kernel_stack"] & ~0x3FFF == sp & ~0x3FFF,
                      "lowcore: Linux' own fields", own)  # fmt: skip


class Busy(Case):
    """A guest with something on every CPU; it is stopped to look at it."""

    def meet(self, what, matches):
        """Let the guest run until a CPU is met in a state; its backtrace."""
        for _ in range(TRIES):
            self.linux.machine.execute("stop")
            for trace in self.backtraces():
                if matches(trace):
                    self.test(True, what)
                    return trace
            self.linux.machine.execute("cont")
            # The guest's clock ticks 100 times a second: not in step with it.
            time.sleep(random.uniform(0.003, 0.03))
        self.test(False, what)
        return None

    def states(self):
        self.meet("a CPU is idle", lambda t: is_within(["do_idle", "cpu_startup_entry"], names(t)))
        self.linux.machine.execute("cont")
        self.meet("a CPU is in user mode", lambda t: t["user_mode"] and len(t["frames"]) == 1)
        self.linux.machine.execute("cont")
        self.meet("a CPU is busy in the kernel",
                  lambda t: is_within(["vfs_read", "ksys_read", "__do_syscall"], names(t)))  # fmt: skip
        self.linux.machine.execute("cont")
        trace = self.meet("a CPU was interrupted in the kernel", self.is_nested)
        if trace:
            # What was interrupted goes on to the program, whatever came on top.
            self.test(trace["frames"][-1]["user"] and "end" not in trace,
                      "through both interruptions to the program", trace)  # fmt: skip
        self.linux.machine.execute("cont")

    @staticmethod
    def is_nested(trace):
        """An interruption with its registers on the stack, before a system call."""
        frames = trace["frames"]
        inner = [i for i, f in enumerate(frames) if f["how"] == "interruption" and not f["user"]]
        return inner and is_within(["vfs_read", "ksys_read"], names(trace)[inner[-1] :])

    def program_check(self):
        """What fault.c has provoked."""
        for _ in range(TRIES):
            self.linux.machine.execute("stop")
            for cpu in self.run("lowcore", "-c", "all")["cpus"]:
                fields = {field["key"]: field for field in cpu["fields"]}
                teid = int(fields["teid"]["value"], 16)
                if teid >> 12 == FAULT_ADDRESS >> 12:
                    self.check_fault(fields)
                    self.linux.machine.execute("cont")
                    return
            self.linux.machine.execute("cont")
            time.sleep(0.01)
        self.test(False, "lowcore: a program check")

    def check_fault(self, fields):
        code = int(fields["program_code"]["value"], 16)
        self.test(code in FAULT_CODES and "translation exception" in fields["program_code"]["words"],
                  "lowcore: a program check", fields["program_code"])  # fmt: skip
        words = fields["teid"]["words"]
        self.test(f"{FAULT_ADDRESS & ~0xFFF:016x}" in words and ": fetch, " in words
                  and words.endswith("primary space"), "lowcore: its translation-exception identification",
                  words)  # fmt: skip
        self.test("problem state" in fields["program_old_psw"]["words"]
                  and fields["program_ilc"]["words"] == "6 bytes", "lowcore: its old PSW and ILC",
                  fields["program_old_psw"], fields["program_ilc"])  # fmt: skip

    def sleeper(self):
        """As the guest's own /proc/PID/stack has it; that leaves the scheduler out."""
        pid = next(key.split()[1] for key in self.linux.told if key.startswith("sleeper "))
        expected = re.findall(r"\] (\w+\+0x[0-9a-f]+)", self.linux.told["stack"])
        result = self.run("bt", pid)
        trace = result["backtraces"][0]
        places = [frame.get("symbol", "?") for frame in trace["frames"]]
        self.test(len(expected) >= 3 and is_within(expected, places), "bt of a task that sleeps",
                  places, expected)  # fmt: skip
        self.test(trace["frames"][-1]["user"] and trace["state"] == "sleeping", "to its program", trace)
        by_address = self.run("bt", trace["task"])["backtraces"]
        self.test(by_address == result["backtraces"], "bt of a task by its address", by_address)
        missing = self.run("bt", "4000000", status=1)
        self.test("no task 4000000" in json.dumps(missing), "bt of a task that is not there", missing)


class Types(Busy):
    """Where the kernel's types are not known, a task cannot be found, but CPUs can be shown."""

    def sleeper(self):
        refused = self.run("bt", "1", status=1)
        self.test("types" in json.dumps(refused), "bt of a task needs types, and says so", refused)


def theirs(path, function, count, bias):
    """objdump's instructions of a function: {address: (bytes, text)}."""
    lines = subprocess.run(
        [OBJDUMP, "-d", "--no-show-raw-insn", f"--disassemble={function}", path],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    found = {}
    for line in lines:
        match = re.match(r"\s*([0-9a-f]+):\s*(\S+)\s*(.*)", line)
        if match and len(found) < count:
            found[int(match[1], 16) + bias] = (match[2], match[3].strip())
    return found


def shifted(text, bias):
    """Targets where the guest has them; names at the same address differ, offsets do not count."""
    text = re.sub(r"\s*<[^>]*>", "", text)
    return re.sub(r"\b[0-9a-f]{3,16}$", lambda m: f"{int(m[0], 16) + bias:x}", text)


def disassemble(case, path):
    """A few hundred instructions; the kernel changes some of its own when it boots."""
    kernel = case.run("info")["linux"]
    bias = int(kernel["offset"], 16)
    same = compared = marked = 0
    differing = []
    for function, count in DISASSEMBLED.items():
        ours = case.run("dis", function, str(count))["instructions"]
        expected = theirs(path, function, count, bias)
        for insn in ours:
            addr = int(insn["address"], 16)
            if addr not in expected:
                continue
            compared += 1
            operands = insn["operands"]
            if "target" in insn:
                operands = re.sub(r"\b[0-9a-f]{16} *(<.*>)?$", f"{int(insn['target'], 16):x}", operands)
            mnemonic, text = expected[addr]
            if "target" in insn:
                text = shifted(text, bias)
                marked += "target_symbol" in insn
            if (mnemonic, text) == (insn["mnemonic"], operands):
                same += 1
            else:
                differing.append(f"{addr:x} {insn['mnemonic']} {operands}; objdump: {mnemonic} {text}")
    case.test(compared >= 250 and same >= 0.95 * compared,
              f"dis: {same} of {compared} instructions as objdump has them in vmlinux", *differing[:20])  # fmt: skip
    case.test(marked > 30, f"dis: {marked} addresses with symbols")


def damage(rng, file, size, places):
    """Change words of a dump: anywhere in it, and where CPUs and stacks are."""
    for _ in range(DAMAGED_WORDS):
        near = rng.choice(places) + rng.randrange(0x2000) if rng.random() < 0.2 else rng.randrange(size)
        file.seek(min(near, size - 8) & ~7)
        word = rng.choice((rng.randbytes(8), bytes(8), rng.choice(places).to_bytes(8, "big")))
        file.write(word)


def damaged(tap, program, linux, trace, title):
    """Whatever is in a dump, each command ends soon and by itself."""
    path = os.path.join(linux.directory, "damaged")
    shutil.copy(linux.dump("ELF"), path)
    size = os.path.getsize(path)
    prefixes = [cpu["prefix"] for cpu in linux.run(program, "ELF", "lowcore", "-c", "all")["cpus"]]
    stack = linux.run(program, "ELF", "translate", "home:" + trace["frames"][0]["sp"])["absolute"]
    # Storage ends with the file.
    places = [size - guest.MEMORY + int(addr, 16) for addr in (*prefixes, stack)]
    rng = random.Random(1)
    wrong, statuses = [], set()
    for number in range(DAMAGED_ROUNDS):
        with open(path, "r+b") as file:
            damage(rng, file, size, places)
        for words in (("bt", "-c", "all"), ("bt", "1"), ("lowcore", "-c", "all"), ("dis",)):
            start = time.monotonic()
            result = subprocess.run([program, "-j", "-d", path, *words], capture_output=True,
                                    check=False, timeout=120)  # fmt: skip
            took = time.monotonic() - start
            statuses.add(result.returncode)
            if result.returncode not in (0, 1, 2, 3, 4) or took > DAMAGED_SECONDS:
                wrong.append(f"round {number}, {words}: {result.returncode}, {took:.1f} s, {result.stderr[:200]}")
    os.unlink(path)
    tap.test(not wrong, f"{title}: {DAMAGED_ROUNDS} times more damaged: statuses {sorted(statuses)}",
             *wrong[:10])  # fmt: skip


def with_and_without(cache, version):
    """(options, title) for both sources of frames."""
    yield (), "kallsyms, back chain"
    path = vmlinux(cache, version)
    if path:
        yield ("-s", path), "vmlinux, CFI"


def test_crash(tap, cache, program, version):
    with tempfile.TemporaryDirectory(prefix="s390memctl-cpu-") as directory:
        linux = linux_guest.LinuxGuest(
            cache, version, directory, append="panic=0", script=CRASH,
            options=("-action", "panic=pause"),
        )  # fmt: skip
        with linux:
            wait_for_panic(linux.machine)
            for source in ("QMP", "ELF", "kdump"):
                for options, title in with_and_without(cache, version):
                    case = Crashed(tap, program, linux, source, options,
                                   f"Linux {version}, crashed, {source}, {title}")  # fmt: skip
                    trace, frames = case.panicked()
                    case.bt(trace, frames)
                    case.lowcore(trace)
            damaged(tap, program, linux, trace, f"Linux {version}, crashed")


def build_fault(directory):
    """The program of fault.c."""
    path = os.path.join(directory, "fault")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fault.c")
    subprocess.run([guest.COMPILER, "-static", "-O1", "-o", path, source], check=True)
    return path


def test_busy(tap, cache, program, version):
    with tempfile.TemporaryDirectory(prefix="s390memctl-cpu-") as directory:
        linux = linux_guest.LinuxGuest(
            cache, version, directory, extra=(("bin/fault", build_fault(directory)),),
            script=WORK, options=("-smp", str(CPUS)),
        )  # fmt: skip
        with linux:
            for options, title in with_and_without(cache, version):
                # Linux 6.1 has no BTF in its memory.
                kind = Busy if options or version != "6.1" else Types
                case = kind(tap, program, linux, "QMP", options, f"Linux {version}, {title}")
                case.states()
                case.program_check()
                case.sleeper()
                if options:
                    disassemble(case, options[1])


def main():
    cache, program, *versions = sys.argv[1:]
    reason = linux_guest.missing(cache)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = dump.Tap()
    for version in versions:
        if not vmlinux(cache, version):
            tap.skip(f"Linux {version} with call-frame information", "no vmlinux (bed fetch-debug)")
        test_crash(tap, cache, program, version)
        test_busy(tap, cache, program, version)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
