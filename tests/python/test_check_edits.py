# SPDX-License-Identifier: Apache-2.0
"""`starmypy check` from edit to edit: which actions run again, what is told, and what a kill or a full disk leaves behind.

The workspace brings an aspect of its own, whose checker is a small program here. It behaves as mypy's does: an interface
per module, a report, an exit code, a list of unused inputs with a makefile beside it, and a verdict that fails.
"""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Dict, List, Optional

import workspaces

CHECK_BZL = '''
load("@rules_mypy//mypy/private:providers.bzl", "MypyInfo")

Below = provider(fields = ["interfaces"])

def _unit_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs))]

unit = rule(
    implementation = _unit_impl,
    attrs = {"srcs": attr.label_list(allow_files = [".txt"]), "deps": attr.label_list()},
)

def _check_impl(target, ctx):
    name = ctx.label.name
    below = depset(transitive = [dep[Below].interfaces for dep in ctx.rule.attr.deps])
    interface = ctx.actions.declare_file(name + ".interface")
    report = ctx.actions.declare_file(name + ".report")
    code = ctx.actions.declare_file(name + ".code")
    unused = ctx.actions.declare_file(name + ".unused")
    verdict = ctx.actions.declare_file(name + ".verdict")
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.add_all([interface, report, code, unused])
    args.add(ctx.label)
    args.add_all(ctx.rule.files.srcs)
    args.add_all(below, before_each = "--below")
    ctx.actions.run(
        executable = "PYTHON",
        arguments = ["-ISS", ctx.file._checker.path, args],
        inputs = depset(ctx.rule.files.srcs, transitive = [below]),
        tools = [ctx.file._checker],
        outputs = [interface, report, code, unused],
        unused_inputs_list = unused,
        mnemonic = "mypy",
        progress_message = "checking %{label}",
    )
    ctx.actions.run(
        executable = "/bin/sh",
        arguments = [
            "-c",
            'read c <"$2"; if [ "$c" = 0 ]; then : >"$3"; else cat "$1" >&2; exit 1; fi # $1',
            "sh",
            report.path,
            code.path,
            verdict.path,
        ],
        inputs = [report, code],
        outputs = [verdict],
        mnemonic = "Verdict",
        progress_message = "verdict on %{label}",
    )
    return [
        Below(interfaces = depset([interface], transitive = [below])),
        MypyInfo(mode = "own", report = report, verdict = verdict, exit_code = code, sources = ctx.rule.files.srcs, path = [], upstream = []),
    ]

check = aspect(
    implementation = _check_impl,
    attr_aspects = ["deps"],
    attrs = {"_checker": attr.label(default = "//tools:checker.py", allow_single_file = True)},
)
'''

# Lines of sources: "def X" is interface; "use NAME" needs NAME's; "error X", "warn X", "block", "crash", "nothing".
CHECKER = '''
import os, sys, time
interface, report, code, unused, label, *rest = sys.argv[1:]
with open("LOG", "a") as log: log.write(label.split(":")[1] + "\\n")
sources = [word for word in rest if word.endswith(".txt")]
below = [word for word in rest if word.endswith(".interface")]
lines = [line.split() for source in sources for line in open(source)]
used = [path for path in below if ["use", os.path.basename(path)[:-10]] in lines]
blocked = [path for path in used if open(path).read() == "blocked"]
def put(path, text, always=True):
    if not always and os.path.exists(path) and open(path).read() == text: return
    with open(path + ".tmp", "w") as file: file.write(text)
    os.replace(path + ".tmp", path)
found = [" ".join(line[1:]) for line in lines if line[:1] == ["error"]]
for line in lines:
    if line[:1] == ["warn"]: print(*line[1:], file=sys.stderr)
    if line[:1] == ["sleep"]: time.sleep(float(line[1]))
if ["crash"] in lines: sys.exit("no such thing")
if ["nothing"] in lines: sys.exit(0)
block = ["block"] in lines
text = "".join(f"{sources[0]}:1: error: {e}\\n" for e in found)
text += f"Found {len(found)} errors in 1 file (checked 1 source file)\\n" if found else "Success: no issues found in 1 source file\\n"
if block: text = f"{sources[0]}:1: error: bad syntax\\nFound 1 error in 1 file (errors prevented further checking)\\n"
if blocked: text = f"{label}: not checked: {blocked[0]} has a blocking error\\n"
definitions = "".join(line[1] + "\\n" for line in lines if line[:1] == ["def"])
put(interface, "blocked" if block or blocked else definitions, always=False)
put(report, text)
put(code, f"{3 if blocked else 2 if block else 1 if found else 0}\\n")
put(unused, "".join(path + "\\n" for path in below if path not in used))
put(unused + ".d", f"{interface}: " + " ".join(sources + used) + "\\n")
'''


@unittest.skipUnless(shutil.which("ninja"), "no ninja")
@workspaces.needs_mypy
class CheckEditsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test check.")  # the blank is part of the test
        self.addCleanup(folder.cleanup)
        self.workspace, self.base = Path(folder.name, "workspace"), Path(folder.name, "base")
        self.log = Path(folder.name, "log")
        self.root = self.base / "execroot" / "_main"
        self.write("MODULE.bazel", "")
        self.write("tools/BUILD", 'exports_files(["checker.py"])\n')
        self.write("tools/check.bzl", CHECK_BZL.replace("PYTHON", sys.executable))
        self.write("tools/checker.py", CHECKER.replace("LOG", str(self.log)))
        self.chain("top", "middle", "base", "other")

    def chain(self, *names: str) -> None:
        """A BUILD file in which each unit depends on the next, but for "other", which stands alone."""
        text = 'load("//tools:check.bzl", "unit")\n'
        for name, below in zip(names, names[1:] + ("",)):
            deps = [] if below in ("", "other") else [f":{below}"]
            text += f'unit(name = "{name}", srcs = ["{name}.txt"], deps = {deps})\n'
            if not (self.workspace / f"{name}.txt").exists():
                use = f"use {below}\n" if deps else ""
                self.write(f"{name}.txt", f"def {name}\n{use}")
        self.write("BUILD", text)

    def write(self, name: str, text: str) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def command(self, *words: str) -> List[str]:
        return [
            workspaces.STARMYPY,
            "check",
            "--aspects=//tools:check.bzl%check",
            f"--mypy={workspaces.MYPY_PYTHON}",
            f"--output_base={self.base}",
            *words,
        ]

    def check(self, *words: str, status: int = 0) -> str:
        """Checks, and returns all that was told. What ran is then in self.ran."""
        self.log.write_text("")
        process = subprocess.run(
            self.command(*words),
            cwd=self.workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        text = process.stdout.decode()
        self.assertEqual(process.returncode, status, text)
        self.ran = sorted(self.log.read_text().split())
        return text

    def settle(self, *words: str) -> None:
        """Checks until nothing runs: right after a write the next check looks again."""
        self.check(*words)
        time.sleep(0.02)
        self.check(*words)
        self.check(*words)
        self.assertEqual(self.ran, [])

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
        self.assertIn("other.interface", self.outputs())
        self.check("//:base")
        self.assertIn("other.interface", self.outputs())  # not looked at
        self.chain("top", "middle", "base")
        self.check()
        self.assertEqual([name for name in self.outputs() if name.startswith("other")], [])
        self.assertEqual(self.ran, [])
        self.chain("top", "middle", "base", "other")
        self.check()
        self.assertEqual(self.ran, ["other"])

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
