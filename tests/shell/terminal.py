# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command on a terminal of its own and talk to it.

usage: terminal.py SCRIPT COMMAND...

The script has lines of two words: "send TEXT" types TEXT, "expect TEXT" waits
until TEXT is in the output behind what was expected before, "end" waits for the
end of the command, "size COLUMNS LINES" gives the terminal a size (as the first
line: before the command starts). In TEXT \\n, \\t, \\xNN and so on are as in C. What the command
has shown goes to standard output; the exit code is the command's, or 99 if
something expected did not come within ten seconds. The terminal is a dumb one, or
what TERMINAL_TERM says.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

SECONDS = 120


def set_size(fd, text):
    """Give the terminal a size: "COLUMNS LINES"."""
    columns, lines = map(int, text.split())
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


class Terminal:
    """A child on a pseudo-terminal, and what it has shown so far."""

    def __init__(self, command, size=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # Background jobs of a script ignore these two; nobody on a terminal does.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)
            os.environ["TERM"] = os.environ.get("TERMINAL_TERM", "dumb")
            if size:
                set_size(0, size)
            os.execvp(command[0], command)
        self.seen = b""
        self.position = 0

    def more(self, deadline):
        """Read on; False at the end of the child's output or of the time."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            return False
        try:
            data = os.read(self.fd, 4096)
        except OSError:
            return False
        self.seen += data
        return bool(data)

    def expect(self, text):
        """Wait for text behind the last one; False if it does not come."""
        deadline = time.monotonic() + SECONDS
        while True:
            found = self.seen.find(text, self.position)
            if found >= 0:
                self.position = found + len(text)
                return True
            if not self.more(deadline):
                return False

    def end(self):
        """The exit code of the child, as a shell tells it; 99 if it does not end."""
        deadline = time.monotonic() + SECONDS
        while self.more(deadline):
            pass
        if time.monotonic() >= deadline:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            return 99
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return code if code >= 0 else 128 - code


def main():
    with open(sys.argv[1], encoding="utf-8") as script:
        lines = script.read().splitlines()
    size = lines[0].partition(" ")[2] if lines[0].startswith("size ") else None
    terminal = Terminal(sys.argv[2:], size)
    code = 0
    for line in lines:
        word, _, text = line.partition(" ")
        text = text.encode().decode("unicode_escape").encode("latin-1")
        if word == "send":
            os.write(terminal.fd, text)
        elif word == "expect" and not terminal.expect(text):
            print(f"terminal.py: did not come: {text!r}", file=sys.stderr)
            os.kill(terminal.pid, signal.SIGKILL)
            code = 99
            break
        elif word == "size":
            set_size(terminal.fd, text.decode())
        elif word == "signal":
            os.kill(terminal.pid, getattr(signal, text.decode()))
    status = terminal.end()
    sys.stdout.buffer.write(terminal.seen)
    return code or status


sys.exit(main())
