#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare ways to run mypy over the workloads of workloads.py, and print Markdown tables.

    run.py time layers             starmypy with a worker and without, one mypy over all files, dmypy
    run.py time layers --keep compat --rounds 1
                                   rules_mypy's own way alone; its figures are kept and shown by later runs
    run.py outputs layers          sizes, repetitions, peak memory, and what differs in another folder
    run.py verdicts layers         errors of many kinds, against those of one mypy over all files
    run.py kill layers             kills at random moments, and what the next run makes of it

A round takes each peer through all cases in turn, and rounds are interleaved, so that drift of the machine's speed hits
all peers alike. What counts is the CPU time of every process that a command starts, servers included. Each edit is
reverted before the next, which is not timed.
"""

import argparse
import sys
from pathlib import Path
from typing import Callable, Dict

import measure
import peers
import timing
import workloads
from session import Session

ROOT = Path(__file__).resolve().parents[2]
WORKLOADS: Dict[str, Callable[[int], workloads.Workload]] = {
    "layers": lambda targets: workloads.layers(*shape(targets or 300)),
    "torch": lambda targets: workloads.torch(targets or 50),
}


def shape(targets: int) -> "tuple[int, int]":
    """How many layers of what width: three to four of them as 15 are to 20."""
    layers = next(n for n in range(int((targets * 3 / 4) ** 0.5), 0, -1) if targets % n == 0)
    return layers, targets // layers


def time_cases(session: Session, options: argparse.Namespace) -> int:
    kept = session.folder / "kept.json"
    names = [options.keep] if options.keep else options.peers.split(",")
    samples = timing.rounds(session, names, options.rounds, options.cases or session.cases())
    if options.keep:
        timing.save(samples, kept)
    elif kept.exists():
        samples.update(timing.load(kept))
    print(timing.table(session, samples))
    return 0


COMMANDS: Dict[str, Callable[[Session, argparse.Namespace], int]] = {"time": time_cases}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--targets", type=int, default=0, help="another number of targets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="worker,local,monolithic,dmypy", help=",".join(peers.NAMES))
    parser.add_argument("--cases", action="append", metavar="CASE", help="only these, and cold")
    parser.add_argument("--keep", metavar="PEER", help="measure it alone and keep the figures")
    parser.add_argument("--work", type=Path, default=Path("/tmp/bench-mypy"), help="where all goes")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "starmypy")
    parser.add_argument("--mypy", type=Path, default=ROOT / "build" / "mypy" / "bin" / "python")
    options = parser.parse_args()
    name = options.workload + (str(options.targets) if options.targets else "")
    measure.adopt_orphans()
    workload = WORKLOADS[options.workload](options.targets)
    session = Session(workload, options.work / name, options.program.absolute(), options.mypy.absolute())
    session.prepare()
    return COMMANDS[options.command](session, options)


if __name__ == "__main__":
    sys.exit(main())
