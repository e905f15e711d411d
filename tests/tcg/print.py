# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables and structures of a guest's kernel, as print shows them, against gdb.

usage: print.py CACHE S390MEMCTL KERNEL...

gdb reads the same stopped guest through QEMU's gdbstub, with the vmlinux that the
cache has (bed fetch-debug). s390memctl reads it by QMP and from a dump, with that
vmlinux, and, where the kernel has BTF, with the types in the guest's memory alone.
Where gdb does not answer in time, these ways are compared with each other. A dump
with random bytes in it must neither crash nor hold up. Output: TAP.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

import dump
import guest
import linux_guest

GDB = "gdb-multiarch"
TEXT_OFFSET = 0x100000  # of _stext in vmlinux: arch/s390/include/asm/page.h
MASK = (1 << 64) - 1
DAMAGES = 8  # dumps with other bytes
CHANGES = 3000  # bytes of each
COMMAND_SECONDS = 60
GDB_SECONDS = 180  # on a busy machine gdb 13 takes minutes for a vmlinux

# Scalars: members of all kinds, through pointers, elements, bit fields, enums.
NUMBERS = (
    "init_task.pid", "init_task.tgid", "init_task.flags", "init_task.prio",
    "init_task.static_prio", "init_task.policy", "init_task.stack", "init_task.mm",
    "init_task.active_mm", "init_task.tasks.next", "init_task.tasks.prev",
    "init_task.real_parent", "init_task.group_leader", "init_task.cred",
    "init_task.thread.ksp", "init_task.thread.last_break", "init_task.nr_cpus_allowed",
    "init_task.se.load.weight", "init_task.se.on_rq", "init_task.usage.refs.counter",
    "init_task.sched_class", "init_task.cpus_mask.bits[0]", "init_task.sched_reset_on_fork",
    "init_task.in_execve", "init_task.start_time", "init_task.thread_pid",
    "init_task.cred->usage.counter", "init_task.cred->uid.val",
    "init_task.active_mm->pgd", "init_task.active_mm->mm_count.counter",
    "init_task.nsproxy->uts_ns", "init_task.nsproxy->count.refs.counter",
    "init_task.signal->nr_threads", "init_task.files->fdt->max_fds",
    "init_task.sched_class->pick_next_task", "init_task.comm[3]",
    "init_task.real_parent->prio", "*&init_task.prio",
    "init_task.thread.acrs[15]", "init_task.cpus_ptr->bits[0]",
)  # fmt: skip
# Those whose type is known by DWARF only.
VARIABLES = (
    "init_mm.pgd", "init_mm.mm_users.counter", "system_state", "nr_threads",
    "init_uts_ns.ns.inum", "modules.next", "init_nsproxy.uts_ns", "__per_cpu_offset[1]",
    "init_cred.uid.val", "runqueues.nr_running",
)  # fmt: skip
TEXTS = ("init_task.comm",)
TEXTS_OF_VARIABLES = (
    "init_uts_ns.name.sysname", "init_uts_ns.name.release", "init_uts_ns.name.machine",
    "saved_command_line", "linux_banner",
)  # fmt: skip
SIZES = (
    "struct task_struct", "struct mm_struct", "struct page", "struct list_head", "pid_t",
    "unsigned long", "union bpf_attr", "enum module_state", "struct module", "struct file *",
)  # fmt: skip
OFFSETS = (
    ("struct task_struct", "comm"), ("struct task_struct", "tasks"),
    ("struct task_struct", "thread.ksp"), ("struct task_struct", "se.load.inv_weight"),
    ("struct mm_struct", "pgd"), ("struct page", "_refcount"), ("struct page", "lru.prev"),
    ("struct module", "name"), ("struct file", "f_inode"), ("struct task_struct", "comm[7]"),
)  # fmt: skip
STRUCTURES = ("init_task", "*init_task.signal", "*init_task.cred", "*init_task.nsproxy")


def missing(cache, versions):
    if not shutil.which(GDB):
        return f"{GDB} is missing"
    for version in versions:
        if not linux_guest.vmlinux(cache, version):
            return f"no vmlinux of {version} in {cache} (tests/bed/bed fetch-debug)"
    return linux_guest.missing(cache)


