# SPDX-License-Identifier: Apache-2.0
"""`starmypy check` from edit to edit: which actions run again, what is told, and what a kill or a full disk leaves behind."""

import os
import re
import resource
import signal
import subprocess
import time
import unittest
from typing import List

import workspaces
from check_workspace import CheckWorkspace


class CheckEditsTest(CheckWorkspace):
    def test_used_inputs(self) -> None:
        text = self.check()
        self.assertEqual(self.ran, ["base", "middle", "other", "top"])
        self.assertIn("4 targets checked (4 files), 8 actions run", text)
        self.assertIn(", mode own, local", text)
        self.settle()
        self.write("base.txt", "def base\na body\n")
        self.check()
        self.assertEqual(self.ran, ["base"])
        self.write("base.txt", "def base\ndef more\n")
        self.check()
        self.assertEqual(self.ran, ["base", "middle"])  # middle's own interface stays
        self.write("middle.txt", "def middle\ndef unrelated\n")  # uses base no more
        self.check()
        self.assertEqual(self.ran, ["middle", "top"])
        self.write("base.txt", "def base\n")
        self.check()
        self.assertEqual(self.ran, ["base"])
        self.check()
        self.assertEqual(self.ran, [])

    def test_tools(self) -> None:
        self.settle()
        self.write("tools/checker.py", (self.workspace / "tools/checker.py").read_text() + "\n")
        self.check()
        self.assertEqual(len(self.ran), 4)

    def test_verdicts(self) -> None:
        self.write("base.txt", "def base\nerror first\nerror second\n")
        text = self.check(status=1)
        self.assertIn("//:base:\nbase.txt:1: error: first\nbase.txt:1: error: second\n", text)
        self.assertIn("4 targets checked (4 files), 8 actions run", text)
        self.assertIn("2 errors in 1 target", text)
        self.assertEqual(len(self.ran), 4)  # those above as well
        again = self.check(status=1)
        self.assertIn("base.txt:1: error: second", again)
        self.assertIn("2 errors in 1 target", again)
        # A report of an earlier run is not that of an action that did not do its work.
        self.write("base.txt", "crash\n")
        text = self.check(status=1)
        self.assertIn("//:base:\nno such thing\n", text)
        self.assertNotIn("second", text)
        self.assertIn("//:middle: not checked, because //:base could not be checked\n", text)
        self.assertIn("0 errors in 1 target, 2 not checked", text)
        self.write("base.txt", "def base\n")
        self.assertIn("no errors", self.check())

    def test_blocking_error(self) -> None:
        self.settle()
        self.write("base.txt", "block\n")
        text = self.check(status=1)
        self.assertIn("//:base:\nbase.txt:1: error: bad syntax\n", text)
        self.assertRegex(text, r"//:middle: not checked: \S*base.interface has a blocking error\n")
        self.assertIn("2 targets checked", text)
        self.assertIn("1 error in 1 target, 2 not checked", text)
        self.write("base.txt", "def base\n")
        self.assertIn("no errors", self.check())
        self.assertEqual(self.ran, ["base", "middle", "top"])

    def test_notes_once(self) -> None:
        for name in ("base", "other"):
            self.write(f"{name}.txt", f"def {name}\nwarn common\nwarn of {name}\n")
        text = self.check()
        self.assertRegex(text, r"INFO: From checking //:(base|other):\n")
        self.assertEqual(len(re.findall("^common$", text, re.M)), 1)
        self.assertIn("of base\n", text)
        self.assertIn("of other\n", text)
        self.assertNotIn("common", self.check())

    def test_told_as_it_comes(self) -> None:
        self.write("base.txt", "def base\nerror early\n")
        self.write("other.txt", "def other\nsleep 9\n")
        child = subprocess.Popen(
            self.command("-j2"),
            cwd=self.workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert child.stdout
        try:
            self.assertEqual(child.stdout.readline(), "//:base:\n")
            self.assertIn("error: early", child.stdout.readline())
            self.assertIsNone(child.poll())
        finally:
            os.killpg(child.pid, signal.SIGINT)  # which ninja hands on
            child.communicate()

    def test_missing_output(self) -> None:
        self.write("base.txt", "nothing\n")
        text = self.check(status=1)
        self.assertRegex(text, r"//:base:\noutput '\S*/base\.interface' was not created\n")
        self.assertIn("//:top: not checked, because //:base could not be checked", text)
        self.write("base.txt", "def base\n")
        self.check()

    def test_older_source(self) -> None:
        """Ninja compares times; what has an older one is new all the same."""
        self.settle()
        path = self.workspace / "base.txt"
        saved = self.write("saved", "def base\nerror in an older file\n")
        os.utime(saved, (1, 1))
        os.rename(saved, path)
        self.assertIn("an older file", self.check(status=1))
        self.assertEqual(self.ran, ["base"])
        path.write_text("def base\ndef more\n")
        os.utime(path, (2, 2))
        self.check()
        self.assertEqual(self.ran, ["base", "middle"])
        # The same size and time.
        path.write_text("def base\ndef mora\n")
        os.utime(path, (2, 2))
        self.check()
        self.assertEqual(self.ran, ["base", "middle"])
        time.sleep(0.02)
        self.check()
        self.check()
        self.assertEqual(self.ran, [])

    def test_older_source_in_narrow_runs(self) -> None:
        """A change that another run has seen, for other targets, is still one for the rest."""
        self.write("BUILD", 'load("//tools:check.bzl", "unit")\n'
                   '[unit(name = n, srcs = ["shared.txt"]) for n in ["a", "b"]]\n')
        self.write("shared.txt", "def one\n")
        self.settle()
        path = self.write("shared.txt", "error two\n")
        os.utime(path, (1, 1))
        self.check("//:a", status=1)
        self.assertEqual(self.ran, ["a"])
        self.check("//:b", status=1)
        self.assertEqual(self.ran, ["b"])

    def test_edited_while_it_is_checked(self) -> None:
        self.settle()
        path = self.write("other.txt", "def other\nsleep 1\n")
        time.sleep(0.05)
        self.log.write_text("")
        child = subprocess.Popen(self.command(), cwd=self.workspace, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not self.log.read_text() and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.2)
        path.write_text("def other\nerror too late\n")
        self.assertEqual(child.wait(timeout=60), 0)
        self.assertIn("too late", self.check(status=1))

    def test_failure_after_change(self) -> None:
        """An action that was to run again and did not end well runs until it does."""
        self.settle()
        path = self.write("base.txt", "crash\n")
        os.utime(path, (1, 1))
        for _ in range(2):
            self.assertIn("no such thing", self.check(status=1))
        path.write_text("def base\n")
        os.utime(path, (1, 1))
        self.check()
        self.assertEqual(self.ran, ["base"])

    def test_killed(self) -> None:
        """At any moment: the next run is right, and repeats only what was under way."""
        names = [f"u{i}" for i in range(12)]
        self.write("BUILD", 'load("//tools:check.bzl", "unit")\n' + "".join(
            f'unit(name = "{name}", srcs = ["{name}.txt"])\n' for name in names))
        jobs = 2
        for n in range(12):
            for name in names:
                self.write(f"{name}.txt", f"def {name}\nround {n}\n{'error in it' if n % 2 else ''}\n")
            time.sleep(0.02)
            self.log.write_text("")
            child = subprocess.Popen(
                self.command(f"-j{jobs}"),
                cwd=self.workspace,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(0.04 * n + 0.05)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            time.sleep(0.02)
            before = self.log.read_text().split()
            text = self.check(status=n % 2)
            self.assertEqual(text.count("error: in it"), 12 * (n % 2), text)
            repeated = [name for name in self.ran if name in before]
            self.assertLessEqual(len(repeated), jobs, (before, self.ran))
            self.assertEqual(sorted(set(before) | set(self.ran)), sorted(names))

    def test_full_disk(self) -> None:
        """Files that may not grow are as good as a full disk."""
        self.settle()
        self.write("base.txt", "def base\n" + "error of some length\n" * 400)
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        process = subprocess.run(
            self.command(), cwd=self.workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=limit, check=False, timeout=60,
        )
        self.assertIn(process.returncode, (1, 36), process.stdout)
        self.assertIn(b"File too large", process.stdout)
        self.assertEqual(self.check(status=1).count("of some length"), 400)

    def test_two_at_once(self) -> None:
        children = [
            subprocess.Popen(self.command(), cwd=self.workspace, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
            for _ in range(2)
        ]
        texts = [child.communicate(timeout=60)[0] for child in children]
        self.assertEqual([child.returncode for child in children], [0, 0], texts)
        self.assertEqual(len(self.log.read_text().split()), 4)

    def outputs(self) -> List[str]:
        return sorted(path.name for path in (self.root / "bazel-out").rglob("*") if path.is_file())

    def test_outputs_of_removed_targets(self) -> None:
        self.settle()
        self.assertLessEqual({"other.interface", "other.manifest"}, set(self.outputs()))
        self.check("//:base")
        self.assertIn("other.interface", self.outputs())  # not looked at
        self.chain("top", "middle", "base")
        self.check()
        self.assertEqual([name for name in self.outputs() if name.startswith("other")], [])
        self.assertEqual(self.ran, [])
        self.chain("top", "middle", "base", "other")
        self.check()
        self.assertEqual(self.ran, ["other"])

    def test_mypy_at_hand(self) -> None:
        """An old one is told of, found in PATH, asked once, and asked again when it is another."""
        asked = self.workspace / "asked"
        def install(version: str) -> None:
            python = self.write("bin/oldpython", f"#!/bin/sh\necho >>'{asked}'\n"
                                f"printf '{version}\\nold\\n%s\\n' \"$0\"\n")
            python.chmod(0o755)
        install("1.0.1")
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = f"{self.workspace}/bin:{path}"
        for _ in range(2):
            text = self.check("--mypy=oldpython")
            self.assertRegex(text, "INFO: mypy 1.0.1 is older than 1.17: .*mode=compat\n")
            self.assertIn(f"INFO: mypy 1.0.1 of {self.workspace}/bin/oldpython, mode own, local\n", text)
        self.assertEqual(asked.read_text(), "\n")
        install("2.4.99")
        self.assertNotIn("older", self.check("--mypy=oldpython"))

    def test_options(self) -> None:
        text = self.check("--strategy=never", status=2)
        self.assertIn("'never' is not a valid strategy of 'mypy' actions", text)
        self.write(".bazelrc", "check:mine --color=no\nbuild --strategy=Javac=worker\n")
        self.write("more.bazelrc", "check:more --color=no\n")
        self.check("--strategy=mypy=local", "--config", "mine")
        subprocess.run(
            [workspaces.STARMYPY, "--bazelrc", "more.bazelrc", *self.command("--config=more")[1:]],
            cwd=self.workspace, check=True, stderr=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    unittest.main()
