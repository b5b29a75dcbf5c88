# SPDX-License-Identifier: Apache-2.0
"""The mypy actions of the workspaces in tests/scenarios, each against what is written down here for it.

`demo` and `opt_in` have the shapes of rules_mypy's own examples, and the rows are what Bazel 8 makes of them: an unloaded
py_library is rules_python's, so it tells its stub files and its imports come a last time under the output folder.
`chain` has what hands no cache on: a target without sources and one that must not be checked.
"""

import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Set

import workspaces
from action_graph import Action, ActionGraph

SCENARIOS = workspaces.ROOT / "tests" / "scenarios"

K = "bazel-out/k8-fastbuild/bin"
RULES_PYTHON = "external/rules_python+"
RULES_MYPY = "external/rules_mypy+"
NUMPY = "external/rules_python++pip+pypi_311_numpy"
CACHETOOLS = "external/rules_python++pip+pypi_311_cachetools"
TYPES = f"{K}/external/rules_mypy++types+pip_types"
PACKAGES = "external/packages+"

CONFIGURATION_FILE = f"{RULES_MYPY}/mypy/private/default_mypy.ini"
TOOL = f"bazel-out/k8-opt-exec/bin/{RULES_MYPY}/mypy/private/mypy"
TOOL_INPUTS = {TOOL, f"{TOOL}.runfiles", f"{RULES_MYPY}/mypy/private/mypy_runner.py"}


class Row(NamedTuple):
    mypypath: str
    sources: Sequence[str]
    upstream: Sequence[str] = ()  # targets whose caches are used, as PACKAGE/NAME below K
    inputs: Sequence[str] = ()  # besides the sources, the caches, the configuration file and the tool


# What a target's action is; None where there is none.
Table = Dict[str, Optional[Row]]

DEMO: Table = {
    "//thm:thm": Row(".", ["thm/__init__.py"]),
    "//thm/a:a": Row(
        ".", ["thm/a/__init__.py"], upstream=["thm/thm"], inputs=["thm/__init__.py"]
    ),
    "//thm/b:b": Row(
        f".:{TYPES}/types-cachetools/site-packages:{NUMPY}/site-packages:site-packages"
        f":{TYPES}:{TYPES}/site-packages",
        ["thm/b/__init__.py"],
        upstream=["thm/thm", "thm/a/a"],
        inputs=[
            "thm/__init__.py",
            "thm/a/__init__.py",
            f"{TYPES}/types-cachetools",
            f"{CACHETOOLS}/site-packages/cachetools/__init__.py",
            f"{CACHETOOLS}/site-packages/cachetools-5.4.0.dist-info/METADATA",
            f"{NUMPY}/site-packages/numpy/__init__.py",
            f"{NUMPY}/site-packages/numpy/__init__.pyi",
            f"{NUMPY}/site-packages/numpy/py.typed",
            f"{NUMPY}/site-packages/numpy-1.26.4.dist-info/METADATA",
        ],
    ),
    "//standalone_imports:foo": Row(
        ".:standalone_imports", ["standalone_imports/a.py", "standalone_imports/b.py"]
    ),
    "//repro:a": Row(".:repro/a", ["repro/a/a.py"]),
    # The empty entry and K/ are the runfiles library's, whose import is its repository's root.
    "//repro:b": Row(
        f".:{RULES_PYTHON}:{RULES_PYTHON}/site-packages::repro/a:repro/b:{K}/:{K}/repro/a",
        ["repro/b/b.py"],
        upstream=["repro/a"],
        inputs=[
            "repro/a/a.py",
            f"{RULES_PYTHON}/python/runfiles/__init__.py",
            f"{RULES_PYTHON}/python/runfiles/py.typed",
            f"{RULES_PYTHON}/python/runfiles/runfiles.py",
        ],
    ),
    "//absolute_paths/lib:foo": Row(".", ["absolute_paths/lib/foo.py"]),
    "//absolute_paths/gen:bar": Row(".", [f"{K}/absolute_paths/gen/bar.py"]),
    "//absolute_paths/nested:nested": Row(".", ["absolute_paths/nested/__init__.py"]),
    "//absolute_paths/bin:main": Row(
        f".:{K}",
        ["absolute_paths/bin/main.py"],
        upstream=["absolute_paths/gen/bar", "absolute_paths/lib/foo", "absolute_paths/nested/nested"],
        inputs=[
            f"{K}/absolute_paths/gen/bar.py",
            "absolute_paths/lib/foo.py",
            "absolute_paths/nested/__init__.py",
        ],
    ),
    "//absolute_gen_pyi:stubs": None,
    # The empty entry is the workspace's root as an import; under the output folder it leaves the slash.
    "//absolute_gen_pyi:main": Row(
        f".::{K}/", ["absolute_gen_pyi/main.py"], inputs=[f"{K}/absolute_gen_pyi/stubs.pyi"]
    ),
    "//generated_file_imports/nested:bar": Row(
        ".:generated_file_imports/nested", [f"{K}/generated_file_imports/nested/bar.py"]
    ),
    "//generated_file_imports:foo": Row(
        f".:generated_file_imports/nested:{K}"
        f":{K}/generated_file_imports/nested:{K}/generated_file_imports/nested",
        ["generated_file_imports/foo.py"],
        upstream=["generated_file_imports/nested/bar"],
        inputs=[f"{K}/generated_file_imports/nested/bar.py"],
    ),
    "//custom_rule:foo": None,
}

