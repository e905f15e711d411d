#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Line coverage of src/, out of what a build with --enable-coverage has counted.

	coverage.py [-m] [--least PERCENT] [--arch PERCENT] SOURCE BUILD[:GCOV]...

GCOV: the compiler's program for it, where that is not gcov. Prints every file below 90 %
with its lines, then the folders and the sum. A line of a file that is compiled more than
once has run if it ran in one of them. -m lists the lines that have not run, of all files.
The exit code is 1 if src/ is not at --least (90) or src/arch not at --arch (100).
"""

import argparse
import collections
import itertools
import json
import os
import subprocess
import sys

WANTED = 90
WANTED_ARCH = 100


def counters(build):
    """The folder and the name of every file with notes of the compiler about src/."""
    for folder, _, names in sorted(os.walk(os.path.join(build, "src"))):
        for name in sorted(names):
            if name.endswith(".gcno"):
                yield os.path.join(folder, name)


def gcov(build, program, notes):
    """gcov's answers, one a line."""
    answer = subprocess.run([program, "--stdout", "--json-format", *notes],
                            cwd=os.path.join(build, "src"), stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, check=False)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.strip()]


def collect(files, source, build):
    """Add to {file: {line: times it ran}}, files as seen from src/."""
    build, _, program = build.partition(":")
    top = os.path.realpath(os.path.join(source, "src"))
    for answer in gcov(build, program or "gcov", list(counters(build))):
        for entry in answer["files"]:
            path = os.path.realpath(os.path.join(answer["current_working_directory"], entry["file"]))
            if not path.startswith(top + os.sep):
                continue
            lines = files[os.path.relpath(path, top)]
            for line in entry["lines"]:
                lines[line["line_number"]] += line["count"]


def percent(ran, count):
    """Rounded down: 100 means all."""
    return ran * 1000 // count / 10 if count else 100.0


def spans(numbers):
    """[1, 2, 3, 5] as '1-3 5'."""
    out = []
    for _, run in itertools.groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        lines = [number for _, number in run]
        out.append(str(lines[0]) if len(lines) == 1 else f"{lines[0]}-{lines[-1]}")
    return " ".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-m", "--missing", action="store_true", help="list lines that have not run")
    parser.add_argument("--least", type=float, metavar="PERCENT", default=WANTED)
    parser.add_argument("--arch", type=float, metavar="PERCENT", default=WANTED_ARCH)
    parser.add_argument("source")
    parser.add_argument("builds", metavar="BUILD[:GCOV]", nargs="+")
    options = parser.parse_args()

    sums = collections.defaultdict(lambda: [0, 0])
    files = collections.defaultdict(collections.Counter)
    for build in options.builds:
        collect(files, options.source, build)
    if not files:
        sys.exit("coverage.py: nothing was counted, see --enable-coverage")
    for name, lines in sorted(files.items()):
        ran = sum(1 for count in lines.values() if count)
        for folder in {os.path.dirname(name), ""}:
            sums[folder][0] += ran
            sums[folder][1] += len(lines)
        share = percent(ran, len(lines))
        if share < WANTED or options.missing and ran < len(lines):
            print(f"{share:6.1f} %  {ran:5d} of {len(lines):5d}  src/{name}")
            if options.missing:
                print(f"          {spans(line for line, count in lines.items() if not count)}")
    print("all of a folder:")
    for folder, (ran, count) in sorted(sums.items()):
        print(f"{percent(ran, count):6.1f} %  {ran:5d} of {count:5d}  src/{folder}")
    enough = percent(*sums["arch"]) >= options.arch and percent(*sums[""]) >= options.least
    sys.exit(0 if enough else 1)


main()
