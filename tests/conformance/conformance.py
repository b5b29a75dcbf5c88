#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the public Starlark test suites against one Starlark executable.

    conformance.py --bin BIN --suite go|java|rust|spec --root TREE [options]

None of those suites is stored here: TREE is a checked-out tree of
  go    google/starlark-go          (starlark/, starlarkstruct/, resolve/, syntax/ testdata)
  java  bazelbuild/bazel            (src/test/java/net/starlark/java/eval/testdata), or any
                                    folder that holds those .star files
  spec  bazelbuild/starlark         (test_suite/testdata/{go,java,rust})
  rust  facebook/starlark-rust      (starlark/testcases/eval/go, the snippets inside
                                    `assert::pass/fail/eq/...("...")` of its Rust sources, and
                                    starlark_syntax/testcases/parse, which is only parsed)

THE CONTRACT: WHAT A BINARY HAS TO OFFER
----------------------------------------
    BIN --testing [--options=a,b] FILE              run FILE as one module
    BIN --testing [--options=a,b] --check FILE      parse and resolve FILE, run nothing
    BIN --testing [--options=a,b] --parse-only FILE parse FILE, resolve nothing

Exit status 0 on success, 1 on any Starlark error; a signal, a status above 100 or a time-out is
a crash and never passes, whatever the test expected. Errors go to stderr, as
    FILE:LINE:COL: message                    a static error; one line each, all of them
    Traceback (most recent call last):        a dynamic error; outermost frame first
      FILE:LINE:COL: in <toplevel>            (or  File "FILE", line LINE, column COL, in <toplevel>)
      FILE:LINE:COL: in f
    Error: message
print() writes its arguments, joined by a space, and a newline to stdout or stderr.
load("x.star", ...) in a file named FILE reads x.star from FILE's folder.

With --testing these names are predeclared, besides the language's own (and json):
    catch(f)      calls f(). None if it returned; otherwise its error message, a string,
                  without traceback or position. It must catch every Starlark error but no crash.
    freeze(x)     freezes x and all that it reaches, returns x. With no argument: freezes every
                  value of the running module.
    struct(**kw)  an immutable struct; str() is struct(a = 1, b = 2).
Fixtures that a few tests use. Where the binary lacks one, the chunks that name it are skipped:
    hasfields()           an object whose fields can be set; a name that begins with "no" is
                          refused with 'no .NAME field'; list + hasfields() is 42
    mutablestruct(**kw)   a struct whose fields can be set; the value "bad" is refused with
                          'bad field value'
    fibonacci             an iterable that never ends
    gensym(name=)         starlark-go's struct constructors (starlarkstruct's own test)
    module(name, **kw)    starlark-go's module value; str() is <module "NAME">
    proto                 starlark-go's protobuf module
--options=LIST takes names out of starlark-go's dialect options; unknown ones are ignored:
    set, while, toplevelcontrol, globalreassign, loadbindsglobally, recursion
It is passed only where a chunk asks for one ('option:NAME' in a comment).

The assertions themselves (assert_, assert_eq, assert_ne, assert_lt, assert_true, assert_false,
assert_contains, assert_fail, assert_fails) are in a prelude written in Starlark, see running.py,
and brought in by load(); they print marker lines, and the judging is done here, in Python. So the
binary needs no regular expressions and no module called `assert` (a reserved word in the spec;
`assert.eq(` of the go suite is rewritten to `assert_eq(`). A binary without `catch` can be run too:
its assert_fails are then not checked. --prelude inline pastes the prelude instead of loading it.

WHAT IS COUNTED
---------------
A *chunk* is what stands between two '---' lines. It runs in a process of its own.
A *case* is the unit of the closing line. A chunk with '###' comments (expected errors) is one case.
Any other chunk is cut into its top-level statements, and each one that asserts something, or is a
bare call, is a case; when a statement aborts the chunk, it is marked failed, blanked out, and the
chunk is run again, so that one error does not hide the rest of a file. Parse and resolve tests
count one case for each '###' (matched by line) or for each clean chunk.
A case can also fail only in its message: the error came, its wording was another. Those are shown
apart (column 'wording'); they count as failed, or as passed with --lenient. The rust suite never
compares wording, but wants the error on its line (as its own harness does).

