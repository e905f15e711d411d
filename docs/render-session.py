#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render a recorded terminal session as SVG.

usage: render-session.py RECORDED TITLE >SVG

RECORDED is what a terminal got: text, and colours as escape sequences (SGR); other
sequences and carriage returns are passed over. docs/session.ansi was recorded from a
pseudo-terminal in which "s390memctl -d demo.elf -s vmlinux" ran, on a dump of a Linux
6.12 guest.
"""

import re
import sys
from xml.sax.saxutils import escape

CELL = 7.8  # width of a character, in pixels of the picture
LINE = 17
MARGIN = 14
BAR = 30
FONT = 13
BACKGROUND, FOREGROUND, BAR_COLOR = "#1c2128", "#d6dbe1", "#2d333b"
PALETTE = {
    30: "#545d68", 31: "#f47067", 32: "#57ab5a", 33: "#c69026",
    34: "#539bf5", 35: "#b083f0", 36: "#39c5cf", 37: "#d6dbe1",
}  # fmt: skip
SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])")


def spans(line, style):
    """(text, (colour, bold)) of a line; the style goes on into the next one."""
    parts, at = [], 0
    for match in SEQUENCE.finditer(line):
        if match.start() > at:
            parts.append((line[at : match.start()], style))
        at = match.end()
        if match.group(2) != "m":
            continue
        for code in (int(c or 0) for c in match.group(1).split(";")):
            if code == 0:
                style = (FOREGROUND, False)
            elif code == 1:
                style = (style[0], True)
            elif code in PALETTE:
                style = (PALETTE[code], style[1])
            elif 90 <= code <= 97:
                style = (PALETTE[code - 60], style[1])
            elif code == 39:
                style = (FOREGROUND, style[1])
    if at < len(line):
        parts.append((line[at:], style))
    return parts, style


def text(x, y, content, color, bold):
    length = len(content) * CELL
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{color}"{weight} textLength="{length:.1f}"'
        f' xml:space="preserve">{escape(content)}</text>'
    )


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        lines = file.read().replace("\r", "").rstrip("\n").split("\n")
    plain = [SEQUENCE.sub("", line) for line in lines]
    width = round(max(map(len, plain)) * CELL + 2 * MARGIN)
    height = BAR + len(lines) * LINE + 2 * MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace"'
        f' font-size="{FONT}">',
        f"<title>{escape(sys.argv[2])}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        f'<path d="M0 {BAR}V8a8 8 0 0 1 8-8H{width - 8}a8 8 0 0 1 8 8V{BAR}z" fill="{BAR_COLOR}"/>',
    ]
    for i, color in enumerate(("#f47067", "#c69026", "#57ab5a")):
        out.append(f'<circle cx="{18 + 18 * i}" cy="{BAR // 2}" r="5.5" fill="{color}"/>')
    out.append(text((width - len(sys.argv[2]) * CELL) / 2, BAR // 2 + 5, sys.argv[2], "#909dab", False))
    style = (FOREGROUND, False)
    for number, line in enumerate(lines):
        parts, style = spans(line, style)
        column = 0
        for content, (color, bold) in parts:
            if content.strip():
                y = BAR + MARGIN + LINE * number + FONT
                out.append(text(MARGIN + column * CELL, y, content, color, bold))
            column += len(content)
    out.append("</svg>")
    print("\n".join(out))


if __name__ == "__main__":
    main()
