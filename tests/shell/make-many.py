#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write an ELF dump of an s390 machine that wants to be too much for a JSON document.

usage: make-many.py FILE PROCESSES

Its Linux has that many processes, besides init_task, which lie 8 bytes apart. In the space of
address-space-control element 0x40007 (64 GiB) the first page is there; all others are not, each
for another reason than its neighbours.
"""

import os
import runpy
import struct
import sys

lib = runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "make-dump.py"))

NOTE = 0x8000
INIT_TASK = 0x9000
TASKS = 0x200000
NO_DAT = 0x0000000180000000
BAD_PAGE = 0x800  # translation-specification exception

# Only the list has a place of its own: what else processes have are the links of others.
VMCOREINFO = f"""SYMBOL(init_task)={INIT_TASK:x}
OFFSET(task_struct.__state)=8
OFFSET(task_struct.exit_state)=8
OFFSET(task_struct.flags)=8
OFFSET(task_struct.pid)=12
OFFSET(task_struct.tgid)=12
OFFSET(task_struct.thread_info.cpu)=8
OFFSET(task_struct.comm)=8
OFFSET(task_struct.real_parent)=8
OFFSET(task_struct.tasks)=0
OFFSET(task_struct.thread_node)=0
OFFSET(task_struct.signal)=8
OFFSET(task_struct.stack)=8
OFFSET(task_struct.mm)=8
OFFSET(task_struct.thread.ksp)=8
OFFSET(signal_struct.thread_head)=16
"""


def processes(storage, count):
    text = VMCOREINFO.encode()
    storage.put(0xE0C, struct.pack(">Q", NOTE))
    storage.put(NOTE, struct.pack(">III", 11, len(text), 0) + b"VMCOREINFO\0\0" + text)
    storage.table(INIT_TASK, {0: TASKS})
    storage.table(TASKS, {i: TASKS + 8 * (i + 1) for i in range(count)})
    storage.table(TASKS, {count - 1: INIT_TASK})


def space(storage):
    """Region-third, segment and page tables: all segments but the first one have the same."""
    regions = {i: 0x4C000 | 1 << 2 | 3 for i in range(32)}
    lib["upper_table"](storage, 0x40000, 1, 4, regions | {0: 0x44000 | 1 << 2 | 3})
    lib["upper_table"](storage, 0x44000, 0, 4, {i: 0x50000 for i in range(2048)} | {0: 0x50800})
    lib["upper_table"](storage, 0x4C000, 0, 4, {i: 0x50000 for i in range(2048)})
    pages = {i: BAD_PAGE if i % 2 else lib["INVALID_PAGE"] for i in range(256)}
    lib["page_table"](storage, 0x50000, pages)
    lib["page_table"](storage, 0x50800, pages | {0: 0x20000})


def main():
    storage = lib["Storage"]()
    processes(storage, int(sys.argv[2]))
    space(storage)
    notes = lib["cpu_notes"](0, NO_DAT, 0x1000, [0] * 16, [0] * 16, 0)
    lib["write_elf"](sys.argv[1], notes, bytes(storage.data))


if __name__ == "__main__":
    main()
