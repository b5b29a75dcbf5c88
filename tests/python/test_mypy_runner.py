# SPDX-License-Identifier: Apache-2.0
"""The programs of rules/mypy's actions, run as actions run them, with real mypy.

The interpreters come from STARMYPY_MYPY_PYTHON and STARMYPY_MYPY_1_0_1_PYTHON, else from build/.
Tests of a mypy that is not there are skipped: Python 3.12 and later have no wheel of mypy 1.0.1.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Dict, List, Optional

ROOT = Path(__file__).resolve().parents[2]
PRIVATE = ROOT / "rules" / "mypy" / "rules_mypy" / "mypy" / "private"
RUNNER = PRIVATE / "mypy_runner.py"
DEFAULT_INI = PRIVATE / "default_mypy.ini"

COLOR = {"MYPY_FORCE_COLOR": "1", "TERM": "xterm-256color"}
# mypy's own account of what it parses, which it puts in the report.
VERBOSE_INI = "[mypy]\nfollow_imports = silent\nverbosity = 1\n"
PARSED = re.compile(r"^LOG:  Parsing \S+ \((\S+)\)$", re.MULTILINE)

SOURCES = {
    "lib/__init__.py": "",
    "lib/money.py": "def cents(euros: float) -> int:\n    return round(euros * 100)\n",
    "tax/__init__.py": "",
    "tax/rate.py": "import json\nfrom lib.money import cents\nVAT: int = cents(0.19)\n",
    "app/main.py": "from lib.money import cents\nfrom tax.rate import VAT\nprint(cents(1) + VAT)\n",
    "bad.py": 'import lib.money\n\nlib.money.cents("1")\n',
    "broken.py": "x = = 1\n",
}


class Workspace(unittest.TestCase):
    """An execution root with SOURCES in it."""

    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="test_mypy_runner."))
        self.addCleanup(shutil.rmtree, self.root)
        for name, text in SOURCES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def digests(self, tree: str) -> Dict[str, str]:
        return {
            str(path.relative_to(self.root / tree)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((self.root / tree).rglob("*"))
            if path.is_file()
        }


class RunnerTests:
    """Keeps Cases, which needs a mypy to be named, from being taken for a test of its own."""

    class Cases(Workspace):
        """The tests of one mypy; a class below per version."""

        variable = ""
        default = ""
        python = ""

        @classmethod
        def setUpClass(cls) -> None:
            cls.python = os.environ.get(cls.variable) or str(ROOT / cls.default)
            if not os.path.exists(cls.python):
                raise unittest.SkipTest(
                    f"no {cls.python}; {cls.variable} names another interpreter"
                )

        def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
            return subprocess.Popen(
                [self.python, str(RUNNER), *arguments],
                cwd=self.root,
                env={"MYPYPATH": ".", "PYTHONNOUSERSITE": "true", **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

        def run_action(
            self,
            name: str,
            *sources: str,
            upstreams: Optional[List[str]] = None,
            ini: str = str(DEFAULT_INI),
            status: int = 0,
            environment: Optional[Dict[str, str]] = None,
        ) -> str:
            """Runs the action of target `name`, expects `status`, and returns the report."""
            arguments = [
                "--output",
                f"out/{name}.mypy_stdout",
                "--cache-dir",
                f"out/{name}.mypy_cache",
            ]
            for upstream in upstreams or []:
                arguments += ["--upstream-cache", f"out/{upstream}.mypy_cache"]
            with self.start(
                *arguments, *sources, "--mypy-ini", ini, **environment or {}
            ) as process:
                stdout, stderr = process.communicate()
            report = self.without_version(self.read(f"out/{name}.mypy_stdout"))
            self.assertEqual(process.returncode, status, stderr)
            self.assertEqual((stdout, stderr), ("", report if status else ""))
            self.assertEqual(
                [path for path in os.listdir(self.root / "out") if path.endswith(".tmp")], []
            )
            return report

        def test_success(self) -> None:
            report = self.run_action("app", "app/main.py", "lib/money.py")
            self.assertEqual(report, "Success: no issues found in 2 source files\n")

        def test_type_error(self) -> None:
            report = self.run_action("bad", "bad.py", status=1)
            self.assertIn('bad.py:3: error: Argument 1 to "cents"', report)
            self.assertIn(
                '    lib.money.cents("1")', report
            )  # The default configuration is pretty.
            self.assertTrue(report.endswith("Found 1 error in 1 file (checked 1 source file)\n"))

        def test_blocking_error(self) -> None:
            report = self.run_action("broken", "broken.py", status=2)
            self.assertIn("broken.py:1: error:", report)

        def test_missing_configuration(self) -> None:
            report = self.run_action("app", "app/main.py", ini="none.ini", status=2)
            self.assertIn("none.ini", report)

        def test_color(self) -> None:
            report = self.run_action("bad", "bad.py", status=1, environment=COLOR)
            self.assertIn("\x1b[", report)
            self.assertNotIn("\x1b[", self.run_action("app", "app/main.py"))

        def test_upstream_caches_are_reused(self) -> None:
            self.write("verbose.ini", VERBOSE_INI)
            self.run_action("lib", "lib/__init__.py", "lib/money.py", ini="verbose.ini")
            self.run_action(
                "tax", "tax/__init__.py", "tax/rate.py", upstreams=["lib"], ini="verbose.ini"
            )
            before = {name: self.digests(f"out/{name}.mypy_cache") for name in ("lib", "tax")}
            report = self.run_action(
                "app", "app/main.py", upstreams=["lib", "tax"], ini="verbose.ini"
            )
            # "app" is the namespace package around the only new file.
            self.assertEqual(set(PARSED.findall(report)), {"app", "app.main"})
            for name, digests in before.items():
                self.assertEqual(self.digests(f"out/{name}.mypy_cache"), digests)

        def test_cache_is_files_even_if_the_configuration_wants_a_database(self) -> None:
            self.write("sqlite.ini", "[mypy]\nsqlite_cache = True\n")
            self.run_action("lib", "lib/__init__.py", "lib/money.py", ini="sqlite.ini")
            entries = list(self.digests("out/lib.mypy_cache"))
            self.assertTrue([entry for entry in entries if "/lib/money.meta." in entry], entries)
            self.assertEqual([entry for entry in entries if ".db" in entry], [])

        def test_first_upstream_wins_and_misses_are_dropped(self) -> None:
            for upstream, text in (("first", "1"), ("second", "2")):
                self.write(f"out/{upstream}.mypy_cache/3.0/both", text)
                self.write(f"out/{upstream}.mypy_cache/missing_stubs", "types-six\n")
            self.write("out/second.mypy_cache/3.0/only", "2")
            os.chmod(self.root / "out/first.mypy_cache/3.0/both", 0o444)
            self.run_action("app", "app/main.py", upstreams=["first", "second"])
            self.assertEqual(self.read("out/app.mypy_cache/3.0/both"), "1")
            self.assertEqual(self.read("out/app.mypy_cache/3.0/only"), "2")
            self.assertFalse((self.root / "out/app.mypy_cache/missing_stubs").exists())

        def test_without_a_cache_nothing_is_left(self) -> None:
            temporary = self.root / "temporary"
            temporary.mkdir()
            with self.start(
                "--output",
                "report",
                "--upstream-cache",
                "none",
                "app/main.py",
                TMPDIR=str(temporary),
            ) as process:
                process.communicate()
            self.assertEqual(process.returncode, 0)
            report = self.without_version(self.read("report"))
            self.assertEqual(report, "Success: no issues found in 1 source file\n")
            self.assertEqual(os.listdir(temporary), [])
            self.assertFalse((self.root / ".mypy_cache").exists())

        def test_own_folder_is_no_place_for_packages(self) -> None:
            self.write("app/main.py", "import mypy_runner\n")
            self.assertIn("mypy_runner", self.run_action("app", "app/main.py", status=1))

        def without_version(self, report: str) -> str:
            """The report without its last line, which must name the mypy that was used."""
            text, line = report[: report.rindex("mypy ")], report[report.rindex("mypy ") :]
            self.assertRegex(line, r"^mypy \d+\.\d+\S*\n$")
            return text

        def test_killed_run_leaves_no_report(self) -> None:
            self.write("out/app.mypy_stdout", "Success: of an earlier run\n")
            with self.start(
                "--output",
                "out/app.mypy_stdout",
                "--cache-dir",
                "out/app.mypy_cache",
                "app/main.py",
            ) as process:
                while (self.root / "out/app.mypy_stdout").exists():
                    time.sleep(0.005)
                process.send_signal(signal.SIGKILL)
                process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL)
            self.assertFalse((self.root / "out/app.mypy_stdout").exists())


class NewestMypyTest(RunnerTests.Cases):
    variable = "STARMYPY_MYPY_PYTHON"
    default = "build/mypy/bin/python"


class OldMypyTest(RunnerTests.Cases):
    variable = "STARMYPY_MYPY_1_0_1_PYTHON"
    default = "build/mypy-1.0.1/bin/python"


class NoMypyTest(Workspace):
    def test_message(self) -> None:
        process = subprocess.run(
            [sys.executable, "-I", "-S", str(RUNNER), "--output", "report", "app/main.py"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(process.returncode, 2)
        self.assertIn(f"mypy_runner: {sys.executable} cannot import mypy: ", process.stderr)
        self.assertFalse((self.root / "report").exists())


class PyTypeLibraryTest(Workspace):
    def make(self) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [
                sys.executable,
                "-I",
                "-S",
                str(PRIVATE / "py_type_library.py"),
                "--input",
                "repo/site-packages",
                "--output",
                "out",
            ],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_suffix_is_dropped_once(self) -> None:
        for name in (
            "six-stubs/moves/__init__.pyi",
            "plain/a.pyi",
            "odd-stubs-stubs/a.pyi",
            "single.pyi",
            "types_six.dist-info/METADATA",
            "both/a.pyi",
            "both-stubs/b.pyi",
        ):
            self.write(f"repo/site-packages/{name}", name)
        self.write("repo/site-packages/both/b.pyi", "overridden")
        (self.root / "repo/site-packages/link-stubs").symlink_to("six-stubs")
        self.assertEqual(self.make().stderr, "")
        self.assertEqual(
            list(self.digests("out/site-packages")),
            [
                "both/a.pyi",
                "both/b.pyi",
                "link/moves/__init__.pyi",
                "odd-stubs/a.pyi",
                "plain/a.pyi",
                "single.pyi",
                "six/moves/__init__.pyi",
                "types_six.dist-info/METADATA",
            ],
        )
        self.assertEqual(self.read("out/site-packages/both/b.pyi"), "both-stubs/b.pyi")

    def test_missing_input(self) -> None:
        process = self.make()
        self.assertEqual(process.returncode, 1)
        self.assertIn("py_type_library: [Errno 2] No such file or directory", process.stderr)


if __name__ == "__main__":
    unittest.main()