class Gdb:
    """What gdb says of a guest that stands still; it is asked all at once."""

    def __init__(self, vmlinux, socket, offset):
        self.commands = ["set pagination off", "set confirm off", "set print repeats 0",
                         "set architecture s390:64-bit", f"symbol-file -o {offset:#x} {vmlinux}",
                         # Structures are then looked for in its unit first: of 6.12 gdb reads
                         # thousands of units, for 90 s, until it has found task_struct.
                         "list start_kernel"]  # fmt: skip
        self.connect = f"target remote {socket}"

    def ask(self, types, numbers, texts):
        """{expression: number}, {expression: text}; types are what the guest is not needed
        for: with it, gdb looks for structures in the unit of its PSW instead."""
        commands = list(self.commands)
        for i, expression in enumerate([*types, *numbers]):
            if i == len(types):
                commands.append(self.connect)
            commands.append(f'printf "@n{i} %lx\\n", (unsigned long)({expression})')
        for i, expression in enumerate(texts):
            commands.append(f'printf "@t{i} %s\\n", {expression}')
        words = [word for command in commands for word in ("-ex", command)]
        result = subprocess.run(
            [GDB, "-nx", "-batch", *words], capture_output=True, text=True, check=False,
            timeout=GDB_SECONDS,
        )  # fmt: skip
        answers = {}
        for line in result.stdout.splitlines():
            if line.startswith("@"):
                key, _, value = line[1:].partition(" ")
                answers[key] = value
        got = {e: int(answers[f"n{i}"], 16) for i, e in enumerate([*types, *numbers])
               if f"n{i}" in answers}  # fmt: skip
        words = {e: answers[f"t{i}"] for i, e in enumerate(texts) if f"t{i}" in answers}
        return got, words, result.stderr


def number_of(value):
    """One scalar of print's JSON as 64 bits."""
    if isinstance(value, dict):
        value = value.get("address", value.get("value"))
    return (int(value, 16) if isinstance(value, str) else int(value)) & MASK


def text_of(value):
    text = value["string"] if isinstance(value, dict) else value
    return text.replace("\\n", "\n").split("\n")[0]


def by_cast(expression):
    """The same where the type of init_task is not known."""
    return expression.replace("init_task", "((struct task_struct)init_task)", 1)


class Case:
    """One kernel, by one way, with given options."""

    def __init__(self, tap, program, linux, source, options, title):
        self.tap, self.program, self.linux = tap, program, linux
        self.source, self.options, self.title = source, options, title

    def test(self, good, name, *notes):
        self.tap.test(good, f"Linux {self.linux.version}, {self.title}: {name}", *notes)

    def run(self, *words, status=0):
        return self.linux.run(self.program, self.source, *words, options=self.options, status=status)

    def compare(self, name, expected, convert, change):
        wrong = []
        for expression, value in expected.items():
            ours = convert(self.run("print", "--all", change(expression))["value"])
            if ours != value:
                wrong.append(f"{expression}: {ours!r}, it should be {value!r}")
        self.test(not wrong and expected, f"{len(expected)} {name}", *wrong)

    def answers(self, places, percpu):
        """As gdb's, by this way."""
        numbers = {}
        for expression in NUMBERS:
            try:
                numbers[expression] = number_of(self.run("print", expression)["value"])
            except RuntimeError as error:
                # Not every kernel has every member.
                if "has no member" not in str(error):
                    raise
        for words, expression in places.items():
            answer = self.run(*words)
            numbers[expression] = answer["size" if words[0] == "sizeof" else "offset"]
        numbers[percpu] = number_of(self.run("print", percpu)["value"])
        names = (*TEXTS, *TEXTS_OF_VARIABLES)
        return numbers, {e: text_of(self.run("print", "--all", e)["value"]) for e in names}, ""

    def sizes(self, expected):
        wrong = []
        for words, value in expected.items():
            answer = self.run(*words)
            ours = answer["size"] if words[0] == "sizeof" else answer["offset"]
            if ours != value:
                wrong.append(f"{words}: {ours}, it should be {value}")
        self.test(not wrong and expected, f"{len(expected)} sizes and offsets", *wrong)

    def structures(self, change):
        """Whole structures: each scalar at the top is what it is when asked for alone."""
        wrong, count = [], 0
        for structure in STRUCTURES:
            whole = self.run("print", "--all", change(structure))
            scalars = [(name, value) for name, value in whole["value"].items()
                       if isinstance(value, int) or isinstance(value, str) and value[:2] == "0x"]
            for name, value in scalars[:12]:
                alone = self.run("print", f"({change(structure)}).{name}")["value"]
                count += 1
                # Time goes on where the guest runs; this one stands still.
                if alone != value:
                    wrong.append(f"{structure}.{name}: {value} in the structure, alone {alone}")
        self.test(count > 20 and not wrong, f"{count} members of structures", *wrong)

    def holes(self):
        """The last list_head of storage: one half of it is there."""
        address = guest.MEMORY - 8
        answer = self.run("print", "struct list_head", hex(address), status=3)
        value = answer["value"]
        good = "address" in value["next"] and "exception" in value["prev"]["unreadable"]
        self.test(good, "a structure that is only half there", answer)
        answer = self.run("print", "struct list_head", hex(guest.MEMORY), status=2)
        self.test(answer["error"]["kind"] == "access", "one that is not there", answer)
        answer = self.run("print", "struct nosuch", "0", status=1)
        self.test("nosuch" in answer["error"]["message"], "a type that is not there", answer)


