# SPDX-License-Identifier: Apache-2.0
"""The actions of mode shared, as plain processes with real mypy; the test plays the build.

The interpreters come from STARMYPY_MYPY_PYTHON and STARMYPY_MYPY_1_17_1_PYTHON, else from build/.
"""

import json
import os
import shutil
import subprocess
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Dict, Iterable, Sequence

import mypy_features as features
from mypy_build import PRIVATE, ROOT, Build, Target

SILENT = "follow_imports = silent\n"

LIB = """\
from dataclasses import dataclass

LIMIT = 3


@dataclass
class Item:
    name: str
    size: int = 0

    def total(self) -> int:
        n = self.size
        return n


def cents(euros: float) -> int:
    return round(euros * 100)
"""

# lib <- mid <- top, and other, which uses another module of lib.
CHAIN = [
    Target("lib", ["lib/item.py", "lib/extra.py"]),
    Target("mid", ["mid/__init__.py", "mid/use.py"], ["lib"]),
    Target("top", ["top/main.py"], ["mid"]),
    Target("other", ["other.py"], ["lib"]),
]
CHAIN_SOURCES = {
    "lib/item.py": LIB,
    "lib/extra.py": "def extra() -> str:\n    return ''\n",
    "mid/__init__.py": "",
    "mid/use.py": "from lib.item import Item, cents\n\n\ndef use(item: Item) -> int:\n    return item.total() + cents(1.5)\n",
    "top/main.py": "from mid.use import use\nfrom mid import use as module\n\nVALUE = use\nmodule.use\n",
    "other.py": "from lib.extra import extra\n\nprint(extra().upper())\n",
}


# Prints the names of namespace packages whose entries are the same, made by mypy and made for it.
COMPARE_NAMESPACES = """\
import sys
sys.path.insert(0, {private!r})
from mypy_shared.engine import Settings, choose
from mypy_shared.manifest import read_closure
from mypy_shared.session import check, open_session
from mypy_shared.world import target_world

engine, _ = choose()
world = target_world(read_closure("out/b.mypy.json"), False)
template, world.template = world.template, None
release = getattr(engine, "Mypy2", None) or engine.Mypy117
session = open_session(release(), Settings("mypy.ini", "3.11", "linux"), world, False)
check(session, world)
written, session.entries.written = session.entries.written, {{}}
world.template = template
for package in sorted(world.namespaces):
    names = release().entry_names(package, world.paths[package], session.options)
    if written[names[1]] == session.entries.read(names[1]):
        print(package)
"""


