#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one table of what the benchmarks print.

usage: BENCHMARK... | table.py

A line of a benchmark has tabs between WHAT, PEER, OURS (a figure with its unit), PEER'S,
RATIO and TARGET, such as ">= 0.9" or "<= 0.05"; RATIO is "-" where the peer is not here.
Lines that begin with "# " are remarks, which come below the table. Any other line is
an error of the benchmark, and is shown as it is; then the end is 1.
"""

import operator
import sys

HEAD = ("what", "beside", "ours", "peer", "ratio", "target", "")
COMPARE = {">=": operator.ge, "<=": operator.le}


def verdict(ratio, target):
    """met, missed, or no peer"""
    try:
        figure = float(ratio)
    except ValueError:
        return "no peer"
    relation, bound = target.split()
    return "met" if COMPARE[relation](figure, float(bound)) else "MISSED"


def read(lines):
    """Rows, remarks, how many lines are neither; each is shown on stderr as it comes."""
    rows, remarks, wrong = [], [], 0
    for line in lines:
        line = line.rstrip("\n")
        cells = line.split("\t")
        print(line.replace("\t", "  "), file=sys.stderr, flush=True)
        if line.startswith("# "):
            remarks.append(line[2:])
        elif len(cells) == 6 and cells[5].split()[:1] and cells[5].split()[0] in COMPARE:
            rows.append((*cells, verdict(cells[4], cells[5])))
        elif line:
            remarks.append(f"not understood: {line}")
            wrong += 1
    return rows, remarks, wrong


def show(rows, remarks):
    widths = [max(len(row[i]) for row in (HEAD, *rows)) for i in range(len(HEAD))]
    for row in (HEAD, tuple("-" * width for width in widths), *rows):
        cells = [cell.rjust(width) if i in (2, 3, 4) else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]  # fmt: skip
        print("  ".join(cells).rstrip())
    verdicts = [row[-1] for row in rows]
    print(f"\n{verdicts.count('met')} met, {verdicts.count('MISSED')} missed, {verdicts.count('no peer')} without a peer here\n")
    for remark in remarks:
        print(f"- {remark}")


ROWS, REMARKS, WRONG = read(sys.stdin)
show(ROWS, REMARKS)
sys.exit(1 if WRONG or not ROWS else 0)