Closes with 'N passed, N failed, N skipped'. Exit status 0 if none failed, else 1. anchors/ has
lists, as --failed writes them, of what other interpreters do not pass, for --against.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import sys
from typing import Dict, Iterable, List, Optional, Set

from judging import Case, Rules, judge
from running import Runner
from suites import READERS, Chunk, read_suite


class Options(argparse.Namespace):
    bin: Optional[str]
    suite: str
    root: str
    args: str
    impl: str
    only: Optional[List[str]]
    exclude: Optional[str]
    against: Optional[str]
    failed: Optional[str]
    json: Optional[str]
    lenient: bool
    lines: bool
    prelude: str
    resume: int
    timeout: float
    j: int
    keep: Optional[str]
    inventory: bool
    verbose: bool


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--bin", help="the Starlark executable")
    add("--suite", required=True, choices=sorted(READERS))
    add("--root", required=True, help="a checked-out tree of that suite")
    add("--args", default="--testing", help="arguments before FILE (default: %(default)s)")
    add(
        "--impl",
        default="java",
        choices=["go", "java", "rust"],
        help="whose wording the spec suite expects (default: %(default)s)",
    )
    add("--only", action="append", help="only files whose name matches this glob; may repeat")
    add("--exclude", help="a file of cases to leave out: FILE or FILE:LINE, then a reason")
    add(
        "--against",
        help="a list as --failed writes it, made with a reference interpreter: says which failures here are not in it",
    )
    add("--failed", help="write the failed cases, as FILE:LINE verdict, here")
    add("--json", help="write every case here")
    add("--lenient", action="store_true", help="an error with other wording passes")
    add(
        "--lines",
        action="store_true",
        help="an expected error must name its line (not for spec, whose '###' stand on other lines)",
    )
    add("--prelude", default="load", choices=["load", "inline"])
    add("--resume", type=int, default=200, help="reruns of a chunk past a failing statement (default: %(default)s)")
    add("--timeout", type=float, default=10, help="seconds that one chunk may take (default: %(default)s)")
    add("-j", type=int, default=os.cpu_count() or 1, help="processes at a time (default: the processors)")
    add("--keep", help="keep the files that were run in this folder")
    add("--inventory", action="store_true", help="count files, chunks and cases; run nothing")
    add("--verbose", "-v", action="store_true", help="list the failures")
    return parser


def printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


# --- reports --------------------------------------------------------------------------------------


def inventory(chunks: Iterable[Chunk]) -> None:
    counts: Dict[str, List[int]] = {}
    options: Dict[str, Set[str]] = {}
    for chunk in chunks:
        row = counts.setdefault(chunk.file, [0, 0, 0])
        row[:] = [row[0] + 1, row[1] + len(chunk.expects), row[2] + len(chunk.case_lines())]
        options.setdefault(chunk.file, set()).update(chunk.options)
    print("%-44s %7s %7s %7s  %s" % ("file", "chunks", "errors", "cases", "options"))
    for file, row in counts.items():
        print("%-44s %7s %7s %7s  %s" % (file[-44:], *row, ",".join(sorted(options[file]))))
    total = [sum(column) for column in zip(*counts.values())]
    print("%-44s %7s %7s %7s  (%d files)" % ("total", *total, len(counts)))


TABLE = "%-44s %9s %7s %7s %8s %7s %8s"


class Row:
    """What is counted of a file, or of them all."""

    KINDS = {"pass": "passed", "unchecked": "passed", "wording": "wording", "skip": "skipped"}

    def __init__(self) -> None:
        self.chunks = 0
        self.clean = 0
        self.counts = dict.fromkeys(("cases", "passed", "wording", "failed", "skipped"), 0)

    def add(self, clean: bool, cases: Iterable[Case]) -> None:
        self.chunks += 1
        self.clean += clean
        for case in cases:
            self.counts["cases"] += 1
            self.counts[self.KINDS.get(case.verdict, "failed")] += 1

    def show(self, name: str) -> None:
        chunks = "%d/%d" % (self.clean, self.chunks)
        print(TABLE % (name[-44:], chunks, *self.counts.values()))


