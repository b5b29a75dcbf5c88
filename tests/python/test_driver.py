# SPDX-License-Identifier: Apache-2.0
"""tests/kinds: how Starlark chunks are cut and judged."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from kinds import star  # noqa: E402
from kinds.base import Output  # noqa: E402

FILE = "/t/x.star"
TRACEBACK = """\
Traceback (most recent call last):
	File "/t/x.star", line 3, column 6, in <toplevel>
		f()
	File "/t/x.star", line 1, column 20, in f
		def f(): return g()
	File "/t/assert.star", line 9, column 9, in g
		1 // 0
Error: division by zero
"""


def verdict(text: str, status: int, stderr: str) -> str:
    return star.complaint(star.chunks_of(text)[0], Output(status, "", stderr), FILE)


class StarTest(unittest.TestCase):
    def test_chunks_keep_their_lines(self) -> None:
        chunks = star.chunks_of("# top\na = 1\n---\nb = c ### not defined\n---\n")
        self.assertEqual([chunk.line for chunk in chunks], [1, 3, 5])
        self.assertEqual(chunks[1].expected(), [(4, "not defined")])
        lines = star.program_text(chunks[1]).splitlines()
        self.assertEqual(lines, ["", "", "", "b = c ### not defined"])

    def test_the_names_a_chunk_mentions_are_loaded(self) -> None:
        text = star.program_text(star.chunks_of("# top\nassert_eq(1, 1)")[0])
        self.assertEqual(text, 'load("assert.star", "assert_eq")\nassert_eq(1, 1)\n')

    def test_success(self) -> None:
        self.assertEqual(verdict("#\nx = 1", 0, ""), "")
        self.assertIn("exit status 1", verdict("#\nx = 1", 1, "boom\n"))

    def test_static_errors_are_all_expected(self) -> None:
        stderr = "/t/x.star:2:5: name 'y' is not defined\n/t/x.star:3:5: name 'z' is not defined\n"
        both = "#\nx = y ### 'y' is not\nw = z ### 'z' is not"
        self.assertEqual(verdict(both, 1, stderr), "")
        self.assertIn("line 3: unexpected error", verdict("#\nx = y ### 'y' is not", 1, stderr))
        self.assertIn("line 2: no error", verdict("#\nx = y ### other", 1, stderr))
        self.assertIn("an error was expected", verdict(both, 0, ""))

    def test_a_crash_is_no_expected_error(self) -> None:
        self.assertIn("an error was expected", verdict("#\nx = y ### boom", -11, ""))

    def test_a_dynamic_error_is_on_its_innermost_line_of_the_file(self) -> None:
        self.assertEqual(verdict("def f(): return 1 // 0 ### division by zero\n\nf()", 1, TRACEBACK), "")
        self.assertIn("line 3: no error", verdict("#\n\nf() ### division by zero", 1, TRACEBACK))


if __name__ == "__main__":
    unittest.main()
