# SPDX-License-Identifier: Apache-2.0
"""What all kinds of tests share: what a test is, and how a program is run for one."""

import dataclasses
import difflib
import os
import signal
import subprocess
from typing import Callable, Dict, List, Optional

# Every folder named below tests/ is relative to this one.
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Long enough for a sanitizer's build on a busy machine.
TIMEOUT = 300


@dataclasses.dataclass
class Settings:
    """Where the things under test are, and what was asked for."""

    build: str  # the folder that holds the program, absolute
    update: bool  # rewrite goldens instead of comparing with them
    environment: Dict[str, str]  # for every child process

    @property
    def program(self) -> str:
        return os.path.join(self.build, "starmypy")


@dataclasses.dataclass
class Result:
    """One count of the closing line: failed with a detail, skipped with a reason, or passed."""

    name: str
    failure: Optional[str] = None
    skipped: Optional[str] = None


@dataclasses.dataclass
class Test:
    """A unit of work; most yield one result."""

    name: str
    run: Callable[[], List[Result]]


@dataclasses.dataclass
class Output:
    status: int
    stdout: str
    stderr: str

    def text(self) -> str:
        """All of it, for a failure's detail."""
        return self.stdout + self.stderr + "exit status %d\n" % self.status


def execute(
    command: List[str],
    environment: Dict[str, str],
    folder: Optional[str] = None,
    timeout: int = TIMEOUT,
) -> Output:
    """Runs a command to its end; one that takes too long is killed with all that it started."""
    try:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return Output(127, "", "%s\n" % error)
    with child:
        try:
            stdout, stderr = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            stdout, stderr = child.communicate()
            stderr += b"no end within %d s\n" % timeout
    return Output(
        child.returncode,
        stdout.decode("utf-8", "backslashreplace"),
        stderr.decode("utf-8", "backslashreplace"),
    )


def difference(name: str, want: str, got: str) -> str:
    """A unified diff, empty if both are the same."""
    lines = difflib.unified_diff(
        want.splitlines(), got.splitlines(), name + " (golden)", name + " (got)", lineterm=""
    )
    text = "\n".join(lines)
    if not text and want != got:
        return "%s: the closing newline differs\n" % name
    return text + "\n" if text else ""


def entries(kind: str, suffix: str) -> List[str]:
    """The names in tests/KIND that end with suffix, sorted."""
    folder = os.path.join(TESTS, kind)
    if not os.path.isdir(folder):
        return []
    return sorted(name for name in os.listdir(folder) if name.endswith(suffix))
