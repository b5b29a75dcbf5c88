#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compare ways to run mypy over the workloads of workloads.py, and print Markdown tables.

    run.py time layers             starmypy with a worker and without, one mypy over all files, dmypy
    run.py time layers --keep compat --rounds 1
                                   rules_mypy's own way alone; its figures are kept and shown by later runs
    run.py time torch --keep compat --rounds 1 --sample 5
                                   the same of 5 targets; the figures of a cold run are multiplied
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

import injected
import kill
import measure
import outputs
import peers
import timing
import workloads
from session import Session

ROOT = Path(__file__).resolve().parents[2]
WORKLOADS: Dict[str, Callable[[int], workloads.Workload]] = {
    "layers": lambda targets: workloads.layers(*shape(targets or 300)),
    "torch": lambda targets: workloads.torch(targets or 50),
    "torch-imports": lambda targets: workloads.torch(targets or 50, only_imported=True),
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


def show_outputs(session: Session, options: argparse.Namespace) -> int:
    """Sizes and memory of a cold run of each peer with actions, and what differs in another folder, under another mypy."""
    for name in options.peers.split(","):
        peer = session.peer(name)
        peer.reset()
        done = peer.check(measure.run_for_memory)
        done.run.checked(0)
        print("\n%s: at most %.0f MiB at once" % (name, done.run.peak_mib or 0))
        if isinstance(peer, peers.Starmypy):
            print(outputs.table(outputs.read_outputs(peer)), flush=True)
            elsewhere = session.elsewhere()
            print(outputs.differences_table(peer, elsewhere.starmypy(name)), flush=True)
        peer.stop()
    return 0


def compare_verdicts(session: Session, options: argparse.Namespace) -> int:
    """One error of each kind, in all targets at once, with each peer that has targets."""
    injections = injected.injections(session.workload)
    for injection in injections:
        injection.apply(session.workspace)
    reference = session.peer("monolithic")
    reference.reset()
    expected = peers.findings(reference.check().run.checked(1).output)
    codes = {line.rpartition("[")[2].rstrip("]") for line in injected.errors(expected)}
    print("%d errors of %d kinds expected" % (len(injected.errors(expected)), len(codes)))
    faults = 0
    for name in options.peers.split(","):
        peer = session.peer(name)
        if not isinstance(peer, peers.Starmypy):
            continue
        peer.reset()
        peer.check().run.checked(1)
        wrong = injected.compare(expected, peer.reports(), injected.owners(session.workload))
        print("%s: %s" % (name, "\n".join(wrong) or "the same, each in the report of its target"))
        faults += len(wrong)
        peer.stop()
    return 1 if faults else 0


def kill_runs(session: Session, options: argparse.Namespace) -> int:
    faults = 0
    for name in options.peers.split(","):
        peer = session.peer(name)
        if isinstance(peer, peers.Starmypy):
            found = kill.kill_at_random(peer, options.times)
            print("%s: killed %d times, %d faults" % (name, options.times, len(found)))
            faults += len(found)
    return 1 if faults else 0


COMMANDS: Dict[str, Callable[[Session, argparse.Namespace], int]] = {
    "time": time_cases,
    "outputs": show_outputs,
    "verdicts": compare_verdicts,
    "kill": kill_runs,
}


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
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="check N targets, multiply")
    parser.add_argument("--times", type=int, default=100, help="how often to kill (100)")
    parser.add_argument("--keep", metavar="PEER", help="measure it alone and keep the figures")
    parser.add_argument("--work", type=Path, default=Path("/tmp/bench-mypy"), help="where all goes")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "starmypy")
    parser.add_argument("--mypy", type=Path, default=ROOT / "build" / "mypy" / "bin" / "python")
    options = parser.parse_args()
    name = options.workload + (str(options.targets) if options.targets else "")
    measure.adopt_orphans()
    workload = WORKLOADS[options.workload](options.targets)
    program, python = options.program.absolute(), options.mypy.absolute()
    session = Session(workload, options.work / name, program, python, options.sample)
    session.prepare()
    return COMMANDS[options.command](session, options)


if __name__ == "__main__":
    sys.exit(main())
