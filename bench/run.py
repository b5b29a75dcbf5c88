#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare Starlark implementations on the programs under starlark/.

  run.py --impl us='build/starmypy {file}' --impl go='starlark {file}'

Each --impl is NAME=COMMAND. {file} is replaced by the program's path, {name} by
its base name without suffix; a command with neither gets the path appended. An
implementation may carry its own ports: if a word with {name} names a file that
does not exist after replacement (a Lua port, say), that cell is left empty.

Every benchmark is run on all implementations in turn, ROUNDS times (A B C A B C
...), so that drift of the machine's speed hits all of them alike. What counts
is the CPU time (user + system) of the whole process, start-up included, as the
operating system accounts for it when the child is reaped; the table shows the
median, and the ratio of each implementation to the first one is the median of
the per-round ratios. Outputs are compared with the first implementation's.
Peak memory cannot read below this driver's own (about 12 MiB).
Only the standard library is used.
"""

import argparse
import dataclasses
import fnmatch
import json
import math
import os
import shlex
import signal
import statistics
import sys
import tempfile
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass
class Run:
    """One process, reaped."""

    cpu: float
    wall: float
    peak_mib: float
    status: int
    output: str


@dataclasses.dataclass
class Cell:
    """What one implementation did on one program."""

    runs: List[Run] = dataclasses.field(default_factory=list)
    failure: str = ""

    def times(self, wall: bool) -> List[float]:
        return [run.wall if wall else run.cpu for run in self.runs]


def run_once(argv: List[str], timeout: float) -> Run:
    """Runs argv to its end, or kills it after timeout seconds."""
    with tempfile.TemporaryFile() as out:
        start = time.monotonic()
        pid = os.fork()
        if pid == 0:
            try:
                devnull = os.open(os.devnull, os.O_RDONLY)
                os.dup2(devnull, 0)
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
                os.execvp(argv[0], argv)
            except OSError as e:
                os.write(2, str(e).encode())
            finally:
                os._exit(127)
        timer = threading.Timer(timeout, os.kill, (pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(pid, 0)
        finally:
            timer.cancel()
        wall = time.monotonic() - start
        out.seek(0)
        text = out.read().decode("utf-8", "replace").strip()
    cpu = usage.ru_utime + usage.ru_stime
    return Run(cpu, wall, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), text)


def command(template: str, path: str) -> Optional[List[str]]:
    """The argv for one program, or None if the implementation has no such file."""
    name = os.path.splitext(os.path.basename(path))[0]
    words = shlex.split(template)
    if not any("{file}" in word or "{name}" in word for word in words):
        words.append("{file}")
    argv = [word.replace("{file}", path).replace("{name}", name) for word in words]
    for word, replaced in zip(words, argv):
        if "{name}" in word and not os.path.exists(replaced):
            return None
    return argv


def run_rounds(
    path: str, implementations: List[Tuple[str, str]], rounds: int, timeout: float
) -> Dict[str, Cell]:
    """All implementations in turn, rounds times; one that failed is not run again."""
    cells = {name: Cell() for name, _ in implementations}
    for _ in range(rounds):
        for name, template in implementations:
            argv = command(template, path)
            if argv is None or cells[name].failure:
                continue
            run = run_once(argv, timeout)
            if run.status != 0:
                cells[name].failure = "exit %d: %s" % (run.status, run.output[-200:])
            else:
                cells[name].runs.append(run)
    return cells


def ratio_to(base: Cell, cell: Cell, wall: bool) -> Optional[float]:
    """The median of the per-round ratios."""
    pairs = [a / b for a, b in zip(cell.times(wall), base.times(wall)) if b > 0]
    return statistics.median(pairs) if pairs else None


def geometric_mean(values: List[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


class Table:
    """Prints a row per program as it comes, and keeps what the closing row and --json need."""

    def __init__(self, names: List[str], rounds: int, wall: bool) -> None:
        self.names = names
        self.wall = wall
        self.width = max([8] + [len(name) + 1 for name in names]) + 9
        self.ratios: Dict[str, List[float]] = {name: [] for name in names}
        self.results: Dict[str, Dict[str, Any]] = {}
        self.differing = 0
        clock = "wall" if wall else "CPU"
        print(
            "median %s seconds of %d rounds; in brackets the median ratio to %s"
            % (clock, rounds, names[0])
        )
        self.print_row("benchmark", names)

    def print_row(self, title: str, texts: List[str]) -> None:
        print("%-16s" % title + "".join(text.rjust(self.width) for text in texts), flush=True)

    def add(self, program: str, cells: Dict[str, Cell]) -> None:
        self.results[program] = {}
        self.print_row(program, [self.cell_text(program, name, cells) for name in self.names])
        for name, cell in cells.items():
            if cell.failure:
                print("    %s: %s" % (name, cell.failure.replace("\n", " | ")))

    def cell_text(self, program: str, name: str, cells: Dict[str, Cell]) -> str:
        base, cell = cells[self.names[0]], cells[name]
        if cell.failure or not cell.runs:
            return "failed" if cell.failure else "-"
        median = statistics.median(cell.times(self.wall))
        ratio = ratio_to(base, cell, self.wall)
        # A program that only starts and ends says nothing about the interpreter.
        if ratio and program != "empty":
            self.ratios[name].append(ratio)
        differs = bool(base.runs) and cell.runs[-1].output != base.runs[-1].output
        self.differing += differs
        self.results[program][name] = {
            "cpu": [run.cpu for run in cell.runs],
            "wall": [run.wall for run in cell.runs],
            "peak_mib": max(run.peak_mib for run in cell.runs),
            "median": median,
            "ratio": ratio,
        }
        return "%.3f%s(%.2f)" % (median, "!" if differs else " ", ratio or float("nan"))

    def close(self) -> None:
        means = [
            "(%.3f) n=%d" % (geometric_mean(self.ratios[name]), len(self.ratios[name]))
            for name in self.names
        ]
        self.print_row("geometric mean", means)
        if self.differing:
            print("%d outputs marked ! differ from %s's" % (self.differing, self.names[0]))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--impl", action="append", required=True, metavar="NAME=CMD")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="*", help="comma-separated globs of program names")
    parser.add_argument("--dir", default=os.path.join(HERE, "starlark"))
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--wall", action="store_true", help="compare wall time, not CPU time")
    parser.add_argument("--json", metavar="FILE", help="also write every figure here")
    arguments = parser.parse_args()
    for spec in arguments.impl:
        if not spec.partition("=")[2]:
            parser.error("--impl wants NAME=CMD, not " + spec)
    return arguments


def main() -> int:
    arguments = parse_arguments()
    implementations = [
        (name, template) for name, _, template in (s.partition("=") for s in arguments.impl)
    ]
    patterns = arguments.only.split(",")
    programs = sorted(
        file[: -len(".star")]
        for file in os.listdir(arguments.dir)
        if file.endswith(".star") and any(fnmatch.fnmatch(file[:-5], p) for p in patterns)
    )
    table = Table([name for name, _ in implementations], arguments.rounds, arguments.wall)
    failed = 0
    for program in programs:
        path = os.path.join(arguments.dir, program + ".star")
        cells = run_rounds(path, implementations, arguments.rounds, arguments.timeout)
        table.add(program, cells)
        failed += bool(cells[table.names[0]].failure)
    table.close()
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(table.results, file, indent=1, sort_keys=True)
    return 1 if failed or table.differing else 0


if __name__ == "__main__":
    sys.exit(main())
