#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run random programs with several interpreters and compare what comes out.

    differ.py --ours COMMAND --impl NAME=COMMAND [--impl ...] [--kind run|sets|broken] [--seeds FIRST:LAST]
              [--level exact|values] [--show N] [--failed FILE]
    differ.py --ours COMMAND --impl NAME=COMMAND --reduce SEED [--kind ...]

A COMMAND (split as a shell would) reads programs from its standard input until that ends and answers each on its
standard output before it reads the next:

    program LENGTH\\n  and LENGTH bytes: the program
    result LENGTH\\n   and LENGTH bytes: what print() printed, a line each, and then
        @ok\\n      it ran to its end, or
        @static\\n  it has static errors: a line  LINE:COLUMN: MESSAGE  for each, or
        @error\\n   it failed: a line  at LINE:COLUMN FUNCTION  for each active call, outermost first, a line
                    at 0:0 BUILTIN  for a builtin that has called another function, and then
                    Error: MESSAGE  or  Error in BUILTIN: MESSAGE

A program has at most 3,000,000 steps. `programs` in this folder is such a command for this project; peers/ has adapters
for others, each written against a public interface: whoever has that interpreter builds the adapter with it.

Two results are compared as texts (--level exact), or, for an interpreter with words of its own, only in what is printed
and in whether they fail (--level values). Static errors are compared in the order of their places, all of them. What
differs for a known reason is counted by its reason, see EXPLAINED; docs/dialect.md says more about each. Ends with
'N programs, N differ'; status 1 if any do.
"""

import argparse
import collections
import re
import select
import shlex
import subprocess
import sys
import time
from typing import Callable, Counter, Dict, List, Optional, Tuple

import generate

TIMEOUT = 60.0
BATCH = 2000  # programs before a process is replaced


class Peer:
    """One interpreter, started when it is needed and again when it has died."""

    def __init__(self, name: str, command: str) -> None:
        self.name = name
        self.command = shlex.split(command)
        self.process: Optional["subprocess.Popen[bytes]"] = None
        self.answered = 0
        self.pending = b""

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.pending = b""

    def read(self, deadline: float) -> bytes:
        """Some bytes of the answer; none: it has ended, or takes too long."""
        assert self.process and self.process.stdout
        left = max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select([self.process.stdout], [], [], left)
        return self.process.stdout.read1(1 << 16) if ready else b""  # type: ignore[attr-defined]

    def answer(self) -> str:
        deadline = time.monotonic() + TIMEOUT
        want = -1
        while want < 0 or len(self.pending) < want:
            if want < 0 and b"\n" in self.pending:
                header, self.pending = self.pending.split(b"\n", 1)
                want = int(header.split()[1])
                continue
            more = self.read(deadline)
            if not more:
                return "@died, or took more than %d s" % TIMEOUT
            self.pending += more
        result, self.pending = self.pending[:want], self.pending[want:]
        return result.decode("utf-8", "surrogateescape")

    def run(self, program: str) -> str:
        if not self.process or self.answered % BATCH == 0:
            self.stop()
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        self.answered += 1
        text = program.encode("utf-8", "surrogateescape")
        assert self.process.stdin
        try:
            self.process.stdin.write(b"program %d\n%s" % (len(text), text))
            self.process.stdin.flush()
            result = self.answer()
        except BrokenPipeError:
            result = "@died"
        if result.startswith("@died"):
            self.stop()
        return result


# ---------------------------------------------------------------- what is known to differ

# Reason, and whether it explains two results: ours, theirs, the program.
Explanation = Tuple[str, Callable[[str, str, str], bool]]

NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?|-?\d+e[+-]\d+")
INVALID = re.compile(r"invalid character: '[^\0-\x7f]+'")
LOOP = re.compile("(break|continue) statement must be inside a for loop")
SUGGESTION = re.compile(r" \(did you mean '[^']*'\?\)")


def floats_differ_in_text(ours: str, theirs: str, program: str) -> bool:
    """Whether only floats are written in other digits, which mean the same."""
    if NUMBER.sub("#", ours) != NUMBER.sub("#", theirs):
        return False
    return [float(x) for x in NUMBER.findall(ours)] == [float(x) for x in NUMBER.findall(theirs)]


def told_errors(result: str) -> List[str]:
    """The static errors of a result, if it has any, as they come."""
    head, mark, errors = result.rpartition("@static\n")
    return re.split(r"\n(?=\d+:\d+: )", errors.rstrip("\n")) if mark and not head else []


def errors_of(result: str) -> List[str]:
    """The same in the order of their places."""
    return sorted(told_errors(result), key=place_of)


def place_of(error: str) -> Tuple[int, ...]:
    return tuple(map(int, error.split(":")[:2]))


def suggestions_differ(ours: str, theirs: str, program: str) -> bool:
    mine, others = errors_of(ours), errors_of(theirs)
    return bool(mine) and [SUGGESTION.sub("", e) for e in mine] == [SUGGESTION.sub("", e) for e in others]


def letters_in_bytes(ours: str, theirs: str, program: str) -> bool:
    """Whether only characters that are in no program are told, which Bazel tells byte by byte."""
    mine, others = ([e for e in errors_of(result) if not INVALID.search(e)] for result in (ours, theirs))
    return bool(INVALID.search(ours)) and [SUGGESTION.sub("", e) for e in mine] == [SUGGESTION.sub("", e) for e in others]


def loops_around_functions(ours: str, theirs: str, program: str) -> bool:
    """Whether only break and continue are told, which Bazel takes for those of a loop around their function."""
    rest = [e for e in errors_of(ours) if not LOOP.search(e)]
    return bool(LOOP.search(ours)) and rest == [e for e in errors_of(theirs) if not LOOP.search(e)]


def letters_beyond_ascii(ours: str, theirs: str, program: str) -> bool:
    return not program.isascii() and bool(re.search("title|capitalize", program))


def cut(result: str) -> str:
    """The result without what follows a NUL in its messages."""
    printed, mark, errors = re.split("(@error|@static)", result + "@error", maxsplit=1)
    return printed + mark + re.sub("\0[^\n']*", "", errors)


def without_saturation(result: str) -> str:
    return re.sub("9223372036854775807", "9223372036854775808", re.sub("(?i)7f{15}", "8000000000000000", result))


def ends_with(*endings: str) -> Callable[[str, str, str], bool]:
    """Whether theirs fails with one of these messages, and ours has printed the same until then."""

    def holds(ours: str, theirs: str, program: str) -> bool:
        return theirs.endswith(endings) and ours.startswith(theirs[: theirs.index("@error")])

    return holds


EXPLAINED: List[Explanation] = [
    ("floats: Java's text is not the shortest", floats_differ_in_text),
    ("suggestions: among names that are equally near, Bazel takes any", suggestions_differ),
    ("characters that are in no program: Bazel tells each of their bytes", letters_in_bytes),
    ("break and continue: Bazel takes them for those of a loop around their function", loops_around_functions),
    ("title() and capitalize(): Bazel takes each byte beyond ASCII for a letter of Latin-1", letters_beyond_ascii),
    ("messages: here they end at a NUL", lambda ours, theirs, program: "\0" in theirs and cut(ours) == cut(theirs)),
    (
        "floats: Bazel makes 2**63 - 1 of 2.0**63",
        lambda ours, theirs, program: without_saturation(ours) == without_saturation(theirs)
        or bool(re.search("922337203685477580[78]", program)),
    ),
    (
        "float(): Bazel takes blanks around a number, and letters after it",
        lambda ours, theirs, program: "invalid float literal" in ours
        and theirs.startswith(ours.partition("@error")[0]),
    ),
    (
        "json.encode(): half a letter becomes U+FFFD",
        lambda ours, theirs, program: "\ufffd" in ours and "json." in program,
    ),
    (
        "steps: counted in other places",
        lambda ours, theirs, program: "too many steps" in ours and "too many steps" in theirs,
    ),
    (
        "json.indent: Bazel reads beyond the end of a number",
        ends_with("Error in encode_indent: input is not valid JSON", "Error in indent: input is not valid JSON"),
    ),
    (
        "json.indent: Bazel takes what is no JSON",
        lambda ours, theirs, program: ends_with("Error in indent: input is not valid JSON")(theirs, ours, program),
    ),
]


def other_texts(result: str) -> str:
    """The result with values as starlark-go would show them."""
    result = re.sub(r"range\(0, (-?\d+)\)", r"range(\1)", result)
    result = re.sub(r"-?\d+(\.\d+)?([eE][+-]\d+)?", lambda match: "%.17g" % float(match.group()), result)
    result = re.sub(r"\\x[7-9a-f][0-9a-f]|[\x7f\udc80-\udcff]", "?", result)
    return result.replace("set()", "set([])")


def fails_with(pattern: str) -> Callable[[str, str, str], bool]:
    return lambda ours, theirs, program: not theirs.endswith("@ok\n") and bool(
        re.search(pattern, theirs.splitlines()[-1])
    )


def says(pattern: str) -> Callable[[str, str, str], bool]:
    """Whether our message matches."""
    return lambda ours, theirs, program: bool(re.search(pattern, ours.rpartition("@error")[2]))


def writes(pattern: str) -> Callable[[str, str, str], bool]:
    """Whether the program has such a word."""
    return lambda ours, theirs, program: bool(re.search(pattern, program))


def same_values(ours: str, theirs: str, program: str) -> bool:
    return other_texts(values_only(ours)) == other_texts(values_only(theirs))


def parts_of_texts(ours: str, theirs: str, program: str) -> bool:
    """Whether texts that differ have been made and taken apart."""
    apart = r"partition|split|title|capital|replace|strip|upper|hash\(|len\(|\[[^]]*:"
    return bool(re.search(apart, program) and re.search(r"range\(|set\(|\d[eE][+-]\d\d|\d\.\d", ours + theirs))


# The same for --level values, with starlark-go in mind.
EXPLAINED_VALUES: List[Explanation] = [
    ("texts of floats, ranges, empty sets and stray bytes", same_values),
    ("methods that there are not", fails_with("has no .* field or method")),
    ("a crash: starlark-go", fails_with("nil pointer")),
    ("min() and max() take no None for a key", fails_with('parameter "key": got NoneType')),
    ("only ints may be looked for in ranges", fails_with("requires integer as left operand")),
    ("ranges and counts are held to 32 bits", says("signed 32-bit range")),
    ("formats that Bazel has not", says("Missing argument|unsupported format|Invalid character|replacement field")),
    ("split() wants a separator", says("parameter 'sep' got value of type 'NoneType'")),
    ("changes of a dict that change nothing", says("temporarily immutable")),
    ("unhashable keys are just not there; builtins are hashable", says("unhashable type")),
    ("elems() is no list", writes(r"\.elems")),
    ("dir() lists other methods", writes(r"\bdir\b")),
    ("%F is no format", writes("%F")),
    ("lines end at a carriage return", writes("splitlines")),
    ("the order of what two sets have in common", writes("&|intersection")),
    ("values in themselves", lambda ours, theirs, program: "..." in theirs),
    ("%f shows the digits that str() shows, and then zeros", lambda ours, theirs, program: "0" * 30 in ours),
    (
        "replace() of nothing goes by bytes",
        lambda ours, theirs, program: "replace" in program and not program.isascii(),
    ),
    ("hash() of UTF-16", lambda ours, theirs, program: "hash(" in program and not program.isascii()),
    ("parts of such texts", parts_of_texts),
]


def explanation(ours: str, theirs: str, program: str, level: str) -> str:
    """Why they differ, if that is known."""
    for reason, holds in EXPLAINED_VALUES if level == "values" else EXPLAINED:
        if holds(ours, theirs, program):
            return reason
    return ""


# ---------------------------------------------------------------- comparing


def values_only(result: str) -> str:
    """What is printed, and how it ends."""
    printed, mark, _ = result.rpartition("@")
    end = "ok" if result.endswith("@ok\n") else "fails"
    return (printed if mark else result) + end


def difference(ours: str, theirs: str, level: str, program: str) -> Tuple[str, str]:
    """A short text that tells the difference, or nothing, and the reason for it if that is known."""
    told = (ours, theirs)
    if level == "values":
        ours, theirs = values_only(ours), values_only(theirs)
    if ours == theirs or errors_of(ours) and errors_of(ours) == errors_of(theirs):
        return "", ""
    mine, other = (errors_of(result) or result.split("\n") for result in (ours, theirs))
    at = next((i for i, (a, b) in enumerate(zip(mine, other)) if a != b), min(len(mine), len(other)))
    pair = [lines[at] if at < len(lines) else "(nothing)" for lines in (mine, other)]
    return "ours:   %s\n    theirs: %s" % (pair[0][:300], pair[1][:300]), explanation(*told, program, level)


def signature(text: str) -> str:
    """A difference without its particulars, to find the same one again."""
    return re.sub(r"\d+|\".*?\"|'.*?'", "#", text)


def reduce(program: str, same: Callable[[str], bool]) -> str:
    """The program with every line left out that can be."""
    lines = program.split("\n")
    size = len(lines) // 2
    while size:
        i = 0
        while i < len(lines):
            fewer = lines[:i] + lines[i + size :]
            if same("\n".join(fewer)):
                lines = fewer
            else:
                i += size
        size //= 2
    return "\n".join(lines)


class Comparison:
    """A run of differ.py."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.ours = Peer("ours", options.ours)
        self.peers = [Peer(*text.split("=", 1)) for text in options.impl]
        self.explained: Counter[str] = collections.Counter()
        self.found: Dict[str, List[int]] = {}
        self.programs = self.differ = 0

    def compare(self, program: str, peer: Peer) -> Tuple[str, str]:
        ours, theirs = self.ours.run(program), peer.run(program)
        return difference(ours, theirs, self.options.level, program)

    def note(self, seed: int, peer: Peer, text: str) -> None:
        self.differ += 1
        seeds = self.found.setdefault(signature(text), [])
        seeds.append(seed)
        if len(seeds) == 1 and len(self.found) <= self.options.show:
            print("%s, seed %d:\n    %s" % (peer.name, seed, text), flush=True)

    def run(self, seeds: range) -> None:
        for seed in seeds:
            program = generate.program(seed, self.options.kind)
            self.programs += 1
            for peer in self.peers:
                text, reason = self.compare(program, peer)
                if reason:
                    self.explained[reason] += 1
                elif text:
                    self.note(seed, peer, text)

    def reduce(self, seed: int) -> None:
        program = generate.program(seed, self.options.kind)
        for peer in self.peers:
            text, _ = self.compare(program, peer)
            if not text:
                print("no difference")
                continue
            wanted = signature(text)
            small = reduce(program, lambda p: signature(self.compare(p, peer)[0]) == wanted)
            print("%s\n-- ours\n%s\n-- %s\n%s" % (small, self.ours.run(small), peer.name, peer.run(small)))

    def close(self) -> int:
        for reason, count in self.explained.most_common():
            print("explained %d times: %s" % (count, reason))
        for text, seeds in sorted(self.found.items(), key=lambda item: -len(item[1]))[: self.options.show]:
            print("%d times, as by seeds %s: %s" % (len(seeds), seeds[:5], text))
        print("%d programs, %d differ" % (self.programs, self.differ))
        for peer in [self.ours, *self.peers]:
            peer.stop()
        return 1 if self.differ else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ours", required=True)
    parser.add_argument("--impl", action="append", required=True)
    parser.add_argument("--kind", default="run", choices=["run", "sets", "broken"])
    parser.add_argument("--level", default="exact", choices=["exact", "values"])
    parser.add_argument("--seeds", default="0:1000")
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--reduce", type=int)
    options = parser.parse_args()
    comparison = Comparison(options)
    if options.reduce is not None:
        comparison.reduce(options.reduce)
        return 0
    first, last = map(int, options.seeds.split(":"))
    comparison.run(range(first, last))
    return comparison.close()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
