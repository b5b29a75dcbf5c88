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
minimum, the median and the peak of the memory in MiB, and in brackets the ratio
to the first implementation, the median of the per-round ratios: above 1 is slower.
Outputs are compared with the first implementation's. Only the standard library
is used, and a C compiler.
"""

import argparse
import dataclasses
import fnmatch
import json
import math
import os
import statistics
import sys
from typing import Any, Dict, List, Optional, Tuple

from process import HERE, Run, implementations, run_once, words_of


@dataclasses.dataclass
class Cell:
    """What one implementation did on one program."""

    runs: List[Run] = dataclasses.field(default_factory=list)
    failure: str = ""

    def times(self, wall: bool) -> List[float]:
        return [run.wall if wall else run.cpu for run in self.runs]


def command(template: str, path: str) -> Optional[List[str]]:
    """The argv for one program, or None if the implementation has no such file."""
    name = os.path.splitext(os.path.basename(path))[0]
    argv = words_of(template, {"file": path, "name": name}, "file")
    words = words_of(template, {"file": path}, "file")
    for word, replaced in zip(words, argv):
        if "{name}" in word and not os.path.exists(replaced):
            return None
    return argv


def run_rounds(
    path: str, measured: List[Tuple[str, str]], rounds: int, timeout: float
) -> Dict[str, Cell]:
    """All implementations in turn, rounds times; one that failed is not run again."""
    cells = {name: Cell() for name, _ in measured}
    for _ in range(rounds):
        for name, template in measured:
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
    """Prints a row per program as it comes, and keeps what the closing rows and --json need."""

    def __init__(self, names: List[str], rounds: int, wall: bool, markdown: bool) -> None:
        self.names = names
        self.wall = wall
        self.markdown = markdown
        self.width = max([26] + [len(name) + 1 for name in names])
        self.ratios: Dict[str, Dict[str, float]] = {name: {} for name in names}
        self.results: Dict[str, Dict[str, Any]] = {}
        self.differing = 0
        clock = "wall" if wall else "CPU"
        print("%s seconds of %d rounds: minimum, median; peak MiB; (ratio)" % (clock, rounds))
        self.print_row("benchmark", names)
        if markdown:
            print("|---|" + "--:|" * len(names))

    def print_row(self, title: str, texts: List[str]) -> None:
        if self.markdown:
            print("| %s | %s |" % (title, " | ".join(texts)), flush=True)
        else:
            print("%-16s" % title + "".join(text.rjust(self.width) for text in texts), flush=True)

    def add(self, program: str, cells: Dict[str, Cell]) -> None:
        self.results[program] = {}
        self.print_row(program, [self.cell_text(program, name, cells) for name in self.names])
        for name, cell in cells.items():
            if cell.failure and not self.markdown:
                print("    %s: %s" % (name, cell.failure.replace("\n", " | ")))

    def cell_text(self, program: str, name: str, cells: Dict[str, Cell]) -> str:
        base, cell = cells[self.names[0]], cells[name]
        if cell.failure or not cell.runs:
            return "failed" if cell.failure else "-"
        times = cell.times(self.wall)
        median, peak = statistics.median(times), max(run.peak_mib for run in cell.runs)
        ratio = ratio_to(base, cell, self.wall)
        # A program that only starts and ends says nothing about the interpreter.
        if ratio and program != "empty":
            self.ratios[name][program] = ratio
        differs = bool(base.runs) and cell.runs[-1].output != base.runs[-1].output
        self.differing += differs
        self.results[program][name] = {
            "cpu": [run.cpu for run in cell.runs],
            "wall": [run.wall for run in cell.runs],
            "peak_mib": peak,
            "median": median,
            "ratio": ratio,
        }
        text = "%.3f %.3f %.0f" % (min(times), median, peak) + "!" * differs
        return text if name == self.names[0] else "%s (%.2f)" % (text, ratio or float("nan"))

    def print_means(self, title: str, without: List[str]) -> None:
        texts = []
        for name in self.names:
            ratios = [r for program, r in self.ratios[name].items() if program not in without]
            texts.append("(%.3f) n=%d" % (geometric_mean(ratios), len(ratios)))
        self.print_row(title, texts)

    def close(self, without: List[str]) -> None:
        self.print_means("geometric mean", [])
        if without:
            self.print_means("without " + ", ".join(without), without)
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
    parser.add_argument(
        "--without", action="append", default=[], help="a second mean that leaves this program out"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--json", metavar="FILE", help="also write every figure here")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    measured = implementations(arguments.impl)
    patterns = arguments.only.split(",")
    programs = sorted(
        file[: -len(".star")]
        for file in os.listdir(arguments.dir)
        if file.endswith(".star") and any(fnmatch.fnmatch(file[:-5], p) for p in patterns)
    )
    names = [name for name, _ in measured]
    table = Table(names, arguments.rounds, arguments.wall, arguments.markdown)
    failed = 0
    for program in programs:
        path = os.path.join(arguments.dir, program + ".star")
        cells = run_rounds(path, measured, arguments.rounds, arguments.timeout)
        table.add(program, cells)
        failed += bool(cells[table.names[0]].failure)
    table.close(arguments.without)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(table.results, file, indent=1, sort_keys=True)
    return 1 if failed or table.differing else 0


if __name__ == "__main__":
    sys.exit(main())
