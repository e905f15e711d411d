# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's place while it boots: before VMCOREINFO tells it."""

import os
import time

import guest
import linux_guest
import linux_hostile
from initrd import Kernel

LOWCORE_OS_INFO = 0xE18
LOWCORE_VMCORE_INFO = 0xE0C  # arch/s390/include/asm/lowcore.h
BOOT_SECONDS = 60
STEP = 0.005
PSW_MASK_DAT = 1 << 58


def slot(machine, directory):
    """What stands where VMCOREINFO will be."""
    path = os.path.join(directory, "slot")
    machine.execute("pmemsave", val=LOWCORE_VMCORE_INFO, size=8, filename=path)
    with open(path, "rb") as file:
        return int.from_bytes(file.read(), "big")


def stop_early(machine, directory):
    """
    Stop where the offset stands in the slot, which is odd then, and DAT is on: what
    sets it is the loader still. False if it has never.
    """
    end = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < end:
        machine.execute("cont")
        time.sleep(STEP)
        machine.execute("stop")
        found = slot(machine, directory)
        if found & 1 and machine.psw_mask(0) & PSW_MASK_DAT:
            return True
        if found and not found & 1:
            return False
    raise RuntimeError("the guest does not boot")


def without_vmcoreinfo(tap, program, linux, vmlinux):
    """A kernel that tells nothing, or only os_info: where it is, its code and new PSWs tell."""
    copy = linux_hostile.Dump(program, linux.dump("ELF"), os.path.join(linux.directory, "silent"))
    healthy = linux_guest.run_json(program, ("-d", copy.original), "info")["linux"]
    for slots in ((LOWCORE_VMCORE_INFO,), (LOWCORE_VMCORE_INFO, LOWCORE_OS_INFO)):
        for slot_address in slots:
            copy.write(slot_address, bytes(8))
        found = linux_guest.run_json(program, ("-d", copy.path, "-s", vmlinux), "info")["linux"]
        same = all(found[key] == healthy[key] for key in ("release", "build_id", "offset"))
        source = "os_info" if linux.version != "6.1" and len(slots) == 1 else "new PSWs"
        tap.test(
            same and found["offset_from"] == source,
            f"Linux {linux.version}, without VMCOREINFO: by {source}", found, healthy,
        )  # fmt: skip
        copy.repair()
    os.unlink(copy.path)


def run(tap, cache, program, version, directory):
    """Only a kernel that is moved has an offset to tell; 6.1 is not, without KASLR."""
    directory = os.path.join(directory, f"early-{version}")
    os.mkdir(directory)
    name = f"Linux {version}, early in the boot"
    machine = guest.Guest(
        directory, Kernel(cache, version).image, os.devnull, options=("-S",), ready=None
    )
    try:
        if not stop_early(machine, directory):
            tap.test(version == "6.1", f"{name}: there is no offset to tell")
            return
        path = os.path.join(directory, "dump")
        machine.dump(path, "elf")
        linux = linux_guest.run_json(program, ("-d", path), "info")
        found = linux.get("linux", {})
        tap.test(found.get("offset_from") in ("lowcore", "os_info"), f"{name}: offset", linux)
        tap.test(
            int(found.get("offset", "0"), 16) > 1 << 31
            and 0 < int(found.get("absolute_offset", "0"), 16) < guest.MEMORY,
            f"{name}: virtual and absolute", linux,
        )  # fmt: skip
        vmlinux = linux_guest.vmlinux(cache, version)
        if vmlinux:
            ways = ("-d", path, "-s", vmlinux)
            with_file = linux_guest.run_json(program, ways, "info").get("linux", {})
            tap.test(
                with_file.items() >= {k: found[k] for k in ("offset", "absolute_offset")}.items()
                and with_file.get("build_id"),
                f"{name}: vmlinux", with_file,
            )  # fmt: skip
            answer = linux_guest.run_json(program, ways, "read", "linux_banner", "13")
            tap.test("4c696e7578207665" in str(answer), f"{name}: linux_banner", answer)
    finally:
        machine.close()
