#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many MB of Starlark a second a program parses, resolves or compiles.

  frontend.py FOLDER --impl parse='build/bench/frontend parse {list}'

Takes every BUILD, BUILD.bazel, MODULE.bazel, WORKSPACE and .bzl file below FOLDER, the checkouts of
some repositories, say. Each --impl is NAME=COMMAND: {list} is replaced by a file that
names them all, one a line, {file} by one file that holds all of them, one after the other; a
command with neither gets the list appended. The commands take turns. What counts is
the CPU time of the whole process, the minimum of the rounds, less that of the same command
where there is nothing to do. A status of 1 is taken to mean errors in the files.
"""

import argparse
import os
import re
from typing import List, Tuple

from process import implementations, run_once, scratch_folder, words_of

SOURCE = re.compile(r"BUILD(\.bazel)?|MODULE\.bazel|WORKSPACE(\.bazel)?|.*\.bzl")


def sources_below(folder: str) -> List[str]:
    found = [
        os.path.join(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if SOURCE.fullmatch(name)
    ]
    return sorted(path for path in found if os.path.isfile(path))


def write_inputs(sources: List[str]) -> Tuple[str, str]:
    """The {list} and the {file} of these sources."""
    folder = scratch_folder()
    listing, joined = os.path.join(folder, "list"), os.path.join(folder, "all.bzl")
    with open(listing, "w", encoding="utf-8") as names, open(joined, "wb") as all_sources:
        for path in sources:
            names.write(path + "\n")
            with open(path, "rb") as source:
                all_sources.write(source.read() + b"\n")
    return listing, joined


def cpu_of(command: str, inputs: Tuple[str, str], timeout: float) -> float:
    listing, joined = inputs
    run = run_once(words_of(command, {"list": listing, "file": joined}, "list"), timeout)
    if run.status not in (0, 1):
        raise SystemExit("%s: exit %d\n%s" % (command, run.status, run.output[-500:]))
    return run.cpu


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("--impl", action="append", required=True, metavar="NAME=CMD")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=120)
    arguments = parser.parse_args()
    measured = implementations(arguments.impl)
    sources = sources_below(os.path.abspath(arguments.folder))
    size = sum(map(os.path.getsize, sources))
    if not size:
        parser.error("no Starlark below " + arguments.folder)
    full, empty = write_inputs(sources), write_inputs([])
    times = [
        [
            (cpu_of(command, full, arguments.timeout), cpu_of(command, empty, arguments.timeout))
            for _, command in measured
        ]
        for _ in range(arguments.rounds)
    ]
    print("%d files, %.2f MB; minimum of %d rounds" % (len(sources), size / 1e6, arguments.rounds))
    print("%-24s%10s%10s%10s" % ("", "MB/s", "CPU s", "start s"))
    for i, (name, _) in enumerate(measured):
        cpu, start = min(row[i][0] for row in times), min(row[i][1] for row in times)
        speed = size / 1e6 / (cpu - start) if cpu > start else float("inf")
        print("%-24s%10.1f%10.4f%10.4f" % (name, speed, cpu, start))


if __name__ == "__main__":
    main()
