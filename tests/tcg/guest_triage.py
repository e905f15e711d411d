# SPDX-License-Identifier: GPL-3.0-or-later
"""triage of a guest of guest_os.py: a running one, a panicked one; as text, JSON and HTML."""

import html.parser
import json
import os
import subprocess
import time

import guest
from schema import checked

SECONDS = 400
STATES = {"idle", "user", "kernel", "looping", "disabled-wait"}
PANIC_FRAMES = ("panic", "sysrq_handle_crash", "__handle_sysrq", "write_sysrq_trigger", "vfs_write", "ksys_write")
VOID = {"meta"}


class Page(html.parser.HTMLParser):
    """Elements of a page: whether they are closed in order, which there are, their text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text, self.good = [], set(), "", True
        self.feed(text)
        self.good = self.good and not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.good = self.good and bool(self.open) and self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def run(case, *words, as_json=True):
    if not any(word.startswith("--timeout") for word in words):
        words = ("--timeout=300s", *words)
    result = subprocess.run([case.program, *(["-j"] if as_json else []), *case.options, "triage", *words],
                            capture_output=True, check=False, timeout=SECONDS)  # fmt: skip
    return result.returncode, checked(json.loads(result.stdout)) if as_json else result.stdout.decode()


def names(cpu):
    return [f.get("symbol", "?").split("+")[0] for f in cpu.get("backtrace", {}).get("frames", [])]


def in_order(wanted, names_of_frames):
    """Do the wanted names come in this order, whatever is between them?"""
    rest = iter(names_of_frames)
    return all(name in rest for name in wanted)


def running(case, cpus):
    """A guest that goes on while it is looked at, by QMP."""
    status, answer = run(case)
    ours = answer["cpus"]
    case.test(
        status == 0 and [c["cpu"] for c in ours] == list(range(cpus)) and answer["target"]["live"]
        and all(c["state"] in STATES and c["samples"] == 5 and c["why"] for c in ours),
        "triage: every CPU, five samples", status, [(c["cpu"], c["state"], c["samples"]) for c in ours],
    )  # fmt: skip
    case.test(answer["system"]["node"] == "guest\\x1b[1m" and 0 < len(answer["log"]) <= 50 and not answer["timed_out"],
              "triage: system, log", answer["system"], len(answer["log"]))  # fmt: skip


def time_limit(case):
    status, answer = run(case, "--timeout=1us")
    case.test(status == 3 and answer["timed_out"] and any("time limit" in p["message"] for p in answer["problems"]),
              "triage: a time limit is told", status, answer.get("problems"))  # fmt: skip


def panicked(case, full):
    """full: there are types, and so tasks."""
    status, answer = run(case)
    stopped = [c for c in answer["cpus"] if c["state"] == "disabled-wait"]
    case.test(status == 0 and answer["system"].get("panic") == "sysrq triggered crash",
              "triage: the panic", status, answer["system"])  # fmt: skip
    case.test(len(stopped) == 1 and "stopped itself" in stopped[0]["why"],
              "triage: the CPU that has stopped itself, explained", [(c["state"], c["why"]) for c in answer["cpus"]])  # fmt: skip
    case.test(bool(stopped) and in_order(PANIC_FRAMES, names(stopped[0])),
              "triage: its backtrace", *[names(c) for c in answer["cpus"]])  # fmt: skip
    case.test(any(r["text"] == "Kernel panic - not syncing: sysrq triggered crash" for r in answer["log"]),
              "triage: the log", *answer["log"][-3:])  # fmt: skip
    if full:
        comms = [t["comm"] for t in answer["tasks"]["blocked"]]
        case.test(answer["tasks"]["count"] > 40 and "vforker" in comms
                  and bool(stopped) and stopped[0]["task"]["pid"] == 1,
                  "triage: tasks in uninterruptible sleep, the current one", answer.get("tasks"))  # fmt: skip
    else:
        case.test(any(p["part"] == "tasks" and "hint" in p for p in answer["problems"]),
                  "triage: what is missing for tasks", answer["problems"])  # fmt: skip


def text(case):
    status, ours = run(case, as_json=False)
    case.test(status == 0 and "\npanic                  sysrq triggered crash\n" in ours
              and "\nnode name              guest\\x1b[1m\n" in ours
              and all(c.isprintable() or c == "\n" for c in ours), "triage: text", ours[:500])  # fmt: skip


def page(case, directory):
    path = os.path.join(directory, "report.html")
    status, said = run(case, "-o", path, as_json=False)
    with open(path, encoding="utf-8") as file:
        source = file.read()
    parsed = Page(source)
    case.test(
        status == 0 and said == "" and parsed.good and "guest\\x1b[1m" in parsed.text
        and "sysrq triggered crash" in parsed.text and "script" not in parsed.elements
        and "http:" not in source and "https:" not in source and "src=" not in source
        and "\033" not in source, "triage: a page of HTML", status, said, parsed.open, parsed.elements,
    )  # fmt: skip
    case.test(os.stat(path).st_mode & 0o777 == 0o600, "triage: only its owner reads it")
    status, _ = run(case, "-o", path, as_json=False)
    again, _ = run(case, "-o", path, "--force", as_json=False)
    case.test((status, again) == (5, 0), "triage: a report is replaced with --force only", status, again)
    os.unlink(path)


def stopped(tap, program, directory):
    """A system without Linux that has stopped itself, from a dump."""
    here = os.path.dirname(os.path.abspath(__file__))
    kernel, initrd, dump = (os.path.join(directory, name) for name in ("stopped", "none", "dump-stopped"))
    subprocess.run([guest.COMPILER, "-nostdlib", "-static", "-no-pie", "-Wl,-Ttext=0x10000,--build-id=none",
                    "-o", kernel, os.path.join(here, "stopped.S")], check=True)  # fmt: skip
    with open(initrd, "wb") as file:
        file.write(bytes(4096))
    machine = guest.Guest(directory, kernel, initrd, options=("-action", "panic=pause"), ready=None)
    try:
        end = time.monotonic() + SECONDS
        while machine.execute("query-status")["status"] != "guest-panicked" and time.monotonic() < end:
            time.sleep(0.05)
        machine.dump(dump, "elf")
    finally:
        machine.close()
    result = subprocess.run([program, "-d", dump, "triage"], capture_output=True, text=True, check=False)
    lines = result.stdout.split("\n")
    tap.test(
        result.returncode == 0
        and "CPU 0                  disabled-wait: disabled wait, code 0x4523: kdump: no crashkernel memory was defined" in lines
        and "CPU 1                  unknown: its PSW is zero: it has not been started" in lines,
        "triage: a system that has stopped itself, its code explained", result.returncode, result.stdout, result.stderr,
    )  # fmt: skip
