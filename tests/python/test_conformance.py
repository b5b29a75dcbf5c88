# SPDX-License-Identifier: Apache-2.0
"""tests/conformance: how the public suites are cut into cases, run and counted, on suites of a few lines."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List

import workspaces

DRIVER = Path(__file__).resolve().parents[1] / "conformance" / "conformance.py"

JAVA = """\
# One statement fails, one only in its wording; what defines is no case.
def add(x, y):
    return x + y

assert_eq(add(1, 2), 3)
assert_eq(add(1, 2), 4)
assert_fails(lambda: 1 // 0, "integer division by zero")
assert_fails(lambda: 1 // 0, "no such words")
assert_fails(lambda: 1, "that does not fail")
fail("the rest is run all the same")
assert_([1])
---
add(1) ### name 'add' is not defined
---
x = 1 // 1 ### division by zero
"""
GO = {
    "starlark/testdata/run.star": """\
load("assert.star", "assert")

assert.eq(1, 1)
assert.true(0)
---
load("assert.star", "assert")

# option:globalreassign
x = assert.eq(2, 2)
x = 3
---
proto.file("needs a module that is not there")
""",
    "resolve/testdata/resolve.star": "x = M + U\ny = z ### \"name 'z' is not\"\ny2 = z2 ### `other words`\n",
    "syntax/testdata/parse.star": 'x = = 1 ### "syntax error"\n---\nundefined = everything\n---\nf(\n',
}
SPEC = "x = 1 // 0 ### go: by nothing\n### rust: nor this\n### (division) BY zero\n---\r\n{}[1] ### java: not FOUND\n"
RUST = {
    "starlark/src/lib.rs": """\
assert::eq("1 + 1", r#"x = 2; x"#);
/// assert::is_true("
/// x = [1]
/// x
/// ");
assert::all_true("1 == 1\\n1 == 2");
assert::fail("1 + None", "words of its own");
assert::pass(not_a_literal);
""",
    "starlark_syntax/testcases/parse/good.star": "f(a, *b)\n",
    "starlark_syntax/testcases/parse/bad.star": "def\n",
}


class ConformanceTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def run_suite(self, suite: str, files: Dict[str, str], *arguments: str, status: int = 1) -> List[str]:
        """The lines printed for a suite of these files."""
        for name, text in files.items():
            path = self.root / suite / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        command = [sys.executable, str(DRIVER), "--bin", workspaces.STARMYPY, "--suite", suite]
        done = subprocess.run(
            [*command, "--root", str(self.root / suite), "-j", "1", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout.splitlines()

    def failed(self, *arguments: str) -> List[str]:
        path = self.root / "failed"
        self.run_suite("java", {"test.star": JAVA}, "--failed", str(path), *arguments)
        return path.read_text().splitlines()

    def test_statements_that_must_succeed_and_chunks_that_must_fail(self) -> None:
        lines = self.run_suite("java", {"test.star": JAVA})
        self.assertEqual(lines[-1], "4 passed, 5 failed, 0 skipped")
        self.assertEqual(lines[-2].split(), ["total", "1/3", "9", "4", "1", "4", "0"])
        places = ["6 fail", "8 wording", "9 fail", "10 fail", "15 fail"]
        self.assertEqual(self.failed(), ["test.star:" + place for place in places])

    def test_other_words_pass_when_asked(self) -> None:
        self.assertNotIn("test.star:8 wording", self.failed("--lenient"))

    def test_the_prelude_may_be_pasted(self) -> None:
        self.assertEqual(self.failed("--prelude", "inline"), self.failed())

    def test_cases_are_left_out_by_place(self) -> None:
        known = self.root / "known"
        known.write_text("# a list\n" + "\n".join(self.failed()) + "\n")
        lines = self.run_suite("java", {"test.star": JAVA}, "--exclude", str(known), status=0)
        self.assertEqual(lines[-1], "4 passed, 0 failed, 5 skipped")

    def test_failures_are_compared_with_a_list(self) -> None:
        known = self.root / "known"
        known.write_text("test.star:6 fail\ntest.star:5 fail\n")
        lines = self.run_suite("java", {"test.star": JAVA}, "--against", str(known))
        self.assertIn("4 failures that the reference does not have; 1 of the reference's failures pass here", lines)

    def test_what_is_only_resolved_or_parsed(self) -> None:
        lines = self.run_suite("go", GO)
        totals = {line.split()[0]: line.split()[2:] for line in lines[1:-1]}
        self.assertEqual(totals["starlark/testdata/run.star"], ["4", "2", "0", "1", "1"])
        self.assertEqual(totals["resolve/testdata/resolve.star"], ["2", "1", "1", "0", "0"])
        self.assertEqual(totals["syntax/testdata/parse.star"], ["3", "2", "0", "1", "0"])

    def test_one_implementation_is_expected(self) -> None:
        name = "test_suite/testdata/java/errors.star"
        lines = self.run_suite("spec", {name: SPEC}, status=0)
        self.assertEqual(lines[-1], "2 passed, 0 failed, 0 skipped")
        lines = self.run_suite("spec", {name: SPEC}, "--impl", "go")
        self.assertEqual(lines[-1], "0 passed, 2 failed, 0 skipped")

    def test_snippets_of_rust_sources(self) -> None:
        lines = self.run_suite("rust", RUST)
        self.assertEqual(lines[-1], "4 passed, 2 failed, 0 skipped")
        lines = self.run_suite("rust", RUST, "--only", "parse/good*", status=0)
        self.assertEqual(lines[-1], "1 passed, 0 failed, 0 skipped")

    def test_a_crash_is_never_what_was_expected(self) -> None:
        crashing = self.root / "crashing"
        crashing.write_text("#!/bin/sh\nkill -SEGV $$\n")
        crashing.chmod(0o755)
        lines = self.run_suite("java", {"test.star": "1 // 0 ### division\n"}, "--bin", str(crashing))
        self.assertEqual(lines[-2:], ["1 of the failures are crashes or time-outs", "0 passed, 1 failed, 0 skipped"])


if __name__ == "__main__":
    unittest.main()
