# SPDX-License-Identifier: Apache-2.0
"""Mode "shared" of the mypy aspect, as far as analysis goes: who owns which module, what an action gets, what is warned of."""

import json
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Set

import odd_workspace
import workspaces
from action_graph import ActionGraph

K = "bazel-out/k8-fastbuild/bin"
PYPI = "external/rules_python++pip+pypi_311_"
TYPESHED = f"{K}/external/rules_python++python+pythons_hub/default_runtimes"
SHARED = "--@rules_mypy//mypy:mode=shared"

class Analysis:
    """The actions of all that some targets need, with one aspect."""

    def __init__(self, text: str) -> None:
        self.graph = ActionGraph(text)
        self.manifests: Dict[str, Dict[str, Any]] = {}
        for action, row in zip(self.graph.actions, self.graph.document["actions"]):
            if action.outputs[0].endswith(".mypy.json"):
                self.manifests[action.target] = json.loads(row["fileContents"])

    def targets(self, mnemonic: str) -> Set[str]:
        return set(self.graph.with_mnemonic(mnemonic))

    def inputs(self, mnemonic: str, label: str) -> Set[str]:
        """What an action reads, but for its tool, its configuration and its own manifest."""
        action = self.graph.with_mnemonic(mnemonic)[label]
        return {
            name
            for name in action.inputs
            if "/mypy/private/" not in name and name != self.path(label, ".mypy.json")
        }

    def path(self, label: str, suffix: str) -> str:
        repository, _, rest = label.rpartition("//")
        package, _, name = rest.partition(":")
        folder = [K, f"external/{repository.lstrip('@')}" if repository else "", package]
        return "/".join(filter(None, folder)) + f"/{name}{suffix}"

    def modules(self, label: str) -> Dict[str, str]:
        """What the target owns."""
        modules = self.manifests[label]["modules"].items()
        return {name: module["source"] for name, module in modules if "interface" in module}

    def other_names(self, label: str) -> Dict[str, str]:
        modules = self.manifests[label]["modules"].items()
        return {name: module["module"] for name, module in modules if "module" in module}

    def roots(self, label: str) -> List["tuple[str, str]"]:
        return [(root["kind"], root["path"]) for root in self.manifests[label]["roots"]]


def pypi(name: str) -> str:
    return f"@@rules_python++pip+pypi_311_{name}//:pkg"


