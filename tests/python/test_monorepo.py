# SPDX-License-Identifier: Apache-2.0
"""The mypy actions of examples/monorepo, against the table in tests/monorepo."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "monorepo"
TABLE = ROOT / "tests" / "monorepo" / "expected.json"
STARMYPY = os.environ.get("STARMYPY", str(ROOT / "build" / "starmypy"))

Row = Dict[str, Any]


class ActionGraph:
    """What the test needs to know of one analysis.ActionGraphContainer."""

    def __init__(self, text: str) -> None:
        graph = json.loads(text)
        self.fragments = {fragment["id"]: fragment for fragment in graph["pathFragments"]}
        self.artifacts = {artifact["id"]: artifact for artifact in graph["artifacts"]}
        self.depsets = {depset["id"]: depset for depset in graph["depSetOfFiles"]}
        self.labels = {target["id"]: target["label"] for target in graph["targets"]}
        self.mypy = {
            self.labels[action["targetId"]]: action
            for action in graph["actions"]
            if action["mnemonic"] == "mypy"
        }

    def path(self, artifact: int) -> str:
        labels: List[str] = []
        fragment: Optional[Row] = self.fragments[self.artifacts[artifact]["pathFragmentId"]]
        while fragment is not None:
            labels.append(fragment["label"])
            fragment = self.fragments.get(fragment.get("parentId", 0))
        return "/".join(reversed(labels))

    def inputs(self, action: Row) -> List[str]:
        paths: List[str] = []
        pending = list(action.get("inputDepSetIds", []))
        seen = set()
        while pending:
            depset = self.depsets[pending.pop()]
            if depset["id"] not in seen:
                seen.add(depset["id"])
                pending += depset.get("transitiveDepSetIds", [])
                paths += map(self.path, depset.get("directArtifactIds", []))
        return paths

    def row(self, label: str) -> Row:
        """The action as the table has it, with K for the output folder."""
        action = self.mypy[label]
        arguments = action["arguments"]
        output = arguments[arguments.index("--output") + 1]
        folder = output[: output.index("/bin/") + len("/bin")]

        def shortened(path: str) -> str:
            return "K" + path[len(folder) :] if path.startswith(folder) else path

        environment = {pair["key"]: pair["value"] for pair in action["environmentVariables"]}
        options = {"--output", "--cache-dir", "--upstream-cache", "--mypy-ini"}
        pairs = list(zip(arguments, arguments[1:]))
        values = {i + 1 for i, argument in enumerate(arguments) if argument in options}
        first = arguments.index("--output")
        return {
            "mypypath": ":".join(map(shortened, environment["MYPYPATH"].split(":"))),
            "upstream_caches": [
                shortened(path) for name, path in pairs if name == "--upstream-cache"
            ],
            "sources": [
                shortened(argument)
                for i, argument in enumerate(arguments)
                if i > first and i not in values and argument not in options
            ],
            "inputs": [shortened(path) for path in self.inputs(action)],
        }


class TableTest(unittest.TestCase):
    table: Dict[str, Optional[Row]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.table = json.loads(TABLE.read_text())

    def test_second_reading_agrees(self) -> None:
        process = subprocess.run(
            [sys.executable, str(TABLE.with_name("reading.py")), str(EXAMPLE), str(TABLE)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((process.returncode, process.stdout + process.stderr), (0, ""))

    def test_action_graph(self) -> None:
        with tempfile.TemporaryDirectory(prefix="test_monorepo.") as folder:
            workspace = Path(folder, "monorepo")
            shutil.copytree(EXAMPLE, workspace, ignore=shutil.ignore_patterns("external"))
            process = subprocess.run(
                [STARMYPY, "aquery", "//...", "--output=jsonproto"],
                cwd=workspace,
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(process.returncode, 0, process.stderr)
        graph = ActionGraph(process.stdout)
        checked = {label: row for label, row in self.table.items() if row is not None}
        self.assertEqual(sorted(graph.mypy), sorted(checked))
        for label, row in checked.items():
            with self.subTest(target=label):
                self.compare(graph.row(label), row)

    def compare(self, action: Row, expected: Row) -> None:
        for column in ("mypypath", "upstream_caches", "sources"):
            self.assertEqual(action[column], expected[column])
        declared = expected["upstream_caches"] + expected["sources"] + expected["stub_inputs"]
        self.assertEqual(set(declared) - set(action["inputs"]), set())
        self.assertIn("mypy.ini", action["inputs"])


if __name__ == "__main__":
    unittest.main()