def read_list(path: str) -> Dict[str, str]:
    """FILE or FILE:LINE a line; the rest of the line, after blanks or #, is a reason."""
    entries = {}
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            head, _, why = line.strip().partition(" ")
            if head and not head.startswith("#"):
                entries[head] = why.strip(" #")
    return entries


def exclude(cases: Iterable[Case], excluded: Dict[str, str]) -> None:
    for case in cases:
        why = excluded.get(case.place(), excluded.get(case.file))
        if why is not None:
            case.verdict, case.why = "skip", "excluded: " + why


def compare(failed: List[Case], against: str, options: Options) -> None:
    """Says what failed here and not with the interpreter whose failures are listed in a file."""
    listed = read_list(against)
    known = {place for place, why in listed.items() if not (options.lenient and why == "wording")}
    new = [case for case in failed if case.place() not in known]
    passed = known - {case.place() for case in failed}
    print(
        "\n%d failures that the reference does not have; %d of the reference's failures pass here"
        % (len(new), len(passed))
    )
    if options.verbose:
        for case in new:
            print("  " + case.place())


def write_reports(cases: List[Case], failed: List[Case], options: Options) -> None:
    if options.verbose:
        print()
        for case in failed:
            print("%s: %s: %s" % (case.place(), case.verdict, printable(case.why)))
    if options.failed:
        with open(options.failed, "w", encoding="utf-8") as stream:
            stream.writelines("%s %s\n" % (case.place(), case.verdict) for case in failed)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as stream:
            json.dump([[case.file, case.line, case.verdict, printable(case.why)] for case in cases], stream)


# --- the run --------------------------------------------------------------------------------------


def run_suite(program: str, chunks: List[Chunk], options: Options) -> List[List[Case]]:
    """The cases of each chunk."""
    rules = Rules(lines=options.lines and options.suite != "spec", resume=options.resume)
    runner = Runner(program, options.args, options.timeout, options.prelude == "inline", options.keep)
    if "catch" not in runner.names:
        print("note: the binary has no catch(); assert_fails is not checked")
    try:
        with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
            return list(pool.map(lambda chunk: judge(runner, chunk, rules), chunks))
    finally:
        runner.clean()


def main() -> int:
    parser = command_line()
    options = parser.parse_args(namespace=Options())
    if not os.path.isdir(options.root):
        parser.error("no folder " + options.root)
    chunks = read_suite(options.suite, options.root, options.impl)
    only = options.only or ["*"]
    chunks = [chunk for chunk in chunks if any(fnmatch.fnmatch(chunk.file, pattern) for pattern in only)]
    if not chunks:
        parser.error("no test files found under " + options.root)
    if options.inventory:
        inventory(chunks)
        return 0
    if not options.bin:
        parser.error("--bin is needed")

    results = run_suite(options.bin, chunks, options)
    rows: Dict[str, Row] = {}
    total = Row()
    excluded = read_list(options.exclude) if options.exclude else {}
    for chunk, result in zip(chunks, results):
        clean = all(case.verdict in ("pass", "unchecked") for case in result)
        exclude(result, excluded)
        for row in (rows.setdefault(chunk.file, Row()), total):
            row.add(clean, result)
    print(TABLE % ("file", "chunks", *total.counts))
    for file, row in rows.items():
        row.show(file)
    total.show("total")

    cases = [case for result in results for case in result]
    bad = ("fail", "crash") if options.lenient else ("fail", "crash", "wording")
    failed = [case for case in cases if case.verdict in bad]
    write_reports(cases, failed, options)
    if options.against:
        compare(failed, options.against, options)
    crashes = sum(case.verdict == "crash" for case in cases)
    if crashes:
        print("%d of the failures are crashes or time-outs" % crashes)
    passed = total.counts["passed"] + (total.counts["wording"] if options.lenient else 0)
    print("%d passed, %d failed, %d skipped" % (passed, len(failed), total.counts["skipped"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
