# SPDX-License-Identifier: Apache-2.0
"""`starmypy vendor` from an index of our own: what it makes, what it leaves alone, and what goes wrong."""

import base64
import hashlib
import os
import tempfile
import unittest
import zipfile
from pathlib import Path
from typing import Dict, Tuple

import workspaces

MODULE = """
bazel_dep(name = "rules_python")
pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(hub_name = "pypi", python_version = "3.11", requirements_lock = "//:lock.txt")
use_repo(pip, "pypi")
"""
FAILED = 1


@workspaces.needs_mypy
class VendorTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_vendor.")
        self.addCleanup(folder.cleanup)
        self.base, self.index = Path(folder.name, "base"), Path(folder.name, "index")
        self.workspace, self.packages = Path(folder.name, "workspace"), Path(folder.name, "vendor dir")
        for path in (self.index, self.workspace):
            path.mkdir()
        (self.workspace / "MODULE.bazel").write_text(MODULE)
        (self.workspace / "BUILD.bazel").write_text("")

    def wheel(self, name: str, version: str, *needs: str) -> str:
        """Puts a distribution into the index; returns its line of a lock."""
        info = f"{name}-{version}.dist-info"
        metadata = "".join(f"Requires-Dist: {need}\n" for need in needs)
        files: Dict[str, bytes] = {
            f"{name}/__init__.py": f'VERSION = "{version}"\n'.encode(),
            f"{name}/py.typed": b"",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = ""
        for path, data in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(data)}\n"
        files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
        wheel = self.index / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, data in files.items():
                archive.writestr(path, data)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"

    def lock(self, *lines: str) -> None:
        (self.workspace / "lock.txt").write_text("# a lock\n" + "".join(lines))

    def run_command(self, *arguments: str) -> workspaces.Output:
        return workspaces.run(
            self.workspace,
            *arguments,
            f"--vendor_dir={self.packages}",
            f"--output_base={self.base}",
            environment={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.index)},
        )

    def vendor(self, status: int = 0) -> str:
        output = self.run_command("vendor", f"--mypy={workspaces.MYPY_PYTHON}")
        self.assertEqual(output.status, status, output.text())
        return output.text()

    def times(self) -> Dict[str, Tuple[int, int]]:
        """The inode and the time of each repository's folder."""
        return {
            path.name.rsplit("_", 1)[1]: (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in self.packages.iterdir()
        }

    def test_what_changed_is_fetched(self) -> None:
        one, two = self.wheel("one", "1.0", "two>=1", "none", "three; extra == 'x'"), self.wheel("two", "1.0")
        three = self.wheel("three", "1.0")
        self.lock(one, two, three)
        text = self.vendor()
        self.assertIn("[1/3] one==1.0", text)
        self.assertIn(f"3 distributions in {self.packages}, 3 fetched now", text)
        first = self.times()
        self.assertEqual(set(first), {"one", "two", "three"})
        self.assertIn("3 distributions in", self.vendor())
        self.assertEqual(self.times(), first)
        newer = self.wheel("two", "2.0")
        self.lock(one, newer, three)
        self.assertIn("1 fetched now", self.vendor())
        second = self.times()
        self.assertEqual({name for name in second if second[name] != first[name]}, {"two"})
        # The order of a lock and its comments do not matter.
        self.lock("# via one\n", three, one, newer)
        self.assertIn("0 fetched now", self.vendor())
        self.assertEqual(self.times(), second)
        output = self.run_command("query", "deps(@pypi//one)", "--output=label")
        self.assertIn("one//:site-packages/one/__init__.py", output.stdout, output.text())
        self.assertIn("two//:site-packages/two/__init__.py", output.stdout)
        self.assertNotIn("three//", output.stdout)  # only with an extra

    def test_extras(self) -> None:
        one = self.wheel("one", "1.0", "three; extra == 'x'").replace("one==", "one[x]==")
        self.lock(one, self.wheel("three", "1.0"))
        self.vendor()
        output = self.run_command("query", "deps(@pypi//one)")
        self.assertIn("three//:site-packages/three/__init__.py", output.stdout, output.text())

    def test_requirement_cycle(self) -> None:
        self.lock(self.wheel("one", "1.0", "two"), self.wheel("two", "1.0", "one", "three"), self.wheel("three", "1.0"))
        self.vendor()
        alone = self.times()
        # Together they are other targets; the third one stays as it is.
        module = MODULE.replace("pip.parse(", 'pip.parse(experimental_requirement_cycles = {"ring": ["one", "two"]}, ')
        (self.workspace / "MODULE.bazel").write_text(module)
        self.assertIn("2 fetched now", self.vendor())
        self.assertIn("0 fetched now", self.vendor())
        self.assertEqual(self.times()["three"], alone["three"])
        for name in ("one", "two"):
            output = self.run_command("query", f"deps(@pypi//{name})", "--output=label")
            for each in ("one", "two", "three"):
                self.assertIn(f"{each}//:site-packages/{each}/__init__.py", output.stdout, output.text())

    def test_hash_mismatch(self) -> None:
        good = self.wheel("one", "1.0")
        bad = self.wheel("two", "1.0")
        self.wheel("two", "1.0", "another")
        self.lock(good, bad)
        text = self.vendor(FAILED)
        self.assertIn("vendor: pip could not install two==1.0", text)
        self.assertIn("HASH", text.upper())
        self.assertEqual(set(self.times()), {"one"})  # and no draft of the other
        self.lock(good, self.wheel("two", "1.0"))
        self.assertIn("1 fetched now", self.vendor())

    def test_killed_run(self) -> None:
        self.lock(self.wheel("one", "1.0"))
        draft = self.packages / ".vendor-left"
        draft.mkdir(parents=True)
        (draft / "half").write_text("")
        self.vendor()
        self.assertEqual(set(self.times()), {"one"})

    def test_nothing_to_fetch(self) -> None:
        (self.workspace / "MODULE.bazel").write_text("")
        self.assertIn("MODULE.bazel names no lock file: nothing to fetch", self.vendor())
        (self.workspace / "MODULE.bazel").write_text(MODULE)
        text = self.vendor(FAILED)
        self.assertIn("module extension pip of", text)
        self.assertIn("lock.txt", text)
        self.assertNotIn("nothing to fetch", text)

    def test_clean_keeps_packages(self) -> None:
        self.lock(self.wheel("one", "1.0"))
        external = self.base / "external"
        self.packages = external
        self.vendor()
        os.mkdir(self.base / "mine")
        self.assertEqual(self.run_command("clean").status, 0)
        self.assertEqual([path.name for path in external.iterdir()], ["rules_python++pip+pypi_311_one"])
        self.assertEqual(self.run_command("clean", "--expunge").status, 0)
        self.assertEqual(os.listdir(self.base), ["mine"])


if __name__ == "__main__":
    unittest.main()
