# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated guests by QMP, as s390memctl reads them, against what QEMU itself says.

usage: qmp.py CACHE S390MEMCTL DUMP-PROBE KERNEL...

A Linux guest is stopped with one CPU in user code, and dumped. Random addresses
of kernel and user space are translated by QEMU (gva2gpa), by s390memctl from the
dump and by QMP, and the bytes compared. Then it runs on, and kernel addresses are
compared again. Storage keys come from a guest of its own. Output: TAP.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import dump
import guest

SAVED_ADDRESSES = 500  # by pmemsave, several calls each
RUNNING_ADDRESSES = 500
KEYS_FIRST = 0x100000  # as in keys.c
KEYS_COUNT = 512


def build_guest(directory):
    """The program of keys.c."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keys.c")
    program = os.path.join(directory, "keys")
    subprocess.run(
        [guest.COMPILER, "-O1", "-ffreestanding", "-nostdlib", "-static", "-no-pie",
         "-Wl,-e,start", "-Wl,-Ttext=0x10000", "-o", program, source],
        check=True,
    )  # fmt: skip
    return program


class Case(dump.Case):
    """One kernel: its guest, with an ELF dump and by both ways of QMP."""

    formats = dump.FORMATS[:1]

    def __init__(self, tap, programs, directory, machine, name, path):
        super().__init__(tap, programs, directory, machine, name)
        self.ways = {
            "QMP, process_vm_readv": ("-q", path),
            # Our own process is not QEMU, which is found out.
            "QMP, pmemsave": ("-q", path, "-p", str(os.getpid())),
        }
        self.dump_only = self.sources

    def stopped(self):
        """All agree, while the guest stands still."""
        direct, saved = self.ways.items()
        self.sources = dict([*self.dump_only.items(), direct])
        self.compare("home", self.kernel, dump.KERNEL_ADDRESSES)
        self.compare("pri", self.user, dump.USER_ADDRESSES)
        self.sources = dict([*self.dump_only.items(), saved])
        self.compare("home", self.kernel, SAVED_ADDRESSES)
        self.compare("pri", self.user, SAVED_ADDRESSES)
        self.sources = self.ways
        self.registers()
        self.facts()

    def facts(self):
        """What info tells, all of storage, and that nothing can be written."""
        for kind, source in self.sources.items():
            info = self.run(*source, "info")
            expected = {
                "accelerator": "TCG", "status": "paused", "cpus": guest.CPUS,
                "memory_bytes": guest.MEMORY,
                "pid": self.machine.process.pid if "readv" in kind else os.getpid(),
            }  # fmt: skip
            good = expected.items() <= info.items() and info["memory"].startswith(kind[5:])
            self.tap.test(good, f"{self.name}: {kind}: info", info)
            target = os.path.join(self.directory, kind[5:])
            self.run(*source, "dump", "--space=abs", "0", hex(guest.MEMORY), target)
            with open(target, "rb") as file:
                same = file.read() == self.storage
            os.unlink(target)
            self.tap.test(same, f"{self.name}: {kind}: dump of all absolute storage")
            outside = self.run(*source, "read", "--space=abs", hex(guest.MEMORY), status=2)
            self.tap.test(
                outside["error"]["code"] == "0x5", f"{self.name}: {kind}: end of storage", outside
            )
            refused = self.run("-w", *source, "write", "0x1000", "u8", "1", status=5)
            self.tap.test(
                "QMP" in json.dumps(refused), f"{self.name}: {kind}: write is refused", refused
            )
        missing = self.run(*self.ways["QMP, process_vm_readv"], "-c", "7", "regs", status=4)
        self.tap.test(
            "no CPU 7" in json.dumps(missing), f"{self.name}: a CPU that is not there", missing
        )

    def running(self):
        """While it runs, what QEMU says is the same before and behind."""
        addrs = self.kernel_addresses(RUNNING_ADDRESSES)
        self.machine.execute("cont")
        for kind, source in self.ways.items():
            cpu, before = self.oracle(addrs)
            probe = dump.Probe(self.probe, source, cpu)
            ours = [absolute for absolute, _ in probe.translate("home", addrs)]
            # By another CPU, perhaps: then those of the prefix areas are not the same.
            _, behind = self.oracle(addrs)
            wrong, compared = [], 0
            for addr, first, absolute, last in zip(addrs, before, ours, behind):
                if first != last:
                    continue
                compared += 1
                if absolute != first:
                    wrong.append(f"{addr:016x}: QEMU {first}, s390memctl {absolute}")
            self.tap.test(
                not wrong and compared > len(addrs) // 2,
                f"{self.name}: {kind}: {compared} addresses of the running guest",
                *wrong[:10],
            )
        status = self.machine.execute("query-status")["status"]
        self.tap.test(status == "running", f"{self.name}: the guest runs on", status)

    def kernel_addresses(self, count):
        probe = dump.Probe(self.probe, self.dump_only["elf"], self.kernel)
        runs = list(probe.runs("home", 0, 1 << 53))
        probe.close()
        return dump.choose_addresses(self.rng, runs, count)

    def oracle(self, addrs):
        """A CPU that is in home space at an instant, and its gva2gpa of each.

        The guest is stopped for it: "info registers" of a running one crashes
        QEMU 7.2 now and then (an assertion in cc_calc_addu())."""
        for _ in range(500):
            self.machine.execute("stop")
            masks = [self.machine.psw_mask(cpu) for cpu in range(guest.CPUS)]
            homes = [cpu for cpu, mask in enumerate(masks) if mask & dump.SPACE == dump.HOME]
            answers = [self.machine.translate(homes[0], addr) for addr in addrs if homes]
            self.machine.execute("cont")
            if homes:
                return homes[0], answers
        raise RuntimeError("no CPU is met in home space")


def run_kernel(tap, cache, programs, version):
    with tempfile.TemporaryDirectory(prefix="s390memctl-qmp-") as directory:
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "init.c")
        path = os.path.join(directory, "qmp2")
        machine = guest.Guest(
            directory, guest.kernel_image(cache, version), guest.make_initrd(directory, source),
            options=("-qmp", f"unix:{path},server=on,wait=off", "-sandbox", "on"),
        )  # fmt: skip
        try:
            case = Case(tap, programs, directory, machine, f"Linux {version}", path)
            case.stopped()
            case.running()
            descriptors = os.path.join("/proc", str(machine.process.pid), "fd")
            left = [os.readlink(entry.path) for entry in os.scandir(descriptors)]
            tap.test(
                not [name for name in left if "s390memctl (" in name or "memfd:s390memctl" in name],
                f"Linux {version}: no descriptor of ours is left in QEMU", *left,
            )  # fmt: skip
        finally:
            machine.close()


class SmallGuest:
    """A guest without a monitor of our own; it has one socket, path."""

    def __init__(self, directory, program, *options):
        self.path = os.path.join(directory, "qmp-small")
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.process = subprocess.Popen(
            [program, "-accel", "tcg", "-nodefaults", "-display", "none",
             "-qmp", f"unix:{self.path},server=on,wait=off", *options],
            stdin=subprocess.DEVNULL, **guest.child_options(),
        )  # fmt: skip
        end = time.monotonic() + 20
        while not self._listens() and time.monotonic() < end:
            time.sleep(0.05)

    def _listens(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.path) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        guest.stop_process(self.process)


def questions(probe, path, pid, *lines):
    """dump-probe's answers by QMP."""
    source = ("-q", path, "-p", str(pid)) if pid else ("-q", path)
    result = subprocess.run(
        [probe, *source, "0"], input="\n".join(lines) + "\n",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return result.stdout.split() if result.returncode == 0 else result.stderr


def expected_key(number):
    return (number & 0xF) << 4 | (number >> 4 & 1) << 3


def storage_keys(tap, probe, directory):
    """Few keys are asked for one by one, many are dumped; R and C are not compared."""
    with SmallGuest(directory, guest.QEMU, "-m", "16", "-kernel", build_guest(directory)) as small:
        expected = [expected_key(i) for i in range(KEYS_COUNT)]
        lines = [f"keys {KEYS_FIRST:x} {KEYS_COUNT:x}"]
        lines += [f"keys {KEYS_FIRST + 16 * i * dump.PAGE:x} 10" for i in range(KEYS_COUNT // 16)]
        for _ in range(600):
            answer = questions(probe, small.path, 0, *lines)
            # Before the guest has set the first one there are none; it sets them in order.
            if isinstance(answer, list) and int(answer[0][-2:], 16) & 0xF8 == expected[-1]:
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(answer)
        for name, text in (("dumped", answer[0]), ("asked for", "".join(answer[1:]))):
            keys = [key & 0xF8 for key in bytes.fromhex(text)]
            tap.test(keys == expected, f"storage keys that are {name}", text)
        outside = questions(probe, small.path, 0, f"keys {16 << 20:x} 1")
        tap.test("not in the guest's storage" in outside, "storage keys outside", outside)


def refusals(tap, s390memctl, directory):
    """Guests of other machines, and sockets that do not talk."""

    def run(path):
        result = subprocess.run(
            [s390memctl, "-q", path, "info"], capture_output=True, text=True, check=False
        )
        return result.returncode, result.stderr

    program = "qemu-system-x86_64"
    if shutil.which(program):
        with SmallGuest(directory, program, "-m", "4", "-S") as small:
            status, text = run(small.path)
        good = status == 5 and "not s390x" in text
        tap.test(good, "a guest of another architecture is refused", status, text)
    status, text = run(os.path.join(directory, "nothing"))
    tap.test(status == 4 and "No such file" in text, "a socket that is not there", status, text)
    path = os.path.join(directory, "mute")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        status, text = run(path)
    tap.test(status == 4 and "refused" in text, "a socket that nobody listens to", status, text)


def main():
    cache, s390memctl, probe = sys.argv[1:4]
    reason = guest.missing(cache)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    tap = dump.Tap()
    with tempfile.TemporaryDirectory(prefix="s390memctl-qmp-") as directory:
        storage_keys(tap, probe, directory)
        refusals(tap, s390memctl, directory)
    for version in sys.argv[4:]:
        run_kernel(tap, cache, (s390memctl, probe), version)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
