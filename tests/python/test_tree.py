# SPDX-License-Identifier: Apache-2.0
"""Trees as archives: what rules/core/bazel_tools/tools/tree/tree.py promises to ninja and to remote engines.

Every test runs the program as an action does, in a directory of its own.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Dict, List, Sequence

TOOL = Path(__file__).resolve().parents[2] / "rules" / "core" / "bazel_tools" / "tools" / "tree" / "tree.py"

MAKE_TREE = (
    "mkdir -p t/d/e t/empty; echo one >t/d/one; echo two >t/d/e/two; echo run >t/run; chmod +x t/run"
)


def contents(tree: Path) -> Dict[str, str]:
    return {
        str(path.relative_to(tree)): path.read_text() if path.is_file() else "/"
        for path in sorted(tree.rglob("*"))
    }


class TreeTest(unittest.TestCase):
    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="test_tree."))
        self.addCleanup(shutil.rmtree, self.root)

    def command(self, *arguments: str) -> List[str]:
        return [sys.executable, "-I", "-S", str(TOOL), *arguments]

    def tree(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments), cwd=self.root, capture_output=True, text=True, check=False
        )

    def succeed(self, *arguments: str) -> str:
        process = self.tree(*arguments)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return process.stdout

    def make(self, script: str = MAKE_TREE) -> bytes:
        self.succeed("--out", "t", "--", "sh", "-c", script)
        return (self.root / "t.zip").read_bytes()

    def names(self, allowed: Sequence[str]) -> None:
        self.assertEqual(sorted(os.listdir(self.root)), sorted(allowed))

    # Packing.

    def test_archive_holds_the_tree(self) -> None:
        self.make()
        with zipfile.ZipFile(self.root / "t.zip") as archive:
            self.assertEqual(archive.namelist(), ["d/e/two", "d/one", "empty/", "run"])
            self.assertEqual(archive.read("d/one"), b"one\n")
        self.names(["t", "t.zip", "t.zip.stamp"])

    def test_equal_trees_give_equal_archives(self) -> None:
        first = self.make()
        # Other order of creation, other times, other permissions.
        second = self.make(
            "umask 077; mkdir -p t/empty; echo run >t/run; chmod 711 t/run; mkdir -p t/d/e;"
            " echo two >t/d/e/two; echo one >t/d/one; touch -d 2001-01-01 t/d/one t/run"
        )
        self.assertEqual(first, second)
        self.assertNotEqual(first, self.make(MAKE_TREE + "; chmod -x t/run"))
        self.assertNotEqual(first, self.make(MAKE_TREE + "; mv t/run t/ran"))

    def test_tree_is_removed_beforehand(self) -> None:
        self.make()
        self.make("test ! -e t && test ! -e t.zip && mkdir t && echo new >t/new")
        self.assertEqual(contents(self.root / "t"), {"new": "new\n"})

    def test_no_tree_is_an_empty_archive(self) -> None:
        self.make("true")
        with zipfile.ZipFile(self.root / "t.zip") as archive:
            self.assertEqual(archive.namelist(), [])
        shutil.rmtree(self.root / "t")
        self.succeed("--in", "t", "--", "test", "-d", "t")

    def test_links_are_followed(self) -> None:
        self.make("mkdir -p t a; echo x >a/x; ln -s ../a t/a; ln -s ../a/x t/x")
        with zipfile.ZipFile(self.root / "t.zip") as archive:
            self.assertEqual(archive.namelist(), ["a/x", "x"])

    def test_several_trees(self) -> None:
        self.succeed("--out", "p/a", "--out", "b", "--", "sh", "-c", "mkdir -p p/a b; echo >p/a/f")
        self.succeed("--in", "p/a", "--in", "b/", "--out", "c", "--", "cp", "-r", "p/a", "c")
        self.assertEqual((self.root / "p/a.zip").read_bytes(), (self.root / "c.zip").read_bytes())

    # Failing commands.

    def test_failure_leaves_no_archive(self) -> None:
        self.make()
        process = self.tree("--out", "t", "--", "sh", "-c", "mkdir t; echo half >t/half; exit 3")
        self.assertEqual(process.returncode, 3)
        self.names(["t"])

    def test_killed_command_kills(self) -> None:
        process = self.tree("--out", "t", "--", "sh", "-c", "kill -TERM $$")
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.names([])

    def test_signal_is_passed_on(self) -> None:
        script = "trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.05; done"
        with subprocess.Popen(
            self.command("--out", "t", "--", "sh", "-c", script),
            cwd=self.root,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            self.assertEqual(process.stdout.readline(), "ready\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.stdout.read(), "caught\n")
            self.assertEqual(process.wait(), 7)
        self.names([])

    def test_messages(self) -> None:
        for arguments, message in (
            (["--", "./missing"], "./missing: No such file or directory"),
            (["true"], "usage: tree.py [--in TREE]... [--out TREE]... -- COMMAND ARGUMENT..."),
            (
                ["--in", "t", "--"],
                "usage: tree.py [--in TREE]... [--out TREE]... -- COMMAND ARGUMENT...",
            ),
            (["--in", "t", "--", "true"], "[Errno 2] No such file or directory: 't.zip'"),
        ):
            with self.subTest(arguments=arguments):
                process = self.tree(*arguments)
                self.assertEqual((process.returncode, process.stderr), (1, f"tree.py: {message}\n"))

    def test_other_archives_are_refused(self) -> None:
        archive = self.make()
        shutil.rmtree(self.root / "t")
        for damaged in (b"", b"PK", archive[:-1], archive[:40] + archive[-80:]):
            (self.root / "t.zip").write_bytes(damaged)
            process = self.tree("--in", "t", "--", "true")
            self.assertEqual(process.returncode, 1)
            self.assertIn("tree.py: t.zip: ", process.stderr)
            self.names(["t.zip", "t.zip.stamp"])

    # Unpacking.

    def test_unpacked_tree_equals_the_packed_one(self) -> None:
        self.make()
        before = contents(self.root / "t")
        shutil.rmtree(self.root / "t")
        (self.root / "t.zip.stamp").unlink()
        self.succeed("--in", "t", "--", "true")
        self.assertEqual(contents(self.root / "t"), before)
        for name, executable in (("run", 0o100), ("d/one", 0)):
            self.assertEqual((self.root / "t" / name).stat().st_mode & 0o100, executable)
        self.names(["t", "t.zip", "t.zip.stamp"])

    def test_producers_tree_is_used_as_it_is(self) -> None:
        self.make()
        inode = (self.root / "t").stat().st_ino
        self.succeed("--in", "t", "--", "true")
        self.assertEqual((self.root / "t").stat().st_ino, inode)

    def test_tree_of_another_archive_is_replaced(self) -> None:
        # As after a remote run: a new archive has come back beside the tree of an older local run.
        self.make("mkdir t; echo new >t/new")
        new = (self.root / "t.zip").read_bytes()
        self.make("mkdir t; echo old >t/old")
        (self.root / "t.zip").write_bytes(new)
        self.succeed("--in", "t", "--", "true")
        self.assertEqual(contents(self.root / "t"), {"new": "new\n"})

    def test_many_consumers_at_once(self) -> None:
        self.make("mkdir t; for i in 1 2 3 4 5 6 7 8 9; do seq 1000 >t/$i; done")
        for _ in range(5):
            shutil.rmtree(self.root / "t")
            consumers = [
                subprocess.Popen(
                    self.command("--in", "t", "--", "sh", "-c", "cat t/* | wc -l"),
                    cwd=self.root,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for _ in range(6)
            ]
            for consumer in consumers:
                self.assertEqual(
                    (consumer.communicate()[0].strip(), consumer.returncode), ("9000", 0)
                )
        self.names(["t", "t.zip", "t.zip.stamp"])


if __name__ == "__main__":
    unittest.main()
