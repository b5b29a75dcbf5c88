# SPDX-License-Identifier: Apache-2.0
"""What is broken in a workspace or missing on the machine gives a message that says so, Bazel's exit status, and nothing half done."""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple

import workspaces

SCENARIOS = workspaces.ROOT / "tests" / "scenarios"
NOBODY = 65534

# Exit statuses of Bazel.
FAILED, COMMAND_LINE, PARTIAL, QUERY_FAILED, ENVIRONMENT = 1, 2, 3, 7, 36
# A line of standard error begins with one of these, or goes on with a message.
MESSAGE = re.compile(r"(ERROR|WARNING|INFO|DEBUG): ")
# What no user should see: our own failures, and those of Python programs that we run.
TRACES = re.compile(r"Traceback|Sanitizer|[Aa]ssertion|Segmentation|core dumped|runtime error")

BUILT_IN = "@rules_mypy//mypy:mypy.bzl%mypy_aspect"
LIBRARY = 'py_library(name = "a", srcs = ["a.py"], deps = [{}])\n'


class BadInputTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_bad_input.")
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.base = Path(folder.name, "base")
        self.workspace = Path(folder.name, "workspace")
        self.workspace.mkdir()
        for name in ("MODULE.bazel", "requirements.txt"):
            shutil.copy(SCENARIOS / "demo" / name, self.workspace)
        self.write("BUILD.bazel", "")

    def write(self, name: str, text: str) -> Path:
        return self.write_bytes(name, text.encode())

    def write_bytes(self, name: str, data: bytes) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def files(self) -> List[Tuple[str, int]]:
        return sorted((str(path), path.lstat().st_mtime_ns) for path in self.workspace.rglob("*"))

    def judge(self, output: workspaces.Output, status: int, *messages: str) -> None:
        """The exit status is as wanted, each message is there, and nothing else speaks of a failure."""
        self.assertEqual(output.status, status, output.text())
        self.assertIsNone(TRACES.search(output.stderr), output.stderr)
        if status != 0:
            self.assertRegex(output.stderr, MESSAGE)
        for message in messages:
            self.assertIn(message.replace("%ROOT%", str(self.workspace)), output.stderr)

    def expect(self, status: int, command: str, *messages: str, **variables: str) -> None:
        """Runs a command, which must leave the workspace alone and no draft of a file anywhere."""
        before = self.files()
        output = workspaces.run(
            self.workspace,
            *command.split(),
            f"--vendor_dir={SCENARIOS / 'vendor'}",
            f"--output_base={self.base}",
            environment=variables,
        )
        self.judge(output, status, *messages)
        self.assertEqual(self.files(), before)
        self.assertEqual([path for path in self.base.rglob("*") if "tmp" in path.name], [])

    # ------------------------------------------------------------ BUILD files

    def test_dependency_cycle(self) -> None:
        self.write(
            "lib/BUILD.bazel", LIBRARY.format('":b"') + 'py_library(name = "b", deps = [":a"])\n'
        )
        cycle = "cycle in dependency graph:\n.-> //lib:a\n|   //lib:b\n`-- //lib:a"
        where = "ERROR: %ROOT%/lib/BUILD.bazel:1:11: in py_library rule //lib:a: "
        self.expect(FAILED, "aquery //...", where + cycle)

    def test_load_cycle(self) -> None:
        self.write("BUILD.bazel", 'load(":a.bzl", "a")\n')
        self.write("a.bzl", 'load(":b.bzl", "a")\n')
        self.write("b.bzl", 'load(":a.bzl", "a")\n')
        self.expect(QUERY_FAILED, "query //...", "cycle", "//:a.bzl", "//:b.bzl")

    def test_unknown_rule(self) -> None:
        self.write("lib/BUILD.bazel", 'py_libary(name = "a")\n')
        message = (
            "ERROR: %ROOT%/lib/BUILD.bazel:1:1: name 'py_libary' is not defined "
            "(did you mean 'py_library'?)"
        )
        self.expect(QUERY_FAILED, "query //...", message)
        self.expect(FAILED, "aquery //...", message)
        self.expect(PARTIAL, "query --keep_going //...", message, "WARNING: --keep_going specified")

    def test_unknown_attribute(self) -> None:
        self.write("lib/BUILD.bazel", 'py_library(name = "a", dep = [])\n')
        message = "//lib:a: no such attribute 'dep' in 'py_library' rule (did you mean 'deps'?)"
        self.expect(QUERY_FAILED, "query //...", message)

    def test_missing_targets(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format('"//:b"'))
        self.expect(QUERY_FAILED, "query //nowhere:a", "no such package 'nowhere': BUILD file not")
        self.expect(QUERY_FAILED, "query //lib:c", "no such target '//lib:c'")
        self.expect(FAILED, "aquery //lib:a", "no such target '//:b'", "%ROOT%/lib/BUILD.bazel")

    def test_directories_are_no_build_files(self) -> None:
        self.write("lib/BUILD.bazel/x", "")
        (self.workspace / "dangling").mkdir()
        os.symlink("nowhere", self.workspace / "dangling" / "BUILD")
        for package in ("lib", "dangling"):
            message = f"no such package '{package}': BUILD file not found"
            self.expect(QUERY_FAILED, f"query //{package}:a", message)

    def test_directory_links_in_circles(self) -> None:
        self.write("lib/BUILD.bazel", 'filegroup(name = "all", srcs = glob(["**"]))\n')
        os.symlink(".", self.workspace / "lib" / "again")
        os.symlink("loop", self.workspace / "lib" / "loop")
        self.expect(0, "query deps(//...)")

    def test_random_bytes(self) -> None:
        for seed in range(20):
            with self.subTest(seed=seed):
                data = random.Random(seed).randbytes(300)
                self.write_bytes("lib/BUILD.bazel", data)
                self.expect(QUERY_FAILED, "query //...", "ERROR: %ROOT%/lib/BUILD.bazel:")
                self.expect(FAILED, "aquery //...", "ERROR: %ROOT%/lib/BUILD.bazel:")

    def test_damaged_bytes(self) -> None:
        """A good file with some bytes changed may be good still; it must never be worse than an error."""
        good = (workspaces.EXAMPLE / "libs" / "money" / "BUILD").read_bytes()
        for seed in range(40):
            with self.subTest(seed=seed):
                source = random.Random(seed)
                data = bytearray(good)
                for _ in range(3):
                    data[source.randrange(len(data))] = source.randrange(256)
                self.write_bytes("lib/BUILD.bazel", bytes(data))
                output = workspaces.run(self.workspace, "query", "//...", "--output_base=base")
                self.judge(output, output.status)
                self.assertIn(output.status, (0, QUERY_FAILED), output.text())

    def test_deep_nesting(self) -> None:
        self.write("lib/BUILD.bazel", "x = " + "[" * 100000 + "]" * 100000 + "\n")
        self.expect(QUERY_FAILED, "query //...", "ERROR: %ROOT%/lib/BUILD.bazel:1:")
        self.write("lib/BUILD.bazel", "x = " + "-" * 100000 + "1\n")
        self.expect(QUERY_FAILED, "query //...", "ERROR: %ROOT%/lib/BUILD.bazel:1:")

    def test_no_workspace(self) -> None:
        output = workspaces.run(Path("/"), "query", "//...")
        self.judge(output, COMMAND_LINE, "only supported from within a workspace")

    def test_broken_module_file(self) -> None:
        self.write("MODULE.bazel", "module(name = \n")
        self.expect(COMMAND_LINE, "query //...", "%ROOT%/MODULE.bazel:")

    # ------------------------------------------------------------ files

    def test_unreadable_files(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format("")).chmod(0)
        self.write("tree/BUILD.bazel", 'filegroup(name = "a", srcs = glob(["**"]))\n')
        (self.workspace / "tree" / "closed").mkdir(mode=0)
        self.addCleanup((self.workspace / "tree" / "closed").chmod, 0o755)
        denied = "%ROOT%/lib/BUILD.bazel (Permission denied)"
        self.as_nobody(QUERY_FAILED, "query //lib:a", denied)
        self.as_nobody(FAILED, "aquery //lib:a", denied)
        denied = "%ROOT%/tree/closed (Permission denied)"
        self.as_nobody(0, "query //tree:a", "WARNING: Failed to list directory contents", denied)

    def as_nobody(self, status: int, command: str, *messages: str) -> None:
        """Root may read everything, so another user runs the command."""
        user: Dict[str, Any] = {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}

        def run(*arguments: str) -> workspaces.Output:
            try:
                process = subprocess.run(
                    [workspaces.STARMYPY, *arguments],
                    cwd=self.workspace,
                    capture_output=True,
                    check=False,
                    **user,
                )
            except PermissionError:
                self.skipTest(f"the user nobody may not run {workspaces.STARMYPY}")
            return workspaces.Output(process.returncode, process.stdout, process.stderr.decode())

        self.judge(run("version"), 0)
        self.judge(run(*command.split(), "--output_base=/nowhere"), status, *messages)

    @workspaces.needs_mypy
    def test_missing_source(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format(""))
        message = (
            "%ROOT%/lib/BUILD.bazel:1:11: mypy //lib:a failed: missing input file '//lib:a.py'"
        )
        self.expect(FAILED, "aquery //lib:a --output=ninja --aspects=" + BUILT_IN, message)
        self.check(FAILED, "check //lib:a", message)

    # ------------------------------------------------------------ pypi

    def test_missing_lock_entry(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format('"@pypi//nosuch"'))
        message = "no such package '@@rules_python++pip+pypi//nosuch': //:requirements.txt has no such"
        self.expect(FAILED, "aquery //lib:a", message, "add it there", "starmypy vendor")
        self.expect(QUERY_FAILED, "query deps(//lib:a)", message)
        self.expect(0, "query //...")

    def test_missing_lock(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format('"@pypi//numpy"'))
        (self.workspace / "requirements.txt").unlink()
        self.expect(FAILED, "aquery //lib:a", "requirements.txt")
        self.expect(0, "query //...")

    def test_package_not_on_disk(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format('"@pypi//numpy"'))
        self.write("lib/a.py", "import numpy\n")
        arguments = (f"--vendor_dir={self.base}/empty", f"--output_base={self.base}")
        for command, status in (("query", 0), ("aquery", FAILED)):
            with self.subTest(command=command):
                output = workspaces.run(self.workspace, command, "deps(//lib:a)", *arguments)
                self.judge(
                    output, status, "numpy==1.26.4", "not on disk: run `starmypy vendor` once"
                )

    @workspaces.needs_mypy
    def test_vendor_that_fails(self) -> None:
        directory = self.base / "packages"
        output = workspaces.run(
            self.workspace,
            "vendor",
            f"--mypy={workspaces.MYPY_PYTHON}",
            f"--vendor_dir={directory}",
            f"--output_base={self.base}",
            environment={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.workspace)},
        )
        self.judge(output, FAILED, "vendor: pip could not install cachetools==5.4.0")
        self.assertEqual(list(directory.rglob("*")), [])

    # ------------------------------------------------------------ programs

    def check(self, status: int, command: str, *messages: str, **variables: str) -> None:
        self.expect(status, f"{command} --mypy={workspaces.MYPY_PYTHON}", *messages, **variables)

    def library(self) -> None:
        self.write("lib/BUILD.bazel", LIBRARY.format(""))
        self.write("lib/a.py", "COUNT = 1\n")

    @workspaces.needs_mypy
    def test_no_ninja(self) -> None:
        self.library()
        message = "ninja was not found in PATH. Install it (Debian: `apt-get install ninja-build`)"
        self.check(ENVIRONMENT, "check //lib:a", message, PATH=str(self.base))
        # No worker was started that nothing would use or end.
        self.assertFalse((self.base / "workers").exists())

    def test_no_mypy(self) -> None:
        self.library()
        message = "no Python with mypy was found. Make one with `python3 -m venv"
        # The program would find the environment of its own source tree.
        alone = shutil.copy(workspaces.STARMYPY, self.workspace)
        process = subprocess.run(
            [alone, "check", "//lib:a", f"--output_base={self.base}"],
            cwd=self.workspace,
            env={**os.environ, "PATH": str(self.base)},
            capture_output=True,
            check=False,
        )
        output = workspaces.Output(process.returncode, process.stdout, process.stderr.decode())
        self.judge(output, ENVIRONMENT, message, "--mypy=PYTHON")

    def test_mypy_that_is_none(self) -> None:
        self.library()
        message = "cannot start /no/python: No such file or directory"
        self.expect(ENVIRONMENT, "check //lib:a --mypy=/no/python", message)
        without = self.write("python", f"#!/bin/sh\nexec {sys.executable} -S -E -I \"$@\"\n")
        without.chmod(0o755)
        message = f"{without} cannot import mypy: install it there with"
        self.expect(ENVIRONMENT, f"check //lib:a --mypy={without}", message)

    def test_output_base_that_cannot_be_made(self) -> None:
        self.library()
        self.write_bytes("lib/file", b"")
        base = self.workspace / "lib" / "file" / "base"
        output = workspaces.run(
            self.workspace, "aquery", "//lib:a", "--output=ninja", f"--output_base={base}"
        )
        self.judge(output, FAILED, f"{base}")


if __name__ == "__main__":
    unittest.main()
