# SPDX-License-Identifier: GPL-3.0-or-later
"""vmlinux by debuginfod: from a server that has it, one that has not, one that
stalls, one that sends garbage."""

import http.server
import os
import signal
import subprocess
import tempfile
import threading
import time

STRIP = "s390x-linux-gnu-strip"
QUICK = 10  # seconds in which a time-out of one second and a Ctrl-C have to be over


class Server(http.server.ThreadingHTTPServer):
    """Serves one file as the debugging information of one build id."""

    daemon_threads = True

    def __init__(self, path, number, mode):
        super().__init__(("127.0.0.1", 0), Handler)
        self.path, self.number, self.mode = path, number, mode
        self.asked = threading.Event()
        self.over = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.shutdown()
        self.server_close()

    def environment(self, cache):
        return {
            "DEBUGINFOD_URLS": f"http://127.0.0.1:{self.server_address[1]}",
            "DEBUGINFOD_CACHE_PATH": cache,
        }


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.set()
        if self.server.mode == "stall":
            self.server.over.wait()
            return
        if self.path != f"/buildid/{self.server.number}/debuginfo" or self.server.mode == "none":
            self.send_error(404)
            return
        if self.server.mode == "garbage":
            data = b"<html>no ELF file</html>" * 1000
        else:
            with open(self.server.path, "rb") as file:
                data = file.read()
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def ask(program, linux, env, *options):
    ways = linux.sources("ELF")["ELF"]
    return subprocess.run(
        [program, *ways, "--debuginfod", *options, "info"], env=dict(os.environ, **env),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def interrupt(program, linux, server, env):
    """Seconds that a Ctrl-C takes, and the exit status; background jobs ignore it, if they may."""
    ways = linux.sources("ELF")["ELF"]
    process = subprocess.Popen(
        [program, *ways, "--debuginfod", "info"], env=dict(os.environ, **env),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    server.asked.wait(30)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    status = process.wait(60)
    return time.monotonic() - begin, status


def run(tap, program, linux, vmlinux, number):
    name = f"Linux {linux.version}, debuginfod"
    features = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    if "debuginfod yes" not in features.stdout:
        tap.skip(name, "built without libdebuginfod")
        return
    small = os.path.join(linux.directory, "vmlinux-small")
    subprocess.run([STRIP, "--strip-debug", "-o", small, vmlinux], check=True)
    with tempfile.TemporaryDirectory(dir=linux.directory) as cache:
        with Server(small, number, "good") as server:
            result = ask(program, linux, server.environment(cache))
            tap.test(
                result.returncode == 0 and f"kernel symbols         {cache}" in result.stdout,
                f"{name}: vmlinux is fetched", result.stdout, result.stderr,
            )  # fmt: skip
    for mode, text in (("none", "debuginfod: "), ("garbage", ""), ("stall", "within 1 s")):
        with tempfile.TemporaryDirectory(dir=linux.directory) as cache:
            with Server(small, number, mode) as server:
                begin = time.monotonic()
                result = ask(program, linux, server.environment(cache), "--debuginfod-timeout", "1")
                took = time.monotonic() - begin
                tap.test(
                    result.returncode == 0 and text in result.stderr and took < QUICK
                    and "kallsyms of the guest" in result.stdout,
                    f"{name}: {mode}", took, result.stdout, result.stderr,
                )  # fmt: skip
    with tempfile.TemporaryDirectory(dir=linux.directory) as cache:
        with Server(small, number, "stall") as server:
            took, status = interrupt(program, linux, server, server.environment(cache))
            tap.test(took < QUICK and status == 130, f"{name}: Ctrl-C", took, status)
    result = ask(program, linux, {"DEBUGINFOD_URLS": "", "HOME": linux.directory})
    tap.test(
        result.returncode == 0 and "no debuginfod server" in result.stderr,
        f"{name}: no server", result.stdout, result.stderr,
    )  # fmt: skip
