# SPDX-License-Identifier: Apache-2.0
"""The action graph of examples/monorepo as protocol buffers: one strict message in three encodings, and always the same bytes."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import workspaces

PROTO = workspaces.ROOT / "tests" / "proto"
TOOLS_PYTHON = os.environ.get("STARMYPY_TOOLS_PYTHON", str(workspaces.ROOT / "build/tools/bin/python"))
FORMATS = ("jsonproto", "textproto", "proto")


class ProtoTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_proto.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def aquery(self, workspace: Path, form: str) -> bytes:
        output = workspaces.run(
            workspace,
            "aquery",
            "//...",
            f"--output={form}",
            "--include_file_write_contents",
            "--include_param_files",
            f"--vendor_dir={workspaces.vendor_example()}",
            f"--output_base={self.folder / 'base'}",
        )
        self.assertEqual((output.status, output.stderr), (0, ""))
        return output.data

    @unittest.skipUnless(shutil.which("protoc"), "no protoc")
    @unittest.skipUnless(os.path.exists(TOOLS_PYTHON), f"no {TOOLS_PYTHON}")
    def test_three_encodings_of_one_strict_message(self) -> None:
        descriptors = self.folder / "analysis.descriptors"
        subprocess.run(
            ["protoc", f"-I{PROTO}", f"--descriptor_set_out={descriptors}", "analysis.proto"],
            check=True,
        )
        files = [self.folder / f"graph.{name}" for name in FORMATS]
        for name, file in zip(FORMATS, files):
            file.write_bytes(self.aquery(workspaces.EXAMPLE, name))
        process = subprocess.run(
            [TOOLS_PYTHON, str(PROTO / "strict.py"), str(descriptors), *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        self.assertRegex(process.stdout, r"^\d\d+ actions$")

    def test_same_bytes_in_ten_runs(self) -> None:
        first = self.aquery(workspaces.EXAMPLE, "jsonproto")
        for _ in range(9):
            self.assertEqual(self.aquery(workspaces.EXAMPLE, "jsonproto"), first)

    def test_same_bytes_from_another_folder(self) -> None:
        copy = workspaces.copy_example(self.folder / "somewhere" / "else")
        for name in (*FORMATS, "text"):
            with self.subTest(output=name):
                self.assertEqual(self.aquery(copy, name), self.aquery(workspaces.EXAMPLE, name))


if __name__ == "__main__":
    unittest.main()
