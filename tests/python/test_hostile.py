# SPDX-License-Identifier: Apache-2.0
"""No program ends in a crash, a hang or with the machine's memory: what can't be done is refused with an ordinary error."""

import os
import random
import re
import resource
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Callable, Dict, Tuple, Union

import workspaces

# What a program may take, and how long. Address space counts more than memory: what is reserved, and what fragments.
ADDRESS_SPACE = 6 << 30
MEMORY = 3 << 30
SECONDS = 30

# Sanitizers reserve terabytes, and take memory of their own.
SANITIZED = b"__asan_init" in Path(workspaces.STARMYPY).read_bytes()

BIG = "excessive|out of memory"
DEEP = "nested too deeply|nesting depth limit exceeded|nesting too deep"
LOCKED = "temporarily immutable"


def looped(before: str, step: str, after: str = "", times: int = 1000000) -> str:
    """A program of one function: loops are allowed in functions only."""
    lines = [f"for i in range({times}):", *(f"  {line}" for line in step.split("; "))]
    body = [*before.split("; "), *lines, *filter(None, [after])]
    return "\n".join(["def main():", *(f"  {line}" for line in body), "main()", ""])


# Programs, and what their error says; "" of those that work.
TOO_BIG = {
    "string": ('x = "a" * (1 << 40)', "32-bit"),
    "list": ("x = [0] * (1 << 29)", BIG),
    "tuple": ("x = (0, 0) * (1 << 29)", BIG),
    "shift": ("x = 1 << 1000000000", "shift count too large"),
    "power": (looped("x = 3", "x = x * x"), BIG),
    "list of a range": ("x = list(range((1 << 31) - 1))", BIG),
    "extended": ("x = []\nx.extend(range((1 << 31) - 1))", BIG),
    "sorted": ("x = sorted(range((1 << 31) - 1))", BIG),
    "elements": ('x = ("a" * (1 << 29)).elems()', BIG),
    "arguments": ("print(*range((1 << 31) - 1))", "stack overflow"),
    "doubled string": (looped('x = "a"', "x = x + x"), BIG),
    "doubled list": (looped("x = [1]", "x += x"), BIG),
    "doubled tuple": (looped("x = (1,)", "x = x + x"), BIG),
    "joined": ('x = ("a" * 1000000).join(["b"] * 1000000)', BIG),
    "replaced": ('x = ("a" * 1000000).replace("a", "a" * 1000000)', BIG),
    "percent": ('x = ("%s" * 10000) % tuple(["a" * 1000000] * 10000)', BIG),
    "format": ('x = ("{0}" * 10000).format("a" * 1000000)', BIG),
    "json": ('x = json.encode(["a" * (1 << 24)] * 1000)', BIG),
    "indent": ('x = json.indent("[" * 1000000 + "]" * 1000000)', BIG),
    "shared parts": (looped('x = ["a" * 100000]', "x = [x, x]", "str(x)", times=60), BIG),
    "shared parts, json": (looped('x = ["a" * 100000]', "x = [x, x]", "json.encode(x)", times=60), BIG),
    "pairs": ("x = enumerate([0] * (1 << 26))", BIG),
    "comprehension": ("x = [[i] for i in range((1 << 31) - 1)]", BIG),
    "million digits": ('x = int("7" * 1000000)\ny = x * x // x\nprint(y == x, len(str(y)))', ""),
    "hundred million digits": ('x = int("7" * 100000000)', BIG),
    "endless file": ('load("/dev/zero", "x")', "File too large"),
    "long line": ('x = "' + "a" * 20000000 + '"', ""),
}
LISTS = "x = []; y = []", "x = [x]; y = [y]"
TUPLES = "x = (); y = ()", "x = (x,); y = (y,)"
TOO_DEEP = {
    "str": (looped(*LISTS, "str(x)"), DEEP),
    "percent": (looped(*TUPLES, '"%r" % x'), DEEP),
    "fail": (looped(*LISTS, "fail(x)"), DEEP),
    "equal": (looped(*LISTS, "x == y"), DEEP),
    "less": (looped(*LISTS, "x < y"), DEEP),
    "hash": (looped(*TUPLES, "{x: 1}"), DEEP),
    "sort": (looped(*TUPLES, "sorted([x, y])"), DEEP),
    "json": (looped(*LISTS, "json.encode(x)"), DEEP),
    "dict": (looped("x = {}; y = {}", "x = {1: x}; y = {1: y}", "x == y"), DEEP),
    "json text": ('json.decode("[" * 1000000 + "]" * 1000000)', DEEP),
    "frozen": (looped("x = []", "x = [x]", "return x").replace("main()\n", "X = main()\n"), ""),
    "cycle": ("x = []\nx.append(x)\nprint(x)", ""),
    "equal cycles": ("x = []\nx.append(x)\ny = []\ny.append(y)\nprint(x == y)", DEEP),
    "encoded cycle": ("x = []\nx.append(x)\njson.encode(x)", DEEP),
    "parentheses": ("x = " + "(" * 200000 + ")" * 200000, DEEP),
    "unary": ("x = " + "-" * 200000 + "1", DEEP),
    "sum": ("x = " + "+".join(["1"] * 200000), DEEP),
    "calls": ("x = f" + "()" * 200000, DEEP),
    "lambdas": ("x = " + "lambda:" * 200000 + "1", DEEP),
    "blocks": ("def f():\n" + "".join(" " * i + "if 1:\n" for i in range(1, 5000)), DEEP),
}
CHANGED = {
    "for": ("L = [1, 2]\ndef f():\n  for x in L:\n    L.append(x)\nf()", LOCKED),
    "comprehension": ("L = [1, 2]\nx = [L.append(x) for x in L]", LOCKED),
    "dict": ("D = {1: 1}\ndef f():\n  for k in D:\n    D[k + 1] = 1\nf()", LOCKED),
    "max": ("L = [3, 1] * 100\ndef k(x):\n  L.clear()\n  return x\nmax(L, key = k)", LOCKED),
    "sorted": ("L = [3, 1] * 100\ndef k(x):\n  L.clear()\n  return x\nsorted(L, key = k)", ""),
    "itself": ("L = [1]\nL.extend(L)\nD = {1: 1}\nD.update(D)\nprint(L, D)", ""),
    "recursion": ("def f(x): return sorted([x], key = f)\nf(1)", "called recursively"),
    "NUL": ('x = "\0"\0', "invalid character"),
}

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

    def run_limited(self, *arguments: str) -> workspaces.Output:
        """Runs the program in the folder; fails unless it ends of its own will, in time and without too much memory."""

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if not SANITIZED:
                resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))

        out, err = (self.folder / name for name in (".out", ".err"))
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            process = subprocess.Popen(
                [workspaces.STARMYPY, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                preexec_fn=limit,
            )
            try:
                process.wait(SECONDS * (4 if SANITIZED else 1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.fail("it does not end")
        text = err.read_text("utf-8", "replace")
        self.assertGreaterEqual(process.returncode, 0, text[-500:])
        return workspaces.Output(process.returncode, out.read_bytes(), text)

    def check_programs(self, programs: Dict[str, Tuple[str, str]]) -> None:
        for name, (program, message) in programs.items():
            with self.subTest(name):
                (self.folder / "x.star").write_text(program)
                output = self.run_limited("eval", "x.star")
                self.assertEqual(output.status, 1 if message else 0, output.stderr[-500:])
                self.assertIsNotNone(re.search(message, output.stderr), output.stderr[-500:])
        if not SANITIZED:
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
            self.assertLess(peak, MEMORY)

    def test_too_big(self) -> None:
        self.check_programs(TOO_BIG)

    def test_too_deep(self) -> None:
        self.check_programs(TOO_DEEP)

    def test_changed_on_the_way(self) -> None:
        self.check_programs(CHANGED)

    def write(self, name: str, content: Content) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def query(self) -> workspaces.Output:
        output = self.run_limited("query", "//...")
        self.assertIn(output.status, (0, 2, 3, 7, 36), output.stderr[-500:])
        if output.status:
            self.assertRegex(output.stderr, "(?m)^ERROR: ")
        return output

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
        self.assertRegex(self.query().stderr, "out of memory")

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
