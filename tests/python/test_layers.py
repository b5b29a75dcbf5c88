# SPDX-License-Identifier: Apache-2.0
"""tests/layers.py: what it lets through and what it refuses."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import layers  # noqa: E402


class LayersTest(unittest.TestCase):
    def test_downward_includes_of_doors_pass(self) -> None:
        for path, header in (
            ("runtime/compile.c", "parser/syntax.h"),
            ("runtime/types/list.c", "runtime/value.h"),
            ("runtime/thread.c", "runtime/types/list.h"),
            ("builtins/len.c", "runtime/starlark.h"),
            ("builtins/len.c", "runtime/object.h"),
            ("rules/query/query.c", "rules/loading/loading.h"),
            ("cli/lsp/server.c", "rules/bazel.h"),
            ("parser/arena.c", "common/text.h"),
            ("common/text.c", "common/arena.h"),
        ):
            self.assertEqual(layers.fault_of_own(path, header), "", (path, header))

    def test_other_includes_are_refused(self) -> None:
        for path, header, why in (
            ("parser/resolve.c", "runtime/starlark.h", "not below"),
            ("builtins/len.c", "runtime/value.h", "private"),
            ("builtins/builtins.h", "runtime/object.h", "not installed"),
            ("runtime/starlark.h", "runtime/object.h", "not installed"),
            ("rules/loading/package.c", "rules/analysis/analysis.h", "not below"),
            ("rules/analysis/rule.c", "rules/bazel.h", "not below"),
            ("cli/main.c", "rules/query/query.h", "not below"),
            ("common/text.c", "parser/syntax.h", "a leaf includes only leaves"),
            ("runtime/thread.c", "value.h", "in no layer"),
        ):
            self.assertIn(why, layers.fault_of_own(path, header), (path, header))

    def test_a_library_has_one_file(self) -> None:
        self.assertEqual(layers.fault_of_system("runtime/heap.c", "gc.h"), "")
        self.assertIn("only runtime/heap.c", layers.fault_of_system("runtime/os.c", "gc.h"))
        self.assertEqual(layers.fault_of_system("cli/main.c", "string.h"), "")
        self.assertIn("in no table", layers.fault_of_system("cli/main.c", "curses.h"))


if __name__ == "__main__":
    unittest.main()
