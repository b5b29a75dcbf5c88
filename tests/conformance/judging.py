# SPDX-License-Identifier: Apache-2.0
"""Judges chunks: each becomes its cases, with a verdict and the reason of it.

An interpreter never changes how many cases a chunk has, nor on which lines: scores of several can be compared.
"""

import os
import re
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from running import END, MARK, Runner, crashed
from statements import Statement, parse_literal, top_statements
from suites import Chunk, search

# What of several verdicts on one case counts.
WORST = {"pass": 0, "unchecked": 1, "wording": 2, "fail": 3, "crash": 4}


@dataclass
class Case:
    file: str
    line: int
    verdict: str  # pass, unchecked, wording, fail, crash or skip
    why: str

    def place(self) -> str:
        return "%s:%d" % (self.file, self.line)


@dataclass
class Mark:
    """What one marker line of the prelude says of the statement `at`; `verdict` "at" when it begins."""

    at: Optional[int]
    verdict: str
    why: str


@dataclass
class Rules:
    """What the command line has to say about judging."""

    lines: bool  # an expected error must name its line
    resume: int  # reruns of a chunk past a failing statement


# --- what a process printed -----------------------------------------------------------------------


def unmarked(output: str) -> str:
    return "\n".join(line for line in output.split("\n") if MARK not in line)


def tail(output: str, length: int = 300) -> str:
    lines = (line.strip() for line in unmarked(output).strip().split("\n"))
    return " | ".join(line for line in lines if line)[-length:]


def locations(output: str, name: str) -> List[int]:
    return [int(line) for line in re.findall(re.escape(name) + r'(?::|", line )(\d+)', output)]


def caught(report: str, checks_wording: bool) -> Tuple[str, str]:
    """The verdict on what assert_fails() printed: the pattern, and the message or None."""
    try:
        pattern, end = parse_literal(report, 0)
        rest = report[end:].strip()
        if rest == "None":
            return "fail", "no error; expected one matching %r" % pattern
        message, _ = parse_literal(rest, 0)
    except IndexError:
        return "fail", "marker not understood: %s" % report[:200]
    if checks_wording and not search(pattern, message):
        return "wording", "%r does not match %r" % (message, pattern)
    return "pass", ""


def marks_of(output: str, checks_wording: bool = True) -> Iterator[Mark]:
    """The marker lines that say something: that an assertion held is not among them."""
    at: Optional[int] = None
    for line in output.split("\n"):
        _, _, body = line.partition(MARK)
        word, _, rest = body.strip().partition(" ")
        if word == "at":
            at = int(rest)
            yield Mark(at, "at", "")
        elif word == "bad":
            yield Mark(at, "fail", rest[:300])
        elif word == "unchecked":
            yield Mark(at, "unchecked", "")
        elif word == "err":
            verdict, why = caught(rest, checks_wording)
            if verdict != "pass":
                yield Mark(at, verdict, why)


def reached_end(output: str) -> bool:
    return any(mark.at == END for mark in marks_of(output))


def crash(status: Optional[int], output: str) -> Tuple[str, str]:
    return "crash", "status %s: %s" % (status, tail(output))


# --- chunks ---------------------------------------------------------------------------------------


def judge(runner: Runner, chunk: Chunk, rules: Rules) -> List[Case]:
    """Runs a chunk and returns its cases."""

    def every(verdict: str, why: str) -> List[Case]:
        return [Case(chunk.file, line, verdict, why) for line in chunk.case_lines()]

    if chunk.mode not in runner.modes:
        return every("fail", "the binary has no mode for this (%s)" % chunk.mode)
    for name in chunk.fixtures:
        if name not in runner.names:
            return every("skip", "needs the fixture " + name)
    if chunk.mode != "run":
        return judge_static(runner, chunk)
    if chunk.expects:
        line = chunk.case_lines()[0]
        return [Case(chunk.file, line, *judge_expecting(runner, chunk, rules))]
    if chunk.snippet:
        return [Case(chunk.file, chunk.line, *judge_whole(runner, chunk))]
    return Plain(runner, chunk).judge(rules.resume)


def judge_static(runner: Runner, chunk: Chunk) -> List[Case]:
    """A chunk that is only parsed or resolved: a case for each expected error, by its line."""
    status, output = runner.run(chunk, chunk.lines)
    if crashed(status):
        return [Case(chunk.file, line, *crash(status, output)) for line in chunk.case_lines()]
    if not chunk.expects:
        return [Case(chunk.file, chunk.line, "pass" if status == 0 else "fail", tail(output))]
    name, cases = os.path.basename(chunk.file), []
    for expect in chunk.expects:
        near = "\n".join(line for line in output.split("\n") if expect.line in locations(line, name))
        verdict, why = "pass", ""
        if status == 0 or not near:
            verdict, why = "fail", "no error at line %d; got: %s" % (expect.line, tail(output))
        elif chunk.checks_wording and not expect.matches(near):
            verdict, why = "wording", "%s does not match %r" % (near[:300], expect.text)
        cases.append(Case(chunk.file, expect.line, verdict, why))
    return cases