def expectations(linux, vmlinux, socket, offset):
    """Numbers, texts, sizes and offsets by gdb; the guest runs on behind it."""
    sizes = {("sizeof", name): f"sizeof({name})" for name in SIZES}
    offsets = {("offsetof", *pair): f"&(({pair[0]} *)0)->{pair[1]}" for pair in OFFSETS}
    percpu = "((struct rq *)((long)&runqueues + __per_cpu_offset[1]))->nr_switches"
    types = [*sizes.values(), *offsets.values()]
    asked = [*NUMBERS, *VARIABLES, percpu]
    try:
        answers = Gdb(vmlinux, socket, offset).ask(types, asked, [*TEXTS, *TEXTS_OF_VARIABLES])
    except subprocess.TimeoutExpired:
        answers = None
    return answers, {**sizes, **offsets}, percpu


def stop_in_kernel(machine):
    """gdb reads by the address space of the first CPU: it is to be the kernel's."""
    for _ in range(2000):
        machine.execute("stop")
        if machine.psw_mask(0) & dump.SPACE == dump.HOME:
            return
        machine.execute("cont")
    raise RuntimeError("the first CPU is never met in the kernel")


class Damage:
    """Random bytes in a copy of a dump, which are put right again."""

    def __init__(self, path, copy, seed):
        shutil.copyfile(path, copy)
        self.rng = random.Random(seed)
        self.file = open(copy, "r+b", buffering=0)
        with open(path, "rb") as source:
            data = source.read()
        self.size = len(data)
        # The BTF that the guest itself has: half of the changes are there.
        self.btf = data.find(b"\xeb\x9f\x01\x00\x00\x00\x00\x18")

    def place(self):
        if self.btf >= 0 and self.rng.randrange(2):
            return self.btf + 8 + self.rng.randrange(1 << 22)
        return self.rng.randrange(self.size)

    def write(self, changes):
        """The bytes that stood there before, in the order in which to put them back."""
        before = []
        for where, value in changes:
            self.file.seek(where)
            before.insert(0, (where, self.file.read(1)[0]))
            self.file.seek(where)
            self.file.write(bytes([value]))
        return before

    def change(self):
        return self.write([(self.place(), self.rng.randrange(256)) for _ in range(CHANGES)])


