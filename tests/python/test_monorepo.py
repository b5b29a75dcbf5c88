# SPDX-License-Identifier: Apache-2.0
"""The mypy actions of examples/monorepo, against the table in tests/monorepo."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, Optional

import workspaces
from action_graph import Action, ActionGraph

TABLE = workspaces.ROOT / "tests" / "monorepo" / "expected.json"
OPTIONS = {"--output", "--cache-dir", "--upstream-cache", "--mypy-ini"}

Row = Dict[str, Any]


def row_of(action: Action) -> Row:
    """The action as the table has it, with K for the output folder."""
    output = action.arguments[action.arguments.index("--output") + 1]
    folder = output[: output.index("/bin/") + len("/bin")]

    def shortened(path: str) -> str:
        return "K" + path[len(folder) :] if path.startswith(folder) else path

    # The program's path stands first, and each option has a value.
    arguments = action.arguments[1:]
    pairs = list(zip(arguments, arguments[1:]))
    values = {i + 1 for i, argument in enumerate(arguments) if argument in OPTIONS}
    return {
        "mypypath": ":".join(map(shortened, action.environment["MYPYPATH"].split(":"))),
        "upstream_caches": [shortened(path) for name, path in pairs if name == "--upstream-cache"],
        "sources": [
            shortened(argument)
            for i, argument in enumerate(arguments)
            if i not in values and argument not in OPTIONS
        ],
        "inputs": {shortened(path) for path in action.inputs},
    }


class TableTest(unittest.TestCase):
    table: Dict[str, Optional[Row]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.table = json.loads(TABLE.read_text())

    def test_second_reading_agrees(self) -> None:
        process = subprocess.run(
            [sys.executable, str(TABLE.with_name("reading.py")), str(workspaces.EXAMPLE), str(TABLE)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((process.returncode, process.stdout + process.stderr), (0, ""))

    def test_action_graph(self) -> None:
        with tempfile.TemporaryDirectory(prefix="test_monorepo.") as folder:
            output = workspaces.run(
                workspaces.copy_example(Path(folder)),
                "aquery",
                "//...",
                "--output=jsonproto",
                workspaces.COMPAT,
                f"--vendor_dir={workspaces.vendor_example()}",
                f"--output_base={folder}",
            )
        self.assertEqual(output.status, 0, output.stderr)
        actions = ActionGraph(output.stdout).with_mnemonic("mypy")
        checked = {label: row for label, row in self.table.items() if row is not None}
        self.assertEqual(sorted(actions), sorted(checked))
        for label, row in checked.items():
            with self.subTest(target=label):
                self.compare(row_of(actions[label]), row)

    def compare(self, action: Row, expected: Row) -> None:
        for column in ("mypypath", "upstream_caches", "sources"):
            self.assertEqual(action[column], expected[column])
        declared = expected["upstream_caches"] + expected["sources"] + expected["stub_inputs"]
        self.assertEqual(set(declared) - action["inputs"], set())
        self.assertIn("mypy.ini", action["inputs"])


if __name__ == "__main__":
    unittest.main()