def judge_expecting(runner: Runner, chunk: Chunk, rules: Rules) -> Tuple[str, str]:
    """A chunk that has to end with an error."""
    status, output = runner.run(chunk, chunk.lines)
    if crashed(status):
        return crash(status, output)
    if status == 0:
        return "fail", "no error; expected one matching %r" % chunk.expects[0].text
    for mark in marks_of(output):
        if mark.verdict == "fail":
            return "fail", mark.why
    if rules.lines or not chunk.checks_wording:
        if chunk.snippet:
            if not locations(output, "snippet.star"):
                return "fail", "an error without a position: " + tail(output)
        elif not set(locations(output, os.path.basename(chunk.file))) & {e.line for e in chunk.expects}:
            return "fail", "error not at line %d: %s" % (chunk.case_lines()[0], tail(output))
    if chunk.checks_wording and not all(expect.matches(unmarked(output)) for expect in chunk.expects):
        return "wording", "%s does not match %r" % (tail(output), [expect.text for expect in chunk.expects])
    return "pass", ""


def judge_whole(runner: Runner, chunk: Chunk) -> Tuple[str, str]:
    """A snippet: one case, however much it asserts."""
    status, output = runner.run(chunk, chunk.lines + ["conf_at(%d)" % END])
    if crashed(status):
        return crash(status, output)
    if status:
        return "fail", tail(output)
    if not reached_end(output):
        return "fail", "ended before its end: " + tail(output)
    verdict, why = "pass", ""
    for mark in marks_of(output, chunk.checks_wording):
        if mark.verdict != "at" and WORST[mark.verdict] > WORST[verdict]:
            verdict, why = mark.verdict, mark.why
    return verdict, why


class Plain:
    """A chunk that has to succeed: a case for each statement that asserts or calls something.

    A statement that ends the chunk is blanked out, and the rest is run again."""

    def __init__(self, runner: Runner, chunk: Chunk) -> None:
        self.runner, self.chunk = runner, chunk
        self.statements = top_statements(chunk.lines)
        self.lost: Dict[int, Tuple[str, str]] = {}  # the statements blanked out, with what is said of them
        self.status: Optional[int] = 0
        self.output = ""
        self.marks: List[Mark] = []

    def judge(self, resume: int) -> List[Case]:
        for _ in range(max(1, resume + 1)):
            self.run()
            if self.status == 0:
                break
            culprits = [k for k in self.culprits() if k not in self.lost]
            if not culprits:
                break
            verdict = "crash" if crashed(self.status) else "fail"
            self.lost.update((k, (verdict, tail(self.output))) for k in culprits)
        file, line = self.chunk.file, self.chunk.line
        verdicts = self.verdicts()
        cases = [Case(file, line + s.first, *verdicts[k]) for k, s in enumerate(self.statements) if s.is_case]
        if not cases:  # nothing to count by: the chunk itself
            good = self.status == 0 and not self.lost and any(mark.at == END for mark in self.marks)
            cases = [Case(file, line, "pass", "") if good else Case(file, line, "fail", tail(self.output))]
        return cases

    def run(self) -> None:
        """Runs what is left, each statement with a marker before it where one can stand."""
        body = list(self.chunk.lines)
        for k, statement in enumerate(self.statements):
            if k in self.lost:
                body[statement.first : statement.last + 1] = [""] * (statement.last + 1 - statement.first)
            elif not (statement.is_load or statement.is_documentation):
                mark_statement(body, statement, "conf_at(%d)" % k)
        self.status, self.output = self.runner.run(self.chunk, body + ["conf_at(%d)" % END])
        self.marks = list(marks_of(self.output, self.chunk.checks_wording))

    def culprits(self) -> Sequence[int]:
        """The statement that began last; or, when the error came before or after all, those that it names."""
        begun = [mark.at for mark in self.marks if mark.verdict == "at" and mark.at is not None]
        if begun and begun[-1] != END:
            return begun[-1:]
        named = locations(unmarked(self.output), os.path.basename(self.chunk.file))
        at = {line - self.chunk.line for line in named}
        return [k for k, s in enumerate(self.statements) if any(s.first <= line <= s.last for line in at)]

    def verdicts(self) -> Dict[int, Tuple[str, str]]:
        unreached = ("fail", "not reached: " + tail(self.output, 200))
        result = {k: unreached for k, s in enumerate(self.statements) if s.is_case}
        for mark in self.marks:
            if mark.at is None or mark.at == END:
                continue
            if mark.verdict == "at":
                result[mark.at] = ("pass", "")
            elif mark.at in result and WORST[mark.verdict] > WORST[result[mark.at][0]]:
                result[mark.at] = (mark.verdict, mark.why)
        return {**result, **self.lost}


def mark_statement(body: List[str], statement: Statement, mark: str) -> None:
    """Puts a marker before a statement: on its line, or, before a compound one, on an empty line above it."""
    if not statement.compound:
        body[statement.first] = "%s; %s" % (mark, body[statement.first])
    elif statement.word != "def" and statement.first and not body[statement.first - 1].split("#")[0].strip():
        body[statement.first - 1] = mark
