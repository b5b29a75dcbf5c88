# SPDX-License-Identifier: Apache-2.0
"""`starmypy check` with workers: when they start, what they are told, when they end, and what happens without."""

import subprocess
import unittest
from typing import List

import workspaces
from check_workspace import CheckWorkspace

UNITS = ["base", "middle", "other", "top"]


class CheckWorkersTest(CheckWorkspace):
    worker = True

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.shut_down)

    def shut_down(self) -> str:
        return workspaces.shut_down(self.workspace, self.base)

    def units(self) -> List[str]:
        return [word for word in self.ran if word in UNITS]

    def starts(self) -> List[str]:
        return [word[len("start:"):] for word in self.ran if word.startswith("start:")]

    def test_life(self) -> None:
        self.assertIn("mode own, worker\n", self.check())
        self.assertEqual(self.units(), UNITS)
        self.assertEqual(self.ran.count("by-worker"), 4)
        self.assertEqual(self.starts(), [""])
        self.write("other.txt", "def other\nwarn you\nerror in it\n")
        text = self.check(status=1)
        self.assertIn("INFO: From checking //:other:\nyou\n", text)
        self.assertIn("//:other:\nother.txt:1: error: in it\n", text)
        self.assertEqual(self.ran, ["by-worker", "other"])
        self.write("other.txt", "crash\n")
        self.assertIn("//:other:\nno such thing\n", self.check(status=1))
        self.assertIn("1 worker ended", self.shut_down())
        self.assertIn("0 workers ended", self.shut_down())
        self.write("other.txt", "def other\n")
        self.check("--worker_quit_after_build")
        self.assertEqual(self.ran, ["by-worker", "other", "start:"])
        self.assertIn("0 workers ended", self.shut_down())

    def test_started_for_work_only(self) -> None:
        self.check()
        self.shut_down()
        self.check()
        self.assertEqual(self.ran, [])

    def test_strategy_changes_nothing_else(self) -> None:
        self.assertIn("mode own, local\n", self.check("--strategy=local"))
        self.assertEqual(self.ran, UNITS)
        self.check("--strategy=worker")
        self.assertEqual(self.ran, [])
        self.write("other.txt", "def other\nmore\n")
        self.check("--strategy=worker")
        self.assertEqual(self.ran, ["by-worker", "other", "start:"])
        self.write("other.txt", "def other\nless\n")
        self.check("--strategy=mypy=local")  # and the worker that runs is not asked
        self.assertEqual(self.ran, ["other"])

    def test_options(self) -> None:
        self.check()
        self.write("other.txt", "def other\nmore\n")
        self.check("--total_worker_memory_limit_mb=512", "--worker_max_idle_secs=60")
        self.assertEqual(self.starts(), ["--max_idle_secs=60,--memory_limit_mb=512"])
        self.assertIn("1 worker ended", self.shut_down())

    def test_no_worker(self) -> None:
        self.write("tools/checker.py", self.checker_text(no_worker="yes"))
        text = self.check()
        self.assertIn("WARNING: no worker for 'mypy' actions: tools/checker.py ended with status 1: no worker today", text)
        self.assertIn("no errors", text)
        self.assertEqual(self.ran, UNITS)

    def test_clients_take_turns(self) -> None:
        """Many wait for a worker at once, but few become processes where there is none."""
        self.write("tools/checker.py", self.checker_text(no_worker="yes"))
        names = [f"u{i}" for i in range(6)]
        self.write("BUILD", 'load("//tools:check.bzl", "unit")\n' + "".join(
            f'unit(name = "{name}", srcs = ["{name}.txt"])\n' for name in names))
        for name in names:
            self.write(f"{name}.txt", f"def {name}\nsleep 0.1\n")
        self.check("-j1")
        events = [word for word in self.log.read_text().split() if word in "<>"]
        self.assertEqual(events, ["<", ">"] * 6)

    def test_exported_graph_knows_no_workers(self) -> None:
        for output in ("ninja", "commands", "jsonproto"):
            text = workspaces.run(
                self.workspace, "aquery", "//:all", "--aspects=//tools:check.bzl%check",
                f"--output={output}", f"--output_base={self.base}",
            ).stdout
            self.assertIn("tools/checker.py", text)
            self.assertNotIn("worker-client", text)
            self.assertNotIn("\x1e", text)

    def test_clean(self) -> None:
        self.check()
        subprocess.run([workspaces.STARMYPY, "clean", f"--output_base={self.base}"], cwd=self.workspace, check=True)
        self.assertIn("0 workers ended", self.shut_down())

    def test_moved_execution_root(self) -> None:
        """A worker stays in its directory wherever that goes: it is ended, and another one started."""
        self.check()
        root = self.base / "execroot"
        root.rename(self.base / "elsewhere")
        self.assertIn("no errors", self.check())
        self.assertEqual(self.starts(), [""])
        self.assertEqual(self.ran.count("by-worker"), len(UNITS))


if __name__ == "__main__":
    unittest.main()
