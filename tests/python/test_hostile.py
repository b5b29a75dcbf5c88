# SPDX-License-Identifier: Apache-2.0
"""No program ends in a crash, a hang or with the machine's memory: what can't be done is refused with an ordinary error."""

import os
import random
import re
import tempfile
import unittest
from pathlib import Path
from typing import Callable, Dict, Union

import hostile
import workspaces

# Sanitizers reserve terabytes, and take memory and time of their own.
SANITIZED = b"__asan_init" in Path(workspaces.STARMYPY).read_bytes()
LIMITS = workspaces.ROOT / "docs" / "limits.md"

Content = Union[str, bytes]
RANDOM = random.Random(1).randbytes if hasattr(random.Random, "randbytes") else os.urandom
TARGET = 'filegroup(name = "x", srcs = {})\n'
# BUILD files of package a, and the exit statuses of `query //...`.
BUILD_FILES: Dict[str, Content] = {
    "random bytes": RANDOM(20000),
    "20 MB of random bytes": RANDOM(1000000) * 20,
    "20 MB of comments": TARGET.format("[]") + "# aaaaaaaaaaaaaaaa\n" * 1000000,
    "many targets": "".join(f'filegroup(name = "x{i}")\n' for i in range(100000)),
    "nested": TARGET.format("[" * 200000 + "]" * 200000),
    "glob": TARGET.format('glob(["**/**/**/*a*b*c", "**/" + "*a" * 30 + "b"], exclude = ["%s*a"], allow_empty = True)'
                          % ("**/*/" * 20)),
    "labels of 1 MB": TARGET.format('["//' + "b/" * 250000 + "c:" + "d" * 500000 + '"]'),
    "long chain": "".join(f'filegroup(name = "x{i}", srcs = [":x{i + 1}"])\n' for i in range(20000)),
}


class HostileTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_hostile.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_limited(self, *arguments: str) -> hostile.Taken:
        """Runs the program in the folder; fails unless it ends of its own will, in time and without too much memory."""
        space, seconds = (0, 60 * hostile.SECONDS) if SANITIZED else (hostile.ADDRESS_SPACE, 6 * hostile.SECONDS)
        taken = hostile.measure(self.folder, [workspaces.STARMYPY, *arguments], space, seconds)
        self.assertGreaterEqual(taken.status, 0, taken.output[-500:])
        if not SANITIZED:
            self.assertLess(taken.seconds, hostile.SECONDS, taken.output[-500:])
            self.assertLess(taken.memory, hostile.MEMORY, taken.output[-500:])
        return taken

    def check_programs(self, programs: hostile.Programs) -> None:
        for name, (program, message) in programs.items():
            with self.subTest(name):
                taken = self.run_limited("eval", hostile.write(self.folder, program))
                self.assertEqual(taken.status, 1 if message else 0, taken.output[-500:])
                self.assertIsNotNone(re.search(message, taken.output), taken.output[-500:])

    def test_too_big(self) -> None:
        self.check_programs(hostile.TOO_BIG)

    @unittest.skipIf(SANITIZED, "sanitizers reserve more than that")
    def test_too_big_for_little_memory(self) -> None:
        """What the process may have draws the line: no program gets as far as an allocation that fails."""
        for name, (program, _) in hostile.TOO_BIG.items():
            with self.subTest(name):
                path = hostile.write(self.folder, program)
                taken = hostile.measure(self.folder, [workspaces.STARMYPY, "eval", path], 300 << 20)
                self.assertIn(taken.status, (0, 1), taken.output[-500:])

    def test_shared(self) -> None:
        self.check_programs(hostile.SHARING)

    def test_too_deep(self) -> None:
        self.check_programs(hostile.TOO_DEEP)

    def test_sources(self) -> None:
        self.check_programs(hostile.SOURCES)

    def test_changed_on_the_way(self) -> None:
        self.check_programs(hostile.CHANGED)

    def test_the_table_lists_them(self) -> None:
        """docs/limits.md has a row for each, with what becomes of it; what it takes depends on the machine."""
        rows = re.findall(r"^\| (.+) \| (works|refused) \| [\d,]+ \| \d+ \| [\d.]+ \|$", LIMITS.read_text("utf-8"), re.M)
        programs = [item for _, group in hostile.GROUPS for item in group.items()]
        self.assertEqual(rows, [(name, "refused" if message else "works") for name, (_, message) in programs])

    def write(self, name: str, content: Content) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def query(self) -> hostile.Taken:
        taken = self.run_limited("query", "//...")
        self.assertIn(taken.status, (0, 2, 3, 7, 36), taken.output[-500:])
        if taken.status:
            self.assertRegex(taken.output, "(?m)^ERROR: ")
        return taken

    def test_build_files(self) -> None:
        self.write("MODULE.bazel", "")
        self.write("a/" + "d/" * 30 + "a", "")
        for name, content in BUILD_FILES.items():
            with self.subTest(name):
                self.write("a/BUILD", content)
                self.query()

    def test_macro_without_end(self) -> None:
        self.write("MODULE.bazel", "")
        self.write("a/BUILD", 'load(":d.bzl", "m")\nm()\n')
        self.write("a/d.bzl", "def m():\n  x = []\n  for i in range(1 << 30):\n    x.append([i])\n")
        self.assertRegex(self.query().output, "out of memory")

    def test_macro_of_targets(self) -> None:
        self.write("MODULE.bazel", "")
        self.write("a/BUILD", 'load(":d.bzl", "m")\nm()\n')
        self.write("a/d.bzl", 'def m():\n  for i in range(1 << 30):\n    native.filegroup(name = "x%d" % i)\n')
        self.assertRegex(self.query().output, "package 'a' has more than 1048576 targets")

    def test_module_of_random_bytes(self) -> None:
        self.write("a/BUILD", "")
        self.write("MODULE.bazel", RANDOM(20000))
        self.assertEqual(self.query().status, 2)

    def test_glob_in_a_deep_tree(self) -> None:
        """Many `**` lead to one directory in more ways than can be tried."""
        self.write("MODULE.bazel", "")
        self.write("BUILD", TARGET.format('glob(["%sx"])' % ("**/*/" * 12)))
        self.write("/".join(["d"] * 150) + "/x", "")
        self.assertEqual(self.query().status, 0)

    def test_what_is_no_file(self) -> None:
        """Pipes, devices, directories and links in circles in the place of files."""
        makers: Dict[str, Callable[[Path], None]] = {
            "pipe": os.mkfifo,
            "device": lambda path: path.symlink_to("/dev/zero"),
            "directory": Path.mkdir,
            "circle": lambda path: path.symlink_to(path.name),
        }
        self.write("MODULE.bazel", "")
        self.write("b/BUILD", TARGET.format('glob(["**"])'))
        (self.folder / "b" / "up").symlink_to("..")
        for name in ("a/BUILD", "b/x.bzl", ".bazelrc", ".bazelignore"):
            for kind, make in makers.items():
                with self.subTest(f"{kind} {name}"):
                    path = self.folder / name
                    path.parent.mkdir(exist_ok=True)
                    make(path)
                    self.write("b/c/BUILD", 'load("//b:x.bzl", "x")\n' if name == "b/x.bzl" else "")
                    self.query()
                    path.rmdir() if kind == "directory" else path.unlink()


if __name__ == "__main__":
    unittest.main()
