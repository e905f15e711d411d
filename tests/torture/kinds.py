# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to s390memctl and to the VMM under it while they work. Each kind makes rounds, and
checks after each that the VMM and its guest are unharmed."""

import os
import random
import shutil
import signal
import subprocess
import time

from bed import Busy, Cgroup, ExecVmm, PageOut, Storm, address_space_limit
from tool import HELD, LARGE, SMALL, STEPS, spread
from vmm import Failure, scratch_count, threads, wait_for

NAMESPACES = ("/usr/bin/unshare", "-U", "-r", "-m", "--")
NOBODY = ("/usr/bin/setpriv", "--reuid=nobody", "--clear-groups", "--")


class Span:
    """How long something takes, on a machine whose load changes: less if it has ended by
    itself before the chosen instant, more if it has not."""

    def __init__(self, seconds):
        self.seconds = seconds

    def instant(self):
        """At random."""
        return random.uniform(0, self.seconds)

    def learn(self, landed):
        """Whether that was before the end; returned."""
        self.seconds *= 1.01 if landed else 0.95
        return landed


def random_kills(bed, rounds):
    """SIGKILL at random instants of a whole run"""
    span = Span(bed.tool.span(bed.guest))
    for i in range(rounds):
        run = bed.tool.start(bed.guest, i % bed.guest.cpus, SMALL if i % 3 else LARGE)
        time.sleep(span.instant())
        bed.landed += span.learn(run.kill())
        bed.guest.check_unharmed()


def step_kills(bed, rounds):
    """SIGKILL exactly at each step"""
    _kills_of(bed, bed.guest, rounds, 0)


def _injection_spans(bed):
    """Of an injection from its first step: with SMALL, with LARGE."""
    spans = {}
    for size in (SMALL, LARGE):
        began = 0
        for _ in range(5):
            run = bed.tool.at_step(bed.guest, "attach", 1, 0, size)
            began -= time.monotonic()
            run.signal(signal.SIGCONT)
            run.finish()
            began += time.monotonic()
        spans[size] = Span(began / 5)
    return spans


def _within_injection(bed, span, size, cpu):
    """A run at a random instant of its injection."""
    run = bed.tool.at_step(bed.guest, "attach", 1, cpu, size)
    until = time.monotonic() + span.instant()
    run.signal(signal.SIGCONT)
    while time.monotonic() < until:
        pass
    return run


def near_kills(bed, rounds):
    """SIGKILL at random instants of an injection"""
    spans = _injection_spans(bed)
    for i in range(rounds):
        size = random.choice((SMALL, LARGE))
        run = _within_injection(bed, spans[size], size, i % bed.guest.cpus)
        bed.landed += spans[size].learn(run.kill())
        bed.guest.check_unharmed()


def signals(bed, rounds):
    """SIGINT and SIGTERM at each step and at random instants: scratch memory goes, too"""
    whole = Span(bed.tool.span(bed.guest))
    spans = _injection_spans(bed)
    for i in range(rounds):
        step = spread(i // 3)
        number = signal.SIGINT if (i + i // (3 * len(STEPS))) % 2 else signal.SIGTERM
        cpu = i // 3 % bed.guest.cpus
        size = random.choice((SMALL, LARGE))
        if i % 3 == 0:
            span = None
            run = bed.tool.at_some_step(bed.guest, step, cpu)
            run.signal(number)
            run.signal(signal.SIGCONT)
        elif i % 3 == 1:
            span = spans[size]
            run = _within_injection(bed, span, size, cpu)
            run.signal(number)
        else:
            span = whole
            run = bed.tool.start(bed.guest, cpu, LARGE)
            time.sleep(span.instant())
            run.signal(number)
        landed = run.ended_by(number)
        bed.landed += span.learn(landed) if span else landed
        bed.guest.check_unharmed(0)


def _several(bed, cpus):
    """Processes at the same time; half of them are killed."""
    runs = [bed.tool.start(bed.guest, cpu, LARGE if i % 2 else SMALL) for i, cpu in enumerate(cpus)]
    time.sleep(random.uniform(0, 0.03))
    for run in runs[::2]:
        bed.landed += run.kill()
    for run in runs[1::2]:
        run.finish()
    bed.guest.check_unharmed(len(cpus))


def same_cpu(bed, rounds):
    """Four processes on the same vCPU, two of them killed"""
    for i in range(rounds):
        _several(bed, [i % bed.guest.cpus] * 4)
        bed.settle()


def different_cpus(bed, rounds):
    """Four processes on different vCPUs, two of them killed"""
    for _ in range(rounds):
        _several(bed, random.sample(range(bed.guest.cpus), 4))
        bed.settle()


def one_held(bed, rounds):
    """One process stands at each step, and another wants the same vCPU, is killed or not"""
    for i in range(rounds):
        cpu = i % bed.guest.cpus
        first = bed.tool.at_some_step(bed.guest, spread(i, 4, HELD), cpu)
        second = bed.tool.start(bed.guest, cpu)
        time.sleep(random.uniform(0, 0.05))
        if i % 2:
            bed.landed += second.kill()
            bed.landed += first.kill()
        else:
            bed.landed += first.kill()
            second.finish()
        bed.guest.check_unharmed()


def other_tracer(bed, rounds):
    """strace on the vCPU's thread already, or wanting it while it stands; gdb on the VMM"""
    if not shutil.which("strace"):
        return bed.skip("no strace here")
    for i in range(rounds):
        cpu = i % bed.guest.cpus
        tid = bed.vcpu_thread(cpu)
        strace = ["strace", "-qq", "-e", "trace=none", "-p", str(tid)]
        gdb = ["gdb", "-q", "-batch", "-p", str(bed.guest.pid), "-ex", "shell read line"]
        if i % 4 == 2:
            run = bed.tool.at_step(bed.guest, spread(i // 4, 1, HELD), 1, cpu)
            done = subprocess.run(strace, capture_output=True, timeout=30, check=False)
            if done.returncode == 0:
                raise Failure("strace got a thread that is traced")
            bed.landed += run.kill()
        else:
            with_gdb = i % 4 == 3 and shutil.which("gdb")
            _beside(bed, gdb if with_gdb else strace, tid, cpu, i // 4 % 2)
        bed.guest.check_unharmed()
    return None


def _beside(bed, command, tid, cpu, kill):
    """A run while another tracer has the thread, which it keeps."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as tracer:
        try:
            wait_for(60, "the other tracer does not come",
                     lambda: bed.tracer_of(tid) == tracer.pid)
            run = bed.tool.start(bed.guest, cpu)
            if kill:
                time.sleep(random.uniform(0, 0.05))
                bed.landed += run.kill()
            else:
                run.finish(4, str(tracer.pid))
            if bed.tracer_of(tid) != tracer.pid:
                raise Failure("the other tracer has lost its thread")
        finally:
            tracer.stdin.close()  # gdb leaves
            if command[0] == "strace":
                tracer.terminate()
            tracer.wait(60)


def stopped_vmm(bed, rounds):
    """SIGKILL at each step while the VMM is under SIGSTOP, which it stays"""
    for i in range(rounds):
        os.kill(bed.guest.pid, signal.SIGSTOP)
        try:
            wait_for(10, "SIGSTOP does not stop the VMM", bed.guest.stands)
            run = bed.tool.at_some_step(bed.guest, spread(i, 4, HELD), i % bed.guest.cpus)
            if i % 2:
                os.kill(bed.guest.pid, signal.SIGCONT)
                os.kill(bed.guest.pid, signal.SIGSTOP)
            bed.landed += run.kill()
            if not bed.guest.untraced():
                raise Failure("a thread is traced")
            wait_for(10, "the VMM does not stay stopped", bed.guest.stands)
        finally:
            os.kill(bed.guest.pid, signal.SIGCONT)
        bed.guest.check_unharmed()


def vmm_stops(bed, rounds):
    """SIGSTOP comes to the VMM at each step, and the run goes on or is killed"""
    for i in range(rounds):
        run = bed.tool.at_some_step(bed.guest, spread(i, 4, HELD), i % bed.guest.cpus)
        os.kill(bed.guest.pid, signal.SIGSTOP)
        try:
            if i % 2:
                bed.landed += run.kill()
            else:
                run.signal(signal.SIGCONT)
                run.finish()
            wait_for(10, "the VMM is not stopped", bed.guest.stands)
        finally:
            os.kill(bed.guest.pid, signal.SIGCONT)
        bed.guest.check_unharmed()


def frozen(bed, rounds):
    """The VMM is frozen by its cgroup: nothing is left in it that comes when it is thawed"""
    if not Cgroup.root():
        return bed.skip("no cgroups here, or not for us")
    with Cgroup(bed.guest.pid) as group:
        for i in range(rounds):
            group.freeze()
            wait_for(10, "the VMM is not frozen", group.is_frozen)
            step = ("going", "stopped", None, "going")[i % 4]
            cpu = i % bed.guest.cpus
            if step:
                run = bed.tool.at_step(bed.guest, step, 1, cpu, SMALL)
            else:
                run = bed.tool.start(bed.guest, cpu, LARGE if i // 4 % 2 else SMALL)
            if i % 4 == 0:
                bed.landed += run.kill()
            elif i % 4 == 1:
                run.signal(signal.SIGCONT)
                group.thaw()
                run.finish()
            else:
                run.signal(signal.SIGCONT)
                run.finish(4, "did not run for 5000 ms")
            group.thaw()
            bed.guest.check_unharmed()
    return None


def registers(bed, rounds):
    """SIGKILL at each step: a VMM compares all registers of its thread"""
    with ExecVmm(bed.folder) as vmm:
        bed.tool.first_runs(vmm)
        for i in range(rounds):
            bed.landed += bed.tool.at_some_step(vmm, spread(i, 2, STEPS[:-1])).kill()
            vmm.check_free()
            vmm.check_counts()
            vmm.check_same()
        bed.settle(vmm)


def vmm_exits(bed, rounds):
    """The VMM is killed at each step: s390memctl says so, and nothing holds up its end"""
    for i in range(rounds):
        with ExecVmm(bed.folder) as vmm:
            run = bed.tool.at_some_step(vmm, spread(i, 7))
            vmm.kill_only()
            if i % 3 == 2:
                bed.landed += run.kill()
            else:
                time.sleep(random.choice((0, 0.005, 0.02)))
                run.signal(signal.SIGCONT)
                if run.wait(20) != 4:
                    raise Failure("at step %s: %s" % (spread(i, 7), run.text()))
                run.text()
            vmm.reaped()


def vmm_execs(bed, rounds):
    """The VMM replaces its program at each step: the new one has all to itself"""
    with ExecVmm(bed.folder) as vmm:
        vmm.execute()
        vmm.ready()
        vmm.remember()
        for i in range(rounds):
            step = spread(i, 3)
            run = bed.tool.at_some_step(vmm, step)
            old = set(threads(vmm.pid))
            vmm.execute()
            if step in HELD:
                vmm.is_ending(old)
            if i % 3 == 2:
                bed.landed += run.kill()
            else:
                run.signal(signal.SIGCONT)
                run.wait(30)
                run.text()
            try:
                vmm.ready()
                vmm.check_free()
                vmm.check_counts()
                vmm.check_same(signals=False)
                if scratch_count(vmm.pid):
                    raise Failure("scratch memory in the new program")
            except Failure as failure:
                raise Failure("step %s: %s" % (step, failure)) from failure


def hotplug(bed, rounds):
    """A vCPU is unplugged at each step; QEMU takes no number twice, so with guests of its own"""
    done = 0
    while done < rounds:
        with bed.own_guest() as guest:
            for cpu in range(4, min(8, 4 + rounds - done)):
                guest.plug(cpu)
                guest.remember()
                run = bed.tool.at_some_step(guest, spread(done, 6, HELD), cpu)
                guest.unplug(cpu)
                time.sleep(0.3)  # until the guest has come to it
                if done % 2:
                    bed.landed += run.kill()
                else:
                    run.signal(signal.SIGCONT)
                    run.wait()
                    run.text()
                wait_for(30, "the vCPU is not unplugged", lambda guest=guest: guest.plugged() == 4)
                guest.check_unharmed()
                done += 1
            bed.settle(guest)


def pressure(bed, rounds):
    """The VMM's pages are taken away, it may map no more, and both CPUs are busy; SIGKILLs"""
    with Busy(4), PageOut(bed.guest), address_space_limit(bed.guest.pid):
        for i in range(rounds):
            if i % 8 == 0:
                bed.tool.clean(bed.guest, i // 8 % bed.guest.cpus)
            run = bed.tool.at_step(bed.guest, "attach", 1, i % bed.guest.cpus, SMALL)
            run.signal(signal.SIGCONT)
            time.sleep(random.uniform(0, 0.002))
            bed.landed += run.kill()
            bed.guest.check_unharmed()


def storm(bed, rounds):
    """The VMM's signal to its vCPUs comes all the time; SIGKILLs, and runs to the end"""
    with Storm(bed.guest) as kicks:
        for i in range(rounds):
            run = bed.tool.at_step(bed.guest, "attach", 1, i % bed.guest.cpus, SMALL)
            run.signal(signal.SIGCONT)
            if i % 4:
                time.sleep(random.uniform(0, 0.002))
                bed.landed += run.kill()
            else:
                run.finish()
            bed.guest.check_unharmed()
    bed.note("%d times all vCPUs were kicked" % kicks.count)


def container(bed, rounds):
    """The VMM in a user and a mount namespace of its own; SIGKILLs"""
    if not _works(*NAMESPACES, "true"):
        return bed.skip("no user namespaces here")
    with bed.own_guest(wrapper=NAMESPACES) as guest:
        bed.tool.first_runs(guest)
        _kills_of(bed, guest, rounds, 5)
    return None


def inside_container(bed, rounds):
    """s390memctl in a user and a mount namespace: refused, and nothing happens"""
    if not _works(*NAMESPACES, "true"):
        return bed.skip("no user namespaces here")
    return _refused(bed, rounds, NAMESPACES, "CAP_SYS_PTRACE")


def other_user(bed, rounds):
    """The VMM of another user; SIGKILLs"""
    if os.geteuid() != 0:
        return bed.skip("not root")
    with bed.own_guest(options=("-runas", "nobody")) as guest:
        if bed.user_of(guest.pid) != "nobody":
            raise Failure("QEMU did not change its user")
        bed.tool.first_runs(guest)
        _kills_of(bed, guest, rounds, 8)
    return None


def as_other_user(bed, rounds):
    """s390memctl as another user than the VMM's: refused, and nothing happens"""
    if not _works(*NOBODY, "test", "-x", bed.tool.plain):
        return bed.skip("another user cannot run it")
    return _refused(bed, rounds, NOBODY, "ermission denied")


def _works(*command):
    """It ends well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _refused(bed, rounds, wrapper, reason):
    for i in range(rounds):
        bed.tool.start(bed.guest, i % bed.guest.cpus, SMALL, wrapper).finish(4, reason)
        bed.guest.check_unharmed(0)


def _kills_of(bed, guest, rounds, first):
    """SIGKILL exactly at each step."""
    for i in range(rounds):
        step = spread(i, first)
        if step == "mapped" and scratch_count(guest.pid):
            bed.tool.clean(guest)
        run = bed.tool.at_some_step(guest, step, (i + i // len(STEPS)) % guest.cpus)
        bed.landed += run.kill()
        guest.check_unharmed()
    bed.settle(guest)
    guest.check_unharmed(0)


# kind, which part of ROUNDS it gets
KINDS = (
    (random_kills, 0.2), (step_kills, 0.35), (near_kills, 0.45), (signals, 1),
    (same_cpu, 0.02), (different_cpus, 0.02), (one_held, 0.05), (other_tracer, 0.03),
    (stopped_vmm, 0.1), (vmm_stops, 0.1), (frozen, 0.002), (registers, 0.1), (vmm_exits, 0.1),
    (vmm_execs, 0.1), (hotplug, 0.01),
    (pressure, 0.05), (storm, 0.1), (container, 0.05), (inside_container, 0.01),
    (other_user, 0.05), (as_other_user, 0.01),
)
# those that kill at a step
EXACT = (step_kills, one_held, stopped_vmm, vmm_stops, registers, vmm_exits, vmm_execs, hotplug,
         container, other_user)
# those of random instants, which are nothing if all come too late
MUST_LAND = (random_kills, near_kills, signals, pressure, storm)
