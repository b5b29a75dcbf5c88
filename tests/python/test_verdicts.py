# SPDX-License-Identifier: Apache-2.0
"""Mode "shared" against one mypy over all files: the same errors, each in the report of its target, and nothing done twice.

The workloads are those of bench/mypy in small shapes, and tests/verdicts/features, which has one of each thing that mypy
keeps in a cache in a way of its own. Which modules were analysed is told by what ninja ran and by --strict_cache, under
which an action that analyses what another one has done already fails.
"""

import dataclasses
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict, List, Mapping, Sequence, Set

import mypy_features as features
import workspaces

sys.path.insert(0, str(workspaces.ROOT / "bench" / "mypy"))
import injected  # noqa: E402
import kill  # noqa: E402
import measure  # noqa: E402
import outputs  # noqa: E402
import peers  # noqa: E402
import workloads  # noqa: E402

VERDICTS = workspaces.ROOT / "tests" / "verdicts"
PROGRAM = Path(workspaces.STARMYPY)
PYTHON = Path(workspaces.MYPY_PYTHON)
STRATEGIES = ("worker", "local")
PATIENCE = 300  # seconds
KILLS = 3


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> measure.Run:
    """Runs a command without measuring it."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=PATIENCE,
        )
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    return measure.Run(process.returncode, text, 0, 0, 0)


class Checked(unittest.TestCase):
    """A workspace in a folder of its own, and the ways to check it."""

    maxDiff = None

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="test_verdicts."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.workspace = self.folder / "workspace"

    def place(self, vendor_dir: Path, sources: Sequence[str]) -> peers.Place:
        return peers.Place(self.workspace, vendor_dir, self.folder / "state", PYTHON, sources)

    def starmypy(self, strategy: str, place: peers.Place) -> peers.Starmypy:
        peer = peers.make(strategy, place, PROGRAM)
        assert isinstance(peer, peers.Starmypy)
        peer.options.append("--strict_cache")
        peer.reset()
        self.addCleanup(peer.stop)
        return peer

    def check(self, peer: peers.Peer, status: int = 0) -> peers.Done:
        done = peer.check(run)
        self.assertEqual(done.run.status, status, done.run.output)
        return done

    def expected(self, place: peers.Place, options: Sequence[str] = ()) -> List[str]:
        """What one mypy over all files finds."""
        peer = peers.Monolithic(place, options)
        peer.reset()
        return peers.findings(self.check(peer, 1).run.output)


def checked(done: peers.Done) -> Set[str]:
    """The labels of the targets that were analysed."""
    return {action.label for action in done.actions if action.mnemonic == "mypy"}


def counts(done: peers.Done) -> Dict[str, int]:
    """How many actions ran mypy, by mnemonic."""
    found: Dict[str, int] = {}
    for action in done.actions:
        if action.mnemonic in ("MypyTypeshed", "MypyPackage", "mypy"):
            found[action.mnemonic] = found.get(action.mnemonic, 0) + 1
    return found


@workspaces.needs_mypy
class LayersTest(Checked):
    """Modules over modules, with real packages."""

    def write(self, layers: int, width: int) -> workloads.Workload:
        workload = workloads.layers(layers, width)
        workload.write(self.workspace)
        return workload

    def layers_place(self, workload: workloads.Workload) -> peers.Place:
        return self.place(workspaces.vendor_example(), workload.sources)

    def test_injected_errors(self) -> None:
        workload = self.write(3, 2)
        injections = injected.injections(workload)
        self.assertGreaterEqual(len(injections), 20)
        for injection in injections:
            injection.apply(self.workspace)
        place = self.layers_place(workload)
        expected = self.expected(place)
        codes = {line.rpartition("[")[2][:-1] for line in injected.errors(expected)}
        self.assertEqual(codes, set(injected.SNIPPETS))
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                peer = self.starmypy(strategy, place)
                output = self.check(peer, 1).run.output
                wrong = injected.compare(expected, peer.reports(), injected.owners(workload))
                self.assertEqual(wrong, [])
                for injection in injections:
                    self.assertIn(injection.label, output)

    def test_actions_of_each_edit(self) -> None:
        workload = self.write(5, 4)
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                self.go_through_edits(workload, self.starmypy(strategy, self.layers_place(workload)))

    def go_through_edits(self, workload: workloads.Workload, peer: peers.Starmypy) -> None:
        cold = self.check(peer)
        self.assertEqual(checked(cold), {target.label for target in workload.targets.values()})
        self.assertEqual(counts(cold)["MypyTypeshed"], 1)
        self.assertEqual(counts(self.check(peer)), {})
        for name, edit in workload.edits.items():
            own = workload.targets[edit.path.rpartition("/")[0]].label
            with self.subTest(name):
                edit.apply(self.workspace)
                done = self.check(peer, 1 if "error" in name else 0)
                edit.revert(self.workspace)
                again = self.check(peer)
                wanted = {own} | (self.users_of_base(workload) if "signature" in name else set())
                self.assertEqual(checked(done), wanted)
                self.assertEqual(checked(again), wanted)
                self.assertEqual(set(counts(done)), {"mypy"})

    def users_of_base(self, workload: workloads.Workload) -> Set[str]:
        """The targets whose modules need the one with the edited signature, by mypy's own account."""
        edit = workload.edits["base, signature"]
        module = edit.path[: -len(".py")].replace("/", ".")
        dump = subprocess.run(
            [str(PYTHON), "-c", DEPENDENTS, module, *workload.sources],
            cwd=self.workspace,
            env=peers.environment(
                MYPYPATH=peers.search_path(self.layers_place(workload), self.folder / "path")
            ),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        owners = injected.owners(workload)
        return {owners[line] for line in dump.stdout.split()}

    def test_outputs_do_not_depend_on_place_time_and_strategy(self) -> None:
        workload = self.write(3, 2)
        first = self.starmypy("local", self.layers_place(workload))
        self.check(first)
        expected = outputs.read_outputs(first)
        self.assertEqual(outputs.repeated(expected), 0)
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                self.workspace = self.folder / strategy / "of" / "others"
                workload.write(self.workspace)
                place = self.layers_place(workload)
                elsewhere = self.starmypy(
                    strategy, dataclasses.replace(place, state=self.folder / strategy)
                )
                self.check(elsewhere)
                found = outputs.read_outputs(elsewhere)
                self.assertEqual(outputs.differing(expected, found), [])

    def test_syntax_error_below(self) -> None:
        workload = self.write(3, 2)
        base = workload.edits["base, body"].path
        with open(self.workspace / base, "a", encoding="utf-8") as file:
            file.write("def broken(:\n")
        package = base.rpartition("/")[0]
        own = workload.targets[package].label
        above = {workload.targets[name].label for name in workload.dependents(package)}
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                peer = self.starmypy(strategy, self.layers_place(workload))
                self.check(peer, 1)
                blocked = {
                    label
                    for label in above
                    if own in (peer.report_path(label).read_text(encoding="utf-8"))
                }
                self.assertTrue(above)
                self.assertEqual(blocked, above)
                self.assertTrue(peer.reports()[own])

    def test_killed(self) -> None:
        workload = self.write(3, 2)
        measure.adopt_orphans()
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                peer = self.starmypy(strategy, self.layers_place(workload))
                self.assertEqual(kill.kill_at_random(peer, KILLS, told=False), [])


# Prints the sources of the modules that need the one named first.
DEPENDENTS = """
import sys
from mypy import build, main, modulefinder
options = ["--config-file=mypy.ini", "--explicit-package-bases", "--cache-dir=/dev/null"]
sources, options = main.process_options(options + sys.argv[2:])
graph = build.build(sources, options).graph
for state in graph.values():
    if sys.argv[1] in state.dependencies and state.path in sys.argv:
        print(state.path)
"""


@workspaces.needs_mypy
class TorchTest(Checked):
    """Targets that have nothing but a package in common, which is analysed once."""

    def test_package_is_analysed_once(self) -> None:
        workload = workloads.torch(6)
        workload.write(self.workspace)
        place = self.place(VERDICTS / "vendor", workload.sources)
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                peer = self.starmypy(strategy, place)
                wanted = {"MypyTypeshed": 1, "MypyPackage": 1, "mypy": 6}
                self.assertEqual(counts(self.check(peer)), wanted)
                for edit in workload.edits.values():
                    edit.apply(self.workspace)
                    done = peer.check(run)
                    edit.revert(self.workspace)
                    self.check(peer)
                    self.assertEqual(counts(done), {"mypy": 1})


@workspaces.needs_mypy
class FeaturesTest(Checked):
    """What mypy keeps in caches in a way of its own."""

    def test_same_findings(self) -> None:
        shutil.copytree(features.FOLDER, self.workspace)
        place = dataclasses.replace(
            self.place(self.folder, list(features.SOURCES)), roots=features.ROOTS
        )
        expected = features.comparable(self.expected(place))
        self.assertGreater(len(expected), 80)
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                peer = self.starmypy(strategy, place)
                self.check(peer, 1)
                found = [line for report in peer.reports().values() for line in report]
                self.assertEqual(features.comparable(found), expected)


if __name__ == "__main__":
    unittest.main()
