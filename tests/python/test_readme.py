# SPDX-License-Identifier: Apache-2.0
"""README.md: its C program is the example that is compiled and run."""

import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def text_of(*path: str) -> str:
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class ReadmeTest(unittest.TestCase):
    def test_its_program_is_the_example(self) -> None:
        shown = re.search(r"```c\n(.*?)```", text_of("README.md"), re.DOTALL)
        example = text_of("examples", "embed", "hello.c")
        assert shown
        self.assertEqual(shown.group(1), example[example.index("#include") :])


if __name__ == "__main__":
    unittest.main()
