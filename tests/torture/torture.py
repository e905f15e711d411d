#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""torture.py SOURCE BUILD [-n ROUNDS] [-s SEED] [-k KIND]... [-l]

Works with s390memctl on a real QEMU/KVM of x86-64 while it, or the VMM under it, is killed,
signalled, stopped, traced, exchanged, and checks after each round that VMM and guest are unharmed.
BUILD is a build directory with src/s390memctl and src/s390memctl-hooks. Prints TAP, a line for each
kind. -l lists the kinds.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from bed import Bed, ExecVmm
from kinds import EXACT, KINDS, MUST_LAND
from tool import Tool
from vmm import Failure


LANDS_IN = 16  # of so many signals at random instants one comes in time


def build(source, folder):
    """The guest and the small VMM."""
    subprocess.run([os.path.join(source, "tests/vmm/build.sh"), folder, "x86"], check=True,
                   stdout=subprocess.DEVNULL)
    ExecVmm.program = os.path.join(folder, "execvmm")
    subprocess.run(["gcc", "-std=gnu11", "-O2", "-pthread", "-o", ExecVmm.program,
                    os.path.join(source, "tests/torture/execvmm.c")], check=True)
    return os.path.join(folder, "heartbeat.elf")


def run_kind(bed, number, kind, rounds):
    """One line of TAP; True where it is ok."""
    bed.landed, bed.skipped = 0, None
    began = time.monotonic()
    name = "%s: %s" % (kind.__name__, kind.__doc__)
    try:
        kind(bed, rounds)
        bed.finish_kind()
        must_land = kind in EXACT or kind in MUST_LAND and rounds >= LANDS_IN
        if must_land and not bed.landed and not bed.skipped:
            raise Failure("no signal came before the end of its run")
    except (Failure, OSError, subprocess.SubprocessError) as failure:
        print("not ok %d - %s\n# %s: %s" % (number, name, type(failure).__name__, failure),
              flush=True)
        return False
    if bed.skipped:
        print("ok %d - %s # SKIP %s" % (number, name, bed.skipped), flush=True)
        return True
    print("ok %d - %s\n# %d rounds, %d landed, 0 failures, %.1f s" %
          (number, name, rounds, bed.landed, time.monotonic() - began), flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(usage=__doc__.partition("\n")[0], description=__doc__)
    parser.add_argument("source")
    parser.add_argument("build")
    parser.add_argument("-n", dest="rounds", type=int, default=10000)
    parser.add_argument("-s", dest="seed", type=int, default=1)
    parser.add_argument("-k", dest="kinds", action="append")
    parser.add_argument("-l", dest="list", action="store_true")
    arguments = parser.parse_args()
    kinds = [(kind, part) for kind, part in KINDS
             if not arguments.kinds or kind.__name__ in arguments.kinds]
    if arguments.list:
        for kind, _ in kinds:
            print("%-16s %s" % (kind.__name__, kind.__doc__))
        return
    random.seed(arguments.seed)
    # The VMM ends with us, however we end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    program = os.path.join(os.path.abspath(arguments.build), "src/s390memctl")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="s390memctl-torture.") as folder:
        os.chmod(folder, 0o755)
        image = build(os.path.abspath(arguments.source), folder)
        bed = None
        try:
            for number, (kind, part) in enumerate(kinds, 1):
                try:
                    bed = bed or Bed(os.path.abspath(arguments.source), image, folder,
                                     Tool(program, program + "-hooks", folder))
                except Failure as failure:
                    print("not ok %d - %s\n# %s" % (number, kind.__name__, failure), flush=True)
                    failed += 1
                    continue
                if not run_kind(bed, number, kind, max(4, round(arguments.rounds * part))):
                    failed += 1
                    bed.guest.kill()
                    bed = None
        finally:
            if bed:
                bed.guest.kill()
    print("1..%d" % len(kinds))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
