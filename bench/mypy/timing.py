# SPDX-License-Identifier: Apache-2.0
"""Takes peers through the cases of a workload, in interleaved rounds, and prints medians as a Markdown table."""

import dataclasses
import json
import os
import platform
import statistics
import time
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence

import measure
import peers
from session import COLD, NOTHING, Session

CLEAN, ERRORS = 0, 1  # exit statuses of all peers


@dataclasses.dataclass(frozen=True)
class Sample:
    """What is kept of one run of one case."""

    cpu: float
    wall: float
    server_cpu: float
    actions: Dict[str, int]  # by mnemonic

    def times(self, factor: float) -> "Sample":
        """What so many such runs would be; the actions are those that were run."""
        return dataclasses.replace(self, cpu=self.cpu * factor, wall=self.wall * factor)

    def text(self) -> str:
        actions = ", ".join("%d %s" % (count, name) for name, count in self.actions.items())
        return "%.2f CPU s, %.2f s%s" % (self.cpu, self.wall, ", " + actions if actions else "")


def sample_of(done: peers.Done) -> Sample:
    actions: Dict[str, int] = {}
    for action in done.actions:
        actions[action.mnemonic] = actions.get(action.mnemonic, 0) + 1
    return Sample(done.run.cpu, done.run.wall, done.run.server_cpu, dict(sorted(actions.items())))


Samples = Dict[str, Dict[str, List[Sample]]]  # by peer and case


def take_through(session: Session, peer: peers.Peer, cases: Sequence[str], samples: Samples) -> None:
    """One round of one peer: a cold run, and from there each case on its own."""
    name = peer.name
    if session.sample:
        name += ", %d targets × %.1f" % (session.sample, session.scale)
    peer.reset()
    try:
        chosen = [case for case in session.cases() if case in cases or case == COLD]
        for case in chosen:
            session.change(case)
            try:
                done = peer.check()
            finally:
                session.revert(case)
            done.run.checked(CLEAN, ERRORS)
            sample = sample_of(done).times(session.scale if case == COLD else 1)
            samples.setdefault(name, {}).setdefault(case, []).append(sample)
            print("  %-10s  %-32s  %s" % (name, case, sample.text()), flush=True)
            if case not in (COLD, NOTHING, chosen[-1]):
                peer.check().run.checked(CLEAN)
    finally:
        peer.stop()
        measure.end_descendants()


def rounds(session: Session, names: Sequence[str], count: int, cases: Sequence[str]) -> Samples:
    samples: Samples = {}
    for number in range(count):
        print("round %d of %d" % (number + 1, count), flush=True)
        for name in names:
            take_through(session, session.peer(name), cases, samples)
    return samples


# --- keeping ---------------------------------------------------------------------------------------


def save(samples: Samples, path: Path) -> None:
    document = {
        "date": time.strftime("%Y-%m-%d"),
        "samples": {
            peer: {case: [dataclasses.asdict(one) for one in several] for case, several in by_case.items()}
            for peer, by_case in samples.items()
        },
    }
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def load(path: Path) -> Samples:
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        "%s (%s)" % (peer, document["date"]): {
            case: [Sample(**one) for one in several] for case, several in by_case.items()
        }
        for peer, by_case in document["samples"].items()
    }


# --- showing ---------------------------------------------------------------------------------------


def median(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    return statistics.median(of(sample) for sample in samples)


def cell(samples: Optional[Sequence[Sample]]) -> str:
    """CPU and wall seconds, and the actions of mypy: "1.44 / 0.92 (3)"."""
    if not samples:
        return ""
    text = "%.2f / %.2f" % (median(samples, lambda one: one.cpu), median(samples, lambda one: one.wall))
    checks = [sum(n for name, n in one.actions.items() if name.lower().startswith("mypy") and name != "MypyVerdict") for one in samples]
    if not any(one.actions for one in samples):
        return text
    return "%s (%s)" % (text, "–".join(map(str, sorted({min(checks), max(checks)}))))


def row(*cells: str) -> str:
    return "| %s |" % " | ".join(cells)


def table(session: Session, samples: Samples) -> str:
    count = len(session.workload.targets)
    lines = [
        "CPU seconds of all processes / wall seconds, in brackets the actions that run mypy; medians.",
        "%d targets, mypy of %s, %s, %d cores."
        % (count, session.place.python, platform.machine(), os.cpu_count() or 0),
        "",
        row("case", *samples),
        row("---", *("--:" for _ in samples)),
    ]
    lines += [
        row(case, *(cell(by_case.get(case)) for by_case in samples.values()))
        for case in session.cases()
        if any(case in by_case for by_case in samples.values())
    ]
    return "\n".join(lines + ["", *ratios(session, samples)])


def ratios(session: Session, samples: Samples) -> List[str]:
    """What a cold run costs, for each two peers."""

    def cold(name: str) -> float:
        return median(samples[name][COLD], lambda one: one.cpu)

    names = [name for name in samples if COLD in samples[name]]
    lines = [row("cold CPU, row : column", *names), row("---", *("--:" for _ in names))]
    lines += [row(one, *("%.2f" % (cold(one) / cold(other)) for other in names)) for one in names]
    own = [
        row(name, case, "%.3f" % median(by_case[case], lambda one: one.server_cpu))
        for name, by_case in samples.items()
        for case in session.cases()
        if any(one.server_cpu for one in by_case.get(case, ()))
    ]
    if own:
        lines += ["", row("CPU of the server alone", "case", "s"), row("---", "---", "--:"), *own]
    return lines
