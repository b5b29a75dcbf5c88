# SPDX-License-Identifier: Apache-2.0
"""What a command costs, with everything that it starts: children, and servers that outlive it.

The one invariant: every process that a measured command starts stays below this one, because this one adopts orphans
(prctl's child subreaper). Its CPU time is then either in the account of reaped children or readable in /proc.
"""

import ctypes
import dataclasses
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence

PR_SET_CHILD_SUBREAPER = 36
TICK = 1 / os.sysconf("SC_CLK_TCK")
QUIET = 0.15  # seconds in which a server must have used no CPU to count as idle
TIMEOUT = 3600


@dataclasses.dataclass
class Run:
    """One command, and what it cost until everything that it started had ended or was idle."""

    status: int
    output: str
    cpu: float
    server_cpu: float  # the part of processes that outlive the command, and of their children
    wall: float  # until the command itself ended
    peak_mib: Optional[float] = None  # of all processes together, shared pages counted once

    def checked(self, *statuses: int) -> "Run":
        if self.status not in statuses:
            raise RuntimeError("exit status %d:\n%s" % (self.status, self.output[-4000:]))
        return self


def adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def stat_fields(process: int) -> Optional[List[str]]:
    """The fields of /proc/PID/stat from the third on; None for a process that has gone."""
    try:
        text = Path("/proc/%d/stat" % process).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def descendants() -> Dict[int, List[str]]:
    """All processes below this one, with their fields."""
    processes = {
        int(name): fields
        for name in os.listdir("/proc")
        if name.isdigit()
        for fields in [stat_fields(int(name))]
        if fields
    }
    children: Dict[int, List[int]] = {}
    for process, fields in processes.items():
        children.setdefault(int(fields[1]), []).append(process)
    found: Dict[int, List[str]] = {}
    waiting = [os.getpid()]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found[child] = processes[child]
            waiting.append(child)
    return found


def reap_orphans() -> None:
    """Only to be called while no child of this process is waited for."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Spent(NamedTuple):
    """CPU seconds of everything that was ever below this process."""

    ended: float
    alive: float

    @property
    def total(self) -> float:
        return self.ended + self.alive


def spent() -> Spent:
    reap_orphans()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    # utime, stime, cutime, cstime
    alive = sum(sum(map(int, fields[11:15])) for fields in descendants().values())
    return Spent(usage.ru_utime + usage.ru_stime, alive * TICK)


def settled() -> Spent:
    """What was spent so far, once what is left running has become idle."""
    before = spent()
    while descendants():
        time.sleep(QUIET)
        now = spent()
        if now.total - before.total < 2 * TICK:
            return now
        before = now
    return before


def proportional_kib(process: int) -> int:
    """Memory of a process, each shared page divided among those that share it."""
    try:
        with open("/proc/%d/smaps_rollup" % process, encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


class PeakMemory:
    """Samples the memory of all descendants; it costs time itself, so not in a timed run."""

    def __init__(self, period: float = 0.05) -> None:
        self.peak_kib = 0
        self.period = period
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.sample)

    def sample(self) -> None:
        while not self.over.wait(self.period):
            self.peak_kib = max(self.peak_kib, sum(map(proportional_kib, descendants())))

    def __enter__(self) -> "PeakMemory":
        self.thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self.over.set()
        self.thread.join()


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Runs a command to its end, and waits until its servers are idle."""
    before = spent()
    start = time.monotonic()
    # A file, not a pipe: a server that keeps its standard output must not keep this waiting.
    with tempfile.TemporaryFile() as output:
        process = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=TIMEOUT,
        )
        wall = time.monotonic() - start
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    after = settled()
    cpu = after.total - before.total
    # A server that ended meanwhile is among the reaped ones now.
    return Run(process.returncode, text, cpu, max(0.0, after.alive - before.alive), wall)


def run_for_memory(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    with PeakMemory() as memory:
        result = run(command, folder, environment)
    return dataclasses.replace(result, peak_mib=memory.peak_kib / 1024)


def end_descendants() -> None:
    """Ends what is left running below this process: servers that were not told to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in descendants():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass
        end = time.monotonic() + 2
        while descendants() and time.monotonic() < end:
            reap_orphans()
            time.sleep(0.02)
