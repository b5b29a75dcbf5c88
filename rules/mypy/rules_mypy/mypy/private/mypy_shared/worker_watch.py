# SPDX-License-Identifier: Apache-2.0
"""What a server has to know of its own process: whether its program still is what it runs, and how
much memory it takes.

The one invariant: a file is noted before the process may have used what is in it for an answer.
"""

import os
import sys
import time
from typing import Dict, Iterable, Optional, Tuple

Signature = Optional[Tuple[int, int, int]]

# Files are looked at again after this time, in seconds: a build has many requests a second.
LOOK_INTERVAL = 1.0


def signature(path: str) -> Signature:
    """What changes when a file does; None: there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class ProgramWatch:
    """The files of the program: the interpreter's, and those of all modules that it has imported."""

    def __init__(self) -> None:
        self.known: Dict[str, Signature] = {}
        self.modules = 0
        self.last_look = time.monotonic()
        self.extend()

    def extend(self) -> None:
        """Notes what was imported meanwhile: mypy, its plugins."""
        if len(sys.modules) == self.modules:
            return
        self.modules = len(sys.modules)
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        for path in [sys.executable, *files]:
            if path and path not in self.known:
                self.known[path] = signature(path)

    def changed(self) -> bool:
        now = time.monotonic()
        if now - self.last_look < LOOK_INTERVAL:
            return False
        self.last_look = now
        return any(signature(path) != known for path, known in self.known.items())


def memory_in_use(children: Iterable[int]) -> int:
    """Bytes of this process and its forks, what they share counted once."""
    processes = ["self", *map(str, children)]
    # Resident sizes count shared pages again and again: an upper bound, and cheap.
    return sum(proportional_size(process) for process in processes)


def proportional_size(process: str) -> int:
    try:
        with open(f"/proc/{process}/smaps_rollup") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass  # it has ended
    return 0
