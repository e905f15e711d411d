# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes that never outlive the bed."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1  # prctl(2)


def child_options():
    """Arguments of Popen: the child has its own session, so that a terminal's
    Ctrl-C reaches only us, and is killed when we are."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def die_with_parent():
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return {"start_new_session": True, "preexec_fn": die_with_parent}


def stop_process(process):
    """Nothing of a machine is worth an orderly end."""
    process.kill()
    process.wait()
