# SPDX-License-Identifier: Apache-2.0
"""setup/embed.py: files become C text that holds exactly their bytes."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = os.path.join(ROOT, "setup", "embed.py")


def load_tool() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("embed", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bytes_of(literal: str) -> bytes:
    """The bytes of adjacent C string literals, read with Python's own idea of the same escapes."""
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"', literal)
    return b"".join(
        p.replace("\\?", "?").encode("ascii").decode("unicode_escape").encode("latin-1")
        for p in pieces
    )


class EmbedTest(unittest.TestCase):
    def test_every_byte_survives(self) -> None:
        data = bytes(range(256)) + b'line "quoted" \\ ??/ \n1\0' + b"2\n\n"
        self.assertEqual(bytes_of(load_tool().c_literal(data)), data)

    def test_the_table_is_sorted_and_ended(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for path in ("b/z.bzl", "a/deep/x.py", "a/y.bzl", "a/__pycache__/x.pyc"):
                os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
                with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                    file.write("# " + path + "\n")
            command = [sys.executable, TOOL, folder]
            text = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()
        rows = re.findall(r'^    \{"([^"]*)", \w+, (\d+)\},$', text, re.MULTILINE)
        self.assertEqual(rows, [("a/deep/x.py", "14"), ("a/y.bzl", "10"), ("b/z.bzl", "10")])
        self.assertTrue(text.endswith("    {NULL, NULL, 0},\n};\n"))

    def test_one_path_in_two_folders_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            for folder in (one, two):
                with open(os.path.join(folder, "same"), "w", encoding="utf-8"):
                    pass
            command = [sys.executable, TOOL, one, two]
            result = subprocess.run(
                command, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"same is in two of", result.stderr)


if __name__ == "__main__":
    unittest.main()
