# SPDX-License-Identifier: Apache-2.0
"""starmypy plan on examples/monorepo, against the table in tests/monorepo: who analyses what with rules_mypy."""

import collections
import json
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, Optional, Set

import workspaces

TABLE = workspaces.ROOT / "tests" / "monorepo" / "expected.json"
Row = Dict[str, Any]


def packages_on(path: str) -> Set[str]:
    """The distributions that a search path leads to, by themselves or by their stubs, and the standard library."""
    found = re.findall(r"\+\+pip\+pypi_311_(\w+)/|/types-([\w-]+)/", path + "/")
    return {"typeshed"} | {name or stubs.replace("-", "_").lower() for name, stubs in found}


def label_of(cache: str) -> str:
    """K/a/b/c.mypy_cache is the cache of //a/b:c."""
    package, name = cache[len("K/") : -len(".mypy_cache")].rsplit("/", 1)
    return f"//{package}:{name}"


class Reading:
    """Which distributions each target analyses itself: those on its path that no upstream cache has."""

    def __init__(self, rows: Dict[str, Row]) -> None:
        self.rows = rows
        self.cached: Dict[str, Set[str]] = {}
        self.analysed: Dict[str, Set[str]] = collections.defaultdict(set)
        for label in rows:
            self.visit(label)

    def visit(self, label: str) -> Set[str]:
        if label not in self.cached:
            row = self.rows[label]
            upstream: Set[str] = set()
            for cache in row["upstream_caches"]:
                upstream |= self.visit(label_of(cache))
            own = packages_on(row["mypypath"]) - upstream
            for package in own:
                self.analysed[package].add(label)
            self.cached[label] = upstream | own
        return self.cached[label]


class PlanTest(unittest.TestCase):
    rows: Dict[str, Row]
    vendor: Path

    @classmethod
    def setUpClass(cls) -> None:
        table: Dict[str, Optional[Row]] = json.loads(TABLE.read_text())
        cls.rows = {label: row for label, row in table.items() if row is not None}
        cls.vendor = workspaces.vendor_example()

    def plan(self, *arguments: str) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="test_plan.") as folder:
            output = workspaces.run(
                workspaces.copy_example(Path(folder)),
                "plan",
                "--output=json",
                f"--vendor_dir={self.vendor}",
                f"--output_base={folder}/base",
                *arguments,
            )
        self.assertEqual(output.status, 0, output.stderr)
        result: Dict[str, Any] = json.loads(output.stdout)
        return result

    def test_compat_as_rules_mypy_does(self) -> None:
        analysed = Reading(self.rows).analysed
        packages = self.plan("--@rules_mypy//mypy:mode=compat")["packages"]
        for package in packages:
            causes = sorted(cause["target"] for cause in package["compat_causes"])
            self.assertEqual(causes, sorted(analysed[package["name"]]), package["name"])
            self.assertEqual(package["analyses"]["compat"], len(causes), package["name"])
        self.assertLessEqual(set(analysed), {package["name"] for package in packages})

    def test_modes_agree(self) -> None:
        """A stub-only target is checked in mode shared alone: it stands for those that use it then."""
        plans = [self.plan(f"--@rules_mypy//mypy:mode={mode}") for mode in ("compat", "shared")]
        compat, shared = (
            {package["name"]: package["analyses"] for package in plan["packages"]} for plan in plans
        )
        self.assertEqual(compat, shared)
        self.assertEqual([plan["mode"] for plan in plans], ["compat", "shared"])

    def test_sums(self) -> None:
        plan = self.plan("--@rules_mypy//mypy:mode=shared")
        for policy, told in plan["policies"].items():
            with self.subTest(policy=policy):
                costs = [package["cpu_seconds"][policy] for package in plan["packages"]]
                total = sum(costs) + plan["targets"]["cpu_seconds"][policy]
                total += plan["compat_copies"]["cpu_seconds"] if policy == "compat" else 0
                self.assertAlmostEqual(total, told["cpu_seconds"], places=1)
                steps = sum(step["seconds"] for step in told["critical_path"])
                self.assertAlmostEqual(steps, told["critical_path_seconds"], places=1)
                self.assertLess(steps, told["cpu_seconds"])
        self.assertTrue(all(package["analyses"]["shared"] == 1 for package in plan["packages"]))


if __name__ == "__main__":
    unittest.main()
