#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drgn, a peer, is asked to do by programs.py.

usage: drgn-jobs.py symbol VMLINUX NAME|ADDR
       drgn-jobs.py triage DUMP VMLINUX
       drgn-jobs.py read DUMP VMLINUX BYTES   (GB/s, of reads of 4 KiB)
"""

import sys
import time

import drgn

PAGE = 4096


def symbol(vmlinux, what):
    program = drgn.Program(drgn.Platform(drgn.Architecture.S390X))
    program.load_debug_info([vmlinux])
    found = program.symbol(int(what, 16) if what.startswith("0x") else what)
    print(hex(found.address), found.name)


def open_dump(dump, vmlinux):
    program = drgn.Program()
    program.set_core_dump(dump)
    program.load_debug_info([vmlinux])
    return program


def triage(dump, vmlinux):
    """Backtraces of the CPUs, the tasks, the log."""
    from drgn.helpers.linux.cpumask import for_each_online_cpu
    from drgn.helpers.linux.percpu import per_cpu
    from drgn.helpers.linux.pid import for_each_task
    from drgn.helpers.linux.printk import get_dmesg

    program = open_dump(dump, vmlinux)
    for cpu in for_each_online_cpu(program):
        task = per_cpu(program["runqueues"], cpu).curr
        print("CPU", cpu, task.comm.string_())
        try:
            print(program.stack_trace(task))
        except (ValueError, LookupError, drgn.FaultError) as error:
            print(error)
    for task in for_each_task(program):
        print(task.pid.value_(), task.comm.string_(), hex(task.value_()), int(task.member_("__state")))
    sys.stdout.buffer.write(get_dmesg(program))


def read(dump, vmlinux, size):
    """Without a walk: drgn 0.0.22 has none for s390x, and takes addresses for absolute ones."""
    program = open_dump(dump, vmlinux)
    start = time.process_time()
    for addr in range(0x100000, 0x100000 + int(size), PAGE):
        program.read(addr, PAGE)
    print(int(size) / (time.process_time() - start) / 1e9)


{"symbol": symbol, "triage": triage, "read": read}[sys.argv[1]](*sys.argv[2:])
