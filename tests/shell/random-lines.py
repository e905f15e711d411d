#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random command lines for s390memctl, and whether it survives them.

usage: random-lines.py LINES SEED SECONDS DUMP

Half of the lines are words that mean something, put together at random; the other half
are these damaged: bytes changed, left out, doubled. A batch of lines is one run with
--keep-going, half of the runs with --json. A run that takes long is ended by SIGTERM,
which it has to heed. What is wanted: an exit code that is documented, no signal, no
message of a sanitizer, no escape character on standard output, and in JSON nothing but
documents. Prints "LINES lines", or what has failed with a file of the lines that shows
it.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

BATCH = 250
BATCH_SECONDS = 10  # then it is interrupted: a line may ask for 2^64 bytes
END_SECONDS = 10  # and must end
EXIT_CODES = {0, 1, 2, 3, 4, 5, 64}
# They would end the batch, wait for what never comes, or write files.
LEFT_OUT = {"quit", "dump", "watch", "source"}

WORDS = """0 1 -1 0x 0x0 0x1000 0x1234 16 4096 4K 1M 1T 0xffffffffffffffff 0x10000000000000000
18446744073709551615 9223372036854775808 0b101 08 0777 %r0 %r15 %r16 %a5 %c1 %psw %pswm %prefix
%psw+8 pri:0 sec:0x1000 home:0x80000000 ar5:0 ar16:0 alet=1:0 alet=0x10002:0x1000 asce=0x10000:0
asce=0x40003:0 real:0 abs:0 abs:0+4K abs:0-0xfff 0.16 0:15 0+0 1-0 0-0 sida:0 auto: bogus:0
jiffies linux_banner init_task no_such_symbol+8 *0x1000 *%r15 "" "a b" 'a "b"' 00ff ?? 0? zz
deadbeef rw r w x u8 u16 u32 u64 hex str ebcdic raw both walk ioctl exceptions 0011 0x3b 99999
struct int char task_struct pid comm -e -t -x -- - # ; | > < & ! $ * ~ . .. / /dev/null missing/file
on off auto 0.5 1ms 10s 1h pages p/x x/16xg D T rd -64 ST L""".split()


def tables():
    """Commands with their options, as the program tells them."""
    text = subprocess.run(["s390memctl", "-j", "help"], capture_output=True, check=True).stdout
    commands = {}
    for command in json.loads(text)["commands"]:
        if command["name"] in LEFT_OUT:
            continue
        text = subprocess.run(
            ["s390memctl", "-j", "help", command["name"]], capture_output=True, check=True
        ).stdout
        commands[command["name"]] = [
            (option["name"], "arg" in option)
            for option in json.loads(text)["options"]
            if option["name"] != "follow"
        ]
    return commands


def sane_line(rng, commands):
    name = rng.choice(list(commands))
    words = [name if rng.random() < 0.9 else name[: rng.randrange(len(name)) + 1]]
    for _ in range(rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4, 7))):
        if commands[name] and rng.random() < 0.25:
            option, takes = rng.choice(commands[name])
            words.append("--" + option + ("=" + rng.choice(WORDS) if takes else ""))
        else:
            words.append(rng.choice(WORDS))
    return " ".join(words).encode()


def damage(rng, line):
    line = bytearray(line)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(line) + 1)
        what = rng.randrange(4)
        if what == 0:
            line[at:at] = bytes((rng.randrange(1, 256),))
        elif what == 1:
            del line[at : at + rng.randrange(1, 4)]
        elif what == 2:
            line[at:at] = line[: rng.randrange(len(line) + 1)]
        elif line and at < len(line):
            line[at] = rng.randrange(1, 256)
    return bytes(line[:2000]).replace(b"\n", b" ")


def make_lines(rng, commands, count):
    lines = []
    while len(lines) < count:
        line = sane_line(rng, commands)
        if rng.random() < 0.5:
            line = damage(rng, line)
        first = line.split(b" ", 1)[0].decode("latin-1")
        # Nor any beginning of those that are left out, nor of --follow.
        if b"--f" not in line and not any(first and name.startswith(first) for name in LEFT_OUT):
            lines.append(line)
    return lines


def complaint(run, as_json, count):
    """What is wrong with the end of a run of so many lines; None if nothing is."""
    if run.returncode not in EXIT_CODES:
        return f"exit code {run.returncode}"
    for text in (b"AddressSanitizer", b"LeakSanitizer", b"runtime error:", b"assert"):
        if text in run.stderr:
            return text.decode()
    if b"\033" in run.stdout:
        return "an escape character on standard output"
    if as_json:
        for line in run.stdout.splitlines():
            try:
                json.loads(line)
            except ValueError as e:
                return f"no JSON: {e}: {line[:200]}"
        # Comments and empty lines make none; else each line makes one, or several.
        if count > 1 and len(run.stdout.splitlines()) < count // 2:
            return "it has ended before the last line"
    return None


def run_batch(lines, dump, as_json):
    command = ["s390memctl", "-d", dump, "--keep-going", "-f", "-"] + ["-j"] * as_json
    text = b"\n".join(lines) + b"\n"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:  # fmt: skip
        try:
            out, errors = process.communicate(text, BATCH_SECONDS)
            interrupted = False
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            interrupted = True
        try:
            if interrupted:
                out, errors = process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return f"not ended within {END_SECONDS} s of SIGTERM"
    run = subprocess.CompletedProcess(command, process.returncode, out, errors)
    if interrupted and run.returncode == 128 + signal.SIGTERM:
        run.returncode = 0
        return complaint(run, as_json, 0)
    return complaint(run, as_json, len(lines))


def main():
    count, seed, seconds, dump = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    rng = random.Random(seed)
    commands = tables()
    end = time.monotonic() + seconds
    done = 0
    while done < count and time.monotonic() < end:
        lines = make_lines(rng, commands, min(BATCH, count - done))
        as_json = rng.random() < 0.5
        wrong = run_batch(lines, dump, as_json)
        if wrong:
            # The first line that shows it alone, or all of them.
            for line in lines:
                if run_batch([line], dump, as_json):
                    lines = [line]
                    break
            name = os.path.abspath("failed-lines")
            with open(name, "wb") as file:
                file.write(b"\n".join(lines) + b"\n")
            print(f"{wrong}; json {as_json}; {len(lines)} line(s), the first: {lines[0]!r}")
            sys.exit(1)
        done += len(lines)
    print(f"{done} lines")


if __name__ == "__main__":
    main()