class SharedTest(unittest.TestCase):
    maxDiff = None
    folder: "tempfile.TemporaryDirectory[str]"

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="test_shared.")
        cls.addClassCleanup(cls.folder.cleanup)
        odd_workspace.write_workspace(Path(cls.folder.name))

    def run_command(self, *arguments: str) -> workspaces.Output:
        output = workspaces.run(
            Path(self.folder.name, "workspace"),
            *arguments,
            f"--vendor_dir={self.folder.name}/vendor",
            f"--output_base={self.folder.name}/base",
        )
        self.assertEqual(output.status, 0, output.text())
        return output

    def analyze(self, pattern: str, *options: str, aspect: str = "default", warnings: int = 0) -> Analysis:
        output = self.run_command(
            "aquery",
            f"deps({pattern})",
            "--output=jsonproto",
            "--include_file_write_contents",
            f"--aspects=//:aspects.bzl%{aspect}",
            *options,
        )
        self.assertEqual(output.stderr.count("WARNING"), warnings, output.stderr)
        return Analysis(output.stdout)

    def warnings(self, pattern: str) -> List[str]:
        output = self.run_command("aquery", pattern, "--aspects=//:aspects.bzl%shared", "--output=summary")
        return [line.partition("WARNING: ")[2] for line in output.stderr.splitlines()]

    def check(self, pattern: str, *options: str, aspect: str = "default") -> Dict[str, List[str]]:
        """What mypy reveals of each target that is asked for, without a module's name before a type."""
        self.run_command(
            "check",
            pattern,
            f"--aspects=//:aspects.bzl%{aspect}",
            f"--mypy={workspaces.MYPY_PYTHON}",
            "--worker_quit_after_build",
            *options,
        )
        revealed: Dict[str, List[str]] = {}
        for report in Path(self.folder.name, "base").rglob("bin/*/*.mypy_stdout"):
            text = re.sub(r"\x1b(\[[0-9;]*m|\(B)", "", report.read_text())
            found = re.findall(r'Revealed type is "(.*)"', text.replace("\n    ", " "))
            types = [re.sub(r"\b(builtins|python\.runfiles\.runfiles)\.", "", each) for each in found]
            revealed[f"//{report.parent.name}:{report.name[: -len('.mypy_stdout')]}"] = types
        return revealed

    # ------------------------------------------------------------ modes

    def test_mode(self) -> None:
        for aspect, option, mode in (
            ("default", "--@rules_mypy//mypy:mode=compat", "compat"),
            ("default", SHARED, "shared"),
            ("shared", "--@rules_mypy//mypy:mode=compat", "shared"),
            ("compat", SHARED, "compat"),
            ("alone", SHARED, "compat"),
        ):
            with self.subTest(aspect=aspect, option=option):
                analysis = self.analyze("//chain:bottom", option, aspect=aspect)
                action = analysis.graph.with_mnemonic("mypy")["//chain:bottom"]
                self.assertEqual("--action=target" in action.arguments, mode == "shared")
                self.assertEqual(action.trees == set(), mode == "shared" or aspect == "alone")
                self.assertEqual(analysis.targets("MypyVerdict") != set(), mode == "shared")

    def test_unknown_mode(self) -> None:
        output = workspaces.run(
            Path(self.folder.name, "workspace"),
            "aquery",
            "//chain:bottom",
            "--aspects=//:aspects.bzl%default",
            "--@rules_mypy//mypy:mode=fast",
            f"--vendor_dir={self.folder.name}/vendor",
            f"--output_base={self.folder.name}/base",
        )
        self.assertNotEqual(output.status, 0)
        self.assertIn("invalid value 'fast'", output.stderr)

    # ------------------------------------------------------------ actions

    def test_target(self) -> None:
        analysis = self.analyze("//chain:bottom", "--@rules_mypy//mypy:strict_cache", aspect="shared")
        action = analysis.graph.with_mnemonic("mypy")["//chain:bottom"]
        outputs = [
            f"{K}/chain/bottom{suffix}"
            for suffix in (".mypy_stdout", ".mypy.jsonl", ".mypy_exit_code", ".mypy_unused", ".mypy_pack")
        ]
        self.assertEqual(action.outputs, [*outputs, f"{K}/chain/bottom.mypy/chain.bottom.interface"])
        report, json_report, exit_code, unused, pack = outputs
        ini = "external/rules_mypy+/mypy/private/default_mypy.ini"
        arguments = ["--action=target", "--manifest", f"{K}/chain/bottom.mypy.json", "--mypy-ini", ini]
        arguments += ["--python-version", "3.11", "--platform", "linux", "--pack", pack]
        arguments += ["--report", report, "--json-report", json_report, "--exit-code", exit_code]
        arguments += ["--unused-inputs-list", unused, "--strict-cache"]
        self.assertEqual(action.arguments[1:], arguments)
        self.assertEqual(
            analysis.inputs("mypy", "//chain:bottom"),
            {"chain/bottom.py", f"{TYPESHED}.mypy.json", f"{TYPESHED}.mypy_pack"},
        )
        verdict = analysis.graph.with_mnemonic("MypyVerdict")["//chain:bottom"]
        self.assertEqual(verdict.inputs, {report, exit_code})
        self.assertEqual(verdict.outputs, [f"{K}/chain/bottom.mypy_verdict"])

    def test_color_is_asked_for(self) -> None:
        for aspect, color in (("default", True), ("shared", False)):
            action = self.analyze("//chain:bottom", SHARED, aspect=aspect).graph.with_mnemonic("mypy")
            self.assertEqual("--color" in action["//chain:bottom"].arguments, color)

    def test_typeshed(self) -> None:
        analysis = self.analyze("//chain:all", SHARED)
        (action,) = analysis.graph.with_mnemonic("MypyTypeshed").values()
        self.assertEqual(action.outputs, [f"{TYPESHED}.mypy_pack"])
        self.assertEqual(action.arguments[action.arguments.index("--python-version") + 1], "3.11")
        self.assertEqual(analysis.manifests[action.target]["kind"], "typeshed")

    # ------------------------------------------------------------ modules

    def test_platform(self) -> None:
        """It is the target platform's, in all actions of mode "shared"."""
        for option, expected in (
            ("--compilation_mode=opt", "linux"),
            ("--cpu=darwin_arm64", "darwin"),
            ("--platforms=//platforms:windows", "win32"),
            ("--platforms=//platforms:mac_on_arm", "darwin"),
            ("--platforms=//platforms:bare", None),
        ):
            analysis = self.analyze("//platforms:user", option)
            for mnemonic, labels in (
                ("mypy", {"//platforms:user", "//platforms:system"}),
                ("MypyPackage", {pypi("leaf")}),
                ("MypyTypeshed", analysis.targets("MypyTypeshed")),
            ):
                self.assertEqual(analysis.targets(mnemonic), labels)
                for action in analysis.graph.with_mnemonic(mnemonic).values():
                    with self.subTest(option=option, action=mnemonic):
                        arguments = list(action.arguments)
                        given = [arguments[i + 1] for i, word in enumerate(arguments) if word == "--platform"]
                        self.assertEqual(given, [expected] if expected else [])

    def test_platform_is_of_no_concern_to_compat(self) -> None:
        analysis = self.analyze("//platforms:user", "--platforms=//platforms:windows", aspect="compat")
        for action in analysis.graph.with_mnemonic("mypy").values():
            self.assertNotIn("--platform", action.arguments)

    def test_names(self) -> None:
        analysis = self.analyze("//names:all", SHARED, warnings=4)
        expected = {
            "plain": {"names": "names/__init__.py", "names.plain": "names/plain.py"},
            "src": {"pkg": "names/src/pkg/__init__.py", "pkg.mod": "names/src/pkg/mod.py"},
            "own_package": {"names": "names/__init__.py", "plain": "names/plain.py"},
            "inherits": {"pkg.more": "names/src/pkg/more.py"},
            "nearest": {"mod": "names/src/pkg/mod.py"},
            "dashed": {"sub.tool": "names/with-dash/sub/tool.py", "tool": "names/with-dash/tool.py"},
            "stubbed": {"names.fast": "names/fast.pyi", "names.slow": "names/slow.py"},
            "data_stub": {"names.fast": "names/fast.pyi", "names.slow": "names/slow.py"},
            "stubs_only": {"names.fast": "names/fast.pyi"},
            "twice": {"same": "names/a/same.py"},
        }
        found = {name: analysis.modules(f"//names:{name}") for name in expected}
        self.assertEqual(found, expected)
        self.assertEqual(analysis.roots("//names:plain"), [])
        self.assertEqual(analysis.roots("//names:src"), [("source", "names/src")])
        self.assertEqual(analysis.roots("//names:inherits"), [("source", "names/src")])
        self.assertEqual(analysis.roots("//names:dashed"), [("source", "names/with-dash")])
        self.assertIn("names/py.typed", analysis.inputs("mypy", "//names:data_stub"))
        self.assertNotIn("names/fast.py", analysis.inputs("mypy", "//names:stubbed"))

    def test_other_names(self) -> None:
        analysis = self.analyze("//names:all", SHARED, warnings=4)
        self.assertEqual(
            analysis.other_names("//names:src"),
            {"names.src.pkg": "pkg", "names.src.pkg.mod": "pkg.mod"},
        )
        # `rooted` has an import directory above what its dependency calls by the path from the workspace.
        self.assertEqual(
            analysis.other_names("//names:rooted"), {"names.slow": "slow", "plain": "names.plain"}
        )
        self.assertEqual(analysis.other_names("//names:plain"), {})
        # Who uses another name reads the source.
        for label in ("//names:rooted", "//names:above_rooted"):
            self.assertIn("names/plain.py", analysis.inputs("mypy", label))

    def test_interfaces_are_named_like_modules(self) -> None:
        analysis = self.analyze("//names:src", SHARED)
        self.assertEqual(
            analysis.manifests["//names:src"]["modules"]["pkg.mod"]["interface"],
            f"{K}/names/src.mypy/pkg.mod.interface",
        )
        self.assertIn(
            f"{K}/names/src.mypy/pkg.mod.interface",
            analysis.graph.with_mnemonic("mypy")["//names:src"].outputs,
        )

    def test_generated(self) -> None:
        analysis = self.analyze("//made:all", SHARED)
        self.assertEqual(
            analysis.modules("//made:made"),
            {"made.gen": f"{K}/made/gen.py", "made.written": "made/written.py"},
        )
        self.assertEqual(analysis.roots("//made:made"), [("generated", K)])
        self.assertEqual(analysis.modules("//made:rooted"), {"rooted": f"{K}/made/root/rooted.py"})
        self.assertEqual(analysis.roots("//made:rooted"), [("generated", f"{K}/made/root")])
        self.assertEqual(analysis.modules("//made:loose"), {})

    def test_rules_that_list_no_python(self) -> None:
        analysis = self.analyze("//made:user", SHARED)
        folder = f"{K}/made/_virtual_imports/virtual"
        self.assertEqual(analysis.modules("//made:virtual"), {"said_pb2": f"{folder}/said_pb2.py"})
        self.assertEqual(analysis.roots("//made:virtual"), [("generated", folder)])
        self.assertIn("--silent", analysis.graph.with_mnemonic("mypy")["//made:virtual"].arguments)
        self.assertNotIn("//made:virtual", analysis.targets("MypyVerdict"))
        self.assertIn(
            f"{K}/made/virtual.mypy/said_pb2.interface", analysis.inputs("mypy", "//made:user")
        )

    def test_rules_that_the_aspect_cannot_follow(self) -> None:
        analysis = self.analyze("//made:wrapped", SHARED)
        self.assertEqual(
            analysis.modules("//made:wrapped"),
            {"made.gen": f"{K}/made/gen.py", "made.written": "made/written.py"},
        )

    def test_sources_of_other_repositories(self) -> None:
        analysis = self.analyze("//made:foreign", SHARED)
        self.assertEqual(analysis.modules("//made:foreign"), {"lib.lib": "external/other+/lib/lib.py"})
        self.assertNotIn("//made:foreign", analysis.targets("MypyVerdict"))

    def test_directories(self) -> None:
        analysis = self.analyze("//made:grown", SHARED)
        self.assertEqual(analysis.modules("//made:grown"), {"made.written": "made/written.py"})
        self.assertEqual(analysis.roots("//made:grown"), [("generated", K)])
        self.assertIn(f"{K}/made/tree", analysis.inputs("mypy", "//made:grown"))

    def test_conflicts(self) -> None:
        self.assertEqual(
            self.warnings("//names:twice"),
            [
                "//names:twice: module 'same' is both names/a/same.py and names/b/same.py: "
                "the first is taken, the second is not checked"
            ],
        )
        self.assertEqual(
            self.warnings("//names:sees_both"),
            ["//names:sees_both: names/plain.py is a source of both //names:first and //names:second: each analyses it"],
        )
        self.assertEqual(
            self.warnings("//names:sees_names"),
            [
                "//names:sees_names: names/src/pkg/mod.py is module 'pkg.mod' of //names:src and module "
                "'names.src.pkg.mod' of //names:whole, which to mypy are two modules: their imports differ"
            ],
        )
        self.assertEqual(
            self.warnings("//names:sees_files"),
            [
                "//names:sees_files: module 'same' is names/a/same.py of //names:a and names/b/same.py of //names:b: "
                "the first is taken"
            ],
        )

    # ------------------------------------------------------------ what is below

    def test_chain(self) -> None:
        analysis = self.analyze("//chain:top", SHARED)
        other, runfiles = "@@other+//lib:lib", "@@rules_python+//python/runfiles:runfiles"
        checked = {"//chain:bottom", "//chain:stubs", "//chain:top", "//chain:typing_only"}
        self.assertEqual(analysis.targets("MypyVerdict"), checked)
        self.assertEqual(analysis.targets("mypy"), checked | {"//chain:tagged", other, runfiles})
        for label in ("//chain:tagged", other, runfiles):
            self.assertIn("--silent", analysis.graph.with_mnemonic("mypy")[label].arguments)
        self.assertEqual(analysis.roots(other), [("source", "external/other+")])
        self.assertEqual(analysis.modules(other), {"lib.lib": "external/other+/lib/lib.py"})
        inputs = analysis.inputs("mypy", "//chain:top")
        interfaces = {name for name in inputs if name.endswith(".interface")}
        own = {f"{K}/chain/top.mypy/chain.top.interface"}
        written = {name for action in analysis.graph.actions for name in action.outputs}
        self.assertEqual(interfaces, {name for name in written if name.endswith(".interface")} - own)
        manifests = {name for name in inputs if name.endswith(".mypy.json")}
        self.assertEqual(len(manifests), 8)  # seven targets below, and typeshed's
        self.assertIn(f"{K}/chain/no_sources.mypy.json", manifests)
        self.assertIn("chain/top.py", inputs)
        self.assertNotIn("chain/bottom.py", inputs)

    def test_manifests_lead_to_all_below(self) -> None:
        analysis = self.analyze("//chain:all", SHARED)
        by_path = {analysis.path(label, ".mypy.json"): label for label in analysis.manifests}
        for label, manifest in analysis.manifests.items():
            with self.subTest(target=label):
                self.assertEqual(manifest["label"], label)
                found: Set[str] = set()
                waiting = list(manifest["deps"])
                while waiting:
                    path = waiting.pop()
                    if path not in found:
                        found.add(path)
                        waiting += analysis.manifests[by_path[path]]["deps"]
                for mnemonic in ("mypy", "MypyPackage"):
                    if label in analysis.targets(mnemonic):
                        read = analysis.inputs(mnemonic, label)
                        self.assertEqual({name for name in read if name.endswith(".mypy.json")}, found)

    # ------------------------------------------------------------ distributions

    def test_packages(self) -> None:
        analysis = self.analyze("//chain:packages", SHARED)
        ring = "@@rules_python++pip+pypi//_groups:ring"
        self.assertEqual(
            analysis.targets("MypyPackage"), {pypi("grpcio"), pypi("leaf"), pypi("plain"), pypi("top"), ring}
        )
        top = analysis.manifests[pypi("top")]
        self.assertEqual((top["kind"], top["wanted"]), ("package", "all"))
        self.assertEqual(top["pack"], analysis.path(pypi("top"), ".mypy_pack"))
        self.assertEqual(analysis.roots(pypi("top")), [("site-packages", f"{PYPI}top/site-packages")])
        self.assertEqual(
            {name for name in analysis.inputs("MypyPackage", pypi("top")) if not name.startswith(K)},
            {f"{PYPI}top/site-packages/top/__init__.py", f"{PYPI}top/site-packages/top/one.py"},
        )
        read = analysis.inputs("mypy", "//chain:packages")
        self.assertEqual({name for name in read if name.startswith("external/")}, set())
        packs = {analysis.path(label, ".mypy_pack") for label in analysis.targets("MypyPackage")}
        self.assertEqual({name for name in read if name.endswith(".mypy_pack")}, packs | {f"{TYPESHED}.mypy_pack"})

    def test_cycle(self) -> None:
        analysis = self.analyze("//chain:packages", SHARED)
        ring = "@@rules_python++pip+pypi//_groups:ring"
        self.assertEqual(
            analysis.roots(ring),
            [("site-packages", f"{PYPI}left/site-packages"), ("site-packages", f"{PYPI}right/site-packages")],
        )
        read = analysis.inputs("MypyPackage", ring)
        self.assertIn(f"{PYPI}left/site-packages/left.py", read)
        self.assertIn(f"{PYPI}right/site-packages/right.py", read)
        self.assertIn(analysis.path(pypi("leaf"), ".mypy_pack"), read)

    def test_stubs(self) -> None:
        # `leaf` is nowhere a direct dependency of a target.
        analysis = self.analyze("//chain:packages", SHARED)
        self.assertEqual(
            analysis.roots(pypi("leaf")),
            [("stubs", f"{PYPI}types_leaf/site-packages"), ("site-packages", f"{PYPI}leaf/site-packages")],
        )
        self.assertEqual(analysis.roots(pypi("grpcio"))[0], ("stubs", f"{PYPI}grpc_stubs/site-packages"))
        self.assertEqual(analysis.roots(pypi("plain"))[0], ("stubs", f"{PYPI}types_strange/site-packages"))
        read = analysis.inputs("MypyPackage", pypi("grpcio"))
        self.assertLessEqual(
            {
                f"{PYPI}grpc_stubs/site-packages/grpc-stubs/__init__.pyi",
                f"{PYPI}grpc_stubs/site-packages/grpc-stubs/py.typed",
                f"{PYPI}grpcio/site-packages/grpc/aio.py",
            },
            read,
        )
        # No directory is made of stubs: they are read where they are.
        self.assertEqual(analysis.targets("BuildPyTypeLibrary"), set())

    def test_choice_of_modules(self) -> None:
        analysis = self.analyze("//chain:packages", aspect="choosy")
        self.assertEqual(analysis.manifests[pypi("top")]["wanted"], ["top.one"])
        self.assertIsNone(analysis.manifests[pypi("leaf")]["pack"])
        self.assertNotIn(pypi("leaf"), analysis.targets("MypyPackage"))
        # What nobody owns, everybody reads.
        sources = {f"{PYPI}top/site-packages/top/__init__.py", f"{PYPI}leaf/site-packages/leaf.py"}
        self.assertLessEqual(sources, analysis.inputs("mypy", "//chain:packages"))
        self.assertIn(f"{PYPI}leaf/site-packages/leaf.py", analysis.inputs("MypyPackage", pypi("top")))
        self.assertNotIn(f"{PYPI}plain/site-packages/plain_package/__init__.py", analysis.inputs("mypy", "//chain:packages"))

    def test_modules_that_targets_import(self) -> None:
        analysis = self.analyze("//chain:packages", aspect="needy")
        lists = f"{K}/chain/imports/rules_python++pip+pypi_311_"
        wanted = f"{lists}top/pkg.modules"
        self.assertEqual(analysis.manifests[pypi("top")]["wanted"], [f"@{wanted}"])
        self.assertIn(wanted, analysis.inputs("MypyPackage", pypi("top")))
        self.assertNotIn(wanted, analysis.inputs("MypyPackage", pypi("leaf")))
        ring = "@@rules_python++pip+pypi//_groups:ring"
        both = [f"{lists}left/pkg.modules", f"{lists}right/pkg.modules"]
        self.assertEqual(analysis.manifests[ring]["wanted"], [f"@{path}" for path in both])
        self.assertLessEqual(set(both), analysis.inputs("MypyPackage", ring))
        # Others are analysed by those who import them.
        self.assertIn(f"{PYPI}top/site-packages/top/__init__.py", analysis.inputs("mypy", "//chain:packages"))

    def test_lists_of_imports(self) -> None:
        graph = ActionGraph(self.run_command("aquery", "deps(//chain:imports)").stdout)
        lists = graph.with_mnemonic("MypyImports")
        top = lists["//chain:top"]
        self.assertEqual(top.outputs, [f"{K}/chain/top.mypy_imports"])
        arguments = ["--module", "chain.top", "chain/top.py", "--output", f"{K}/chain/top.mypy_imports"]
        self.assertEqual(list(top.arguments[1:]), ["--action=imports", *arguments])
        self.assertIn("chain/top.py", top.inputs)
        self.assertNotIn("chain/tagged.py", top.inputs)
        leaf = list(lists[pypi("leaf")].arguments)
        self.assertIn("--root site-packages " + f"{PYPI}leaf/site-packages", " ".join(leaf))
        self.assertIn("--directory made.tree ", " ".join(lists["//made:grown"].arguments))
        self.assertIn(pypi("types_leaf"), lists)  # Stubs are asked as well.
        self.assertNotIn("//chain:no_sources", lists)
        wanted = graph.with_mnemonic("MypyWanted")["//chain:imports"]
        named = {name for name in wanted.inputs if name.endswith(".mypy_imports")}
        self.assertEqual(named, {output for action in lists.values() for output in action.outputs})
        self.assertEqual(list(wanted.arguments).count("--package"), len(wanted.outputs))
        self.assertEqual(len(wanted.outputs), sum("--root" in action.arguments for action in lists.values()))

    # ------------------------------------------------------------ what mypy makes of it

    @workspaces.needs_mypy
    def test_types_arrive(self) -> None:
        revealed = self.check("//...", SHARED)
        self.assertEqual(revealed["//names:use_other"], ["int"])
        self.assertEqual(revealed["//names:use_stubbed"], ["bytes"])
        self.assertEqual(revealed["//made:user"], ["tuple[int, int, int]"])
        self.assertEqual(revealed["//made:climber"], ["int"])
        self.assertEqual(revealed["//chain:top"][0], "tuple[bytes, int]")
        self.assertIn("Runfiles", revealed["//chain:top"][1])
        # Stubs for a distribution that nobody depends on directly, partial ones, and those of another name.
        self.assertEqual(
            revealed["//chain:packages"],
            ["tuple[bytes, int, tuple[bytearray, float], bytearray, complex]"],
        )
        self.assertEqual(revealed["//chain:sloppy"], ["bytearray"])

    @workspaces.needs_mypy
    def test_stubs_may_be_any_target(self) -> None:
        revealed = self.check("//chain:packages", aspect="mapped")
        self.assertEqual(
            revealed["//chain:packages"],
            ["tuple[int, int, tuple[bytearray, float], bytearray, frozenset[str]]"],
        )

    @workspaces.needs_mypy
    def test_other_names_with_and_without_a_worker(self) -> None:
        """In the worker the module is loaded under the name that another target imports."""
        for strategy in ("local", "worker"):
            with self.subTest(strategy=strategy):
                self.run_command("clean")
                revealed = self.check("//names:all", SHARED, f"--strategy={strategy}")
                self.assertEqual(revealed["//names:use_own"], ["int"])
                self.assertEqual(revealed["//names:use_whole"], ["int"])

    @workspaces.needs_mypy
    def test_version_that_mypy_does_not_know_any_more(self) -> None:
        workspace = Path(self.folder.name, "old")
        module = odd_workspace.MODULE[odd_workspace.MODULE.index("python =") :].partition("\n\n")[0]
        odd_workspace.write(workspace / "MODULE.bazel", module.replace("3.11", "3.6"))
        odd_workspace.write(workspace / "BUILD", 'py_library(name = "a", srcs = ["a.py"])\n')
        odd_workspace.write(workspace / "a.py")
        output = workspaces.run(
            workspace,
            "check",
            "--strategy=local",
            f"--mypy={workspaces.MYPY_PYTHON}",
            f"--output_base={self.folder.name}/old_base",
        )
        self.assertEqual(output.status, 0, output.text())
        self.assertIn("mypy cannot check for Python 3.6: it checks for 3.10 instead", output.text())

    @workspaces.needs_mypy
    def test_types_of_a_platform(self) -> None:
        windows = "--platforms=//platforms:windows"
        self.assertEqual(self.check("//platforms:user", SHARED)["//platforms:user"], ["str"])
        self.assertEqual(self.check("//platforms:user", SHARED, windows)["//platforms:user"], ["int"])

    @workspaces.needs_mypy
    def test_far_conflicts_are_told(self) -> None:
        output = self.run_command(
            "check", "//names:far", SHARED, "--strategy=local", f"--mypy={workspaces.MYPY_PYTHON}"
        )
        told = "//names:far: module names.plain is taken from //names:first, not from //names:second"
        self.assertIn(told, output.text())

    @workspaces.needs_mypy
    def test_choice_makes_no_difference(self) -> None:
        revealed = self.check("//chain:packages", "--strict_cache", aspect="choosy")
        self.assertEqual(
            revealed["//chain:packages"], ["tuple[int, int, tuple[int, float], int, int]"]
        )

    @workspaces.needs_mypy
    def test_who_runs_again_because_of_an_import(self) -> None:
        source = Path(self.folder.name, "workspace/chain/packages.py")
        text = source.read_text()
        self.addCleanup(source.write_text, text)

        def check() -> Dict[str, int]:
            self.check("//chain:packages", SHARED, "--strict_cache", "--strategy=local", aspect="needy")
            folder = Path(self.folder.name, "base/execroot/_main", K)
            return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.glob("external/*/*.mypy_pack")}

        before = check()
        source.write_text(text + "from top.one import ONE\n")
        self.assertEqual(check(), before)
        source.write_text(text.replace("grpc.aio, left", "grpc, left").replace("grpc.aio.RUNTIME, ", ""))
        after = check()
        changed = {name for name in before if before[name] != after[name]}
        self.assertEqual(changed, {"external/rules_python++pip+pypi_311_grpcio/pkg.mypy_pack"})

    @workspaces.needs_mypy
    def test_modules_that_nobody_imports_make_no_difference(self) -> None:
        expected = self.check("//chain:packages", SHARED, aspect="default")
        for strategy in ("local", "worker"):
            with self.subTest(strategy=strategy):
                self.run_command("clean")
                revealed = self.check("//chain:packages", SHARED, "--strict_cache", f"--strategy={strategy}", aspect="needy")
                self.assertEqual(revealed["//chain:packages"], expected["//chain:packages"])


if __name__ == "__main__":
    unittest.main()
