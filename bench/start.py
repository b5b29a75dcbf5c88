#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What it takes to start: an empty script, over a C program that does nothing, and a graph of modules.

  start.py --impl starmypy=build/starmypy --impl go='starlark {file}'

Each --impl is NAME=COMMAND; {file} is replaced by the script's path, {folder} by its folder's; the path is appended where
the command has neither. The commands take turns. Milliseconds of CPU of the whole process: minimum and median.
"""

import argparse
import os
import statistics
import subprocess
import sys
from typing import Dict, List, Tuple

from process import HERE, compiled, implementations, run_once, scratch_folder, words_of


def times_of(measured: List[Tuple[str, str]], script: str, rounds: int) -> Dict[str, List[float]]:
    times: Dict[str, List[float]] = {name: [] for name, _ in measured}
    for _ in range(rounds):
        for name, command in measured:
            values = {"file": script, "folder": os.path.dirname(script)}
            run = run_once(words_of(command, values, "file"), 60)
            if run.status == 0:
                times[name].append(1000 * run.cpu)
    return times


def show(title: str, times: Dict[str, List[float]], base: float) -> None:
    print("%-28s%10s%10s%14s" % (title, "minimum", "median", "over nothing"))
    for name, values in times.items():
        if not values:
            print("%-28s%10s" % (name, "failed"))
            continue
        least, median = min(values), statistics.median(values)
        print("%-28s%10.2f%10.2f%14.2f" % (name, least, median, least - base), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--impl", action="append", required=True, metavar="NAME=CMD")
    parser.add_argument("--rounds", type=int, default=5, help="of the graph; ten times that to start")
    parser.add_argument("--modules", type=int, default=2000)
    arguments = parser.parse_args()
    folder = scratch_folder()
    empty, graph = os.path.join(folder, "empty.star"), os.path.join(folder, "graph")
    with open(empty, "w", encoding="utf-8"):
        pass
    words = [sys.executable, os.path.join(HERE, "gen.py"), "chain", graph, str(arguments.modules)]
    subprocess.check_call(words)
    measured = implementations(arguments.impl)
    nothing = [("a C program", compiled("nothing.c"))]
    times = times_of(nothing + measured, empty, 10 * arguments.rounds)
    base = min(times[nothing[0][0]])
    show("empty script", times, base)
    times = times_of(measured, os.path.join(graph, "main.star"), arguments.rounds)
    show("%d modules" % arguments.modules, times, base)


if __name__ == "__main__":
    main()
