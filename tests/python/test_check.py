# SPDX-License-Identifier: Apache-2.0
"""`starmypy check` beside itself: a second run waits, one that is stopped leaves nothing that the next one trips over."""

import fcntl
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import List

import workspaces

SCENARIOS = workspaces.ROOT / "tests" / "scenarios"
INTERRUPTED = 8
PATIENCE = 60  # seconds


@workspaces.needs_mypy
class CheckTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_check.")
        self.addCleanup(folder.cleanup)
        self.base = Path(folder.name, "base")
        self.addCleanup(workspaces.shut_down, SCENARIOS / "chain", self.base)

    def command(self, *arguments: str) -> List[str]:
        options = [f"--vendor_dir={SCENARIOS / 'vendor'}", f"--output_base={self.base}"]
        return [workspaces.STARMYPY, *arguments, *options]

    def start(self) -> "subprocess.Popen[str]":
        child = subprocess.Popen(
            self.command("check", f"--mypy={workspaces.MYPY_PYTHON}"),
            cwd=SCENARIOS / "chain",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def finish(self, child: "subprocess.Popen[str]", status: int) -> str:
        text, _ = child.communicate(timeout=PATIENCE)
        self.assertEqual(child.returncode, status, text)
        return text

    def reports(self) -> List[str]:
        # While programs make and remove directories, which os.walk passes over.
        names = (name for _, _, names in os.walk(self.base) for name in names)
        return sorted(name for name in names if name.endswith(".mypy_stdout"))

    def stop_in_the_middle(self, number: signal.Signals) -> "subprocess.Popen[str]":
        """Starts a check and signals all of it once the first report is there."""
        child = self.start()
        end = time.monotonic() + PATIENCE
        while not self.reports() and child.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        os.killpg(child.pid, number)
        return child

    def test_second_run_waits(self) -> None:
        self.base.mkdir()
        with open(self.base / "lock", "w", encoding="utf-8") as lock:
            lock.write("4711\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            child = self.start()
            assert child.stdout
            waiting = "INFO: Another command (pid=4711) is running. Waiting for it to complete...\n"
            self.assertIn(waiting, iter(child.stdout.readline, ""))
            self.assertEqual(self.reports(), [])
        self.assertIn("4 targets checked", self.finish(child, 0))

    def test_interrupted_run(self) -> None:
        self.finish(self.stop_in_the_middle(signal.SIGINT), INTERRUPTED)
        self.assertIn("4 targets checked", self.finish(self.start(), 0))

    def test_killed_run(self) -> None:
        self.finish(self.stop_in_the_middle(signal.SIGKILL), -signal.SIGKILL)
        self.assertIn("4 targets checked", self.finish(self.start(), 0))

    def test_clean(self) -> None:
        self.finish(self.start(), 0)
        (self.base / "external").mkdir()
        (self.base / "mine").mkdir()
        for option, left in (([], ["external", "lock", "mine"]), (["--expunge"], ["mine"])):
            subprocess.run(self.command("clean", *option), cwd=SCENARIOS / "chain", check=True)
            self.assertEqual(sorted(os.listdir(self.base)), left)


if __name__ == "__main__":
    unittest.main()