def run_on_damaged(program, path, command):
    """What is wrong with how it ends, or None."""
    try:
        result = subprocess.run(
            [program, "-d", path, *command], capture_output=True, check=False,
            timeout=COMMAND_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{command}: no end"
    if result.returncode in (0, 1, 2, 3, 4, 5, 64):
        return None
    return f"{command}: {result.returncode}: {result.stderr[-300:]}"


def damaged(tap, program, linux, directory):
    """Any answer will do, but it must come."""
    path = os.path.join(directory, f"damaged-{linux.version}")
    commands = (["print", "--all", "((struct task_struct)init_task)"], ["ptype", "task_struct"],
                ["print", "--depth=8", "*((struct task_struct)init_task).signal"],
                ["sizeof", "struct mm_struct"])  # fmt: skip
    damage = Damage(linux.dump("ELF"), path, linux.version)
    bad = []
    for number in range(DAMAGES):
        before = damage.change()
        ends = [run_on_damaged(program, path, command) for command in commands]
        bad += [f"{number}: {end}" for end in ends if end]
        damage.write(before)
    damage.file.close()
    os.unlink(path)
    tap.test(not bad, f"Linux {linux.version}: {DAMAGES} damaged dumps", *bad)


def against_gdb(case, answers, members, known, percpu):
    """The vmlinux's types, and the guest's memory, as gdb sees both."""
    numbers, texts, errors = answers
    asked = len(NUMBERS) + len(VARIABLES) + len(known) + 1
    case.test(
        len(numbers) >= asked - 6 and len(texts) == len(TEXTS) + len(TEXTS_OF_VARIABLES),
        f"gdb answers {len(numbers)} of {asked}", errors[-2000:],
    )  # fmt: skip
    case.compare("members", members, number_of, str)
    variables = {e: numbers[e] for e in VARIABLES if e in numbers}
    case.compare("variables", variables, number_of, str)
    case.compare("texts", texts, text_of, str)
    case.sizes(known)
    ours = case.run("print", "--cpu=1", "runqueues.nr_switches")["value"]
    case.test(number_of(ours) == numbers[percpu], "a per-CPU variable", ours, numbers[percpu])


def run_kernel(tap, cache, program, version, directory):
    vmlinux = linux_guest.vmlinux(cache, version)
    socket = os.path.join(directory, f"gdb-{version}")
    with linux_guest.LinuxGuest(
        cache, version, directory, options=("-gdb", f"unix:{socket},server=on,wait=off")
    ) as linux:
        stext = next(line.split()[0] for line in linux.told["kallsyms"].splitlines()
                     if line.endswith(" _stext"))  # fmt: skip
        stop_in_kernel(linux.machine)
        linux.dump("ELF")
        answers, places, percpu = expectations(
            linux, vmlinux, socket, int(stext, 16) - TEXT_OFFSET
        )
        case = Case(tap, program, linux, "ELF", ("-s", vmlinux), "dump, vmlinux")
        by_gdb = answers is not None
        if not by_gdb:
            tap.count += 1
            reason = f"no answer in {GDB_SECONDS} s"
            print(f"ok {tap.count} - Linux {version}: gdb # SKIP {reason}", flush=True)
            answers = case.answers(places, percpu)
        # gdb lets the guest run when it ends: what follows is mostly about the dump.
        numbers, texts, _ = answers
        members = {e: numbers[e] for e in NUMBERS if e in numbers}
        comm = {e: texts[e] for e in TEXTS}
        known = {words: numbers[e] for words, e in places.items() if e in numbers}
        if by_gdb:
            against_gdb(case, answers, members, known, percpu)
        case.structures(str)
        case.holes()
        live = Case(tap, program, linux, "QMP", ("-s", vmlinux), "QMP, vmlinux")
        live.compare("texts", texts, text_of, str)
        told = linux.told["uname"].split()
        release = texts["init_uts_ns.name.release"]
        live.test(release == told[2], "the release is the guest's own", release, told)
        if version != "6.1":  # Debian's has CONFIG_DEBUG_INFO_BTF from 6.12 on
            case = Case(tap, program, linux, "ELF", (), "dump, BTF in its memory")
            case.compare("members", members, number_of, by_cast)
            case.compare("texts", comm, text_of, by_cast)
            case.sizes(known)
            case.structures(by_cast)
            case.holes()
            answer = case.run("print", "init_task", status=1)
            hint = answer["error"]["hint"]
            case.test("(struct" in hint, "a variable whose type is not known", answer)
        else:
            case = Case(tap, program, linux, "ELF", (), "dump, no types")
            answer = case.run("print", "init_task", status=1)
            case.test("vmlinux" in answer["error"]["hint"], "where types come from", answer)
        damaged(tap, program, linux, directory)


def main():
    cache, program, *versions = sys.argv[1:]
    reason = missing(cache, versions)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = dump.Tap()
    with tempfile.TemporaryDirectory(prefix="s390memctl-print-") as directory:
        for version in versions:
            run_kernel(tap, cache, program, version, directory)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
