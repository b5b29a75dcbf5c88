# SPDX-License-Identifier: Apache-2.0
"""What a process takes: CPU time (user + system) with start-up, wall time, peak memory. All drivers measure by this."""

import atexit
import dataclasses
import functools
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from typing import Dict, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass
class Run:
    """One process, reaped."""

    cpu: float
    wall: float
    peak_mib: float
    status: int
    output: str


def scratch_folder() -> str:
    """A folder that goes with this process."""
    folder = tempfile.mkdtemp(prefix="starmypy-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def compiled(source: str) -> str:
    """The program that a C file of this folder is."""
    program = os.path.join(scratch_folder(), "program")
    subprocess.check_call(["cc", "-O2", "-o", program, os.path.join(HERE, source)])
    return program


@functools.lru_cache(maxsize=None)
def launcher() -> str:
    return compiled("launch.c")


def run_once(argv: List[str], timeout: float) -> Run:
    """Runs argv to its end, or kills it after timeout seconds. Its two outputs are one."""
    report, write = os.pipe()
    with tempfile.TemporaryFile() as out, os.fdopen(report) as lines:
        start = time.monotonic()
        child = subprocess.Popen(
            [launcher(), str(write), *argv],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=[write],
            start_new_session=True,
        )
        os.close(write)
        try:
            child.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        wall = time.monotonic() - start
        told = lines.read().split()
        out.seek(0)
        text = out.read().decode("utf-8", "replace").strip()
    if not told:
        return Run(wall, wall, 0, 124, text + "\nno end within %g s" % timeout)
    status = os.waitstatus_to_exitcode(int(told[2]))
    return Run(float(told[0]), wall, int(told[1]) / 1024, status, text)


def implementations(specs: List[str]) -> List[Tuple[str, str]]:
    """The (name, command) of each NAME=COMMAND."""
    pairs = [(name, command) for name, _, command in (spec.partition("=") for spec in specs)]
    for name, command in pairs:
        if not command:
            raise SystemExit("--impl wants NAME=COMMAND, not " + name)
    return pairs


def words_of(command: str, values: Dict[str, str], default: str) -> List[str]:
    """A command as words, each {KEY} replaced; one that has none gets the default's value appended."""
    words = shlex.split(command)
    keys = ["{%s}" % key for key in values]
    if not any(key in word for word in words for key in keys):
        words.append("{%s}" % default)
    for key, value in values.items():
        words = [word.replace("{%s}" % key, value) for word in words]
    return words