OPT_IN: Table = {
    "//thm:thm": None,
    "//thm/checked:checked": Row(
        ".", ["thm/checked/__init__.py"], inputs=["thm/__init__.py"]
    ),
    "//thm/unchecked:unchecked": None,
}

# Imports under the output folder come twice: below what is generated, and as folders of stubs.
CHAIN_PRODUCTS = f"{K}:{K}/gen/sub:{K}/lib:{K}/site-packages:{K}/gen/sub:{K}/lib"
CHAIN: Table = {
    "//lib:base": Row(".:lib", ["lib/base.py"], inputs=["lib/py.typed"]),
    "//lib:mid": Row(
        f".:{PACKAGES}/site-packages:gen/sub:lib:site-packages:{CHAIN_PRODUCTS}",
        ["lib/mid.py"],
        upstream=["lib/base", "gen/gen"],
        inputs=[
            "lib/base.py",
            "lib/py.typed",
            f"{K}/gen/gen.py",
            f"{PACKAGES}/site-packages/requests.py",
            f"{PACKAGES}/site-packages/six.py",
        ],
    ),
    "//lib:skip": None,
    "//lib:nosrc": None,
    "//gen:gen": Row(".:gen/sub", [f"{K}/gen/gen.py"]),
    "//app:app": Row(
        f".:gen/sub:lib:site-packages:{CHAIN_PRODUCTS}",
        ["app/app.py"],
        upstream=["lib/mid"],
        inputs=[
            "lib/base.py",
            "lib/mid.py",
            "lib/py.typed",
            f"{K}/gen/gen.py",
            f"{PACKAGES}/site-packages/requests.py",
            f"{PACKAGES}/site-packages/six.py",
        ],
    ),
}


def expected_action(label: str, row: Row) -> Action:
    """The whole action that a row stands for."""
    output = f"{K}/{label[2:].replace(':', '/')}"
    caches = [f"{K}/{target}.mypy_cache" for target in row.upstream]
    arguments = [TOOL, "--output", f"{output}.mypy_stdout", "--cache-dir", f"{output}.mypy_cache"]
    for cache in caches:
        arguments += ["--upstream-cache", cache]
    read = {*row.sources, *row.inputs, *caches, CONFIGURATION_FILE}
    return Action(
        target=label,
        mnemonic="mypy",
        aspects=["//:py.bzl%mypy_aspect(cache=true, color=true)"],
        arguments=[*arguments, *row.sources, "--mypy-ini", CONFIGURATION_FILE],
        environment={
            "MYPYPATH": row.mypypath,
            "MYPY_FORCE_COLOR": "1",
            "PATH": "/bin:/usr/bin:/usr/local/bin",
            "PYTHONNOUSERSITE": "true",
            "TERM": "xterm-256color",
        },
        inputs=read | TOOL_INPUTS,
        outputs=[f"{output}.mypy_stdout", f"{output}.mypy_cache"],
        trees={f"{output}.mypy_cache"},
    )


class ScenariosTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="test_scenarios.")
        self.addCleanup(folder.cleanup)
        self.output_base = Path(folder.name)
        self.addCleanup(workspaces.shut_down, SCENARIOS / "demo", self.output_base)

    def run_in(self, workspace: Path, *arguments: str) -> workspaces.Output:
        return workspaces.run(
            workspace,
            *arguments,
            f"--vendor_dir={SCENARIOS / 'vendor'}",
            f"--output_base={self.output_base}",
        )

    def answer(self, workspace: str, *arguments: str) -> str:
        output = self.run_in(SCENARIOS / workspace, *arguments)
        self.assertEqual((output.status, output.stderr), (0, ""))
        return output.stdout

    def compare(self, workspace: str, table: Table) -> None:
        targets: List[str] = self.answer(workspace, "query", "kind('library|binary', //...)").split()
        self.assertEqual(sorted(targets), sorted(table))
        graph = ActionGraph(
            self.answer(workspace, "aquery", "//...", "--output=jsonproto", workspaces.COMPAT)
        )
        actions = graph.with_mnemonic("mypy")
        checked: Set[str] = {label for label, row in table.items() if row}
        self.assertEqual(set(actions), checked)
        for label, row in table.items():
            if row:
                with self.subTest(target=label):
                    self.assertEqual(actions[label]._asdict(), expected_action(label, row)._asdict())

    def test_demo(self) -> None:
        self.compare("demo", DEMO)

    def test_opt_in(self) -> None:
        self.compare("opt_in", OPT_IN)

    def test_chain(self) -> None:
        self.compare("chain", CHAIN)

    def check(self, workspace: Path, *arguments: str) -> workspaces.Output:
        return self.run_in(workspace, "check", f"--mypy={workspaces.MYPY_PYTHON}", *arguments)

    @workspaces.needs_mypy
    def test_mypy_finds_what_the_search_path_promises(self) -> None:
        for name, checked in (("demo", 13), ("opt_in", 1), ("chain", 4)):
            with self.subTest(workspace=name):
                output = self.check(SCENARIOS / name, workspaces.COMPAT)
                self.assertEqual(output.status, 0, output.text())
                self.assertRegex(output.stderr, rf"\b{checked} targets? checked .* no errors")

    @workspaces.needs_mypy
    def test_mode_shared_says_the_same(self) -> None:
        # In `demo` it also checks the target that is only stubs; in `chain` a module has two names.
        for name, checked, strict in (("demo", 14, True), ("opt_in", 1, True), ("chain", 4, False)):
            with self.subTest(workspace=name):
                output = self.check(SCENARIOS / name, *["--strict_cache"] * strict)
                self.assertEqual(output.status, 0, output.text())
                self.assertRegex(output.stderr, rf"\b{checked} targets? checked .* no errors")
        self.assertIn("module lib.mid was analysed again, because its owner calls it mid", output.text())

    @workspaces.needs_mypy
    def test_mypy_reads_stubs(self) -> None:
        with tempfile.TemporaryDirectory(prefix="test_scenarios.") as folder:
            workspace = Path(shutil.copytree(SCENARIOS / "demo", Path(folder, "demo")))
            source = workspace / "thm" / "b" / "__init__.py"
            source.write_text(source.read_text().replace("[str, float]", "[str, bytes]"))
            for options in ([workspaces.COMPAT], []):
                with self.subTest(options=options):
                    output = self.check(workspace, "//thm/b", *options)
                    self.assertEqual(output.status, 1, output.text())
                    # One comes from the stubs of cachetools, the other from numpy's own.
                    for error in (
                        "thm/b/__init__.py:11: error: Incompatible types in assignment",
                        "thm/b/__init__.py:12: error: Incompatible return value type",
                    ):
                        self.assertIn(error, output.text())


if __name__ == "__main__":
    unittest.main()
