# SPDX-License-Identifier: Apache-2.0
"""What sources import, and which modules of distributions are wanted because of that: two actions that need no mypy."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Sequence

import workspaces
from mypy_build import PRIVATE, RUNNER

sys.path.insert(0, str(PRIVATE))
from mypy_shared import imports  # noqa: E402

# Import statements of all forms, and what they name in the module p.q.
STATEMENTS = {
    "import a": ["a"],
    "import a.b, c as d": ["a.b", "c"],
    "import a, \\\n  b": ["a", "b"],
    "if 1: import a; import b": ["a", "b"],
    "try: from a import b\nexcept ImportError: pass": ["a", "a.b"],
    "from a import b": ["a", "a.b"],
    "from a.b import (c, d as e,)": ["a.b", "a.b.c", "a.b.d"],
    "from a import (  # (one)\n    b,  # two)\n    c\n)": ["a", "a.b", "a.c"],
    "from a \\\n  import \\\n  b, \\\n  c": ["a", "a.b", "a.c"],
    "from a import *": ["a"],
    "from\ta\timport\tb": ["a", "a.b"],
    "from a import(b)": ["a", "a.b"],
    "from . import a": ["p", "p.a"],
    "from .import a": ["p", "p.a"],
    "from .a import b": ["p.a", "p.a.b"],
    "from ..a import b": ["a", "a.b"],
    "def f():\n    import a": ["a"],
    "class C:\n    def f(self):\n        from a import b": ["a", "a.b"],
    "import_a = important = 1\nfrom_ = reimport = 1": [],
    "x = 'an import of nothing'\n# import a": [],
}
# What is sought in installed packages only: less than all, as mypy reads less.
INSTALLED = {
    '"""Text:\n\nimport a\n"""\nimport b\n': ["b"],
    'X = \'"""\'\nimport a\n': ["a"],
    "def f():\n    import a\n\n    import b\n\nimport c\n": ["c"],
    "def f(\n    x,\n):\n    import a\n\n\nif 1:\n    import b\n": ["b"],
    "async def f():\n    import a\n": ["a"],
    "class C:\n    def f(self):\n        import a\n": ["a"],
    "if 1:\n    def f():\n        import a\n": ["a"],
}


class ImportsTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_mypy_imports.")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name: str, text: str) -> str:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def run_action(self, *arguments: str) -> None:
        """As in a build: in the execution root, with a parameter file."""
        self.write("arguments", "".join(f"{word}\n" for word in arguments))
        process = subprocess.run(
            [sys.executable, str(RUNNER), "@arguments"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((process.returncode, process.stdout + process.stderr), (0, ""))

    def lists(self, *arguments: str) -> Dict[str, List[str]]:
        self.run_action("--action=imports", "--output", "out/lists", *arguments)
        lists: Dict[str, List[str]] = json.loads((self.root / "out/lists").read_text())
        return lists

    def wanted(self, targets: Sequence[Dict[str, List[str]]], **packages: Dict[str, List[str]]) -> Dict[str, str]:
        """Modules that are wanted of distributions."""
        arguments = ["--action=wanted"]
        for number, lists in enumerate(targets):
            arguments += ["--target", self.write(f"target{number}", json.dumps(lists))]
        for name, lists in packages.items():
            arguments += ["--package", self.write(name, json.dumps(lists)), f"out/{name}"]
        self.run_action(*arguments)
        return {name: " ".join((self.root / "out" / name).read_text().split()) for name in packages}

    def test_statements(self) -> None:
        for text, expected in STATEMENTS.items():
            with self.subTest(text):
                for statements in (imports.parsed(text.encode()), imports.found(text.encode())):
                    names = set(imports.names_imported("p.q", "p/q.py", statements))
                    self.assertEqual(names, set(expected))

    def test_installed(self) -> None:
        for text, expected in INSTALLED.items():
            with self.subTest(text):
                statements = imports.found(text.encode(), installed=True)
                self.assertEqual(sorted(imports.names_imported("p", "p.py", statements)), expected)

    def test_package_and_module(self) -> None:
        """What a dot means depends on whether the file is a package."""
        text = "from . import a\nfrom .. import b\n"
        self.write("x/p/__init__.py", text)
        self.write("x/p/q.pyi", text)
        found = self.lists("--module", "x.p", "x/p/__init__.py", "--module", "x.p.q", "x/p/q.pyi")
        self.assertEqual(found["x.p"], ["x", "x.b", "x.p", "x.p.a"])
        self.assertEqual(found["x.p.q"], ["x", "x.b", "x.p", "x.p.a"])

    def test_sources_that_cannot_be_parsed(self) -> None:
        self.write("a.py", "import b\nx = = 1\nfrom c import d\n")
        (self.root / "b.py").write_bytes(b"import c\n\xff\x00")
        found = self.lists("--module", "a", "a.py", "--module", "b", "b.py")
        self.assertEqual(found, {"a": ["b", "c", "c.d"], "b": ["c"]})

    def test_distribution_and_directory(self) -> None:
        self.write("site/p/__init__.py", "from p.q import r\n")
        self.write("site/p/q.py", "import x\n")
        self.write("stubs/s-stubs/__init__.pyi", "import y\n")
        self.write("tree/inner/m.py", "import z\n")
        arguments = ["--root", "site-packages", "site", "--root", "stubs", "stubs"]
        self.assertEqual(self.lists(*arguments), {"p": ["p.q", "p.q.r"], "p.q": ["x"], "s": ["y"]})
        self.assertEqual(self.lists("--directory", "a.b", "tree"), {"a.b.inner.m": ["z"]})

    def test_wanted(self) -> None:
        wanted = self.wanted(
            [{"app": ["top.a", "top.a.Name"], "app.other": ["json", "lonely"]}, {"lib": ["top.b.c"]}],
            top={
                "top": [],
                "top.a": ["top.a.inner", "low.x"],
                "top.a.inner": ["low.y.Class"],
                "top.b": [],
                "top.b.c": [],
                "top.unused": ["low.z", "far"],
            },
            low={"low": ["low.z"], "low.x": [], "low.y": [], "low.z": ["deep"], "low.w": []},
            deep={"deep": []},
            far={"far": []},
            lonely={"lonely": []},
        )
        self.assertEqual(
            wanted,
            {
                "top": "top top.a top.b top.b.c",  # And top.a.inner, which top itself leads to.
                "low": "low low.x low.y",
                "deep": "deep",
                "far": "",
                "lonely": "lonely",
            },
        )

    def test_wanted_of_packages_without_init_and_of_stubs(self) -> None:
        wanted = self.wanted(
            [{"app": ["cloud.store", "cloud.send.now", "typed.more"]}],
            store={"cloud.store": ["cloud.send"], "cloud.store.inner": []},
            send={"cloud.send": [], "cloud.send.now": []},
            typed={"typed": ["heavy"], "typed.deep": []},
            types_typed={"typed": ["light"], "typed.more": []},
            heavy={"heavy": []},
            light={"light": []},
        )
        self.assertEqual(wanted["store"], "cloud.store")
        self.assertEqual(wanted["send"], "cloud.send cloud.send.now")
        self.assertEqual(wanted["typed"], "typed typed.more")  # The stubs are analysed in its place.
        self.assertEqual(wanted["light"], "light")

    @workspaces.needs_mypy
    def test_worker(self) -> None:
        """One fork does many; a request that makes no sense stops nothing."""
        requests = []
        for number in range(1, 6):
            self.write(f"m{number}.py", f"import n{number}\n")
            words = ["--action=imports", "--module", f"m{number}", f"m{number}.py", "--output", f"out/{number}"]
            requests.append({"requestId": number, "arguments": words})
        requests.insert(2, {"requestId": 6, "arguments": ["@nothing"]})
        requests.insert(4, {"requestId": 7, "arguments": ["--action=imports", "--module", "x"]})
        process = subprocess.run(
            [workspaces.MYPY_PYTHON, str(RUNNER), "--persistent_worker"],
            cwd=self.root,
            input="".join(json.dumps(request) + "\n" for request in requests),
            capture_output=True,
            text=True,
            check=False,
        )
        answers = [json.loads(line) for line in process.stdout.splitlines()]
        codes = {answer["requestId"]: answer["exitCode"] for answer in answers}
        self.assertEqual(codes, {1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 2, 7: 2}, process.stderr)
        for number in range(1, 6):
            found = json.loads((self.root / f"out/{number}").read_text())
            self.assertEqual(found, {f"m{number}": [f"n{number}"]})

    def test_files_change_when_the_answer_does(self) -> None:
        top: Dict[str, List[str]] = {"top": [], "top.a": []}
        self.wanted([{"app": ["top.a.One"]}], top=top)
        before = (self.root / "out/top").stat().st_mtime_ns
        self.wanted([{"app": ["top.a.Two"], "app.more": ["top"]}], top=top)
        self.assertEqual((self.root / "out/top").stat().st_mtime_ns, before)
        self.write("a.py", "import b\n")
        self.lists("--module", "a", "a.py")
        before = (self.root / "out/lists").stat().st_mtime_ns
        self.write("a.py", "import b\n\nX = 1\n")
        self.lists("--module", "a", "a.py")
        self.assertEqual((self.root / "out/lists").stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