class SharedTests:
    """Keeps Cases, which needs a mypy to be named, from being taken for a test of its own."""

    class Cases(unittest.TestCase):
        """The tests of one mypy; a class below per version."""

        variable = ""
        default = ""
        python = ""
        packs: Path

        @classmethod
        def setUpClass(cls) -> None:
            cls.python = os.environ.get(cls.variable) or str(ROOT / cls.default)
            if not os.path.exists(cls.python):
                raise unittest.SkipTest(
                    f"no {cls.python}; {cls.variable} names another interpreter"
                )
            cls.packs = Path(tempfile.mkdtemp(prefix="test_mypy_shared.packs."))
            cls.addClassCleanup(shutil.rmtree, cls.packs)

        def build(
            self, targets: Sequence[Target], sources: Dict[str, str], ini: str = SILENT
        ) -> Build:
            """An execution root; typeshed's pack is made once for each configuration."""
            root = Path(tempfile.mkdtemp(prefix="test_mypy_shared."))
            self.addCleanup(shutil.rmtree, root)
            build = Build(root, self.python, targets, ini)
            build.packs = self.packs
            for name, text in sources.items():
                build.write(name, text)
            return build

        def chain(self, **changed: str) -> Build:
            build = self.build(CHAIN, CHAIN_SOURCES)
            build.run()
            return build

        def mypy(self, build: Build, files: Sequence[str], *arguments: str) -> str:
            """What mypy itself says."""
            process = subprocess.run(
                [
                    self.python,
                    "-I",
                    "-m",
                    "mypy",
                    "--explicit-package-bases",
                    "--config-file=mypy.ini",
                ]
                + ["--python-version=3.11", "--platform=linux", "--no-site-packages"]
                + [f"--cache-dir={build.root}/cache", *arguments, *files],
                cwd=build.root,
                env={"MYPYPATH": ".", **build.environment},
                capture_output=True,
                text=True,
                check=False,
            )
            return process.stderr + process.stdout

        def assert_reruns(self, build: Build, name: str, text: str, *expected: str) -> None:
            """Changes a source and expects these targets, and no others, to run."""
            build.write(name, text)
            self.assertEqual(build.run(), set(expected))

        # What mypy finds.

        def test_features_are_seen_as_by_mypy_itself(self) -> None:
            build = self.build(features.targets(), features.SOURCES, features.INI)
            build.run()
            reports = [build.report(name).splitlines() for name in build.targets]
            found = [line for report in reports for line in report[:-1]]
            build.environment = {"MYPYPATH": ":".join([".", *features.ROOTS])}
            expected = self.mypy(build, list(features.SOURCES)).splitlines()[:-1]
            self.assertEqual(features.comparable(found), features.comparable(expected))
            self.assertGreater(len(found), 80)

        def test_report_is_what_mypy_prints(self) -> None:
            source = "import os\n\nx: int = os.sep\ny: str = len('abc')\nreveal_type(x)\n"
            for ini in (
                "",
                "pretty = True\n",
                "show_error_context = True\nshow_column_numbers = True\n",
            ):
                build = self.build([Target("a", ["a.py"])], {"a.py": source}, SILENT + ini)
                build.typeshed_ini = SILENT  # The others only tell how to print.
                build.run()
                self.assertEqual(build.report("a"), self.mypy(build, ["a.py"]))
                self.assertEqual(build.exit_code("a"), "1")
                for text in ("x = 1\n", "x = = 1\n", "reveal_type(1)\n", "from .. import a\n"):
                    build.write("a.py", text)
                    build.run()
                    self.assertEqual(build.report("a"), self.mypy(build, ["a.py"]))

        def test_last_line_names_mypy(self) -> None:
            build = self.build([Target("a", ["a.py"])], {"a.py": ""})
            build.run()
            self.assertRegex(build.read("out/a.mypy_stdout"), r"\nmypy \d+\.\d+\S*\n$")

        def test_color(self) -> None:
            build = self.build([Target("a", ["a.py"])], {"a.py": "x: int = ''\n"})
            build.arguments = ["--color"]
            build.run()
            build.environment = {"MYPY_FORCE_COLOR": "1", "TERM": "xterm-256color"}
            self.assertIn("\x1b[", build.report("a"))
            self.assertEqual(build.report("a"), self.mypy(build, ["a.py"]))
            build.arguments = []
            build.run_one("a")
            self.assertNotIn("\x1b[", build.report("a"))

        def test_json_lines_are_those_of_mypy(self) -> None:
            text = "import nowhere\nx: int = ''\nreveal_type(x)\n"
            build = self.build([Target("a", ["a.py"])], {"a.py": text})
            build.run()
            self.assertEqual(
                build.read("out/a.mypy.jsonl"), self.mypy(build, ["a.py"], "--output=json")
            )
            build.write("a.py", "x = = 1\n")
            build.run()
            (message,) = map(json.loads, build.read("out/a.mypy.jsonl").splitlines())
            self.assertEqual((message["file"], message["line"]), ("a.py", 1))

        def test_errors_of_a_dependency_neither_appear_nor_block(self) -> None:
            build = self.chain()
            build.write("lib/item.py", LIB + "\n\nWRONG: str = 1\n")
            build.run()
            self.assertEqual(
                [build.exit_code(name) for name in ("lib", "mid", "top")], ["1", "0", "0"]
            )

        def test_silent(self) -> None:
            build = self.build(
                [Target("a", ["a.py"], arguments=["--silent"]), Target("b", ["b.py"], ["a"])],
                {"a.py": "x: int = ''\n", "b.py": "from a import x\nx + ''\n"},
            )
            build.run()
            self.assertEqual(build.report("a"), "Success: no issues found in 1 source file\n")
            self.assertIn('("int" and "str")', build.report("b"))

        # What can be imported.

        def test_undeclared_import(self) -> None:
            build = self.build(
                CHAIN, {**CHAIN_SOURCES, "other.py": "from mid.use import use\nimport lib.item\n"}
            )
            build.run()
            self.assertIn('module named "mid.use"', build.report("other"))
            self.assertNotIn("lib.item", build.report("other"))

        def test_sources_of_dependencies_are_not_read(self) -> None:
            build = self.chain()
            before = build.outputs()
            shutil.rmtree(build.root / "lib")
            for name in ("mid", "top", "other"):
                self.assertEqual(build.run_one(name).stderr, "")
            self.assertEqual(build.outputs(), before)

        def test_names_need_not_follow_from_paths(self) -> None:
            build = self.build(
                [
                    Target("a", modules={"gen.a": "bin/x/gen/a.py"}),
                    Target("b", modules={"b": "src/b.py"}, deps=["a"]),
                ],
                {"bin/x/gen/a.py": "A = 1\n", "src/b.py": "import gen.a\nreveal_type(gen.a.A)\n"},
            )
            build.run()
            self.assertEqual(build.revealed("b"), ["int"])
            self.assertIn("src/b.py:2: note: ", build.report("b"))

        def test_own_module_before_a_dependency_s_and_before_typeshed(self) -> None:
            build = self.build(
                [
                    Target("dep", modules={"same": "dep/same.py", "calendar": "dep/calendar.py"}),
                    Target("a", modules={"same": "own/same.py", "main": "main.py"}, deps=["dep"]),
                ],
                {
                    "dep/same.py": "X = ''\n",
                    "dep/calendar.py": "Y = 1.5\n",
                    "own/same.py": "X = 1\n",
                    "main.py": "import same, calendar\nreveal_type(same.X)\nreveal_type(calendar.Y)\n",
                },
            )
            build.run()
            self.assertEqual(build.revealed("a"), ["int", "float"])

        def test_module_that_hides_one_of_typeshed(self) -> None:
            """What typeshed and others have made with the hidden one is made again."""
            build = self.build(
                [
                    Target("low", ["low.py"]),
                    Target("hiding", ["logging.py"]),
                    Target("a", ["a.py"], ["hiding", "low"]),
                    Target("b", ["b.py"], ["a"]),
                ],
                {
                    "low.py": "import logging\n\n\ndef get() -> logging.Logger: ...\n",
                    "logging.py": "class Logger:\n    x = 1\n",
                    "a.py": "import asyncio, logging, low\nreveal_type(low.get().x)\nlogging.info\n",
                    "b.py": "from a import low\nreveal_type(low.get().x)\n",
                },
            )
            build.prepare()
            build.up_to_date("typeshed")
            results = {name: build.run_one(name) for name in build.targets}
            self.assertEqual(build.revealed("a"), ["int"])
            self.assertEqual(build.revealed("b"), ["int"])
            self.assertIn('Module has no attribute "info"', build.report("a"))
            self.assertNotIn("typeshed", build.report("a"))
            reason = "was analysed again, because it was made without logging of //:hiding"
            self.assertIn(f"module low {reason}", results["a"].stderr)
            self.assertIn(f"module concurrent.futures._base {reason}", results["a"].stderr)
            self.assertEqual(results["low"].stderr + results["hiding"].stderr, "")

        def test_name_of_a_builtin_module(self) -> None:
            build = self.build([Target("a", ["types.py"])], {"types.py": ""})
            build.run()
            self.assertEqual(build.report("a"), self.mypy(build, ["types.py"]))
            self.assertEqual(build.exit_code("a"), "2")

        # Who runs again.

        def test_edits_that_dependents_cannot_observe(self) -> None:
            build = self.chain()
            edits = {
                "a body": LIB.replace("n = self.size", "n = self.size + 1"),
                "a docstring": LIB.replace("class Item:\n", 'class Item:\n    """An item."""\n\n'),
                "a comment above a dataclass": LIB.replace("@dataclass", "# One.\n\n@dataclass"),
                "a comment at the top": "# Some text.\n" + LIB,
                "a constant's value": LIB.replace("LIMIT = 3", "LIMIT = 4"),
                "a default": LIB.replace("size: int = 0", "size: int = 1"),
                "an error in a body": LIB.replace("n = self.size", "n: str = self.size"),
                "another import of what is imported": LIB.replace(
                    "        n = self", "        from dataclasses import field\n        n = self"
                ),
                "an import that is not found": LIB.replace(
                    "        n = self", "        import nowhere  # type: ignore\n        n = self"
                ),
                "an ignore": LIB.replace("LIMIT = 3", "LIMIT = 3  # type: ignore"),
            }
            for edit, text in edits.items():
                with self.subTest(edit):
                    self.assertNotEqual(text, LIB)
                    self.assert_reruns(build, "lib/item.py", text, "lib")

        def test_edits_that_the_users_of_a_module_observe(self) -> None:
            build = self.chain()
            self.assert_reruns(
                build, "lib/item.py", LIB.replace("euros: float", "euros: int"), "lib", "mid", "top"
            )
            self.assertIn('incompatible type "float"', build.report("mid"))
            self.assert_reruns(build, "lib/item.py", LIB + "\n\nADDED = 1\n", "lib", "mid", "top")
            self.assertEqual(build.exit_code("mid"), "0")
            self.assert_reruns(
                build, "lib/extra.py", "def extra() -> int:\n    return 1\n", "lib", "other"
            )
            self.assertIn('"int" has no attribute "upper"', build.report("other"))

        def test_a_type_that_is_seen_without_being_imported(self) -> None:
            build = self.build(
                [Target("a", ["a.py"]), Target("b", ["b.py"], ["a"]), Target("c", ["c.py"], ["b"])],
                {
                    "a.py": "class A:\n    x = 1\n",
                    "b.py": "from a import A\n\n\ndef get() -> A:\n    return A()\n",
                    "c.py": "from b import get\n\nget().x + 1\n",
                },
            )
            build.run()
            self.assert_reruns(build, "a.py", "class A:\n    x = ''\n", "a", "b", "c")
            self.assertEqual(build.exit_code("c"), "1")

        def test_edits_end_where_a_clean_build_ends(self) -> None:
            build = self.chain()
            build.write("lib/item.py", LIB.replace("euros: float", "euros: int"))
            build.run()
            clean = self.build(CHAIN, {**CHAIN_SOURCES, "lib/item.py": build.read("lib/item.py")})
            clean.run()
            self.assertEqual(build.outputs(), clean.outputs())

        def test_unchanged_interfaces_are_not_touched(self) -> None:
            build = self.chain()
            interface = build.root / "out/lib.mypy/lib.item.interface"
            before = interface.stat().st_mtime_ns, interface.stat().st_ino
            build.write("lib/item.py", LIB.replace("n = self.size", "n = 2"))
            build.run()
            self.assertEqual((interface.stat().st_mtime_ns, interface.stat().st_ino), before)

        def test_used_and_unused_inputs(self) -> None:
            build = self.chain()
            used = build.inputs("other")
            self.assertIn("other.py", used)
            self.assertIn("mypy.ini", used)
            self.assertIn("out/lib.mypy/lib.extra.interface", used)
            self.assertIn("out/typeshed.mypy_pack", used)
            self.assertEqual(
                build.read("out/other.mypy_unused"), "out/lib.mypy/lib.item.interface\n"
            )

        # Blocking errors.

        def test_blocking_error(self) -> None:
            build = self.chain()
            build.write("lib/item.py", "x = = 1\n")
            self.assertEqual(build.run(), {"lib", "mid", "top", "other"})
            codes = {name: build.exit_code(name) for name in build.targets}
            self.assertEqual(codes, {"lib": "2", "mid": "3", "top": "3", "other": "3"})
            for name in ("mid", "top", "other"):
                self.assertIn(f"//:{name}: not checked, because", build.report(name))
                self.assertIn("could not finish //:lib:", build.report(name))
                self.assertIn("lib/item.py:1: error: ", build.report(name))
                (message,) = map(json.loads, build.read(f"out/{name}.mypy.jsonl").splitlines())
                self.assertEqual(message["file"], "lib/item.py")
            build.write("lib/item.py", LIB)
            build.run()
            self.assertEqual({build.exit_code(name) for name in build.targets}, {"0"})
            self.assertEqual(build.outputs(), self.chain().outputs())

        def test_blocking_error_of_nothing_that_is_imported(self) -> None:
            build = self.build(
                CHAIN, {**CHAIN_SOURCES, "lib/item.py": "x = = 1\n", "other.py": "x = 1\n"}
            )
            build.run()
            self.assertEqual((build.exit_code("lib"), build.exit_code("other")), ("2", "0"))

        # Bytes.

        def test_outputs_tell_nothing_of_when_and_where(self) -> None:
            first = self.build(features.targets(), features.SOURCES)
            first.environment = {"PYTHONHASHSEED": "1"}
            first.packs = None
            first.run()
            second = self.build(features.targets(), features.SOURCES)
            second.environment = {"PYTHONHASHSEED": "2", "COLUMNS": "40", "LC_ALL": "C"}
            second.packs = None
            for name in features.SOURCES:
                os.utime(second.root / name, (10**9, 10**9))
            second.python = self.copied_mypy(second.root / "elsewhere/deep")
            second.run()
            self.assertEqual(first.outputs(), second.outputs())
            for build in (first, second):
                for path in (build.root / "out").rglob("*"):
                    if path.is_file():
                        self.assertNotIn(str(build.root).encode(), path.read_bytes(), path)
                        self.assertNotIn(b"site-packages/mypy", path.read_bytes(), path)

        def copied_mypy(self, folder: Path) -> str:
            """Another environment with the same mypy; returns a program that runs it."""
            folder.mkdir(parents=True)
            (found,) = Path(self.python).parents[1].glob("lib/python*/site-packages")
            names = [p for p in found.iterdir() if not p.name.startswith(("pip", "setuptools"))]
            for path in names:
                if path.is_dir():
                    shutil.copytree(path, folder / path.name)
                else:
                    shutil.copy(path, folder)
            program = folder / "python"
            real = os.path.realpath(self.python)
            program.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{real}" -s "$@"\n')
            program.chmod(0o755)
            return str(program)

        def test_nothing_is_written_twice(self) -> None:
            """No module has an entry in two outputs, not even the package around two targets."""
            build = self.build(
                [Target("a", ["ns/a.py"]), Target("b", ["ns/b.py"], ["a"])],
                {"ns/a.py": "A = 1\n", "ns/b.py": "import ns.a\nreveal_type(ns.a.A)\n"},
            )
            build.run()
            self.assertEqual(build.revealed("b"), ["int"])
            interfaces = [p.name for p in (build.root / "out").glob("*.mypy/*")]
            self.assertEqual(sorted(interfaces), ["ns.a.interface", "ns.b.interface"])

        def test_namespace_packages_are_as_mypy_makes_them(self) -> None:
            """Their entries are made from one that typeshed's action has made."""
            build = self.build(
                [Target("a", ["ns/deep/a.py"]), Target("b", ["b.py"], ["a"])],
                {"ns/deep/a.py": "A = 1\n", "b.py": "import ns.deep.a\n"},
            )
            build.run()
            process = subprocess.run(
                [self.python, "-c", COMPARE_NAMESPACES.format(private=str(PRIVATE))],
                cwd=build.root,
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual((process.stdout, process.stderr), ("ns\nns.deep\n", ""))

        # Packages.

        def package(self, name: str, kind: str = "site-packages", **more: object) -> Target:
            return Target(
                name,
                kind="package",
                roots=[{"path": f"external/{name}", "kind": kind}],
                **more,  # type: ignore[arg-type]
            )

        def test_package(self) -> None:
            build = self.build(
                [self.package("dist"), Target("a", ["a.py"], ["dist"])],
                {
                    "external/dist/dist/__init__.py": "from dist.inner import f\nWRONG: int = ''\n",
                    "external/dist/dist/inner.py": "def f(x: int) -> int: return x\n",
                    "external/dist/dist/__main__.py": "",
                    "external/dist/dist-1.0.dist-info/METADATA": "",
                    "external/dist/six.py": "import nothing\nX = 1\n",
                    "a.py": "import dist, six, dist.none\nreveal_type(dist.f)\nreveal_type(six.X)\n",
                },
            )
            build.run()
            report = build.report("a")
            self.assertEqual(build.revealed("a"), ["def (x: int) -> int", "int"])
            self.assertIn('module named "dist.none"', report)
            self.assertNotIn("external", report)

        def test_package_with_modules_that_do_not_parse(self) -> None:
            build = self.build(
                [self.package("dist"), Target("a", ["a.py"], ["dist"])],
                {
                    "external/dist/dist/__init__.py": "X = 1\n",
                    "external/dist/dist/old.py": "print 'hello'\n",
                    "external/dist/dist/older.py": "exec 'hello'\n",
                    "external/dist/dist/async.py": "",
                    "external/dist/dist/relative.py": "from ... import x\n",
                    "external/dist/dist/bytes.py": "# -*- coding: none -*-\n",
                    "a.py": "import dist\nreveal_type(dist.X)\n",
                },
            )
            build.run()
            self.assertEqual(build.revealed("a"), ["int"])

        def test_wanted_modules(self) -> None:
            """What the package's action leaves out is analysed by whoever imports it."""
            sources = {
                "external/dist/dist/__init__.py": "",
                "external/dist/dist/used.py": "from dist import needed\n",
                "external/dist/dist/needed.py": "X = 1\n",
                "external/dist/dist/idle.py": "Y = ''\nWRONG: int = Y\n",
                "a.py": "import dist.used, dist.idle\nreveal_type(dist.used.needed.X)\nreveal_type(dist.idle.Y)\n",
            }
            targets = [self.package("dist", wanted=["dist.used"]), Target("a", ["a.py"], ["dist"])]
            build = self.build(targets, sources)
            build.run()
            self.assertEqual(build.revealed("a"), ["int", "str"])
            self.assertEqual(build.exit_code("a"), "0")
            pack = build.bytes("out/dist.mypy_pack")
            self.assertIn(b"dist.needed", pack)
            self.assertEqual(pack.count(b"dist.idle"), 1)  # There by its name, with no entry.
            for names, same in (("dist\ndist.used\n", True), ("", False)):
                sources["lists/dist"] = names
                targets[0] = self.package("dist", wanted=["@lists/dist"])
                build = self.build(targets, sources)
                build.run()
                self.assertEqual(build.revealed("a"), ["int", "str"])
                self.assertEqual(build.bytes("out/dist.mypy_pack") == pack, same)

        def test_wanted_modules_that_another_package_finds_missing(self) -> None:
            """A list may lack what a package imports of one below it."""
            build = self.build(
                [
                    self.package("low", wanted=[]),
                    self.package("top", deps=["low"]),
                    Target("a", ["a.py"], ["top"], arguments=["--strict-cache"]),
                    Target("b", ["b.py"], ["a"], arguments=["--strict-cache"]),
                ],
                {
                    "external/low/low/__init__.py": "class Low:\n    size = 1\n",
                    "external/top/top.py": "from low import Low\n\nclass Top(Low): ...\n",
                    "a.py": "from top import Top\n\nclass A(Top): ...\n\nreveal_type(Top.size)\n",
                    "b.py": "from a import A\nreveal_type(A().size)\n",
                },
            )
            build.run()
            self.assertEqual(build.revealed("a") + build.revealed("b"), ["int", "int"])

        def test_package_of_another_one_that_is_missing_somewhere(self) -> None:
            """An optional import that only some consumers can satisfy disturbs nobody."""
            build = self.build(
                [
                    self.package("extra"),
                    self.package("dist"),
                    Target("a", ["a.py"], ["dist"]),
                    Target("b", ["b.py"], ["dist", "extra"]),
                ],
                {
                    "external/extra/extra/__init__.py": "E = 1\n",
                    "external/dist/dist.py": "try:\n    import extra\nexcept ImportError:\n    pass\nD = 1\n",
                    "a.py": "from dist import D\nreveal_type(D)\n",
                    "b.py": "from dist import D\nimport extra\nreveal_type(extra.E)\n",
                },
            )
            build.run()
            self.assertEqual(build.revealed("b"), ["int"])

        def test_backport_does_not_shadow_the_standard_library(self) -> None:
            build = self.build(
                [self.package("backports"), Target("a", ["a.py"], ["backports"])],
                {
                    "external/backports/dataclasses.py": "dataclass = 1\n",
                    "external/backports/typing.py": "Any = 1\n",
                    "a.py": "from dataclasses import dataclass\n\n\n@dataclass\nclass A:\n    x: int\n\n\nA('')\n",
                },
            )
            build.run()
            self.assertIn('Argument 1 to "A"', build.report("a"))

        def test_stubs(self) -> None:
            sources = {
                "external/dist/dist/__init__.py": "def f(): ...\n",
                "external/dist/dist/more.py": "Y = 1\n",
                "external/stubs/dist-stubs/__init__.pyi": "def f() -> int: ...\n",
                "a.py": "import dist\nfrom dist import more\nreveal_type(dist.f)\n",
            }
            roots = [
                {"path": "external/stubs", "kind": "stubs"},
                {"path": "external/dist", "kind": "site-packages"},
            ]
            targets = [Target("dist", kind="package", roots=roots), Target("a", ["a.py"], ["dist"])]
            build = self.build(targets, sources)
            build.run()
            self.assertEqual(build.revealed("a"), ["def () -> int"])
            self.assertIn('has no attribute "more"', build.report("a"))
            build.write("external/stubs/dist-stubs/py.typed", "partial\n")
            for name in ("dist", "a"):
                self.assertEqual(build.run_one(name).stderr, "")
            self.assertEqual(build.revealed("a"), ["def () -> int"])
            self.assertNotIn('"more"', build.report("a"))

        # Configurations.

        def test_following_imports(self) -> None:
            """Whatever the mode, targets are as if all had been given; packages are as mypy has them."""
            sources = {
                **CHAIN_SOURCES,
                "external/dist/dist/__init__.py": "D: int = ''\n",
                "top/main.py": "from mid.use import use\nfrom dist import D\nreveal_type(use)\nreveal_type(D)\n",
            }
            targets = [self.package("dist"), *CHAIN]
            targets[3] = Target("top", ["top/main.py"], ["mid", "dist"])
            for mode, kind in (("normal", "int"), ("error", "Any")):
                build = self.build(targets, sources, f"follow_imports = {mode}\n")
                build.run()
                report = build.report("top")
                self.assertEqual(
                    build.revealed("top"), ["def (item: lib.item.Item) -> int", kind], mode
                )
                self.assertEqual('Import of "dist" ignored' in report, mode == "error", report)
                self.assertNotIn('"mid', report)

        def test_sections(self) -> None:
            ini = (
                SILENT
                + "[mypy-top.*]\ndisallow_untyped_defs = True\n[mypy-mid.use]\nignore_errors = True\n"
            )
            sources = {
                **CHAIN_SOURCES,
                "mid/use.py": CHAIN_SOURCES["mid/use.py"]
                + "\nWRONG: int = ''\ndef untyped(): ...\n",
                "top/main.py": CHAIN_SOURCES["top/main.py"] + "def untyped(): ...\n",
            }
            build = self.build(CHAIN, sources, ini)
            build.run()
            self.assertEqual(build.exit_code("mid"), "0")
            self.assertIn("top/main.py:6: error: Function is missing a return", build.report("top"))

        def test_strict(self) -> None:
            build = self.build(CHAIN, CHAIN_SOURCES, SILENT + "strict = True\n")
            build.run()
            self.assertEqual({build.exit_code(name) for name in build.targets}, {"0"})

        def test_options_that_are_not_the_users_to_choose(self) -> None:
            """What to check is the target's sources, and how to cache is the build's business."""
            ini = """\
files = nowhere, a.py
mypy_path = nowhere
cache_dir = /dev/null
incremental = False
sqlite_cache = True
cache_fine_grained = True
show_absolute_path = True
html_report = report
junit_xml = junit.xml
warn_unused_configs = True
verbosity = 2
[mypy-nobody.*]
ignore_errors = True
"""
            build = self.build([Target("a", ["a.py"])], {"a.py": "x: int = ''\n"}, SILENT + ini)
            build.run()
            self.assertEqual(build.exit_code("a"), "1")
            self.assertTrue(build.report("a").startswith("a.py:1: error: "), build.report("a"))
            self.assertEqual(build.report("a").count("\n"), 2)
            found = {path.name for path in build.root.iterdir()}
            self.assertEqual(found, {"a.py", "mypy.ini", "out", "records"})

        def test_plugin(self) -> None:
            plugin = """\
from mypy.plugin import Plugin

class MyPlugin(Plugin):
    def get_function_hook(self, fullname):
        if fullname == "lib.item.cents":
            return lambda context: context.api.named_generic_type("builtins.str", [])
        return None

    def report_config_data(self, context):
        return {"answer": 42}

def plugin(version):
    return MyPlugin
"""
            sources = {
                **CHAIN_SOURCES,
                "plugins/mine.py": plugin,
                "other.py": "import lib.item\nreveal_type(lib.item.cents(1))\n",
            }
            build = self.build(CHAIN, sources, SILENT + "plugins = plugins/mine.py\n")
            build.packs = None
            build.run()
            self.assertEqual(build.revealed("other"), ["str"])

        def test_bad_configuration(self) -> None:
            build = self.build([Target("a", ["a.py"])], {"a.py": ""})
            build.run()
            build.write("mypy.ini", "[mypy]\nplugins = none.py\n")
            result = build.run_one("a")
            self.assertIn("none.py", result.stderr)
            self.assertNotIn("Traceback", result.stderr)
            self.assertEqual(result.status, 1)
            build.write("mypy.ini", "[mypy]\nalways_true = A\nalways_false = A\n")
            result = build.run_one("a")
            self.assertIn("always true and always false", result.stderr)
            self.assertEqual(result.status, 1)

        def test_python_version_and_platform(self) -> None:
            text = "import sys\nif sys.version_info >= (3, 12) and sys.platform == 'win32':\n    x: int = ''\n"
            build = self.build(
                [Target("a", ["a.py"])], {"a.py": text}, "python_version = 3.12\nplatform = win32\n"
            )
            build.packs = None
            build.run()
            self.assertEqual(build.exit_code("a"), "0")  # The arguments say 3.11.
            build.settings = []
            (build.root / "records/typeshed").unlink()
            (build.root / "records/a").unlink()
            build.run()
            self.assertEqual(build.exit_code("a"), "1")

        def test_platform(self) -> None:
            text = """\
                import asyncio, sys
                if sys.platform == "win32":
                    VALUE = asyncio.ProactorEventLoop
                else:
                    VALUE = sys.platform
                """
            targets = [Target("a", ["a.py"]), Target("b", ["b.py"], ["a"])]
            sources = {"a.py": textwrap.dedent(text), "b.py": "import a\nreveal_type(a.VALUE)\n"}
            windows = "-> asyncio.windows_events.ProactorEventLoop"
            for ini, platform, expected in (
                ("# platform = linux\n", "win32", windows),
                ("platform = win32\n", "linux", windows),
            ):
                with self.subTest(ini=ini, platform=platform):
                    build = self.build(targets, sources, SILENT + ini)
                    build.settings[-1] = platform
                    build.run()
                    self.assertEqual(build.exit_code("a") + build.exit_code("b"), "00")
                    (found,) = build.revealed("b")
                    self.assertIn(expected, found)

        # What should not happen.

        def test_analysed_again(self) -> None:
            build = self.chain()
            build.write("other.ini", "[mypy]\nfollow_imports = silent\nstrict_equality = True\n")
            build.settings = ["--mypy-ini", "other.ini", "--python-version", "3.11"]
            result = build.run_one("other")
            self.assertEqual(result.status, 0)
            self.assertIn("module lib.extra was analysed again, because ", result.stderr)
            build.arguments = ["--strict-cache"]
            self.assertEqual(build.run_one("other").status, 1)
            shutil.rmtree(build.root / "lib")
            result = build.run_one("other")
            self.assertEqual(result.status, 1)
            self.assertIn('does not accept the entry of "lib.extra"', result.stderr)

        def test_missing_and_broken_inputs(self) -> None:
            build = self.chain()
            interface = build.root / "out/lib.mypy/lib.extra.interface"
            for content in (b"", b"garbage", interface.read_bytes()[:100]):
                interface.write_bytes(content)
                result = build.run_one("other")
                self.assertEqual(result.status, 1)
                self.assertIn("lib.extra.interface", result.stderr)
                self.assertNotIn("Traceback", result.stderr)
            build.write("out/other.mypy.json", "{")
            self.assertIn("out/other.mypy.json", build.run_one("other").stderr)


class NewestMypyTest(SharedTests.Cases):
    variable = "STARMYPY_MYPY_PYTHON"
    default = "build/mypy/bin/python"


class Mypy117Test(SharedTests.Cases):
    variable = "STARMYPY_MYPY_1_17_1_PYTHON"
    default = "build/mypy-1.17.1/bin/python"


def leave_out(cases: type, names: Iterable[str]) -> None:
    for name in names:
        setattr(cases, name, None)


# Each needs an analysis of typeshed, and tells nothing more of this release.
leave_out(
    Mypy117Test,
    [
        "test_following_imports",
        "test_platform",
        "test_plugin",
        "test_python_version_and_platform",
        "test_sections",
        "test_strict",
    ],
)

# It analyses `top` again, and says so.
leave_out(Mypy117Test, ["test_wanted_modules_that_another_package_finds_missing"])

# What a program must do to see a release that it does not know.
PRETEND = """\
import sys
sys.path.insert(0, {private!r})
from mypy_shared import action, plain
action.choose = lambda: (plain, "")
sys.exit(action.main(sys.argv[1:]))
"""


class UnknownMypyTest(SharedTests.Cases):
    """Asked by its command line, which promises less: only verdicts, and that they are shared."""

    variable = "STARMYPY_MYPY_PYTHON"
    default = "build/mypy/bin/python"

    def build(self, targets: Sequence[Target], sources: Dict[str, str], ini: str = SILENT) -> Build:
        build = super().build(targets, sources, ini)
        build.runner = build.root / "pretend.py"
        build.runner.write_text(PRETEND.format(private=str(PRIVATE)))
        # It may take import cycles anew: knot is one, and so is a package whose __init__.py is above its modules.
        build.warnings = r"(\S+: module (crown|knot)\b.* was analysed again, because .*\n)*"
        return build


PROMISED = {
    "test_blocking_error_of_nothing_that_is_imported",
    "test_features_are_seen_as_by_mypy_itself",
    "test_package_with_modules_that_do_not_parse",
    "test_silent",
    "test_sources_of_dependencies_are_not_read",
    "test_undeclared_import",
}
TESTS = {name for name in dir(UnknownMypyTest) if name.startswith("test_")}
leave_out(UnknownMypyTest, TESTS - PROMISED)


class OldMypyTest(unittest.TestCase):
    def test_message(self) -> None:
        default = str(ROOT / "build/mypy-1.0.1/bin/python")
        python = os.environ.get("STARMYPY_MYPY_1_0_1_PYTHON") or default
        if not os.path.exists(python):
            raise unittest.SkipTest(f"no {python}; STARMYPY_MYPY_1_0_1_PYTHON names another one")
        root = Path(tempfile.mkdtemp(prefix="test_mypy_shared."))
        self.addCleanup(shutil.rmtree, root)
        build = Build(root, python, [Target("a", ["a.py"])])
        build.write("a.py", "")
        build.prepare()
        result = build.run_one("a")
        self.assertEqual(result.status, 1)
        self.assertIn("mypy 1.0.1 is too old for mode shared", result.stderr)
        self.assertIn("mode=compat", result.stderr)


if __name__ == "__main__":
    unittest.main()
