# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes that never outlive the bed."""

import ctypes
import signal
import subprocess

PR_SET_PDEATHSIG = 1  # prctl(2)


def child_options():
    """Arguments of Popen: the child has its own session, so that a terminal's
    Ctrl-C reaches only us, and is killed when we are."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def die_with_parent():
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return {"start_new_session": True, "preexec_fn": die_with_parent}


def stop_process(process):
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
