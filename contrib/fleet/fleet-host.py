#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one command of s390memctl on every guest of this host, or on dumps: JSON Lines.

usage: fleet-host.py [--command=CMD] [--host=NAME] [--timeout=SECONDS] [DUMP...]

Without DUMP the guests are those that `s390memctl list` tells, whoever runs them.
A DUMP that is a folder means all files in it. Each guest or dump is one line:

  {"host": ..., "guest": NAME or null, "pid": PID or null, "dump": PATH or null,
   "taken": UTC, "status": EXIT CODE or null, "report": DOCUMENT or null, "error": TEXT or null}

where "report" is what `s390memctl --json CMD` has said. Whatever happens to one of
them is told in its line, and the others go on; a host without guests is one line
without "report" and without "error". The exit status is 0 if all reports are
there, else 1. The default of CMD is the environment variable
S390MEMCTL_FLEET_COMMAND, else "triage"; S390MEMCTL names the program.
"""

import argparse
import datetime
import json
import os
import shlex
import socket
import subprocess
import sys

SECONDS = 120
KEYS = ("guest", "pid", "dump", "status", "report", "error")


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--command", default=os.environ.get("S390MEMCTL_FLEET_COMMAND", "triage"),
                        help="what to run, with its options: 'log -n 20'")  # fmt: skip
    parser.add_argument("--host", default=socket.gethostname(), help="name of this host in the lines")
    parser.add_argument("--timeout", type=float, default=SECONDS, help="seconds for each guest")
    parser.add_argument("dumps", nargs="*", metavar="DUMP", help="a dump, or a folder of them")
    return parser.parse_args()


def run(options, words, timeout):
    """Exit code, document and error of one run of s390memctl."""
    program = shlex.split(os.environ.get("S390MEMCTL", "s390memctl"))
    try:
        result = subprocess.run([*program, "--json", *options, *words], stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=timeout, check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, None, f"no answer within {timeout:g} seconds"
    except OSError as error:
        return None, None, f"{program[0]}: {error.strerror}"
    try:
        report = json.loads(result.stdout)
    except ValueError:
        lines = result.stderr.decode(errors="replace").strip().splitlines()
        return result.returncode, None, lines[-1] if lines else "no JSON document"
    error = report.get("error") if isinstance(report, dict) else None
    return result.returncode, report, error.get("message") if isinstance(error, dict) else None


def guests(timeout):
    """(options, facts) of each guest of this host; or why they cannot be listed."""
    status, report, error = run((), ("list",), timeout)
    if report is None or status not in (0, 1):
        return [], error or f"list: exit code {status}"
    return [(("-p", str(vmm["pid"])), {"guest": vmm.get("guest") or None, "pid": vmm["pid"]})
            for vmm in report.get("vmms", [])], None  # fmt: skip


def dumps(paths):
    """(options, facts) of each dump, in the order of their names."""
    for path in paths:
        found = [path]
        if os.path.isdir(path):
            found = sorted(entry.path for entry in os.scandir(path) if entry.is_file())
        for file in found:
            yield ("-d", file), {"dump": file}


def tell(host, facts):
    """One line."""
    taken = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = {"host": host, "taken": taken, **dict.fromkeys(KEYS), **facts}
    print(json.dumps(line), flush=True)


def main():
    args = arguments()
    failed, error = False, None
    targets = list(dumps(args.dumps))
    if not args.dumps:
        targets, error = guests(args.timeout)
    if not targets:
        tell(args.host, {"error": error})
        return 1 if error else 0
    for options, facts in targets:
        status, report, error = run(options, shlex.split(args.command), args.timeout)
        failed = failed or report is None or error is not None
        tell(args.host, {**facts, "status": status, "report": report, "error": error})
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
